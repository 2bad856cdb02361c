// What the security administrator's routes share.
#pragma once
#include <string>
#include <string_view>

#include "context.hpp"

namespace plumbline::http {

// The account of the path, where a security administrator asks and it is not their own. Refused "forbidden",
// "not_for_oneself", "not_found".
Result<Uuid> account_of_other(Context const& context);
// Told to the log before it is done; `kind` of kernel::AccessKind.
Result<void> take_measure(Context const& context, Uuid account, std::string_view kind,
                          std::string const& reason);

}  // namespace plumbline::http
