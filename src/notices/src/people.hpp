// Who could do something about a record, found from its place and not by asking everybody: accounts by role
// and region, and by the party they act for. What is found is checked with the grants in force.
#pragma once
#include <map>
#include <unordered_map>
#include <vector>

#include "kernel/system.hpp"

namespace plumbline::notices {

class People {
 public:
  explicit People(kernel::System& system) : system_(system) {}
  // Reads the grants again where any was given or withdrawn since; true then.
  bool refresh();
  // Those of the nearest region that has any: who works in a county comes before the city above it.
  std::vector<Uuid> nearest(kernel::RoleSet roles, kernel::Register const& reg,
                            kernel::Envelope const& envelope);
  // Those who act for a party of the record.
  std::vector<Uuid> acting_for_parties(kernel::RoleSet roles, kernel::Register const& reg,
                                       kernel::Envelope const& envelope);

 private:
  bool may(Uuid account, kernel::RoleSet roles, kernel::Register const& reg,
           kernel::Envelope const& envelope);

  kernel::System& system_;
  std::int64_t read_at_ = -1;  // entry of the log
  std::map<std::pair<kernel::Role, std::string>, std::vector<Uuid>> by_place_;
  std::unordered_map<Uuid, std::vector<std::pair<kernel::Role, Uuid>>> by_party_;
  std::unordered_map<Uuid, kernel::Viewer> viewers_;
  Date viewed_on_;
};

}  // namespace plumbline::notices
