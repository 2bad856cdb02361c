#include "kernel/import.hpp"

#include <gmock/gmock.h>

#include <chrono>
#include <fstream>

#include "base/text.hpp"
#include "desk_fixture.hpp"
#include "kernel/audit.hpp"

namespace plumbline::kernel::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

class ImportTest : public DeskTest {
 protected:
  std::filesystem::path file(std::string const& name, std::string const& content) {
    auto const path = folder_ / name;
    std::ofstream(path, std::ios::binary) << content;
    return path;
  }

  ImportOptions options(std::filesystem::path const& path) {
    ImportOptions wish;
    wish.register_name = "notice";
    wish.file = path;
    wish.account = person("importer", Role::importer);
    return wish;
  }

  ImportReport must_import(ImportOptions const& wish) {
    auto report = import_file(*system_, wish);
    EXPECT_TRUE(report) << (report ? "" : report.refusal().code + " " + report.refusal().detail);
    return report ? *report : ImportReport{};
  }

  std::string code_of_import(std::string const& content, ImportMap const& map = {}) {
    auto wish = options(file("refused.csv", content));
    wish.map = map;
    auto const report = import_file(*system_, wish);
    return report ? "done" : report.refusal().code + " " + report.refusal().detail;
  }

  // Everything a reader of the register can see but version numbers.
  std::vector<std::string> contents() {
    std::vector<std::string> out;
    auto const all = system_->reads().stream(system_viewer("3715"), "notice", {}, [&](Found const& found) {
      out.push_back(to_string(found.id) + " " + found.state + " " + found.body);
      return true;
    });
    EXPECT_TRUE(all);
    return out;
  }

  Notice notice(std::string const& reference) {
    auto const found = system_->reads().find(system_viewer("3715"), "notice", "reference", reference);
    EXPECT_TRUE(found) << reference;
    return found ? found->as<Notice>() : Notice{};
  }

  std::vector<std::string> rows_of(std::filesystem::path const& path) {
    auto table = open_table(path);
    EXPECT_TRUE(table);
    std::vector<std::string> out;
    for (TableRow row; table && (*table)->next(row);) {
      std::string line = std::to_string(row.number);
      for (auto const& cell : row.cells) line += "|" + cell;
      if (!row.problem.empty()) line += " !" + row.problem;
      out.push_back(line);
    }
    return out;
  }

  void expect_clean() {
    auto const audit = verify_deep(*system_);
    for (auto const& finding : audit.findings)
      ADD_FAILURE() << finding.code << " " << finding.register_name << " " << finding.detail;
  }
};

class DamagedFileTest : public ImportTest {};

std::vector<std::string> told(ImportReport const& report) {
  std::vector<std::string> out;
  for (auto const& problem : report.problems)
    out.push_back(std::to_string(problem.row) + " " + problem.column + " " + problem.code);
  return out;
}

// "通知" and "聊城" as GB 18030 bytes.
constexpr std::string_view notice_gb = "\xCD\xA8\xD6\xAA";
constexpr std::string_view liaocheng_gb = "\xC1\xC4\xB3\xC7";

