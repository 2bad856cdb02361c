// Answers that shrink are sent compressed where the other end takes it.
#pragma once
#include "http/message.hpp"

namespace plumbline::http {

// With gzip, when the request accepts it, the content is text held in memory and worth the work. Never what
// sets a cookie: its length must not depend on a secret beside text of the caller's choice.
void compress(Request const& request, Response& response);

}  // namespace plumbline::http
