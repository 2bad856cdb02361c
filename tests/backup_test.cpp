// A copy taken while people work is whole and equals the original up to its checkpoint; what is killed with
// SIGKILL in the middle of a backup or an import leaves nothing half done. The real program, on SQLite.
#include <spawn.h>

#include <fstream>

#include "serving.hpp"
#include "store/store.hpp"

extern char** environ;

namespace plumbline::testing {
namespace {

using store::Sql;

pid_t start_program(std::vector<std::string> words) {
  std::vector<char*> arguments;
  words.insert(words.begin(), PLUMBLINE_PROGRAM);
  for (auto& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  pid_t child = -1;
  if (::posix_spawn(&child, PLUMBLINE_PROGRAM, nullptr, nullptr, arguments.data(), environ) != 0)
    throw std::runtime_error("cannot start the program");
  return child;
}
int end_of(pid_t child) {
  int status = 0;
  ::waitpid(child, &status, 0);
  return status;
}

class Backup : public ::testing::Test {
 protected:
  void SetUp() override {
    fs::create_directories(scratch_);
    auto const made = kernel::System::init(city(), {"3715", "backup.example/log", ""}, product::catalogue(),
                                           system_clock());
    ASSERT_TRUE(made) << made.refusal().code;
    employ_all(*kernel::System::open(city(), product::catalogue(), system_clock()));
    serve();
  }
  void TearDown() override {
    server_.reset();
    if (!HasFailure()) fs::remove_all(scratch_);
  }

  fs::path city() const { return scratch_ / "city"; }
  // Again on the port people know.
  void serve() {
    std::string const port = std::to_string(port_);
    server_ = std::make_unique<ServerProcess>(city(), scratch_ / "log",
                                              std::vector<std::string>{"--listen", "127.0.0.1:" + port});
    port_ = server_->port();
  }
  Client keeper() {
    Client client(port_);
    EXPECT_EQ(client.sign_in("keeper", password).status, 201);
    return client;
  }
  // What `plumbline restore` makes of a copy; the folder.
  fs::path restored(fs::path const& copy) {
    fs::path const folder = copy.string() + "-restored";
    EXPECT_EQ(end_of(start_program({"restore", copy.string(), "--data", folder.string()})), 0);
    return folder;
  }

  using Leaves = std::map<std::int64_t, std::pair<std::string, std::string>>;  // leaf, body by position
  static Leaves log_of(fs::path const& folder, std::int64_t below) {
    static Sql const entries{"test.log",
                             "select e.seq, e.leaf, coalesce(v.body, '') from entry e left join version v on "
                             "v.jurisdiction = e.jurisdiction and v.entry = e.seq where e.jurisdiction = $1 "
                             "and e.seq < $2 order by e.seq"};
    Leaves leaves;
    auto const database = store::open("sqlite:" + (folder / "plumbline.db").string());
    for (auto const& row : database->reader()->query(entries, {std::string("3715"), below}))
      leaves[store::integer(row[0])] = {store::text(row[1]), store::text(row[2])};
    return leaves;
  }
  // Verified, and the original as it was then.
  void check_copy(fs::path const& copy) {
    auto const folder = restored(copy);
    std::int64_t size = 0;
    {
      auto const system = kernel::System::open(folder, product::catalogue(), system_clock());
      EXPECT_TRUE(system->awaits_adoption());
      auto const audit = kernel::verify_deep(*system);
      EXPECT_TRUE(audit.findings.empty());
      size = audit.entries;
    }
    auto const theirs = log_of(folder, INT64_MAX);
    EXPECT_EQ(static_cast<std::int64_t>(theirs.size()), size);
    EXPECT_EQ(theirs, log_of(city(), size));
    auto const note = ledger::read_text_file(folder / "public" / "log" / "checkpoint");
    ASSERT_TRUE(note);
    auto const checkpoint = ledger::read_checkpoint(*note);
    ASSERT_TRUE(checkpoint);
    EXPECT_LE(static_cast<std::int64_t>(checkpoint->checkpoint.size), size);
    auto vkey = ledger::read_text_file(city() / "public" / "log" / "vkey").value_or("");
    vkey.erase(vkey.find_last_not_of('\n') + 1);
    auto const log = (folder / "public" / "log").string();
    EXPECT_EQ(end_of(start_program({"log", "verify", log, "--vkey", vkey})), 0);
    copied_ += size;
  }

  fs::path scratch_ = fs::temp_directory_path() / ("plumbline-backup-" + hex_encode(random_bytes(8)));
  std::uint16_t port_ = 0;
  std::unique_ptr<ServerProcess> server_;
  std::int64_t copied_ = 0;
};

TEST_F(Backup, UnderLoadEqualsTheOriginalUpToItsCheckpoint) {
  auto client = keeper();
  Load load({port_});
  auto const job = begin_import(client);
  std::vector<fs::path> copies;
  for (int i = 0; i < 2; ++i) {
    load.wait_for(100);
    copies.push_back(scratch_ / ("copy" + std::to_string(i)));
    ASSERT_EQ(end_of(start_program({"backup", "--data", city().string(), copies.back().string()})), 0);
  }
  job_when(client, job, [](Answer const& answer) { return answer.text("state") == "done"; });
  load.finish();
  EXPECT_EQ(server_->end(SIGTERM), 0);
  for (auto const& copy : copies) check_copy(copy);
  check_all(*kernel::System::open(city(), product::catalogue(), system_clock()), load, import_rows);
  std::cout << load.acknowledged() << " acts acknowledged, " << copied_ << " entries in two copies\n";

  // Adopted, the last copy goes on where the original was.
  auto const folder = copies.back().string() + "-restored";
  EXPECT_EQ(end_of(start_program({"restore", "--data", folder, "--adopt", (city() / "public").string()})), 0);
  auto const system = kernel::System::open(folder, product::catalogue(), system_clock());
  EXPECT_FALSE(system->awaits_adoption());
  EXPECT_TRUE(system->log().publish());
}

TEST_F(Backup, ThatIsKilledLeavesNothingUnderItsName) {
  Load load({port_});
  load.wait_for(300);
  int whole = 0;
  for (int round = 0; round < 8; ++round) {
    auto const copy = scratch_ / ("copy" + std::to_string(round));
    auto const child = start_program({"backup", "--data", city().string(), copy.string()});
    load.wait_for(5 + 30 * round);
    ::kill(child, SIGKILL);
    end_of(child);
    if (!fs::exists(copy)) continue;
    ++whole;
    restored(copy);
  }
  load.finish();
  EXPECT_EQ(server_->end(SIGTERM), 0);
  check_all(*kernel::System::open(city(), product::catalogue(), system_clock()), load, 0);
  std::cout << whole << " of 8 were whole before they were killed\n";
}

TEST_F(Backup, GoesOnWhenTheServerIsKilled) {
  auto client = keeper();
  Load load({port_});
  auto const job = begin_import(client);
  job_when(client, job, [](Answer const& answer) { return answer.text("state") == "running"; });
  load.wait_for(100);
  auto const copy = scratch_ / "copy";
  auto const child = start_program({"backup", "--data", city().string(), copy.string()});
  server_->end(SIGKILL);
  EXPECT_EQ(end_of(child), 0);
  serve();
  load.wait_for(100);
  job_when(client, job, [](Answer const& answer) { return answer.text("state") == "done"; });
  load.finish();
  EXPECT_EQ(server_->end(SIGTERM), 0);
  check_copy(copy);
  check_all(*kernel::System::open(city(), product::catalogue(), system_clock()), load, import_rows);
  std::cout << load.acknowledged() << " acts acknowledged, " << load.repeated()
            << " of them asked for again\n";
}

}  // namespace
}  // namespace plumbline::testing
