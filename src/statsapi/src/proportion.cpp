#include "arguments.hpp"
#include "families.hpp"
#include "stats/interval.hpp"

namespace plumbline::statsapi {
namespace {

Result<Json> proportion_interval(Json const& line) {
  Arguments arguments(line);
  auto const x = arguments.count("x");
  auto const n = arguments.count("n");
  auto const confidence = arguments.real("conf");
  auto const method = arguments.one_of("method", arguments.text("method"), stats::proportion_method);
  auto const side = arguments.one_of("side", arguments.text_or("side", "two"), stats::side);
  if (auto refusal = arguments.refusal_with_unknown()) return *refusal;
  auto const interval = stats::proportion_interval(x, n, confidence, method, side);
  if (!interval) return interval.refusal();
  Json out;
  out.set("lower", interval->lower);
  out.set("upper", interval->upper);
  return out;
}

Result<Json> finite_population_interval(Json const& line) {
  Arguments arguments(line);
  auto const x = arguments.count("x");
  auto const n = arguments.count("n");
  auto const population = arguments.count("N");
  auto const confidence = arguments.real("conf");
  if (auto refusal = arguments.refusal_with_unknown()) return *refusal;
  auto const interval = stats::finite_population_interval(x, n, population, confidence);
  if (!interval) return interval.refusal();
  Json out;
  out.set("lower", interval->lower);
  out.set("upper", interval->upper);
  return out;
}

constexpr Function table[] = {
    {"proportion_interval",
     "x, n, conf, method (\"clopper_pearson\", \"wilson\", \"wilson_cc\", \"jeffreys\", \"agresti_coull\", "
     "\"mid_p\"), side? (\"two\", \"lower\", \"upper\")",
     "lower, upper",
     "binomial interval for x of n: Clopper and Pearson 1934; Wilson 1927; Newcombe 1998; Brown, Cai and "
     "DasGupta 2001",
     proportion_interval},
    {"finite_population_interval", "x, n, N, conf", "lower, upper (counts in the lot)",
     "exact inversion of the hypergeometric distribution for x of n drawn from N without replacement",
     finite_population_interval},
};

}  // namespace

std::span<Function const> proportion_functions() { return table; }

}  // namespace plumbline::statsapi
