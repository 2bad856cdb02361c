#include "publication/compute.hpp"

#include <algorithm>
#include <deque>
#include <limits>
#include <unordered_map>

#include "stats/draw.hpp"
#include "stats/match.hpp"

namespace plumbline::publication {
namespace {

using stats::MatchInspector;
using stats::MatchTarget;

using IndexOf = std::unordered_map<std::string_view, std::uint32_t>;

Result<std::vector<stats::StratumResult>> drawn_units(DrawInputs const& in, Hash const& seed) {
  IndexOf stratum_of;
  std::vector<stats::DrawStratum> strata;
  for (auto const& stratum : in.plan.strata) {
    stratum_of.emplace(stratum.id, static_cast<std::uint32_t>(strata.size()));
    strata.push_back({stratum.id, stratum.n, stratum.reserves.value_or(0)});
  }
  std::vector<stats::DrawUnit> units;
  units.reserve(in.frame.size());
  for (auto const& row : in.frame) {
    auto const found = stratum_of.find(row.stratum);
    if (found == stratum_of.end()) return Refusal{"unknown_stratum", std::string(row.stratum), {}};
    units.push_back({row.pid, found->second, row.weight});
  }
  return stats::draw(in.plan.suite, seed, strata, units);
}

DrawResult::Stratum publish(DrawInputs const& in, PlanStratum const& plan,
                            stats::StratumResult const& result) {
  auto const list = [&](std::vector<stats::DrawnUnit> const& units) {
    std::vector<DrawResult::Drawn> out;
    for (auto const& unit : units) {
      auto const pi = std::to_string(unit.pi_numerator) + '/' + std::to_string(unit.pi_denominator);
      out.push_back({Pid(in.frame[unit.unit].pid), pi, unit.ticket});
    }
    return out;
  };
  DrawResult::Stratum out;
  out.id = plan.id;
  out.N = result.N;
  out.n = result.n;
  out.n_random = result.n_random;
  out.W = stats::to_string(result.W);
  out.r = result.start_attempts > 0 ? std::to_string(result.r) : "";
  out.start_attempts = result.start_attempts;
  out.certain = list(result.certain);
  out.selected = list(result.selected);
  if (!plan.reserves) return out;
  auto& reserves = out.reserves.emplace();
  for (auto const& unit : result.reserves) reserves.push_back({Pid(in.frame[unit.unit].pid), unit.ticket});
  return out;
}

// Targets and inspectors as the matching sees them. The ids are views of the inputs and of `units`.
struct MatchSides {
  std::vector<MatchTarget> targets;
  std::vector<MatchInspector> inspectors;
};

// The group of each drawn unit.
std::unordered_map<std::string_view, std::string_view> groups_of_drawn(DrawInputs const& in,
                                                                       DrawResult const& result) {
  std::unordered_map<std::string_view, std::string_view> group_of;
  for (auto const& stratum : result.strata) {
    for (auto const* list : {&stratum.certain, &stratum.selected})
      for (auto const& unit : *list) group_of.emplace(unit.pid, stratum.id);
  }
  for (auto const& row : in.groups) {
    auto const found = group_of.find(row.pid);
    if (found != group_of.end()) found->second = row.group;
  }
  return group_of;
}

MatchSides match_sides(DrawInputs const& in, DrawResult const& result) {
  MatchSides sides;
  IndexOf inspector_of;
  std::unordered_map<std::string_view, std::vector<std::uint32_t>> holders;  // of a group
  for (auto const& row : in.roster) {
    auto const index = static_cast<std::uint32_t>(sides.inspectors.size());
    sides.inspectors.push_back({row.ipid, row.cap});
    inspector_of.emplace(row.ipid, index);
    for (auto const group : row.groups) holders[group].push_back(index);
  }
  std::unordered_map<std::string_view, std::vector<std::uint32_t>> recused;  // from a unit
  for (auto const& row : in.recusals) {
    auto const found = inspector_of.find(row.ipid);
    if (found != inspector_of.end()) recused[row.pid].push_back(found->second);
  }
  auto const group_of = groups_of_drawn(in, result);
  for (std::size_t i = 0; i < result.strata.size(); ++i) {
    auto const need = static_cast<std::uint32_t>(
        std::min<std::uint64_t>(in.plan.strata[i].k, std::numeric_limits<std::uint32_t>::max()));
    for (auto const* list : {&result.strata[i].certain, &result.strata[i].selected}) {
      for (auto const& unit : *list) {
        MatchTarget target{unit.pid, need, {}};
        auto const& barred = recused[unit.pid];
        for (auto const inspector : holders[group_of.at(unit.pid)])
          if (std::find(barred.begin(), barred.end(), inspector) == barred.end())
            target.eligible.push_back(inspector);
        sides.targets.push_back(std::move(target));
      }
    }
  }
  return sides;
}

Result<void> match_into(DrawResult& result, DrawInputs const& in) {
  auto const sides = match_sides(in, result);
  auto const match = stats::match(in.plan.suite, result.seed, sides.targets, sides.inspectors);
  if (!match) return Refusal{"DRAW_REFUSED", match.refusal().code + ": " + match.refusal().detail, {}};
  result.max_load = match->load_max;
  for (auto const& pairs : match->assignment) {
    Assignment assignment{Pid(sides.targets[pairs.target].id), {}};
    for (auto const inspector : pairs.inspectors)
      assignment.inspectors.emplace_back(sides.inspectors[inspector].id);
    result.assignment.push_back(std::move(assignment));
  }
  for (auto const target : match->hall) result.hall.emplace_back(sides.targets[target].id);
  return {};
}

}  // namespace

Hash seed_of(DrawInputs const& in) {
  std::vector<stats::SeedSource> sources;
  for (auto const& value : in.seed.values) sources.push_back({value.id, value.value});
  return stats::draw_seed(in.plan.suite, in.plan.draw, in.plan_hash, sources);
}

Result<DrawResult> compute_result(DrawInputs const& in) {
  DrawResult result;
  result.v = in.plan.v;
  result.draw = in.plan.draw;
  result.plan_hash = in.plan_hash;
  result.seed_entry = in.seed_entry;
  result.seed = seed_of(in);
  auto const drawn = drawn_units(in, result.seed);
  if (!drawn) return Refusal{"DRAW_REFUSED", drawn.refusal().code + ": " + drawn.refusal().detail, {}};
  for (std::size_t i = 0; i < drawn->size(); ++i)
    result.strata.push_back(publish(in, in.plan.strata[i], (*drawn)[i]));
  if (auto matched = match_into(result, in); !matched) return matched.refusal();
  return result;
}

struct RecusalReplay::State {
  State(DrawInputs const& in, DrawResult const& result, std::span<Assignment const> assignment)
      : drawn(result),
        sides(match_sides(in, drawn)),
        match(match_of(assignment)),
        order(match.assignment),
        replay(in.plan.suite, drawn.seed, sides.targets, sides.inspectors, match) {}

