#include "kernel/audit.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <unordered_map>

#include "body.hpp"
#include "derive.hpp"
#include "kernel/blobs.hpp"
#include "kernel/publisher.hpp"
#include "kernel/recovery.hpp"
#include "ledger/checkpoint.hpp"
#include "ledger/files.hpp"
#include "ledger/keys.hpp"
#include "ledger/leaf.hpp"
#include "ledger/tile.hpp"
#include "overlay.hpp"
#include "personal.hpp"
#include "tables.hpp"

namespace plumbline::kernel {
namespace {

using store::Sql;
using store::Value;

constexpr std::size_t findings_max = 1'000;

Sql const select_head{"audit.head", "select size, frontier from ledger_head where jurisdiction = $1"};
Sql const stream_entries{"audit.entries",
                         "select seq, leaf_hash, leaf from entry where jurisdiction = $1 order by seq"};
Sql const stream_versions{
    "audit.versions",
    "select v.register_name, v.record, v.entry, v.version, v.action, v.recorded_at, v.body, v.salts, "
    "v.closed, e.leaf, "
    "e.leaf_hash, v.account from version v join entry e on e.jurisdiction = v.jurisdiction and e.seq = "
    "v.entry where "
    "v.jurisdiction = $1 order by v.register_name, v.record, v.entry"};
Sql const stream_unversioned{
    "audit.unversioned",
    "select e.seq, e.leaf from entry e where e.jurisdiction = $1 and not exists (select 1 from version v "
    "where v.jurisdiction = e.jurisdiction and v.entry = e.seq) order by e.seq"};
Sql const select_scopes{
    "audit.scopes",
    "select scope from record_scope where jurisdiction = $1 and register_name = $2 and record = $3 "
    "order by scope"};
Sql const select_parties{
    "audit.parties",
    "select party, role from record_party where jurisdiction = $1 and register_name = $2 and "
    "record = $3 order by party, role"};
Sql const select_gram{
    "audit.gram",
    "select 1 from name_gram where jurisdiction = $1 and register_name = $2 and gram = $3 and record = $4"};
Sql const select_clocks{
    "audit.clocks",
    "select position, rule, edition, status, triggered_on, due_on, provisional, ended_on from clock "
    "where jurisdiction = $1 and register_name = $2 and record = $3 order by position"};
Sql const stream_numbers{"audit.numbers",
                         "select series, last_number from number_series where jurisdiction = $1"};
Sql const stream_chains{"audit.chains",
                        "select chain, seq, leaf_hash from chain_head where jurisdiction = $1"};

// Everything between its beginning and its end comes from one moment of the database.
class Snapshot {
 public:
  explicit Snapshot(store::Database& database) : reader_(database.reader()) { reader_->begin_snapshot(); }
  ~Snapshot() { reader_->end_snapshot(); }
  Snapshot(Snapshot const&) = delete;
  Snapshot& operator=(Snapshot const&) = delete;
  store::Reader& reader() { return *reader_; }

 private:
  std::unique_ptr<store::Reader> reader_;
};

void report(Audit& audit, std::string code, std::string_view register_name, std::string record,
            std::string detail = "") {
  if (audit.findings.size() < findings_max)
    audit.findings.push_back(
        {std::move(code), std::string(register_name), std::move(record), std::move(detail)});
}

// The latest versions of one record, as the log tells them.
struct Told {
  RegisterPlan const* plan = nullptr;
  Working working;
  Instant at;
  std::vector<IssuedNumber> numbers;
  std::set<std::pair<std::int64_t, std::string>> closed;  // entry and field without its value
  std::set<std::pair<std::int64_t, std::string>> erased;  // as erasures in the log name them
  bool lost_erasure = false;
};

// Entries [from, to) that came back from the publication after a restore, without their bodies.
using Adopted = std::vector<std::pair<std::int64_t, std::int64_t>>;
bool is_adopted(Adopted const& adopted, std::int64_t seq) {
  return std::ranges::any_of(adopted,
                             [&](auto const& range) { return range.first <= seq && seq < range.second; });
}

// Reads all versions in the order register, record, entry and gives each record once, as its last version
// left it. `check`: sees every version before (null: none wanted).
class Replay {
 public:
  Replay(store::Reader& reader, std::string place, Plans const& plans)
      : reader_(reader), place_(std::move(place)), plans_(plans) {}

  Audit* audit = nullptr;
  Progress progress;
  std::int64_t total = 0;
  std::unordered_map<Uuid, std::string> log_ids;  // of all accounts; wanted with `audit`
  Adopted adopted;                                // likewise

