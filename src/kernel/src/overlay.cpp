#include "overlay.hpp"

#include <algorithm>

#include "grams.hpp"

namespace plumbline::kernel {
namespace {

store::Sql const select_number{
    "number.last", "select last_number from number_series where jurisdiction = $1 and series = $2"};
store::Sql const select_chain{
    "chain.head",
    "select c.seq, c.leaf_hash, v.leaf from chain_head c join entry v on v.jurisdiction = c.jurisdiction and "
    "v.seq = c.seq where c.jurisdiction = $1 and c.chain = $2"};

store::Sql const select_chain_of_record{
    "version.chain",
    "select v.version, v.entry, v.action, v.body, e.leaf, e.leaf_hash from version v join entry e on "
    "e.jurisdiction = v.jurisdiction and e.seq = v.entry where v.jurisdiction = $1 and v.register_name = $2 "
    "and v.record = $3 order by v.entry desc"};

store::Sql select_by_id(Register const& reg) {
  return {"record.select", "select r.version, r.state, r.entry, r.sid, r.body, e.leaf_hash from " +
                               table_name(reg) +
                               " r join entry e on e.jurisdiction = r.jurisdiction and e.seq = r.entry where "
                               "r.jurisdiction = $1 and r.id = $2"};
}

store::Sql upsert_sql(Register const& reg, std::vector<Column> const& columns) {
  std::string names = "jurisdiction, id, version, state, entry, updated_at, sid, body";
  std::string places = "$1, $2, $3, $4, $5, $6, $7, $8";
  std::string updates =
      "version = excluded.version, state = excluded.state, entry = excluded.entry, updated_at = "
      "excluded.updated_at, "
      "body = excluded.body";
  int place = 9;
  for (auto const& column : columns) {
    std::string const name = quoted(column.field->name);
    names += ", " + name;
    places += ", $" + std::to_string(place++);
    updates += ", " + name + " = excluded." + name;
  }
  return {"record.upsert", "insert into " + table_name(reg) + " (" + names + ") values (" + places +
                               ") on conflict (jurisdiction, id) do update set " + updates};
}

}  // namespace

store::Sql const select_used{
    "version.used",
    "select 1 from version where jurisdiction = $1 and register_name = $2 and record = $3 limit 1"};

Uuid uuid_from(store::Value const& value) {
  auto const& bytes = store::blob(value);
  Uuid id;
  if (bytes.size() != id.bytes.size())
    throw store::Error(store::Errc::corrupt, "", "an id is not 16 bytes long");
  std::ranges::copy(bytes, id.bytes.begin());
  return id;
}

Hash hash_from(store::Value const& value) {
  auto const& bytes = store::blob(value);
  Hash hash{};
  if (bytes.size() != hash.size())
    throw store::Error(store::Errc::corrupt, "", "a hash is not 32 bytes long");
  std::ranges::copy(bytes, hash.begin());
  return hash;
}

RegisterPlan::RegisterPlan(Register const& r)
    : reg(&r),
      body(r),
      columns(lifted_columns(r)),
      select(select_by_id(r)),
      upsert(upsert_sql(r, columns)),
      remove{"record.remove", "delete from " + table_name(r) + " where jurisdiction = $1 and id = $2"} {
  for (auto const& column : columns) {
    bool const unique = has(column.field->flags, reflect::Flag::unique);
    select_unique.push_back({"record.unique", unique ? "select id from " + table_name(r) +
                                                           " where jurisdiction = $1 and " +
                                                           quoted(column.field->name) + " = $2"
                                                     : std::string()});
  }
}

Plans plans_of(Catalogue const& catalogue) {
  Plans plans;
  for (auto const& reg : catalogue.registers()) plans.emplace(std::string(reg.name), RegisterPlan(reg));
  return plans;
}

std::uint8_t Working::state() const {
  if (!exists) return 0;
  auto const value = plan->reg->state_value(envelope.state);
  if (!value)
    throw store::Error(store::Errc::corrupt, "",
                       "unknown state '" + envelope.state + "' in register " + std::string(plan->reg->name));
  return *value;
}

void fill(Working& working, store::Row const& row) {
  auto body = parse_body(*working.plan->reg, store::text(row[4]));
  working.exists = true;
  working.row_exists = true;
  working.version = store::integer(row[0]);
  working.entry = store::integer(row[2]);
  working.sid = store::blob(row[3]);
  working.leaf_hash = hash_from(row[5]);
  working.record.emplace(std::move(body.record));
  working.envelope = std::move(body.envelope);
  working.row_grams = grams_of(working.plan->columns, working.record->data());
  working.row_scopes = working.envelope.scopes;
  working.row_parties = working.envelope.parties;
  working.row_clocks = working.envelope.clocks;
}

Working const& Overlay::get(RecordKey const& key) {
  auto const known = records_.find(key);
  if (known != records_.end()) return known->second;
  Working working;
  working.plan = key.plan;
  working.id = key.id;
  store::Statement const ask{&key.plan->select, {jurisdiction_, id_bytes(key.id)}};
  auto const rows = std::move(writer_.fetch({&ask, 1}).front());
  if (!rows.empty()) fill(working, rows.front());
  return records_.emplace(key, std::move(working)).first->second;
}

bool Overlay::is_used(RecordKey const& key) {
  if (get(key).version > 0) return true;
  auto const known = used_.find(key);
  if (known != used_.end()) return known->second;
  store::Statement const ask{&select_used,
                             {jurisdiction_, std::string(key.plan->reg->name), id_bytes(key.id)}};
  bool const used = !writer_.fetch({&ask, 1}).front().empty();
  note_used(key, used);
  return used;
}

Working const& Overlay::get_with_undone(RecordKey const& key) {
  Working const& known = get(key);
  if (known.exists || known.record) return known;
  store::Statement const ask{&select_chain_of_record,
                             {jurisdiction_, std::string(key.plan->reg->name), id_bytes(key.id)}};
  auto const rows = std::move(writer_.fetch({&ask, 1}).front());
  auto const latest = std::ranges::find_if(
      rows, [](auto const& row) { return store::text(row[2]) != "erase" && !store::text(row[3]).empty(); });
  if (latest == rows.end()) return known;
  auto body = parse_body(*key.plan->reg, store::text((*latest)[3]));
  if (body.envelope.state != state_undone) return known;
  auto const leaf = ledger::parse_leaf(store::text(rows.front()[4]));
  auto const sid = leaf ? hex_decode(leaf->subject.substr(leaf->subject.find('/') + 1)) : std::nullopt;
  if (!sid) throw store::Error(store::Errc::corrupt, "version.chain", "a stored leaf names no record");
  Working working = known;
  working.version = store::integer(rows.front()[0]);
  working.entry = store::integer(rows.front()[1]);
  working.leaf_hash = hash_from(rows.front()[5]);
  working.sid = *sid;
  working.record.emplace(std::move(body.record));
  working.envelope = std::move(body.envelope);
  put(key, std::move(working));
  return get(key);
}

bool Overlay::knows_unique(RegisterPlan const& plan, std::size_t column, store::Value const& value) const {
  return unique_.contains({&plan, column, value});
}

void Overlay::note_unique(RegisterPlan const& plan, std::size_t column, store::Value const& value,
                          std::optional<Uuid> owner) {
  unique_.insert_or_assign({&plan, column, value}, owner);
}

std::optional<Uuid> Overlay::find_unique(RegisterPlan const& plan, std::size_t column,
                                         store::Value const& value) {
  UniqueKey const key{&plan, column, value};
  auto const known = unique_.find(key);
  if (known != unique_.end()) return known->second;
  store::Statement const ask{&plan.select_unique[column], {jurisdiction_, value}};
  auto const rows = std::move(writer_.fetch({&ask, 1}).front());
  std::optional<Uuid> owner;
  if (!rows.empty()) owner = uuid_from(rows.front()[0]);
  unique_.emplace(key, owner);
  return owner;
}

std::int64_t Overlay::last_number(std::string const& series) {
  auto const known = numbers_.find(series);
  if (known != numbers_.end()) return known->second.first;
  store::Statement const ask{&select_number, {jurisdiction_, series}};
  auto const rows = std::move(writer_.fetch({&ask, 1}).front());
  std::int64_t const last = rows.empty() ? 0 : store::integer(rows.front()[0]);
  numbers_.emplace(series, std::pair{last, false});
  return last;
}

std::optional<ChainHead> Overlay::chain(std::string const& name) {
  auto const known = chains_.find(name);
  if (known != chains_.end()) return known->second.first;
  store::Statement const ask{&select_chain, {jurisdiction_, name}};
  auto const rows = std::move(writer_.fetch({&ask, 1}).front());
  std::optional<ChainHead> head;
  if (!rows.empty()) {
    auto const leaf = ledger::parse_leaf(store::text(rows.front()[2]));
    if (!leaf) throw store::Error(store::Errc::corrupt, "chain.head", "a stored leaf is not a leaf");
    head = ChainHead{store::integer(rows.front()[0]), hash_from(rows.front()[1]), leaf->time_s * 1'000'000};
  }
  chains_.emplace(name, std::pair{head, false});
  return head;
}

void Overlay::mark_changed(RecordKey const& key) {
  if (std::ranges::find(changed_, key) == changed_.end()) changed_.push_back(key);
}

}  // namespace plumbline::kernel
