// One table of functions per family.
#pragma once
#include <span>

#include "statsapi/functions.hpp"

namespace plumbline::statsapi {

std::span<Function const> draw_functions();
std::span<Function const> proportion_functions();
std::span<Function const> survey_functions();

}  // namespace plumbline::statsapi
