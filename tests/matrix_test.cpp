// Transition matrices written by hand from the regulation, against the tables the product enforces. One
// file per register, src/modules/<m>/tests/<register>.matrix; one line per step:
//   FROM ACTION TO ROLE… [not ACTION…] [start RULE…] [stop RULE…] [stop_if RULE…]; + joins names
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include "archive/api.hpp"
#include "inspection/api.hpp"
#include "kernel/registers.hpp"
#include "people/api.hpp"

namespace plumbline {
namespace {

namespace fs = std::filesystem;

// A step as one sorted line, so that differences read well.
struct Row {
  std::string key;  // "FROM ACTION TO"
  std::set<std::string> roles;
  std::map<std::string, std::set<std::string>> marks;  // "not", "start", "stop", "stop_if"

  std::string text() const {
    std::string line = key;
    for (auto const& role : roles) line += " " + role;
    for (auto const& [mark, names] : marks) {
      line += " | " + mark;
      for (auto const& name : names) line += " " + name;
    }
    return line;
  }
};

void add(std::set<std::string>& names, std::string const& joined) {
  std::istringstream parts(joined);
  for (std::string name; std::getline(parts, name, '+');) names.insert(name);
}

std::set<std::string> written(fs::path const& file) {
  std::set<std::string> rows;
  std::ifstream in(file);
  for (std::string line; std::getline(in, line);) {
    if (line.empty() || line.front() == '#') continue;
    std::istringstream words(line);
    std::string from, action, to, word, mark;
    words >> from >> action >> to;
    Row row{from + " " + action + " " + to, {}, {}};
    while (words >> word) {
      if (word == "not" || word == "start" || word == "stop" || word == "stop_if")
        mark = word;
      else if (mark.empty())
        row.roles.insert(word);
      else
        add(row.marks[mark], word);
    }
    EXPECT_TRUE(rows.insert(row.text()).second) << file << ": twice: " << line;
  }
  return rows;
}

std::set<std::string> enforced(kernel::Register const& reg) {
  std::set<std::string> rows;
  for (auto const& step : reg.steps) {
    Row row{std::string(reg.state_name(step.from)) + " " + std::string(step.action) + " " +
                std::string(reg.state_name(step.to)),
            {},
            {}};
    for (int role = 0; role < kernel::role_count; ++role)
      if (step.by.contains(static_cast<kernel::Role>(role)))
        row.roles.insert(std::string(to_string(static_cast<kernel::Role>(role))));
    for (auto action : step.not_by.actions)
      if (!action.empty()) row.marks["not"].insert(std::string(action));
    constexpr std::string_view ticks[] = {"", "start", "stop", "stop_if"};
    for (auto const& op : step.clocks.ops)
      if (op.tick != kernel::Tick::none)
        row.marks[std::string(ticks[static_cast<std::size_t>(op.tick)])].insert(std::string(op.rule));
    rows.insert(row.text());
  }
  return rows;
}

void compare(kernel::Module const& module) {
  auto const source = fs::path(PLUMBLINE_SOURCE_DIR) / "src";
  auto const folder = (module.name == "kernel" ? source : source / "modules") / module.name / "tests";
  for (auto const& reg : module.registers) {
    auto const file = folder / (std::string(reg.name) + ".matrix");
    ASSERT_TRUE(fs::exists(file)) << "no matrix for " << reg.name;
    auto const by_hand = written(file);
    auto const by_table = enforced(reg);
    for (auto const& row : by_hand)
      EXPECT_TRUE(by_table.contains(row)) << reg.name << ": not in the table: " << row;
    for (auto const& row : by_table)
      EXPECT_TRUE(by_hand.contains(row)) << reg.name << ": not in the matrix: " << row;
  }
}

TEST(Matrix, Kernel) { compare(kernel::kernel_module()); }
TEST(Matrix, Archive) { compare(archive::module()); }
TEST(Matrix, People) { compare(people::module()); }
TEST(Matrix, Inspection) { compare(inspection::module()); }

}  // namespace
}  // namespace plumbline
