// The jurisdiction's own region tree: GB/T 2260 codes, and parks and zones below them. Kept in memory,
// loaded from the register "region".
#pragma once
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "reflect/type.hpp"

namespace plumbline::kernel {

enum class RegionKind : std::uint8_t { province, city, county, town, park, zone };

struct Region {
  std::string code;  // 3715, 371581, 371581001, or a park's own code "371581-P01"
  std::string name;
  std::string parent;  // "" for the jurisdiction itself
  RegionKind kind = RegionKind::county;
};

class RegionTree {
 public:
  void put(Region region);
  Region const* find(std::string_view code) const;
  // The code itself and everything below it; empty for an unknown code.
  std::vector<std::string> subtree(std::string_view code) const;
  bool covers(std::string_view ancestor, std::string_view code) const;
  // The nearest county (or the code itself when it is a county or above).
  std::string county_of(std::string_view code) const;
  std::vector<Region const*> children(std::string_view code) const;
  std::size_t size() const { return regions_.size(); }

 private:
  std::map<std::string, Region, std::less<>> regions_;
  std::multimap<std::string, std::string, std::less<>> children_;
};

}  // namespace plumbline::kernel

namespace plumbline::reflect {
template <>
Type const& type_of<kernel::Region>();
template <>
Type const& type_of<kernel::RegionKind>();
}  // namespace plumbline::reflect