// The order's acceptance 10: encodings mixed, stray quotes, missing cells, three duplicates, dates in
// three shapes; the first record is there already and is changed.
std::string damaged_file() {
  std::string out = "\xEF\xBB\xBF文号,标题,地区,页数,签发日期,备注\r\n";    // 1
  out += "A-1,已有的通知,371581,7,2025-03-01,\r\n";                         // 2 changes a record
  out += "A-2," + std::string(notice_gb) + ",371581,１２,2025/3/2,\r\n";    // 3 GB 18030, full-width digits
  out += "A-3,\"两行\r\n标题\",371581,3,2025年3月3日,\r\n";                 // 4, on two lines
  out += "A-4,\"没有结束的引号,371581,3,2025-03-04,\r\n";                   // 5 stray
  out += "A-5,引号\"在中间,371581,3,2025-03-05,\r\n";                       // 6 stray
  out += "A-6,\"好的\"\"引号\"\"\",371581,3,20250306,\r\n";                 // 7
  out += "A-7,少了格\r\n";                                                  // 8 cells missing
  out += "A-2,重复,371581,3,2025-03-07,\r\n";                               // 9 duplicate
  out += "A-3,重复,371581,3,2025-03-07,\r\n";                               // 10 duplicate
  out += "A-6,重复,371581,3,2025-03-07,\r\n";                               // 11 duplicate
  out += "A-8,日期错,371581,3,2025-02-30,\r\n";                             // 12
  out += "A-9,页数错,371581,很多,2025-03-09,\r\n";                          // 13
  out += ",没有文号,371581,3,2025-03-09,\r\n";                              // 14
  out += "\r\n";                                                            // 15 blank
  out += "A-10,\xFF\xFF坏,371581,3,2025-03-10,\r\n";                        // 16 no encoding at all
  out += "A-11," + std::string(liaocheng_gb) + ",371502,4,2025.3.11,\r\n";  // 17
  out += "A-12,页数太多,371581,99999,2025-03-12,";                          // 18, no line end
  return out;
}

ImportMap chinese_map() {
  auto map = parse_import_map(
      R"({"columns":{"reference":"文号","title":"标题","region":"地区","pages":"页数","signed_on":"签发日期"}})");
  EXPECT_TRUE(map);
  return *map;
}

TEST_P(DamagedFileTest, GoodRowsComeInBadRowsComeBackAndUndoLeavesNothing) {
  auto const officer = person("officer", Role::officer);
  draft(officer, "A-1");
  draft(officer, "B-1");
  auto const before = contents();
  auto wish = options(file("damaged.csv", damaged_file()));
  wish.map = chinese_map();
  wish.errors = folder_ / "errors.csv";
  auto const report = must_import(wish);
  EXPECT_EQ(report.rows, 16);
  EXPECT_EQ(report.created, 4);
  EXPECT_EQ(report.changed, 1);
  EXPECT_EQ(report.refused, 11);
  EXPECT_EQ(report.encoding, "UTF-8 + GB18030");
  EXPECT_THAT(
      told(report),
      ElementsAre("5  stray_quote", "6  stray_quote", "8  column_count", "9 文号 duplicate_in_file",
                  "10 文号 duplicate_in_file", "11 文号 duplicate_in_file", "12 签发日期 invalid_date",
                  "13 页数 invalid_integer", "14 文号 required", "16  encoding", "18 页数 out_of_range"));

  EXPECT_EQ(notice("A-1").title, "已有的通知");
  EXPECT_EQ(notice("A-1").contact, "13800001234");  // the file has no such column
  EXPECT_EQ(notice("A-2").title, "通知");
  EXPECT_EQ(notice("A-2").pages, 12);
  EXPECT_EQ(to_string(*notice("A-2").signed_on), "2025-03-02");
  EXPECT_EQ(notice("A-3").title, "两行\n标题");
  EXPECT_EQ(to_string(*notice("A-3").signed_on), "2025-03-03");
  EXPECT_EQ(notice("A-6").title, "好的\"引号\"");
  EXPECT_EQ(notice("A-11").title, "聊城");
  EXPECT_EQ(to_string(*notice("A-11").signed_on), "2025-03-11");

  auto const errors = rows_of(wish.errors);
  ASSERT_EQ(errors.size(), 12U);
  EXPECT_EQ(errors[0], "1|文号|标题|地区|页数|签发日期|备注|行号|错误列|错误原因");
  EXPECT_EQ(errors[1], "2|A-4|\"没有结束的引号|371581|3|2025-03-04||5||多余的引号 (stray_quote)");
  EXPECT_EQ(errors[3], "4|A-7|少了格|||||8||列数不符 (column_count)");
  EXPECT_EQ(errors[4], "5|A-2|重复|371581|3|2025-03-07||9|文号|文件内重复 (duplicate_in_file): 3");
  EXPECT_EQ(errors[7],
            "8|A-8|日期错|371581|3|2025-02-30||12|签发日期|不是日期，如 2026-03-01 (invalid_date)");

  expect_clean();
  auto const undone = undo_import(*system_, report.batch, wish.account);
  ASSERT_TRUE(undone) << undone.refusal().code;
  EXPECT_EQ(undone->withdrawn, 4);
  EXPECT_EQ(undone->restored, 1);
  EXPECT_THAT(undone->kept, IsEmpty());
  EXPECT_EQ(contents(), before);
  expect_clean();
}

