// The real server as a process, and people at work with it: for tests that kill what people rely on.
#pragma once
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <condition_variable>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <iostream>
#include <map>
#include <mutex>
#include <thread>

#include "base/hash.hpp"
#include "base/identifiers.hpp"
#include "base/limits.hpp"
#include "client.hpp"
#include "kernel/audit.hpp"
#include "kernel/credentials.hpp"
#include "kernel/publisher.hpp"
#include "kernel/system.hpp"
#include "ledger/checkpoint.hpp"
#include "ledger/tile.hpp"
#include "product/catalogue.hpp"

namespace plumbline::testing {

namespace fs = std::filesystem;
using http::testing::Answer;
using http::testing::Client;
using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;

inline constexpr char const* password = "correct horse battery";
inline constexpr int clients = 4;
inline constexpr int import_rows = 3'000;
// Generous, for a machine with other work; the leases end after fifteen seconds.
inline constexpr seconds patience(180);

class ServerProcess {
 public:
  // `more` are further arguments of `plumbline serve`; complaints are added to `log`.
  ServerProcess(fs::path const& folder, fs::path const& log, std::vector<std::string> const& more = {}) {
    std::vector<std::string> words{PLUMBLINE_PROGRAM, "serve", "--data", folder.string()};
    words.insert(words.end(), more.begin(), more.end());
    std::vector<char*> arguments;
    for (auto& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    std::array<int, 2> ends{};
    if (::pipe(ends.data()) != 0) throw std::runtime_error("no pipe");
    child_ = ::fork();
    if (child_ == 0) {
      ::dup2(ends[1], STDOUT_FILENO);
      if (std::freopen(log.c_str(), "a", stderr) == nullptr) _exit(126);
      ::execv(PLUMBLINE_PROGRAM, arguments.data());
      _exit(127);
    }
    ::close(ends[1]);
    std::string said;
    char letter = 0;
    while (::read(ends[0], &letter, 1) == 1 && letter != '\n') said += letter;
    ::close(ends[0]);
    auto const colon = said.rfind(':');
    if (colon == std::string::npos)
      throw std::runtime_error("the server does not start: see " + log.string());
    port_ = static_cast<std::uint16_t>(std::stoi(said.substr(colon + 1)));
  }
  ~ServerProcess() { end(SIGTERM); }
  ServerProcess(ServerProcess const&) = delete;
  ServerProcess& operator=(ServerProcess const&) = delete;

  // Answers what the process ended with.
  int end(int signal) {
    if (child_ <= 0) return 0;
    ::kill(child_, signal);
    int status = 0;
    ::waitpid(child_, &status, 0);
    child_ = -1;
    return status;
  }
  std::uint16_t port() const { return port_; }
  pid_t id() const { return child_; }

 private:
  pid_t child_ = -1;
  std::uint16_t port_ = 0;
};

// ---- the load -----------------------------------------------------------------------------------------

// Whoever waits here goes on at once when the load ends.
class Pace {
 public:
  bool wait(milliseconds time) {
    std::unique_lock lock(mutex_);
    return !wake_.wait_for(lock, time, [this] { return over_; });
  }
  void end() {
    std::lock_guard const lock(mutex_);
    over_ = true;
    wake_.notify_all();
  }
  bool is_over() {
    std::lock_guard const lock(mutex_);
    return over_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable wake_;
  bool over_ = false;
};

struct Firm {
  std::string id;
  int version = 0;  // as many acts as were acknowledged
};

// Officers who create and amend firms and read lists, each at one of the servers until it fails.
class Load {
 public:
  explicit Load(std::vector<std::uint16_t> ports) : ports_(std::move(ports)) {
    for (int number = 0; number < clients; ++number) threads_.emplace_back([this, number] { work(number); });
    threads_.emplace_back([this] { watch_log(); });
  }
  ~Load() { finish(); }
  Load(Load const&) = delete;
  Load& operator=(Load const&) = delete;

