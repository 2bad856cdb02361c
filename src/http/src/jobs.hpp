// Imports beside the server: a file is taken, checked or brought in with progress, and undone. One process of
// the city does them all; what was under way when it ended goes on when it starts again, or in another one.
// Unlogged rows; the acts themselves are in the log.
#pragma once
#include <atomic>
#include <condition_variable>
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
#include "kernel/lease.hpp"
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
  std::string state;   // "waiting", "running", "cancelling", "done", "refused", "cancelled"
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

  // Takes `file` away from where it lies (nothing with an undo). Under a key (Idempotency-Key) that the
  // account has used for the same wish before, the job of then. Refused "too_many_jobs",
  // "unsupported_format", "idempotency_mismatch".
  Result<Uuid> add(Job wish, std::filesystem::path const& file, std::string_view key = "");
  std::optional<Job> find(Uuid account, Uuid id);
  // Ends an import or a check between two chunks; what came in until then is there, to be kept or undone.
  // Refused "illegal_in_state" where it has ended or is an undoing, which leaves nothing half done.
  Result<void> cancel(Job const& job);
  std::vector<Job> of(Uuid account);  // latest first, a page of them
  // The rows that were refused, with reasons; "" where there are none.
  std::filesystem::path errors_of(Job const& job) const;

 private:
  Result<Uuid> keep(Job const& wish, std::filesystem::path const& file);
  void work(std::stop_token const& stop);
  std::optional<Job> next();
  std::optional<Job> row_of(Uuid id);
  void note_progress(Job const& job, std::int64_t rows);
  bool run(Job const& job, std::stop_token const& stop);
  Json run_import(Job const& job, std::stop_token const& stop);
  Json run_undo(Job const& job);
  void settle(Uuid id, std::string const& state, std::string const& report);
  void forget_old();
  std::filesystem::path file_of(Job const& job) const;

  kernel::System& system_;
  std::filesystem::path folder_;
  std::mutex mutex_;
  std::condition_variable_any wake_;
  struct Progress {
    std::int64_t rows = 0;
    Instant told_at;  // to the other processes, and heard from them
  };
  std::map<Uuid, Progress> running_;
  kernel::Lease lease_;
  std::vector<std::jthread> threads_;  // the last member: stopped and joined first
};

}  // namespace plumbline::http
