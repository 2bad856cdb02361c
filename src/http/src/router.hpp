// Which function answers which method and path. Also what the OpenAPI document is made from.
#pragma once
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "http/message.hpp"

namespace plumbline::http {

// The words of a path at the places of a pattern in braces: "/api/v1/{register}/{id}".
using Variables = std::map<std::string, std::string, std::less<>>;

// Who may come in at all. What of it they then see is the viewer's scope.
// `enrolling` is open also to whoever still lacks the second factor their role must have.
enum class Entrance : std::uint8_t { open, enrolling, signed_in };
// Of the request's body.
enum class Content : std::uint8_t { none, json, file, import };

template <class Context>
struct Route {
  std::string_view method;
  std::string_view pattern;
  std::string_view operation;  // operationId
  Entrance entrance;
  Content content;
  Response (*answer)(Context& context);
};

bool matches(std::string_view pattern, std::string_view path, Variables& variables);

}  // namespace plumbline::http
