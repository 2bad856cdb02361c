// What an account has of ways in, as told to its owner and to the security administrator: {"items": […]},
// without anything that opens a door.
#pragma once
#include "context.hpp"

namespace plumbline::http {

Json sessions_json(Context const& context, Uuid account);
Json tokens_json(Context const& context, Uuid account);

}  // namespace plumbline::http
