// Nobody reads, counts or infers what lies outside their grants, whichever read function they ask.
#include <gmock/gmock.h>

#include <fstream>
#include <sstream>

#include "desk_fixture.hpp"
#include "kernel/audit.hpp"
#include "kernel/import.hpp"

namespace plumbline::kernel::testing {
namespace {

std::string text_of_file(std::filesystem::path const& file) {
  std::ostringstream text;
  text << std::ifstream(file, std::ios::binary).rdbuf();
  return text.str();
}

// Two counties, an issued notice each with a running clock, and an officer of one of them.
class ScopeTest : public DeskTest {
 protected:
  void SetUp() override {
    DeskTest::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    auto const officer = person("city-officer", Role::officer);
    auto const leader = person("city-leader", Role::leader);
    own_ = issued(officer, leader, "OWN-1", "371581");
    foreign_ = issued(officer, leader, "FOREIGN-1", "371502");
    county_ = person("county-officer", Role::officer, "371581");
    auditor_ = person("county-auditor", Role::auditor, "371581");
  }

  Uuid issued(Uuid officer, Uuid leader, std::string const& reference, std::string const& region) {
    Uuid const id = draft(officer, reference, region);
    EXPECT_EQ(code_of(act(leader, "issue", id)), "done");
    return id;
  }

  Viewer county() { return system_->viewer(county_); }
  Reads& reads() { return system_->reads(); }

  Uuid own_, foreign_, county_, auditor_;
};

TEST_P(ScopeTest, NoReadFunctionShowsAForeignRecord) {
  auto const viewer = county();
  EXPECT_TRUE(reads().get(viewer, "notice", own_));
  EXPECT_FALSE(reads().get(viewer, "notice", foreign_));
  EXPECT_TRUE(reads().find(viewer, "notice", "reference", "OWN-1"));
  EXPECT_FALSE(reads().find(viewer, "notice", "reference", "FOREIGN-1"));

  auto const page = reads().list(viewer, "notice", {});
  ASSERT_TRUE(page);
  ASSERT_EQ(page->items.size(), 1U);
  EXPECT_EQ(page->items.front().id, own_);
  EXPECT_EQ(*reads().count(viewer, "notice", {}), 1);
  std::vector<Uuid> streamed;
  ASSERT_TRUE(reads().stream(viewer, "notice", {}, [&](Found const& found) {
    streamed.push_back(found.id);
    return true;
  }));
  EXPECT_THAT(streamed, ::testing::ElementsAre(own_));

  auto const history = reads().history(viewer, "notice", foreign_);
  ASSERT_FALSE(history);
  EXPECT_EQ(history.refusal().code, "not_found");
  auto const opened = opening(*system_, viewer, "notice", foreign_, 1, {"title"});
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.refusal().code, "not_found");

  auto const due = reads().due_clocks(viewer, make_date(2030, 1, 1), 50);
  ASSERT_TRUE(due);
  ASSERT_EQ(due->size(), 1U);
  EXPECT_EQ(due->front().record, own_);
}

TEST_P(ScopeTest, FiltersThatNameAForeignPlaceFindNothing) {
  auto const viewer = county();
  for (auto const& condition : std::vector<Condition>{{"scope", Compare::equal, {"371502"}},
                                                      {"region", Compare::equal, {"371502"}},
                                                      {"id", Compare::equal, {to_string(foreign_)}},
                                                      {"reference", Compare::not_equal, {"OWN-1"}},
                                                      {"pages", Compare::greater_equal, {"0"}}}) {
    Query query;
    query.where.push_back(condition);
    bool const own_fits = condition.field == "pages";
    EXPECT_EQ(*reads().count(viewer, "notice", query), own_fits ? 1 : 0) << condition.field;
    EXPECT_EQ(reads().list(viewer, "notice", query)->items.size(), own_fits ? 1U : 0U) << condition.field;
  }
}

TEST_P(ScopeTest, ACursorFromASeeingViewerOpensNothing) {
  Query query;
  query.limit = 1;
  query.sort = "-reference";
  auto const first = reads().list(system_viewer("3715"), "notice", query);
  ASSERT_TRUE(first);
  query.cursor = first->next;
  auto const next = reads().list(county(), "notice", query);
  ASSERT_TRUE(next);
  for (auto const& item : next->items) EXPECT_EQ(item.id, own_);
}

TEST_P(ScopeTest, AForgedCursorIsRefused) {
  for (std::string const text : {R"({"i":"7"})", R"({"b":"00"})", R"({"id":"no"})", "[]", "", "{"}) {
    Json cursor;
    if (auto parsed = parse_json(text)) cursor = *parsed;
    if (cursor.as_object() != nullptr && cursor.find("id") == nullptr) cursor.set("id", to_string(own_));
    Query query;
    query.sort = "reference";
    query.cursor = base64_encode(bytes_of(text.empty() ? "x" : write_json(cursor)));
    auto const page = reads().list(county(), "notice", query);
    ASSERT_FALSE(page) << text;
    EXPECT_EQ(page.refusal().code, "bad_cursor") << text;
  }
}

TEST_P(ScopeTest, ExportsHoldOwnRowsOnly) {
  for (std::string const name : {"notices.csv", "notices.xlsx"}) {
    auto const file = folder_ / name;
    auto const rows = export_register(*system_, county(), "notice", {}, {file, {}, {}});
    ASSERT_TRUE(rows) << rows.refusal().code;
    EXPECT_EQ(*rows, 1);
  }
  auto const text = text_of_file(folder_ / "notices.csv");
  EXPECT_THAT(text, ::testing::HasSubstr("OWN-1"));
  EXPECT_THAT(text, ::testing::Not(::testing::HasSubstr("FOREIGN-1")));
  EXPECT_THAT(text, ::testing::Not(::testing::HasSubstr("13800001234")));  // masked
}

TEST_P(ScopeTest, AMaskedViewerMayNotCompareWhatIsMasked) {
  auto const viewer = county();
  auto ask = [&](Compare compare, std::string const& value) {
    Query query;
    query.where.push_back({"contact", compare, {value}});
    return reads().count(viewer, "notice", query);
  };
  EXPECT_TRUE(ask(Compare::equal, "13800001234"));
  for (auto const compare : {Compare::less, Compare::less_equal, Compare::greater, Compare::greater_equal,
                             Compare::not_equal, Compare::any_of}) {
    auto const answer = ask(compare, "138");
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.refusal().code, "not_filterable");
  }
  Query query;
  query.sort = "contact";
  EXPECT_EQ(reads().list(viewer, "notice", query).refusal().code, "not_sortable");
}

