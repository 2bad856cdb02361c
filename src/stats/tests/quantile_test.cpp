#include "quantile.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace plumbline::stats {
namespace {

TEST(Quantile, PublishedValues) {
  EXPECT_NEAR(normal_quantile(0.975), 1.959963984540054, 1e-14);
  EXPECT_NEAR(normal_quantile(0.5), 0, 1e-15);
  EXPECT_NEAR(normal_quantile(1e-6), -4.753424308822899, 1e-13);
  EXPECT_NEAR(student_quantile(0.975, 1), 12.706204736174698, 1e-11);
  EXPECT_NEAR(student_quantile(0.975, 3), 3.182446305284263, 2e-12);
  EXPECT_NEAR(student_quantile(0.025, 3), -3.182446305284263, 2e-12);
  EXPECT_NEAR(student_quantile(0.95, 10), 1.812461122811676, 2e-12);
  EXPECT_NEAR(student_quantile(0.975, 1e6), 1.959966356816, 1e-11);
  EXPECT_EQ(student_quantile(0.5, 7), 0);
}

TEST(Quantile, ClosedForms) {
  // With one degree of freedom Student's t is Cauchy's distribution.
  for (double p : {0.51, 0.6, 0.9, 0.999}) {
    double const want = std::tan(std::acos(-1.0) * (p - 0.5));
    EXPECT_NEAR(student_quantile(p, 1), want, 1e-11 * want);
  }
  EXPECT_NEAR(beta_quantile(0.3, 1, 5), 1 - std::pow(0.7, 0.2), 1e-15);
  EXPECT_NEAR(beta_distribution(0.2, 1, 5), 1 - std::pow(0.8, 5), 1e-15);
  EXPECT_NEAR(binomial_probability(3, 10, 0.2), 120 * std::pow(0.2, 3) * std::pow(0.8, 7), 1e-15);
  EXPECT_EQ(binomial_probability(0, 10, 0), 1);
  EXPECT_EQ(binomial_probability(10, 10, 1), 1);
  EXPECT_EQ(binomial_probability(3, 10, 1), 0);
}

TEST(Quantile, RootInUnit) {
  double const square = 0.3;
  auto const f = [](double p, void const* context) { return p * p - *static_cast<double const*>(context); };
  EXPECT_NEAR(root_in_unit(f, &square), std::sqrt(0.3), 1e-15);
}

}  // namespace
}  // namespace plumbline::stats
