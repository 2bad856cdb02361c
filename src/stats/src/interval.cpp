#include "stats/interval.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "quantile.hpp"

namespace plumbline::stats {
namespace {

constexpr std::array<std::pair<ProportionMethod, std::string_view>, 6> method_names{{
    {ProportionMethod::clopper_pearson, "clopper_pearson"},
    {ProportionMethod::wilson, "wilson"},
    {ProportionMethod::wilson_cc, "wilson_cc"},
    {ProportionMethod::jeffreys, "jeffreys"},
    {ProportionMethod::agresti_coull, "agresti_coull"},
    {ProportionMethod::mid_p, "mid_p"},
}};
constexpr std::array<std::pair<Side, std::string_view>, 3> side_names{{
    {Side::two, "two"},
    {Side::lower, "lower"},
    {Side::upper, "upper"},
}};

// `tail` is the error allowed on each side that has a bound.
struct Count {
  double x;
  double n;
  double tail;
};

Interval clopper_pearson(Count c) {
  return {c.x > 0 ? beta_quantile(c.tail, c.x, c.n - c.x + 1) : 0,
          c.x < c.n ? beta_quantile(1 - c.tail, c.x + 1, c.n - c.x) : 1};
}

Interval jeffreys(Count c) {
  return {c.x > 0 ? beta_quantile(c.tail, c.x + 0.5, c.n - c.x + 0.5) : 0,
          c.x < c.n ? beta_quantile(1 - c.tail, c.x + 0.5, c.n - c.x + 0.5) : 1};
}

// Roots of |p - estimate| = z sqrt(p(1-p)/n), the estimate moved outwards by `correction`.
Interval wilson(Count c, double correction) {
  double const z = normal_quantile(1 - c.tail);
  double const z2 = z * z / (2 * c.n);
  double const low = c.x / c.n - correction;
  double const high = c.x / c.n + correction;
  auto const spread = [&](double p) { return z * std::sqrt(p * (1 - p) / c.n + z2 / (2 * c.n)); };
  return {low <= 0 ? 0 : (low + z2 - spread(low)) / (1 + 2 * z2),
          high >= 1 ? 1 : (high + z2 + spread(high)) / (1 + 2 * z2)};
}

Interval agresti_coull(Count c) {
  double const z = normal_quantile(1 - c.tail);
  double const n = c.n + z * z;
  double const p = (c.x + z * z / 2) / n;
  double const spread = z * std::sqrt(p * (1 - p) / n);
  return {std::max(0.0, p - spread), std::min(1.0, p + spread)};
}

// P(X > x) + P(X = x)/2 as a function of p, less the tail.
double mid_p_upper_tail(double p, void const* context) {
  auto const& c = *static_cast<Count const*>(context);
  double const above = c.x < c.n ? beta_distribution(p, c.x + 1, c.n - c.x) : 0;
  return above + binomial_probability(c.x, c.n, p) / 2 - c.tail;
}

Interval mid_p(Count c) {
  // The upper bound of x of n is one minus the lower bound of n-x of n.
  Count const failures{c.n - c.x, c.n, c.tail};
  return {c.x > 0 ? root_in_unit(mid_p_upper_tail, &c) : 0,
          c.x < c.n ? 1 - root_in_unit(mid_p_upper_tail, &failures) : 1};
}

Interval two_bounds(Count c, ProportionMethod method) {
  switch (method) {
    case ProportionMethod::clopper_pearson: return clopper_pearson(c);
    case ProportionMethod::wilson: return wilson(c, 0);
    case ProportionMethod::wilson_cc: return wilson(c, 1 / (2 * c.n));
    case ProportionMethod::jeffreys: return jeffreys(c);
    case ProportionMethod::agresti_coull: return agresti_coull(c);
    case ProportionMethod::mid_p: return mid_p(c);
  }
  return {0, 1};
}

// P(exactly k of the kind among n), `kind` of `population` being of it: three binomial probabilities of any
// one p, which drops out (Loader 2000); no large factorials, no global sign as in lgamma.
double hypergeometric(double k, double n, double kind, double population) {
  double const p = n / population;
  return binomial_probability(k, kind, p) * binomial_probability(n - k, population - kind, p) /
         binomial_probability(n, population, p);
}

// P(at most x). The terms follow from one another: k+1 from k, downwards from x.
double at_most(std::uint64_t x, std::uint64_t n, std::uint64_t kind, std::uint64_t population) {
  std::uint64_t const others = population - kind;
  std::uint64_t const least = n > others ? n - others : 0;
  if (x < least) return 0;
  if (x >= std::min(n, kind)) return 1;
  double term = hypergeometric(static_cast<double>(x), static_cast<double>(n), static_cast<double>(kind),
                               static_cast<double>(population));
  double sum = term;
  for (std::uint64_t k = x; k > least && term > 0; --k) {
    term *= static_cast<double>(k) * static_cast<double>(others + k - n) /
            (static_cast<double>(kind - k + 1) * static_cast<double>(n - k + 1));
    sum += term;
  }
  return std::min(sum, 1.0);
}

// The most of the kind for which x or fewer are still found with probability above `tail`.
std::uint64_t most_of_kind(std::uint64_t x, std::uint64_t n, std::uint64_t population, double tail) {
  std::uint64_t fits = x;
  std::uint64_t most = population - (n - x);
  while (fits < most) {
    std::uint64_t const middle = fits + (most - fits + 1) / 2;
    if (at_most(x, n, middle, population) > tail)
      fits = middle;
    else
      most = middle - 1;
  }
  return fits;
}

Result<void> check(std::uint64_t x, std::uint64_t n, double confidence) {
  if (n == 0) return Refusal{"no_trials", "n is 0: a proportion of nothing is not defined", {}};
  if (x > n) return Refusal{"count_above_trials", "x is larger than n", {}};
  if (!(confidence > 0 && confidence < 1))
    return Refusal{"confidence_out_of_range", "confidence must lie between 0 and 1", {}};
  return {};
}

}  // namespace

std::string_view to_string(ProportionMethod method) {
  return method_names[static_cast<std::size_t>(method)].second;
}
std::optional<ProportionMethod> proportion_method(std::string_view name) {
  for (auto const& row : method_names)
    if (row.second == name) return row.first;
  return {};
}

std::string_view to_string(Side side) { return side_names[static_cast<std::size_t>(side)].second; }
std::optional<Side> side(std::string_view name) {
  for (auto const& row : side_names)
    if (row.second == name) return row.first;
  return {};
}

Result<Interval> proportion_interval(std::uint64_t x, std::uint64_t n, double confidence,
                                     ProportionMethod method, Side side) {
  if (auto fine = check(x, n, confidence); !fine) return fine.refusal();
  double const tail = side == Side::two ? (1 - confidence) / 2 : 1 - confidence;
  auto out = two_bounds({static_cast<double>(x), static_cast<double>(n), tail}, method);
  if (side == Side::lower) out.upper = 1;
  if (side == Side::upper) out.lower = 0;
  return out;
}

Result<CountInterval> finite_population_interval(std::uint64_t x, std::uint64_t n, std::uint64_t population,
                                                 double confidence) {
  if (auto fine = check(x, n, confidence); !fine) return fine.refusal();
  if (n > population) return Refusal{"sample_above_population", "n is larger than N", {}};
  double const tail = (1 - confidence) / 2;
  // Few of the kind are many of the other kind.
  return CountInterval{population - most_of_kind(n - x, n, population, tail),
                       most_of_kind(x, n, population, tail)};
}

}  // namespace plumbline::stats
