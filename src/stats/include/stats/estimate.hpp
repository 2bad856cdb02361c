// What a drawn sample says about the whole population: Horvitz-Thompson and Hájek estimates, stratified,
// with the Hájek-Deville variance that fits DR-1 (draw.md; Deville 1999; Särndal, Swensson and Wretman 1992).
//
//   total  = Σ y/pi                      mean, rate = total/N (Horvitz-Thompson) or Σ(y/pi)/Σ(x/pi) (Hájek)
//   V      = Σ over strata of m/(m-1) Σ c (z - Σcz/Σc)²,  z = y/pi, c = 1-pi, m = units with pi < 1;
//            for a ratio z is the linearized residual (y - R x)/(Σ x/pi)/pi
//   interval: value ± t·√V, Student's t with Σ(m-1) degrees of freedom
//
// For equal probabilities V is the usual variance of simple random sampling without replacement. Certain
// units (pi = 1) enter the estimate and not the variance. Where a design cannot tell its own error, the
// status says so: an interval of width zero is never given.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "base/result.hpp"
#include "stats/draw.hpp"
#include "stats/interval.hpp"

namespace plumbline::stats {

struct SampledUnit {
  std::uint32_t stratum = 0;
  double pi = 1;  // probability of having been drawn; exactly 1 for certain units
  double y = 0;   // what is counted; 0 or 1 in rates
  double x = 1;   // what it is counted against: 1 in a mean, 1 or 0 for inside or outside a domain, a size
};
double inclusion_probability(DrawnUnit const& unit);

enum class EstimateStatus : std::uint8_t {
  ok,
  census,        // every unit was certain: the value is exact, there is no sampling error and no interval
  all_alike,     // rates: the units not certain are all 0 or all 1; the interval is an exact one-sided bound
  no_variation,  // variance zero though not a census: no interval
  lone_unit,     // a stratum with one unit that is not certain: its variance cannot be told, no interval
  empty_domain,  // Σ x/pi = 0: no value
  no_sample,     // no units: no value
};
std::string_view to_string(EstimateStatus status);

struct Estimate {
  EstimateStatus status = EstimateStatus::no_sample;
  std::optional<double> value;
  std::optional<double> standard_error;  // absent where the sample cannot tell it
  std::uint64_t degrees_of_freedom = 0;
  std::optional<Interval> interval;
  Side side = Side::two;
};

// Refused everywhere: pi_out_of_range (not in (0, 1]), not_finite (y or x), confidence_out_of_range.
Result<Estimate> estimate_total(std::span<SampledUnit const> units, double confidence);
// Total over a known number N of units. Refused: population_too_small (fewer than the units given).
Result<Estimate> estimate_mean(std::span<SampledUnit const> units, std::uint64_t population,
                               double confidence);
// Σ(y/pi)/Σ(x/pi): Hájek mean (x = 1), domain mean (y = 0 where x = 0), size-weighted mean (x = size,
// y = size times value).
Result<Estimate> estimate_ratio(std::span<SampledUnit const> units, double confidence);

enum class RateEstimator : std::uint8_t { horvitz_thompson, hajek };
enum class RateInterval : std::uint8_t {
  student,        // value ± t·se, cut to what was seen: no fewer failing units than were found
  logit,          // the same on the logit scale
  korn_graubard,  // Clopper-Pearson with the effective sample size p(1-p)/V·(t(n-1)/t(df))²
};
struct RateQuestion {
  RateEstimator estimator = RateEstimator::horvitz_thompson;
  RateInterval interval = RateInterval::student;
  double confidence = 0.95;
  // N, or for a domain its size. Horvitz-Thompson needs it. With Hájek it only narrows the interval to
  // what was seen.
  std::optional<std::uint64_t> population;
};

// A rate estimated from a probability sample: the only kind with a sampling error. Never outside 0…1.
// When the units not certain are all alike, their share is bounded by 1 - α^(1/n) (all 0) or α^(1/n)
// (all 1), α = 1 - confidence, n = (Σw)²/Σw² over their weights w = 1/pi (Kish; the count itself for equal
// probabilities, where the bound is Clopper and Pearson's), and the value takes them as alike.
// logit and korn_graubard fall back to student where the value is 0 or 1.
struct DesignRate {
  Estimate estimate;
  std::uint64_t units = 0;    // in the sample (and domain)
  std::uint64_t failing = 0;  // with y = 1
};
// y and x 0 or 1, y <= x. Refused: not_a_rate, population_missing, population_too_small.
Result<DesignRate> estimate_rate(std::span<SampledUnit const> units, RateQuestion const& question);

// A rate in a sample that was not drawn by chance (risk-targeted, complaints, daily checks): it speaks for
// these units only. It has no interval on purpose.
struct RawRate {
  std::uint64_t failing = 0;
  std::uint64_t units = 0;
  std::optional<double> rate() const;  // nothing for no units
};

// Variances of a Horvitz-Thompson total where the joint probabilities are known; joint is row by row,
// units x units, its diagonal is pi. Refused: shape, joint_zero (a pair that can never be drawn together).
Result<double> sen_yates_grundy_variance(std::span<double const> y, std::span<double const> pi,
                                         std::span<double const> joint);
Result<double> horvitz_thompson_variance(std::span<double const> y, std::span<double const> pi,
                                         std::span<double const> joint);

}  // namespace plumbline::stats
