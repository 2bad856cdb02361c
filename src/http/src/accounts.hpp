// What an account has of ways in, as told to its owner and to the security administrator: {"items": […]},
// without anything that opens a door.
#pragma once
#include "context.hpp"

namespace plumbline::http {

// {"password", "code"? (where there is a second factor)}: an open screen must not be enough to open another
// door. Refused as Sessions::confirm() and confirm_code() do, "required", "second_factor_required".
Result<void> confirm_again(Context const& context, Json const& body);

Json sessions_json(Context const& context, Uuid account);
Json tokens_json(Context const& context, Uuid account);

}  // namespace plumbline::http
