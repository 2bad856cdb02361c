// The inspections' registers and the questions other modules may ask. The way from a frame to an opened
// draw runs through inspection/service.hpp.
#pragma once
#include "inspection/check.hpp"
#include "inspection/item.hpp"
#include "inspection/task.hpp"
#include "kernel/act.hpp"
#include "kernel/register.hpp"

namespace plumbline::inspection {

kernel::Module module();

// Refused "unknown_item", "item_not_in_force": nothing outside the list is inspected.
InspectionItem const& require_item_in_force(kernel::Act& act, Uuid item, std::string_view path);

}  // namespace plumbline::inspection