  void run(std::function<void(Told const&)> const& each) {
    std::vector<Value> const values{place_};
    std::int64_t done = 0;
    reader_.stream(stream_versions, values, [&](store::Row const& row) {
      take(row, each);
      if (++done % 10'000 == 0 && progress) progress(done, total);
      return true;
    });
    if (told_) conclude(each);
  }

 private:
  void take(store::Row const& row, std::function<void(Told const&)> const& each) {
    auto const plan = plans_.find(store::text(row[0]));
    Uuid const id = uuid_from(row[1]);
    if (plan == plans_.end()) {
      if (audit != nullptr) report(*audit, "register_unknown", store::text(row[0]), to_string(id));
      return;
    }
    if (!told_ || told_->plan != &plan->second || told_->working.id != id) {
      if (told_) conclude(each);
      told_.emplace();
      told_->plan = &plan->second;
      told_->working.plan = &plan->second;
      told_->working.id = id;
    }
    auto const leaf = ledger::parse_leaf(store::text(row[9]));
    if (!leaf) {
      if (audit != nullptr) report(*audit, "log_broken", plan->first, to_string(id), "entry is no leaf");
      return;
    }
    if (audit != nullptr) check(row, *leaf, plan->first, id);
    apply(row, *leaf);
  }

  void check(store::Row const& row, ledger::LeafView const& leaf, std::string const& register_name, Uuid id) {
    ++audit->versions;
    auto const seq = std::to_string(store::integer(row[2]));
    if (leaf.type != register_name + "." + store::text(row[4]))
      report(*audit, "action_differs", register_name, to_string(id), "entry " + seq);
    if (store::integer(row[5]) / 1'000'000 != leaf.time_s)
      report(*audit, "time_differs", register_name, to_string(id), "entry " + seq);
    std::string const sid(leaf.subject.substr(leaf.subject.find('/') + 1));
    if (!told_->working.sid.empty() && hex_encode(told_->working.sid) != sid)
      report(*audit, "subject_differs", register_name, to_string(id), "entry " + seq);
    if (store::text(row[8]) == lost_body) {
      ++audit->lost_bodies;
      if (!is_adopted(adopted, store::integer(row[2])))
        report(*audit, "body_missing", register_name, to_string(id), "entry " + seq);
      return;
    }
    Uuid const account = uuid_from(row[11]);
    auto const actor = log_ids.find(account);
    if (leaf.actor != (account.is_nil()         ? std::string_view("system")
                       : actor == log_ids.end() ? std::string_view()
                                                : std::string_view(actor->second)))
      report(*audit, "actor_differs", register_name, to_string(id), "entry " + seq);
    try {
      Hash const digest =
          store::text(row[4]) == "erase"
              ? sha256(store::text(row[6]))
              : digest_of(commitments_of(store::text(row[6]), store::blob(row[7]), store::text(row[8])));
      if (digest != leaf.digest)
        report(*audit, "digest_mismatch", register_name, to_string(id), "entry " + seq);
    } catch (std::exception const& broken) {
      report(*audit, "digest_mismatch", register_name, to_string(id), "entry " + seq + ": " + broken.what());
    }
    if (auto const& closed = store::text(row[8]); !closed.empty())
      if (auto const list = parse_json(closed); list && list->as_object() != nullptr)
        for (auto const& [name, commitment] : *list->as_object()) {
          ++audit->erased_fields;
          told_->closed.emplace(store::integer(row[2]), name);
        }
    if (store::text(row[4]) != "erase") return;
    if (auto const erasure = ledger::parse_erasure(store::text(row[6])))
      for (auto const erased : erasure->seqs)
        for (auto const& name : erasure->fields) told_->erased.emplace(erased, name);
  }

  // Every value that is gone was taken by an erasure in the log. One whose own body was lost tells nothing.
  void conclude(std::function<void(Told const&)> const& each) {
    if (audit != nullptr && !told_->lost_erasure)
      for (auto const& [seq, name] : told_->closed)
        if (!told_->erased.contains({seq, name}))
          report(*audit, "erasure_not_logged", told_->plan->reg->name, to_string(told_->working.id),
                 "entry " + std::to_string(seq) + " " + name);
    each(*told_);
  }

  void apply(store::Row const& row, ledger::LeafView const& leaf) {
    auto& working = told_->working;
    working.entry = store::integer(row[2]);
    std::ranges::copy(store::blob(row[10]), working.leaf_hash.begin());
    if (auto const sid = hex_decode(leaf.subject.substr(leaf.subject.find('/') + 1))) working.sid = *sid;
    working.version = store::integer(row[3]);
    if (store::text(row[8]) == lost_body) {
      told_->lost_erasure = told_->lost_erasure || store::text(row[4]) == "erase";
      return;
    }
    told_->at = Instant{store::integer(row[5])};
    if (store::text(row[4]) == "erase") return;
    auto body = parse_body(*told_->plan->reg, store::text(row[6]));
    if (audit != nullptr && body.id != working.id)
      report(*audit, "record_differs", told_->plan->reg->name, to_string(working.id),
             "its body names another id");
    working.record.emplace(std::move(body.record));
    working.envelope = std::move(body.envelope);
    working.exists = working.envelope.state != state_undone;
    told_->numbers.insert(told_->numbers.end(), working.envelope.numbers.begin(),
                          working.envelope.numbers.end());
  }

  store::Reader& reader_;
  std::string place_;
  Plans const& plans_;
  std::optional<Told> told_;
};

std::unordered_map<Uuid, std::string> log_ids_of(store::Reader& reader, std::string const& place,
                                                 Plans const& plans) {
  std::unordered_map<Uuid, std::string> log_ids;
  auto const plan = plans.find("account");
  if (plan == plans.end()) return log_ids;
  Sql const all{"audit.accounts",
                "select id, body from " + table_name(*plan->second.reg) + " where jurisdiction = $1"};
  std::vector<Value> const values{place};
  reader.stream(all, values, [&](store::Row const& row) {
    auto const body = parse_body(*plan->second.reg, store::text(row[1]));
    log_ids.emplace(uuid_from(row[0]), static_cast<Account const*>(body.record.data())->log_id);
    return true;
  });
  return log_ids;
}

Adopted adopted_ranges(System& system, std::set<Hash> const& logged) {
  Adopted adopted;
  auto const folder = system.folder() / "public" / "log";
  if (logged.empty() || !std::filesystem::exists(folder)) return adopted;
  for (auto const& file : std::filesystem::directory_iterator(folder)) {
    if (!file.path().filename().string().starts_with("adopt-")) continue;
    auto const text = ledger::read_text_file(file.path());
    if (!text || !logged.contains(sha256(*text))) continue;
    auto const report = parse_json(*text);
    auto const* from = report ? report->find("from") : nullptr;
    auto const* to = report ? report->find("to") : nullptr;
    if (from != nullptr && to != nullptr && from->as_integer() && to->as_integer())
      adopted.emplace_back(*from->as_integer(), *to->as_integer());
  }
  return adopted;
}

// Entries of chains that are no record's, as an adoption brought them back: rows of adopted_leaf.
using AdoptedLeaves = std::set<std::pair<std::string, std::int64_t>>;  // chain, seq

bool is_of_record(ledger::LeafView const& leaf, Plans const& plans) {
  auto const slash = leaf.chain().find('/');
  return slash != std::string_view::npos && plans.contains(std::string(leaf.chain().substr(0, slash)));
}

AdoptedLeaves adopted_leaves(store::Reader& reader, std::string const& place, Plans const& plans,
                             Adopted const& adopted) {
  AdoptedLeaves leaves;
  if (adopted.empty()) return leaves;
  std::vector<Value> const values{place};
  reader.stream(stream_unversioned, values, [&](store::Row const& row) {
    auto const seq = store::integer(row[0]);
    auto const leaf = ledger::parse_leaf(store::text(row[1]));
    if (is_adopted(adopted, seq) && leaf && !is_of_record(*leaf, plans)) leaves.emplace(leaf->chain(), seq);
    return true;
  });
  return leaves;
}

void check_adopted(store::Reader& reader, std::string const& place, AdoptedLeaves leaves, Audit& audit) {
  static Sql const select{"audit.adopted",
                          "select chain, seq from adopted_leaf where jurisdiction = $1 order by chain, seq"};
  for (auto const& row : reader.query(select, {place})) {
    auto const& chain = store::text(row[0]);
    if (leaves.erase({chain, store::integer(row[1])}) == 0)
      report(audit, "row_unknown", "adopted_leaf", chain, "entry " + std::to_string(store::integer(row[1])));
  }
  for (auto const& [chain, seq] : leaves)
    report(audit, "row_missing", "adopted_leaf", chain, "entry " + std::to_string(seq));
}

// Acts on records whose version is gone: the leaf names the register and the record's id in the log.
void check_unversioned(store::Reader& reader, std::string const& place, Plans const& plans,
                       Adopted const& adopted, Audit& audit) {
  std::vector<Value> const values{place};
  reader.stream(stream_unversioned, values, [&](store::Row const& row) {
    auto const seq = store::integer(row[0]);
    if (is_adopted(adopted, seq)) return true;
    auto const leaf = ledger::parse_leaf(store::text(row[1]));
    if (!leaf || !is_of_record(*leaf, plans)) return true;  // no leaf: the log's own scan tells
    std::string const chain(leaf->chain());
    auto const slash = chain.find('/');
    auto const plan = plans.find(chain.substr(0, slash));
    Sql const by_sid{"audit.by_sid", "select id from " + table_name(*plan->second.reg) +
                                         " where jurisdiction = $1 and sid = $2"};
    auto const sid = hex_decode(chain.substr(slash + 1)).value_or(Bytes{});
    auto const known = reader.query(by_sid, {place, sid});
    report(audit, "version_missing", plan->first,
           known.empty() ? chain.substr(slash + 1) : to_string(uuid_from(known[0][0])),
           "entry " + std::to_string(seq));
    return true;
  });
}

// Fields that name a stored file: `<what>_blob` anywhere, `sha256` in a register of attachments.
bool names_file(std::string_view field, Register const& reg) {
  return field.ends_with("_blob") || (reg.placed_with && field == "sha256");
}
bool may_name_file(reflect::Type const& type, Register const& reg) {
  reflect::Type const* inner = &type;
  while (inner->element != nullptr) inner = inner->element;
  return std::ranges::any_of(inner->fields, [&](reflect::Field const& field) {
    return names_file(field.name, reg) || may_name_file(*field.type, reg);
  });
}
void each_file(Json const& value, Register const& reg, std::function<void(Hash const&)> const& use) {
  if (auto const* list = value.as_array())
    for (auto const& item : *list) each_file(item, reg, use);
  if (auto const* object = value.as_object())
    for (auto const& [name, item] : *object) {
      auto const* text = item.as_text();
      auto const hash =
          text != nullptr && names_file(name, reg) ? hash_from_hex(*text) : std::optional<Hash>();
      if (hash) use(*hash);
      each_file(item, reg, use);
    }
}

// Asks for the files that records name.
class FileCheck {
 public:
  FileCheck(BlobStore& blobs, Audit& audit) : blobs_(blobs), audit_(audit) {}

