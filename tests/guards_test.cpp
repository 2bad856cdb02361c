// Every refusal a module's handlers can give has a scenario that fails on it, every step of every table is
// taken by some scenario or by a test that says so, and every code of the product has its words in each
// language.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include "codes.hpp"
#include "reflect/json.hpp"

namespace {

namespace fs = std::filesystem;
using plumbline::Json;
using plumbline::tests::Codes;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

std::string text_of(fs::path const& file) {
  std::ifstream in(file, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

// First arguments of refuse("…" and Refused("….
std::set<std::string> codes_of_handlers(std::string const& source) {
  std::set<std::string> codes;
  for (std::string_view const call : {"refuse(\"", "Refused(\""})
    for (auto at = source.find(call); at != std::string::npos; at = source.find(call, at + 1)) {
      auto const first = at + call.size();
      codes.insert(source.substr(first, source.find('"', first) - first));
    }
  return codes;
}

std::set<std::string> codes_of_scenario(std::string const& text) {
  std::set<std::string> codes;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string verb, code;
    if (words >> verb >> code && verb == "refused") codes.insert(code);
  }
  return codes;
}

// `….refusal().code, "…"`: what a test expects where no scenario can set the case up, as in a restored copy.
std::set<std::string> codes_of_test(std::string const& source) {
  std::set<std::string> codes;
  constexpr std::string_view mark = "code,";
  for (auto at = source.find(mark); at != std::string::npos; at = source.find(mark, at + 1)) {
    auto const quote = source.find_first_not_of(" \n", at + mark.size());
    if (quote == std::string::npos || source[quote] != '"') continue;
    codes.insert(source.substr(quote + 1, source.find('"', quote + 1) - quote - 1));
  }
  return codes;
}

TEST(Guards, EachHasAScenarioThatFailsOnIt) {
  auto const modules = fs::path(PLUMBLINE_SOURCE_DIR) / "src" / "modules";
  std::set<std::string> shown;
  for (auto const& entry : fs::recursive_directory_iterator(modules))
    if (entry.path().extension() == ".scenario")
      shown.merge(codes_of_scenario(text_of(entry.path())));
    else if (entry.path().filename() == "restored_test.cpp")
      shown.merge(codes_of_test(text_of(entry.path())));
  ASSERT_GT(shown.size(), 50U);
  std::size_t guards = 0;
  for (auto const& entry : fs::recursive_directory_iterator(modules)) {
    auto const& file = entry.path();
    // The service refuses on behalf of no act; its tests are its own.
    bool const handlers = file.extension() == ".cpp" && file.parent_path().filename() == "src";
    if (!handlers) continue;
    for (auto const& code : codes_of_handlers(text_of(file))) {
      ++guards;
      EXPECT_TRUE(shown.contains(code))
          << file.filename() << " refuses \"" << code << "\": no scenario fails on it";
    }
  }
  EXPECT_GT(guards, 100U);
}

// ---- what the scan of the sources sees ------------------------------------------------------------------

std::set<std::string> seen_in(std::string const& text, std::string const& path = "src/x/src/x.cpp") {
  std::set<std::string> names;
  plumbline::tests::Source const act{"src/kernel/include/kernel/act.hpp",
                                     "Refusal refuse(std::string code, std::string path = \"\");\n"
                                     "class Refused { Refused(std::string code, std::string path); };"};
  for (auto const& [code, place] : plumbline::tests::codes_of({act, {path, text}}).places) names.insert(code);
  return names;
}

TEST(CodeScan, SeesCodesWhereTheyAreGiven) {
  EXPECT_THAT(seen_in(R"(return refuse("a_a", "/path"); throw Refused("b_b"); // refuse("c_c"))"),
              UnorderedElementsAre("a_a", "b_b"));
  EXPECT_THAT(seen_in(R"(refuse(name != "n_n" && late ? "a_a" : "b_b", "detail");)"),
              UnorderedElementsAre("a_a", "b_b"));
  EXPECT_THAT(seen_in(R"(Refusal{"a_a", "d_d", {}}; reply({"b_b", text, {}}); Failure{"c_c", file, why};)"),
              UnorderedElementsAre("a_a", "b_b", "c_c"));
  EXPECT_THAT(seen_in(R"(Format const vin{"a_a", pattern, valid}; Problem{"/p", "b_b", ""};)"),
              UnorderedElementsAre("a_a", "b_b"));
  EXPECT_THAT(seen_in(R"(problems.push_back({"/p", "a_a", ""}); Refusal{code, "", {{path, "b_b", ""}}};)"),
              UnorderedElementsAre("a_a", "b_b"));
  EXPECT_THAT(seen_in(R"(row.problem = wide ? "a_a" : "b_b"; auto const* code = "c_c";)"),
              UnorderedElementsAre("a_a", "b_b", "c_c"));
}

TEST(CodeScan, FollowsHelpersAndFunctions) {
  EXPECT_THAT(seen_in(R"(void add(Row& row, std::string_view code = "a_a") {} f() { add(row, "b_b"); })"),
              testing::Contains("b_b"));
  EXPECT_THAT(seen_in(R"(auto put = [&](std::string code) {}; put("a_a");)"), UnorderedElementsAre("a_a"));
  EXPECT_THAT(seen_in(R"(std::string_view flaw_of(int x) { if (x) return "a_a"; return ""; }
                         void f() { if (auto const code = flaw_of(1); !code.empty()) {} }
                         std::string_view kind_of(int x) { return "k_k"; })"),
              UnorderedElementsAre("a_a"));
  EXPECT_THAT(seen_in(R"(return "LOG_FORKED"; return "other";)", "src/ledger/src/x.cpp"),
              UnorderedElementsAre("LOG_FORKED"));
  EXPECT_THAT(seen_in(R"(return "LOG_FORKED";)"), IsEmpty());
}

TEST(CodeScan, LeavesOtherLiteralsAlone) {
  EXPECT_THAT(seen_in(R"(set("a_a", 1); {"state", Compare::equal, {"draft"}}; region.code = "b_b";)"),
              IsEmpty());
  EXPECT_THAT(seen_in(R"(if (refusal.code == "a_a" || "b_b" != code) refuse(message(of("c_c"), code));)"),
              IsEmpty());
}

TEST(CodeScan, TellsWhereItCannotFollow) {
  auto const unread = [](std::string const& text) {
    plumbline::tests::Source const act{"src/kernel/include/kernel/act.hpp",
                                       "Refusal refuse(std::string code);"};
    return plumbline::tests::codes_of({act, {"src/x/src/x.cpp", text}}).unread;
  };
  EXPECT_THAT(unread("\nreturn refuse(name_of(kind));"), testing::ElementsAre("src/x/src/x.cpp:2"));
  EXPECT_THAT(unread("return refuse(code); return refuse(problem.code);"), IsEmpty());
  EXPECT_THAT(unread("auto const refuse = [](char const* what) {}; refuse(name);"), IsEmpty());
}

// ---- words ----------------------------------------------------------------------------------------------

std::map<std::string, std::string> texts_of(std::string const& language) {
  auto const document =
      plumbline::parse_json(text_of(fs::path(PLUMBLINE_SOURCE_DIR) / "locales" / (language + ".json")));
  EXPECT_TRUE(document) << language << ": no JSON, or a key stands twice";
  std::map<std::string, std::string> texts;
  if (!document) return texts;
  EXPECT_EQ(*document->find("language")->as_text(), language);
  std::string last;
  for (auto const& [code, text] : *document->find("codes")->as_object()) {
    EXPECT_LT(last, code) << language << ": the codes are sorted";
    last = code;
    texts[code] = *text.as_text();
  }
  return texts;
}

Codes const& product_codes() {
  static Codes const codes =
      plumbline::tests::codes_of(plumbline::tests::product_sources(PLUMBLINE_SOURCE_DIR));
  return codes;
}

TEST(Words, EveryCodeHasThemInEachLanguage) {
  EXPECT_GT(product_codes().places.size(), 350U);
  EXPECT_THAT(product_codes().unread, IsEmpty()) << "give the code as a literal, or call the variable `code`";
  for (auto const* language : {"zh-CN", "en"}) {
    auto const texts = texts_of(language);
    for (auto const& [code, place] : product_codes().places)
      EXPECT_TRUE(texts.contains(code))
          << place << " answers \"" << code << "\": locales/" << language << ".json has no words for it";
  }
}

TEST(Words, NoneAreLeftOver) {
  for (auto const* language : {"zh-CN", "en"})
    for (auto const& [code, text] : texts_of(language))
      EXPECT_TRUE(product_codes().places.contains(code)) << language << ": nothing answers \"" << code << '"';
}

TEST(Words, AreThereAndInTheirLanguage) {
  auto const chinese = [](std::string const& text) {
    return std::ranges::any_of(text, [](char c) { return static_cast<unsigned char>(c) >= 0xE3; });
  };
  auto const blank = [](std::string const& text) {
    return text.find_first_not_of(" \t\n") == std::string::npos;
  };
  auto const ours = texts_of("zh-CN");
  auto const theirs = texts_of("en");
  EXPECT_EQ(ours.size(), theirs.size());
  for (auto const& [code, text] : ours) {
    EXPECT_TRUE(theirs.contains(code)) << code << ": in zh-CN only";
    EXPECT_TRUE(chinese(text)) << code << ": " << text;
  }
  for (auto const& [code, text] : theirs) {
    EXPECT_TRUE(ours.contains(code)) << code << ": in en only";
    EXPECT_FALSE(blank(text) || chinese(text)) << code << ": " << text;
  }
}

// The other way round: what scenarios show to be refused. It catches a code that the scan misses.
TEST(Words, EveryRefusalOfAScenarioHasThem) {
  auto const texts = texts_of("zh-CN");
  for (auto const& entry : fs::recursive_directory_iterator(fs::path(PLUMBLINE_SOURCE_DIR) / "src")) {
    if (entry.path().extension() != ".scenario") continue;
    for (auto const& code : codes_of_scenario(text_of(entry.path())))
      EXPECT_TRUE(texts.contains(code)) << entry.path().filename() << " is refused \"" << code << '"';
  }
}

}  // namespace