TEST_P(DamagedFileTest, TheErrorFileComesBackMended) {
  auto wish = options(file("damaged.csv", damaged_file()));
  wish.map = chinese_map();
  wish.errors = folder_ / "errors.csv";
  must_import(wish);
  std::ifstream in(wish.errors, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(in), {}};
  auto const wrong = text.find("2025-02-30");
  ASSERT_NE(wrong, std::string::npos);
  text.replace(wrong, 10, "2025-02-28");
  wish.file = file("mended.csv", text);
  wish.errors = folder_ / "errors-2.csv";
  auto const report = must_import(wish);
  // The mended row, those whose cells now stand in order (quotes, missing cells), and the duplicates, which
  // are corrections now that they stand alone.
  EXPECT_EQ(report.created, 4);
  EXPECT_EQ(report.changed, 3);
  EXPECT_THAT(told(report), ElementsAre("9 页数 invalid_integer", "10 文号 required", "11 标题 encoding",
                                        "12 页数 out_of_range"));
  EXPECT_EQ(to_string(*notice("A-8").signed_on), "2025-02-28");
  EXPECT_EQ(rows_of(wish.errors).front(), "1|文号|标题|地区|页数|签发日期|备注|行号|错误列|错误原因");
}

TEST_P(ImportTest, AgainIsUnchanged) {
  auto const wish = options(file("a.csv", "reference;title;region\nA-1;x;371581\nA-2;y;371581\n"));
  EXPECT_EQ(must_import(wish).created, 2);
  auto const again = must_import(wish);
  EXPECT_EQ(again.unchanged, 2);
  EXPECT_EQ(again.created + again.changed, 0);
  EXPECT_EQ(undo_import(*system_, again.batch, wish.account).refusal().code, "unknown_batch");
}

TEST_P(ImportTest, DryRunWritesNothingAndSaysTheSame) {
  auto wish = options(file("damaged.csv", damaged_file()));
  wish.map = chinese_map();
  wish.dry_run = true;
  auto const tried = must_import(wish);
  EXPECT_THAT(contents(), IsEmpty());
  EXPECT_EQ(tried.batch, "");
  wish.dry_run = false;
  auto const done = must_import(wish);
  EXPECT_EQ(tried.created, done.created);
  EXPECT_EQ(tried.refused, done.refused);
  EXPECT_EQ(told(tried), told(done));
}

TEST_P(ImportTest, RefusesAFileWhoseHeadingDoesNotDo) {
  EXPECT_EQ(code_of_import("reference,region\nA-1,371581\n"),
            "missing_column " + label("field", "notice", "title", Language::chinese) + " (title)");
  EXPECT_EQ(code_of_import("title,region\nx,371581\n"),
            "missing_column " + label("field", "notice", "reference", Language::chinese) + " (reference)");
  EXPECT_EQ(code_of_import("title,title,reference\nx,y,A-1\n"), "duplicate_column title");
  EXPECT_EQ(code_of_import("reference,title\nA-1,x\n", chinese_map()),
            "missing_column 页数, 文号, 地区, 签发日期, 标题");
  ImportMap map;
  map.columns = {{"title", "title"}, {"number", "reference"}};
  EXPECT_EQ(code_of_import("reference,title\nA-1,x\n", map), "read_only number");
  map.columns = {{"titel", "title"}};
  EXPECT_EQ(code_of_import("reference,title\nA-1,x\n", map), "unknown_field titel");
  EXPECT_EQ(code_of_import(""), "empty_file refused.csv");
  EXPECT_EQ(code_of_import("PK\x03\x04nonsense"), "damaged_file not a ZIP archive");
}

