// A city moves from its SQLite file to a PostgreSQL server and back without losing a row; whatever cuts the
// move off leaves the city where it was. The real program, on a demo city in which every table has rows.
#include <gmock/gmock.h>

#include <algorithm>
#include <fstream>
#include <sstream>

#include "ledger/files.hpp"
#include "serving.hpp"
#include "store/shape.hpp"
#include "store/store.hpp"
#include "store_testing/scratch.hpp"

namespace plumbline::testing {
namespace {

using store::Engine;
using store::Sql;
using store::TableShape;
using store::testing::Scratch;
using ::testing::IsEmpty;

// A server nobody reaches: for what is refused before anybody asks it.
constexpr char const* nowhere = "postgres://nobody@127.0.0.1:1/nothing";

std::string quoted(std::string const& name) { return '"' + name + '"'; }

std::string list_of(std::vector<std::string> const& names) {
  std::string list;
  for (auto const& name : names) list += (list.empty() ? "" : ", ") + quoted(name);
  return list;
}

std::vector<TableShape> shapes(store::Database& database) {
  return store::tables_of(*database.reader(), database.engine());
}

// Every row of every table the database's own catalogue names.
std::map<std::string, store::Rows> dump(std::string const& address) {
  std::map<std::string, store::Rows> tables;
  auto const database = store::open(address);
  for (auto const& table : shapes(*database)) {
    std::vector<std::string> columns;
    for (auto const& column : table.columns) columns.push_back(column.name);
    tables[table.name] =
        database->reader()->query({"test.dump", "select " + list_of(columns) + " from " + quoted(table.name) +
                                                    " order by " + list_of(table.key)},
                                  {});
  }
  return tables;
}

// The tables in which two databases differ: rows would be too many to show.
std::vector<std::string> differing(std::map<std::string, store::Rows> const& one,
                                   std::map<std::string, store::Rows> const& other) {
  std::vector<std::string> names;
  for (auto const& [name, rows] : one)
    if (!other.contains(name) || other.at(name) != rows) names.push_back(name);
  for (auto const& [name, rows] : other)
    if (!one.contains(name)) names.push_back(name);
  return names;
}

std::vector<std::string> table_names(std::string const& address) {
  std::vector<std::string> names;
  for (auto const& table : shapes(*store::open(address))) names.push_back(table.name);
  return names;
}

bool is_of_the_log(std::string const& table) { return table.starts_with("r_") || table == "adopted_leaf"; }

std::string text_of_file(fs::path const& path) { return ledger::read_text_file(path).value_or(""); }

class MoveTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    ASSERT_TRUE(fs::create_directories(shelf()));
    ASSERT_EQ(run({"demo", "--data", (shelf() / "city").string(), "--firms", "60"}), 0);
    fill_empty_tables(address_of(shelf() / "city"));
  }
  static void TearDownTestSuite() { fs::remove_all(shelf()); }

  void SetUp() override {
    fs::create_directories(scratch_);
    fs::copy(shelf() / "city", city(), fs::copy_options::recursive);
    before_ = dump(address_of(city()));
  }
  void TearDown() override {
    if (!HasFailure()) fs::remove_all(scratch_);
  }
  bool has_server() const { return Scratch::available(Engine::postgres); }

  fs::path city() const { return scratch_ / "city"; }
  static std::string address_of(fs::path const& folder) {
    return "sqlite:" + (folder / "plumbline.db").string();
  }
  std::string settings() const { return text_of_file(city() / "plumbline.json"); }

