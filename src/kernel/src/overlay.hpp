// The batch's view of the database: records as earlier acts of the batch left them, and what must be
// written when it commits.
#pragma once
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <unordered_map>
#include <vector>

#include "body.hpp"
#include "kernel/act.hpp"
#include "kernel/ids.hpp"
#include "kernel/register.hpp"
#include "ledger/leaf.hpp"
#include "ledger/tree.hpp"
#include "store/store.hpp"
#include "tables.hpp"

namespace plumbline::kernel {

// What a register needs for writing, made once.
struct RegisterPlan {
  explicit RegisterPlan(Register const& reg);
  Register const* reg;
  BodyPlan body;
  std::vector<Column> columns;
  store::Sql select;  // by id, with the leaf hash of its latest entry
  store::Sql upsert;
  store::Sql remove;
  std::vector<store::Sql> select_unique;  // per column; empty text where the column is not unique
};

// Of every register, by name.
using Plans = std::map<std::string, RegisterPlan, std::less<>>;
Plans plans_of(Catalogue const& catalogue);

// One record within a batch.
struct Working {
  RegisterPlan const* plan = nullptr;
  Uuid id;
  bool exists = false;  // in the registers now
  std::int64_t version = 0;
  std::int64_t entry = -1;  // latest log entry of its chain
  Hash leaf_hash{};
  Bytes sid;  // 16 bytes; names the chain in the log and nothing else
  std::optional<reflect::Object> record;
  Envelope envelope;
  // As the database has them, to write only differences.
  bool row_exists = false;
  std::vector<std::string> row_scopes;
  std::vector<Party> row_parties;
  std::vector<RunningClock> row_clocks;
  std::vector<std::string> row_grams;

  std::uint8_t state() const;
};

struct RecordKey {
  RegisterPlan const* plan;
  Uuid id;
  friend bool operator==(RecordKey const&, RecordKey const&) = default;
};
struct RecordKeyHash {
  std::size_t operator()(RecordKey const& key) const noexcept {
    return std::hash<Uuid>{}(key.id) ^ std::hash<void const*>{}(key.plan);
  }
};

struct ChainHead {
  std::int64_t seq;
  Hash leaf_hash;
  std::int64_t time_micros;
};

// Whether any version of a record is stored.
extern store::Sql const select_used;
// Fills a Working from a row of RegisterPlan::select.
void fill(Working& working, store::Row const& row);

class Overlay {
 public:
  Overlay(std::string jurisdiction, store::Writer& writer)
      : jurisdiction_(std::move(jurisdiction)), writer_(writer) {}

  std::string const& jurisdiction() const { return jurisdiction_; }
  store::Writer& writer() { return writer_; }

  // Known without asking the database?
  bool knows(RecordKey const& key) const { return records_.contains(key); }
  void put(RecordKey const& key, Working working) { records_.insert_or_assign(key, std::move(working)); }
  // A record whose id was made just now: there is nothing to load.
  void put_new(RecordKey const& key) {
    Working working;
    working.plan = key.plan;
    working.id = key.id;
    put(key, std::move(working));
    note_used(key, false);
  }
  // Loads on first use; a record that does not exist is a Working with exists = false.
  Working const& get(RecordKey const& key);
  // Likewise, but a record that an undo took out of the registers comes with its latest body and its place
  // in the log: exists = false, and a `record`, which one that never was has not.
  Working const& get_with_undone(RecordKey const& key);

  // Does the log know the id, in the registers or taken out of them? Its chain has one name for ever.
  bool is_used(RecordKey const& key);
  void note_used(RecordKey const& key, bool used) { used_.insert_or_assign(key, used); }

  // The record holding a unique value; the overlay's own changes first.
  std::optional<Uuid> find_unique(RegisterPlan const& plan, std::size_t column, store::Value const& value);
  void note_unique(RegisterPlan const& plan, std::size_t column, store::Value const& value,
                   std::optional<Uuid> owner);
  bool knows_unique(RegisterPlan const& plan, std::size_t column, store::Value const& value) const;

  std::int64_t last_number(std::string const& series);
  void set_number(std::string const& series, std::int64_t number) { numbers_[series] = {number, true}; }
  std::optional<ChainHead> chain(std::string const& chain);
  void set_chain(std::string const& chain, ChainHead head) { chains_[chain] = {head, true}; }

  // Records, numbers and chains that this batch changed.
  std::vector<RecordKey> const& changed() const { return changed_; }
  void mark_changed(RecordKey const& key);
  template <class Visit>
  void for_numbers(Visit&& visit) const {
    for (auto const& [series, number] : numbers_)
      if (number.second) visit(series, number.first);
  }
  template <class Visit>
  void for_chains(Visit&& visit) const {
    for (auto const& [name, head] : chains_)
      if (head.second && head.first) visit(name, *head.first);
  }

 private:
  using UniqueKey = std::tuple<RegisterPlan const*, std::size_t, store::Value>;
  std::string jurisdiction_;
  store::Writer& writer_;
  std::unordered_map<RecordKey, Working, RecordKeyHash> records_;
  std::unordered_map<RecordKey, bool, RecordKeyHash> used_;  // as the database has it
  std::vector<RecordKey> changed_;
  std::map<UniqueKey, std::optional<Uuid>> unique_;
  std::map<std::string, std::pair<std::int64_t, bool>> numbers_;
  std::map<std::string, std::pair<std::optional<ChainHead>, bool>> chains_;
};

Hash hash_from(store::Value const& value);

}  // namespace plumbline::kernel
