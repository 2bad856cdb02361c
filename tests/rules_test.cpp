// The rule data are read by people and by the kernel: every row must be whole, dated and computable.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "base/deadline.hpp"
#include "base/identifiers.hpp"
#include "reflect/json.hpp"

namespace plumbline {
namespace {

Json load(std::string_view name) {
  std::ifstream in(std::filesystem::path(PLUMBLINE_SOURCE_DIR) / "rules" / name, std::ios::binary);
  std::string const text{std::istreambuf_iterator<char>(in), {}};
  auto document = parse_json(text);
  if (!document) {
    ADD_FAILURE() << name << ": " << document.refusal().code << " " << document.refusal().detail;
    return {};
  }
  return *document;
}

Json::Array const& rows(Json const& document, std::string_view name) {
  static Json::Array const none;
  Json const* const list = document.find(name);
  return list && list->as_array() ? *list->as_array() : none;
}

std::string text_of(Json const& row, std::string_view name) {
  Json const* const member = row.find(name);
  return member && member->as_text() ? *member->as_text() : "";
}
std::int64_t integer_of(Json const& row, std::string_view name, std::int64_t otherwise = 0) {
  Json const* const member = row.find(name);
  return member && member->as_integer() ? *member->as_integer() : otherwise;
}
bool bool_of(Json const& row, std::string_view name) {
  Json const* const member = row.find(name);
  return member && member->as_bool() && *member->as_bool();
}

Json const& deadlines() {
  static Json const document = load("deadlines.json");
  return document;
}

Json const* edition(std::string_view id, std::string_view on) {
  for (Json const& row : rows(deadlines(), "rules"))
    if (text_of(row, "id") == id && text_of(row, "effective_from") <= on &&
        (!row.find("effective_to") || on <= text_of(row, "effective_to")))
      return &row;
  return nullptr;
}

TEST(Deadlines, EveryRowIsWhole) {
  std::set<std::string> const kinds{"period", "window", "annual_window", "annual_date", "span", "charge"};
  ASSERT_GT(rows(deadlines(), "rules").size(), 60U);
  for (Json const& row : rows(deadlines(), "rules")) {
    std::string const id = text_of(row, "id");
    for (auto const* name : {"id", "name_zh", "name_en", "trigger", "trigger_zh", "article", "source"})
      EXPECT_NE(text_of(row, name), "") << id << " " << name;
    EXPECT_TRUE(kinds.contains(text_of(row, "kind"))) << id;
    EXPECT_THAT(text_of(row, "lapse"), ::testing::AnyOf("alert", "decides")) << id;
    EXPECT_TRUE(row.find("verified") && row.find("verified")->as_bool()) << id;
    EXPECT_TRUE(row.find("dates_verified") && row.find("dates_verified")->as_bool()) << id;
    EXPECT_TRUE(parse_date(text_of(row, "effective_from"))) << id;
    EXPECT_TRUE(!row.find("effective_to") || parse_date(text_of(row, "effective_to"))) << id;
    EXPECT_TRUE(!row.find("region") || is_valid_region_code(text_of(row, "region"))) << id;
  }
}

TEST(Deadlines, NothingIsVerifiedThatWasNotRead) {
  for (Json const& row : rows(deadlines(), "rules")) {
    std::string const source = text_of(row, "source");
    bool const read = source.starts_with("[L]") || source.starts_with("[P");
    EXPECT_TRUE(read || !bool_of(row, "verified")) << text_of(row, "id") << ": " << source;
  }
  EXPECT_FALSE(bool_of(*edition("CMP.MEDIATE", "2026-04-15"), "verified"));
  EXPECT_TRUE(bool_of(*edition("CMP.MEDIATE", "2026-04-14"), "verified"));
}

TEST(Deadlines, EveryPeriodCanBeComputed) {
  std::set<std::string> deciding;
  for (Json const& row : rows(deadlines(), "rules")) {
    std::string const id = text_of(row, "id");
    if (text_of(row, "lapse") == "decides") deciding.insert(id);
    if (text_of(row, "kind") != "period") continue;
    auto const unit = parse_unit(text_of(row, "unit"));
    auto const roll_over = parse_roll_over(text_of(row, "roll_over"));
    ASSERT_TRUE(unit && roll_over) << id;
    DeadlineRule const rule{static_cast<int>(integer_of(row, "count")), *unit, *roll_over};
    EXPECT_NE(rule.count, 0) << id;
    EXPECT_GE(integer_of(row, "extension", -1), 0) << id;
    EXPECT_TRUE(row.find("exclusions") && row.find("exclusions")->as_array()) << id;
    Date const trigger = parse_date("2026-03-02").value();
    Due const due = due_on(rule, trigger, WorkdayCalendar{});
    EXPECT_EQ(due.on > trigger, rule.count > 0) << id;
  }
  EXPECT_THAT(deciding, ::testing::ElementsAre("SC.OBJECTION", "SC.RETEST_FORM"))
      << "silence decides only where the regulation says so";
}

TEST(Deadlines, EditionsOfARuleDoNotOverlap) {
  std::map<std::string, std::vector<std::pair<std::string, std::string>>> spans;
  for (Json const& row : rows(deadlines(), "rules"))
    spans[text_of(row, "id")].emplace_back(text_of(row, "effective_from"),
                                           row.find("effective_to") ? text_of(row, "effective_to") : "9999");
  for (auto& [id, editions] : spans) {
    std::sort(editions.begin(), editions.end());
    for (std::size_t i = 0; i < editions.size(); ++i) {
      EXPECT_LE(editions[i].first, editions[i].second) << id;
      EXPECT_TRUE(i == 0 || editions[i - 1].second < editions[i].first) << id;
    }
    EXPECT_EQ(editions.back().second, "9999") << id << " has an edition in force";
  }
}

// Written from the regulations, not from the file.
TEST(Deadlines, TheDayOfTheTriggerPicksTheEdition) {
  struct Case {
    char const* id;
    char const* on;
    std::int64_t count;
    char const* unit;
  };
  for (Case const& expected :
       {Case{"DR.PUBLISH", "2026-03-02", 20, "workday"}, Case{"CMP.MEDIATE", "2026-04-14", 45, "workday"},
        Case{"CMP.MEDIATE", "2026-04-15", 60, "calendar_day"}, Case{"CR.REPAIR", "2025-12-24", 15, "workday"},
        Case{"CR.REPAIR", "2025-12-25", 7, "workday"}, Case{"SC.OBJECTION", "2026-03-02", 15, "calendar_day"},
        Case{"SC.CORRECT", "2026-03-02", 60, "calendar_day"},
        Case{"SC.RECHECK", "2026-03-02", 75, "calendar_day"}, Case{"SC.NOREPEAT", "2026-03-02", 6, "month"},
        Case{"CASE.CHECK", "2026-03-02", 15, "workday"},
        Case{"CASE.DECIDE", "2026-03-02", 90, "calendar_day"},
        Case{"CASE.HEAR_NOTICE", "2026-03-02", -7, "workday"},
        Case{"PUB.PENALTY", "2026-03-02", 20, "workday"}, Case{"CR.LEAVE", "2026-03-02", 3, "year"},
        Case{"LIC.RENEW", "2026-03-02", -6, "month"}, Case{"VEH.UPLOAD", "2026-03-02", 48, "hour"}}) {
    Json const* const row = edition(expected.id, expected.on);
    ASSERT_TRUE(row) << expected.id;
    EXPECT_EQ(integer_of(*row, "count"), expected.count) << expected.id;
    EXPECT_EQ(text_of(*row, "unit"), expected.unit) << expected.id;
  }
  Json const* const window = edition("SC.RECHECK2", "2026-03-02");
  ASSERT_TRUE(window);
  EXPECT_EQ(integer_of(*window, "after_days"), 60);
  EXPECT_EQ(integer_of(*window, "before_days"), 90);
  EXPECT_FALSE(edition("CMP.MEDIATE", "2019-12-31")) << "before the first edition";
}

TEST(ResultCodes, AreNineAndSevenAreFollowed) {
  Json const document = load("result_codes.json");
  std::set<std::string> names;
  std::vector<std::int64_t> codes;
  std::vector<std::int64_t> followed;
  std::vector<std::int64_t> problems;
  for (Json const& row : rows(document, "codes")) {
    codes.push_back(integer_of(row, "code"));
    if (bool_of(row, "follow_up")) followed.push_back(integer_of(row, "code"));
    if (bool_of(row, "problem")) problems.push_back(integer_of(row, "code"));
    names.insert(text_of(row, "name"));
    EXPECT_NE(text_of(row, "name_zh"), "");
    EXPECT_NE(text_of(row, "name_en"), "");
  }
  EXPECT_THAT(codes, ::testing::ElementsAre(1, 2, 3, 4, 5, 6, 7, 8, 9));
  EXPECT_THAT(followed, ::testing::ElementsAre(2, 3, 4, 5, 6, 7, 9));
  EXPECT_THAT(problems, ::testing::ElementsAre(2, 3, 4, 5, 6, 7, 9));
  EXPECT_EQ(names.size(), 9U);
}

TEST(CreditClasses, SharesFollowOneAnother) {
  Json const document = load("credit_classes.json");
  std::string letters;
  std::int64_t reached = 0;
  for (Json const& row : rows(document, "classes")) {
    letters += text_of(row, "class");
    EXPECT_EQ(integer_of(row, "share_percent_over", -1), reached);
    reached = integer_of(row, "share_percent_max");
  }
  EXPECT_EQ(letters, "ABCD");
  EXPECT_EQ(reached, 100);
}

}  // namespace
}  // namespace plumbline
