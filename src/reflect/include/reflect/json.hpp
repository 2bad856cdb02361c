// A JSON document in memory, a strict parser, and the two writers: ordinary JSON and canonical JSON
// (CJ, draw-publication.md section 1: RFC 8785 restricted to objects, arrays, strings and integers of
// magnitude <= 2^53-1).
#pragma once
#include <concepts>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/result.hpp"

namespace plumbline {

class Json {
 public:
  using Array = std::vector<Json>;
  using Member = std::pair<std::string, Json>;
  using Object = std::vector<Member>;  // in the order written; names are unique
  enum class Kind : std::uint8_t { null, boolean, integer, real, text, array, object };

  Json() = default;
  // Only a bool is a boolean: a pointer must not silently become `true`.
  template <std::same_as<bool> T>
  Json(T value) : content_(value) {}
  // Any other integer. Throws std::invalid_argument above INT64_MAX.
  template <std::integral T>
    requires(!std::same_as<T, bool> && !std::same_as<T, char>)
  Json(T value) : content_(checked(value)) {}
  Json(double value) : content_(value) {}
  Json(std::string value) : content_(std::move(value)) {}
  Json(std::string_view value) : content_(std::string(value)) {}
  Json(char const* value) : content_(std::string(value)) {}
  Json(Array value) : content_(std::move(value)) {}
  Json(Object value) : content_(std::move(value)) {}

  Kind kind() const { return static_cast<Kind>(content_.index()); }
  bool is_null() const { return kind() == Kind::null; }
  // Null when the document is of another kind.
  bool const* as_bool() const { return std::get_if<bool>(&content_); }
  std::int64_t const* as_integer() const { return std::get_if<std::int64_t>(&content_); }
  double const* as_real() const { return std::get_if<double>(&content_); }
  std::string const* as_text() const { return std::get_if<std::string>(&content_); }
  Array const* as_array() const { return std::get_if<Array>(&content_); }
  Object const* as_object() const { return std::get_if<Object>(&content_); }
  Array* as_array() { return std::get_if<Array>(&content_); }
  Object* as_object() { return std::get_if<Object>(&content_); }

  // Member of an object; null when absent or not an object.
  Json const* find(std::string_view name) const;
  // Sets or appends a member; makes this an object if it is null.
  void set(std::string_view name, Json value);
  void push(Json value);  // makes this an array if it is null

  friend bool operator==(Json const&, Json const&) = default;

 private:
  template <std::integral T>
  static std::int64_t checked(T value) {
    if (!std::in_range<std::int64_t>(value)) throw std::invalid_argument("integer beyond 64 signed bits");
    return static_cast<std::int64_t>(value);
  }

  std::variant<std::monostate, bool, std::int64_t, double, std::string, Array, Object> content_;
};

// RFC 8259, strictly: one value, UTF-8, no BOM. Refused with code "invalid_json" and a problem whose
// detail is the byte offset and whose path the place: not JSON ("invalid_json"), duplicate member names
// ("duplicate_key"), U+0000 in a string ("nul"), deeper than limits::json_depth ("too_deep"), a number
// no double can hold ("out_of_range"). Numbers that are integers of 64 signed bits are integers, exactly.
Result<Json> parse_json(std::string_view text);

// A JSON pointer (RFC 6901) grows by one member name ("~" and "/" escaped) or one index.
void append_pointer(std::string& path, std::string_view member);
void append_pointer(std::string& path, std::size_t index);

// Throws std::invalid_argument for reals that are not finite. Reals always show a "." or an "e", so a
// document read again is equal.
std::string write_json(Json const& document);
std::string write_json_pretty(Json const& document);  // two spaces, for people

// Canonical JSON. Throws std::invalid_argument for what CJ cannot hold (null, booleans, reals, integers
// beyond 2^53-1, member names that do not fit [A-Za-z][A-Za-z0-9_]{0,63}, depth above 16).
std::string write_canonical(Json const& document);
// Nothing unless `text` is byte for byte what write_canonical makes of it. U+0000 in a string is
// canonical (as \u0000); what forbids it is the schema of the file.
std::optional<Json> parse_canonical(std::string_view text);

}  // namespace plumbline
