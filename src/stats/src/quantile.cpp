#include "quantile.hpp"

#include <boost/math/special_functions/beta.hpp>
#include <boost/math/special_functions/erf.hpp>
#include <boost/math/tools/toms748_solve.hpp>
#include <cmath>
#include <cstdint>

namespace plumbline::stats {
namespace {

// Double arithmetic throughout: long double costs twice the time and the results agree to 1e-13.
using Policy = boost::math::policies::policy<boost::math::policies::promote_double<false>>;

}  // namespace

double normal_quantile(double p) { return -std::sqrt(2.0) * boost::math::erfc_inv(2 * p, Policy()); }

// P(|T| > t) is the incomplete beta function of df/(df + t²).
double student_quantile(double p, double degrees_of_freedom) {
  if (p == 0.5) return 0;
  double const tails = 2 * std::min(p, 1 - p);
  double rest = 0;  // 1 - x, without cancellation
  double const x = boost::math::ibeta_inv(degrees_of_freedom / 2, 0.5, tails, &rest, Policy());
  double const t = std::sqrt(degrees_of_freedom * rest / x);
  return p < 0.5 ? -t : t;
}

double beta_quantile(double p, double a, double b) { return boost::math::ibeta_inv(a, b, p, Policy()); }

double beta_distribution(double x, double a, double b) { return boost::math::ibeta(a, b, x, Policy()); }

double binomial_probability(double x, double n, double p) {
  return boost::math::ibeta_derivative(x + 1, n - x + 1, p, Policy()) / (n + 1);
}

double root_in_unit(double (*f)(double p, void const* context), void const* context) {
  std::uintmax_t steps = 200;
  auto const at = [&](double p) { return f(p, context); };
  auto const bracket = boost::math::tools::toms748_solve(
      at, 0.0, 1.0, at(0), at(1), boost::math::tools::eps_tolerance<double>(), steps, Policy());
  return bracket.first + (bracket.second - bracket.first) / 2;
}

}  // namespace plumbline::stats
