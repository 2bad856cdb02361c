// What a record is called on a screen.
#pragma once
#include <string>

#include "kernel/reads.hpp"

namespace plumbline::http {

// Its title field as far as `sight` goes; its id where it has none.
std::string title_of(kernel::Register const& reg, kernel::Found const& found, reflect::Sight sight);

}  // namespace plumbline::http
