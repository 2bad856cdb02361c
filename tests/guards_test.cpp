// Every refusal a module's handlers can give has a scenario that fails on it, and every step of every table
// is taken by some scenario or by a test that says so.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

namespace {

namespace fs = std::filesystem;

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

TEST(Guards, EachHasAScenarioThatFailsOnIt) {
  auto const modules = fs::path(PLUMBLINE_SOURCE_DIR) / "src" / "modules";
  std::set<std::string> shown;
  for (auto const& entry : fs::recursive_directory_iterator(modules))
    if (entry.path().extension() == ".scenario") shown.merge(codes_of_scenario(text_of(entry.path())));
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

}  // namespace
