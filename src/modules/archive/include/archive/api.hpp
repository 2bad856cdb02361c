// What other modules may know of the archive: the registers "firm" and "site", and how to find a firm.
#pragma once
#include <optional>
#include <string_view>

#include "archive/firm.hpp"
#include "kernel/act.hpp"
#include "kernel/register.hpp"

namespace plumbline::archive {

kernel::Module module();

// The firm with this key: a USCC or "scheme:value"; a merged firm's key leads to the firm it became.
std::optional<Uuid> find_firm(kernel::Act& act, std::string_view key);
// Follows merges to the firm that lives. Merges are undone last in, first out, so there is no circle.
Uuid living_firm(kernel::Act& act, Uuid firm);
// The firm of an act, or a refusal "unknown_firm" at the path.
Firm const& require_firm(kernel::Act& act, Uuid firm, std::string_view path);

// Codes of statuses that take a firm out of any draw: deregistered, revoked, moved.
bool out_of_business(RegistrationStatus status);

}  // namespace plumbline::archive