  static pid_t begin(std::vector<std::string> words, fs::path const& told) {
    pid_t const child = ::fork();
    if (child != 0) return child;
    words.insert(words.begin(), PLUMBLINE_PROGRAM);
    std::vector<char*> arguments;
    for (auto& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    if (std::freopen(told.c_str(), "w", stdout) == nullptr) _exit(126);
    ::dup2(STDOUT_FILENO, STDERR_FILENO);
    ::execv(PLUMBLINE_PROGRAM, arguments.data());
    _exit(127);
  }
  static int end_of(pid_t child) {
    int status = 0;
    ::waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }
  static int run(std::vector<std::string> const& words) { return end_of(begin(words, shelf() / "said")); }
  static std::string said() { return text_of_file(shelf() / "said"); }
  int move(std::string const& to) { return run({"move", "--data", city().string(), "--to", to}); }
  void expect_refused(std::vector<std::string> const& words, std::string const& code) {
    EXPECT_EQ(run(words), 1) << said();
    EXPECT_NE(said().find("(" + code + ")"), std::string::npos) << said();
  }
  void expect_move_refused(std::string const& to, std::string const& code) {
    expect_refused({"move", "--data", city().string(), "--to", to}, code);
  }
  // The city is where it was, row by row.
  void expect_untouched() {
    EXPECT_NE(settings().find("\"database\": \"\""), std::string::npos) << settings();
    EXPECT_THAT(differing(dump(address_of(city())), before_), IsEmpty());
  }
  void expect_verified() { EXPECT_EQ(run({"verify", "--deep", "--data", city().string()}), 0) << said(); }
  void act(std::string const& login) {
    EXPECT_EQ(run({"user", "add", "--data", city().string(), login}), 0) << said();
    EXPECT_EQ(run({"publish", "--data", city().string()}), 0) << said();
  }
  std::vector<fs::path> files_named(std::string const& beginning) const {
    std::vector<fs::path> found;
    for (auto const& file : fs::directory_iterator(city()))
      if (file.path().filename().string().starts_with(beginning)) found.push_back(file.path());
    return found;
  }

  fs::path scratch_ = fs::temp_directory_path() / ("plumbline-move-" + hex_encode(random_bytes(8)));
  std::map<std::string, store::Rows> before_;

 private:
  static fs::path const& shelf() {
    static fs::path const place =
        fs::temp_directory_path() / ("plumbline-move-shelf-" + hex_encode(random_bytes(8)));
    return place;
  }
  // What the demo leaves empty gets a row, by nothing but the catalogue. Registers and adopted_leaf stay as
  // they are, since the log vouches for their rows.
  static void fill_empty_tables(std::string const& address) {
    auto const database = store::open(address);
    auto const writer = database->writer();
    writer->begin();
    for (auto const& table : shapes(*database)) {
      Sql const any{"test.any", "select 1 from " + quoted(table.name) + " limit 1"};
      if (is_of_the_log(table.name) || !database->reader()->query(any, {}).empty()) continue;
      std::vector<std::string> columns;
      std::string places;
      std::vector<store::Value> values;
      for (auto const& column : table.columns) {
        columns.push_back(column.name);
        places += (places.empty() ? "$" : ", $") + std::to_string(columns.size());
        if (column.name == "jurisdiction")
          values.emplace_back(std::string("3715"));
        else if (column.type == "integer")
          values.emplace_back(std::int64_t{-1} - static_cast<std::int64_t>(columns.size()));
        else if (column.type == "bytes")
          values.emplace_back(columns.size() % 2 == 0 ? Bytes{} : Bytes{0, 0xFF, '\\', '\''});
        else
          values.emplace_back(columns.size() % 2 == 0 ? std::string() : std::string("甲\\x00'\"\t\n𠮷"));
      }
      writer->write({"test.fill", "insert into " + quoted(table.name) + " (" + list_of(columns) +
                                      ") values (" + places + ")"},
                    std::move(values));
    }
    writer->commit();
  }
};

TEST_F(MoveTest, ToAServerAndBackLosesNothing) {
  if (!has_server()) GTEST_SKIP() << "no PostgreSQL server named";
  Scratch const scratch(Engine::postgres);
  EXPECT_GT(before_.size(), 40U);
  for (auto const& [table, rows] : before_) EXPECT_TRUE(!rows.empty() || is_of_the_log(table)) << table;

  ASSERT_EQ(move(scratch.address()), 0) << said();
  EXPECT_THAT(differing(dump(scratch.address()), before_), IsEmpty());
  EXPECT_FALSE(fs::exists(city() / "plumbline.db"));
  auto const old = files_named("plumbline.db.moved-");
  ASSERT_EQ(old.size(), 1U);
  EXPECT_NE(said().find(old[0].filename().string()), std::string::npos) << said();
  EXPECT_THAT(differing(dump("sqlite:" + old[0].string()), before_), IsEmpty());
  {
    auto const server = store::open(scratch.address());
    auto const file = store::open("sqlite:" + old[0].string());
    EXPECT_EQ(shapes(*server), shapes(*file)) << "a table that one of them lacks was forgotten";
    Sql const sequences{"test.sequences",
                        "select sequencename from pg_sequences where schemaname = current_schema()"};
    EXPECT_TRUE(server->reader()->query(sequences, {}).empty()) << "they would have to go on where they were";
  }
  expect_verified();
  act("after");
  expect_verified();
  expect_move_refused(scratch.address(), "already_there");

  auto const there = dump(scratch.address());
  ASSERT_EQ(move("sqlite"), 0) << said();
  EXPECT_THAT(differing(dump(address_of(city())), there), IsEmpty());
  EXPECT_THAT(differing(dump(scratch.address()), there), IsEmpty()) << "what is left behind stays as it was";
  EXPECT_TRUE(files_named("plumbline.db.unfinished").empty());
  EXPECT_EQ(fs::status(city() / "plumbline.db").permissions(),
            fs::perms::owner_read | fs::perms::owner_write);
  expect_verified();
  act("back");
  expect_verified();
}

TEST_F(MoveTest, WaitsForNobodyAndLetsNobodyIn) {
  {
    ServerProcess server(city(), scratch_ / "log", {"--listen", "127.0.0.1:0"});
    expect_move_refused(nowhere, "city_in_use");
    EXPECT_EQ(server.end(SIGTERM), 0);
  }
  auto const moving = ledger::FileLock::acquire(city() / "keys" / "in-use");
  ASSERT_TRUE(moving);
  expect_move_refused(nowhere, "city_in_use");
  expect_refused({"serve", "--data", city().string(), "--listen", "127.0.0.1:0"}, "folder_moves");
  expect_refused({"list", "--data", city().string(), "firm"}, "folder_moves");
  expect_refused({"upgrade", "--data", city().string()}, "folder_moves");
}

TEST_F(MoveTest, KnowsWhereItCannotGo) {
  expect_move_refused("sqlite", "already_there");
  expect_move_refused("mysql://city", "bad_database_address");
  expect_move_refused(nowhere, "database_unreachable");
  expect_untouched();
  std::ofstream(city() / "plumbline.json")
      << R"({"jurisdiction":"3715","origin":"a.example","database":")" << nowhere << "\"}";
  expect_move_refused("sqlite", "file_in_the_way");
}

