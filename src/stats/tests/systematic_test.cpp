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
    std::size_t const size = 2 + random() % 12;
    std::uint64_t n = 1 + random() % (size - 1);
    std::vector<std::uint64_t> weights;
    weights.reserve(size);
    for (std::size_t i = 0; i < size; ++i) weights.push_back(1 + random() % 15);
    std::uint64_t const total = std::accumulate(weights.begin(), weights.end(), std::uint64_t{0});
    while (n * *std::max_element(weights.begin(), weights.end()) >= total && n > 1) --n;  // no certain units
    std::vector<double> y;
    y.reserve(size);
    for (std::size_t i = 0; i < size; ++i) y.push_back(random() % 100);
    std::vector<std::uint64_t> hits(size);
    double total_of_estimates = 0;
    for (std::uint64_t start = 0; start < total; ++start) {
      SystematicSelection selection(n, total, start);
      std::vector<SampledUnit> sample;
      for (std::size_t i = 0; i < size; ++i) {
        if (!selection.hits_next(weights[i])) continue;
        ++hits[i];
        sample.push_back(
            {0, static_cast<double>(selection.share(weights[i])) / static_cast<double>(total), y[i], 1});
      }
      ASSERT_EQ(sample.size(), n);
      total_of_estimates += *estimate_total(sample, 0.95)->value;
    }
    for (std::size_t i = 0; i < size; ++i) ASSERT_EQ(hits[i], n * weights[i]);
    double const truth = std::accumulate(y.begin(), y.end(), 0.0);
    ASSERT_NEAR(total_of_estimates / static_cast<double>(total), truth, 1e-9 * (1 + truth));
  }
}

}  // namespace
}  // namespace plumbline::stats
