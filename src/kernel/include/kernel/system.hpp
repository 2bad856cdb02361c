// A data folder brought to life: database, catalogue, rules, region tree, desk, reads, log publisher.
//
//   DIR/plumbline.json   jurisdiction, origin, database address, blob store
//   DIR/plumbline.db     the database, unless it is PostgreSQL
//   DIR/keys/            signing keys (0700)
//   DIR/blobs/           attachments and draw bodies by SHA-256
//   DIR/public/          what the world may read (log/, draws/)
#pragma once
#include <filesystem>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "base/calendar.hpp"
#include "base/crew.hpp"
#include "base/hash.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "kernel/command.hpp"
#include "kernel/grants.hpp"
#include "kernel/reads.hpp"
#include "kernel/register.hpp"
#include "kernel/rules.hpp"
#include "store/store.hpp"

namespace plumbline::kernel {

class BlobStore;
class LogPublisher;

struct Settings {
  std::string jurisdiction;  // GB/T 2260 code of the prefecture ("3715") or a park's code
  std::string origin;        // name of the log and of its key
  std::string database;      // "" = sqlite:DIR/plumbline.db
};

// The tables are those of an older program: plumbline upgrade.
class OutdatedDatabase : public std::runtime_error {
 public:
  OutdatedDatabase();
};

// The folder's data are on their way to another database (move.hpp): nobody else may open it. what() is the
// folder.
class FolderMoves : public std::runtime_error {
 public:
  explicit FolderMoves(std::filesystem::path const& folder);
};

class System {
 public:
  // Makes a new data folder: keys, tables, the ledger's genesis entry, the region tree down to counties where
  // the jurisdiction is a GB/T 2260 code, and the first administrator ("admin", who may only make accounts
  // and give grants). What a failed attempt made in the folder is gone again. Refused "folder_in_use",
  // "bad_origin", "bad_jurisdiction", "database_holds_city", "database_has_others_tables".
  static Result<Uuid> init(std::filesystem::path const& folder, Settings const& settings,
                           Catalogue const& catalogue, Clock const& clock);
  // Brings the tables of an older program up to this one, each step whole or not at all; a step that was cut
  // off is taken again. Before, the database is copied beside itself (SQLite; of PostgreSQL take pg_dump):
  // answers where the copy lies, "" where there is none, nothing where all is up to date. Throws store::Error
  // for tables that a newer program has made.
  static Result<std::optional<std::filesystem::path>> upgrade(std::filesystem::path const& folder,
                                                              Catalogue const& catalogue, Clock const& clock);
  // Opens one. The catalogue must outlive it. `database` is where its PostgreSQL database is found now, ""
  // where its settings say. Several processes may have one folder open. Throws store::Error,
  // OutdatedDatabase, FolderMoves, std::runtime_error.
  static std::unique_ptr<System> open(std::filesystem::path const& folder, Catalogue const& catalogue,
                                      Clock const& clock, std::string const& database = "");
  virtual ~System() = default;

  virtual Settings const& settings() const = 0;
  virtual std::filesystem::path const& folder() const = 0;
  virtual Catalogue const& catalogue() const = 0;
  virtual Clock const& clock() const = 0;
  virtual store::Database& database() = 0;

  // The desk. submit() parses and validates on the caller's thread and queues; the answer comes after the
  // commit. A full queue answers "busy". After an erasure get() also removes the files it leaves unmentioned.
  virtual std::future<Result<Receipt>> submit(Command command) = 0;
  Result<Receipt> act(Command command) { return Crew::wait_for(submit(std::move(command))); }
  // The import lane: all commands of a chunk in their order, each with its own answer; yields to submit().
  virtual std::vector<Result<Receipt>> submit_chunk(std::vector<Command> commands) = 0;

  virtual Reads& reads() = 0;
  virtual Viewer viewer(Uuid account) = 0;
  virtual std::optional<Uuid> account_of(std::string_view login) = 0;
  virtual std::shared_ptr<RegionTree const> regions() const = 0;  // a snapshot
  virtual RuleBook const& rules() const = 0;
  virtual std::shared_ptr<WorkdayCalendar const> calendar() const = 0;  // a snapshot
  virtual BlobStore& blobs() = 0;
  virtual LogPublisher& log() = 0;

  // Fires every clock that is past due and whose rule says that silence decides; each once, however
  // often and however late this is called. Answers how many fired. Also forgets idempotency keys that are
  // older than limits::idempotency_kept_days, and removes files whose last mention was erased.
  virtual int run_clocks() = 0;
  // Recomputes by logged acts the clocks whose date was provisional and whose year is published by now.
  virtual int recompute_provisional() = 0;

  // A row of an unlogged or rebuildable table, written between two batches.
  virtual Result<void> write_unlogged(store::Sql const& sql, std::vector<store::Value> values) = 0;

  // A short transaction over such tables, decided on what it reads itself: whichever process asks, one after
  // another. A refusal takes everything back. `work` neither begins nor ends it.
  virtual Result<void> write_together(std::function<Result<void>(store::Writer&)> work) = 0;

  // A restored copy takes no acts and signs nothing until it has adopted what was published
  // (recovery.hpp); refused "adopt_first".
  virtual bool awaits_adoption() const = 0;
  virtual void adoption_done() = 0;

  // Alone with the writer, between two batches. For repairs (rebuild), not for acts.
  virtual void exclusive(std::function<void(store::Writer&)> work) = 0;

  // A log entry outside any record (ledger.policy, draw bodies made by followers). Answers its position. An
  // account must hold system_administrator for the whole jurisdiction: refused "forbidden". Nil: the
  // product itself.
  struct Logged {
    std::int64_t seq;
    Hash leaf_hash;
  };
  virtual Result<Logged> log_entry(Uuid account, std::string_view type, std::string_view subject,
                                   Hash const& digest) = 0;
};

}  // namespace plumbline::kernel