  void record(Told const& told) {
    auto const& reg = *told.plan->reg;
    auto const [known, fresh] = names_files_.try_emplace(&reg);
    if (fresh) known->second = may_name_file(*reg.type, reg);
    if (!known->second || !told.working.exists) return;
    each_file(reflect::to_json(*reg.type, told.working.record->data(), reflect::Sight::all), reg,
              [&](Hash const& file) {
                if (blobs_.open(file) == nullptr)
                  report(audit_, "file_missing", reg.name, to_string(told.working.id), to_hex(file));
              });
  }

 private:
  BlobStore& blobs_;
  Audit& audit_;
  std::map<Register const*, bool> names_files_;
};

std::string row_select(RegisterPlan const& plan) {
  std::string names = "jurisdiction, id, version, state, entry, updated_at, sid, body";
  for (auto const& column : plan.columns) names += ", " + quoted(column.field->name);
  return "select " + names + " from " + table_name(*plan.reg) + " where jurisdiction = $1 and id = $2";
}

std::string first_difference(RegisterPlan const& plan, std::vector<Value> const& wanted,
                             store::Row const& found) {
  static constexpr std::string_view fixed[] = {"jurisdiction", "id",         "version", "state",
                                               "entry",        "updated_at", "sid",     "body"};
  for (std::size_t i = 0; i < wanted.size(); ++i)
    if (i >= found.size() || wanted[i] != found[i])
      return std::string(i < std::size(fixed) ? fixed[i] : plan.columns[i - std::size(fixed)].field->name);
  return "";
}

std::optional<Hash> published_policy(System& system) {
  auto const text = ledger::read_text_file(system.folder() / "public" / "log" / "policy");
  return text ? std::optional(sha256(*text)) : std::nullopt;
}

// `before`: the file's, read before the log. One that changed meanwhile may agree now.
void check_policy(System& system, std::optional<Hash> const& before, std::optional<Hash> const& logged,
                  Audit& audit) {
  if (before != logged && published_policy(system) != logged)
    report(audit, "policy_differs", "log", "policy");
}

// What the log says beyond the records.
struct Scanned {
  std::map<std::string, ChainHead> chains;      // that are not records: no register's name before the slash
  std::optional<Hash> policy;                   // in force: digest of the latest ledger.policy
  std::map<std::string, std::int64_t> numbers;  // the last of each series that subjects show
  std::set<Hash> adoptions;                     // digests of ledger.adopt
};

// Compares what one record stands for with what the tables hold.
class Comparison {
 public:
  Comparison(store::Reader& reader, std::string place, Scanned scanned, Audit& audit)
      : reader_(reader),
        place_(std::move(place)),
        chains_(std::move(scanned.chains)),
        numbers_(std::move(scanned.numbers)),
        audit_(audit) {}

