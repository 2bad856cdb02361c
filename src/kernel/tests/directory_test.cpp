// What the desk keeps in memory follows the acts, whoever did them, and shares what stayed.
#include "directory.hpp"

#include "desk_fixture.hpp"

namespace plumbline::kernel::testing {
namespace {

class DirectoryTest : public DeskTest {
 protected:
  std::shared_ptr<Directory const> loaded() {
    return load_directory(*system_->database().reader(), catalogue_, "3715");
  }
  std::shared_ptr<Directory const> followed(Directory const& known) {
    return follow_directory(*system_->database().reader(), catalogue_, "3715", known, known.seq + 1);
  }
  Result<Receipt> keep(std::string const& register_name, std::string const& action, std::string payload) {
    Command command;
    command.register_name = register_name;
    command.action = action;
    command.payload = std::move(payload);
    command.account = person("keeper", Role::system_administrator);
    return system_->act(std::move(command));
  }
  // Roles and how many regions each reaches, in words.
  std::string rights(Directory const& directory, Uuid account) {
    auto const viewer = directory.viewer("3715", account, clock_.now());
    std::string words;
    for (auto const& scoped : viewer.scoped)
      words += std::string(to_string(scoped.role)) + " " + std::to_string(scoped.scopes.size()) + "; ";
    for (auto const& represented : viewer.represented)
      words += std::string(to_string(represented.role)) + " " + to_string(represented.party) + "; ";
    return words;
  }
};

TEST_P(DirectoryTest, FollowedIsWhatIsLoaded) {
  Uuid const stays = person("stays", Role::officer, "371581");
  Uuid const leaves = person("leaves", Role::officer, "371502");
  Uuid const loses = person("loses", Role::leader);
  auto const before = loaded();
  ASSERT_EQ(rights(*before, leaves), "officer 1; ");

  ASSERT_EQ(code_of(administer("account", "close", leaves)), "done");
  ASSERT_EQ(code_of(administer("grant", "withdraw", grant_of(loses))), "done");
  Uuid const joins = person("joins", Role::officer, "371581");
  Uuid const firm = make_uuid7(clock_.now());
  Uuid const acts_for = person("acts-for", Role::firm, "", firm);
  ASSERT_EQ(code_of(keep("region", "create",
                         R"({"code":"371581-P01","name":"Park","parent":"371581","kind":"park"})")),
            "done");

  auto const after = followed(*before);
  auto const fresh = loaded();
  EXPECT_EQ(after->seq, fresh->seq);
  for (Uuid const account : {stays, leaves, loses, joins, acts_for})
    EXPECT_EQ(rights(*after, account), rights(*fresh, account));
  EXPECT_EQ(rights(*after, leaves), "");
  EXPECT_EQ(rights(*after, loses), "");
  EXPECT_EQ(rights(*after, joins), "officer 2; ") << "the county and its new park";
  EXPECT_EQ(rights(*after, acts_for), "firm " + to_string(firm) + "; ");
  EXPECT_EQ(after->regions->size(), fresh->regions->size());
  EXPECT_EQ(rights(*before, leaves), "officer 1; ") << "a snapshot stays as it was";
}

TEST_P(DirectoryTest, WhatStayedIsSharedNotReadAgain) {
  Uuid const stays = person("stays", Role::officer, "371581");
  auto const before = loaded();
  Uuid const joins = person("joins", Role::officer, "371581");
  auto const after = followed(*before);
  ASSERT_NE(after->accounts.find(joins), nullptr);
  EXPECT_EQ(after->regions, before->regions);
  EXPECT_EQ(after->calendar, before->calendar);
  auto const* known = before->accounts.find(stays);
  ASSERT_NE(known, nullptr);
  EXPECT_EQ(after->accounts.find(stays)->log_id, known->log_id);
}

TEST_P(DirectoryTest, ACalendarIsReadWithEverything) {
  auto const before = loaded();
  auto const day = make_date(2027, 3, 1);
  ASSERT_TRUE(before->calendar->is_workday(day));
  ASSERT_EQ(code_of(keep("calendar_year", "publish",
                         R"({"year":2027,"holidays":["2027-03-01"],"makeup_workdays":[],"notice":"test"})")),
            "done");
  auto const after = followed(*before);
  EXPECT_FALSE(after->calendar->is_workday(day));
  EXPECT_EQ(after->seq, loaded()->seq);
}

TEST(SharedMap, ACopyKeepsWhatItHad) {
  SharedMap<int>::Map all;
  std::vector<Uuid> ids;
  for (int i = 0; i < 5'000; ++i) {
    ids.push_back(make_uuid7(Instant{i}));
    all.emplace(ids.back(), i);
  }
  SharedMap<int> const first(all);
  SharedMap<int> second = first;
  second.put(ids[7], -7);
  Uuid const other = make_uuid7(Instant{9'999});
  second.put(other, 1);
  for (int i = 0; i < 5'000; ++i) {
    ASSERT_EQ(*first.find(ids[static_cast<std::size_t>(i)]), i);
    ASSERT_EQ(*second.find(ids[static_cast<std::size_t>(i)]), i == 7 ? -7 : i);
  }
  EXPECT_EQ(first.find(other), nullptr);
  EXPECT_EQ(*second.find(other), 1);
}

INSTANTIATE_TEST_SUITE_P(Engines, DirectoryTest,
                         ::testing::Values(store::Engine::sqlite, store::Engine::postgres),
                         [](auto const& engine) {
                           return engine.param == store::Engine::sqlite ? "sqlite" : "postgres";
                         });

}  // namespace
}  // namespace plumbline::kernel::testing
