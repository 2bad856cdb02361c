// The draw repeated with fresh seeds: does the interval keep its promise on this population?
#include <algorithm>
#include <numeric>

#include "base/hash.hpp"
#include "replay/chicago.hpp"
#include "stats/draw.hpp"
#include "stats/estimate.hpp"

namespace plumbline::replay {

namespace {

constexpr double confidence = 0.95;
constexpr std::uint64_t report_every = 100;

// The population as the draw sees it; ids are names nobody can choose, as in a frame.
struct Population {
  std::vector<std::string> ids;
  std::vector<stats::DrawUnit> units;
  std::vector<stats::DrawStratum> strata;
};

Population population_of(std::span<Establishment const> establishments, std::uint64_t sample) {
  Population out;
  std::array<std::uint64_t, stratum_count> sizes{};
  for (auto const& establishment : establishments) {
    out.ids.push_back(to_hex(
        stats::unit_pid(HashSuite::sha256, "chicago_licence:" + establishment.licence, random_bytes(32))));
    ++sizes[static_cast<std::size_t>(establishment.stratum)];
  }
  for (std::size_t i = 0; i < establishments.size(); ++i)
    out.units.push_back(
        {out.ids[i], static_cast<std::uint32_t>(establishments[i].stratum), establishments[i].weight});
  auto const wanted = allocate(sizes, sample);
  for (std::size_t i = 0; i < stratum_count; ++i)
    out.strata.push_back({to_string(static_cast<Stratum>(i)), wanted[i], 0});
  return out;
}

std::vector<stats::SampledUnit> sampled(std::span<Establishment const> establishments,
                                        std::vector<stats::StratumResult> const& drawn) {
  std::vector<stats::SampledUnit> sample;
  for (std::uint32_t stratum = 0; stratum < drawn.size(); ++stratum)
    for (auto const* part : {&drawn[stratum].certain, &drawn[stratum].selected})
      for (auto const& unit : *part)
        sample.push_back(
            {stratum, stats::inclusion_probability(unit), establishments[unit.unit].failed() ? 1.0 : 0.0, 1});
  return sample;
}

}  // namespace

std::array<std::uint64_t, stratum_count> allocate(std::array<std::uint64_t, stratum_count> const& population,
                                                  std::uint64_t total, std::uint64_t least) {
  std::array<std::uint64_t, stratum_count> out{};
  auto const all = std::accumulate(population.begin(), population.end(), std::uint64_t{0});
  if (all == 0) return out;
  total = std::min(total, all);
  std::array<std::size_t, stratum_count> order{};
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, std::greater<>(),
                           [&](std::size_t i) { return total * population[i] % all; });
  for (std::size_t i = 0; i < stratum_count; ++i) out[i] = total * population[i] / all;
  auto left = total - std::accumulate(out.begin(), out.end(), std::uint64_t{0});
  for (std::size_t i = 0; left > 0; ++i, --left) ++out[order[i]];
  for (std::size_t i = 0; i < stratum_count; ++i)
    while (out[i] < std::min(least, population[i])) {
      auto const largest = std::ranges::max_element(out);
      if (*largest > least) --*largest;  // else all stand at the least: the total gives way
      ++out[i];
    }
  return out;
}

Result<Coverage> measure_coverage(std::span<Establishment const> establishments, std::uint64_t sample,
                                  std::uint64_t redraws, Say const& say) {
  auto const population = population_of(establishments, sample);
  double const truth = census_rate(establishments);
  stats::RateQuestion question;
  question.estimator = stats::RateEstimator::horvitz_thompson;
  question.confidence = confidence;
  question.population = establishments.size();
  Coverage out;
  double sum = 0;
  for (; out.redraws < redraws; ++out.redraws) {
    Hash seed{};
    fill_random(seed);
    auto const drawn = stats::draw(HashSuite::sha256, seed, population.strata, population.units);
    if (!drawn) return drawn.refusal();
    auto const rate = stats::estimate_rate(sampled(establishments, *drawn), question);
    if (!rate) return rate.refusal();
    auto const& interval = rate->estimate.interval;
    out.covered += interval && interval->lower <= truth && truth <= interval->upper;
    sum += rate->estimate.value.value_or(0);
    if (say && out.redraws % report_every == report_every - 1)
      say(std::to_string(out.redraws + 1) + " / " + std::to_string(redraws) + " redraws");
  }
  if (redraws > 0) out.mean_estimate = sum / static_cast<double>(redraws);
  return out;
}

}  // namespace plumbline::replay