TEST_P(ImportTest, NeedsTheRole) {
  auto wish = options(file("a.csv", "reference,title,region\nA-1,x,371581\n"));
  wish.account = person("officer", Role::officer);
  EXPECT_EQ(import_file(*system_, wish).refusal().code, "forbidden");
  wish.account = person("county", Role::importer, "371502");
  auto const report = must_import(wish);
  EXPECT_THAT(told(report), ElementsAre("2  forbidden"));
  wish.account = {};  // the system itself
  EXPECT_EQ(must_import(wish).created, 1);
}

TEST_P(ImportTest, IdentifiersAndMeanings) {
  auto const map = parse_import_map(
      R"({"columns":{"title":"Name","pages":"Size"},"identifier":{"scheme":"licence","from":["Book","No"]},
          "values":{"pages":{"thick":"900","thin":"1"}}})");
  ASSERT_TRUE(map);
  auto wish = options(file("a.csv", "Name\tBook\tNo\tSize\nx\tｂ\t 17\tthick\ny\tB\t\tthin\n"));
  wish.map = *map;
  auto const report = must_import(wish);
  EXPECT_EQ(report.created, 1);
  EXPECT_EQ(notice("licence:B-17").pages, 900);
  EXPECT_THAT(told(report), ElementsAre("3 Book + No required"));
  EXPECT_EQ(parse_import_map(R"({"column":{}})").refusal().problems.front().path, "/column");
  EXPECT_EQ(parse_import_map(R"({"columns":{"title":7}})").refusal().problems.front().path, "/columns/title");
}

TEST_P(ImportTest, WhatSomebodyChangedSinceIsKept) {
  auto wish = options(file("a.csv", "reference,title,region\nA-1,x,371581\nA-2,y,371581\n"));
  auto const report = must_import(wish);
  auto const found = system_->reads().find(system_viewer("3715"), "notice", "reference", "A-2");
  ASSERT_TRUE(found);
  ASSERT_TRUE(act(person("officer", Role::officer), "edit", found->id,
                  R"({"title":"z","reference":"A-2","region":"371581"})"));
  for (int i = 0; i < 2; ++i) {
    auto const undone = undo_import(*system_, report.batch, wish.account);
    ASSERT_TRUE(undone);
    EXPECT_EQ(undone->withdrawn, i == 0 ? 1 : 0);
    EXPECT_EQ(undone->before, i == 0 ? 0 : 1);
    EXPECT_THAT(undone->kept, ElementsAre(found->id));
  }
  EXPECT_EQ(contents().size(), 1U);
  // The value is free again.
  EXPECT_EQ(must_import(wish).created, 1);
  expect_clean();
}

TEST_P(ImportTest, UndoTakesBackRenamesInTheRightOrder) {
  auto const officer = person("officer", Role::officer);
  auto const id = draft(officer, "A-1");
  auto wish = options(file("a.csv", "reference,title,region\nA-1,neu,371581\nA-2,y,371581\n"));
  auto const report = must_import(wish);
  wish.file = file("b.csv", "reference,title,region\nA-1,noch neuer,371581\n");
  auto const second = must_import(wish);
  auto const first_undone = undo_import(*system_, report.batch, wish.account);
  ASSERT_TRUE(first_undone);
  EXPECT_THAT(first_undone->kept, ElementsAre(id));  // the second import stands on it
  ASSERT_TRUE(undo_import(*system_, second.batch, wish.account));
  EXPECT_EQ(notice("A-1").title, "neu");
  expect_clean();
}

