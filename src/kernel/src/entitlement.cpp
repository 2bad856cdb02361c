#include "kernel/entitlement.hpp"

#include <algorithm>

#include "kernel/act.hpp"

namespace plumbline::kernel {
namespace {

bool acted_before(Envelope const& envelope, std::string_view action, Uuid account) {
  return std::ranges::any_of(envelope.actors, [&](Actor const& actor) {
    return actor.action == action && actor.account == account;
  });
}

// Roles that may take the action in some state; decides between "forbidden" and "illegal_in_state".
RoleSet takers(Register const& reg, std::string_view action) {
  RoleSet roles;
  for (auto const& step : reg.steps)
    if (step.action == action) roles = roles | step.by;
  return roles;
}

}  // namespace

std::optional<Refusal> obstacle(Register const& reg, Viewer const& viewer, Envelope const& envelope,
                                std::uint8_t state, std::string_view action) {
  if (!viewer.may(takers(reg, action), envelope))
    return refuse(viewer.sees(reg, envelope) ? "forbidden" : "not_found");
  StepRow const* step = reg.find_step(state, action);
  if (step == nullptr) return refuse("illegal_in_state", "", std::string(reg.state_name(state)));
  if (!viewer.may(step->by, envelope)) return refuse("forbidden");
  for (auto const& earlier : step->not_by.actions)
    if (!earlier.empty() && acted_before(envelope, earlier, viewer.account))
      return refuse("four_eyes", "", std::string(earlier));
  return {};
}

}  // namespace plumbline::kernel
