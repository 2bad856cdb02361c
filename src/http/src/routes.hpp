// Everything the server answers: read by the dispatcher and by the OpenAPI document.
#pragma once
#include <span>

#include "context.hpp"

namespace plumbline::http {

std::span<ApiRoute const> api_routes();
// May a token come here at all? Which of them may is asked with the request.
bool is_for_programs(ApiRoute const& route);

}  // namespace plumbline::http
