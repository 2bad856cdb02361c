#include <gtest/gtest.h>

#include "base/decimal.hpp"
#include "base/limits.hpp"
#include "base/money.hpp"

namespace plumbline {
namespace {

Decimal dec(std::string_view text) { return parse_decimal(text).value(); }
constexpr std::int64_t largest = 9'223'372'036'854'775'807;

TEST(Decimal, keeps_its_places_in_text) {
  for (auto const* text : {"0", "0.50", "-0.05", "12", "-12.300", "0.000000001", "9223372036854775807",
                           "-9223372036854775808", "9223372036.854775807"})
    EXPECT_EQ(to_string(dec(text)), text);
}

TEST(Decimal, refuses_other_spellings) {
  for (auto const* text : {"",
                           "-",
                           ".",
                           ".5",
                           "5.",
                           "+5",
                           "05",
                           "-0",
                           "-0.00",
                           "1e3",
                           " 1",
                           "1 ",
                           "1,000",
                           "0x10",
                           "1.0000000000",
                           "9223372036854775808",
                           "-9223372036854775809",
                           "99999999999999999999",
                           "--1",
                           "1.-5",
                           "１"})
    EXPECT_FALSE(parse_decimal(text)) << text;
}

TEST(Decimal, compares_by_value) {
  EXPECT_EQ(dec("0.50"), dec("0.5"));
  EXPECT_LT(dec("-0.5"), dec("0.25"));
  EXPECT_GT(dec("9223372036854775807"), dec("9223372036.854775807"));
  EXPECT_LT(dec("-9223372036854775808"), dec("-9.223372036"));
  EXPECT_EQ(to_string(normalised(dec("-12.300"))), "-12.3");
  EXPECT_EQ(to_string(normalised(dec("0.000"))), "0");
  EXPECT_EQ(to_string(normalised(dec("100"))), "100");
}

TEST(Decimal, arithmetic_is_exact) {
  EXPECT_EQ(to_string(*add(dec("0.1"), dec("0.2"))), "0.3");
  EXPECT_EQ(to_string(*add(dec("0.10"), dec("0.2"))), "0.30");
  EXPECT_EQ(to_string(*subtract(dec("1"), dec("0.999999999"))), "0.000000001");
  EXPECT_EQ(to_string(*multiply(dec("-1.5"), dec("0.05"))), "-0.075");
  EXPECT_EQ(to_string(*multiply(dec("0.00005"), dec("0.0002"))), "0.000000010")
      << "ten places, the last a zero";
}

TEST(Decimal, arithmetic_refuses_what_it_cannot_hold) {
  EXPECT_EQ(add(dec("9223372036854775807"), dec("1")).refusal().code, "decimal_overflow");
  EXPECT_EQ(subtract(dec("-9223372036854775808"), dec("1")).refusal().code, "decimal_overflow");
  EXPECT_EQ(add(dec("9223372036854775807"), dec("0.1")).refusal().code, "decimal_overflow");
  EXPECT_EQ(multiply(dec("9223372036854775807"), dec("2")).refusal().code, "decimal_overflow");
  EXPECT_EQ(multiply(dec("-9223372036854775808"), dec("-9223372036854775808")).refusal().code,
            "decimal_overflow");
  EXPECT_EQ(multiply(dec("0.00001"), dec("0.00001")).refusal().code, "decimal_inexact");
  EXPECT_EQ(add(dec("9223372036854775807"), dec("0.0"))->unscaled, largest) << "the zero place may fall away";
}

TEST(Decimal, changes_its_scale) {
  EXPECT_EQ(to_string(*rescaled(dec("1.5"), 3)), "1.500");
  EXPECT_EQ(to_string(*rescaled(dec("1.500"), 1)), "1.5");
  EXPECT_EQ(rescaled(dec("1.55"), 1).refusal().code, "decimal_inexact");
  EXPECT_EQ(rescaled(dec("1"), 10).refusal().code, "decimal_inexact");
}

TEST(Decimal, rounds_as_told) {
  EXPECT_EQ(to_string(*rounded(dec("2.5"), 0, Rounding::half_up)), "3");
  EXPECT_EQ(to_string(*rounded(dec("-2.5"), 0, Rounding::half_up)), "-3");
  EXPECT_EQ(to_string(*rounded(dec("2.5"), 0, Rounding::half_even)), "2");
  EXPECT_EQ(to_string(*rounded(dec("3.5"), 0, Rounding::half_even)), "4");
  EXPECT_EQ(to_string(*rounded(dec("-3.5"), 0, Rounding::half_even)), "-4");
  EXPECT_EQ(to_string(*rounded(dec("2.51"), 0, Rounding::half_even)), "3");
  EXPECT_EQ(to_string(*rounded(dec("-2.99"), 0, Rounding::down)), "-2");
  EXPECT_EQ(to_string(*rounded(dec("0.0449"), 2, Rounding::half_up)), "0.04");
  EXPECT_EQ(to_string(*rounded(dec("-9223372036854775.808"), 0, Rounding::half_up)), "-9223372036854776");
}

TEST(Money, is_yuan_with_two_places) {
  EXPECT_EQ(parse_money("1234.5")->cents, 123'450);
  EXPECT_EQ(parse_money("-0.01")->cents, -1);
  EXPECT_EQ(parse_money("100000")->cents, 10'000'000);
  EXPECT_EQ(to_string(Money{123'450}), "1234.50");
  EXPECT_EQ(to_string(Money{-1}), "-0.01");
  EXPECT_EQ(to_string(Money{}), "0.00");
  for (auto const* text : {"", "1.005", "1,000", "￥5", "92233720368547758.08", "five"})
    EXPECT_FALSE(parse_money(text)) << text;
  EXPECT_EQ(to_string(Currency::cny), "CNY");
  EXPECT_EQ(parse_currency("CNY"), Currency::cny);
  EXPECT_FALSE(parse_currency("USD"));
}

TEST(Money, arithmetic_refuses_overflow) {
  EXPECT_EQ(add(Money{5}, Money{7})->cents, 12);
  EXPECT_EQ(subtract(Money{5}, Money{7})->cents, -2);
  EXPECT_EQ(multiply(Money{5}, 3)->cents, 15);
  EXPECT_EQ(add(Money{largest}, Money{1}).refusal().code, "money_overflow");
  EXPECT_EQ(subtract(Money{-largest}, Money{2}).refusal().code, "money_overflow");
  EXPECT_EQ(multiply(Money{largest}, 2).refusal().code, "money_overflow");
  EXPECT_LT(Money{5}, Money{7});
  EXPECT_EQ(Money{5}, Money{5});
}

TEST(Money, takes_a_share) {
  // Penalty Law article 72: three percent a day.
  EXPECT_EQ(times(Money{1'000'000}, dec("0.03"), Rounding::half_up)->cents, 30'000);
  EXPECT_EQ(times(Money{150}, dec("0.03"), Rounding::half_up)->cents, 5) << "4.5 cents";
  EXPECT_EQ(times(Money{150}, dec("0.03"), Rounding::half_even)->cents, 4);
  EXPECT_EQ(times(Money{-150}, dec("0.03"), Rounding::half_up)->cents, -5);
  EXPECT_EQ(times(Money{largest}, dec("3"), Rounding::down).refusal().code, "money_overflow");
}

}  // namespace
}  // namespace plumbline
