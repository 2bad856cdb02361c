// Pieces of JSON text shared by the writers.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "base/bytes.hpp"
#include "base/limits.hpp"

namespace plumbline {

// Integers that canonical JSON takes and a browser holds exactly.
constexpr bool canonical_integer(std::int64_t value) {
  return value >= -limits::canonical_integer && value <= limits::canonical_integer;
}

// Escapes only what RFC 8785 escapes.
void append_quoted(std::string& out, std::string_view text);
void append_integer(std::string& out, std::int64_t value);

}  // namespace plumbline
