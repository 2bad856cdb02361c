// One batch of acts on an overlay: decides each in order, then holds everything the commit must write.
#pragma once
#include <set>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "desk.hpp"

namespace plumbline::kernel {

// A workflow's place in the log: entries made by this batch, in order.
struct NewEntry {
  std::int64_t seq;
  Hash leaf_hash;
  std::string leaf;
};
struct NewVersion {
  std::int64_t entry;
  RegisterPlan const* plan;
  Uuid record;
  std::int64_t version;
  std::string action;
  Uuid account;
  std::string batch;
  std::string body;
  Bytes salts;
};

struct BatchContext {
  std::string const& jurisdiction;
  Instant at;
  Date today;
  Directory const& directory;
  RuleBook const& rules;
  std::unordered_map<std::string, RegisterPlan const*> const& plans;
};

class ActImpl;

class BatchRun {
 public:
  BatchRun(BatchContext const& context, store::Writer& writer, ledger::CompactRange const& range,
           std::int64_t schema_seq);

  // Decides one command. A refusal leaves no trace.
  Result<Receipt> decide(Prepared const& prepared);
  // Queues every row with the writer. Call once, after the last decide().
  void write();

  bool wrote_anything() const { return !entries_.empty() || !extra_.empty(); }
  // The last leaf of the batch; null when it appended none. Stays as it is after write().
  NewEntry const* last_entry() const { return entries_.empty() ? nullptr : &entries_.back(); }
  bool touched_directory() const { return touched_directory_; }
  ledger::CompactRange const& range() const { return range_; }
  std::int64_t schema_seq() const { return schema_seq_; }

  // Prefetched answers.
  Overlay& overlay() { return overlay_; }
  void note_repeat(std::string key, store::Row const& row);

 private:
  friend class ActImpl;
  struct Repeat {
    Hash payload_hash;
    Receipt receipt;
  };
  static std::string repeat_key(Uuid const& account, std::string const& key);
  bool is_active(Uuid account) const;
  Viewer const& viewer(Uuid account);
  // Erasure may leave a record without what it must have, and that must not stop all later acts on it. An
  // act answers for what it changes: a problem goes when an erasure named the field and `now`, the record as
  // the act wants it, has the field as the act found it. What was filled in again is required again, and a
  // field that was never erased, or that a new record lacks, stays a problem.
  void forgive_erased(RecordKey const& key, void const* now, std::vector<Problem>& problems);
  std::set<std::string> erased_fields(RecordKey const& key);
  Result<Receipt> decide_new(Prepared const& prepared);
  Result<Receipt> decide_step(Prepared const& prepared, KnownAccount const* account);
  Envelope const& placed_now(Working const& working, Envelope& room);
  Result<Receipt> decide_builtin(Prepared const& prepared, KnownAccount const* account);
  Result<Receipt> decide_raw(Prepared const& prepared, std::string const& actor);
  Result<Receipt> erase(Prepared const& prepared, std::string const& actor, RecordKey const& key);
  Result<Receipt> undo(Prepared const& prepared, std::string const& actor, RecordKey const& key);
  Result<Receipt> decide_clock(Prepared const& prepared, std::string const& actor, RecordKey const& key);
  // Appends a leaf and answers its position.
  NewEntry const& append(std::string_view actor, Hash const& digest, std::optional<Hash> const& prev,
                         std::string const& subject, std::string const& type);
  NewEntry const& append_leaf(Hash const& hash, std::string leaf);
  Receipt commit_version(std::string_view actor, Uuid account, Working working, std::string const& action,
                         std::string const& import_batch);
  void write_record(RecordKey const& key);

  BatchContext const& context_;
  store::Writer& writer_;
  Overlay overlay_;
  ledger::CompactRange range_;
  std::int64_t schema_seq_;
  bool touched_directory_ = false;
  std::vector<NewEntry> entries_;
  std::vector<NewVersion> versions_;
  std::vector<store::Statement> extra_;  // erasures, unlogged rows
  std::unordered_map<std::string, std::optional<Repeat>> repeats_;
  struct NewRepeat {
    Uuid account;
    std::string key;
    Hash payload_hash;
    Receipt receipt;
  };
  std::vector<NewRepeat> new_repeats_;
  std::unordered_map<Uuid, Viewer> viewers_;
};

}  // namespace plumbline::kernel
