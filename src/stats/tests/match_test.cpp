#include "stats/match.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <random>
#include <set>
#include <string>

namespace plumbline::stats {
namespace {

struct Case {
  std::vector<std::string> target_ids;
  std::vector<std::string> inspector_ids;
  std::vector<MatchTarget> targets;
  std::vector<MatchInspector> inspectors;
};

Case make_case(std::vector<std::uint32_t> const& need, std::vector<std::uint32_t> const& caps,
               std::vector<std::vector<std::uint32_t>> const& eligible) {
  Case out;
  for (std::size_t t = 0; t < need.size(); ++t) out.target_ids.push_back("t" + std::to_string(t + 1));
  for (std::size_t i = 0; i < caps.size(); ++i) out.inspector_ids.push_back("i" + std::to_string(i + 1));
  for (std::size_t t = 0; t < need.size(); ++t)
    out.targets.push_back({out.target_ids[t], need[t], eligible[t]});
  for (std::size_t i = 0; i < caps.size(); ++i) out.inspectors.push_back({out.inspector_ids[i], caps[i]});
  return out;
}

Case random_case(std::mt19937& random, std::size_t targets_max, std::size_t inspectors_max,
                 std::uint32_t need_max) {
  std::size_t const targets = 1 + random() % targets_max;
  std::size_t const inspectors = 1 + random() % inspectors_max;
  unsigned const density = 20 + random() % 75;
  std::vector<std::uint32_t> need;
  std::vector<std::uint32_t> caps;
  std::vector<std::vector<std::uint32_t>> eligible(targets);
  need.reserve(targets);
  caps.reserve(inspectors);
  for (std::size_t t = 0; t < targets; ++t) need.push_back(random() % (need_max + 1));
  for (std::size_t i = 0; i < inspectors; ++i) caps.push_back(random() % 4 + (targets > 10 ? 2 : 0));
  for (auto& list : eligible)
    for (std::uint32_t i = 0; i < inspectors; ++i)
      if (random() % 100 < density) list.push_back(i);
  return make_case(need, caps, eligible);
}

Hash seed_of(unsigned number) { return sha256("seed " + std::to_string(number)); }

using Pairs = std::set<std::pair<std::uint32_t, std::uint32_t>>;

// By trying everything: can `taken` be completed under the caps and the load?
bool can_complete(Case const& example, std::uint32_t load_max, Pairs const& taken) {
  std::vector<std::uint32_t> load(example.inspectors.size());
  for (auto const& pair : taken) ++load[pair.second];
  auto const limit = [&](std::uint32_t i) { return std::min(load_max, example.inspectors[i].cap); };
  for (std::uint32_t i = 0; i < load.size(); ++i)
    if (load[i] > limit(i)) return false;
  auto const try_target = [&](auto const& self, std::uint32_t t, std::size_t from,
                              std::uint32_t have) -> bool {
    if (t == example.targets.size()) return true;
    auto const& target = example.targets[t];
    if (from == 0)
      for (auto const& pair : taken) have += pair.first == t ? 1 : 0;
    if (have > target.need) return false;
    if (have == target.need) return self(self, t + 1, 0, 0);
    for (std::size_t k = from; k < target.eligible.size(); ++k) {
      std::uint32_t const i = target.eligible[k];
      if (taken.contains({t, i}) || load[i] >= limit(i)) continue;
      ++load[i];
      // from == 0 would count the taken pairs again
      bool const fine = have + 1 == target.need ? self(self, t + 1, 0, 0) : self(self, t, k + 1, have + 1);
      --load[i];
      if (fine) return true;
    }
    return false;
  };
  return try_target(try_target, 0, 0, 0);
}

// A maximum flow from scratch, one unit after the other, with `taken` fixed.
bool fresh_flow_completes(Case const& example, std::uint32_t load_max, Pairs const& taken) {
  std::vector<std::vector<std::uint32_t>> carried(example.inspectors.size());
  std::vector<std::uint32_t> room;
  room.reserve(example.inspectors.size());
  for (auto const& inspector : example.inspectors) room.push_back(std::min(load_max, inspector.cap));
  std::vector<std::uint32_t> want;
  want.reserve(example.targets.size());
  for (auto const& target : example.targets) want.push_back(target.need);
  for (auto const& pair : taken) {
    if (room[pair.second] == 0 || want[pair.first] == 0) return false;
    --room[pair.second];
    --want[pair.first];
  }
  std::vector<std::uint8_t> seen;
  auto const place = [&](auto const& self, std::uint32_t t) -> bool {
    for (auto i : example.targets[t].eligible) {
      auto& list = carried[i];
      if (seen[i] != 0 || taken.contains({t, i}) || std::find(list.begin(), list.end(), t) != list.end())
        continue;
      seen[i] = 1;
      if (list.size() < room[i]) {
        list.push_back(t);
        return true;
      }
      for (std::size_t k = 0; k < list.size(); ++k) {
        if (self(self, carried[i][k])) {
          carried[i][k] = t;
          return true;
        }
      }
    }
    return false;
  };
  for (std::uint32_t t = 0; t < example.targets.size(); ++t)
    for (; want[t] > 0; --want[t]) {
      seen.assign(example.inspectors.size(), 0);
      if (!place(place, t)) return false;
    }
  return true;
}

// draw.md section 5, word for word, with a completion check given from outside.
template <class Completes>
Match match_by_the_book(Case const& example, Hash const& seed, Completes completes) {
  Match out;
  std::uint32_t cap_max = 0;
  for (auto const& inspector : example.inspectors) cap_max = std::max(cap_max, inspector.cap);
  while (out.load_max <= cap_max && !completes(example, out.load_max, Pairs{})) ++out.load_max;
  if (out.load_max > cap_max) return {};
  out.feasible = true;
  Pairs taken;
  for (auto t : target_order(HashSuite::sha256, seed, example.targets)) {
    Match::Pairs pairs{t, {}};
    for (auto i : pair_order(HashSuite::sha256, seed, example.targets[t], example.inspectors)) {
      if (pairs.inspectors.size() == example.targets[t].need) break;
      taken.insert({t, i});
      if (completes(example, out.load_max, taken))
        pairs.inspectors.push_back(i);
      else
        taken.erase({t, i});
    }
    out.assignment.push_back(pairs);
  }
  return out;
}

Match solve(Case const& example, Hash const& seed) {
  auto result = match(HashSuite::sha256, seed, example.targets, example.inspectors);
  EXPECT_TRUE(result) << result.refusal().code;
  return *result;
}

// The certificate proves itself: eligible caps of the named targets (an inspector serves each at most
// once) carry less than they need.
void expect_hall(Case const& example, Match const& result) {
  ASSERT_FALSE(result.hall.empty());
  std::uint64_t needed = 0;
  std::vector<std::uint64_t> chances(example.inspectors.size());
  std::uint64_t alone = 0;
  for (auto t : result.hall) {
    needed += example.targets[t].need;
    for (auto i : example.targets[t].eligible) ++chances[i];
  }
  for (std::size_t i = 0; i < chances.size(); ++i)
    alone += std::min<std::uint64_t>(chances[i], example.inspectors[i].cap);
  EXPECT_LT(alone, needed);
  EXPECT_TRUE(std::is_sorted(result.hall.begin(), result.hall.end(),
                             [&](auto a, auto b) { return example.targets[a].id < example.targets[b].id; }));
}

TEST(Match, PublishedExampleWhereGreedyWouldDeadEnd) {
  auto const seed = hash_from_hex("4945a70fa7f9c13fe1931a3372ac5798140d42eba74d0dd805a4a216ed3a8142");
  auto const example = make_case({1, 1, 1}, {1, 1, 1}, {{0, 1, 2}, {0}, {0, 1}});
  auto const result = solve(example, *seed);
  EXPECT_TRUE(result.feasible);
  EXPECT_EQ(result.load_max, 1U);
  EXPECT_EQ(result.assignment, (std::vector<Match::Pairs>{{1, {0}}, {0, {2}}, {2, {1}}}));
}

TEST(Match, PublishedExampleWithTwoInspectorsEach) {
  auto const seed = hash_from_hex("4945a70fa7f9c13fe1931a3372ac5798140d42eba74d0dd805a4a216ed3a8142");
  auto const example = make_case({2, 2, 2}, {9, 9, 9, 9}, {{0, 1, 2, 3}, {0, 1, 2, 3}, {0, 1, 2, 3}});
  auto const result = solve(example, *seed);
  EXPECT_EQ(result.load_max, 2U);
  EXPECT_EQ(result.assignment, (std::vector<Match::Pairs>{{1, {2, 3}}, {0, {3, 0}}, {2, {2, 0}}}));
}

TEST(Match, AgreesWithTryingEverything) {
  std::mt19937 random(3);
  int infeasible = 0;
  for (unsigned round = 0; round < 1500; ++round) {
    auto const example = random_case(random, 5, 5, 2);
    auto const expected = match_by_the_book(example, seed_of(round), can_complete);
    auto const result = solve(example, seed_of(round));
    ASSERT_EQ(result.feasible, expected.feasible) << round;
    ASSERT_EQ(result.load_max, expected.load_max) << round;
    ASSERT_EQ(result.assignment, expected.assignment) << round;
    if (!result.feasible) {
      ++infeasible;
      expect_hall(example, result);
    } else {
      EXPECT_TRUE(result.hall.empty());
    }
  }
  EXPECT_GT(infeasible, 200);
}

TEST(Match, AgreesWithAFreshFlowForEveryPair) {
  std::mt19937 random(4);
  int feasible = 0;
  for (unsigned round = 0; round < 400; ++round) {
    auto const example = random_case(random, 30, 70, 3);
    auto const expected = match_by_the_book(example, seed_of(round), fresh_flow_completes);
    auto const result = solve(example, seed_of(round));
    ASSERT_EQ(result.feasible, expected.feasible) << round;
    ASSERT_EQ(result.load_max, expected.load_max) << round;
    ASSERT_EQ(result.assignment, expected.assignment) << round;
    feasible += result.feasible ? 1 : 0;
    if (!result.feasible) expect_hall(example, result);
  }
  EXPECT_GT(feasible, 50);
}

TEST(Match, TightCasesAgreeWithAFreshFlow) {
  // As much need as room, and eligibility in chains: nearly every check has to reroute.
  std::mt19937 random(5);
  for (unsigned round = 0; round < 200; ++round) {
    std::uint32_t const size = 4 + random() % 20;
    std::vector<std::vector<std::uint32_t>> eligible(size);
    for (std::uint32_t t = 0; t < size; ++t) {
      std::set<std::uint32_t> list{t, (t + 1) % size};
      if (random() % 3 == 0) list.insert(random() % size);
      eligible[t].assign(list.begin(), list.end());
    }
    std::vector<std::uint32_t> const ones(size, 1);
    auto const example = make_case(ones, ones, eligible);
    auto const expected = match_by_the_book(example, seed_of(round), fresh_flow_completes);
    ASSERT_EQ(solve(example, seed_of(round)).assignment, expected.assignment) << round;
  }
}

TEST(Match, EdgeCases) {
  auto const nobody = solve(make_case({}, {}, {}), seed_of(1));
  EXPECT_TRUE(nobody.feasible);
  EXPECT_EQ(nobody.load_max, 0U);
  auto const no_need = solve(make_case({0, 0}, {3}, {{0}, {0}}), seed_of(1));
  EXPECT_TRUE(no_need.feasible);
  EXPECT_EQ(no_need.load_max, 0U);
  EXPECT_EQ(no_need.assignment.size(), 2U);
  auto const no_inspectors = solve(make_case({1, 0}, {}, {{}, {}}), seed_of(1));
  EXPECT_FALSE(no_inspectors.feasible);
  EXPECT_EQ(no_inspectors.hall, (std::vector<std::uint32_t>{0}));
  // t3 is served by an inspector nobody in want can reach: it is not part of the certificate.
  auto const apart = solve(make_case({2, 1, 1}, {1, 1, 5}, {{0, 1}, {1}, {2}}), seed_of(1));
  EXPECT_EQ(apart.hall, (std::vector<std::uint32_t>{0, 1}));
}

TEST(Match, Refusals) {
  auto const code = [](Case const& example) {
    auto const result = match(HashSuite::sha256, Hash{}, example.targets, example.inspectors);
    return result ? std::string() : result.refusal().code;
  };
  auto twice = make_case({1, 1}, {1, 1}, {{0}, {1}});
  twice.targets[1].id = twice.targets[0].id;
  EXPECT_EQ(code(twice), "duplicate_target");
  auto same_inspector = make_case({1, 1}, {1, 1}, {{0}, {1}});
  same_inspector.inspectors[1].id = same_inspector.inspectors[0].id;
  EXPECT_EQ(code(same_inspector), "duplicate_inspector");
  EXPECT_EQ(code(make_case({1}, {1}, {{1}})), "unknown_inspector");
  EXPECT_EQ(code(make_case({1}, {1}, {{0, 0}})), "duplicate_pair");
}

TEST(Match, EqualInspectorsAreTreatedAlike) {
  auto const example =
      make_case({1, 1, 2}, {9, 9, 9, 9, 9}, {{0, 1, 2, 3, 4}, {0, 1, 2, 3, 4}, {0, 1, 2, 3, 4}});
  std::map<std::pair<std::uint32_t, std::uint32_t>, int> seen;
  for (unsigned number = 0; number < 3000; ++number)
    for (auto const& pairs : solve(example, seed_of(number)).assignment)
      for (auto inspector : pairs.inspectors) ++seen[{pairs.target, inspector}];
  for (std::uint32_t i = 0; i < 5; ++i) {
    // Within five standard errors of 600 and 1200.
    EXPECT_NEAR((seen[{0, i}]), 600, 110);
    EXPECT_NEAR((seen[{1, i}]), 600, 110);
    EXPECT_NEAR((seen[{2, i}]), 1200, 135);
  }
}

Case large_case(unsigned density) {
  std::mt19937 random(9);
  std::vector<std::uint32_t> const need(2000, 2);
  std::vector<std::uint32_t> const caps(300, 20);
  std::vector<std::vector<std::uint32_t>> eligible(2000);
  for (std::uint32_t t = 0; t < 2000; ++t)
    for (std::uint32_t i = 0; i < 300; ++i)
      if (random() % 100 < density || t % 300 == i || (t + 1) % 300 == i) eligible[t].push_back(i);
  return make_case(need, caps, eligible);
}

TEST(Match, TwoThousandTargetsTakeWellBelowASecond) {
  for (unsigned density : {0U, 3U, 30U, 100U}) {
    auto const example = large_case(density);
    auto const before = std::chrono::steady_clock::now();
    auto const result = solve(example, seed_of(density));
    std::chrono::duration<double> const took = std::chrono::steady_clock::now() - before;
    EXPECT_TRUE(result.feasible);
    EXPECT_GE(result.load_max, 14U);
    RecordProperty("seconds_density_" + std::to_string(density), std::to_string(took.count()));
    EXPECT_LT(took.count(), 5.0);  // generous: sanitizers and busy machines
  }
}

TEST(Recusal, TheFirstCandidateBelowTheLeastLimitTakesOver) {
  auto const example = make_case({1, 1, 1}, {2, 1, 1}, {{0, 1, 2}, {0, 1, 2}, {0, 1, 2}});
  auto const result = solve(example, seed_of(1));
  ASSERT_EQ(result.load_max, 1U);
  MatchAfterRecusals after(HashSuite::sha256, seed_of(1), example.targets, example.inspectors, result);
  std::uint32_t const target = result.assignment[0].target;
  std::uint32_t const leaving = result.assignment[0].inspectors[0];
  auto const replacement = after.recuse(target, leaving);
  ASSERT_TRUE(replacement);
  if (leaving == 0) {
    EXPECT_FALSE(replacement->inspector);  // the two others are full
    EXPECT_EQ(replacement->limit, 0U);
    EXPECT_TRUE(after.on_target(target).empty());
  } else {
    EXPECT_EQ(replacement->inspector, 0U);  // the only one with room, so the limit rises
    EXPECT_EQ(replacement->limit, 2U);
    EXPECT_EQ(after.on_target(target), (std::vector<std::uint32_t>{0}));
    EXPECT_EQ(after.load(0), 2U);
  }
  EXPECT_EQ(after.load(leaving), 0U);
  EXPECT_EQ(after.recuse(target, leaving).refusal().code, "not_assigned");
  EXPECT_EQ(after.recuse(99, 0).refusal().code, "not_assigned");
}

TEST(Recusal, NeverReturnsToWhoWasRecused) {
  auto const example = make_case({1}, {1, 1, 1}, {{0, 1, 2}});
  auto const result = solve(example, seed_of(2));
  auto const order = pair_order(HashSuite::sha256, seed_of(2), example.targets[0], example.inspectors);
  MatchAfterRecusals after(HashSuite::sha256, seed_of(2), example.targets, example.inspectors, result);
  EXPECT_EQ(after.on_target(0), (std::vector<std::uint32_t>{order[0]}));
  EXPECT_EQ(*after.recuse(0, order[0]), (MatchAfterRecusals::Replacement{order[1], 1}));
  EXPECT_EQ(*after.recuse(0, order[1]), (MatchAfterRecusals::Replacement{order[2], 1}));
  EXPECT_EQ(*after.recuse(0, order[2]), (MatchAfterRecusals::Replacement{{}, 0}));
}

}  // namespace
}  // namespace plumbline::stats
