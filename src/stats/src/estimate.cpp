#include "stats/estimate.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <vector>

#include "quantile.hpp"

namespace plumbline::stats {
namespace {

Refusal refuse(char const* code, char const* detail) { return {code, detail, {}}; }

Result<void> check(std::span<SampledUnit const> units, double confidence) {
  if (!(confidence > 0 && confidence < 1))
    return refuse("confidence_out_of_range", "confidence must lie between 0 and 1");
  for (auto const& unit : units) {
    if (!(unit.pi > 0 && unit.pi <= 1)) return refuse("pi_out_of_range", "pi must lie in (0, 1]");
    if (!std::isfinite(unit.y) || !std::isfinite(unit.x))
      return refuse("not_finite", "y and x must be numbers");
  }
  return {};
}

bool is_random(SampledUnit const& unit) { return unit.pi < 1; }

// Hájek-Deville, of Σ values[i]/pi[i].
struct DesignVariance {
  double variance = 0;
  std::uint64_t random_units = 0;
  std::uint64_t degrees_of_freedom = 0;
  bool has_lone_unit = false;
};

DesignVariance design_variance(std::span<SampledUnit const> units, std::vector<double> const& values) {
  struct Sums {
    std::uint64_t m = 0;
    double c = 0;
    double cz = 0;
    double squares = 0;
  };
  std::map<std::uint32_t, Sums> strata;
  for (std::size_t i = 0; i < units.size(); ++i) {
    if (!is_random(units[i])) continue;
    auto& sums = strata[units[i].stratum];
    double const c = 1 - units[i].pi;
    ++sums.m;
    sums.c += c;
    sums.cz += c * values[i] / units[i].pi;
  }
  for (std::size_t i = 0; i < units.size(); ++i) {
    if (!is_random(units[i])) continue;
    auto& sums = strata[units[i].stratum];
    double const distance = values[i] / units[i].pi - sums.cz / sums.c;
    sums.squares += (1 - units[i].pi) * distance * distance;
  }
  DesignVariance out;
  for (auto const& [stratum, sums] : strata) {
    double const m = static_cast<double>(sums.m);
    out.random_units += sums.m;
    out.degrees_of_freedom += sums.m - 1;
    if (sums.m == 1)
      out.has_lone_unit = true;
    else
      out.variance += m / (m - 1) * sums.squares;
  }
  return out;
}

Interval student_interval(Estimate const& estimate, double confidence) {
  double const t = student_quantile((1 + confidence) / 2, static_cast<double>(estimate.degrees_of_freedom));
  double const reach = t * *estimate.standard_error;
  return {*estimate.value - reach, *estimate.value + reach};
}

// `scale` is what the sums are divided by (1 for totals, N for means).
Estimate with_variance(double value, DesignVariance const& design, double scale, double confidence) {
  Estimate out;
  out.value = value;
  out.degrees_of_freedom = design.degrees_of_freedom;
  if (design.random_units == 0) {
    out.status = EstimateStatus::census;
    out.standard_error = 0;
  } else if (design.has_lone_unit) {
    out.status = EstimateStatus::lone_unit;
  } else {
    double const standard_error = std::sqrt(design.variance) / scale;
    // Equal values leave rounding noise: what is not above it is nothing.
    if (standard_error <= 1e-12 * std::abs(value)) {
      out.status = EstimateStatus::no_variation;
    } else {
      out.status = EstimateStatus::ok;
      out.standard_error = standard_error;
      out.interval = student_interval(out, confidence);
    }
  }
  return out;
}

Estimate scaled_total(std::span<SampledUnit const> units, double scale, double confidence) {
  if (units.empty()) return {};
  std::vector<double> values;
  values.reserve(units.size());
  double total = 0;
  for (auto const& unit : units) {
    values.push_back(unit.y);
    total += unit.y / unit.pi;
  }
  return with_variance(total / scale, design_variance(units, values), scale, confidence);
}

Estimate ratio(std::span<SampledUnit const> units, double confidence) {
  if (units.empty()) return {};
  double y = 0;
  double x = 0;
  for (auto const& unit : units) {
    y += unit.y / unit.pi;
    x += unit.x / unit.pi;
  }
  Estimate out;
  out.status = EstimateStatus::empty_domain;
  if (x == 0) return out;
  double const value = y / x;
  std::vector<double> residuals;
  residuals.reserve(units.size());
  for (auto const& unit : units) residuals.push_back((unit.y - value * unit.x) / x);
  return with_variance(value, design_variance(units, residuals), 1, confidence);
}

// What the units of a rate (those inside the domain) look like, certain ones apart from the others.
struct RateSums {
  std::uint64_t units = 0;
  std::uint64_t failing = 0;
  std::uint64_t certain = 0;
  std::uint64_t certain_failing = 0;
  std::uint64_t random = 0;
  std::uint64_t random_failing = 0;
  double weight = 0;  // Σ 1/pi of those not certain
  double weight_squares = 0;

