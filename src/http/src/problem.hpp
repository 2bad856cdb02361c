// Refusals as RFC 9457 problem documents: the same codes and texts as everywhere.
#pragma once
#include <string_view>

#include "base/result.hpp"
#include "http/message.hpp"
#include "reflect/json.hpp"

namespace plumbline::http {

int status_of(std::string_view code);
Json problem_json(Refusal const& refusal, Request const& request);
Response problem_of(Refusal const& refusal, Request const& request);
Response json(int status, Json const& document);

}  // namespace plumbline::http
