#include "base/decimal.hpp"

#include "wide.hpp"

namespace plumbline {
namespace {

Refusal overflow() { return {"decimal_overflow", "", {}}; }
Refusal inexact() { return {"decimal_inexact", "", {}}; }

// Two numbers as multiples of the same power of ten.
struct Aligned {
  Wide a;
  Wide b;
  std::uint8_t scale;
};
Aligned align(Decimal a, Decimal b) {
  std::uint8_t const scale = a.scale > b.scale ? a.scale : b.scale;
  return {Wide{a.unscaled} * power_of_ten(scale - a.scale), Wide{b.unscaled} * power_of_ten(scale - b.scale),
          scale};
}

Result<Decimal> narrow(Wide unscaled, int scale) {
  while (scale > 0 && (scale > Decimal::scale_max || !fits(unscaled)) && unscaled % 10 == 0) {
    unscaled /= 10;
    --scale;
  }
  if (scale > Decimal::scale_max) return inexact();
  if (!fits(unscaled)) return overflow();
  return Decimal{static_cast<std::int64_t>(unscaled), static_cast<std::uint8_t>(scale)};
}

}  // namespace

std::strong_ordering operator<=>(Decimal a, Decimal b) {
  Aligned const both = align(a, b);
  return both.a < both.b   ? std::strong_ordering::less
         : both.a > both.b ? std::strong_ordering::greater
                           : std::strong_ordering::equal;
}

std::optional<Decimal> parse_decimal(std::string_view text) {
  bool const negative = text.starts_with('-');
  if (negative) text.remove_prefix(1);
  std::size_t const point = text.find('.');
  std::string_view const whole = text.substr(0, point);
  std::string_view const places =
      point == std::string_view::npos ? std::string_view{} : text.substr(point + 1);
  if (whole.empty() || (whole.size() > 1 && whole[0] == '0') || whole.size() > 19) return {};
  if ((point != std::string_view::npos && places.empty()) || places.size() > Decimal::scale_max) return {};
  Wide unscaled = 0;
  for (std::string_view const part : {whole, places})
    for (char const c : part) {
      if (c < '0' || c > '9') return {};
      unscaled = unscaled * 10 + (c - '0');
    }
  if (negative && unscaled == 0) return {};
  if (negative) unscaled = -unscaled;
  if (!fits(unscaled)) return {};
  return Decimal{static_cast<std::int64_t>(unscaled), static_cast<std::uint8_t>(places.size())};
}

std::string to_string(Decimal value) {
  std::string text = std::to_string(value.unscaled);
  if (value.scale == 0) return text;
  std::size_t const sign = value.unscaled < 0 ? 1 : 0;
  std::size_t const digits = text.size() - sign;
  if (digits <= value.scale) text.insert(sign, value.scale + 1 - digits, '0');
  text.insert(text.size() - value.scale, 1, '.');
  return text;
}

Decimal normalised(Decimal value) {
  while (value.scale > 0 && value.unscaled % 10 == 0) {
    value.unscaled /= 10;
    --value.scale;
  }
  return value;
}

Result<Decimal> rescaled(Decimal value, std::uint8_t scale) {
  if (scale > Decimal::scale_max) return inexact();
  if (scale >= value.scale) return narrow(Wide{value.unscaled} * power_of_ten(scale - value.scale), scale);
  std::int64_t const divisor = power_of_ten(value.scale - scale);
  if (value.unscaled % divisor != 0) return inexact();
  return Decimal{value.unscaled / divisor, scale};
}

Result<Decimal> rounded(Decimal value, std::uint8_t scale, Rounding rounding) {
  if (scale >= value.scale) return rescaled(value, scale);
  return Decimal{
      static_cast<std::int64_t>(divide(value.unscaled, power_of_ten(value.scale - scale), rounding)), scale};
}

Result<Decimal> add(Decimal a, Decimal b) {
  Aligned const both = align(a, b);
  return narrow(both.a + both.b, both.scale);
}

Result<Decimal> subtract(Decimal a, Decimal b) {
  Aligned const both = align(a, b);
  return narrow(both.a - both.b, both.scale);
}

Result<Decimal> multiply(Decimal a, Decimal b) {
  return narrow(Wide{a.unscaled} * Wide{b.unscaled}, a.scale + b.scale);
}

}  // namespace plumbline
