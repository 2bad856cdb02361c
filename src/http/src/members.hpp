// Members of JSON bodies as handlers read them, and the answers that look the same everywhere.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "http/message.hpp"
#include "reflect/json.hpp"

namespace plumbline::http {

// Refused "required" where the member is not there or no text.
Result<std::string> text_member(Json const& body, std::string_view name);
// None where the member is not there. Refused "invalid_value" for what is no list of texts.
Result<std::vector<std::string>> texts_member(Json const& body, std::string_view name);

Json list_json(std::vector<std::string> const& texts);
Json instant_json(Instant at);  // null for the instant 0, which stands for "never" and "not yet"

Response no_content();  // 204
Json items_json(Json::Array items);
// The same with the cursor of the next page; "": this is the last.
Json page_json(Json::Array items, std::string const& next);

}  // namespace plumbline::http
