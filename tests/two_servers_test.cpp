// Two server processes on one PostgreSQL database, as a city runs them: one is killed, the database is
// restarted, or falls over to its replica. Nothing acknowledged is missing, nothing is there twice, the log
// does not fork, and work goes on by itself. The servers are the real program, killed with SIGKILL.
#include <fstream>

#include "serving.hpp"

namespace plumbline::testing {
namespace {

class Postgres {
 public:
  explicit Postgres(fs::path state, fs::path const& replica_of = {}) : state_(std::move(state)) {
    if (replica_of.empty())
      run("start");
    else
      run("replica", replica_of.string());
  }
  ~Postgres() { run("stop"); }
  Postgres(Postgres const&) = delete;
  Postgres& operator=(Postgres const&) = delete;

  void crash() { run("crash"); }
  void start_again() { run("again"); }
  void promote() { run("promote"); }
  fs::path const& state() const { return state_; }
  std::string socket() const {
    std::ifstream in(state_ / "home");
    std::string home;
    in >> home;
    return home;
  }

 private:
  void run(std::string const& verb, std::string const& more = "") {
    std::string const command = std::string(PLUMBLINE_SOURCE_DIR) + "/scripts/postgres.sh " + verb + " '" +
                                state_.string() + "' " + more + " >/dev/null";
    if (std::system(command.c_str()) != 0) ADD_FAILURE() << command;
  }
  fs::path state_;
};

class TwoServers : public ::testing::Test {
 protected:
  void SetUp() override {
    scratch_ = fs::temp_directory_path() / ("plumbline-two-" + hex_encode(random_bytes(8)));
    fs::create_directories(scratch_);
    database_ = std::make_unique<Postgres>(scratch_ / "one");
  }
  void TearDown() override {
    servers_.clear();
    replica_.reset();
    database_.reset();
    if (!HasFailure()) fs::remove_all(scratch_);
  }

  std::string address() const {
    std::string const hosts = database_->socket() + (replica_ ? "," + replica_->socket() : "");
    return "postgres:///postgres?host=" + hosts + "&user=postgres&target_session_attrs=read-write";
  }
  fs::path folder() const { return scratch_ / "city"; }

  void found_city() {
    auto const made = kernel::System::init(folder(), {"3715", "two.example/log", address()},
                                           product::catalogue(), system_clock());
    ASSERT_TRUE(made) << made.refusal().code;
    auto const system = kernel::System::open(folder(), product::catalogue(), system_clock());
    employ_all(*system);
  }
  void start_servers() {
    for (int i = 0; i < 2; ++i)
      servers_.push_back(std::make_unique<ServerProcess>(
          folder(), scratch_ / ("log" + std::to_string(i)),
          std::vector<std::string>{"--listen", "127.0.0.1:0", "--database", address()}));
  }
  std::vector<std::uint16_t> ports() const {
    std::vector<std::uint16_t> out;
    for (auto const& server : servers_) out.push_back(server->port());
    return out;
  }

  // With nothing but what is in the database and on disk now.
  void check(Load const& load, std::int64_t imported) {
    servers_.clear();
    auto const system = kernel::System::open(folder(), product::catalogue(), system_clock(), address());
    check_all(*system, load, imported);
    EXPECT_GT(load.checkpoints().size(), 1U);
    std::cout << load.acknowledged() << " acts acknowledged, " << load.repeated()
              << " of them asked for again, " << load.checkpoints().size() << " checkpoints seen\n";
  }

  fs::path scratch_;
  std::unique_ptr<Postgres> database_;
  std::unique_ptr<Postgres> replica_;
  std::vector<std::unique_ptr<ServerProcess>> servers_;
};

TEST_F(TwoServers, OneIsKilledAndTheDatabaseRestarted) {
  found_city();
  start_servers();
  Client keeper(servers_[1]->port());
  ASSERT_EQ(keeper.sign_in("keeper", password).status, 201);
  Load load(ports());
  load.wait_for(200);
  auto const job = begin_import(keeper);
  // The first one signs, watches the clocks and does the import: it came first.
  auto const running = job_when(keeper, job, [](Answer const& answer) {
    auto const document = answer.json();
    auto const* rows = document.find("rows_done");
    return rows != nullptr && rows->as_integer() != nullptr && *rows->as_integer() > 0;
  });
  EXPECT_EQ(running.text("state"), "running") << "seen from the other server";
  servers_[0]->end(SIGKILL);
  load.wait_for(200);
  database_->crash();
  database_->start_again();
  load.wait_for(200);
  auto const done =
      job_when(keeper, job, [](Answer const& answer) { return answer.text("state") == "done"; });
  load.finish();
  std::cout << "import: " << done.body << '\n';
  EXPECT_EQ(servers_[1]->end(SIGTERM), 0);
  check(load, import_rows);
}

TEST_F(TwoServers, TheDatabaseFallsOverToItsReplica) {
  replica_ = std::make_unique<Postgres>(scratch_ / "two", database_->state());
  found_city();
  start_servers();
  Load load(ports());
  load.wait_for(200);
  database_->crash();
  replica_->promote();
  load.wait_for(200);
  load.finish();
  check(load, 0);
}

}  // namespace
}  // namespace plumbline::testing