  bool all_alike() const { return random > 0 && (random_failing == 0 || random_failing == random); }
};

RateSums rate_sums(std::span<SampledUnit const> units) {
  RateSums out;
  for (auto const& unit : units) {
    if (unit.x == 0) continue;
    std::uint64_t const fails = unit.y == 1 ? 1 : 0;
    ++out.units;
    out.failing += fails;
    if (is_random(unit)) {
      ++out.random;
      out.random_failing += fails;
      out.weight += 1 / unit.pi;
      out.weight_squares += 1 / (unit.pi * unit.pi);
    } else {
      ++out.certain;
      out.certain_failing += fails;
    }
  }
  return out;
}

Result<void> check_rate(std::span<SampledUnit const> units, RateQuestion const& question) {
  if (auto fine = check(units, question.confidence); !fine) return fine;
  for (auto const& unit : units)
    if ((unit.y != 0 && unit.y != 1) || (unit.x != 0 && unit.x != 1) || unit.y > unit.x)
      return refuse("not_a_rate", "y and x must be 0 or 1 and y not above x");
  if (question.estimator == RateEstimator::horvitz_thompson && !question.population)
    return refuse("population_missing",
                  "the Horvitz-Thompson rate needs the number of units in the population");
  return {};
}

// All alike: an exact bound on the share among the units that were not certain.
Estimate bounded_rate(RateSums const& sums, RateQuestion const& question) {
  double const certain = static_cast<double>(sums.certain);
  double const failing = static_cast<double>(sums.certain_failing);
  double const rest = question.population ? static_cast<double>(*question.population) - certain : sums.weight;
  double const effective =
      std::min(static_cast<double>(sums.random), sums.weight * sums.weight / sums.weight_squares);
  double const share = std::pow(1 - question.confidence, 1 / effective);
  double const all = certain + rest;
  Estimate out;
  out.status = EstimateStatus::all_alike;
  if (sums.random_failing == 0) {
    out.side = Side::upper;
    out.value = failing / all;
    out.interval = Interval{failing / all, (failing + (1 - share) * rest) / all};
  } else {
    out.side = Side::lower;
    out.value = (failing + rest) / all;
    out.interval = Interval{(failing + share * rest) / all, (failing + rest) / all};
  }
  return out;
}

Interval logit_interval(Estimate const& estimate, double confidence) {
  double const p = *estimate.value;
  double const t = student_quantile((1 + confidence) / 2, static_cast<double>(estimate.degrees_of_freedom));
  double const middle = std::log(p / (1 - p));
  double const reach = t * *estimate.standard_error / (p * (1 - p));
  return {1 / (1 + std::exp(reach - middle)), 1 / (1 + std::exp(-reach - middle))};
}

// Korn and Graubard 1998, as svyciprop(method = "beta") of R's survey computes it.
Interval korn_graubard_interval(Estimate const& estimate, std::size_t units, double confidence) {
  double const p = *estimate.value;
  double const tail = (1 - confidence) / 2;
  double const ratio_of_t = student_quantile(tail, static_cast<double>(units) - 1) /
                            student_quantile(tail, static_cast<double>(estimate.degrees_of_freedom));
  double const n =
      p * (1 - p) / (*estimate.standard_error * *estimate.standard_error) * ratio_of_t * ratio_of_t;
  return {beta_quantile(tail, n * p, n * (1 - p) + 1), beta_quantile(1 - tail, n * p + 1, n * (1 - p))};
}

// What was seen is certain: so many units fail, so many do not.
void cut_to_what_was_seen(Interval& interval, RateSums const& sums, std::optional<std::uint64_t> population) {
  double const lowest = population ? static_cast<double>(sums.failing) / static_cast<double>(*population) : 0;
  double const highest =
      population ? 1 - static_cast<double>(sums.units - sums.failing) / static_cast<double>(*population) : 1;
  interval.lower = std::clamp(interval.lower, lowest, highest);
  interval.upper = std::clamp(interval.upper, lowest, highest);
}

Result<void> check_joint(std::span<double const> y, std::span<double const> pi,
                         std::span<double const> joint) {
  if (y.size() != pi.size() || joint.size() != pi.size() * pi.size())
    return refuse("shape", "y, pi and joint must be n, n and n times n numbers");
  for (double probability : joint)
    if (!(probability > 0)) return refuse("joint_zero", "a pair of units can never be drawn together");
  return {};
}

}  // namespace

double inclusion_probability(DrawnUnit const& unit) {
  return unit.pi_numerator >= unit.pi_denominator
             ? 1.0
             : static_cast<double>(unit.pi_numerator) / static_cast<double>(unit.pi_denominator);
}

std::string_view to_string(EstimateStatus status) {
  switch (status) {
    case EstimateStatus::ok: return "ok";
    case EstimateStatus::census: return "census";
    case EstimateStatus::all_alike: return "all_alike";
    case EstimateStatus::no_variation: return "no_variation";
    case EstimateStatus::lone_unit: return "lone_unit";
    case EstimateStatus::empty_domain: return "empty_domain";
    case EstimateStatus::no_sample: return "no_sample";
  }
  return "";
}

Result<Estimate> estimate_total(std::span<SampledUnit const> units, double confidence) {
  if (auto fine = check(units, confidence); !fine) return fine.refusal();
  return scaled_total(units, 1, confidence);
}

Result<Estimate> estimate_mean(std::span<SampledUnit const> units, std::uint64_t population,
                               double confidence) {
  if (auto fine = check(units, confidence); !fine) return fine.refusal();
  if (population < units.size())
    return refuse("population_too_small", "fewer units in the population than drawn");
  return scaled_total(units, static_cast<double>(population), confidence);
}

Result<Estimate> estimate_ratio(std::span<SampledUnit const> units, double confidence) {
  if (auto fine = check(units, confidence); !fine) return fine.refusal();
  return ratio(units, confidence);
}

Result<DesignRate> estimate_rate(std::span<SampledUnit const> units, RateQuestion const& question) {
  if (auto fine = check_rate(units, question); !fine) return fine.refusal();
  RateSums const sums = rate_sums(units);
  if (question.population && *question.population < sums.units)
    return refuse("population_too_small", "fewer units in the population than drawn");
  DesignRate out{{}, sums.units, sums.failing};
  auto& estimate = out.estimate;
  if (sums.all_alike()) {
    estimate = bounded_rate(sums, question);
    return out;
  }
  estimate = question.estimator == RateEstimator::hajek
                 ? ratio(units, question.confidence)
                 : scaled_total(units, static_cast<double>(*question.population), question.confidence);
  if (!estimate.value) return out;
  estimate.value = std::clamp(*estimate.value, 0.0, 1.0);
  if (!estimate.interval) return out;
  bool const is_inside = *estimate.value > 0 && *estimate.value < 1;
  if (question.interval == RateInterval::logit && is_inside)
    estimate.interval = logit_interval(estimate, question.confidence);
  if (question.interval == RateInterval::korn_graubard && is_inside)
    estimate.interval = korn_graubard_interval(estimate, units.size(), question.confidence);
  cut_to_what_was_seen(*estimate.interval, sums, question.population);
  return out;
}

std::optional<double> RawRate::rate() const {
  if (units == 0) return {};
  return static_cast<double>(failing) / static_cast<double>(units);
}

Result<double> sen_yates_grundy_variance(std::span<double const> y, std::span<double const> pi,
                                         std::span<double const> joint) {
  if (auto fine = check_joint(y, pi, joint); !fine) return fine.refusal();
  double out = 0;
  for (std::size_t i = 0; i < y.size(); ++i)
    for (std::size_t j = i + 1; j < y.size(); ++j) {
      double const both = joint[i * y.size() + j];
      double const distance = y[i] / pi[i] - y[j] / pi[j];
      out += (pi[i] * pi[j] - both) / both * distance * distance;
    }
  return out;
}

Result<double> horvitz_thompson_variance(std::span<double const> y, std::span<double const> pi,
                                         std::span<double const> joint) {
  if (auto fine = check_joint(y, pi, joint); !fine) return fine.refusal();
  double out = 0;
  for (std::size_t i = 0; i < y.size(); ++i)
    for (std::size_t j = 0; j < y.size(); ++j) {
      double const both = i == j ? pi[i] : joint[i * y.size() + j];
      out += (both - pi[i] * pi[j]) / both * (y[i] / pi[i]) * (y[j] / pi[j]);
    }
  return out;
}

}  // namespace plumbline::stats
