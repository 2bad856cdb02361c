// Confidence intervals for a proportion x/n of independent trials (binomial). For samples without
// replacement from a small lot they are conservative. Sources: Clopper and Pearson 1934; Wilson 1927;
// Newcombe 1998 (methods 3, 4); Brown, Cai and DasGupta 2001; Lancaster 1961 (mid-p).
#pragma once
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/result.hpp"

namespace plumbline::stats {

struct Interval {
  double lower = 0;
  double upper = 0;
  friend bool operator==(Interval const&, Interval const&) = default;
};

enum class ProportionMethod : std::uint8_t {
  clopper_pearson,  // exact: never covers less than promised
  wilson,           // score, no continuity correction
  wilson_cc,  // score with continuity correction 1/(2n), also at x = n/2 (R's prop.test leaves it out there)
  jeffreys,   // equal-tailed posterior of Beta(1/2, 1/2); 0 at x = 0 and 1 at x = n
  agresti_coull,  // cut to [0, 1]
  mid_p,          // exact tails with half the probability of x itself
};
std::string_view to_string(ProportionMethod method);
std::optional<ProportionMethod> proportion_method(std::string_view name);

// two: the error is split evenly. lower: [bound, 1], upper: [0, bound], the whole error on that side.
enum class Side : std::uint8_t { two, lower, upper };
std::string_view to_string(Side side);
std::optional<Side> side(std::string_view name);

// confidence in (0, 1), as 0.95. Refused: no_trials (n = 0), count_above_trials (x > n),
// confidence_out_of_range.
Result<Interval> proportion_interval(std::uint64_t x, std::uint64_t n, double confidence,
                                     ProportionMethod method, Side side = Side::two);

// How many of a lot of N are of a kind, x of that kind being found among n drawn without replacement:
// exact inversion of the hypergeometric distribution, both tails (1-confidence)/2.
struct CountInterval {
  std::uint64_t lower = 0;
  std::uint64_t upper = 0;
  friend bool operator==(CountInterval const&, CountInterval const&) = default;
};
// Refused: as above, and sample_above_population (n > population).
Result<CountInterval> finite_population_interval(std::uint64_t x, std::uint64_t n, std::uint64_t population,
                                                 double confidence);

}  // namespace plumbline::stats