  void record(Told const& told) {
    auto const& plan = *told.plan;
    std::string const name(plan.reg->name);
    std::string const id = to_string(told.working.id);
    auto rows = derive(told.working, place_, told.at);
    auto const [position, fresh] = selects_.try_emplace(&plan);
    if (fresh) position->second = {"audit.record", row_select(plan)};
    auto const found = reader_.query(position->second, {place_, id_bytes(told.working.id)});
    if (rows.record.empty() != found.empty()) {
      report(audit_, found.empty() ? "row_missing" : "row_unknown", name, id);
    } else if (!found.empty()) {
      ++expected_[name];
      ++audit_.rows;
      if (auto const column = first_difference(plan, rows.record, found.front()); !column.empty())
        report(audit_, "row_differs", name, id, "column " + column);
    }
    side(select_scopes, name, told, rows.scopes, "record_scope");
    std::ranges::sort(rows.parties);
    side(select_parties, name, told, rows.parties, "record_party");
    side(select_clocks, name, told, rows.clocks, "clock");
    grams(name, told, rows.grams);
    for (auto const& number : told.numbers)
      numbers_[number.series] = std::max(numbers_[number.series], number.number);
  }

  // Rows that no record of the log stands for, and the tables that are not records.
  void finish(Plans const& plans) {
    for (auto const& [name, plan] : plans) {
      Sql const count{"audit.count",
                      "select count(*) from " + table_name(*plan.reg) + " where jurisdiction = $1"};
      std::int64_t const there = store::integer(reader_.query(count, {place_}).at(0).at(0));
      if (there != expected_[name]) unknown_rows(plan);
    }
    for (auto const table : {"record_scope", "record_party", "clock", "name_gram"}) {
      Sql const count{"audit.count",
                      std::string("select count(*) from ") + table + " where jurisdiction = $1"};
      std::int64_t const there = store::integer(reader_.query(count, {place_}).at(0).at(0));
      if (there != expected_[table])
        report(audit_, "row_unknown", table, "",
               std::to_string(there) + " rows, " + std::to_string(expected_[table]) + " in the log");
    }
    std::map<std::string, std::int64_t> last;
    for (auto const& row : reader_.query(stream_numbers, {place_}))
      last[store::text(row[0])] = store::integer(row[1]);
    for (auto const& [series, number] : numbers_)
      if (last[series] != number)
        report(audit_, "row_differs", "number_series", series, std::to_string(last[series]));
    for (auto const& [series, number] : last)
      if (!numbers_.contains(series) && number != 0) report(audit_, "row_unknown", "number_series", series);
    for (auto const& row : reader_.query(stream_chains, {place_})) {
      auto const head = chains_.find(store::text(row[0]));
      if (head == chains_.end() || head->second.seq != store::integer(row[1]) ||
          head->second.leaf_hash != hash_from(row[2]))
        report(audit_, "row_differs", "chain_head", store::text(row[0]));
      chains_.erase(store::text(row[0]));
    }
    for (auto const& [chain, head] : chains_) report(audit_, "row_missing", "chain_head", chain);
  }

