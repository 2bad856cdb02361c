// Finding by name: two characters are enough, whatever their width and case, and never beyond one's sight.
#include <gmock/gmock.h>

#include "desk_fixture.hpp"
#include "kernel/audit.hpp"

namespace plumbline::kernel::testing {
namespace {

class SearchTest : public DeskTest {
 protected:
  void SetUp() override {
    DeskTest::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    officer_ = person("city-officer", Role::officer);
    titled("N-1", "山东华光纺织有限公司", "371581");
    titled("N-2", "临清（华光）Ｃａｆｅ 24", "371502");
    titled("N-3", "高唐食品有限公司", "371502");
  }
  Uuid titled(std::string const& reference, std::string const& title, std::string const& region) {
    Command command;
    command.register_name = "notice";
    command.action = "draft";
    command.account = officer_;
    command.payload =
        R"({"title":")" + title + R"(","reference":")" + reference + R"(","region":")" + region + "\"}";
    auto const done = system_->act(std::move(command));
    if (!done) throw std::runtime_error(done.refusal().code);
    return done->record;
  }
  std::vector<std::string> found(Viewer const& viewer, std::string const& search,
                                 std::string const& sort = "") {
    Query query;
    query.search = search;
    query.sort = sort;
    query.limit = 1;
    std::vector<std::string> titles;
    do {
      auto const page = system_->reads().list(viewer, "notice", query);
      if (!page) return {page.refusal().code};
      for (auto const& item : page->items) titles.push_back(item.as<Notice>().reference);
      query.cursor = page->next;
    } while (!query.cursor.empty());
    EXPECT_EQ(system_->reads().total(viewer, "notice", query)->count,
              static_cast<std::int64_t>(titles.size()));
    std::ranges::sort(titles);
    return titles;
  }
  using Names = std::vector<std::string>;
  Uuid officer_;
};

TEST_P(SearchTest, TwoCharactersAreEnough) {
  auto const viewer = system_->viewer(officer_);
  for (std::string const sort : {"", "title", "-reference"}) {
    EXPECT_EQ(found(viewer, "华光", sort), (Names{"N-1", "N-2"}));
    EXPECT_EQ(found(viewer, "有限公司", sort), (Names{"N-1", "N-3"}));
    EXPECT_EQ(found(viewer, "华光 有限公司", sort), Names{"N-1"});
    EXPECT_EQ(found(viewer, "CAFÉ", sort), Names{});
    EXPECT_EQ(found(viewer, "cafe24", sort), Names{"N-2"});
    EXPECT_EQ(found(viewer, "光华", sort), Names{});
  }
  EXPECT_EQ(found(viewer, "华"), Names{"search_too_short"});
  EXPECT_EQ(found(viewer, "（）"), Names{"search_too_short"});
  EXPECT_EQ(found(viewer, "华光 司"), Names{"search_too_short"});
  EXPECT_EQ(found(viewer, "华光 华光 华光 华光 华光"), Names{"too_many_values"});
}

TEST_P(SearchTest, NobodyFindsWhatIsNotTheirs) {
  auto const county = person("county-officer", Role::officer, "371581");
  EXPECT_EQ(found(system_->viewer(county), "华光"), Names{"N-1"});
  EXPECT_EQ(found(system_->viewer(county), "高唐"), Names{});
}

TEST_P(SearchTest, ThePairsAreProved) {
  EXPECT_TRUE(verify_deep(*system_).findings.empty());
  static store::Sql const lose{"test.lose",
                               "delete from name_gram where jurisdiction = $1 and gram = '华光'"};
  ASSERT_TRUE(system_->write_unlogged(lose, {std::string("3715")}));
  EXPECT_FALSE(verify_deep(*system_).findings.empty());
}

INSTANTIATE_TEST_SUITE_P(Engines, SearchTest,
                         ::testing::Values(store::Engine::sqlite, store::Engine::postgres),
                         [](auto const& engine) {
                           return engine.param == store::Engine::sqlite ? "sqlite" : "postgres";
                         });

}  // namespace
}  // namespace plumbline::kernel::testing
