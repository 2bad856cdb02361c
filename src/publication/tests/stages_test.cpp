// A draw's folder from its plan to the erasure, and the additions of draw-publication.md section 11.
#include <gtest/gtest.h>

#include "memory_source.hpp"
#include "office.hpp"
#include "publication/verify_draw.hpp"

namespace plumbline::publication::test {
namespace {

namespace fs = std::filesystem;

Instant const after_deadline = parse_time("2025-05-01T00:00:00Z").value();
Instant const before_deadline = parse_time("2025-03-04T11:00:00Z").value();

std::string stage_or_error(FileSource const& source, std::string const& vkey, Instant now = before_deadline,
                           Grade require = Grade::jia) {
  auto const verdict = verify_draw(source, {vkey, {}, now, require});
  if (!verdict) return verdict.failure().error + " " + verdict.failure().file;
  return std::string(to_string(verdict.report().stage));
}

DrawReport report_of(Published const& published, Grade require) {
  auto const verdict =
      verify_draw(MemorySource(files_of(published)), {published.vkey, {}, before_deadline, require});
  EXPECT_TRUE(verdict.ok()) << verdict.failure().error << ' ' << verdict.failure().why;
  return verdict ? verdict.report() : DrawReport{};
}

std::string error_of(Published const& published, Grade require) {
  auto const verdict =
      verify_draw(MemorySource(files_of(published)), {published.vkey, {}, before_deadline, require});
  return verdict ? "ok" : verdict.failure().error;
}

class Folder : public ::testing::Test {
 protected:
  void TearDown() override { fs::remove_all(root_); }
  fs::path const root_ =
      fs::path(::testing::TempDir()) / ("stages-" + to_hex(sha256(random_bytes(8))).substr(0, 16));
};

TEST_F(Folder, grows_stage_by_stage) {
  std::string const expected[] = {"planned", "seeded", "result", "result", "open", "erased"};
  std::map<std::string, std::string> before;
  for (auto const until :
       {Until::plan, Until::seed, Until::result, Until::recusal, Until::open, Until::erase}) {
    SCOPED_TRACE(static_cast<int>(until));
    Script script;
    script.until = until;
    script.has_commitments = true;
    auto const published = publish(script);
    auto const written =
        write_draw_folder(root_, published.draw, published.tree(), {published.vkey, Grade::jia, {}});
    ASSERT_TRUE(written.ok()) << written.refusal().code << ' ' << written.refusal().detail;
    FolderSource const folder(root_ / published.draw.draw);
    EXPECT_EQ(stage_or_error(folder, published.vkey), expected[static_cast<int>(until)]);
    // Added, never changed.
    auto const now = load_folder(root_ / published.draw.draw);
    for (auto const& [name, content] : before) {
      if (name == "series.jsonl" || name == "SHA256SUMS" || name.starts_with("README")) continue;
      if (until == Until::erase && name == "open.json") continue;
      ASSERT_TRUE(now.contains(name)) << name;
      EXPECT_EQ(now.at(name), content) << name;
    }
    before = now;
  }
  EXPECT_FALSE(before.contains("open.json"));
  EXPECT_EQ(read_disk(root_ / "SHA256SUMS"),
            to_hex(sha256(before.at("SHA256SUMS"))) + "  DR-2025-371500-0001/SHA256SUMS\n");
  auto const sums = names_in_sums(before.at("SHA256SUMS"));
  EXPECT_EQ(sums.size() + 1, before.size());
}

TEST_F(Folder, published_files_are_not_replaced) {
  Script script;
  script.until = Until::plan;
  auto published = publish(script);
  ASSERT_TRUE(write_draw_folder(root_, published.draw, published.tree(), {published.vkey, Grade::jia, {}}));
  auto const before = load_folder(root_);
  published.draw.plan.proof += "\n";
  EXPECT_EQ(write_draw_folder(root_, published.draw, published.tree(), {}).refusal().code, "proof_format");
  published = publish(script);
  published.draw.frame_csv += "x";
  auto const refused = write_draw_folder(root_, published.draw, published.tree(), {}).refusal();
  EXPECT_EQ(refused.code, "file_differs");
  EXPECT_EQ(refused.detail, "frame.csv");
  EXPECT_EQ(load_folder(root_), before);
}

TEST_F(Folder, readme_names_the_drawn_first_and_only_when_opened) {
  Script script;
  auto const published = publish(script);
  auto const open = parse_body<Open>(published.draw.open->body).value();
  ReaderFacts const facts{published.vkey, Grade::jia, {{open.units[0].pid, "示例|食品 <厂>"}}};
  ASSERT_TRUE(write_draw_folder(root_, published.draw, published.tree(), facts));
  for (auto const* name : {"README.md", "README.zh-CN.md"}) {
    auto const text = read_disk(root_ / published.draw.draw / name);
    auto const drawn = text.find("| 示例\\|食品 \\<厂\\> | site:unit/");
    auto const command = text.find("plumbline draw verify . --vkey '" + published.vkey + "'");
    ASSERT_NE(drawn, std::string::npos) << text;
    ASSERT_NE(command, std::string::npos);
    EXPECT_LT(drawn, command);
    EXPECT_NE(text.find("31415926535897932384"), std::string::npos);
  }
  script.until = Until::erase;
  auto const erased = publish(script);
  ASSERT_TRUE(write_draw_folder(root_, erased.draw, erased.tree(), facts));
  for (auto const* name : {"README.md", "README.zh-CN.md"})
    EXPECT_EQ(read_disk(root_ / published.draw.draw / name).find("示例"), std::string::npos);
}

TEST_F(Folder, evidence_is_copied_under_its_hash_and_checked) {
  fs::create_directories(root_);
  {
    std::ofstream(root_ / "video.mp4") << "video";
  }
  Script script;
  script.until = Until::seed;
  auto published = publish(script);
  published.draw.evidence = {root_ / "video.mp4"};
  ASSERT_TRUE(
      write_draw_folder(root_ / "draws", published.draw, published.tree(), {published.vkey, Grade::jia, {}}));
  auto const folder = root_ / "draws" / published.draw.draw;
  EXPECT_EQ(stage_or_error(FolderSource(folder), published.vkey), "seeded");
  auto const copy = "evidence/" + to_hex(sha256("video"));
  {
    std::ofstream(folder / copy) << "vide0";
  }
  EXPECT_EQ(stage_or_error(FolderSource(folder), published.vkey), "EVIDENCE_MISMATCH " + copy);
  published.draw.evidence = {root_ / "gone.mp4"};
  EXPECT_EQ(write_draw_folder(root_ / "draws", published.draw, published.tree(), {}).refusal().code,
            "evidence_missing");
}

TEST_F(Folder, sealed_while_checks_are_unannounced) {
  Script script;
  script.until = Until::recusal;
  auto published = publish(script);
  published.draw.disclosure = Disclosure::sealed;
  ASSERT_TRUE(write_draw_folder(root_, published.draw, published.tree(), {published.vkey, Grade::jia, {}}));
  auto const folder = root_ / published.draw.draw;
  for (auto const* name :
       {"frame.csv", "excluded.csv", "roster.csv", "recusals.csv", "result.json", "recusal-1.json"})
    EXPECT_FALSE(fs::exists(folder / name)) << name;
  EXPECT_EQ(stage_or_error(FolderSource(folder), published.vkey, after_deadline), "sealed");
  // One of them alone is a missing file.
  auto files = load_folder(folder);
  files["frame.csv"] = published.draw.frame_csv;
  EXPECT_EQ(stage_or_error(MemorySource(files), published.vkey), "FILE_MISSING result.json");
  files.erase("frame.csv");
  files["result.json"] = published.draw.result->body;
  EXPECT_EQ(stage_or_error(MemorySource(files), published.vkey), "FILE_MISSING recusal-1.json");
  files["recusal-1.json"] = published.draw.recusals[0].body;
  EXPECT_EQ(stage_or_error(MemorySource(files), published.vkey), "FILE_MISSING frame.csv");
  // What is already there of the withheld lists must be right.
  files = load_folder(folder);
  files["roster.csv"] = "other";
  EXPECT_EQ(stage_or_error(MemorySource(files), published.vkey), "ROSTER_HASH roster.csv");
  // A sealed draw still may not be late, nor hidden.
  published.draw.disclosure = Disclosure::full;
  ASSERT_TRUE(write_draw_folder(root_, published.draw, published.tree(), {published.vkey, Grade::jia, {}}));
  EXPECT_EQ(stage_or_error(FolderSource(folder), published.vkey), "result");
}

TEST(Grades, two_one_and_no_witness) {
  Script script;
  auto report = report_of(publish(script), Grade::jia);
  EXPECT_EQ(report.grade, Grade::jia);
  EXPECT_EQ(report.warnings, std::vector<std::string>{"CELL_SMALL"});
  EXPECT_TRUE(report.witness_keys.starts_with("from the publication: compare w1.example/w+"));

  script.cosigners = 1;
  EXPECT_EQ(error_of(publish(script), Grade::jia), "WITNESS_QUORUM");
  report = report_of(publish(script), Grade::yi);
  EXPECT_EQ(report.grade, Grade::yi);
  EXPECT_EQ(report.warnings, (std::vector<std::string>{"CELL_SMALL", "WITNESS_QUORUM"}));

  script.cosigners = 0;
  EXPECT_EQ(error_of(publish(script), Grade::yi), "WITNESS_QUORUM");
  EXPECT_EQ(report_of(publish(script), Grade::bing).grade, Grade::bing);

  script.quorum = "none";
  EXPECT_EQ(error_of(publish(script), Grade::jia), "POLICY_WEAK");
  EXPECT_EQ(error_of(publish(script), Grade::yi), "WITNESS_QUORUM");
  report = report_of(publish(script), Grade::bing);
  EXPECT_EQ(report.grade, Grade::bing);
  EXPECT_EQ(report.warnings, (std::vector<std::string>{"CELL_SMALL", "POLICY_WEAK"}));

  script.cosigners = 1;
  script.quorum = "one";
  EXPECT_EQ(error_of(publish(script), Grade::jia), "POLICY_WEAK");
  EXPECT_EQ(report_of(publish(script), Grade::yi).grade, Grade::yi);
}

// Without a cosignature T(E) is the entry's own time: the order is still checked.
TEST(Grades, times_without_witnesses) {
  Script script;
  script.cosigners = 0;
  script.on_plan = [](Plan& plan) { plan.sources[0].time = parse_time("2025-03-04T00:49:59Z").value(); };
  EXPECT_EQ(error_of(publish(script), Grade::bing), "PLAN_AFTER_EVENT");
  script.on_plan = [](Plan& plan) { plan.sources[0].time = parse_time("2025-03-04T00:50:00Z").value(); };
  EXPECT_EQ(error_of(publish(script), Grade::bing), "ok");
}

TEST(Substitutes, are_named_in_ticket_order) {
  Script script;
  script.reserves = 2;
  auto const published = publish(script);
  EXPECT_EQ(error_of(published, Grade::jia), "ok");
  auto const result = parse_body<DrawResult>(published.draw.result->body).value();
  ASSERT_TRUE(result.strata[0].reserves);
  EXPECT_EQ(result.strata[0].reserves->size(), 2U);

  script.on_result = [](DrawResult& spoiled) {
    std::swap((*spoiled.strata[0].reserves)[0], (*spoiled.strata[0].reserves)[1]);
  };
  EXPECT_EQ(error_of(publish(script), Grade::jia), "RESULT_MISMATCH");
  script.on_result = [](DrawResult& spoiled) { spoiled.strata[0].reserves.reset(); };
  EXPECT_EQ(error_of(publish(script), Grade::jia), "RESULT_MISMATCH");

  // A reserve passed over: the second one is opened, the first is not.
  script.on_result = {};
  auto const first = (*result.strata[0].reserves)[0].pid;
  auto const second = (*result.strata[0].reserves)[1].pid;
  script.on_open = [&](Open& open) {
    std::erase_if(open.units, [&](auto const& unit) { return unit.pid == first; });
    auto const frame = parse_csv<FrameRow>(published.draw.frame_csv).value();
    for (int i = 0; i < 12; ++i) {
      auto const salt = sha256("unit salt " + std::to_string(i));
      auto const identifier = "site:unit/" + std::to_string(i);
      Bytes message;
      append(message, std::string_view("dr1/unit\n"));
      append_tlv(message, identifier);
      append_tlv(message, ByteView(salt));
      if (to_hex(sha256(message)) == second) open.units.push_back({second, identifier, salt});
    }
    std::sort(open.units.begin(), open.units.end(),
              [](auto const& a, auto const& b) { return a.pid < b.pid; });
  };
  EXPECT_EQ(error_of(publish(script), Grade::jia), "OPEN_MISMATCH");
}

TEST(DirectAssignment, replaces_the_hall) {
  Script script;
  script.inspectors = 1;
  script.is_unmatched = true;
  EXPECT_EQ(error_of(publish(script), Grade::jia), "ok");
  script.on_assign = [](Assign& assign) { assign.assignment.pop_back(); };
  EXPECT_EQ(error_of(publish(script), Grade::jia), "ASSIGN_MISMATCH");
  script.on_assign = [](Assign& assign) { assign.assignment[0].inspectors.pop_back(); };
  EXPECT_EQ(error_of(publish(script), Grade::jia), "ASSIGN_MISMATCH");
  script.on_assign = [](Assign& assign) {
    assign.assignment[0].inspectors[1] = assign.assignment[0].inspectors[0];
  };
  EXPECT_EQ(error_of(publish(script), Grade::jia), "ASSIGN_MISMATCH");
  script.on_assign = [](Assign& assign) { assign.assignment[0].target = std::string(64, '0'); };
  EXPECT_EQ(error_of(publish(script), Grade::jia), "ASSIGN_MISMATCH");
  // Where matching succeeds nobody may assign.
  script.on_assign = {};
  script.inspectors = 6;
  script.until = Until::result;
  EXPECT_EQ(error_of(publish(script), Grade::jia), "ASSIGN_MISMATCH");
  // Without it the hall must be shown.
  script = {};
  script.inspectors = 1;
  script.until = Until::result;
  EXPECT_EQ(error_of(publish(script), Grade::jia), "ok");
  script.on_result = [](DrawResult& result) { result.hall.clear(); };
  EXPECT_EQ(error_of(publish(script), Grade::jia), "MATCH_MISMATCH");
}

TEST(Stages, report_says_what_to_look_at) {
  Script script;
  script.has_commitments = true;
  script.until = Until::plan;
  auto report = report_of(publish(script), Grade::jia);
  EXPECT_EQ(report.by_hand, std::vector<std::string>{"dice at 2025-03-04T02:00:00Z, 市政务大厅三楼 302"});
  EXPECT_EQ(report.participants, std::vector<std::string>{"驻局纪检组: outside, not opened yet"});
  EXPECT_EQ(report.pending, std::vector<std::uint64_t>{1});
  script.until = Until::open;
  report = report_of(publish(script), Grade::jia);
  EXPECT_EQ(report.by_hand, std::vector<std::string>{"dice = 31415926535897932384"});
  EXPECT_EQ(report.participants, std::vector<std::string>{"驻局纪检组: outside, opened"});
  EXPECT_TRUE(report.pending.empty());
  EXPECT_EQ(write_json(to_json(report)).find("{\"ok\":1,\"draw\":\"DR-2025-371500-0001\",\"stage\":\"open\""),
            0U);
}

TEST(Stages, void_and_sm3) {
  Script script;
  script.suite = HashSuite::sm3;
  script.is_void = true;
  auto const report = report_of(publish(script), Grade::jia);
  EXPECT_EQ(report.stage, DrawStage::voided);
  script.is_void = false;
  EXPECT_EQ(report_of(publish(script), Grade::jia).stage, DrawStage::open);
}

}  // namespace
}  // namespace plumbline::publication::test