 private:
  void side(Sql const& select, std::string const& name, Told const& told, store::Rows const& wanted,
            std::string const& table) {
    auto const found = reader_.query(select, {place_, name, id_bytes(told.working.id)});
    expected_[table] += static_cast<std::int64_t>(found.size());
    audit_.rows += static_cast<std::int64_t>(found.size());
    if (found != wanted) report(audit_, "row_differs", name, to_string(told.working.id), "table " + table);
  }

  // Those that are there beside the wanted ones show in the table's count.
  void grams(std::string const& name, Told const& told, std::vector<std::string> const& wanted) {
    Bytes const id = id_bytes(told.working.id);
    expected_["name_gram"] += static_cast<std::int64_t>(wanted.size());
    audit_.rows += static_cast<std::int64_t>(wanted.size());
    for (auto const& gram : wanted)
      if (reader_.query(select_gram, {place_, name, gram, id}).empty())
        return report(audit_, "row_differs", name, to_string(told.working.id), "table name_gram");
  }

  void unknown_rows(RegisterPlan const& plan) {
    Sql const strays{"audit.strays",
                     "select id from " + table_name(*plan.reg) +
                         " r where jurisdiction = $1 and not exists (select 1 from version v where "
                         "v.jurisdiction = r.jurisdiction and v.register_name = $2 and v.record = r.id)"};
    std::vector<Value> const values{place_, std::string(plan.reg->name)};
    reader_.stream(strays, values, [&](store::Row const& row) {
      report(audit_, "row_unknown", plan.reg->name, to_string(uuid_from(row[0])));
      return true;
    });
  }

