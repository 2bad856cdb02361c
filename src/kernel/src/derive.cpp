#include "derive.hpp"

#include "grams.hpp"

namespace plumbline::kernel {
namespace derived_sql {

store::Sql const insert_scope{
    "scope.insert",
    "insert into record_scope (jurisdiction, register_name, scope, record) values ($1, $2, $3, $4)"};
store::Sql const delete_scope{
    "scope.delete",
    "delete from record_scope where jurisdiction = $1 and register_name = $2 and scope = $3 and record = $4"};
store::Sql const insert_party{"party.insert",
                              "insert into record_party (jurisdiction, register_name, party, record, role) "
                              "values ($1, $2, $3, $4, $5)"};
store::Sql const delete_party{
    "party.delete",
    "delete from record_party where jurisdiction = $1 and register_name = $2 and party = $3 and "
    "record = $4 and role = $5"};
store::Sql const insert_gram{
    "gram.insert",
    "insert into name_gram (jurisdiction, register_name, gram, record) values ($1, $2, $3, $4)"};
store::Sql const delete_gram{
    "gram.delete",
    "delete from name_gram where jurisdiction = $1 and register_name = $2 and gram = $3 and record = $4"};
store::Sql const upsert_clock{"clock.upsert",
                              "insert into clock (jurisdiction, register_name, record, position, rule, "
                              "edition, status, triggered_on, due_on, "
                              "provisional, ended_on) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) "
                              "on conflict (jurisdiction, register_name, record, position) do update set "
                              "rule = excluded.rule, edition = "
                              "excluded.edition, status = excluded.status, triggered_on = "
                              "excluded.triggered_on, due_on = excluded.due_on, "
                              "provisional = excluded.provisional, ended_on = excluded.ended_on"};
store::Sql const delete_clocks{
    "clock.delete",
    "delete from clock where jurisdiction = $1 and register_name = $2 and record = $3 and position >= $4"};
store::Sql const upsert_number{
    "number.upsert",
    "insert into number_series (jurisdiction, series, last_number) values ($1, $2, $3) "
    "on conflict (jurisdiction, series) do update set last_number = excluded.last_number"};
store::Sql const upsert_chain{
    "chain.upsert",
    "insert into chain_head (jurisdiction, chain, seq, leaf_hash) values ($1, $2, $3, $4) "
    "on conflict (jurisdiction, chain) do update set seq = excluded.seq, leaf_hash = excluded.leaf_hash"};
store::Sql const insert_adopted{"adopted.insert",
                                "insert into adopted_leaf (jurisdiction, chain, seq) values ($1, $2, $3)"};
store::Sql const select_adopted{
    "adopted.of_chain",
    "select e.seq, e.leaf_hash, e.leaf from adopted_leaf a join entry e on e.jurisdiction = a.jurisdiction "
    "and e.seq = a.seq where a.jurisdiction = $1 and a.chain = $2 order by a.seq"};

}  // namespace derived_sql

namespace {

using store::Value;

Value optional_date(std::optional<Date> const& date) { return date ? Value(to_string(*date)) : Value(); }

std::string_view name_of(ClockStatus status) {
  constexpr std::string_view names[] = {"running", "paused", "stopped", "lapsed"};
  return names[static_cast<std::size_t>(status)];
}

}  // namespace

DerivedRows derive(Working const& working, std::string const& jurisdiction, Instant at) {
  DerivedRows rows;
  if (!working.exists) return rows;
  auto const& plan = *working.plan;
  auto const& envelope = working.envelope;
  void const* record = working.record->data();
  rows.record = {jurisdiction,    id_bytes(working.id),
                 working.version, envelope.state,
                 working.entry,   at.micros_utc,
                 working.sid,     plan.body.compose(working.id, record, envelope).text()};
  for (auto const& column : plan.columns) rows.record.push_back(column_value(column, record));
  rows.grams = grams_of(plan.columns, record);
  for (auto const& scope : envelope.scopes) rows.scopes.push_back({scope});
  for (auto const& party : envelope.parties) rows.parties.push_back({id_bytes(party.party), party.role});
  for (std::size_t i = 0; i < envelope.clocks.size(); ++i) {
    auto const& clock = envelope.clocks[i];
    rows.clocks.push_back({static_cast<std::int64_t>(i), clock.rule, clock.edition,
                           std::string(name_of(clock.status)), to_string(clock.triggered_on),
                           to_string(clock.due_on), std::int64_t{clock.provisional},
                           optional_date(clock.ended_on)});
  }
  return rows;
}

}  // namespace plumbline::kernel
