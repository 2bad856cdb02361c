// Byte strings and their text forms.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace plumbline {

using Bytes = std::vector<std::uint8_t>;
using ByteView = std::span<std::uint8_t const>;

inline ByteView bytes_of(std::string_view text) {
  return {reinterpret_cast<std::uint8_t const*>(text.data()), text.size()};
}
inline std::string_view text_of(ByteView bytes) {
  return {reinterpret_cast<char const*>(bytes.data()), bytes.size()};
}

// Lower-case hexadecimal. Decoding accepts lower case only and an even length, else nothing.
std::string hex_encode(ByteView bytes);
std::optional<Bytes> hex_decode(std::string_view hex);
// For a known length: exactly 2·N digits into N bytes; `out` holds nothing of use when false. Without a
// branch per digit: hashes and sids are random, each branch would be guessed wrong every other time (five
// times slower).
template <std::size_t N>
bool hex_decode_to(std::string_view hex, std::array<std::uint8_t, N>& out) {
  if (hex.size() != 2 * N) return false;
  std::array<std::uint8_t, 2 * N> values;
  std::uint8_t wrong = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    auto const digit = static_cast<std::uint8_t>(hex[i]);
    auto const value = static_cast<std::uint8_t>((digit & 0x0f) + 9 * (digit >> 6));
    auto const spelt = static_cast<std::uint8_t>(value + '0' + (value > 9 ? 'a' - '0' - 10 : 0));
    wrong |= static_cast<std::uint8_t>((spelt ^ digit) | (value & 0xf0));
    values[i] = value;
  }
  for (std::size_t i = 0; i < N; ++i)
    out[i] = static_cast<std::uint8_t>(values[2 * i] << 4 | values[2 * i + 1]);
  return wrong == 0;
}

// RFC 4648 section 4, with padding. Decoding refuses white space, missing padding and non-zero
// trailing bits, so one value has one spelling.
std::string base64_encode(ByteView bytes);
std::optional<Bytes> base64_decode(std::string_view text);

// draw.md section 1: u32 big endian; TLV(s) = u32(length) ‖ bytes.
void append_u32(Bytes& out, std::uint32_t value);
void append_u64(Bytes& out, std::uint64_t value);
void append(Bytes& out, std::string_view text);
void append(Bytes& out, ByteView bytes);
void append_tlv(Bytes& out, ByteView bytes);
void append_tlv(Bytes& out, std::string_view text);

// Well-formed UTF-8 (no surrogates, no overlong forms, nothing above U+10FFFF).
bool is_utf8(std::string_view text);
// Number of code points of a well-formed UTF-8 text.
std::size_t utf8_length(std::string_view text);

}  // namespace plumbline