  store::Reader& reader_;
  std::string place_;
  std::map<std::string, ChainHead> chains_;
  std::map<std::string, std::int64_t> numbers_;
  Audit& audit_;
  std::map<RegisterPlan const*, Sql> selects_;
  std::map<std::string, std::int64_t> expected_;
};

// What was signed, as it was published when this was asked; nothing where nothing was or it is not ours.
std::optional<ledger::Checkpoint> published_checkpoint(System& system, Audit& audit) {
  auto const note = ledger::read_text_file(system.folder() / "public" / "log" / "checkpoint");
  if (!note) return {};
  auto const read = ledger::read_checkpoint(*note);
  auto const size = read ? static_cast<std::int64_t>(read->checkpoint.size) : 0;
  auto const opened = ledger::open_checkpoint(*note, *ledger::parse_vkey(system.log().vkey_at(size)));
  if (opened) return opened->checkpoint;
  report(audit, "checkpoint_invalid", "log", "", opened.refusal().code);
  return {};
}

// Reads every leaf. `checkpoint`: must be a beginning of the log; it is older than the reader's snapshot.
class LogScan {
 public:
  LogScan(store::Reader& reader, std::string place, Plans const& plans, Audit& audit)
      : reader_(reader), place_(std::move(place)), plans_(plans), audit_(audit) {}

  std::optional<ledger::Checkpoint> checkpoint;
  Progress progress;

