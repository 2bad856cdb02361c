// What the security administrator's routes share.
#pragma once
#include "context.hpp"

namespace plumbline::http {

// The account of the path, where a security administrator asks and it is not their own. Refused "forbidden",
// "not_for_oneself", "not_found".
Result<Uuid> account_of_other(Context const& context);

}  // namespace plumbline::http
