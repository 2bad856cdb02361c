// UUIDs (RFC 9562). Record ids are version 7: ordered by creation time, made by client or server.
#pragma once
#include <array>
#include <compare>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.hpp"

namespace plumbline {

struct Uuid {
  std::array<std::uint8_t, 16> bytes{};
  bool is_nil() const { return bytes == std::array<std::uint8_t, 16>{}; }
  friend auto operator<=>(Uuid const&, Uuid const&) = default;
  friend bool operator==(Uuid const&, Uuid const&) = default;
};

// 8-4-4-4-12 lower-case hex digits, else nothing.
std::optional<Uuid> parse_uuid(std::string_view text);
std::string to_string(Uuid const& uuid);

// Version 7 of the given instant; unique and ascending within one process.
Uuid make_uuid7(Instant at);
// Version 7 from given randomness (10 bytes): the same input, the same id. For demo cities and tests.
Uuid make_uuid7(Instant at, std::array<std::uint8_t, 10> const& random);

}  // namespace plumbline

template <>
struct std::hash<plumbline::Uuid> {
  std::size_t operator()(plumbline::Uuid const& uuid) const noexcept;
};