  // Until so many more acts were acknowledged.
  void wait_for(int more) {
    int const wanted = acknowledged_ + more;
    auto const until = steady_clock::now() + patience;
    while (acknowledged_ < wanted && !::testing::Test::HasFailure()) {
      if (steady_clock::now() > until) FAIL() << "the service did not resume";
      pace_.wait(milliseconds(20));
    }
  }
  // Everybody ends what they have begun.
  void finish() {
    pace_.end();
    for (auto& thread : threads_)
      if (thread.joinable()) thread.join();
  }
  int acknowledged() const { return acknowledged_; }
  int repeated() const { return repeated_; }
  std::map<std::string, Firm> const& firms() const { return firms_; }
  std::map<std::uint64_t, Hash> const& checkpoints() const { return checkpoints_; }

 private:
  // The same request again and again, at one server and the other, until one of them has done it.
  Answer insist(int number, std::size_t& at, std::map<std::size_t, Client>& known, std::string const& target,
                std::string const& body, std::string const& key) {
    auto const until = steady_clock::now() + patience;
    for (bool again = false; steady_clock::now() < until; again = true) {
      try {
        if (!known.contains(at)) {
          Client client(ports_[at]);
          auto const in = client.sign_in("officer" + std::to_string(number), password);
          if (in.status == 201) known.emplace(at, std::move(client));
        }
        if (auto const client = known.find(at); client != known.end()) {
          auto const answer = client->second.ask("POST", target, body, {{"Idempotency-Key", key}});
          if (answer.status == 200 || answer.status == 201) {
            repeated_ += again ? 1 : 0;
            return answer;
          }
          // Refused for a reason, and not for want of a server or a database: a defect.
          if (answer.status >= 400 && answer.status < 500 && answer.status != 401) {
            ADD_FAILURE() << target << ": " << answer.status << ' ' << answer.body;
            return answer;
          }
          if (answer.status == 401) known.erase(at);
        }
      } catch (std::exception const&) {
        known.erase(at);  // that server is gone
      }
      at = (at + 1) % ports_.size();
      std::unique_lock lock(breath_mutex_);
      breath_.wait_for(lock, milliseconds(50));
    }
    ADD_FAILURE() << "given up: " << target;
    return {};
  }

  static std::string firm_named(std::string const& name, std::string const& key) {
    return R"({"name":")" + name + R"(","region":"371581","identifiers":[{"scheme":"test","value":")" + key +
           R"("}]})";
  }
  void work(int number) {
    std::size_t at = static_cast<std::size_t>(number) % ports_.size();
    std::map<std::size_t, Client> known;
    for (int turn = 0; !pace_.is_over() && !::testing::Test::HasFailure(); ++turn) {
      std::string const name = "c" + std::to_string(number) + "-" + std::to_string(turn);
      auto const made = insist(number, at, known, "/api/v1/firm", firm_named("试验企业" + name, name), name);
      if (made.text("id").empty()) return;
      note(name, {made.text("id"), 1});
      pace_.wait(milliseconds(15));
      if (turn % 3 != 0) continue;
      auto const amended = insist(number, at, known, "/api/v1/firm/" + made.text("id") + "/update",
                                  firm_named("更名企业" + name, name), name + "-update");
      if (amended.text("id").empty()) return;
      note(name, {made.text("id"), 2});
    }
  }
  void note(std::string const& name, Firm firm) {
    std::lock_guard const lock(mutex_);
    firms_[name] = std::move(firm);
    ++acknowledged_;
  }

  // What the world was shown: none of it may be taken back.
  void watch_log() {
    do {
      for (auto const port : ports_) {
        try {
          auto const answer = Client(port).get("/log/checkpoint");
          if (answer.status != 200) continue;
          auto const read = ledger::read_checkpoint(answer.body);
          if (!read) {
            ADD_FAILURE() << "no checkpoint: " << answer.body;
            return;
          }
          std::lock_guard const lock(mutex_);
          auto const [known, fresh] = checkpoints_.emplace(read->checkpoint.size, read->checkpoint.root);
          if (!fresh && known->second != read->checkpoint.root) ADD_FAILURE() << "a fork";
        } catch (std::exception const&) {
        }
      }
    } while (pace_.wait(milliseconds(100)));
  }

  std::vector<std::uint16_t> ports_;
  Pace pace_;
  std::mutex breath_mutex_;
  std::condition_variable breath_;
  std::atomic<int> acknowledged_{0};
  std::atomic<int> repeated_{0};
  std::mutex mutex_;
  std::map<std::string, Firm> firms_;
  std::map<std::uint64_t, Hash> checkpoints_;
  std::vector<std::thread> threads_;
};