TEST_P(ImportTest, ResumesWithoutDoingAnythingTwice) {
  std::string text = "reference,title,region\n";
  for (int i = 0; i < 600; ++i) text += "R-" + std::to_string(i) + ",x,371581\n";
  auto wish = options(file("a.csv", text));
  struct Interrupted {};
  wish.progress = [&](std::int64_t) { throw Interrupted{}; };
  EXPECT_THROW((void)import_file(*system_, wish), Interrupted);
  auto const begun = contents().size();
  EXPECT_GT(begun, 0U);
  EXPECT_LT(begun, 600U);
  auto const reader = system_->database().reader();
  store::Sql const which{"test.batch", "select batch from version where batch <> '' limit 1"};
  wish.resume_batch = store::text(reader->query(which, std::initializer_list<store::Value>{}).at(0).at(0));
  wish.progress = {};
  auto const report = must_import(wish);
  EXPECT_EQ(report.batch, wish.resume_batch);
  EXPECT_EQ(report.created, 600);
  EXPECT_EQ(contents().size(), 600U);
  ASSERT_TRUE(undo_import(*system_, report.batch, wish.account));
  EXPECT_THAT(contents(), IsEmpty());
  wish.resume_batch = "nonsense";
  EXPECT_EQ(import_file(*system_, wish).refusal().code, "unknown_batch");
}

TEST_P(ImportTest, ReadsUtf16AndWholeFilesInGb18030) {
  std::string utf16 = "\xFF\xFE";
  for (char32_t c : std::u32string(U"reference,title,region\r\nA-1,通知,371581\r\n")) {
    utf16 += static_cast<char>(c & 0xFF);
    utf16 += static_cast<char>(c >> 8);
  }
  auto report = must_import(options(file("utf16.csv", utf16)));
  EXPECT_EQ(report.encoding, "UTF-16LE");
  EXPECT_EQ(notice("A-1").title, "通知");
  report = must_import(
      options(file("gb.csv", "reference,title,region\r\nA-2," + std::string(notice_gb) + ",371581\r\n")));
  EXPECT_EQ(report.encoding, "GB18030");
  EXPECT_EQ(notice("A-2").title, "通知");
}

TEST_P(ImportTest, ExportsAsTheViewerMaySeeIt) {
  auto const officer = person("officer", Role::officer, "371581");
  draft(officer, "=1+1");
  draft(person("neighbour", Role::officer, "371502"), "B-1", "371502");
  for (std::string const name : {"out.csv", "out.xlsx"}) {
    auto const rows =
        export_register(*system_, system_->viewer(officer), "notice", {}, {folder_ / name, {}, {}});
    ASSERT_TRUE(rows) << rows.refusal().code;
    EXPECT_EQ(*rows, 1);
    auto const lines = rows_of(folder_ / name);
    ASSERT_EQ(lines.size(), 2U);
    EXPECT_EQ(lines[0], "1|id|version|state|title|reference|region|contact|firm|pages|number|signed_on");
    EXPECT_THAT(lines[1], HasSubstr("|1|draft|通知|"));
    EXPECT_THAT(lines[1], HasSubstr(name == "out.csv" ? "|'=1+1|" : "|=1+1|"));
    EXPECT_THAT(lines[1], Not(HasSubstr("13800001234")));
    // What was masked for the viewer is not taken for a change when it comes in again.
    EXPECT_EQ(must_import(options(folder_ / name)).unchanged, 1);
  }
  EXPECT_EQ(export_register(*system_, system_->viewer(officer), "notice", {}, {folder_ / "out.pdf", {}, {}})
                .refusal()
                .code,
            "unsupported_format");
}

TEST_P(ImportTest, PeoplesWordsAreWrittenAndRead) {
  auto const wish = options(file("a.csv", "reference,title,region\nA-1,通知,371581\n"));
  must_import(wish);
  auto const name = label("field", "notice", "title", Language::english);
  for (auto const language : {Language::chinese, Language::english}) {
    auto const path = folder_ / "words.csv";
    ASSERT_TRUE(export_register(*system_, system_viewer("3715"), "notice", {},
                                {path, language, {"state", "reference", "title", "region"}}));
    auto const lines = rows_of(path);
    ASSERT_EQ(lines.size(), 2U);
    EXPECT_EQ(lines[0], "1|" + label("field", "notice", "state", language) + "|" +
                            label("field", "notice", "reference", language) + "|" +
                            label("field", "notice", "title", language) + "|" +
                            label("field", "notice", "region", language));
    EXPECT_THAT(lines[1], StartsWith("2|" + label("state", "notice", "draft", language) + "|A-1|"));
    EXPECT_EQ(must_import(options(path)).unchanged, 1);
  }
  EXPECT_EQ(
      export_register(*system_, system_viewer("3715"), "notice", {}, {folder_ / "x.csv", {}, {"tittle"}})
          .refusal()
          .detail,
      "tittle");
}

