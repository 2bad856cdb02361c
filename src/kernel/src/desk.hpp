// The desk: one writer per jurisdiction. Commands wait in two bounded queues (people, imports); whatever
// waited while the last commit ran becomes the next batch: one transaction, one commit, then every command
// is answered. A refusal is decided in memory and harms no neighbour.
#pragma once
#include <condition_variable>
#include <deque>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <thread>
#include <unordered_map>
#include <vector>

#include "base/limits.hpp"
#include "directory.hpp"
#include "kernel/command.hpp"
#include "kernel/register.hpp"
#include "kernel/registers.hpp"
#include "kernel/rules.hpp"
#include "kernel/system.hpp"
#include "ledger/tree.hpp"
#include "overlay.hpp"
#include "store/store.hpp"

namespace plumbline::kernel {

// A trial is decided like an act and then forgotten: nothing is written.
enum class Purpose : std::uint8_t { act, trial };

// A command parsed and checked off the writer.
struct Prepared {
  Purpose purpose = Purpose::act;
  Command command;
  RegisterPlan const* plan = nullptr;
  Action const* action = nullptr;  // null for builtins and raw log entries
  Builtin const* builtin = nullptr;
  std::optional<reflect::Object> payload;
  Hash payload_hash{};
  // Required members that the payload lacks and that may have been erased (BatchRun::forgive_erased).
  std::vector<Problem> missing;
  bool new_id = false;  // the desk made the record's id: nothing has it yet
  // A log entry outside any record.
  struct Raw {
    std::string type;
    std::string subject;
    Hash digest;
  };
  std::optional<Raw> raw;
  // A statement on an unlogged or rebuildable table.
  std::optional<store::Statement> unlogged;
  // Alone with the writer between two batches (rebuild, migrations).
  std::function<void(store::Writer&)> exclusive;
  bool keeps_directory = false;  // the work above touches nothing the directory shows
  std::promise<Result<Receipt>> answer;
};

class BatchRun;
struct NewEntry;

class Desk {
 public:
  Desk(store::Database& database, Catalogue const& catalogue, RuleBook const& rules, Clock const& clock,
       std::string jurisdiction);
  ~Desk();

  std::future<Result<Receipt>> submit(Command command);
  std::future<Result<Receipt>> submit_raw(Uuid account, Prepared::Raw raw);
  std::future<Result<Receipt>> submit_unlogged(store::Statement statement);
  // Runs `work` on the desk's thread between two batches; its exceptions come back through the future.
  std::future<Result<Receipt>> submit_exclusive(std::function<void(store::Writer&)> work);
  Result<void> write_together(std::function<Result<void>(store::Writer&)> work);
  std::vector<Result<Receipt>> submit_chunk(std::vector<Command> commands, Purpose purpose = Purpose::act);

  // The directory in memory, and the one that also knows what other processes have written.
  std::shared_ptr<Directory const> directory() const;
  std::shared_ptr<Directory const> current_directory();

 private:
  using Batch = std::vector<std::unique_ptr<Prepared>>;
  // Statements to ask before deciding, and what to do with each answer (the first ask is the head's).
  struct Prefetch {
    std::vector<store::Statement> asks;
    std::vector<std::function<void(BatchRun&, store::Rows&)>> uses;
  };
  Prefetch prefetch(std::span<std::unique_ptr<Prepared>> batch) const;
  Result<std::unique_ptr<Prepared>> prepare(Command command) const;
  std::future<Result<Receipt>> enqueue(std::unique_ptr<Prepared> prepared);
  void run();
  Batch take_batch();
  void process(Batch& batch);
  void process_exclusive(Prepared& prepared);
  void process_once(std::span<std::unique_ptr<Prepared>> batch);
  void process_singly(Batch& batch, store::Error const& first);
  bool was_committed(NewEntry const& last);
  std::shared_ptr<Directory const> keep(std::shared_ptr<Directory const> fresh);
  std::shared_ptr<Directory const> reload_directory();
  std::shared_ptr<Directory const> follow_directory(Directory const& known, std::int64_t since);
  Refusal refusal_of(store::Error const& error, Prepared const& prepared) const;

  store::Database& database_;
  Catalogue const& catalogue_;
  RuleBook const& rules_;
  Clock const& clock_;
  std::string jurisdiction_;
  std::deque<RegisterPlan> plans_;
  std::unordered_map<std::string, RegisterPlan const*> plan_by_name_;
  store::Sql select_head_;

  std::unique_ptr<store::Writer> writer_;

  mutable std::mutex directory_mutex_;
  std::shared_ptr<Directory const> directory_;

  std::mutex mutex_;
  std::condition_variable waiting_;
  std::deque<std::unique_ptr<Prepared>> people_;
  std::deque<std::unique_ptr<Prepared>> imports_;
  int batches_since_people_ = 0;
  int people_batches_ = 0;  // since the last one of an import
  bool stopping_ = false;
  std::thread thread_;
};

// What a failure of the database is to whoever asked for something.
Refusal refusal_of(store::Error const& error);

// What submit_chunk() would answer: the commands of the chunk know of each other, nothing is written.
std::vector<Result<Receipt>> try_chunk(System& system, std::vector<Command> commands);

}  // namespace plumbline::kernel
