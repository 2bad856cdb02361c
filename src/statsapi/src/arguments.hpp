// Reading the named arguments of a function out of a JSON object. Every reader gives a harmless value
// where it must complain; refusal() tells the first complaint, so readers can simply be called in a row.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "reflect/json.hpp"

namespace plumbline::statsapi {

class Arguments {
 public:
  explicit Arguments(Json const& object) : object_(object) {}

  bool has(std::string_view name);
  std::uint64_t count(std::string_view name);  // an integer from 0
  double real(std::string_view name);
  double real_or(std::string_view name, double otherwise);
  std::string text(std::string_view name);
  std::string text_or(std::string_view name, std::string_view otherwise);
  Json::Array const& array(std::string_view name);
  Json::Object const& object(std::string_view name);
  std::vector<double> reals(std::string_view name);

  // One of a set of names, through a function such as stats::proportion_method.
  template <class T>
  T one_of(std::string_view name, std::string_view value, std::optional<T> (*find)(std::string_view)) {
    if (auto found = find(value)) return *found;
    complain(name, "not one of the names listed by --list");
    return T{};
  }

  void complain(std::string_view name, std::string detail, std::string_view code = "invalid_argument");
  // Also complains about members nobody asked for, "fn" apart.
  std::optional<Refusal> refusal_with_unknown();
  std::optional<Refusal> const& refusal() const { return refusal_; }

 private:
  Json const* need(std::string_view name);

  Json const& object_;
  std::vector<std::string> asked_;
  std::optional<Refusal> refusal_;
};

}  // namespace plumbline::statsapi
