// Distribution functions, so that Boost.Math stands behind one .cpp.
#pragma once

namespace plumbline::stats {

// Quantiles: P(X <= result) = p, 0 < p < 1.
double normal_quantile(double p);
double student_quantile(double p, double degrees_of_freedom);
double beta_quantile(double p, double a, double b);  // a, b > 0

double beta_distribution(double x, double a, double b);  // P(X <= x)
double binomial_probability(double x, double n, double p);

// Where a continuous increasing `f` crosses zero in (0, 1), to double precision.
double root_in_unit(double (*f)(double p, void const* context), void const* context);

}  // namespace plumbline::stats