TEST_P(ScopeTest, ActsOnForeignRecordsAnswerAsIfThereWereNone) {
  Uuid const nowhere = make_uuid7(clock_.now());
  for (std::string const action : {"edit", "withdraw", "copy"}) {
    std::string const payload = action == "copy"   ? R"({"reference":"Z"})"
                                : action == "edit" ? R"({"title":"x"})"
                                                   : "";
    EXPECT_EQ(code_of(act(county_, action, foreign_, payload)),
              code_of(act(county_, action, nowhere, payload)))
        << action;
  }
  EXPECT_EQ(code_of(attach(county_, own_, "photo")), "done");
  EXPECT_EQ(code_of(attach(county_, foreign_, "photo")), "unknown_record");
  EXPECT_EQ(code_of(attach(county_, nowhere, "photo")), "unknown_record");
  EXPECT_EQ(*reads().count(county(), "attachment", {}), 1);
  EXPECT_EQ(*reads().count(system_->viewer(person("neighbour", Role::officer, "371502")), "attachment", {}),
            0);
}

TEST_P(ScopeTest, ATrialImportTellsNoMoreThanTheImport) {
  auto const importer = person("county-importer", Role::importer, "371581");
  std::ofstream(folder_ / "rows.csv") << "title,reference,region\nneu,FOREIGN-1,371581\n";
  for (bool const dry_run : {true, false}) {
    ImportOptions options;
    options.register_name = "notice";
    options.file = folder_ / "rows.csv";
    options.account = importer;
    options.dry_run = dry_run;
    auto const report = import_file(*system_, options);
    ASSERT_TRUE(report) << report.refusal().code;
    ASSERT_EQ(report->problems.size(), 1U);
    EXPECT_EQ(report->problems.front().code, "not_found");
  }
}

TEST_P(ScopeTest, AnotherProcessLearnsOfAGrantAndOfItsEnd) {
  auto const other = System::open(folder_, catalogue_, clock_);
  auto const newcomer = person("newcomer", Role::officer, "371502");
  EXPECT_EQ(*other->reads().count(other->viewer(newcomer), "notice", {}), 1);
  EXPECT_TRUE(other->account_of("newcomer"));
  Query query;
  query.where.push_back({"account", Compare::equal, {to_string(newcomer)}});
  auto const grant = reads().list(system_viewer("3715"), "grant", query);
  ASSERT_EQ(grant->items.size(), 1U);
  Command withdraw;
  withdraw.register_name = "grant";
  withdraw.action = "withdraw";
  withdraw.record = grant->items.front().id;
  withdraw.account = *system_->account_of("admin");
  withdraw.payload = R"({"reason":"调离"})";
  ASSERT_EQ(code_of(system_->act(withdraw)), "done");
  EXPECT_EQ(*other->reads().count(other->viewer(newcomer), "notice", {}), 0);
}

INSTANTIATE_TEST_SUITE_P(Engines, ScopeTest,
                         ::testing::Values(store::Engine::sqlite, store::Engine::postgres),
                         [](auto const& engine) {
                           return engine.param == store::Engine::sqlite ? "sqlite" : "postgres";
                         });

}  // namespace
}  // namespace plumbline::kernel::testing