  stats::Match match_of(std::span<Assignment const> assignment) {
    for (std::uint32_t i = 0; i < sides.targets.size(); ++i) target_of.emplace(sides.targets[i].id, i);
    for (std::uint32_t i = 0; i < sides.inspectors.size(); ++i)
      inspector_of.emplace(sides.inspectors[i].id, i);
    stats::Match made;
    made.feasible = true;
    std::vector<std::uint32_t> load(sides.inspectors.size());
    for (auto const& given : assignment) {
      stats::Match::Pairs pairs{target_of.at(given.target), {}};
      for (auto const& ipid : given.inspectors) {
        pairs.inspectors.push_back(place_of(ipid));
        load.resize(sides.inspectors.size());
        made.load_max = std::max(made.load_max, ++load[pairs.inspectors.back()]);
      }
      made.assignment.push_back(std::move(pairs));
    }
    // The published limit is what may be exceeded by need; direct assignments have none.
    if (drawn.max_load > 0) made.load_max = static_cast<std::uint32_t>(drawn.max_load);
    return made;
  }

  // A direct assignment may borrow from outside the roster: somebody whom no recusal can turn to.
  std::uint32_t place_of(std::string const& ipid) {
    if (auto const known = inspector_of.find(ipid); known != inspector_of.end()) return known->second;
    auto const place = static_cast<std::uint32_t>(sides.inspectors.size());
    sides.inspectors.push_back({borrowed.emplace_back(ipid), 0});
    inspector_of.emplace(borrowed.back(), place);
    return place;
  }

  DrawResult drawn;  // own copy: the ids below are views of it
  MatchSides sides;
  IndexOf target_of;
  IndexOf inspector_of;
  std::deque<std::string> borrowed;
  stats::Match match;
  std::vector<stats::Match::Pairs> order;
  stats::MatchAfterRecusals replay;
};

RecusalReplay::RecusalReplay(DrawInputs const& in, DrawResult const& result,
                             std::span<Assignment const> assignment)
    : state_(std::make_unique<State>(in, result, assignment)) {}
RecusalReplay::~RecusalReplay() = default;
RecusalReplay::RecusalReplay(RecusalReplay&&) noexcept = default;
RecusalReplay& RecusalReplay::operator=(RecusalReplay&&) noexcept = default;

Result<RecusalReplay::Outcome> RecusalReplay::recuse(std::string_view target, std::string_view inspector) {
  auto const t = state_->target_of.find(target);
  auto const i = state_->inspector_of.find(inspector);
  if (t == state_->target_of.end() || i == state_->inspector_of.end())
    return Refusal{"not_assigned", "no such target or inspector", {}};
  auto const replaced = state_->replay.recuse(t->second, i->second);
  if (!replaced) return replaced.refusal();
  Outcome outcome{{}, replaced->limit};
  if (replaced->inspector) outcome.replacement = Pid(state_->sides.inspectors[*replaced->inspector].id);
  return outcome;
}

std::vector<Assignment> RecusalReplay::present() const {
  std::vector<Assignment> now;
  for (auto const& pairs : state_->order) {
    Assignment assignment{Pid(state_->sides.targets[pairs.target].id), {}};
    for (auto const inspector : state_->replay.on_target(pairs.target))
      assignment.inspectors.emplace_back(state_->sides.inspectors[inspector].id);
    now.push_back(std::move(assignment));
  }
  return now;
}

}  // namespace plumbline::publication
