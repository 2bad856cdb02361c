#pragma once
#include <vector>

#include "kernel/register.hpp"

namespace plumbline::archive {

std::vector<kernel::Indicator> indicators();

}  // namespace plumbline::archive
