#include "publication/forms.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace plumbline::publication {
namespace {

TEST(Forms, idents) {
  EXPECT_TRUE(is_ident("A"));
  EXPECT_TRUE(is_ident("commit:纪检组"));
  EXPECT_TRUE(is_ident(std::string(64, 'x')));
  for (std::string const bad : {"", "a,b", "a|b", "a\"b", "a\nb", "a\x7F", "\xC2\x85", "\xFF", "\xE4\xB8"})
    EXPECT_FALSE(is_ident(bad)) << bad;
  EXPECT_FALSE(is_ident(std::string(65, 'x')));
  EXPECT_TRUE(is_ident("\xC2\xA0"));  // no-break space: no control
}

TEST(Forms, draw_ids) {
  EXPECT_EQ(parse_draw_id("DR-2025-371500-0002"), (DrawId{2025, "371500", 2}));
  EXPECT_EQ(parse_draw_id("DR-2025-11371500MB2854215K-12345"), (DrawId{2025, "11371500MB2854215K", 12345}));
  for (auto const* bad :
       {"DR-2025-371500-2", "DR-2025-371500-00002", "DR-2025-371500-0000", "DR-25-371500-0002",
        "DR-2025-37150a-0002", "DR-2025-371-0002", "DR-2025-371500-", "DR-2025-371500-0002 ",
        "dr-2025-371500-0002", "DR-2025-371500-000x", "DR-2025-371500--002"})
    EXPECT_FALSE(parse_draw_id(bad)) << bad;
  EXPECT_EQ(to_string(DrawId{2025, "371500", 2}), "DR-2025-371500-0002");
  EXPECT_EQ(series_subject({2025, "371500", 12}), "draws/371500/2025#12");
}

TEST(Forms, ceremony_ids) {
  EXPECT_TRUE(is_ceremony_id("CE-2025-371500-0001"));
  EXPECT_TRUE(is_ceremony_id("CE-2025-371500-1234567"));
  EXPECT_FALSE(is_ceremony_id("CE-2025-371500-001"));
  EXPECT_FALSE(is_ceremony_id("CE-2025-371500-12345678"));
  EXPECT_FALSE(is_ceremony_id("CE-2025-371500-00a1"));
}

TEST(Forms, times) {
  EXPECT_EQ(parse_time("2025-03-06T02:00:00Z")->seconds(), 1'741'226'400);
  for (auto const* bad : {"1999-12-31T23:59:59Z", "2200-01-01T00:00:00Z", "2025-02-29T00:00:00Z",
                          "2025-03-06T24:00:00Z", "2025-03-06T02:00:00.0Z", "2025-03-06T02:00:00+00:00",
                          "2025-03-06T02:00:00z", "2025-03-06 02:00:00Z"})
    EXPECT_FALSE(parse_time(bad)) << bad;
}

TEST(Forms, numbers) {
  EXPECT_EQ(parse_number("0"), 0U);
  EXPECT_EQ(parse_number("9223372036854775807"), 9'223'372'036'854'775'807U);
  for (auto const* bad : {"", "01", "-1", "+1", "9223372036854775808", "1 ", " 1", "1.0", "0x1"})
    EXPECT_FALSE(parse_number(bad)) << bad;
}

TEST(Forms, values_of_picks) {
  std::vector<Pick> const dice{{3, 1, 0, 9}};
  EXPECT_TRUE(pick_value_fits(dice, "090"));
  EXPECT_TRUE(pick_value_fits(dice, "999"));
  EXPECT_FALSE(pick_value_fits(dice, "99"));
  EXPECT_FALSE(pick_value_fits(dice, "9999"));
  EXPECT_FALSE(pick_value_fits(dice, "9a9"));
  std::vector<Pick> const ssq{{1, 6, 1, 33}, {1, 1, 1, 16}};
  EXPECT_TRUE(pick_value_fits(ssq, "02091420273105"));
  EXPECT_FALSE(pick_value_fits(ssq, "09021420273105"));  // not ascending
  EXPECT_FALSE(pick_value_fits(ssq, "02021420273105"));  // twice
  EXPECT_FALSE(pick_value_fits(ssq, "02091420273405"));  // above 33
  EXPECT_FALSE(pick_value_fits(ssq, "00091420273105"));  // below 1
  EXPECT_FALSE(pick_value_fits(ssq, "02091420273117"));
  std::vector<Pick> const six_sided{{2, 1, 1, 6}};
  EXPECT_TRUE(pick_value_fits(six_sided, "61"));
  EXPECT_FALSE(pick_value_fits(six_sided, "60"));
}

// The numbers the specification gives, and powers of two, where rounding would show.
TEST(Forms, bits_of_picks) {
  EXPECT_EQ(pick_bits(std::vector<Pick>{{20, 1, 0, 9}}), 66U);                 // two throws of ten dice
  EXPECT_EQ(pick_bits(std::vector<Pick>{{1, 20, 1, 80}}), 61U);                // 20 of 80
  EXPECT_EQ(pick_bits(std::vector<Pick>{{1, 6, 1, 33}, {1, 1, 1, 16}}), 24U);  // ssq
  EXPECT_EQ(pick_bits(std::vector<Pick>{{1, 5, 1, 35}, {1, 2, 1, 12}}), 24U);  // dlt
  EXPECT_EQ(pick_bits(std::vector<Pick>{{3, 1, 0, 9}}), 9U);                   // 3D
  EXPECT_EQ(pick_bits(std::vector<Pick>{{40, 1, 0, 1}}), 40U);
  EXPECT_EQ(pick_bits(std::vector<Pick>{{300, 1, 0, 1}, {1, 1, 5, 5}}), 300U);
  EXPECT_EQ(pick_bits(std::vector<Pick>{{1, 1, 7, 7}}), 0U);
}

TEST(Forms, possible_picks) {
  EXPECT_TRUE(picks_are_possible(std::vector<Pick>{{1, 6, 1, 6}}));
  EXPECT_FALSE(picks_are_possible(std::vector<Pick>{}));
  EXPECT_FALSE(picks_are_possible(std::vector<Pick>{{1, 7, 1, 6}}));
  EXPECT_FALSE(picks_are_possible(std::vector<Pick>{{1, 1, 7, 6}}));
  EXPECT_FALSE(picks_are_possible(std::vector<Pick>{{10'001, 1, 0, 9}}));
  EXPECT_FALSE(picks_are_possible(std::vector<Pick>{{1, 1, 0, 1'000'000'000}}));
}

TEST(Forms, drand_times) {
  EXPECT_EQ(to_string(drand_time(DrandChain::quicknet, 657'413)), "2023-09-15T11:00:03Z");
  EXPECT_EQ(drand_time(DrandChain::mainnet, 1).seconds(), 1'595'431'050);
}

}  // namespace
}  // namespace plumbline::publication
