// Small strict readers shared by the text formats.
#pragma once
#include <algorithm>
#include <charconv>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.hpp"
#include "base/hash.hpp"

namespace plumbline::ledger {

// Decimal without sign and leading zeros ("0" itself is fine).
inline std::optional<std::uint64_t> parse_decimal(std::string_view text) {
  if (text.empty() || (text.size() > 1 && text[0] == '0')) return {};
  std::uint64_t value = 0;
  auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return {};
  return value;
}

inline std::optional<Hash> parse_base64_hash(std::string_view text) {
  auto const bytes = base64_decode(text);
  if (!bytes || bytes->size() != 32) return {};
  Hash out{};
  std::copy(bytes->begin(), bytes->end(), out.begin());
  return out;
}

// Takes the next line, without its newline, off `rest`; nothing when no newline is left.
inline std::optional<std::string_view> take_line(std::string_view& rest) {
  auto const end = rest.find('\n');
  if (end == std::string_view::npos) return {};
  auto const line = rest.substr(0, end);
  rest.remove_prefix(end + 1);
  return line;
}

// Cuts at the first `separator`; nothing when there is none.
inline std::optional<std::string_view> take_until(std::string_view& rest, char separator) {
  auto const end = rest.find(separator);
  if (end == std::string_view::npos) return {};
  auto const part = rest.substr(0, end);
  rest.remove_prefix(end + 1);
  return part;
}

inline bool is_digit(char c) { return c >= '0' && c <= '9'; }
inline bool is_lower_hex(char c) { return is_digit(c) || (c >= 'a' && c <= 'f'); }

}  // namespace plumbline::ledger
