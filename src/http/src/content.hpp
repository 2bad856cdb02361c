// Stored content as an answer: whole, in part (RFC 9110 section 14), or not at all when it is known.
#pragma once
#include <istream>
#include <memory>
#include <string>

#include "http/message.hpp"

namespace plumbline::http {

// `response` comes with its headers; `tag` is a strong validator in quotes, "" where there is none.
Response send_content(Request const& request, Response response, std::shared_ptr<std::istream> content,
                      std::string const& tag);

}  // namespace plumbline::http
