// Everything the product consists of: a new module is added here and nowhere else.
#pragma once
#include <string>
#include <vector>

#include "kernel/register.hpp"

namespace plumbline::product {

kernel::Catalogue const& catalogue();

// The names that stored records depend on, one a line (reflect/codec.hpp). names.lock of this floor holds
// those a release has written once: a name may come, none may go or change its kind.
std::vector<std::string> persisted_names();

}  // namespace plumbline::product
