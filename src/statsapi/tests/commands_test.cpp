#include "statsapi/commands.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <random>
#include <set>
#include <sstream>

#include "stats/draw.hpp"
#include "statsapi/functions.hpp"

namespace plumbline::statsapi {
namespace {

using Command = int (*)(std::istream&, std::ostream&, std::ostream&);

std::string const own_data = PLUMBLINE_SOURCE_DIR "/src/statsapi/tests/data/";
std::string const shared_data = PLUMBLINE_SHARED_DIR "/vectors/draw/";

std::string read_file(std::string const& path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

Json parse(std::string const& text) {
  auto document = parse_json(text);
  EXPECT_TRUE(document) << document.refusal().detail;
  return *document;
}

Json run(Command command, Json const& cases) {
  std::istringstream in(write_json(cases));
  std::ostringstream out;
  std::ostringstream err;
  EXPECT_EQ(command(in, out, err), 0);
  EXPECT_EQ(err.str(), "");
  return parse(out.str());
}

Json without(Json example, std::set<std::string> const& names) {
  std::erase_if(*example.as_object(),
                [&](Json::Member const& member) { return names.contains(member.first); });
  return example;
}

// Equal but for the order of members: an object is not a list.
Json sorted(Json value) {
  if (auto* members = value.as_object()) {
    for (auto& member : *members) member.second = sorted(std::move(member.second));
    std::sort(members->begin(), members->end(),
              [](auto const& a, auto const& b) { return a.first < b.first; });
  }
  if (auto* elements = value.as_array())
    for (auto& element : *elements) element = sorted(std::move(element));
  return value;
}

void expect_vectors(Command command, std::string const& path, std::set<std::string> const& results,
                    std::size_t least) {
  auto const vectors = parse(read_file(path));
  ASSERT_GE(vectors.as_array()->size(), least);
  Json questions(Json::Array{});
  for (auto const& example : *vectors.as_array()) questions.push(without(example, results));
  auto const answers = run(command, questions);
  ASSERT_EQ(answers.as_array()->size(), vectors.as_array()->size());
  for (std::size_t i = 0; i < vectors.as_array()->size(); ++i)
    EXPECT_EQ(write_json(sorted((*answers.as_array())[i])), write_json(sorted((*vectors.as_array())[i])));
  // Results that are already there are computed again, not believed.
  EXPECT_EQ(write_json(sorted(run(command, vectors))), write_json(sorted(vectors)));
}

std::set<std::string> const draw_results{"seed", "expected", "error"};
std::set<std::string> const match_results{"feasible", "max_load", "assignment", "hall", "error"};

TEST(DrawCompute, PublishedVectors) {
  expect_vectors(draw_compute, own_data + "draw-vectors.json", draw_results, 9);
}
TEST(MatchCompute, PublishedVectors) {
  expect_vectors(match_compute, own_data + "match-vectors.json", match_results, 4);
}

TEST(DrawCompute, SharedVectors) {
  if (!std::filesystem::exists(shared_data)) GTEST_SKIP() << "no reference data beside the project";
  expect_vectors(draw_compute, shared_data + "draw-vectors.json", draw_results, 1);
  expect_vectors(match_compute, shared_data + "match-vectors.json", match_results, 1);
}

TEST(Pids, PublishedVectors) {
  auto const vectors = parse(read_file(own_data + "pid-vectors.json"));
  for (auto const& row : *vectors.as_array()) {
    auto const suite = hash_suite(*row.find("suite")->as_text());
    auto const salt = hex_decode(*row.find("salt_hex")->as_text());
    EXPECT_EQ(to_hex(stats::unit_pid(*suite, *row.find("uscc")->as_text(), *salt)),
              *row.find("pid")->as_text());
  }
  EXPECT_EQ(vectors.as_array()->size(), 2U);
}

TEST(DrawCompute, ShuffledListsGiveTheSameDraw) {
  std::mt19937 random(1);
  auto const vectors = parse(read_file(own_data + "draw-vectors.json"));
  for (auto const& example : *vectors.as_array()) {
    auto shuffled = example;
    for (auto& member : *shuffled.as_object())
      if (member.first == "units" || member.first == "strata")
        std::shuffle(member.second.as_array()->begin(), member.second.as_array()->end(), random);
    auto const answer = computed_draw(without(shuffled, draw_results));
    for (auto const* name : {"seed", "expected", "error"}) {
      auto const* got = answer.find(name);
      auto const* want = example.find(name);
      ASSERT_EQ(got == nullptr, want == nullptr) << name;
      if (got != nullptr) {
        EXPECT_EQ(write_json(sorted(*got)), write_json(sorted(*want)));
      }
    }
  }
}

TEST(MatchCompute, ShuffledListsGiveTheSameMatch) {
  std::mt19937 random(1);
  auto const vectors = parse(read_file(own_data + "match-vectors.json"));
  for (auto const& example : *vectors.as_array()) {
    auto shuffled = example;
    for (auto& member : *shuffled.as_object()) {
      auto* members = member.second.as_object();
      if (members == nullptr || member.first == "assignment") continue;
      std::shuffle(members->begin(), members->end(), random);
      for (auto& list : *members)
        if (auto* names = list.second.as_array()) std::shuffle(names->begin(), names->end(), random);
    }
    auto const answer = computed_match(shuffled);
    EXPECT_EQ(*answer.find("max_load"), *example.find("max_load"));
    EXPECT_TRUE(sorted(*answer.find("assignment")) == sorted(*example.find("assignment")));
  }
}

std::string draw_error(std::string const& member, Json value) {
  auto const vectors = parse(read_file(own_data + "draw-vectors.json"));
  Json example = vectors.as_array()->front();
  example.set(member, std::move(value));
  auto const answer = computed_draw(example);
  EXPECT_EQ(answer.find("expected"), nullptr);
  EXPECT_EQ(answer.find("seed"), nullptr);
  auto const* error = answer.find("error");
  return error == nullptr ? "" : *error->as_text();
}

TEST(DrawCompute, RefusesWhatIsNotACase) {
  EXPECT_EQ(draw_error("suite", "md5"), "suite: not one of the names listed by --list");
  EXPECT_EQ(draw_error("plan_hash", "00"), "plan_hash: not 64 lower-case hex digits");
  EXPECT_EQ(draw_error("draw_id", 3), "draw_id: not a text");
  EXPECT_EQ(draw_error("sources", parse(R"([{"id":"dice","value_hex":"0"}])")),
            "sources: a source is not {id, value_hex}");
  EXPECT_NE(draw_error("strata", parse(R"([{"id":"S","n":-1}])")), "");
  EXPECT_NE(draw_error("strata", parse(R"([{"id":"S","n":1},{"id":"S","n":1}])")), "");
  EXPECT_EQ(draw_error("units", parse(R"([{"id":"a","stratum":"S","w":0}])")), "weight is zero");
  EXPECT_NE(draw_error("units", parse(R"([{"id":"a","stratum":"S","w":-1}])")), "");
  EXPECT_NE(draw_error("units", parse(R"([{"id":"a","stratum":"S","w":1.5}])")), "");
  EXPECT_NE(draw_error("units", parse(R"([{"id":"a","stratum":"S","w":9223372036854775808}])")), "");
  EXPECT_NE(draw_error("units", parse(R"([{"id":"a","stratum":"T","w":1}])")), "");
  EXPECT_NE(draw_error("units", parse(R"([{"stratum":"S","w":1}])")), "");
  EXPECT_NE(draw_error("units", "all"), "");
  EXPECT_EQ(*computed_draw(Json(3)).find("error")->as_text(), "a case is not a JSON object");
  EXPECT_EQ(*computed_draw(Json(Json::Object{})).find("error")->as_text(), "suite: missing");
}

TEST(DrawCompute, NamesReservesWhenAsked) {
  auto const vectors = parse(read_file(own_data + "draw-vectors.json"));
  Json example = vectors.as_array()->front();
  example.set("strata", parse(R"([{"id":"S","n":2,"reserves":2}])"));
  auto const answer = computed_draw(example);
  auto const* stratum = answer.find("expected")->find("S");
  auto const* reserves = stratum->find("reserves")->as_array();
  ASSERT_EQ(reserves->size(), 2U);
  for (auto const& id : *reserves)
    for (auto const& drawn : *stratum->find("selected")->as_array())
      EXPECT_NE(write_json(id), write_json(drawn));
}

TEST(MatchCompute, SaysWhoIsInWant) {
  auto const answer = computed_match(parse(R"({"suite":"sha256",
    "seed":"4945a70fa7f9c13fe1931a3372ac5798140d42eba74d0dd805a4a216ed3a8142",
    "need":{"t2":1,"t1":1,"t3":1},"cap":{"i1":1,"i2":9},"elig":{"t1":["i1"],"t2":["i1"],"t3":["i2"]}})"));
  EXPECT_EQ(write_json(*answer.find("feasible")), "false");
  EXPECT_EQ(write_json(*answer.find("max_load")), "0");
  EXPECT_EQ(write_json(*answer.find("assignment")), "{}");
  EXPECT_EQ(write_json(*answer.find("hall")), R"(["t1","t2"])");
}

TEST(MatchCompute, RefusesWhatIsNotACase) {
  auto const error = [](std::string const& rest) {
    auto const answer = computed_match(parse(
        R"({"suite":"sha256","seed":"4945a70fa7f9c13fe1931a3372ac5798140d42eba74d0dd805a4a216ed3a8142",)" +
        rest + "}"));
    auto const* text = answer.find("error");
    EXPECT_EQ(answer.find("feasible"), nullptr);
    return text == nullptr ? std::string() : *text->as_text();
  };
  EXPECT_EQ(error(R"("need":{"t":1},"cap":{"i":1})"), "elig: missing");
  EXPECT_EQ(error(R"("need":{"t":1},"cap":{"i":1},"elig":{"u":["i"]})"), "elig: a target is not in need");
  EXPECT_EQ(error(R"("need":{"t":1},"cap":{"i":1},"elig":{"t":["j"]})"), "elig: an inspector has no cap");
  EXPECT_EQ(error(R"("need":{"t":1},"cap":{"i":1},"elig":{"t":["i","i"]})"),
            "inspector named twice for a target");
  EXPECT_EQ(error(R"("need":{"t":-1},"cap":{"i":1},"elig":{})"), "need: not a whole number from 0");
}

TEST(DrawCompute, RefusesWhatIsNotAnArray) {
  for (auto const* text : {"", "{}", "[", "[1] 2"}) {
    std::istringstream in(text);
    std::ostringstream out;
    std::ostringstream err;
    EXPECT_EQ(draw_compute(in, out, err), 1) << text;
    EXPECT_EQ(out.str(), "");
    EXPECT_NE(err.str(), "");
  }
}

// ---- stats ----------------------------------------------------------------------------------------------

std::vector<Json> ask(std::string const& lines) {
  std::istringstream in(lines);
  std::ostringstream out;
  EXPECT_EQ(stats_lines(in, out), 0);
  std::istringstream answers(out.str());
  std::vector<Json> parsed;
  for (std::string line; std::getline(answers, line);) parsed.push_back(parse(line));
  return parsed;
}

double number(Json const& answer, std::string const& name) {
  auto const* result = answer.find("result");
  auto const* value = result == nullptr ? nullptr : result->find(name);
  if (value == nullptr) return std::nan("");
  if (auto const* integer = value->as_integer()) return static_cast<double>(*integer);
  return value->as_real() == nullptr ? std::nan("") : *value->as_real();
}

std::string code(Json const& answer) {
  auto const* error = answer.find("error");
  return error == nullptr ? "" : *error->find("code")->as_text();
}

TEST(StatsLines, OneAnswerPerLineInOrder) {
  auto const answers =
      ask(R"({"fn":"proportion_interval","x":0,"n":20,"conf":0.95,"method":"clopper_pearson"})"
          "\nnonsense\n\n"
          R"({"fn":"proportion_interval","x":0,"n":20,"conf":0.95,"method":"clopper_pearson","side":"upper"})"
          "\n"
          R"({"fn":"no such"})"
          "\n"
          R"({"x":1})"
          "\n[]");
  ASSERT_EQ(answers.size(), 6U);
  EXPECT_NEAR(number(answers[0], "upper"), 1 - std::pow(0.025, 0.05), 1e-14);
  EXPECT_EQ(number(answers[0], "lower"), 0);
  EXPECT_EQ(code(answers[1]), "invalid_json");
  EXPECT_NEAR(number(answers[2], "upper"), 1 - std::pow(0.05, 0.05), 1e-14);
  EXPECT_EQ(code(answers[3]), "unknown_function");
  EXPECT_EQ(code(answers[4]), "missing_argument");
  EXPECT_EQ(code(answers[5]), "missing_argument");
}

TEST(StatsLines, ArgumentsAreChecked) {
  auto const answers =
      ask(R"({"fn":"proportion_interval","x":-1,"n":20,"conf":0.95,"method":"wilson"})"
          "\n"
          R"({"fn":"proportion_interval","x":1,"n":20,"conf":0.95,"method":"wald"})"
          "\n"
          R"({"fn":"proportion_interval","x":1,"n":20,"method":"wilson"})"
          "\n"
          R"({"fn":"proportion_interval","x":1,"n":20,"conf":0.95,"method":"wilson","sid":"upper"})"
          "\n"
          R"({"fn":"proportion_interval","x":3,"n":2,"conf":0.95,"method":"wilson"})"
          "\n"
          R"({"fn":"ht_estimate","y":[1,2],"pi":[0.5]})"
          "\n"
          R"({"fn":"ht_estimate","y":[1,"2"],"pi":[0.5,0.5]})"
          "\n"
          R"({"fn":"proportion_interval","x":3.0,"n":20.0,"conf":0.95,"method":"wilson"})");
  std::vector<std::string> codes;
  for (auto const& answer : answers) codes.push_back(code(answer));
  EXPECT_EQ(codes, (std::vector<std::string>{"invalid_argument", "invalid_argument", "missing_argument",
                                             "unknown_argument", "count_above_trials", "invalid_argument",
                                             "invalid_argument", ""}));
}

TEST(StatsLines, FinitePopulation) {
  auto const answers = ask(R"({"fn":"finite_population_interval","x":0,"n":8,"N":30,"conf":0.95})"
                           "\n"
                           R"({"fn":"finite_population_interval","x":0,"n":31,"N":30,"conf":0.95})");
  EXPECT_EQ(write_json(answers[0]), R"({"result":{"lower":0,"upper":9}})");
  EXPECT_EQ(code(answers[1]), "sample_above_population");
}

TEST(StatsLines, HorvitzThompson) {
  // As in stats/tests: pi 1/2 and 1/4, y 3 and 2.
  auto const answers =
      ask(R"({"fn":"ht_estimate","y":[3,2],"pi":[0.5,0.25]})"
          "\n"
          R"({"fn":"ht_estimate","y":[3,2],"pi":[0.5,0.25],"N":7,"stratum":["甲","甲"],"conf":0.9})"
          "\n"
          R"({"fn":"ht_estimate","y":[3,2],"pi":[0.5,0.25],"stratum":["甲",2]})"
          "\n"
          R"({"fn":"hajek_estimate","y":[2,4,6,8],"pi":[0.4,0.4,0.4,0.4]})");
  EXPECT_NEAR(number(answers[0], "total"), 14, 1e-12);
  EXPECT_NEAR(number(answers[0], "se"), std::sqrt(2.4), 1e-12);
  EXPECT_EQ(number(answers[0], "df"), 1);
  EXPECT_TRUE(std::isnan(number(answers[0], "mean")));
  EXPECT_NEAR(number(answers[1], "mean"), 2, 1e-12);
  EXPECT_NEAR(number(answers[1], "mean_se"), std::sqrt(2.4) / 7, 1e-12);
  EXPECT_NEAR(number(answers[1], "mean_upper"), 2 + 6.313751514675043 * std::sqrt(2.4) / 7, 1e-9);
  EXPECT_EQ(*answers[2].find("result")->find("status")->as_text(), "lone_unit");
  EXPECT_TRUE(answers[2].find("result")->find("se")->is_null());
  EXPECT_NEAR(number(answers[3], "ratio"), 5, 1e-12);
  EXPECT_NEAR(number(answers[3], "se"), 1, 1e-12);
}

TEST(StatsLines, DesignRate) {
  auto const answers =
      ask(R"({"fn":"design_rate","y":[0,0,0,0],"pi":[0.1,0.1,0.1,0.1],"N":40})"
          "\n"
          R"({"fn":"design_rate","y":[0,1,0,0],"pi":[0.1,0.1,0.1,0.1],"interval":"korn_graubard"})"
          "\n"
          R"({"fn":"design_rate","y":[0,1,0,0],"pi":[0.1,0.1,0.1,0.1],"estimator":"horvitz_thompson"})"
          "\n"
          R"({"fn":"design_rate","y":[0,1,0,0],"pi":[0.1,0.1,0.1,0.1],"estimator":"greg"})");
  EXPECT_EQ(*answers[0].find("result")->find("status")->as_text(), "all_alike");
  EXPECT_EQ(*answers[0].find("result")->find("side")->as_text(), "upper");
  EXPECT_NEAR(number(answers[0], "upper"), 1 - std::pow(0.05, 0.25), 1e-12);
  EXPECT_NEAR(number(answers[1], "rate"), 0.25, 1e-12);
  EXPECT_GT(number(answers[1], "lower"), 0);
  EXPECT_EQ(number(answers[1], "failing"), 1);
  EXPECT_EQ(code(answers[2]), "population_missing");
  EXPECT_EQ(code(answers[3]), "invalid_argument");
}

TEST(StatsLines, DrawAndMatchAsFunctions) {
  auto const drawn = parse(read_file(own_data + "draw-vectors.json")).as_array()->front();
  auto line = without(drawn, {"name", "note", "seed", "expected"});
  line.set("fn", "draw");
  auto const matched = parse(read_file(own_data + "match-vectors.json")).as_array()->front();
  auto second = without(matched, {"name", "note", "feasible", "max_load", "assignment"});
  second.set("fn", "match");
  auto third = second;
  third.set("capp", 1);
  auto const answers = ask(write_json(line) + "\n" + write_json(second) + "\n" + write_json(third) + "\n");
  ASSERT_EQ(answers.size(), 3U);
  EXPECT_EQ(write_json(sorted(*answers[0].find("result")->find("expected"))),
            write_json(sorted(*drawn.find("expected"))));
  EXPECT_EQ(write_json(sorted(*answers[1].find("result")->find("assignment"))),
            write_json(sorted(*matched.find("assignment"))));
  EXPECT_EQ(code(answers[2]), "unknown_argument");
}

TEST(StatsList, OneLinePerFunctionAndAllAreCalledHere) {
  std::ostringstream out;
  EXPECT_EQ(stats_list(out), 0);
  std::istringstream lines(out.str());
  auto const tests = read_file(PLUMBLINE_SOURCE_DIR "/src/statsapi/tests/commands_test.cpp");
  std::size_t count = 0;
  for (std::string line; std::getline(lines, line); ++count) {
    auto const& function = functions()[count];
    EXPECT_EQ(line.rfind(std::string(function.name) + "(", 0), 0U) << line;
    bool const is_called =
        tests.find("\"fn\":\"" + std::string(function.name) + "\"") != std::string::npos ||
        tests.find("(\"fn\", \"" + std::string(function.name) + "\")") != std::string::npos;
    EXPECT_TRUE(is_called) << function.name << " is listed but not tested";
    EXPECT_FALSE(function.arguments.empty() || function.results.empty() || function.method.empty());
  }
  EXPECT_EQ(count, functions().size());
}

}  // namespace
}  // namespace plumbline::statsapi
