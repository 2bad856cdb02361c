// What the routes about ways in share.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "context.hpp"

namespace plumbline::http {

Response done();                                                           // 204
Result<std::string> text_member(Json const& body, std::string_view name);  // refused "required"
Json list_json(std::vector<std::string> const& names);
// {"items": […]}, without anything that opens a door.
Json sessions_json(Context const& context, Uuid account);
Json tokens_json(Context const& context, Uuid account);
// The account of the path, where a security administrator asks and it is not their own. Refused "forbidden",
// "not_for_oneself", "not_found".
Result<Uuid> account_of_other(Context const& context);
// Told to the log before it is done; `kind` of kernel::AccessKind.
Result<void> take_measure(Context const& context, Uuid account, std::string_view kind,
                          std::string const& reason);

}  // namespace plumbline::http