// ---- the city -----------------------------------------------------------------------------------------

inline Uuid act(kernel::System& system, std::string const& register_name, std::string const& action,
                std::string const& payload) {
  kernel::Command command;
  command.register_name = register_name;
  command.action = action;
  command.payload = payload;
  auto const done = system.act(command);
  if (!done) throw std::runtime_error(done.refusal().code);
  return done->record;
}
inline void employ(kernel::System& system, std::string const& login, std::string const& role) {
  Uuid const account = act(system, "account", "create", R"({"login":")" + login + R"(","name":"王五"})");
  act(system, "grant", "give",
      R"({"account":")" + to_string(account) + R"(","role":")" + role +
          R"(","scope":"3715","valid_from":"2020-01-01"})");
  ASSERT_TRUE(kernel::set_password(system, account, password));
}

// Officers for the load and somebody who imports.
inline void employ_all(kernel::System& system) {
  for (int number = 0; number < clients; ++number)
    employ(system, "officer" + std::to_string(number), "officer");
  employ(system, "keeper", "system_administrator");
}

// Answers where to look.
inline std::string begin_import(Client& keeper) {
  std::string rows = "name,region,uscc\n";
  for (unsigned i = 1; i <= import_rows; ++i)
    rows += "导入企业" + std::to_string(i) + ",371581," + *make_uscc("91", "371581", std::uint64_t{i}) + "\n";
  auto const begun = keeper.ask("POST", "/api/v1/firm/import?name=firms.csv", rows,
                                {{"Content-Type", "text/csv"}, {"Idempotency-Key", "firms"}});
  EXPECT_EQ(begun.status, 202) << begun.body;
  return "/api/v1/jobs/" + begun.text("id");
}
// Asks until the job is as wished.
inline Answer job_when(Client& keeper, std::string const& job,
                       std::function<bool(Answer const&)> const& as_wished) {
  Pace pace;
  auto const until = steady_clock::now() + patience;
  while (steady_clock::now() < until) {
    auto answer = keeper.get(job);
    if (as_wished(answer)) return answer;
    pace.wait(milliseconds(100));
  }
  ADD_FAILURE() << "the import stands still";
  return {};
}

// With nothing but what is in the database and on disk now: every act that was acknowledged, each once, and
// every checkpoint that was shown.
inline void check_all(kernel::System& system, Load const& load, std::int64_t imported) {
  auto const viewer = kernel::system_viewer("3715");
  for (auto const& [name, firm] : load.firms()) {
    auto const found = system.reads().get(viewer, "firm", *parse_uuid(firm.id));
    ASSERT_TRUE(found) << "acknowledged and missing: " << name;
    ASSERT_EQ(found->version, firm.version) << name;
  }
  kernel::Query all;
  std::int64_t firms = 0;
  all.limit = static_cast<int>(limits::page_size_max);
  do {
    auto const page = system.reads().list(viewer, "firm", all);
    ASSERT_TRUE(page) << page.refusal().code;
    firms += static_cast<std::int64_t>(page->items.size());
    all.cursor = page->next;
  } while (!all.cursor.empty());
  EXPECT_EQ(firms, static_cast<std::int64_t>(load.firms().size()) + imported) << "each exactly once";
  for (auto const& finding : kernel::verify_deep(system).findings)
    ADD_FAILURE() << finding.code << ' ' << finding.register_name << ' ' << finding.record << ' '
                  << finding.detail;
  auto const published = system.log().publish();
  ASSERT_TRUE(published) << published.refusal().code << ' ' << published.refusal().detail;
  ledger::TileFolder const tiles(system.folder() / "public" / "log");
  auto const size = static_cast<std::uint64_t>(published->size);
  for (auto const& [old_size, root] : load.checkpoints()) {
    ASSERT_LE(old_size, size) << "a checkpoint that was shown is larger than the log";
    auto const now = ledger::root_from(ledger::tile_hashes(tiles, size), old_size);
    ASSERT_TRUE(now) << now.refusal().code;
    ASSERT_EQ(*now, root) << "the checkpoint shown at " << old_size << " is contradicted";
  }
}

}  // namespace plumbline::testing
