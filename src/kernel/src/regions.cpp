#include "kernel/regions.hpp"

namespace plumbline::kernel {

void RegionTree::put(Region region) {
  auto const known = regions_.find(region.code);
  if (known == regions_.end() && !region.parent.empty()) children_.emplace(region.parent, region.code);
  regions_.insert_or_assign(region.code, std::move(region));
}

Region const* RegionTree::find(std::string_view code) const {
  auto const found = regions_.find(code);
  return found == regions_.end() ? nullptr : &found->second;
}

std::vector<std::string> RegionTree::subtree(std::string_view code) const {
  std::vector<std::string> out;
  if (find(code) == nullptr) return out;
  out.emplace_back(code);
  for (std::size_t i = 0; i < out.size(); ++i) {
    auto const [first, last] = children_.equal_range(std::string_view(out[i]));
    for (auto child = first; child != last; ++child) out.push_back(child->second);
  }
  return out;
}

bool RegionTree::covers(std::string_view ancestor, std::string_view code) const {
  for (Region const* region = find(code); region != nullptr; region = find(region->parent))
    if (region->code == ancestor) return true;
  return false;
}

std::string RegionTree::county_of(std::string_view code) const {
  Region const* region = find(code);
  while (region != nullptr && region->kind > RegionKind::county) region = find(region->parent);
  return region == nullptr ? std::string(code) : region->code;
}

std::vector<Region const*> RegionTree::children(std::string_view code) const {
  std::vector<Region const*> out;
  auto const [first, last] = children_.equal_range(code);
  for (auto child = first; child != last; ++child) out.push_back(find(child->second));
  return out;
}

}  // namespace plumbline::kernel
