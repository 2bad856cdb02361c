// The tables made from npm packages.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "base/deadline.hpp"
#include "base/divisions.hpp"
#include "base/identifiers.hpp"
#include "calendar_fixture.hpp"

namespace plumbline {
namespace {

TEST(BuiltInCalendar, has_the_years_of_the_package) {
  EXPECT_EQ(built_in_calendar().first_year(), 2004);
  EXPECT_EQ(built_in_calendar().last_year(), 2026);
}

TEST(BuiltInCalendar, agrees_with_the_notices_written_by_hand) {
  auto const by_hand = calendar_2024_to_2026();
  for (Date date = day("2024-01-01"); date <= day("2026-12-31"); date = date + 1)
    EXPECT_EQ(built_in_calendar().is_workday(date), by_hand.is_workday(date)) << to_string(date);
}

TEST(BuiltInCalendar, counts_the_deadlines_of_the_rules) {
  DeadlineRule const seven{7, Unit::workday, RollOver::none};
  EXPECT_EQ(due_on(seven, day("2026-02-10"), built_in_calendar()), (Due{day("2026-02-26"), false}));
  DeadlineRule const sixty{60, Unit::calendar_day, RollOver::all_non_workdays};
  EXPECT_EQ(due_on(sixty, day("2026-07-29"), built_in_calendar()), (Due{day("2026-09-28"), false}));
  DeadlineRule const holidays_only{10, Unit::calendar_day, RollOver::holidays_only};
  EXPECT_EQ(due_on(holidays_only, day("2026-09-23"), built_in_calendar()), (Due{day("2026-10-08"), false}))
      << "the package names all days of a holiday, its weekend too";
  EXPECT_TRUE(due_on(seven, day("2026-12-28"), built_in_calendar()).provisional);
}

// A second, independent collection of the same notices.
TEST(BuiltInCalendar, agrees_with_another_collection) {
  auto const folder = std::filesystem::path(PLUMBLINE_SHARED_DIR) / "data/holiday-cn";
  if (!std::filesystem::exists(folder)) GTEST_SKIP() << "the shared data folder is not there";
  std::vector<Date> off;
  std::vector<Date> worked;
  for (int year = 2007; year <= 2026; ++year) {
    std::ifstream in(folder / (std::to_string(year) + ".json"));
    Date date;
    for (std::string line; std::getline(in, line);) {
      std::string_view const text(line);
      if (auto const at = text.find("\"date\": \""); at != std::string_view::npos)
        date = day(text.substr(at + 9, 10));
      if (text.find("\"isOffDay\": true") != std::string_view::npos) off.push_back(date);
      if (text.find("\"isOffDay\": false") != std::string_view::npos) worked.push_back(date);
    }
  }
  ASSERT_GT(off.size(), 500U);
  WorkdayCalendar const other(2007, 2026, off, worked);
  for (Date date = day("2007-01-01"); date <= day("2026-12-31"); date = date + 1)
    EXPECT_EQ(built_in_calendar().is_workday(date), other.is_workday(date)) << to_string(date);
}

TEST(Divisions, has_every_row_of_the_package) {
  std::size_t counts[13]{};
  for (Division const& division : divisions()) {
    EXPECT_TRUE(is_valid_region_code(division.code)) << division.code;
    EXPECT_FALSE(division.name.empty());
    ++counts[division.code.size()];
  }
  EXPECT_EQ(counts[2], 31U + 3U) << "with Taiwan, Hong Kong and Macao";
  EXPECT_EQ(counts[4], 342U);
  EXPECT_EQ(counts[6], 2'978U);
  EXPECT_EQ(counts[9], 41'352U);
}

TEST(Divisions, are_found_by_code) {
  EXPECT_EQ(division_name("37"), "山东省");
  EXPECT_EQ(division_name("3715"), "聊城市");
  EXPECT_EQ(division_name("371500"), "聊城市");
  EXPECT_EQ(division_name("370000"), "山东省");
  EXPECT_EQ(division_name("371581"), "临清市");
  EXPECT_EQ(division_name("370502"), "东营区");
  EXPECT_EQ(division_name("371581001"), "青年路街道");
  EXPECT_EQ(division_name("710000"), "台湾省");
  EXPECT_EQ(division_name("441900"), "东莞市");
  for (auto const* code : {"", "3", "99", "371599", "3715810", "371581999", "37150", "abc", "~"}) {
    EXPECT_FALSE(division_exists(code)) << code;
    EXPECT_FALSE(division_name(code)) << code;
    EXPECT_TRUE(division_full_name(code).empty()) << code;
  }
}

TEST(Divisions, have_children) {
  EXPECT_EQ(division_children("").size(), 34U);
  EXPECT_EQ(division_children("37").size(), 16U);
  auto const counties = division_children("3715");
  ASSERT_EQ(counties.size(), 8U);
  EXPECT_EQ(counties.front(), (Division{"371502", "东昌府区"}));
  EXPECT_EQ(counties.back(), (Division{"371581", "临清市"}));
  EXPECT_EQ(division_children("371500"), counties);
  EXPECT_FALSE(division_children("371581").empty());
  EXPECT_TRUE(division_children("371581001").empty());
  EXPECT_TRUE(division_children("71").empty());
  EXPECT_TRUE(division_children("99").empty());
  EXPECT_FALSE(division_children("441900").empty()) << "towns lie right below the city of Dongguan";
}

TEST(Divisions, form_one_tree) {
  std::size_t below = 0;
  for (Division const& division : divisions()) {
    below += division_children(division.code).size();
    std::string_view const parent = parent_region_code(division.code);
    EXPECT_TRUE(parent.empty() || division_exists(parent)) << division.code;
  }
  EXPECT_EQ(below + 34, divisions().size());
}

TEST(Divisions, have_full_names) {
  EXPECT_EQ(division_full_name("371581"), "山东省聊城市临清市");
  EXPECT_EQ(division_full_name("3715"), "山东省聊城市");
  EXPECT_EQ(division_full_name("110101"), "北京市东城区");
  EXPECT_EQ(division_full_name("110101001"), "北京市东城区东华门街道");
  EXPECT_EQ(division_full_name("441900"), "广东省东莞市");
  EXPECT_EQ(division_full_name("429004"), "湖北省仙桃市");
  EXPECT_EQ(division_full_name("1101"), "北京市");
}

}  // namespace
}  // namespace plumbline