  Scanned run() {
    auto const head = reader_.query(select_head, {place_});
    if (head.empty()) {
      report(audit_, "log_broken", "ledger_head", place_, "missing");
      return {};
    }
    std::int64_t const size = store::integer(head[0][0]);
    if (checkpoint && checkpoint->size == 0 && checkpoint->root != range_.root())
      report(audit_, "checkpoint_differs", "log", "0");
    std::vector<Value> const values{place_};
    reader_.stream(stream_entries, values, [&](store::Row const& row) {
      take(row);
      if (++audit_.entries % 10'000 == 0 && progress) progress(audit_.entries, size);
      return true;
    });
    if (checkpoint && checkpoint->size > range_.size())
      report(audit_, "checkpoint_ahead", "log", std::to_string(checkpoint->size));
    auto const kept = ledger::CompactRange::deserialise(store::blob(head[0][1]));
    if (static_cast<std::uint64_t>(size) != range_.size() || !kept || !(*kept == range_))
      report(audit_, "row_differs", "ledger_head", place_);
    return std::move(scanned_);
  }

 private:
  void take(store::Row const& row) {
    std::int64_t const seq = store::integer(row[0]);
    auto const& text = store::text(row[2]);
    Hash const hash = ledger::leaf_hash(bytes_of(text));
    if (hash != hash_from(row[1])) report(audit_, "entry_hash", "entry", std::to_string(seq));
    for (; expected_ < seq && audit_.findings.size() < findings_max; ++expected_)
      report(audit_, "entry_missing", "entry", std::to_string(expected_));
    expected_ = seq + 1;
    auto const leaf = ledger::parse_leaf(text);
    if (!leaf || leaf->seq != static_cast<std::uint64_t>(seq)) {
      report(audit_, "log_broken", "entry", std::to_string(seq), leaf ? "seq" : leaf.refusal().code);
    } else {
      if (leaf->time_s < last_time_) report(audit_, "time_order", "entry", std::to_string(seq));
      last_time_ = leaf->time_s;
      std::string const chain(leaf->chain());
      if (!is_of_record(*leaf, plans_)) scanned_.chains[chain] = {seq, hash, leaf->time_s * 1'000'000};
      if (leaf->type == "ledger.policy") scanned_.policy = leaf->digest;
      if (leaf->type == "ledger.adopt") scanned_.adoptions.insert(leaf->digest);
      if (auto const number = static_cast<std::int64_t>(leaf->number()); number > 0) {
        auto& last = scanned_.numbers[chain];
        last = std::max(last, number);
      }
    }
    range_.append(hash);
    if (checkpoint && range_.size() == checkpoint->size && range_.root() != checkpoint->root)
      report(audit_, "checkpoint_differs", "log", std::to_string(checkpoint->size));
  }

  store::Reader& reader_;
  std::string place_;
  Plans const& plans_;
  Audit& audit_;
  Scanned scanned_;
  ledger::CompactRange range_;
  std::int64_t expected_ = 0;
  std::int64_t last_time_ = 0;
};

}  // namespace

// The checkpoint is read before the snapshot begins: read later it could be ahead of what is compared.
Audit verify_log(System& system, Progress const& progress) {
  Audit audit;
  auto const checkpoint = published_checkpoint(system, audit);
  auto const policy = published_policy(system);
  auto const plans = plans_of(system.catalogue());
  Snapshot snapshot(system.database());
  LogScan scan(snapshot.reader(), system.settings().jurisdiction, plans, audit);
  scan.checkpoint = checkpoint;
  scan.progress = progress;
  check_policy(system, policy, scan.run().policy, audit);
  return audit;
}

Audit verify_deep(System& system, Progress const& progress) {
  Audit audit;
  std::string const place = system.settings().jurisdiction;
  auto const checkpoint = published_checkpoint(system, audit);
  auto const policy = published_policy(system);
  auto const plans = plans_of(system.catalogue());
  {
    Snapshot snapshot(system.database());
    LogScan scan(snapshot.reader(), place, plans, audit);
    scan.checkpoint = checkpoint;
    scan.progress = progress;
    auto scanned = scan.run();
    check_policy(system, policy, scanned.policy, audit);
    auto const adopted = adopted_ranges(system, scanned.adoptions);
    Comparison comparison(snapshot.reader(), place, std::move(scanned), audit);
    FileCheck files(system.blobs(), audit);
    Replay replay(snapshot.reader(), place, plans);
    replay.audit = &audit;
    replay.adopted = adopted;
    replay.log_ids = log_ids_of(snapshot.reader(), place, plans);
    replay.progress = progress;
    replay.total = audit.entries;
    replay.run([&](Told const& told) {
      comparison.record(told);
      files.record(told);
    });
    comparison.finish(plans);
    check_unversioned(snapshot.reader(), place, plans, adopted, audit);
    check_adopted(snapshot.reader(), place, adopted_leaves(snapshot.reader(), place, plans, adopted), audit);
  }
  system.blobs().for_each([&](Hash const& name) {
    auto const content = system.blobs().open(name);
    if (!content) return;
    Hasher hasher;
    std::string buffer(64 * 1024, '\0');
    while (content->read(buffer.data(), static_cast<std::streamsize>(buffer.size())) || content->gcount() > 0)
      hasher.update(std::string_view(buffer).substr(0, static_cast<std::size_t>(content->gcount())));
    if (hasher.finish() != name) report(audit, "blob_differs", "blobs", to_hex(name));
  });
  return audit;
}

namespace {

// Writes every derived row anew. The reader's snapshot begins after the writer has locked the log's head.
class Rebuilding {
 public:
  Rebuilding(System& system, store::Reader& reader, store::Writer& writer, Plans const& plans)
      : system_(system),
        reader_(reader),
        writer_(writer),
        place_(system.settings().jurisdiction),
        plans_(plans) {}

