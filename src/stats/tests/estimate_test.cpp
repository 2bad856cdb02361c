#include "stats/estimate.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>
#include <random>

namespace plumbline::stats {
namespace {

Estimate total_of(std::vector<SampledUnit> const& units) { return *estimate_total(units, 0.95); }

DesignRate rate_of(std::vector<SampledUnit> const& units, RateQuestion const& question) {
  auto const result = estimate_rate(units, question);
  EXPECT_TRUE(result) << result.refusal().code;
  return *result;
}

RateQuestion hajek(std::optional<std::uint64_t> population = {},
                   RateInterval interval = RateInterval::student) {
  return {RateEstimator::hajek, interval, 0.95, population};
}
RateQuestion horvitz_thompson(std::uint64_t population) {
  return {RateEstimator::horvitz_thompson, RateInterval::student, 0.95, population};
}

TEST(Estimate, SimpleRandomSamplingByHand) {
  // 4 of 10: values 2, 4, 6, 8; mean 5, s² = 20/3, V(total) = N²(1-f)s²/n = 100·0.6·(20/3)/4 = 100.
  std::vector<SampledUnit> const units{{0, 0.4, 2, 1}, {0, 0.4, 4, 1}, {0, 0.4, 6, 1}, {0, 0.4, 8, 1}};
  auto const total = total_of(units);
  EXPECT_EQ(total.status, EstimateStatus::ok);
  EXPECT_NEAR(*total.value, 50, 1e-12);
  EXPECT_NEAR(*total.standard_error, 10, 1e-12);
  EXPECT_EQ(total.degrees_of_freedom, 3U);
  EXPECT_NEAR(total.interval->upper - *total.value, 10 * 3.182446305284263, 1e-9);  // t(0.975; 3)
  auto const mean = *estimate_mean(units, 10, 0.95);
  EXPECT_NEAR(*mean.value, 5, 1e-12);
  EXPECT_NEAR(*mean.standard_error, 1, 1e-12);
  auto const ratio = *estimate_ratio(units, 0.95);
  EXPECT_NEAR(*ratio.value, 5, 1e-12);
  EXPECT_NEAR(*ratio.standard_error, 1, 1e-12);
}

TEST(Estimate, HajekDevilleByHand) {
  // pi 1/2 and 1/4, y 3 and 2: z 6 and 8; c 1/2 and 3/4; centre (3+6)/(5/4) = 7.2;
  // V = 2·(0.5·1.44 + 0.75·0.64) = 2.4.
  std::vector<SampledUnit> const units{{0, 0.5, 3, 1}, {0, 0.25, 2, 1}};
  EXPECT_NEAR(*total_of(units).value, 14, 1e-12);
  EXPECT_NEAR(*total_of(units).standard_error, std::sqrt(2.4), 1e-12);
  // A certain unit moves the total and nothing else.
  auto with_certain = units;
  with_certain.push_back({0, 1, 100, 1});
  EXPECT_NEAR(*total_of(with_certain).value, 114, 1e-12);
  EXPECT_NEAR(*total_of(with_certain).standard_error, std::sqrt(2.4), 1e-12);
  EXPECT_EQ(total_of(with_certain).degrees_of_freedom, 1U);
  // Strata add up.
  auto strata = units;
  for (auto unit : units) strata.push_back({7, unit.pi, unit.y, unit.x});
  EXPECT_NEAR(*total_of(strata).standard_error, std::sqrt(4.8), 1e-12);
  EXPECT_EQ(total_of(strata).degrees_of_freedom, 2U);
}

TEST(Estimate, StatusesInsteadOfWrongNumbers) {
  EXPECT_EQ(total_of({}).status, EstimateStatus::no_sample);
  EXPECT_FALSE(total_of({}).value);

  auto const census = total_of({{0, 1, 3, 1}, {1, 1, 4, 1}});
  EXPECT_EQ(census.status, EstimateStatus::census);
  EXPECT_EQ(*census.value, 7);
  EXPECT_EQ(*census.standard_error, 0);
  EXPECT_FALSE(census.interval);

  auto const lone = total_of({{0, 0.5, 3, 1}, {0, 0.5, 4, 1}, {1, 0.5, 4, 1}});
  EXPECT_EQ(lone.status, EstimateStatus::lone_unit);
  EXPECT_TRUE(lone.value);
  EXPECT_FALSE(lone.standard_error);
  EXPECT_FALSE(lone.interval);
  // One unit left after the certain ones is just as lone.
  EXPECT_EQ(total_of({{0, 1, 3, 1}, {0, 0.5, 4, 1}}).status, EstimateStatus::lone_unit);

  auto const same = total_of({{0, 0.3, 0.1, 1}, {0, 0.3, 0.1, 1}, {0, 0.3, 0.1, 1}});
  EXPECT_EQ(same.status, EstimateStatus::no_variation);
  EXPECT_FALSE(same.interval);
  EXPECT_FALSE(same.standard_error);

  std::vector<SampledUnit> const outside{{0, 0.5, 0, 0}, {0, 0.5, 0, 0}};
  EXPECT_EQ(estimate_ratio(outside, 0.95)->status, EstimateStatus::empty_domain);
  EXPECT_EQ(rate_of(outside, hajek()).estimate.status, EstimateStatus::empty_domain);
  EXPECT_FALSE(rate_of(outside, hajek()).estimate.value);
  EXPECT_EQ(rate_of({}, hajek()).estimate.status, EstimateStatus::no_sample);
  EXPECT_FALSE(RawRate{}.rate());
  EXPECT_EQ(*(RawRate{1, 4}.rate()), 0.25);
}

TEST(Estimate, Refusals) {
  auto const code = [](std::vector<SampledUnit> const& units, double confidence = 0.95) {
    auto const result = estimate_total(units, confidence);
    return result ? std::string() : result.refusal().code;
  };
  EXPECT_EQ(code({{0, 0, 1, 1}}), "pi_out_of_range");
  EXPECT_EQ(code({{0, 1.01, 1, 1}}), "pi_out_of_range");
  EXPECT_EQ(code({{0, std::nan(""), 1, 1}}), "pi_out_of_range");
  EXPECT_EQ(code({{0, 0.5, std::nan(""), 1}}), "not_finite");
  EXPECT_EQ(code({}, 1), "confidence_out_of_range");
  std::vector<SampledUnit> const two{{0, 0.5, 1, 1}, {0, 0.5, 0, 1}};
  EXPECT_EQ(estimate_mean(two, 1, 0.95).refusal().code, "population_too_small");
  EXPECT_EQ(estimate_rate(two, horvitz_thompson(1)).refusal().code, "population_too_small");
  EXPECT_EQ(estimate_rate(two, {}).refusal().code, "population_missing");
  std::vector<SampledUnit> const half{{0, 0.5, 0.5, 1}};
  EXPECT_EQ(estimate_rate(half, hajek()).refusal().code, "not_a_rate");
  std::vector<SampledUnit> const outside{{0, 0.5, 1, 0}};
  EXPECT_EQ(estimate_rate(outside, hajek()).refusal().code, "not_a_rate");
}

TEST(Rate, AllPassGivesTheExactOneSidedBound) {
  std::vector<SampledUnit> const pass(12, {0, 0.2, 0, 1});
  for (auto const& question : {hajek(60), horvitz_thompson(60)}) {
    auto const rate = rate_of(pass, question).estimate;
    EXPECT_EQ(rate.status, EstimateStatus::all_alike);
    EXPECT_EQ(*rate.value, 0);
    EXPECT_FALSE(rate.standard_error);
    EXPECT_EQ(rate.side, Side::upper);
    EXPECT_EQ(rate.interval->lower, 0);
    EXPECT_NEAR(rate.interval->upper, 1 - std::pow(0.05, 1 / 12.0), 1e-12);
  }
  std::vector<SampledUnit> const fail(12, {0, 0.2, 1, 1});
  auto const rate = rate_of(fail, horvitz_thompson(60)).estimate;
  EXPECT_EQ(*rate.value, 1);
  EXPECT_EQ(rate.side, Side::lower);
  EXPECT_NEAR(rate.interval->lower, std::pow(0.05, 1 / 12.0), 1e-12);
  EXPECT_EQ(rate.interval->upper, 1);
}

TEST(Rate, CertainUnitsCountAsWhatTheyAre) {
  // 2 certain units, one fails; 8 others stand for 40, all pass.
  std::vector<SampledUnit> units(8, {0, 0.2, 0, 1});
  units.push_back({0, 1, 1, 1});
  units.push_back({0, 1, 0, 1});
  auto const rate = rate_of(units, horvitz_thompson(42)).estimate;
  EXPECT_EQ(rate.status, EstimateStatus::all_alike);
  EXPECT_NEAR(*rate.value, 1 / 42.0, 1e-15);
  EXPECT_NEAR(rate.interval->lower, 1 / 42.0, 1e-15);
  EXPECT_NEAR(rate.interval->upper, (1 + 40 * (1 - std::pow(0.05, 1 / 8.0))) / 42, 1e-12);
}

TEST(Rate, UnequalWeightsMakeTheBoundWider) {
  std::vector<SampledUnit> units(6, {0, 0.5, 0, 1});
  for (int i = 0; i < 6; ++i) units.push_back({0, 0.05, 0, 1});
  auto const wide = rate_of(units, hajek()).estimate;
  auto const equal = rate_of(std::vector<SampledUnit>(12, {0, 0.1, 0, 1}), hajek()).estimate;
  EXPECT_GT(wide.interval->upper, equal.interval->upper);
}

TEST(Rate, NeverLeavesWhatWasSeen) {
  // 1 failing of 30 among 40: at least 1/40 and at most 11/40 are failing, whatever t says.
  std::vector<SampledUnit> units(29, {0, 0.75, 0, 1});
  units.push_back({0, 0.75, 1, 1});
  auto const seen = rate_of(units, hajek(40)).estimate;
  EXPECT_EQ(seen.status, EstimateStatus::ok);
  EXPECT_NEAR(seen.interval->lower, 1 / 40.0, 1e-12);
  EXPECT_LE(seen.interval->upper, 11 / 40.0);
  EXPECT_GT(seen.interval->upper, *seen.value);
  EXPECT_EQ(rate_of(units, hajek()).estimate.interval->lower, 0);
  // A Horvitz-Thompson rate above 1 is printed as 1.
  std::vector<SampledUnit> const heavy{{0, 0.1, 1, 1}, {0, 0.1, 1, 1}, {0, 0.5, 0, 1}};
  EXPECT_EQ(*rate_of(heavy, horvitz_thompson(15)).estimate.value, 1);
  EXPECT_LE(rate_of(heavy, horvitz_thompson(15)).estimate.interval->upper, 14 / 15.0);
}

TEST(Rate, DomainsUseOnlyTheirUnits) {
  std::vector<SampledUnit> const units{
      {0, 0.5, 1, 1}, {0, 0.5, 0, 1}, {0, 0.25, 0, 0}, {1, 0.5, 0, 1}, {1, 0.5, 0, 0},
  };
  auto const rate = rate_of(units, hajek());
  EXPECT_EQ(rate.units, 3U);
  EXPECT_EQ(rate.failing, 1U);
  EXPECT_NEAR(*rate.estimate.value, 1 / 3.0, 1e-12);
  EXPECT_EQ(rate.estimate.status, EstimateStatus::ok);
}

TEST(Estimate, DrawnUnitsBringTheirProbability) {
  EXPECT_EQ(inclusion_probability({0, 1, 1, {}}), 1.0);
  EXPECT_EQ(inclusion_probability({0, 3, 4, {}}), 0.75);
}

// A city of 600 firms in two strata, heavier ones fail more often: 800 draws, 95 % intervals.
TEST(Rate, IntervalsCoverTheTruthAsOftenAsPromised) {
  std::mt19937 random(2);
  std::vector<std::string> ids;
  std::vector<DrawUnit> units;
  std::vector<double> fails;
  ids.reserve(600);
  for (int i = 0; i < 600; ++i) ids.push_back("firm-" + std::to_string(i));
  for (int i = 0; i < 600; ++i) {
    std::uint64_t const weight = std::uint64_t{1} << (random() % 3);
    units.push_back({ids[static_cast<std::size_t>(i)], static_cast<std::uint32_t>(i % 2), weight});
    fails.push_back(random() % 100 < 10 + 6 * weight ? 1 : 0);
  }
  double const truth = std::accumulate(fails.begin(), fails.end(), 0.0) / 600;
  std::vector<DrawStratum> const strata{{"A", 40}, {"B", 40}};
  for (auto estimator : {RateEstimator::horvitz_thompson, RateEstimator::hajek}) {
    int covered = 0;
    double sum = 0;
    constexpr int draws = 800;
    for (int number = 0; number < draws; ++number) {
      auto const result =
          draw(HashSuite::sha256, sha256("coverage " + std::to_string(number)), strata, units);
      std::vector<SampledUnit> sample;
      for (std::uint32_t s = 0; s < 2; ++s)
        for (auto const& unit : (*result)[s].selected)
          sample.push_back({s, inclusion_probability(unit), fails[unit.unit], 1});
      auto const rate = rate_of(sample, {estimator, RateInterval::student, 0.95, 600}).estimate;
      sum += *rate.value;
      covered += rate.interval->lower <= truth && truth <= rate.interval->upper ? 1 : 0;
    }
    // Three standard errors of a coverage of 95 % in 800 draws are 2.3 points.
    EXPECT_NEAR(covered / static_cast<double>(draws), 0.95, 0.03) << static_cast<int>(estimator);
    EXPECT_NEAR(sum / draws, truth, 0.006) << static_cast<int>(estimator);  // about 3.5 standard errors
  }
}

TEST(JointVariance, AgreesWithSimpleRandomSampling) {
  // Equal probabilities of samples of 2 out of 4: pi 1/2, joint 1/6. V = N²(1-f)s²/n = 16·0.5·2/2 = 8.
  std::vector<double> const y{1, 3};
  std::vector<double> const pi{0.5, 0.5};
  std::vector<double> const joint{0.5, 1 / 6.0, 1 / 6.0, 0.5};
  EXPECT_NEAR(*sen_yates_grundy_variance(y, pi, joint), 8, 1e-12);
  // Σ y²(1-pi)/pi² + 2·y1·y2·(1/6-1/4)/(1/6·1/4) = 20 - 12
  EXPECT_NEAR(*horvitz_thompson_variance(y, pi, joint), 8, 1e-12);
  EXPECT_EQ(sen_yates_grundy_variance(y, pi, std::vector<double>{1}).refusal().code, "shape");
  EXPECT_EQ(sen_yates_grundy_variance(y, pi, std::vector<double>{1, 0, 0, 1}).refusal().code, "joint_zero");
}

}  // namespace
}  // namespace plumbline::stats
