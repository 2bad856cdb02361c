#pragma once
#include <vector>

#include "kernel/register.hpp"

namespace plumbline::people {

std::vector<kernel::Indicator> indicators();

}  // namespace plumbline::people
