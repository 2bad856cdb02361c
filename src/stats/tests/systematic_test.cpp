#include "systematic.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <random>

#include "stats/estimate.hpp"

namespace plumbline::stats {
namespace {

// Every possible start of 300 populations: pi is exact, so the Horvitz-Thompson total is right on average.
TEST(Systematic, OverAllStartsEveryUnitIsHitInProportionToItsWeight) {
  std::mt19937 random(5);
  for (int population = 0; population < 300; ++population) {
    std::size_t const N = 2 + random() % 12;
    std::uint64_t n = 1 + random() % (N - 1);
    std::vector<std::uint64_t> weights;
    for (std::size_t i = 0; i < N; ++i) weights.push_back(1 + random() % 15);
    std::uint64_t const W = std::accumulate(weights.begin(), weights.end(), std::uint64_t{0});
    while (n * *std::max_element(weights.begin(), weights.end()) >= W && n > 1) --n;  // no certain units
    std::vector<double> y;
    for (std::size_t i = 0; i < N; ++i) y.push_back(random() % 100);
    std::vector<std::uint64_t> hits(N);
    double total_of_estimates = 0;
    for (std::uint64_t start = 0; start < W; ++start) {
      SystematicSelection selection(n, W, start);
      std::vector<SampledUnit> sample;
      for (std::size_t i = 0; i < N; ++i) {
        if (!selection.hits_next(weights[i])) continue;
        ++hits[i];
        sample.push_back(
            {0, static_cast<double>(selection.share(weights[i])) / static_cast<double>(W), y[i], 1});
      }
      ASSERT_EQ(sample.size(), n);
      total_of_estimates += *estimate_total(sample, 0.95)->value;
    }
    for (std::size_t i = 0; i < N; ++i) ASSERT_EQ(hits[i], n * weights[i]);
    double const truth = std::accumulate(y.begin(), y.end(), 0.0);
    ASSERT_NEAR(total_of_estimates / static_cast<double>(W), truth, 1e-9 * (1 + truth));
  }
}

}  // namespace
}  // namespace plumbline::stats