TEST_P(ImportTest, ACheckTellsWhichRecordsWouldChangeAndHow) {
  must_import(options(file("a.csv", "reference,title,region\nA-1,通知,371581\nA-2,通知,371581\n")));
  auto wish =
      options(file("b.csv", "reference,title,region\nA-3,新,371581\nA-2,改,371581\nA-1,通知,371581\n"));
  wish.dry_run = true;
  auto report = must_import(wish);
  EXPECT_EQ(report.created, 1);
  EXPECT_EQ(report.unchanged, 1);
  ASSERT_EQ(report.changes.size(), 1U);
  EXPECT_EQ(report.changes[0].row, 3);
  EXPECT_EQ(report.changes[0].record,
            system_->reads().find(system_viewer("3715"), "notice", "reference", "A-2")->id);
  EXPECT_EQ(report.changes[0].fields, std::vector<std::string>{"title"});
  wish.dry_run = false;
  wish.map.only_new = true;
  report = must_import(wish);
  EXPECT_EQ(report.created, 1);
  EXPECT_EQ(report.changed, 0);
  EXPECT_EQ(report.unchanged, 1);
  EXPECT_THAT(told(report), ElementsAre("3 reference record_exists"));
  EXPECT_EQ(notice("A-2").title, "通知");
}

TEST_P(ImportTest, WhatIsExportedComesInAgain) {
  auto const wish = options(
      file("a.csv",
           "reference,title,region,contact,pages,signed_on\n'=A-1,\"x, \"\"y\"\"\",371581,13800001234,12,"
           "2025-03-01\nA-2, z ,371581,,,\n"));
  must_import(wish);
  for (std::string const name : {"out.csv", "out.xlsx"}) {
    ASSERT_TRUE(export_register(*system_, system_viewer("3715"), "notice", {}, {folder_ / name, {}, {}}));
    auto const again = must_import(options(folder_ / name));
    EXPECT_EQ(again.unchanged, 2) << name;
    EXPECT_THAT(told(again), IsEmpty());
    auto const before = contents();
    auto const undone = undo_import(*system_, must_import(wish).batch, wish.account);
    EXPECT_FALSE(undone);
    EXPECT_EQ(contents(), before);
  }
  EXPECT_EQ(notice("=A-1").title, "x, \"y\"");
}

TEST_P(ImportTest, ThroughputIsPrinted) {
  std::string text = "reference,title,region,contact,pages\n";
  for (int i = 0; i < 10'000; ++i)
    text += "R-" + std::to_string(i) + ",通知,371581,13800001234," + std::to_string(i % 1000) + "\n";
  auto const wish = options(file("a.csv", text));
  auto const start = std::chrono::steady_clock::now();
  EXPECT_EQ(must_import(wish).created, 10'000);
  std::chrono::duration<double> const took = std::chrono::steady_clock::now() - start;
  std::cout << "10,000 rows imported in " << took.count() << " s\n";
}

auto const engine_name = [](auto const& engine) {
  return engine.param == store::Engine::sqlite ? "sqlite" : "postgres";
};
INSTANTIATE_TEST_SUITE_P(Engines, DamagedFileTest,
                         ::testing::Values(store::Engine::sqlite, store::Engine::postgres), engine_name);
INSTANTIATE_TEST_SUITE_P(Engines, ImportTest, ::testing::Values(store::Engine::sqlite), engine_name);

}  // namespace
}  // namespace plumbline::kernel::testing
