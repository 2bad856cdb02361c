#include "arguments.hpp"

#include <algorithm>
#include <cmath>

namespace plumbline::statsapi {
namespace {

Json::Array const no_array;
Json::Object const no_object;

std::optional<double> number(Json const& value) {
  if (auto const* integer = value.as_integer()) return static_cast<double>(*integer);
  if (auto const* real = value.as_real()) return *real;
  return {};
}

}  // namespace

void Arguments::complain(std::string_view name, std::string detail, std::string_view code) {
  if (refusal_) return;
  std::string path;
  append_pointer(path, name);
  std::string const message = std::string(name) + ": " + detail;
  refusal_ = Refusal{std::string(code), message, {{path, std::string(code), std::move(detail)}}};
}

bool Arguments::has(std::string_view name) {
  asked_.emplace_back(name);
  auto const* found = object_.find(name);
  return found != nullptr && !found->is_null();
}

Json const* Arguments::need(std::string_view name) {
  asked_.emplace_back(name);
  auto const* found = object_.find(name);
  if (found == nullptr) complain(name, "missing", "missing_argument");
  return found;
}

std::uint64_t Arguments::count(std::string_view name) {
  auto const* found = need(name);
  if (found == nullptr) return 0;
  auto const* integer = found->as_integer();
  if (integer != nullptr && *integer >= 0) return static_cast<std::uint64_t>(*integer);
  constexpr double exact_below = 9007199254740992.0;  // 2^53: some programs write 3 as 3.0
  auto const* real = found->as_real();
  if (real != nullptr && *real >= 0 && *real < exact_below && std::floor(*real) == *real)
    return static_cast<std::uint64_t>(*real);
  complain(name, "not a whole number from 0");
  return 0;
}

double Arguments::real(std::string_view name) {
  auto const* found = need(name);
  if (found == nullptr) return 0;
  if (auto value = number(*found)) return *value;
  complain(name, "not a number");
  return 0;
}

double Arguments::real_or(std::string_view name, double otherwise) {
  return has(name) ? real(name) : otherwise;
}

std::string Arguments::text(std::string_view name) {
  auto const* found = need(name);
  if (found == nullptr) return {};
  if (auto const* value = found->as_text()) return *value;
  complain(name, "not a text");
  return {};
}

std::string Arguments::text_or(std::string_view name, std::string_view otherwise) {
  return has(name) ? text(name) : std::string(otherwise);
}

Json::Array const& Arguments::array(std::string_view name) {
  auto const* found = need(name);
  if (found == nullptr) return no_array;
  if (auto const* value = found->as_array()) return *value;
  complain(name, "not a list");
  return no_array;
}

Json::Object const& Arguments::object(std::string_view name) {
  auto const* found = need(name);
  if (found == nullptr) return no_object;
  if (auto const* value = found->as_object()) return *value;
  complain(name, "not an object");
  return no_object;
}

std::vector<double> Arguments::reals(std::string_view name) {
  std::vector<double> out;
  for (auto const& element : array(name)) {
    auto const value = number(element);
    if (!value) complain(name, "not a list of numbers");
    out.push_back(value.value_or(0));
  }
  return out;
}

std::optional<Refusal> Arguments::refusal_with_unknown() {
  if (auto const* members = object_.as_object()) {
    for (auto const& member : *members)
      if (member.first != "fn" && std::find(asked_.begin(), asked_.end(), member.first) == asked_.end())
        complain(member.first, "not an argument of this function", "unknown_argument");
  }
  return refusal_;
}

}  // namespace plumbline::statsapi
