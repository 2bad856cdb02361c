// Pieces of JSON text shared by the writers.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "base/bytes.hpp"

namespace plumbline {

constexpr std::size_t json_depth_max = 32;
constexpr std::size_t canonical_depth_max = 16;  // CJ: the outermost value is 1, scalars counted
constexpr std::int64_t canonical_integer_max =
    (std::int64_t{1} << 53) - 1;  // CJ, and what a browser holds exactly
constexpr bool canonical_integer(std::int64_t value) {
  return value >= -canonical_integer_max && value <= canonical_integer_max;
}

constexpr std::int64_t text_length_max = 20'000;  // code points, where a note says nothing
constexpr std::int64_t list_items_max = 1'000;    // where a note says nothing, and at most

// Escapes only what RFC 8785 escapes.
void append_quoted(std::string& out, std::string_view text);
void append_integer(std::string& out, std::int64_t value);

}  // namespace plumbline
