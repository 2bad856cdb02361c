// What a record is called on a screen.
#pragma once
#include <string>

#include "context.hpp"
#include "kernel/reads.hpp"

namespace plumbline::http {

// The name of the record it is named after, where the viewer sees that too; else its title field as far as
// `sight` goes; its id where it has none.
std::string title_of(Context const& context, kernel::Viewer const& viewer, kernel::Register const& reg,
                     kernel::Found const& found, reflect::Sight sight);

}  // namespace plumbline::http
