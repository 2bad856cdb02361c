// Money in integer cents (分) of yuan.
#pragma once
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/decimal.hpp"
#include "base/result.hpp"

namespace plumbline {

enum class Currency : std::uint8_t { cny };
std::string_view to_string(Currency currency);  // ISO 4217
std::optional<Currency> parse_currency(std::string_view name);

struct Money {
  std::int64_t cents = 0;
  Currency currency = Currency::cny;
  friend bool operator==(Money, Money) = default;
};
// Amounts of one currency have an order, others none.
std::partial_ordering operator<=>(Money a, Money b);

// "-?digits[.d[d]]", yuan; nothing for anything else or beyond 64 bits of cents.
std::optional<Money> parse_money(std::string_view text);
std::string to_string(Money amount);  // "1234.50"

// Refused with "money_overflow", or "money_currency" when the currencies differ.
Result<Money> add(Money a, Money b);
Result<Money> subtract(Money a, Money b);
Result<Money> multiply(Money amount, std::int64_t factor);
// amount × rate, rounded to cents: three percent a day of a fine is times(fine, {3, 2}, …).
Result<Money> times(Money amount, Decimal rate, Rounding rounding);

}  // namespace plumbline
