// Everything the server answers: read by the dispatcher and by the OpenAPI document.
#pragma once
#include <span>

#include "context.hpp"

namespace plumbline::http {

std::span<ApiRoute const> api_routes();

}  // namespace plumbline::http
