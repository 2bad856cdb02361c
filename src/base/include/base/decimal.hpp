// Exact decimal numbers for measured values, limits and rates: unscaled / 10^scale, scale 0 to 9.
// "0.50" keeps its two places (a test report's precision) and equals 0.5.
#pragma once
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace plumbline {

struct Decimal {
  static constexpr std::uint8_t scale_max = 9;
  std::int64_t unscaled = 0;
  std::uint8_t scale = 0;

  friend std::strong_ordering operator<=>(Decimal a, Decimal b);  // by value
  friend bool operator==(Decimal a, Decimal b) { return (a <=> b) == 0; }
};

// -?digits[.digits], without superfluous leading zeros, sign of zero, exponent, white space or separators;
// at most 9 places; nothing for anything else or beyond 64 bits.
std::optional<Decimal> parse_decimal(std::string_view text);
std::string to_string(Decimal value);
// Without trailing zeros.
Decimal normalised(Decimal value);
// With more places, or with fewer where only zeros fall away; refused "decimal_inexact",
// "decimal_overflow".
Result<Decimal> rescaled(Decimal value, std::uint8_t scale);

// How to lose places.
enum class Rounding : std::uint8_t {
  half_up,    // away from zero at the half: money
  half_even,  // to the even neighbour at the half: GB/T 8170
  down        // towards zero
};
Result<Decimal> rounded(Decimal value, std::uint8_t scale, Rounding rounding);

// Exact, or refused with "decimal_overflow" (64 bits) or "decimal_inexact" (more than 9 places needed).
Result<Decimal> add(Decimal a, Decimal b);
Result<Decimal> subtract(Decimal a, Decimal b);
Result<Decimal> multiply(Decimal a, Decimal b);

}  // namespace plumbline
