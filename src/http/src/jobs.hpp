// Imports beside the server: a file is taken, checked or brought in with progress, and undone. What was under
// way when the process ended goes on when it starts again. Unlogged rows; the acts themselves are in the log.
#pragma once
#include <atomic>
#include <condition_variable>
#include <deque>
#include <filesystem>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "base/uuid.hpp"
#include "kernel/messages.hpp"
#include "kernel/system.hpp"
#include "reflect/json.hpp"

namespace plumbline::http {

struct Job {
  Uuid id;
  Uuid account;
  std::string kind;  // "check": a dry run; "import"; "undo"
  std::string register_name;
  std::string batch;      // of the import, and of the import an undo takes back
  std::string file_name;  // as it was called
  std::string map;        // JSON as in `plumbline import --map`, "" = headings are the fields' names
  kernel::Language language = kernel::Language::chinese;
  std::string state;   // "waiting", "running", "done", "refused"
  std::string report;  // JSON; of a refused job its problem
  Instant made_at;
  Instant ended_at;  // 0: not yet
  std::int64_t rows_done = 0;
};

class Jobs {
 public:
  explicit Jobs(kernel::System& system);
  ~Jobs();  // stops between two chunks; what was under way waits for the next start
  Jobs(Jobs const&) = delete;
  Jobs& operator=(Jobs const&) = delete;

  // Takes `file` away from where it lies (nothing with an undo). Refused "too_many_jobs",
  // "unsupported_format".
  Result<Uuid> add(Job wish, std::filesystem::path const& file);
  std::optional<Job> find(Uuid account, Uuid id);
  std::vector<Job> of(Uuid account);  // latest first, a page of them
  // The rows that were refused, with reasons; "" where there are none.
  std::filesystem::path errors_of(Job const& job) const;

 private:
  void work(std::stop_token const& stop);
  void run(Job const& job, std::stop_token const& stop);
  Json run_import(Job const& job, std::stop_token const& stop);
  Json run_undo(Job const& job);
  void settle(Uuid id, std::string const& state, std::string const& report);
  void forget_old();
  std::filesystem::path file_of(Job const& job) const;

  kernel::System& system_;
  std::filesystem::path folder_;
  std::mutex mutex_;
  std::condition_variable_any wake_;
  std::deque<Job> waiting_;
  std::map<Uuid, std::int64_t> progress_;  // rows done, of those that run
  std::vector<std::jthread> threads_;      // the last member: stopped and joined first
};

}  // namespace plumbline::http
