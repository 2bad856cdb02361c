// kill -9 at random moments under load: nothing acknowledged is missing, no half act, no signed checkpoint
// contradicted. The writer is this very program, started again with --write FOLDER; it reports every
// acknowledgement and every published checkpoint on a pipe before it goes on.
//
//   crash_test [--rounds=N]     20 rounds by default; 200 for an acceptance
#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <charconv>
#include <chrono>
#include <filesystem>
#include <iostream>
#include <map>
#include <optional>
#include <sstream>
#include <thread>

#include "base/hash.hpp"
#include "kernel/audit.hpp"
#include "kernel/publisher.hpp"
#include "kernel/system.hpp"
#include "ledger/checkpoint.hpp"
#include "ledger/tile.hpp"
#include "product/catalogue.hpp"
#include "reflect/codec.hpp"

namespace plumbline {
namespace {

namespace fs = std::filesystem;
using kernel::Command;
using kernel::Role;

int rounds = 20;
// A folder is checked whole after every round; a fresh one after so many keeps many rounds affordable.
constexpr int rounds_per_folder = 20;
std::string own_path;

using product::catalogue;

// One line at a time, whole or not at all (shorter than PIPE_BUF).
void tell(std::string const& line) {
  if (::write(STDOUT_FILENO, line.data(), line.size()) != static_cast<ssize_t>(line.size())) _exit(3);
}

Command firm(Uuid officer, std::string const& key) {
  Command command;
  command.register_name = "firm";
  command.action = "create";
  command.account = officer;
  command.idempotency_key = key;
  command.payload = R"({"name":"试验企业)" + key +
                    R"(","region":"371581","identifiers":[{"scheme":"test","value":")" + key + R"("}]})";
  return command;
}

int write_until_killed(fs::path const& folder, std::string const& run) {
  auto const system = kernel::System::open(folder, catalogue(), system_clock());
  auto const officer = *system->account_of("officer");
  tell("ready\n");
  std::atomic<int> next{0};
  std::vector<std::thread> writers;
  for (int i = 0; i < 8; ++i)
    writers.emplace_back([&] {
      while (true) {
        std::string const key = run + "-" + std::to_string(next++);
        auto const receipt = system->act(firm(officer, key));
        if (!receipt) {
          tell("refused " + receipt.refusal().code + "\n");
          _exit(4);
        }
        tell("done " + key + " " + to_string(receipt->record) + " " + std::to_string(receipt->entry) + "\n");
      }
    });
  while (true) {
    auto const published = system->log().publish();
    if (!published) {
      tell("refused publish " + published.refusal().code + "\n");
      _exit(5);
    }
    auto const checkpoint = ledger::read_checkpoint(published->note);
    tell("signed " + std::to_string(published->size) + " " + to_hex(checkpoint->checkpoint.root) + "\n");
  }
}

// What one run said before it died.
struct Heard {
  std::map<std::string, std::pair<Uuid, std::int64_t>> acknowledged;  // key → record, entry
  std::map<std::uint64_t, std::string> signed_roots;
  std::string refusal;
};

Heard listen_and_kill(fs::path const& folder, std::string const& run, int kill_after_ms) {
  int ends[2];
  if (::pipe(ends) != 0) throw std::runtime_error("no pipe");
  pid_t const child = ::fork();
  if (child == 0) {
    ::dup2(ends[1], STDOUT_FILENO);
    ::close(ends[0]);
    ::close(ends[1]);
    ::execl(own_path.c_str(), own_path.c_str(), "--write", folder.c_str(), run.c_str(),
            static_cast<char*>(nullptr));
    _exit(127);
  }
  ::close(ends[1]);
  using std::chrono::steady_clock;
  std::string text;
  char buffer[4096];
  std::optional<steady_clock::time_point> kill_at;  // set when the writer is at work
  while (true) {
    int wait_ms = -1;
    if (kill_at) {
      auto const left = std::chrono::duration_cast<std::chrono::milliseconds>(*kill_at - steady_clock::now());
      wait_ms = std::max(0, static_cast<int>(left.count()));
    }
    pollfd waiting{ends[0], POLLIN, 0};
    if (::poll(&waiting, 1, wait_ms) == 0) {
      ::kill(child, SIGKILL);
      kill_at.reset();
      continue;
    }
    auto const count = ::read(ends[0], buffer, sizeof buffer);
    if (count <= 0) break;
    bool const was_ready = text.find("ready\n") != std::string::npos;
    text.append(buffer, static_cast<std::size_t>(count));
    if (!was_ready && text.find("ready\n") != std::string::npos)
      kill_at = steady_clock::now() + std::chrono::milliseconds(kill_after_ms);
  }
  ::close(ends[0]);
  ::waitpid(child, nullptr, 0);

  Heard heard;
  std::istringstream lines(text.substr(0, text.rfind('\n') + 1));
  for (std::string word; lines >> word;) {
    if (word == "done") {
      std::string key;
      std::string id;
      std::int64_t entry = 0;
      lines >> key >> id >> entry;
      heard.acknowledged[key] = {*parse_uuid(id), entry};
    } else if (word == "signed") {
      std::uint64_t size = 0;
      std::string root;
      lines >> size >> root;
      heard.signed_roots[size] = root;
    } else if (word == "refused") {
      std::getline(lines, heard.refusal);
    }
  }
  return heard;
}

