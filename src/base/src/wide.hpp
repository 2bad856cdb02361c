// 128-bit intermediate results of exact arithmetic.
#pragma once
#include <array>
#include <cstdint>
#include <limits>

#include "base/decimal.hpp"

namespace plumbline {

__extension__ typedef __int128 Wide;

inline bool fits(Wide value) {
  return value >= std::numeric_limits<std::int64_t>::min() &&
         value <= std::numeric_limits<std::int64_t>::max();
}

// exponent 0..18
inline std::int64_t power_of_ten(int exponent) {
  std::int64_t power = 1;
  for (; exponent > 0; --exponent) power *= 10;
  return power;
}

// value / divisor, divisor > 0.
inline Wide divide(Wide value, std::int64_t divisor, Rounding rounding) {
  Wide const quotient = value / divisor;
  Wide const rest = value % divisor;
  Wide const twice = (rest < 0 ? -rest : rest) * 2;
  bool const away =
      rounding != Rounding::down &&
      (twice > divisor || (twice == divisor && (rounding == Rounding::half_up || quotient % 2 != 0)));
  return away ? quotient + (value < 0 ? -1 : 1) : quotient;
}

}  // namespace plumbline
