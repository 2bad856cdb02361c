#include "stats/draw.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <numeric>
#include <random>

namespace plumbline::stats {
namespace {

Hash const zero_hash{};

// Ids that live as long as the units that point at them.
struct Frame {
  std::vector<std::string> ids;
  std::vector<DrawUnit> units;

  explicit Frame(std::vector<std::uint64_t> const& weights, std::uint32_t strata = 1) {
    for (std::size_t i = 0; i < weights.size(); ++i) {
      std::string const number = std::to_string(i);
      ids.push_back("u" + std::string(4 - std::min<std::size_t>(4, number.size()), '0') + number);
    }
    for (std::size_t i = 0; i < weights.size(); ++i)
      units.push_back({ids[i], static_cast<std::uint32_t>(i % strata), weights[i]});
  }
};

Hash example_seed(std::string_view draw_id) {
  auto const dice = hex_decode("3331343135393236353335383937393332333834");
  std::vector<SeedSource> const sources{{"dice", *dice}};
  return draw_seed(HashSuite::sha256, draw_id, zero_hash, sources);
}

StratumResult draw_one(Hash const& seed, Frame const& frame, std::uint64_t n, std::uint64_t reserves = 0) {
  std::vector<DrawStratum> const strata{{"S", n, reserves}};
  auto result = draw(HashSuite::sha256, seed, strata, frame.units);
  EXPECT_TRUE(result) << result.refusal().code;
  return result->front();
}

std::string refused(std::vector<DrawStratum> const& strata, std::vector<DrawUnit> const& units) {
  auto result = draw(HashSuite::sha256, zero_hash, strata, units);
  return result ? "" : result.refusal().code;
}

std::vector<std::string> ids_of(std::vector<DrawnUnit> const& drawn, Frame const& frame) {
  std::vector<std::string> out;
  out.reserve(drawn.size());
  for (auto const& unit : drawn) out.emplace_back(frame.units[unit.unit].id);
  return out;
}

// draw.md section 4 word for word, for a start given from outside.
std::vector<std::uint32_t> hits_by_the_book(std::vector<std::uint64_t> const& weights, std::uint64_t n,
                                            std::uint64_t r) {
  std::uint64_t const total = std::accumulate(weights.begin(), weights.end(), std::uint64_t{0});
  std::vector<std::uint32_t> hits;
  std::uint64_t reached = 0;
  std::uint64_t p = r;
  for (std::uint32_t i = 0; i < weights.size(); ++i) {
    reached += n * weights[i];
    if (p < reached) {
      hits.push_back(i);
      p += total;
    }
  }
  return hits;
}

TEST(Draw, PublishedExampleWithEqualWeights) {
  Frame const frame({1, 1, 1, 1, 1});
  Hash const seed = example_seed("DR-2024-0001");
  EXPECT_EQ(to_hex(seed), "90d5b53e2970d8ce46f79d559a51efa47e866086aac226696ace05279291c110");
  auto const result = draw_one(seed, frame, 2);
  EXPECT_EQ(ids_of(result.selected, frame), (std::vector<std::string>{"u0000", "u0004"}));
  EXPECT_TRUE(result.certain.empty());
  EXPECT_EQ(result.N, 5U);
  EXPECT_EQ(result.n_random, 2U);
  EXPECT_EQ(to_string(result.W), "5");
  EXPECT_EQ(result.r, 3U);
  EXPECT_EQ(result.start_attempts, 1U);
  EXPECT_EQ(result.selected[0].pi_numerator, 2U);
  EXPECT_EQ(result.selected[0].pi_denominator, 5U);
  EXPECT_EQ(to_hex(result.selected[0].ticket),
            "5928b2bbef3cc8f43fe0450fc8d5f55883f3d23ed40081c9b9c751dfc5ddf6ed");
  EXPECT_EQ(result.selected[0].ticket, draw_ticket(HashSuite::sha256, seed, "S", "u0000"));
}

TEST(Draw, PublishedExampleWithWeights) {
  Frame const frame({1, 2, 3, 4, 5, 6, 7, 8, 9, 10});
  auto const result = draw_one(example_seed("DR-2024-0002"), frame, 4);
  EXPECT_EQ(ids_of(result.selected, frame), (std::vector<std::string>{"u0004", "u0003", "u0008", "u0007"}));
  EXPECT_EQ(result.r, 15U);
  EXPECT_EQ(result.selected[2].pi_numerator, 36U);
  EXPECT_EQ(result.selected[2].pi_denominator, 55U);
}

TEST(Draw, PidsAreSaltedHashes) {
  auto const salt = hex_decode("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f");
  EXPECT_EQ(to_hex(unit_pid(HashSuite::sha256, "91370500MA3C1234X5", *salt)),
            "fc221f64c464949e1162f8d60c6122208613db08488f58bfe411e400d6d88347");
  EXPECT_NE(inspector_pid(HashSuite::sha256, "91370500MA3C1234X5", *salt),
            unit_pid(HashSuite::sha256, "91370500MA3C1234X5", *salt));
  EXPECT_NE(unit_pid(HashSuite::sm3, "91370500MA3C1234X5", *salt),
            unit_pid(HashSuite::sha256, "91370500MA3C1234X5", *salt));
}

TEST(Draw, CertaintyCascades) {
  // Round 1: 4*40 >= 64, but 4*12 < 64. Round 2: 3*12 >= 24. Round 3: 2*3 < 12, done.
  Frame const frame({40, 12, 3, 3, 3, 3});
  auto const result = draw_one(zero_hash, frame, 4);
  EXPECT_EQ(result.certain.size(), 2U);
  EXPECT_EQ(result.n_random, 2U);
  EXPECT_EQ(to_string(result.W), "12");
  EXPECT_EQ(result.selected.size(), 2U);
  for (auto const& unit : result.certain) {
    EXPECT_EQ(unit.pi_numerator, 1U);
    EXPECT_EQ(unit.pi_denominator, 1U);
    EXPECT_GE(frame.units[unit.unit].weight, 12U);
  }
}

TEST(Draw, NothingWantedOrEverybodyWanted) {
  Frame const frame({1, 2, 3});
  auto const none = draw_one(zero_hash, frame, 0);
  EXPECT_TRUE(none.certain.empty());
  EXPECT_TRUE(none.selected.empty());
  EXPECT_EQ(to_string(none.W), "6");
  EXPECT_EQ(none.start_attempts, 0U);
  for (std::uint64_t n : {3U, 4U, 100U}) {
    auto const all = draw_one(zero_hash, frame, n);
    EXPECT_EQ(all.certain.size(), 3U);
    EXPECT_TRUE(all.selected.empty());
    EXPECT_EQ(all.n_random, 0U);
    EXPECT_EQ(to_string(all.W), "0");
    EXPECT_EQ(all.start_attempts, 0U);
    EXPECT_TRUE(std::is_sorted(all.certain.begin(), all.certain.end(),
                               [](auto const& a, auto const& b) { return a.ticket < b.ticket; }));
  }
  auto const empty = draw_one(zero_hash, Frame({}), 5);
  EXPECT_TRUE(empty.certain.empty());
}

TEST(Draw, LargestWeightsThatFit) {
  constexpr std::uint64_t most = (std::uint64_t{1} << 63) - 1;
  auto const result = draw_one(zero_hash, Frame({most - 10, 5, 5}), 1);
  EXPECT_EQ(result.selected.size(), 1U);
  EXPECT_EQ(to_string(result.W), std::to_string(most));
  EXPECT_LT(result.r, most);
  auto const three = draw_one(zero_hash, Frame({most / 9, most / 9, most / 9}), 2);
  EXPECT_EQ(three.selected.size(), 2U);

  std::vector<DrawUnit> const too_heavy{{"a", 0, most - 10}, {"b", 0, 5}, {"c", 0, 6}};
  EXPECT_EQ(refused({{"S", 1}}, too_heavy), "weight_overflow");
  EXPECT_EQ(refused({{"S", 0}}, too_heavy), "");
  // Checked before the take-all rule, and in more than 64 bits.
  EXPECT_EQ(refused({{"S", 5}}, too_heavy), "weight_overflow");
  std::vector<DrawUnit> const wraps{{"a", 0, UINT64_MAX}, {"b", 0, 2}};
  EXPECT_EQ(refused({{"S", 1}}, wraps), "weight_overflow");
  std::vector<DrawStratum> const nobody{{"S", 0}};
  EXPECT_EQ(to_string(draw(HashSuite::sha256, zero_hash, nobody, wraps)->front().W), "18446744073709551617");
}

TEST(Draw, Refusals) {
  EXPECT_EQ(refused({{"S", 1}}, {{"x", 0, 1}, {"x", 0, 2}}), "duplicate_unit_id");
  EXPECT_EQ(refused({{"S", 1}, {"T", 1}}, {{"x", 0, 1}, {"x", 1, 2}}), "duplicate_unit_id");
  EXPECT_EQ(refused({{"S", 0}}, {{"x", 0, 1}, {"x", 0, 2}}), "duplicate_unit_id");
  EXPECT_EQ(refused({{"S", 1}}, {{"x", 0, 0}}), "zero_weight");
  EXPECT_EQ(refused({{"S", 1}}, {{"x", 1, 1}}), "unknown_stratum");
  EXPECT_EQ(refused({{"S", 1}, {"S", 1}}, {{"x", 0, 1}}), "duplicate_stratum");
  EXPECT_EQ(refused({{"S", 1}}, {{"x", 0, 1}, {"y", 0, 1}}), "");
}

TEST(Draw, DuplicatesAreFoundInLongLists) {
  std::vector<std::uint64_t> weights(5000, 1);
  Frame frame(weights, 3);
  EXPECT_EQ(refused({{"A", 1}, {"B", 1}, {"C", 1}}, frame.units), "");
  frame.units[4711].id = frame.units[12].id;
  EXPECT_EQ(refused({{"A", 1}, {"B", 1}, {"C", 1}}, frame.units), "duplicate_unit_id");
}

TEST(Draw, OrderOfTheListDoesNotMatter) {
  std::mt19937 random(7);
  std::vector<std::uint64_t> weights;
  weights.reserve(3000);
  for (int i = 0; i < 3000; ++i) weights.push_back(1 + random() % 20);
  Frame const frame(weights, 3);
  std::vector<DrawStratum> const strata{{"甲", 40, 5}, {"乙", 1000, 0}, {"丙", 7, 3}};
  for (auto suite : {HashSuite::sha256, HashSuite::sm3}) {
    auto const once = draw(suite, zero_hash, strata, frame.units);
    auto shuffled = frame.units;
    std::shuffle(shuffled.begin(), shuffled.end(), random);
    auto again = draw(suite, zero_hash, strata, shuffled);
    for (auto& stratum : *again)
      for (auto* list : {&stratum.certain, &stratum.selected, &stratum.reserves})
        for (auto& unit : *list)
          unit.unit = static_cast<std::uint32_t>(std::stoul(std::string(shuffled[unit.unit].id.substr(1))));
    EXPECT_EQ(*once, *again);
  }
}

TEST(Draw, StrataAreIndependent) {
  Frame const frame({1, 2, 3, 4, 5, 6, 7, 8, 9, 10}, 2);
  std::vector<DrawStratum> const two{{"A", 2}, {"B", 2}};
  auto const both = draw(HashSuite::sha256, zero_hash, two, frame.units);
  auto changed = frame.units;
  changed[1].weight = 20;
  auto const other = draw(HashSuite::sha256, zero_hash, two, changed);
  EXPECT_EQ(both->front(), other->front());
  EXPECT_NE((*both)[1].W, (*other)[1].W);
}

TEST(Draw, TicketOrderIsTheOrderOfWholeTickets) {
  std::vector<std::uint64_t> const weights(4000, 1);
  Frame const frame(weights);
  auto const result = draw_one(zero_hash, frame, 4000);
  for (std::size_t i = 1; i < result.certain.size(); ++i)
    ASSERT_LT(result.certain[i - 1].ticket, result.certain[i].ticket);
}

TEST(Draw, ReservesAreTheFirstUnselected) {
  Frame const frame({3, 1, 4, 1, 5, 9, 2, 6});
  auto const everything = draw_one(zero_hash, frame, 8);  // all certain: gives the ticket order
  auto const result = draw_one(zero_hash, frame, 3, 2);
  std::vector<std::uint32_t> expected;
  for (auto const& unit : everything.certain) {
    auto const is_same = [&](DrawnUnit const& drawn) { return drawn.unit == unit.unit; };
    if (std::none_of(result.selected.begin(), result.selected.end(), is_same) &&
        std::none_of(result.certain.begin(), result.certain.end(), is_same) && expected.size() < 2)
      expected.push_back(unit.unit);
  }
  ASSERT_EQ(result.reserves.size(), 2U);
  EXPECT_EQ(result.reserves[0].unit, expected[0]);
  EXPECT_EQ(result.reserves[1].unit, expected[1]);
  EXPECT_EQ(draw_one(zero_hash, frame, 0, 20).reserves.size(), 8U);
  EXPECT_EQ(draw_one(zero_hash, frame, 8, 20).reserves.size(), 0U);
}

TEST(Draw, AgreesWithTheRuleWordForWord) {
  std::mt19937_64 random(11);
  for (int round = 0; round < 300; ++round) {
    std::size_t const size = 2 + random() % 30;
    std::uint64_t const n = 1 + random() % (size - 1);
    std::vector<std::uint64_t> weights;
    weights.reserve(size);
    for (std::size_t i = 0; i < size; ++i) weights.push_back(1 + random() % 40);
    Frame const frame(weights);
    Hash seed{};
    seed[0] = static_cast<std::uint8_t>(round);
    seed[1] = static_cast<std::uint8_t>(round >> 8);
    auto const result = draw_one(seed, frame, n);
    ASSERT_EQ(result.certain.size() + result.selected.size(), n);

    std::vector<std::uint32_t> rest;  // not certain, in ticket order
    for (auto const& unit : draw_one(seed, frame, size).certain)
      if (std::none_of(result.certain.begin(), result.certain.end(),
                       [&](DrawnUnit const& certain) { return certain.unit == unit.unit; }))
        rest.push_back(unit.unit);
    std::vector<std::uint64_t> rest_weights;
    rest_weights.reserve(rest.size());
    for (auto unit : rest) rest_weights.push_back(weights[unit]);
    std::uint64_t const total = std::accumulate(rest_weights.begin(), rest_weights.end(), std::uint64_t{0});
    ASSERT_EQ(to_string(result.W), std::to_string(total));
    for (auto weight : rest_weights) ASSERT_LT(result.n_random * weight, total);
    auto const hits = hits_by_the_book(rest_weights, result.n_random, result.r);
    ASSERT_EQ(hits.size(), result.selected.size());
    for (std::size_t k = 0; k < hits.size(); ++k) ASSERT_EQ(rest[hits[k]], result.selected[k].unit);
  }
}

TEST(DrawStart, IsBelowTheTotalAndRejectsOnlyTheSurplus) {
  Hash seed{};
  std::uint64_t const three_quarters = (std::uint64_t{1} << 62) + 1;  // a word is refused with chance 1/4
  std::uint32_t attempts = 0;
  for (int i = 0; i < 2000; ++i) {
    seed[0] = static_cast<std::uint8_t>(i);
    seed[1] = static_cast<std::uint8_t>(i >> 8);
    EXPECT_EQ(draw_start(HashSuite::sha256, seed, "S", 1).r, 0U);
    EXPECT_LT(draw_start(HashSuite::sha256, seed, "S", 3).r, 3U);
    auto const start = draw_start(HashSuite::sha256, seed, "S", three_quarters);
    EXPECT_LT(start.r, three_quarters);
    attempts += start.attempts;
  }
  EXPECT_NEAR(attempts / 2000.0, 4.0 / 3.0, 0.06);  // five standard errors
}

}  // namespace
}  // namespace plumbline::stats