  void run(Progress const& progress) {
    Audit ignored;
    auto scanned = LogScan(reader_, place_, plans_, ignored).run();
    numbers_ = std::move(scanned.numbers);
    clear();
    Replay replay(reader_, place_, plans_);
    replay.progress = progress;
    replay.total = ignored.entries;
    std::int64_t waiting = 0;
    replay.run([&](Told const& told) {
      record(told);
      if (++waiting % 1'000 == 0) writer_.flush();
    });
    for (auto const& [series, number] : numbers_)
      writer_.write(derived_sql::upsert_number, {place_, series, number});
    for (auto const& [chain, head] : scanned.chains)
      writer_.write(derived_sql::upsert_chain,
                    {place_, chain, head.seq, Bytes(head.leaf_hash.begin(), head.leaf_hash.end())});
    auto const adopted = adopted_ranges(system_, scanned.adoptions);
    for (auto const& [chain, seq] : adopted_leaves(reader_, place_, plans_, adopted))
      writer_.write(derived_sql::insert_adopted, {place_, chain, seq});
  }

 private:
  void clear() {
    std::vector<Sql> clears;
    for (auto const& table : kernel_tables())
      if (table.kind == TableKind::derived)
        clears.push_back(
            {"rebuild.clear", "delete from " + std::string(table.name) + " where jurisdiction = $1"});
    for (auto const& [name, plan] : plans_)
      clears.push_back(
          {"rebuild.clear", "delete from " + table_name(*plan.reg) + " where jurisdiction = $1"});
    for (auto const& sql : clears) writer_.write(sql, {place_});
    writer_.flush();
  }

  void record(Told const& told) {
    auto rows = derive(told.working, place_, told.at);
    std::string const name(told.plan->reg->name);
    Bytes const id = id_bytes(told.working.id);
    if (!rows.record.empty()) writer_.write(told.plan->upsert, std::move(rows.record));
    for (auto& row : rows.scopes) writer_.write(derived_sql::insert_scope, {place_, name, row[0], id});
    for (auto& row : rows.parties)
      writer_.write(derived_sql::insert_party, {place_, name, row[0], id, row[1]});
    for (auto& gram : rows.grams) writer_.write(derived_sql::insert_gram, {place_, name, gram, id});
    for (auto& row : rows.clocks) {
      std::vector<Value> values{place_, name, id};
      std::ranges::move(row, std::back_inserter(values));
      writer_.write(derived_sql::upsert_clock, std::move(values));
    }
    for (auto const& number : told.numbers)
      numbers_[number.series] = std::max(numbers_[number.series], number.number);
  }

  System& system_;
  store::Reader& reader_;
  store::Writer& writer_;
  std::string place_;
  Plans const& plans_;
  std::map<std::string, std::int64_t> numbers_;
};

}  // namespace

// Reading and writing happen under one lock: no act of this or another process falls in between.
void rebuild(System& system, Progress const& progress) {
  auto const plans = plans_of(system.catalogue());
  std::string const place = system.settings().jurisdiction;
  Sql const lock = head_lock(system.database().engine());
  system.exclusive([&](store::Writer& writer) {
    writer.begin();
    store::Statement const ask{&lock, {place}};
    writer.fetch({&ask, 1});
    Snapshot snapshot(system.database());
    Rebuilding(system, snapshot.reader(), writer, plans).run(progress);
    writer.commit();
  });
}

Result<std::string> opening(System& system, Viewer const& viewer, std::string_view register_name, Uuid id,
                            std::int64_t version, std::vector<std::string> const& fields) {
  static Sql const find{
      "audit.opening",
      "select entry, body, salts, closed from version where jurisdiction = $1 and register_name = $2 "
      "and record = $3 and version = $4 and action <> 'erase'"};
  auto const* reg = system.catalogue().find(register_name);
  if (reg == nullptr) return refuse("unknown_register", "", std::string(register_name));
  if (!system.reads().get(viewer, register_name, id)) return refuse("not_found");
  bool const masked = viewer.sight(*reg) != reflect::Sight::all;
  auto const rows = system.database().reader()->query(
      find, {viewer.jurisdiction, std::string(register_name), id_bytes(id), version});
  if (rows.empty()) return refuse("not_found", "/version", std::to_string(version));
  ledger::Opening opened;
  opened.seq = static_cast<std::uint64_t>(store::integer(rows[0][0]));
  std::set<std::string> wanted(fields.begin(), fields.end());
  for (auto const& field :
       commitments_of(store::text(rows[0][1]), store::blob(rows[0][2]), store::text(rows[0][3]))) {
    ledger::OpenedField out{field.name, field.commitment, {}};
    if (wanted.erase(field.name) > 0) {
      auto const* described = reg->type->find(field.name);
      if (masked && described != nullptr && holds_personal(*described))
        return refuse("forbidden", "/fields", field.name);
      if (!field.canonical) return refuse("erased", "/fields", field.name);
      out.value = ledger::OpenedField::Value{*field.canonical, *field.salt};
    }
    opened.fields.push_back(std::move(out));
  }
  if (!wanted.empty()) return refuse("unknown_field", "/fields", *wanted.begin());
  return ledger::format_opening(opened);
}

}  // namespace plumbline::kernel