void prepare(fs::path const& folder) {
  auto const made =
      kernel::System::init(folder, {"3715", "crash.example/log", ""}, catalogue(), system_clock());
  ASSERT_TRUE(made) << made.refusal().code;
  auto const system = kernel::System::open(folder, catalogue(), system_clock());
  Command command;
  command.register_name = "account";
  command.action = "create";
  command.payload = R"({"login":"officer","name":"王五"})";
  auto const account = system->act(command);
  ASSERT_TRUE(account) << account.refusal().code;
  kernel::Grant grant;
  grant.account = account->record;
  grant.role = Role::officer;
  grant.scope = "3715";
  grant.valid_from = make_date(2020, 1, 1);
  command.register_name = "grant";
  command.action = "give";
  command.payload = reflect::to_text(grant);
  ASSERT_TRUE(system->act(command));
}

void check_after_restart(fs::path const& folder, Heard const& heard,
                         std::map<std::uint64_t, std::string> const& signed_roots) {
  auto const system = kernel::System::open(folder, catalogue(), system_clock());
  auto const viewer = kernel::system_viewer("3715");
  for (auto const& [key, receipt] : heard.acknowledged) {
    auto const found = system->reads().get(viewer, "firm", receipt.first);
    ASSERT_TRUE(found) << "acknowledged and missing: " << key;
    ASSERT_EQ(found->entry, receipt.second) << key;
  }
  auto const audit = kernel::verify_deep(*system);
  for (auto const& finding : audit.findings)
    ADD_FAILURE() << finding.code << ' ' << finding.register_name << ' ' << finding.record << ' '
                  << finding.detail;
  auto const published = system->log().publish();
  ASSERT_TRUE(published) << published.refusal().code << ' ' << published.refusal().detail;
  ledger::TileFolder const tiles(folder / "public" / "log");
  auto const size = static_cast<std::uint64_t>(published->size);
  for (auto const& [old_size, root] : signed_roots) {
    ASSERT_LE(old_size, size) << "a signed checkpoint is larger than the log";
    auto const now = ledger::root_from(ledger::tile_hashes(tiles, size), old_size);
    ASSERT_TRUE(now) << now.refusal().code;
    ASSERT_EQ(to_hex(*now), root) << "the checkpoint signed at " << old_size << " is contradicted";
  }
}

struct Tally {
  std::size_t acknowledged = 0;
  std::size_t checkpoints = 0;
};

void kill_again_and_again(int times, Tally& tally) {
  fs::path const folder = fs::temp_directory_path() / ("plumbline-crash-" + hex_encode(random_bytes(8)));
  prepare(folder);
  std::map<std::uint64_t, std::string> signed_roots;
  for (int round = 0; round < times && !::testing::Test::HasFailure(); ++round) {
    auto const random = random_bytes(2);
    int const kill_after_ms = 5 + (random[0] | random[1] << 8) % 250;
    Heard const heard = listen_and_kill(folder, "r" + std::to_string(round), kill_after_ms);
    EXPECT_EQ(heard.refusal, "");
    tally.acknowledged += heard.acknowledged.size();
    signed_roots.insert(heard.signed_roots.begin(), heard.signed_roots.end());
    check_after_restart(folder, heard, signed_roots);
  }
  tally.checkpoints += signed_roots.size();
  fs::remove_all(folder);
}

TEST(Crash, NothingAcknowledgedIsLostWhenTheProcessIsKilled) {
  Tally tally;
  int done = 0;
  while (done < rounds && !HasFailure()) {
    int const times = std::min(rounds - done, rounds_per_folder);
    kill_again_and_again(times, tally);
    done += times;
  }
  std::cout << done << " rounds, " << tally.acknowledged << " acts acknowledged, " << tally.checkpoints
            << " checkpoints signed\n";
  EXPECT_GT(tally.acknowledged, 0U);
  EXPECT_GT(tally.checkpoints, 0U);
}

}  // namespace
}  // namespace plumbline

int main(int argc, char** argv) {
  using namespace plumbline;
  own_path = fs::read_symlink("/proc/self/exe");
  if (argc == 4 && std::string_view(argv[1]) == "--write") return write_until_killed(argv[2], argv[3]);
  ::testing::InitGoogleTest(&argc, argv);
  for (int i = 1; i < argc; ++i) {
    std::string_view const option = argv[i];
    if (option.starts_with("--rounds="))
      std::from_chars(option.data() + 9, option.data() + option.size(), rounds);
  }
  return RUN_ALL_TESTS();
}