TEST_F(MoveTest, TakesOnlyAnEmptyDatabase) {
  if (!has_server()) GTEST_SKIP() << "no PostgreSQL server named";
  Scratch const others(Engine::postgres);
  store::open(others.address())->writer()->script("create table payroll (salary bigint);");
  expect_move_refused(others.address(), "database_has_others_tables");
  EXPECT_NE(said().find("payroll"), std::string::npos) << said();
  EXPECT_EQ(table_names(others.address()), std::vector<std::string>{"payroll"}) << "something was written";

  Scratch const taken(Engine::postgres);
  auto const init = [&](std::string const& folder, std::string const& address) {
    return std::vector<std::string>{"init",
                                    "--data",
                                    (scratch_ / folder).string(),
                                    "--origin",
                                    "other.example/log",
                                    "--jurisdiction",
                                    "3702",
                                    "--database",
                                    address};
  };
  ASSERT_EQ(run(init("other", taken.address())), 0) << said();
  auto const theirs = dump(taken.address());
  expect_move_refused(taken.address(), "database_holds_city");
  expect_refused(init("third", taken.address()), "database_holds_city");
  EXPECT_FALSE(fs::exists(scratch_ / "third"));
  EXPECT_THAT(differing(dump(taken.address()), theirs), IsEmpty());
  expect_untouched();
}

