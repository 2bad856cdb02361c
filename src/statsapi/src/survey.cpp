#include <cmath>
#include <map>

#include "arguments.hpp"
#include "families.hpp"
#include "stats/estimate.hpp"

namespace plumbline::statsapi {
namespace {

using stats::SampledUnit;

// Stratum labels are texts or numbers; equal labels, equal stratum.
std::vector<std::uint32_t> strata_of(Arguments& arguments, std::size_t units) {
  std::vector<std::uint32_t> out(units, 0);
  if (!arguments.has("stratum")) return out;
  std::map<std::string, std::uint32_t> known;
  auto const& labels = arguments.array("stratum");
  if (labels.size() != units) {
    arguments.complain("stratum", "not as long as y");
    return out;
  }
  for (std::size_t i = 0; i < units; ++i) {
    auto const label = write_json(labels[i]);
    out[i] = known.emplace(label, static_cast<std::uint32_t>(known.size())).first->second;
  }
  return out;
}

std::vector<SampledUnit> read_units(Arguments& arguments) {
  auto const y = arguments.reals("y");
  auto const pi = arguments.reals("pi");
  auto const x = arguments.has("x") ? arguments.reals("x") : std::vector<double>(y.size(), 1);
  auto const strata = strata_of(arguments, y.size());
  if (pi.size() != y.size()) arguments.complain("pi", "not as long as y");
  if (x.size() != y.size()) arguments.complain("x", "not as long as y");
  std::vector<SampledUnit> out;
  if (arguments.refusal()) return out;
  out.reserve(y.size());
  for (std::size_t i = 0; i < y.size(); ++i) out.push_back({strata[i], pi[i], y[i], x[i]});
  return out;
}

std::optional<std::uint64_t> read_population(Arguments& arguments) {
  if (!arguments.has("N")) return {};
  return arguments.count("N");
}

Json number_or_null(std::optional<double> value) {
  return value && std::isfinite(*value) ? Json(*value) : Json();
}

Json estimate_json(stats::Estimate const& estimate, std::string_view name) {
  Json out;
  out.set("status", stats::to_string(estimate.status));
  out.set(name, number_or_null(estimate.value));
  out.set("se", number_or_null(estimate.standard_error));
  out.set("df", estimate.degrees_of_freedom);
  out.set("side", stats::to_string(estimate.side));
  out.set("lower", estimate.interval ? number_or_null(estimate.interval->lower) : Json());
  out.set("upper", estimate.interval ? number_or_null(estimate.interval->upper) : Json());
  return out;
}

Result<Json> named(Result<stats::Estimate> const& estimate, std::string_view name) {
  if (!estimate) return estimate.refusal();
  return estimate_json(*estimate, name);
}

Result<Json> ht_estimate(Json const& line) {
  Arguments arguments(line);
  auto const units = read_units(arguments);
  auto const population = read_population(arguments);
  auto const confidence = arguments.real_or("conf", 0.95);
  if (auto refusal = arguments.refusal_with_unknown()) return *refusal;
  auto out = named(stats::estimate_total(units, confidence), "total");
  if (!out || !population) return out;
  auto const mean = stats::estimate_mean(units, *population, confidence);
  if (!mean) return mean.refusal();
  auto const in_full = estimate_json(*mean, "mean");
  for (auto const* name : {"mean", "se", "lower", "upper"})
    out->set(name == std::string_view("mean") ? "mean" : "mean_" + std::string(name), *in_full.find(name));
  return out;
}

Result<Json> hajek_estimate(Json const& line) {
  Arguments arguments(line);
  auto const units = read_units(arguments);
  auto const confidence = arguments.real_or("conf", 0.95);
  if (auto refusal = arguments.refusal_with_unknown()) return *refusal;
  return named(stats::estimate_ratio(units, confidence), "ratio");
}

std::optional<stats::RateEstimator> rate_estimator(std::string_view name) {
  if (name == "horvitz_thompson") return stats::RateEstimator::horvitz_thompson;
  if (name == "hajek") return stats::RateEstimator::hajek;
  return {};
}

std::optional<stats::RateInterval> rate_interval(std::string_view name) {
  if (name == "student") return stats::RateInterval::student;
  if (name == "logit") return stats::RateInterval::logit;
  if (name == "korn_graubard") return stats::RateInterval::korn_graubard;
  return {};
}

Result<Json> design_rate(Json const& line) {
  Arguments arguments(line);
  auto const units = read_units(arguments);
  stats::RateQuestion question;
  question.population = read_population(arguments);
  std::string_view const usual = question.population ? "horvitz_thompson" : "hajek";
  question.estimator = arguments.one_of("estimator", arguments.text_or("estimator", usual), rate_estimator);
  question.interval = arguments.one_of("interval", arguments.text_or("interval", "student"), rate_interval);
  question.confidence = arguments.real_or("conf", 0.95);
  if (auto refusal = arguments.refusal_with_unknown()) return *refusal;
  auto const rate = stats::estimate_rate(units, question);
  if (!rate) return rate.refusal();
  auto out = estimate_json(rate->estimate, "rate");
  out.set("units", rate->units);
  out.set("failing", rate->failing);
  return out;
}

constexpr Function table[] = {
    {"ht_estimate", "y [..], pi [..], stratum? [..], N?, conf? (0.95)",
     "status, total, se, df, side, lower, upper; with N mean, mean_se, mean_lower, mean_upper",
     "Horvitz-Thompson total and mean, Hájek-Deville variance per stratum (Deville 1999), Student's t",
     ht_estimate},
    {"hajek_estimate", "y [..], pi [..], x? [..] (1), stratum? [..], conf? (0.95)",
     "status, ratio, se, df, side, lower, upper",
     "Hájek ratio Σ(y/pi)/Σ(x/pi): mean (x = 1), domain mean (x = 0 or 1), size-weighted mean; linearized "
     "Hájek-Deville variance, Student's t",
     hajek_estimate},
    {"design_rate",
     "y [..] (0 or 1), pi [..], x? [..] (0 or 1), stratum? [..], N?, estimator? (\"horvitz_thompson\" with "
     "N, "
     "\"hajek\"), interval? (\"student\", \"logit\", \"korn_graubard\"), conf? (0.95)",
     "status, rate, se, df, side, lower, upper, units, failing",
     "rate from a probability sample; all units alike: exact one-sided bound (Clopper and Pearson on Kish's "
     "effective size); Korn and Graubard 1998",
     design_rate},
};

}  // namespace

std::span<Function const> survey_functions() { return table; }

}  // namespace plumbline::statsapi
