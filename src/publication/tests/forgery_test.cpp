// Every error name of section 7 that the shared vectors do not reach: an insider's forgery, logged and
// signed as it should be, and a stranger's change to published files.
#include <gtest/gtest.h>

#include "memory_source.hpp"
#include "office.hpp"
#include "publication/verify_draw.hpp"

namespace plumbline::publication::test {
namespace {

Instant const now = parse_time("2025-03-04T11:00:00Z").value();

std::string error_of(Files const& files, Published const& published, std::optional<std::string> policy = {}) {
  auto const verdict = verify_draw(MemorySource(files), {published.vkey, std::move(policy), now, Grade::jia});
  return verdict ? "ok" : verdict.failure().error;
}
std::string error_of(Script const& script) {
  auto const published = publish(script);
  return error_of(files_of(published), published);
}
template <class Change>
std::string after(Change&& change, Script const& script = {}) {
  auto const published = publish(script);
  auto files = files_of(published);
  change(files);
  return error_of(files, published);
}

TEST(Forgery, honest_ones_pass) {
  Script script;
  EXPECT_EQ(error_of(script), "ok");
  script.has_commitments = true;
  EXPECT_EQ(error_of(script), "ok");
  script.inspectors_per_unit = 0;
  EXPECT_EQ(error_of(script), "ok");
}

TEST(Forgery, checkpoints_and_witnesses) {
  auto const replace = [](std::string const& from, std::string const& to) {
    return [=](Files& files) {
      auto& proof = files.at("plan.tlog-proof");
      auto const place = proof.find(from);
      ASSERT_NE(place, std::string::npos);
      proof.replace(place, from.size(), to);
    };
  };
  EXPECT_EQ(after(replace("office.example/log\n5\n", "office.example/log\n05\n")), "CHECKPOINT_FORMAT");
  EXPECT_EQ(after(replace("— w1.example/w", "— w3.example/w")), "WITNESS_QUORUM");
  // A bit of the time w1 signed.
  auto const broken = [](Files& files) {
    auto& proof = files.at("plan.tlog-proof");
    auto const line = proof.find("— w1.example/w ") + std::string("— w1.example/w ").size();
    proof[line + 14] = proof[line + 14] == 'A' ? 'B' : 'A';
  };
  EXPECT_EQ(after(broken), "COSIGNATURE_INVALID");
  Script early;
  early.cosign_delay_s = -301;
  EXPECT_EQ(error_of(early), "TIME_ORDER");
  early.cosign_delay_s = -300;
  EXPECT_EQ(error_of(early), "ok");
}

TEST(Forgery, policies) {
  auto const published = publish({});
  auto const files = files_of(published);
  EXPECT_EQ(error_of(files, published, files.at("policy")), "ok");
  EXPECT_EQ(error_of(files, published, "quorum nobody\n"), "POLICY_FORMAT");
  auto other = files;
  other["policy"] += "\n";
  EXPECT_EQ(error_of(other, published, files.at("policy")), "POLICY_MISMATCH");
  other.erase("policy");
  EXPECT_EQ(error_of(other, published, files.at("policy")), "FILE_MISSING");
  // A policy of the verifier's own that knows another log only.
  auto const own = "log " +
                   std::string(
                       "lushan.example.gov.cn/quality-ledger+c6154ee9+AV+o6lT3VJ69ZjSDTwruMJG4vXuOBU9"
                       "zVKIAhETQIl7A\n") +
                   files.at("policy").substr(files.at("policy").find('\n') + 1);
  EXPECT_EQ(error_of(files, published, own), "POLICY_MISMATCH");
  Script weak;
  weak.quorum = "one";
  EXPECT_EQ(error_of(weak), "POLICY_WEAK");
}

TEST(Forgery, links) {
  Script script;
  script.on_plan = [](Plan& plan) { plan.frame_hash = sha256("another"); };
  EXPECT_EQ(error_of(script), "LINK_MISMATCH");
  script.on_plan = [](Plan& plan) { plan.roster_entry = sha256("another"); };
  EXPECT_EQ(error_of(script), "LINK_MISMATCH");
  script.on_plan = [](Plan& plan) { plan.year = 2024; };
  EXPECT_EQ(error_of(script), "LINK_MISMATCH");
  script = {};
  script.on_seed = [](Seed& seed) { seed.ceremony = "CE-2025-371500-0002"; };
  EXPECT_EQ(error_of(script), "LINK_MISMATCH");
  script = {};
  script.on_open = [](Open& open) { open.plan_hash = sha256("another"); };
  EXPECT_EQ(error_of(script), "LINK_MISMATCH");
  script = {};
  script.on_frame = [](Frame& frame) { frame.suite = HashSuite::sm3; };
  EXPECT_EQ(error_of(script), "LINK_MISMATCH");
}

TEST(Forgery, frames) {
  Script script;
  script.until = Until::plan;
  script.on_frame = [](Frame& frame) { frame.by_status[0].count = 12; };
  EXPECT_EQ(error_of(script), "FRAME_COUNTS");
  script.on_frame = [](Frame& frame) { frame.rows = 13; };
  EXPECT_EQ(error_of(script), "FRAME_COUNTS");
  script.on_frame = {};
  script.on_plan = [](Plan& plan) { plan.strata.push_back({"C", 1, 1, {}}); };
  EXPECT_EQ(error_of(script), "PLAN_STRATA");
  script.on_plan = [](Plan& plan) { plan.strata.pop_back(); };
  EXPECT_EQ(error_of(script), "PLAN_STRATA");
  script.on_plan = [](Plan& plan) { plan.strata.push_back(plan.strata[0]); };
  EXPECT_EQ(error_of(script), "PLAN_STRATA");
  script.on_plan = {};
  script.on_frame = [](Frame& frame) { frame.ratio_max = 1; };
  EXPECT_EQ(error_of(script), "WEIGHT_CAP");
  script.on_frame = {};
  script.on_lists = [](std::string& frame, std::string&, std::string&) { frame += "x\n"; };
  EXPECT_EQ(error_of(script), "FRAME_FORMAT");
}

TEST(Forgery, rosters) {
  Script script;
  script.until = Until::plan;
  script.on_roster = [](Roster& roster) { roster.rows = 7; };
  EXPECT_EQ(error_of(script), "ROSTER_FORMAT");
  script.on_roster = {};
  script.on_lists = [](std::string&, std::string&, std::string& recusals) { recusals[0] ^= 1; };
  EXPECT_EQ(error_of(script), "ROSTER_FORMAT");
  EXPECT_EQ(after([](Files& files) { files["roster.csv"][70] ^= 1; }), "ROSTER_HASH");
  EXPECT_EQ(after([](Files& files) { files["recusals.csv"].clear(); }), "ROSTER_HASH");
  EXPECT_EQ(after([](Files& files) { files["groups.csv"] = files["frame.csv"]; }), "ROSTER_HASH");
  EXPECT_EQ(after([](Files& files) { files.erase("roster.csv"); }), "FILE_MISSING");
}

TEST(Forgery, rules_of_plans) {
  Script script;
  script.until = Until::plan;
  auto const broken = [&](auto change) {
    script.on_plan = change;
    return error_of(script);
  };
  EXPECT_EQ(broken([](Plan& plan) { plan.sources.clear(); }), "PLAN_RULES");
  EXPECT_EQ(broken([](Plan& plan) { plan.sources.push_back(plan.sources[0]); }), "PLAN_RULES");
  EXPECT_EQ(broken([](Plan& plan) { plan.deadline = parse_time("2025-03-07T02:00:01Z").value(); }),
            "PLAN_RULES");
  EXPECT_EQ(broken([](Plan& plan) { plan.deadline = parse_time("2025-03-07T02:00:00Z").value(); }), "ok");
  EXPECT_EQ(broken([](Plan& plan) { plan.deadline = parse_time("2025-03-04T01:59:59Z").value(); }),
            "PLAN_RULES");
  EXPECT_EQ(broken([](Plan& plan) { plan.margin_s = 599; }), "PLAN_RULES");
  auto const drand = [](Instant time) {
    Source source;
    source.id = "drand:quicknet:16000000";
    source.kind = SourceKind::drand;
    source.round = 16'000'000;
    source.time = time;
    return source;
  };
  auto const due = drand_time(DrandChain::quicknet, 16'000'000);
  EXPECT_EQ(broken([&](Plan& plan) {
              plan.sources.push_back(drand(Instant::from_seconds(due.seconds() + 3)));
              plan.deadline = Instant::from_seconds(due.seconds() + 3'600);
            }),
            "PLAN_RULES");
  EXPECT_EQ(broken([&](Plan& plan) {
              Source commitment;
              commitment.id = "commit:late";
              commitment.kind = SourceKind::commit;
              plan.sources.push_back(commitment);
            }),
            "PLAN_RULES");
}

TEST(Forgery, seeds) {
  Script script;
  script.has_commitments = true;
  auto const spoiled = [&](auto change) {
    script.on_seed = change;
    return error_of(script);
  };
  EXPECT_EQ(spoiled([](Seed& seed) { seed.sources_hash = sha256("another"); }), "SEED_SOURCES");
  EXPECT_EQ(spoiled([](Seed& seed) { std::swap(seed.values[0], seed.values[1]); }), "SEED_SOURCES");
  EXPECT_EQ(spoiled([](Seed& seed) { seed.values.pop_back(); }), "SEED_SOURCES");
  EXPECT_EQ(spoiled([](Seed& seed) { seed.plans[0].plan_hash = sha256("another"); }), "SEED_PLANS");
  EXPECT_EQ(spoiled([](Seed& seed) { seed.plans.push_back({"DR-2025-371500-0002", {}}); }), "SEED_PLANS");
  EXPECT_EQ(spoiled([](Seed& seed) { seed.recorders[1] = seed.recorders[0]; }), "RECORDERS");
  EXPECT_EQ(spoiled([](Seed& seed) { seed.recorders.pop_back(); }), "RECORDERS");
  EXPECT_EQ(spoiled([](Seed& seed) { seed.values[0].value.clear(); }), "COMMITMENT_MISMATCH");
  EXPECT_EQ(spoiled([](Seed& seed) { seed.values[1].signature = Bytes{1}; }), "SEED_VALUE");
  script.on_seed = {};
  script.on_reveal = [](Reveal& reveal) { reveal.values.push_back(reveal.values[0]); };
  EXPECT_EQ(error_of(script), "SEED_SOURCES");
  script.on_reveal = [](Reveal& reveal) { reveal.values[0].value = sha256("another"); };
  EXPECT_EQ(error_of(script), "COMMITMENT_MISMATCH");
  // Opened in the seed only, after the dice were seen.
  script.on_reveal = [](Reveal& reveal) { reveal.values.clear(); };
  EXPECT_EQ(error_of(script), "COMMITMENT_MISMATCH");
}

TEST(Forgery, draws_and_matchings) {
  Script script;
  script.until = Until::result;
  script.on_result = [](DrawResult& result) { result.seed_entry = sha256("another"); };
  EXPECT_EQ(error_of(script), "RESULT_MISMATCH");
  script.on_result = [](DrawResult& result) { result.strata[0].selected[0].pi = "1/1"; };
  EXPECT_EQ(error_of(script), "RESULT_MISMATCH");
  script.on_result = [](DrawResult& result) { std::swap(result.assignment[0], result.assignment[1]); };
  EXPECT_EQ(error_of(script), "MATCH_MISMATCH");
  script.on_result = [](DrawResult& result) { ++result.max_load; };
  EXPECT_EQ(error_of(script), "MATCH_MISMATCH");
  // n·W ≤ 2^63-1
  script = {};
  script.until = Until::seed;
  script.on_plan = [](Plan& plan) { plan.strata[0].n = (std::uint64_t{1} << 53) - 1; };
  script.on_lists = [](std::string& frame, std::string&, std::string&) {
    for (auto place = frame.find(",1\n"); place != std::string::npos; place = frame.find(",1\n"))
      frame.replace(place, 3, ",90000\n");
    for (auto place = frame.find(",2\n"); place != std::string::npos; place = frame.find(",2\n"))
      frame.replace(place, 3, ",90001\n");
  };
  EXPECT_EQ(error_of(script), "DRAW_REFUSED");
}

TEST(Forgery, recusals_and_openings) {
  Script script;
  script.on_recusal = [](RecusalBody& body) { body.replacement.reset(); };
  EXPECT_EQ(error_of(script), "RECUSAL_MISMATCH");
  script.on_recusal = [](RecusalBody& body) { ++body.limit; };
  EXPECT_EQ(error_of(script), "RECUSAL_MISMATCH");
  script.on_recusal = [](RecusalBody& body) { body.inspector = std::string(64, 'a'); };
  EXPECT_EQ(error_of(script), "RECUSAL_MISMATCH");
  script.on_recusal = {};
  script.on_open = [](Open& open) { open.units[0].identifier += "0"; };
  EXPECT_EQ(error_of(script), "OPEN_MISMATCH");
  script.on_open = [](Open& open) { open.inspectors[0].certificate += "0"; };
  EXPECT_EQ(error_of(script), "OPEN_MISMATCH");
  script.on_open = [](Open& open) { open.inspectors.push_back(open.inspectors[0]); };
  EXPECT_EQ(error_of(script), "OPEN_MISMATCH");
  script.on_open = [](Open& open) { open.units.pop_back(); };
  EXPECT_EQ(error_of(script), "OPEN_INCOMPLETE");
}

TEST(Forgery, series) {
  Script script;
  script.until = Until::result;
  script.on_series = [](std::vector<std::string>& lines) { lines.pop_back(); };
  EXPECT_EQ(error_of(script), "SERIES_CHAIN");
  script.on_series = [](std::vector<std::string>& lines) { lines.clear(); };
  EXPECT_EQ(error_of(script), "SERIES_CHAIN");
  script.on_series = [](std::vector<std::string>& lines) { lines[0] += ' '; };
  EXPECT_EQ(error_of(script), "NOT_CANONICAL");
  EXPECT_EQ(after([](Files& files) { files["series.jsonl"].pop_back(); }), "NOT_CANONICAL");
  script.on_series = {};
  script.on_plan = [](Plan& plan) { plan.replaces = "DR-2024-371500-0001"; };
  EXPECT_EQ(error_of(script), "REPLACES_NOT_VOID");
}

TEST(Forgery, files_that_belong_together) {
  for (auto const* name : {"frame.entry", "plan.tlog-proof", "seed.entry", "result.tlog-proof", "open.json",
                           "series.jsonl", "recusal-1.entry", "frame.csv", "result.json"})
    EXPECT_EQ(after([&](Files& files) { files.erase(name); }), "FILE_MISSING") << name;
  // A result that was never logged.
  Script script;
  script.until = Until::result;
  EXPECT_EQ(after(
                [](Files& files) {
                  files.erase("result.entry");
                  files.erase("result.tlog-proof");
                },
                script),
            "FILE_MISSING");
  // A recusal hidden behind the next number.
  EXPECT_EQ(after([](Files& files) {
              for (auto const* end : {".json", ".entry", ".tlog-proof"}) {
                files["recusal-3" + std::string(end)] = files["recusal-1" + std::string(end)];
              }
            }),
            "FILE_MISSING");
}

TEST(Forgery, two_histories) {
  auto const published = publish({});
  Script other;
  other.on_plan = [](Plan& plan) { plan.item = "another"; };
  auto const forked = publish(other);
  auto files = files_of(published);
  // The frame proved in a tree of the plan's size that holds another plan.
  std::uint64_t const frame = 2, plan_size = 5;
  auto const time = parse_time("2025-03-04T00:45:00Z").value();
  files["frame.tlog-proof"] = proof_at(forked, frame, plan_size, time);
  EXPECT_EQ(error_of(files, published), "LOG_FORKED");
  files["frame.tlog-proof"] = proof_at(published, frame, plan_size, time);
  EXPECT_EQ(error_of(files, published), "ok");
  // Another plan, proved in its own history.
  files = files_of(published);
  auto const others = files_of(forked);
  for (auto const* name : {"plan.entry", "plan.json", "plan.tlog-proof"}) files[name] = others.at(name);
  EXPECT_EQ(error_of(files, published), "CONSISTENCY");
}

}  // namespace
}  // namespace plumbline::publication::test
