// May somebody take an action on a record as it stands? The desk enforces it, screens ask for their buttons.
#pragma once
#include <optional>
#include <string_view>

#include "base/result.hpp"
#include "kernel/grants.hpp"
#include "kernel/register.hpp"

namespace plumbline::kernel {

// Nothing: may. "not_found" where the record is out of sight, "forbidden" (role or scope), "illegal_in_state"
// (detail: the state), "four_eyes" (detail: the earlier action). The payload, and what the action's handler
// says to it, are not looked at.
std::optional<Refusal> obstacle(Register const& reg, Viewer const& viewer, Envelope const& envelope,
                                std::uint8_t state, std::string_view action);

}  // namespace plumbline::kernel
