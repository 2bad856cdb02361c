// Byte strings and their text forms.
#pragma once
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
