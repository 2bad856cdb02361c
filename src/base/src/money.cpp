#include "base/money.hpp"

#include "wide.hpp"

namespace plumbline {
namespace {

Result<Money> narrow(Wide cents, Currency currency) {
  if (!fits(cents)) return Refusal{"money_overflow", "", {}};
  return Money{static_cast<std::int64_t>(cents), currency};
}

Result<Money> combine(Money a, Money b, int sign) {
  if (a.currency != b.currency) return Refusal{"money_currency", "", {}};
  return narrow(Wide{a.cents} + Wide{b.cents} * sign, a.currency);
}

}  // namespace

std::string_view to_string(Currency) { return "CNY"; }

std::optional<Currency> parse_currency(std::string_view name) {
  if (name == "CNY") return Currency::cny;
  return {};
}

std::partial_ordering operator<=>(Money a, Money b) {
  if (a.currency != b.currency) return std::partial_ordering::unordered;
  return a.cents <=> b.cents;
}

std::optional<Money> parse_money(std::string_view text) {
  auto const yuan = parse_decimal(text);
  if (!yuan || yuan->scale > 2) return {};
  auto const cents = rescaled(*yuan, 2);
  if (!cents) return {};
  return Money{cents->unscaled, Currency::cny};
}

std::string to_string(Money amount) { return to_string(Decimal{amount.cents, 2}); }

Result<Money> add(Money a, Money b) { return combine(a, b, 1); }
Result<Money> subtract(Money a, Money b) { return combine(a, b, -1); }

Result<Money> multiply(Money amount, std::int64_t factor) {
  return narrow(Wide{amount.cents} * Wide{factor}, amount.currency);
}

Result<Money> times(Money amount, Decimal rate, Rounding rounding) {
  return narrow(divide(Wide{amount.cents} * Wide{rate.unscaled}, power_of_ten(rate.scale), rounding),
                amount.currency);
}

}  // namespace plumbline