TEST_F(MoveTest, LeavesNoTableBehind) {
  if (!has_server()) GTEST_SKIP() << "no PostgreSQL server named";
  Scratch const scratch(Engine::postgres);
  store::open(address_of(city()))->writer()->script("create table forgotten (a text primary key) strict;");
  expect_move_refused(scratch.address(), "tables_differ");
  EXPECT_NE(said().find("forgotten"), std::string::npos) << said();
  EXPECT_TRUE(table_names(scratch.address()).empty());
  store::open(address_of(city()))->writer()->script("drop table forgotten; alter table job add x text;");
  expect_move_refused(scratch.address(), "tables_differ");
}

TEST_F(MoveTest, TakesAwayWhatDoesNotVerify) {
  if (!has_server()) GTEST_SKIP() << "no PostgreSQL server named";
  Scratch const scratch(Engine::postgres);
  auto const file = store::open(address_of(city()));
  file->writer()->script("update entry set leaf = leaf || ' ' where seq = 5;");
  before_ = dump(address_of(city()));
  expect_move_refused(scratch.address(), "log_does_not_verify");
  expect_untouched();
  for (auto const& [table, rows] : dump(scratch.address()))
    EXPECT_TRUE(rows.empty() || table == "schema_migration" || table == "register_schema") << table;

  // The database changes what it is given.
  file->writer()->script("update entry set leaf = rtrim(leaf) where seq = 5;");
  before_ = dump(address_of(city()));
  store::open(scratch.address())
      ->writer()
      ->script(
          "create function shout() returns trigger language plpgsql as 'begin new.name := upper(new.name); "
          "return new; end'; create trigger shout before insert on webhook_target for each row execute "
          "function shout();");
  expect_move_refused(scratch.address(), "database_failed");
  store::open(scratch.address())
      ->writer()
      ->script(
          "drop trigger shout on webhook_target; create function hush() returns trigger language plpgsql as "
          "'begin new.reason := new.reason || ''!''; return new; end'; create trigger hush before insert on "
          "webhook_target for each row execute function hush();");
  expect_move_refused(scratch.address(), "copy_differs");
  EXPECT_NE(said().find("webhook_target"), std::string::npos) << said();
  expect_untouched();
  store::open(scratch.address())->writer()->script("drop trigger hush on webhook_target;");
  EXPECT_EQ(move(scratch.address()), 0) << said();
  EXPECT_THAT(differing(dump(scratch.address()), before_), IsEmpty());
}

