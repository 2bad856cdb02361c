// Answers that shrink are sent compressed where the other end takes it.
#pragma once
#include <string_view>

#include "http/message.hpp"

namespace plumbline::http {

// "zstd", "gzip" or "" for what an Accept-Encoding header says.
std::string_view coding_of(std::string_view accepted);

// With zstd or gzip, when the request accepts it, the content is text held in memory and worth the work.
// Never what sets a cookie: its length must not depend on a secret beside text of the caller's choice.
void compress(Request const& request, Response& response);

}  // namespace plumbline::http
