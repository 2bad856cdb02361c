#include "batch.hpp"

#include <algorithm>
#include <stdexcept>

#include "act_impl.hpp"
#include "base/deadline.hpp"
#include "base/limits.hpp"
#include "derive.hpp"
#include "directory.hpp"
#include "kernel/entitlement.hpp"
#include "kernel/registers.hpp"
#include "ledger/leaf.hpp"
#include "personal.hpp"

namespace plumbline::kernel {
namespace {

using store::Sql;
using store::Value;

Sql const insert_entry{"entry.insert",
                       "insert into entry (jurisdiction, seq, leaf_hash, leaf) values ($1, $2, $3, $4)"};
Sql const insert_version{"version.insert",
                         "insert into version (jurisdiction, entry, register_name, record, version, action, "
                         "account, recorded_at, batch, "
                         "body, salts, closed) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, '')"};
Sql const insert_repeat{
    "idempotency.insert",
    "insert into idempotency (jurisdiction, account, key, payload_hash, record, version, entry, "
    "state, recorded_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)"};
Sql const update_head{"head.update",
                      "update ledger_head set size = $2, last_time = $3, frontier = $4, schema_seq = $5 "
                      "where jurisdiction = $1"};
Sql const select_versions{"version.of_record",
                          "select entry, version, action, batch, body, salts, closed, recorded_at from "
                          "version where jurisdiction = "
                          "$1 and register_name = $2 and record = $3 order by entry"};
Sql const close_version{
    "version.close",
    "update version set body = $3, salts = $4, closed = $5 where jurisdiction = $1 and entry = $2"};
// The act that wrote version $2 answered with the entry of its first record; those of the others follow it,
// recorded at the same instant. Another act of the batch may be hit instead: its key answers no more, but it
// stays taken.
Sql const forget_payload{"idempotency.forget",
                         "update idempotency set payload_hash = $4 where jurisdiction = $1 and recorded_at = "
                         "$3 and entry = (select max(entry) from idempotency where jurisdiction = $1 and "
                         "entry <= $2)"};
Sql const insert_release{"blob.release",
                         "insert into blob_release (jurisdiction, sha256) values ($1, $2) on conflict "
                         "(jurisdiction, sha256) do nothing"};

Value bytes(Hash const& hash) { return Bytes(hash.begin(), hash.end()); }

// Of a row of select_versions: the body of a record, neither an erasure's nor one lost in a restore.
bool is_body(store::Row const& row) { return store::text(row[2]) != "erase" && !store::text(row[4]).empty(); }

// A version without these fields; nothing when none of them is open in it.
struct Rest {
  std::string body;
  Bytes salts;
  std::string closed;
  std::set<std::string> digests;  // texts in what went that may name a stored file
};

void collect_digests(Json const& value, std::set<std::string>& digests) {
  if (auto const* text = value.as_text(); text != nullptr && hash_from_hex(*text)) digests.insert(*text);
  if (auto const* list = value.as_array())
    for (auto const& item : *list) collect_digests(item, digests);
  if (auto const* object = value.as_object())
    for (auto const& [name, item] : *object) collect_digests(item, digests);
}

std::optional<Rest> without(store::Row const& row, std::vector<std::string> const& names) {
  Json::Object open;
  Json::Object closed;
  Rest rest;
  bool any = false;
  for (auto const& field : commitments_of(store::text(row[4]), store::blob(row[5]), store::text(row[6]))) {
    bool const gone = std::ranges::find(names, field.name) != names.end();
    any = any || (gone && field.canonical);
    if (gone && field.canonical) collect_digests(*parse_canonical(*field.canonical), rest.digests);
    if (gone || !field.canonical) {
      closed.emplace_back(field.name, to_hex(field.commitment));
    } else {
      open.emplace_back(field.name, *parse_canonical(*field.canonical));
      plumbline::append(rest.salts, ByteView(*field.salt));
    }
  }
  if (!any) return {};
  rest.body = write_canonical(Json(std::move(open)));
  rest.closed = write_canonical(Json(std::move(closed)));
  return rest;
}

// Roles that may take the action in some state; decides between "forbidden" and "illegal_in_state".
RoleSet takers(Register const& reg, std::string_view action) {
  RoleSet roles;
  for (auto const& step : reg.steps)
    if (step.action == action) roles = roles | step.by;
  return roles;
}

}  // namespace

BatchRun::BatchRun(BatchContext const& context, store::Writer& writer, ledger::CompactRange const& range,
                   std::int64_t schema_seq)
    : context_(context),
      writer_(writer),
      overlay_(context.jurisdiction, writer),
      range_(range),
      schema_seq_(schema_seq) {}

std::string BatchRun::repeat_key(Uuid const& account, std::string const& key) {
  return to_string(account) + key;
}

void BatchRun::note_repeat(std::string key, store::Row const& row) {
  Repeat repeat{hash_from(row[0]), {}};
  repeat.receipt = {uuid_from(row[1]), store::integer(row[2]), store::integer(row[3]), store::text(row[4]),
                    true};
  repeats_.insert_or_assign(std::move(key), repeat);
}

Viewer const& BatchRun::viewer(Uuid account) {
  auto const known = viewers_.find(account);
  if (known != viewers_.end()) return known->second;
  return viewers_.emplace(account, context_.directory.viewer(context_.jurisdiction, account, context_.at))
      .first->second;
}

Result<Receipt> BatchRun::decide(Prepared const& prepared) {
  if (prepared.unlogged) {
    extra_.push_back(*prepared.unlogged);
    return Receipt{};
  }
  auto const& command = prepared.command;
  std::string const key =
      command.idempotency_key.empty() ? std::string() : repeat_key(command.account, command.idempotency_key);
  if (!command.account.is_nil() && !is_active(command.account)) return refuse("forbidden");
  if (!key.empty()) {
    auto const seen = repeats_.find(key);
    if (seen != repeats_.end() && seen->second) {
      if (seen->second->payload_hash != prepared.payload_hash) return refuse("idempotency_mismatch");
      Receipt receipt = seen->second->receipt;
      receipt.repeated = true;
      return receipt;
    }
  }
  auto answer = [&]() -> Result<Receipt> {
    try {
      return decide_new(prepared);
    } catch (Refused const& refused) {
      return refused.refusal();
    }
  }();
  if (answer && !answer->repeated && !key.empty()) {
    repeats_.insert_or_assign(key, Repeat{prepared.payload_hash, *answer});
    new_repeats_.push_back({command.account, command.idempotency_key, prepared.payload_hash, *answer});
  }
  return answer;
}

bool BatchRun::is_active(Uuid account) const {
  auto const* known = context_.directory.accounts.find(account);
  return known != nullptr && known->status == AccountStatus::active;
}

Result<Receipt> BatchRun::decide_new(Prepared const& prepared) {
  KnownAccount const* account = nullptr;
  if (!prepared.command.account.is_nil()) {
    account = context_.directory.accounts.find(prepared.command.account);
    if (account == nullptr || account->status != AccountStatus::active) return refuse("forbidden");
  }
  if (prepared.raw) return decide_raw(prepared, account == nullptr ? "system" : account->log_id);
  return prepared.builtin != nullptr ? decide_builtin(prepared, account) : decide_step(prepared, account);
}

void BatchRun::forgive_erased(RecordKey const& key, void const* now, std::vector<Problem>& problems) {
  Working const& before = overlay_.get(key);
  if (!before.exists || problems.empty()) return;
  std::set<std::string> const erased = erased_fields(key);
  std::erase_if(problems, [&](Problem const& problem) {
    if (problem.path.empty()) return false;
    auto const name = problem.path.substr(1, problem.path.find('/', 1) - 1);
    auto const* field = key.plan->reg->type->find(name);
    return field != nullptr && erased.contains(name) &&
           reflect::canonical_member(*field, before.record->data()) == reflect::canonical_member(*field, now);
  });
}

// Asked only where something is missing.
std::set<std::string> BatchRun::erased_fields(RecordKey const& key) {
  store::Statement const ask{&select_versions,
                             {context_.jurisdiction, std::string(key.plan->reg->name), id_bytes(key.id)}};
  auto const rows = std::move(writer_.fetch({&ask, 1}).front());
  std::set<std::string> names;
  for (auto const& row : rows) {
    if (!is_body(row) || store::text(row[6]).empty()) continue;
    for (auto const& field : commitments_of(store::text(row[4]), store::blob(row[5]), store::text(row[6])))
      if (!field.canonical) names.insert(field.name);
  }
  return names;
}

// A file lies where its record lies now, wherever that lay when it was attached.
Envelope const& BatchRun::placed_now(Working const& working, Envelope& room) {
  if (!working.plan->reg->placed_with || !working.record) return working.envelope;
  auto const& file = *static_cast<Attachment const*>(working.record->data());
  auto const plan = context_.plans.find(file.register_name);
  if (plan == context_.plans.end()) return working.envelope;
  auto const& owner = overlay_.get({plan->second, file.record});
  room = working.envelope;
  room.scopes = owner.envelope.scopes;
  room.parties = owner.envelope.parties;
  return room;
}

Result<Receipt> BatchRun::decide_step(Prepared const& prepared, KnownAccount const* account) {
  auto const& command = prepared.command;
  auto const& reg = *prepared.plan->reg;
  RecordKey const key{prepared.plan, command.record};
  Working const& before = overlay_.get(key);
  std::uint8_t const state = before.state();

  RoleSet const anybody = takers(reg, command.action);
  if (account != nullptr) {
    if (before.exists)
      if (Envelope room;
          auto why = obstacle(reg, viewer(command.account), placed_now(before, room), state, command.action))
        return *std::move(why);
  } else if (!anybody.contains(command.as)) {
    return refuse("forbidden");
  }

  StepRow const* step = reg.find_step(state, command.action);
  // The same words as for a record out of reach: nobody learns which ids exist.
  if (step == nullptr && !before.exists) return refuse("not_found");
  if (step == nullptr) return refuse("illegal_in_state", "", std::string(reg.state_name(state)));
  if (command.version_seen && before.exists && *command.version_seen != before.version)
    return refuse("version_conflict", "", std::to_string(before.version));
  if (account != nullptr) {
    if (!before.exists && !viewer(command.account).holds_any(step->by)) return refuse("forbidden");
  } else if (!step->by.contains(command.as)) {
    return refuse("forbidden");
  }

  bool const creates = !before.exists;
  if (auto missing = prepared.missing; !missing.empty()) {
    forgive_erased(key, prepared.payload->data(), missing);
    if (!missing.empty()) return Refusal{"invalid", "", std::move(missing)};
  }
  // An id that an undo took away keeps its chain in the log; another record under it would fork that.
  if (creates && overlay_.is_used(key)) return refuse("already_exists");
  ActImpl act(*this, prepared, key, account);
  if (auto done = act.run(*step); !done) return done.refusal();
  if (auto placed = act.place_all(); !placed) return placed.refusal();
  // Where a new record belongs is known only now.
  if (creates && account != nullptr && !viewer(command.account).may(step->by, act.envelope()))
    return refuse("forbidden");
  // An imported row that says what the record says already: the handler fills what the row leaves out.
  if (!creates && command.action == "import" && act.changed_nothing())
    return Receipt{command.record, before.version, before.entry, before.envelope.state, true};
  return act.settle(account == nullptr ? "system" : account->log_id);
}

Result<Receipt> BatchRun::decide_raw(Prepared const& prepared, std::string const& actor) {
  auto const& raw = *prepared.raw;
  // It concerns the log as a whole: whose grant covers a part of the jurisdiction may not.
  Envelope whole;
  whole.scopes = {context_.jurisdiction};
  auto const account = prepared.command.account;
  if (!account.is_nil() && !viewer(account).may(Role::system_administrator, whole))
    return refuse("forbidden");
  std::string const chain = raw.subject.substr(0, raw.subject.find('#'));
  auto const head = overlay_.chain(chain);
  auto const& entry =
      append(actor, raw.digest, head ? std::optional(head->leaf_hash) : std::nullopt, raw.subject, raw.type);
  overlay_.set_chain(chain, {entry.seq, entry.leaf_hash, context_.at.micros_utc});
  return Receipt{{}, 0, entry.seq, "", false};
}

Result<Receipt> BatchRun::decide_builtin(Prepared const& prepared, KnownAccount const* account) {
  auto const& command = prepared.command;
  RecordKey const key{prepared.plan, command.record};
  // What an undo took out of the registers still lies in the versions, personal data included.
  bool const erases = command.action == "erase";
  Working const& before = erases ? overlay_.get_with_undone(key) : overlay_.get(key);
  if (!before.exists && !(erases && before.record)) return refuse("not_found");
  if (account != nullptr) {
    Viewer const& who = viewer(command.account);
    Envelope room;
    Envelope const& where = placed_now(before, room);
    if (!who.may(prepared.builtin->by, where))
      return refuse(who.sees(*prepared.plan->reg, where) ? "forbidden" : "not_found");
  } else if (!prepared.builtin->by.contains(command.as)) {
    return refuse("forbidden");
  }
  if (command.version_seen && *command.version_seen != before.version)
    return refuse("version_conflict", "", std::to_string(before.version));
  std::string const actor = account == nullptr ? "system" : account->log_id;
  if (erases) return erase(prepared, actor, key);
  if (command.action == "undo_import") return undo(prepared, actor, key);
  return decide_clock(prepared, actor, key);
}

// A pause, a resume, an extension or a new reckoning of one running clock.
Result<Receipt> BatchRun::decide_clock(Prepared const& prepared, std::string const& actor,
                                       RecordKey const& key) {
  auto const& wish = *static_cast<ClockDecision const*>(prepared.payload->data());
  auto const& action = prepared.command.action;
  Working working = overlay_.get(key);
  RunningClock* clock = nullptr;
  for (auto& candidate : working.envelope.clocks)
    if (candidate.rule == wish.rule) clock = &candidate;
  if (clock == nullptr || clock->ended_on) return refuse("clock_not_running", "/rule", wish.rule);
  RuleEdition const* rule = context_.rules.find(*clock);
  if (rule == nullptr) return refuse("no_rule_in_force", "/rule", wish.rule);
  if (action != "recompute_clock" && wish.reason.empty()) return refuse("required", "/reason");

  if (action == "pause_clock") {
    if (clock->status != ClockStatus::running) return refuse("clock_not_running", "/rule", wish.rule);
    if (clock->paused_on.size() >= limits::pauses_per_clock) return refuse("too_many_pauses", "/rule");
    clock->status = ClockStatus::paused;
    clock->paused_on.push_back(context_.today);
  } else if (action == "resume_clock") {
    if (clock->status != ClockStatus::paused) return refuse("clock_not_paused", "/rule", wish.rule);
    clock->status = ClockStatus::running;
    clock->resumed_on.push_back(context_.today);
  } else if (action == "extend_clock") {
    if (wish.days < 1) return refuse("out_of_range", "/days");
    if (clock->extended_days + wish.days > rule->extension_days)
      return refuse("extension_too_long", "/days", std::to_string(rule->extension_days));
    clock->extended_days += wish.days;
  }
  Due const due = due_of(*clock, *rule, *context_.directory.calendar);
  clock->due_on = due.on;
  clock->provisional = due.provisional ? 1 : 0;
  return commit_version(actor, prepared.command.account, std::move(working), action, "");
}

// Erasure (PIPL article 47): values and salts go, commitments stay; proofs and all other openings hold.
Result<Receipt> BatchRun::erase(Prepared const& prepared, std::string const& actor, RecordKey const& key) {
  auto const& wish = *static_cast<ErasureRequest const*>(prepared.payload->data());
  auto const& reg = *key.plan->reg;
  for (auto const& name : wish.fields) {
    auto const* field = reg.type->find(name);
    if (field == nullptr) return refuse("unknown_field", "/fields", name);
    // Without its status or its end an account or a grant would live again.
    if (!(in_directory(reg.name) ? holds_personal(*field) : is_erasable(*field)))
      return refuse("not_erasable", "/fields", name);
  }
  store::Statement const ask{&select_versions,
                             {context_.jurisdiction, std::string(reg.name), id_bytes(key.id)}};
  auto const rows = std::move(writer_.fetch({&ask, 1}).front());

  ledger::Erasure erasure{wish.fields, wish.ground, {}};
  std::ranges::sort(erasure.fields);
  // What the latest body became. The tables follow from that body alone (Replay in audit.cpp reads it the
  // same way), so an erasure that spares it leaves the record as it is.
  std::optional<std::string> current;
  for (auto const& row : rows) {
    if (!is_body(row)) continue;
    current.reset();
    bool const wanted = wish.versions.empty() ||
                        std::ranges::find(wish.versions, store::integer(row[1])) != wish.versions.end();
    if (!wanted) continue;
    auto rest = without(row, wish.fields);
    if (!rest) continue;
    erasure.seqs.push_back(static_cast<std::uint64_t>(store::integer(row[0])));
    current = rest->body;
    extra_.push_back({&close_version,
                      {context_.jurisdiction, row[0], std::move(rest->body), std::move(rest->salts),
                       std::move(rest->closed)}});
    // Decided when the erasure stands (BlobRelease): only then may a file go, and other versions may show it.
    for (auto const& digest : rest->digests)
      extra_.push_back({&insert_release, {context_.jurisdiction, digest}});
    // The hash of what was sent would confirm a guess at what was erased. The row stays: whoever sends the
    // act again is refused, and it is not done twice.
    extra_.push_back({&forget_payload, {context_.jurisdiction, row[0], row[7], bytes(Hash{})}});
  }
  if (erasure.seqs.empty()) return refuse("nothing_to_erase", "/fields");

  std::string const body = ledger::format_erasure(erasure);
  Working working = overlay_.get(key);
  auto const& entry =
      append(actor, sha256(body), working.leaf_hash, std::string(reg.name) + '/' + hex_encode(working.sid),
             std::string(reg.name) + ".erase");
  versions_.push_back(
      {entry.seq, key.plan, key.id, working.version, "erase", prepared.command.account, "", body, {}});
  working.entry = entry.seq;
  working.leaf_hash = entry.leaf_hash;
  if (current) working.record.emplace(parse_body(reg, *current).record);
  Receipt const receipt{key.id, working.version, entry.seq, working.envelope.state, false};
  overlay_.put(key, std::move(working));
  overlay_.mark_changed(key);
  return receipt;
}

// Takes back what one import batch did to a record, unless somebody has changed it since.
Result<Receipt> BatchRun::undo(Prepared const& prepared, std::string const& actor, RecordKey const& key) {
  auto const& batch = static_cast<UndoRequest const*>(prepared.payload->data())->batch;
  auto const& reg = *key.plan->reg;
  store::Statement const ask{&select_versions,
                             {context_.jurisdiction, std::string(reg.name), id_bytes(key.id)}};
  auto const rows = std::move(writer_.fetch({&ask, 1}).front());
  if (rows.empty() || store::text(rows.back()[3]) != batch) return refuse("changed_since");
  auto before =
      std::find_if(rows.rbegin(), rows.rend(), [&](auto const& row) { return store::text(row[3]) != batch; });
  // An erasure or a lost body in between is nothing to go back to.
  if (before != rows.rend() && !is_body(*before)) return refuse("changed_since");
  Working working = overlay_.get(key);
  if (before == rows.rend()) {
    working.envelope.state = state_undone;
    return commit_version(actor, prepared.command.account, std::move(working), "undo_import", "");
  }
  auto earlier = parse_body(reg, store::text((*before)[4]));
  working.record.emplace(std::move(earlier.record));
  working.envelope = std::move(earlier.envelope);
  return commit_version(actor, prepared.command.account, std::move(working), "undo_import", "");
}

NewEntry const& BatchRun::append(std::string_view actor, Hash const& digest, std::optional<Hash> const& prev,
                                 std::string const& subject, std::string const& type) {
  ledger::LeafView leaf;
  leaf.actor = actor;
  leaf.digest = digest;
  leaf.prev = prev;
  leaf.seq = range_.size();
  leaf.subject = subject;
  leaf.time_s = context_.at.seconds();
  leaf.type = type;
  std::string text = ledger::format_leaf(leaf);
  Hash const hash = ledger::leaf_hash(bytes_of(text));
  return append_leaf(hash, std::move(text));
}

NewEntry const& BatchRun::append_leaf(Hash const& hash, std::string leaf) {
  auto const seq = static_cast<std::int64_t>(range_.size());
  range_.append(hash);
  entries_.push_back({seq, hash, std::move(leaf)});
  return entries_.back();
}

Receipt BatchRun::commit_version(std::string_view actor, Uuid account, Working working,
                                 std::string const& action, std::string const& import_batch) {
  auto const& reg = *working.plan->reg;
  RecordKey const key{working.plan, working.id};
  bool const fresh = working.sid.empty();
  if (fresh) working.sid = random_bytes(16);
  Body const body = working.plan->body.compose(working.id, working.record->data(), working.envelope);
  Bytes salts = random_bytes(body.members.size() * ledger::salt_bytes);
  auto const& entry =
      append(actor, body.digest(salts), fresh ? std::nullopt : std::optional(working.leaf_hash),
             std::string(reg.name) + '/' + hex_encode(working.sid), std::string(reg.name) + '.' + action);
  ++working.version;
  working.entry = entry.seq;
  working.leaf_hash = entry.leaf_hash;
  versions_.push_back({entry.seq, working.plan, working.id, working.version, action, account, import_batch,
                       body.text(), std::move(salts)});
  if (in_directory(reg.name)) {
    touched_directory_ = true;
    schema_seq_ = entry.seq;
  }

  Receipt const receipt{working.id, working.version, entry.seq, working.envelope.state, false};
  bool const gone = working.envelope.state == state_undone;
  Working const& known = overlay_.get(key);
  for (std::size_t i = 0; i < working.plan->columns.size(); ++i) {
    if (working.plan->select_unique[i].text.empty()) continue;
    auto const& column = working.plan->columns[i];
    auto const now = column_value(column, working.record->data());
    if (known.exists) {
      auto const then = column_value(column, known.record->data());
      if (!store::is_null(then) && (gone || then != now)) overlay_.note_unique(*working.plan, i, then, {});
    }
    if (!gone && !store::is_null(now)) overlay_.note_unique(*working.plan, i, now, working.id);
  }
  working.exists = !gone;
  overlay_.put(key, std::move(working));
  overlay_.mark_changed(key);
  return receipt;
}

// Rows that are there and not wanted go; rows that are wanted and not there come.
void BatchRun::write_record(RecordKey const& key) {
  Working const& working = overlay_.get(key);
  std::string const& place = context_.jurisdiction;
  std::string const name(key.plan->reg->name);
  Value const id = id_bytes(key.id);
  DerivedRows rows = derive(working, place, context_.at);
  if (!rows.record.empty()) {
    writer_.write(key.plan->upsert, std::move(rows.record));
  } else if (working.row_exists) {
    writer_.write(key.plan->remove, {place, id});
  }

  static Envelope const nothing;
  Envelope const& now = working.exists ? working.envelope : nothing;
  auto has = [](auto const& list, auto const& value) { return std::ranges::find(list, value) != list.end(); };
  for (auto const& scope : working.row_scopes)
    if (!has(now.scopes, scope)) writer_.write(derived_sql::delete_scope, {place, name, scope, id});
  for (auto const& scope : now.scopes)
    if (!has(working.row_scopes, scope)) writer_.write(derived_sql::insert_scope, {place, name, scope, id});
  for (auto const& party : working.row_parties)
    if (!has(now.parties, party))
      writer_.write(derived_sql::delete_party, {place, name, id_bytes(party.party), id, party.role});
  for (auto const& party : now.parties)
    if (!has(working.row_parties, party))
      writer_.write(derived_sql::insert_party, {place, name, id_bytes(party.party), id, party.role});
  for (auto const& gram : working.row_grams)
    if (!std::ranges::binary_search(rows.grams, gram))
      writer_.write(derived_sql::delete_gram, {place, name, gram, id});
  for (auto const& gram : rows.grams)
    if (!std::ranges::binary_search(working.row_grams, gram))
      writer_.write(derived_sql::insert_gram, {place, name, gram, id});
  for (std::size_t i = 0; i < rows.clocks.size(); ++i) {
    if (i < working.row_clocks.size() && working.row_clocks[i] == now.clocks[i]) continue;
    std::vector<Value> values{place, name, id};
    std::ranges::move(rows.clocks[i], std::back_inserter(values));
    writer_.write(derived_sql::upsert_clock, std::move(values));
  }
  if (now.clocks.size() < working.row_clocks.size())
    writer_.write(derived_sql::delete_clocks,
                  {place, name, id, static_cast<std::int64_t>(now.clocks.size())});
}

void BatchRun::write() {
  std::string const& place = context_.jurisdiction;
  for (auto& entry : entries_)
    writer_.write(insert_entry, {place, entry.seq, bytes(entry.leaf_hash), std::move(entry.leaf)});
  for (auto& version : versions_)
    writer_.write(
        insert_version,
        {place, version.entry, std::string(version.plan->reg->name), id_bytes(version.record),
         version.version, std::move(version.action), id_bytes(version.account), context_.at.micros_utc,
         std::move(version.batch), std::move(version.body), std::move(version.salts)});
  for (auto& statement : extra_) writer_.write(*statement.sql, std::move(statement.values));
  // Rows that go make room for rows that come with the same unique value.
  for (auto const& key : overlay_.changed())
    if (!overlay_.get(key).exists) write_record(key);
  for (auto const& key : overlay_.changed())
    if (overlay_.get(key).exists) write_record(key);
  overlay_.for_numbers([&](std::string const& series, std::int64_t number) {
    writer_.write(derived_sql::upsert_number, {place, series, number});
  });
  overlay_.for_chains([&](std::string const& chain, ChainHead const& head) {
    writer_.write(derived_sql::upsert_chain, {place, chain, head.seq, bytes(head.leaf_hash)});
  });
  for (auto const& repeat : new_repeats_)
    writer_.write(insert_repeat, {place, id_bytes(repeat.account), repeat.key, bytes(repeat.payload_hash),
                                  id_bytes(repeat.receipt.record), repeat.receipt.version,
                                  repeat.receipt.entry, repeat.receipt.state, context_.at.micros_utc});
  writer_.write(update_head, {place, static_cast<std::int64_t>(range_.size()), context_.at.micros_utc,
                              range_.serialise(), schema_seq_});
}

}  // namespace plumbline::kernel
