#include "stats/interval.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "csv.hpp"

namespace plumbline::stats {
namespace {

using testing::number;
using testing::read_csv;

constexpr ProportionMethod all_methods[] = {ProportionMethod::clopper_pearson, ProportionMethod::wilson,
                                            ProportionMethod::wilson_cc,       ProportionMethod::jeffreys,
                                            ProportionMethod::agresti_coull,   ProportionMethod::mid_p};

Interval interval(std::uint64_t x, std::uint64_t n, double confidence, ProportionMethod method,
                  Side side = Side::two) {
  auto const result = proportion_interval(x, n, confidence, method, side);
  EXPECT_TRUE(result) << result.refusal().code;
  return *result;
}

// Newcombe 1998, table I: methods 3 (Wilson), 4 (with correction), 5 (Clopper-Pearson), 6 (mid-p).
TEST(ProportionInterval, NewcombesTable) {
  struct Row {
    std::uint64_t x, n;
    ProportionMethod method;
    double lower, upper;
  };
  Row const rows[] = {
      {81, 263, ProportionMethod::wilson, 0.2553, 0.3662},
      {81, 263, ProportionMethod::wilson_cc, 0.2535, 0.3682},
      {81, 263, ProportionMethod::clopper_pearson, 0.2527, 0.3676},
      {81, 263, ProportionMethod::mid_p, 0.2544, 0.3658},
      {15, 148, ProportionMethod::wilson, 0.0624, 0.1605},
      {15, 148, ProportionMethod::wilson_cc, 0.0598, 0.1644},
      {15, 148, ProportionMethod::clopper_pearson, 0.0578, 0.1617},
      {15, 148, ProportionMethod::mid_p, 0.0601, 0.1581},
      {0, 20, ProportionMethod::wilson, 0, 0.1611},
      {0, 20, ProportionMethod::wilson_cc, 0, 0.2005},
      {0, 20, ProportionMethod::clopper_pearson, 0, 0.1684},
      {0, 20, ProportionMethod::mid_p, 0, 0.1391},
      {1, 29, ProportionMethod::wilson, 0.0061, 0.1718},
      {1, 29, ProportionMethod::wilson_cc, 0.0018, 0.1963},
      {1, 29, ProportionMethod::clopper_pearson, 0.0009, 0.1776},
      {1, 29, ProportionMethod::mid_p, 0.0017, 0.1585},
  };
  for (auto const& row : rows) {
    auto const got = interval(row.x, row.n, 0.95, row.method);
    EXPECT_NEAR(got.lower, row.lower, 5.1e-5) << to_string(row.method) << ' ' << row.x;
    EXPECT_NEAR(got.upper, row.upper, 5.1e-5) << to_string(row.method) << ' ' << row.x;
  }
}

TEST(ProportionInterval, ClosedForms) {
  // x = 0: 1 - (α/2)^(1/n) and 1 - α^(1/n).
  EXPECT_NEAR(interval(0, 12, 0.95, ProportionMethod::clopper_pearson).upper, 1 - std::pow(0.025, 1 / 12.0),
              1e-14);
  EXPECT_NEAR(interval(0, 12, 0.95, ProportionMethod::clopper_pearson, Side::upper).upper,
              1 - std::pow(0.05, 1 / 12.0), 1e-14);
  EXPECT_NEAR(interval(0, 12, 0.95, ProportionMethod::mid_p).upper, 1 - std::pow(0.05, 1 / 12.0), 1e-14);
  EXPECT_NEAR(interval(12, 12, 0.95, ProportionMethod::clopper_pearson, Side::lower).lower,
              std::pow(0.05, 1 / 12.0), 1e-14);
}

TEST(ProportionInterval, Properties) {
  for (auto method : all_methods) {
    for (std::uint64_t n : {1U, 2U, 5U, 30U, 400U}) {
      for (std::uint64_t x = 0; x <= n; x += n > 30 ? 37 : 1) {
        double const estimate = static_cast<double>(x) / static_cast<double>(n);
        double width_before = 0;
        for (double confidence : {0.5, 0.9, 0.95, 0.99, 0.999}) {
          auto const two = interval(x, n, confidence, method);
          EXPECT_GE(two.lower, 0);
          EXPECT_LE(two.upper, 1);
          EXPECT_LE(two.lower, estimate + 1e-15) << to_string(method) << ' ' << x << '/' << n;
          EXPECT_GE(two.upper, estimate - 1e-15) << to_string(method) << ' ' << x << '/' << n;
          EXPECT_GT(two.upper - two.lower, width_before);
          width_before = two.upper - two.lower;
          // A one-sided bound is the two-sided one of twice the error.
          auto const lower = interval(x, n, (1 + confidence) / 2, method, Side::lower);
          EXPECT_NEAR(lower.lower, two.lower, 1e-12);
          EXPECT_EQ(lower.upper, 1);
          auto const upper = interval(x, n, (1 + confidence) / 2, method, Side::upper);
          EXPECT_NEAR(upper.upper, two.upper, 1e-12);
          EXPECT_EQ(upper.lower, 0);
          // Counting the other kind turns the interval round.
          auto const turned = interval(n - x, n, confidence, method);
          EXPECT_NEAR(turned.lower, 1 - two.upper, 1e-12);
          EXPECT_NEAR(turned.upper, 1 - two.lower, 1e-12);
        }
      }
    }
    EXPECT_LT(interval(40, 400, 0.95, method).upper - interval(40, 400, 0.95, method).lower,
              interval(4, 40, 0.95, method).upper - interval(4, 40, 0.95, method).lower);
  }
}

// The least coverage over a grid of true rates: exact methods never fall below what they promise.
TEST(ProportionInterval, ClopperPearsonNeverCoversLessThanPromised) {
  std::uint64_t const n = 20;
  std::vector<Interval> intervals;
  for (std::uint64_t x = 0; x <= n; ++x)
    intervals.push_back(interval(x, n, 0.95, ProportionMethod::clopper_pearson));
  for (int step = 1; step < 1000; ++step) {
    double const p = step / 1000.0;
    double coverage = 0;
    double probability = std::pow(1 - p, static_cast<double>(n));
    for (std::uint64_t x = 0; x <= n; ++x) {
      if (intervals[x].lower <= p && p <= intervals[x].upper) coverage += probability;
      probability *= static_cast<double>(n - x) / static_cast<double>(x + 1) * p / (1 - p);
    }
    ASSERT_GE(coverage, 0.95 - 1e-12) << p;
  }
}

TEST(ProportionInterval, Refusals) {
  auto const code = [](std::uint64_t x, std::uint64_t n, double confidence) {
    auto const result = proportion_interval(x, n, confidence, ProportionMethod::wilson);
    return result ? std::string() : result.refusal().code;
  };
  EXPECT_EQ(code(0, 0, 0.95), "no_trials");
  EXPECT_EQ(code(3, 2, 0.95), "count_above_trials");
  EXPECT_EQ(code(1, 2, 0), "confidence_out_of_range");
  EXPECT_EQ(code(1, 2, 1), "confidence_out_of_range");
  EXPECT_EQ(code(1, 2, 95), "confidence_out_of_range");
  EXPECT_EQ(code(1, 2, std::nan("")), "confidence_out_of_range");
}

// Every count of the lot by adding up exact probabilities.
TEST(FinitePopulation, AgreesWithTryingEveryCount) {
  std::uint64_t const population = 23;
  auto const choose = [](std::uint64_t from, std::uint64_t many) {
    double out = many > from ? 0 : 1;
    for (std::uint64_t i = 1; i <= many && many <= from; ++i)
      out = out * static_cast<double>(from - many + i) / static_cast<double>(i);
    return out;
  };
  for (std::uint64_t n : {1U, 7U, 22U, 23U}) {
    for (std::uint64_t x = 0; x <= n; ++x) {
      for (double confidence : {0.9, 0.95, 0.99}) {
        CountInterval want{population, 0};
        for (std::uint64_t kind = x; kind <= population - (n - x); ++kind) {
          double below = 0;
          double above = 0;
          for (std::uint64_t k = 0; k <= n; ++k) {
            double const p = choose(kind, k) * choose(population - kind, n - k) / choose(population, n);
            below += k <= x ? p : 0;
            above += k >= x ? p : 0;
          }
          if (above > (1 - confidence) / 2) want.lower = std::min(want.lower, kind);
          if (below > (1 - confidence) / 2) want.upper = std::max(want.upper, kind);
        }
        EXPECT_EQ(*finite_population_interval(x, n, population, confidence), want) << x << '/' << n;
      }
    }
  }
  EXPECT_EQ(finite_population_interval(1, 3, 2, 0.95).refusal().code, "sample_above_population");
  EXPECT_EQ(finite_population_interval(0, 0, 2, 0.95).refusal().code, "no_trials");
  EXPECT_EQ(*finite_population_interval(5, 5, 5, 0.95), (CountInterval{5, 5}));  // everything was seen
  // A large lot is a binomial.
  auto const large = *finite_population_interval(3, 100, 1000000000, 0.95);
  auto const binomial = *proportion_interval(3, 100, 0.95, ProportionMethod::clopper_pearson);
  EXPECT_NEAR(static_cast<double>(large.lower) / 1e9, binomial.lower, 1e-6);
  EXPECT_NEAR(static_cast<double>(large.upper) / 1e9, binomial.upper, 1e-6);
}

TEST(FinitePopulation, ReferenceTable) {
  std::string const path = PLUMBLINE_SHARED_DIR "/vectors/stats/proportion/finite_population_ci.csv";
  if (!std::filesystem::exists(path)) GTEST_SKIP() << "no reference data beside the project";
  int rows = 0;
  for (auto const& row : read_csv(path)) {
    auto const whole = [&](char const* name) { return static_cast<std::uint64_t>(number(row, name)); };
    EXPECT_EQ(*finite_population_interval(whole("x"), whole("n"), whole("N"), number(row, "conf")),
              (CountInterval{whole("D_lo"), whole("D_hi")}));
    ++rows;
  }
  EXPECT_GE(rows, 12);
}

TEST(ProportionInterval, NamesGoBothWays) {
  for (auto method : all_methods) EXPECT_EQ(proportion_method(to_string(method)), method);
  EXPECT_FALSE(proportion_method("wald"));
  for (auto one : {Side::two, Side::lower, Side::upper}) EXPECT_EQ(side(to_string(one)), one);
  EXPECT_FALSE(side("both"));
}

TEST(ProportionInterval, ReferenceTable) {
  std::string const path = PLUMBLINE_SHARED_DIR "/vectors/stats/proportion/one_sample_ci.csv";
  if (!std::filesystem::exists(path)) GTEST_SKIP() << "no reference data beside the project";
  struct Columns {
    ProportionMethod method;
    char const* name;
  };
  Columns const columns[] = {
      {ProportionMethod::clopper_pearson, "cp"}, {ProportionMethod::wilson, "wilson"},
      {ProportionMethod::wilson_cc, "wilsoncc"}, {ProportionMethod::jeffreys, "jeffreys"},
      {ProportionMethod::agresti_coull, "ac"},   {ProportionMethod::mid_p, "midp"},
  };
  int rows = 0;
  for (auto const& row : read_csv(path)) {
    auto const x = static_cast<std::uint64_t>(number(row, "x"));
    auto const n = static_cast<std::uint64_t>(number(row, "n"));
    double const confidence = number(row, "conf");
    for (auto const& column : columns) {
      auto const got = interval(x, n, confidence, column.method);
      EXPECT_NEAR(got.lower, number(row, column.name + std::string("_lo")), 1e-9)
          << column.name << ' ' << x << '/' << n;
      EXPECT_NEAR(got.upper, number(row, column.name + std::string("_hi")), 1e-9)
          << column.name << ' ' << x << '/' << n;
    }
    EXPECT_NEAR(interval(x, n, confidence, ProportionMethod::clopper_pearson, Side::lower).lower,
                number(row, "one_sided_cp_lower"), 1e-9);
    ++rows;
  }
  EXPECT_GE(rows, 39);
  RecordProperty("rows", rows);
}

}  // namespace
}  // namespace plumbline::stats
