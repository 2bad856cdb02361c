// Everything the product consists of: a new module is added here and nowhere else.
#pragma once
#include "kernel/register.hpp"

namespace plumbline::product {

kernel::Catalogue const& catalogue();

}  // namespace plumbline::product