// Rounds are spread over the time that a whole move takes here.
TEST_F(MoveTest, KilledAtAnyMomentLeavesTheCityUsable) {
  if (!has_server()) GTEST_SKIP() << "no PostgreSQL server named";
  constexpr int rounds = 5;
  Pace pace;
  int killed = 0;
  int half = 0;
  auto const take = [&](std::string const& to) {
    auto const begun = steady_clock::now();
    EXPECT_EQ(move(to), 0) << said();
    return std::chrono::duration_cast<milliseconds>(steady_clock::now() - begun);
  };
  auto const kill_move = [&](std::string const& to, milliseconds after) {
    auto const child = begin({"move", "--data", city().string(), "--to", to}, scratch_ / "said");
    pace.wait(after);
    ::kill(child, SIGKILL);
    killed += end_of(child) == -1 ? 1 : 0;
    return (settings().find("\"database\": \"\"") != std::string::npos) == (to == "sqlite");
  };
  auto scratch = std::make_unique<Scratch>(Engine::postgres);
  auto const there = take(scratch->address());
  auto const back = take("sqlite");
  EXPECT_THAT(differing(dump(address_of(city())), before_), IsEmpty());
  scratch = std::make_unique<Scratch>(Engine::postgres);
  bool is_there = false;
  for (int round = 1; round <= rounds && !is_there; ++round) {
    is_there = kill_move(scratch->address(), there * round / rounds);
    if (is_there) break;
    expect_untouched();
    auto const rows = dump(scratch->address());
    if (!rows.contains("entry") || rows.at("entry").empty()) continue;
    // Killed between the copy and the new settings.
    ++half;
    EXPECT_THAT(differing(rows, before_), IsEmpty());
    expect_move_refused(scratch->address(), "database_holds_city");
    scratch = std::make_unique<Scratch>(Engine::postgres);
  }
  // Also where only the old file's new name was missing.
  if (fs::exists(city() / "plumbline.db")) take(scratch->address());
  EXPECT_FALSE(fs::exists(city() / "plumbline.db"));
  EXPECT_THAT(differing(dump(scratch->address()), before_), IsEmpty());
  expect_verified();

  auto const left = dump(scratch->address());
  is_there = false;
  for (int round = 1; round <= rounds && !is_there; ++round) {
    is_there = kill_move("sqlite", back * round / rounds);
    EXPECT_THAT(differing(dump(scratch->address()), left), IsEmpty());
    if (!is_there) fs::remove(city() / "plumbline.db");  // as its refusal says
  }
  if (!is_there) take("sqlite");
  EXPECT_THAT(differing(dump(address_of(city())), left), IsEmpty());
  expect_verified();
  EXPECT_GT(killed, rounds / 2);
  std::cout << killed << " moves were killed, " << half << " of them with the copy done\n";
}

// What init makes is gone again when it fails, and nothing else.
TEST_F(MoveTest, AFailedInitLeavesNothing) {
  auto const folder = scratch_ / "made" / "new";
  auto const init = [&](std::string const& origin, std::string const& database) {
    std::vector<std::string> words{"init", "--data",   folder.string(), "--jurisdiction",
                                   "3715", "--origin", origin};
    if (!database.empty()) words.insert(words.end(), {"--database", database});
    return words;
  };
  for (auto const* bad : {"nope", "a b.example/log", "log+key.example", "Office.example/log",
                          "https://office.example/log", "office.example/", "office..example/log",
                          "-office.example/log", "office.example//log", "/log", "办公.cn"})
    expect_refused(init(bad, ""), "bad_origin");
  EXPECT_NE(said().find("quality.example.gov.cn/log"), std::string::npos) << "an example is shown";
  expect_refused(init("office.example/log", nowhere), "database_unreachable");
  EXPECT_FALSE(fs::exists(scratch_ / "made"));

  // The second key is there already: the first, made by now, goes; what others put there stays.
  fs::create_directories(folder / "keys");
  std::ofstream(folder / "keys" / "log-sm2.key") << "theirs";
  expect_refused(init("office.example/log", ""), "key_exists");
  std::vector<std::string> left;
  for (auto const& place : fs::recursive_directory_iterator(folder))
    left.push_back(fs::relative(place.path(), folder).string());
  std::ranges::sort(left);
  EXPECT_EQ(left, (std::vector<std::string>{"keys", "keys/log-sm2.key"}));
  fs::remove_all(scratch_ / "made");

  if (!has_server()) return;
  // A server that refuses after the keys were made: there is no schema to make tables in.
  auto const lost =
      store::testing::with_database(*store::testing::postgres_address(), "postgres", "no_schema");
  expect_refused(init("office.example/log", lost), "database_failed");
  EXPECT_FALSE(fs::exists(scratch_ / "made"));
  EXPECT_EQ(run(init("office.example", "")), 0) << said();
  expect_refused(init("office.example", ""), "folder_in_use");
}

}  // namespace
}  // namespace plumbline::testing
