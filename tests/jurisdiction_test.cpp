// One database may hold many cities, and a distributed one is cut by city (architecture, section 8): every
// primary key, unique index and statement carries `jurisdiction`. Read from the schema as it is made and from
// the statements as they are written.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <vector>

#include "base/hash.hpp"
#include "kernel/system.hpp"
#include "product/catalogue.hpp"
#include "store/store.hpp"

namespace plumbline {
namespace {

namespace fs = std::filesystem;
using store::Sql;

// ---- the schema ---------------------------------------------------------------------------------------

// Tables about the database itself, alike for every city in it.
std::set<std::string> const about_the_database{"schema_migration", "register_schema"};

class Schema : public ::testing::Test {
 protected:
  void SetUp() override {
    FixedClock const clock(*parse_instant("2026-03-02T01:00:00Z"));
    ASSERT_TRUE(kernel::System::init(folder_, {"3715", "j.example/log", ""}, product::catalogue(), clock));
    database_ = store::open("sqlite:" + (folder_ / "plumbline.db").string());
  }
  void TearDown() override {
    database_.reset();
    fs::remove_all(folder_);
  }
  std::vector<std::string> first_column(Sql const& sql, std::string const& of) {
    std::vector<std::string> out;
    for (auto const& row : database_->reader()->query(sql, {of})) out.push_back(store::text(row[0]));
    return out;
  }

