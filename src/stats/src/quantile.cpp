#include "quantile.hpp"

#include <boost/math/distributions/binomial.hpp>
#include <boost/math/distributions/normal.hpp>
#include <boost/math/distributions/students_t.hpp>
#include <boost/math/special_functions/beta.hpp>
#include <boost/math/tools/toms748_solve.hpp>
#include <cstdint>

namespace plumbline::stats {
namespace {

// Double arithmetic throughout: long double costs twice the time and the results agree to 1e-13.
using Policy = boost::math::policies::policy<boost::math::policies::promote_double<false>>;

}  // namespace

double normal_quantile(double p) { return quantile(boost::math::normal_distribution<double, Policy>(), p); }

double student_quantile(double p, double degrees_of_freedom) {
  return quantile(boost::math::students_t_distribution<double, Policy>(degrees_of_freedom), p);
}

double beta_quantile(double p, double a, double b) { return boost::math::ibeta_inv(a, b, p, Policy()); }

double beta_distribution(double x, double a, double b) { return boost::math::ibeta(a, b, x, Policy()); }

double binomial_probability(double x, double n, double p) {
  return pdf(boost::math::binomial_distribution<double, Policy>(n, p), x);
}

double root_in_unit(double (*f)(double p, void const* context), void const* context) {
  double low = 0;
  double high = 1;
  std::uintmax_t steps = 200;
  auto const tolerance = boost::math::tools::eps_tolerance<double>();
  auto const at = [&](double p) { return f(p, context); };
  auto const bracket = boost::math::tools::toms748_solve(at, low, high, f(low, context), f(high, context),
                                                         tolerance, steps, Policy());
  return bracket.first + (bracket.second - bracket.first) / 2;
}

}  // namespace plumbline::stats
