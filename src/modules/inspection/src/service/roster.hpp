// The roster of a draw: fit inspectors of the department, their groups, and whom they must stay away from.
#pragma once
#include <string_view>
#include <vector>

#include "work.hpp"

namespace plumbline::inspection {

// Does a stratum ask for a field of another name than its own?
bool has_groups(InspectionTask const& task);
// The group an inspector must hold for units of this stratum.
std::string_view group_of(StratumRule const& rule);

Result<FrozenRoster> freeze_roster(System& system, InspectionTask const& task,
                                   std::vector<PrivateUnit> const& units);

}  // namespace plumbline::inspection