  fs::path folder_ = fs::temp_directory_path() / ("plumbline-jurisdiction-" + hex_encode(random_bytes(8)));
  std::unique_ptr<store::Database> database_;
};

TEST_F(Schema, EveryUniqueIndexBeginsWithTheJurisdiction) {
  Sql const tables{"test.tables",
                   "select name from sqlite_schema where type = $1 and name not like 'sqlite_%'"};
  Sql const indexes{"test.indexes", "select name from pragma_index_list($1) where \"unique\" = 1"};
  Sql const columns{"test.columns", "select name from pragma_index_info($1) order by seqno"};
  Sql const keys{"test.keys", "select name from pragma_table_info($1) where pk > 0 order by pk"};
  int checked = 0;
  for (auto const& table : first_column(tables, "table")) {
    if (about_the_database.contains(table)) continue;
    auto const key = first_column(keys, table);
    ASSERT_FALSE(key.empty()) << table << " has no primary key";
    EXPECT_EQ(key.front(), "jurisdiction") << "primary key of " << table;
    for (auto const& index : first_column(indexes, table)) {
      EXPECT_EQ(first_column(columns, index).front(), "jurisdiction") << index << " of " << table;
      ++checked;
    }
  }
  EXPECT_GT(checked, 40) << "all of the product's tables";
}

// ---- the statements -----------------------------------------------------------------------------------

struct Exception {
  std::string_view file;
  std::string_view statement;  // begins with
};
constexpr Exception exceptions[] = {
    // About the database itself.
    {"store/src/", "\""},
    {"kernel/src/tables.cpp", "\"select register_name, column_name, kind from register_schema"},
    {"kernel/src/tables.cpp", "\"insert into register_schema"},
    // Whole databases: is there anything in one, and one copied to another.
    {"kernel/src/data_folder.cpp", "\"select 1 from \" + kernel::quoted(table)"},
    {"kernel/src/move.cpp", "\"select \" + list_of(columns)"},
    {"kernel/src/move.cpp", "\"select count(*) from \" + kernel::quoted(table.name)"},
    {"kernel/src/move.cpp", "\"insert into \" + kernel::quoted(table.name)"},
    {"kernel/src/move.cpp", "\"delete from \" + kernel::quoted(table.name)"},
    // Only their heads stand here; the rest, with the condition, is made by reads_sql.cpp and work.cpp and
    // tested below.
    {"kernel/src/reads.cpp", "\"select count(*)"},
    {"kernel/src/reads.cpp", "\"select \" + std::string(fixed_columns)"},
    {"kernel/src/work.cpp", "\"select count(*) from (select 1\" + sql->text"},
    {"kernel/src/work.cpp",
     "\"select c.record, r.version, r.state, c.rule, c.position, c.due_on\" + sql->text"},
    // Benchmarks copy whole databases.
    {"bench/src/lab.cpp", "\"select "},
    {"bench/src/lab.cpp", "\"insert into \\\"\""},
    {"bench/src/log.cpp", "\"select leaf from entry order by seq"},
    {"bench/src/http.cpp", "\"insert into \" + table"},
    {"bench/src/http.cpp", "\"select * from \" + table"},
};

bool begins_statement(std::string_view text) {
  static constexpr std::string_view words[] = {"select ", "insert into", "update ", "delete from", "with "};
  return std::ranges::any_of(words, [&](std::string_view word) {
    return text.size() > word.size() &&
           std::equal(word.begin(), word.end(), text.begin(),
                      [](char a, char b) { return a == std::tolower(static_cast<unsigned char>(b)); });
  });
}

// From the quotation mark to the end of the C++ statement around it.
std::vector<std::string> statements_of(std::string const& source) {
  std::vector<std::string> out;
  for (auto at = source.find('"'); at != std::string::npos; at = source.find('"', at + 1)) {
    if (!begins_statement(std::string_view(source).substr(at + 1))) continue;
    out.push_back(source.substr(at, source.find(";\n", at) - at));
  }
  return out;
}

bool is_excepted(std::string const& file, std::string const& statement) {
  return std::ranges::any_of(exceptions, [&](Exception const& known) {
    return file.starts_with(known.file) && statement.starts_with(known.statement);
  });
}

TEST(Statements, EachNamesTheJurisdiction) {
  fs::path const root = fs::path(PLUMBLINE_SOURCE_DIR) / "src";
  int read = 0;
  for (auto const& entry : fs::recursive_directory_iterator(root)) {
    std::string const file = fs::relative(entry.path(), root).string();
    if (entry.path().extension() != ".cpp" || file.find("/src/") == std::string::npos ||
        file.find("/bench/src/") != std::string::npos)
      continue;
    std::ifstream in(entry.path());
    std::stringstream text;
    text << in.rdbuf();
    for (auto const& statement : statements_of(text.str())) {
      ++read;
      EXPECT_TRUE(is_excepted(file, statement) || statement.find("jurisdiction") != std::string::npos)
          << file << ":\n"
          << statement;
    }
  }
  EXPECT_GT(read, 100);
}

TEST(Statements, AForgottenOneIsFound) {
  auto const found = statements_of("Sql const a{\"x\", \"select 1 from firm where id = $1\"};\n");
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].find("jurisdiction"), std::string::npos);
}

// Two cities in one database: what is composed at run time keeps them apart as well.
TEST_F(Schema, TwoCitiesInOneDatabaseDoNotSeeEachOther) {
  FixedClock const clock(*parse_instant("2026-03-02T01:00:00Z"));
  auto const system = kernel::System::open(folder_, product::catalogue(), clock);
  auto const own = kernel::system_viewer("3715");
  auto const other = kernel::system_viewer("3702");
  for (auto const& reg : product::catalogue().registers()) {
    auto const mine = system->reads().count(own, reg.name, {});
    auto const theirs = system->reads().count(other, reg.name, {});
    ASSERT_TRUE(mine && theirs) << reg.name;
    EXPECT_EQ(*theirs, 0) << reg.name;
    auto const page = system->reads().list(other, reg.name, {});
    ASSERT_TRUE(page) << reg.name;
    EXPECT_TRUE(page->items.empty()) << reg.name;
  }
  EXPECT_GT(*system->reads().count(own, "region", {}), 1);
  EXPECT_GT(*system->reads().count(own, "account", {}), 0);
}

}  // namespace
}  // namespace plumbline
