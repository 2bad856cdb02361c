// Refusals as RFC 9457 problem documents: the same codes and texts as everywhere.
#pragma once
#include <string_view>

#include "base/result.hpp"
#include "http/message.hpp"
#include "kernel/messages.hpp"
#include "reflect/json.hpp"

namespace plumbline::http {

// The first language of the header that we speak; Chinese where it names none.
kernel::Language language_of(Request const& request);
int status_of(std::string_view code);
Json problem_json(Refusal const& refusal, Request const& request);
Response problem_of(Refusal const& refusal, Request const& request);
Response json(int status, Json const& document);
Response json_text(int status, std::string content);  // that is a document already

}  // namespace plumbline::http
