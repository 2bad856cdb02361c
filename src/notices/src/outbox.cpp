#include "notices/outbox.hpp"

#include "kernel/act.hpp"
#include "rows.hpp"

namespace plumbline::notices {
namespace {

using kernel::refuse;
using store::Sql;
using store::Value;

Sql const insert_delivery{
    "delivery.insert",
    "insert into delivery (jurisdiction, id, channel, recipient, cause, account, subject, body, state, "
    "attempts, next_at, last_error, made_at, ended_at) values ($1, $2, $3, $4, $5, $6, $7, $8, 'waiting', 0, "
    "$9, '', $10, 0) on conflict (jurisdiction, channel, recipient, cause) do nothing"};
Sql const select_delivery{"delivery.select", "select " + std::string(delivery_columns) +
                                                 " from delivery where jurisdiction = $1 and id = $2"};
Sql const replay_delivery{"delivery.replay",
                          "update delivery set state = 'waiting', attempts = 0, next_at = $3, ended_at = 0 "
                          "where jurisdiction = $1 and id = $2 and state = 'dead'"};
Sql const count_states{
    "delivery.count",
    "select (select count(*) from delivery where jurisdiction = $1 and state = 'waiting'), "
    "(select count(*) from delivery where jurisdiction = $1 and state = 'dead'), "
    "(select min(made_at) from delivery where jurisdiction = $1 and state = 'waiting')"};

}  // namespace

Delivery delivery_of(store::Row const& row) {
  Delivery out;
  out.id = uuid_from(row[0]);
  out.channel = store::text(row[1]);
  out.recipient = uuid_from(row[2]);
  out.cause = store::text(row[3]);
  out.account = uuid_from(row[4]);
  out.subject = store::text(row[5]);
  out.body = store::text(row[6]);
  out.state = store::text(row[7]);
  out.attempts = store::integer(row[8]);
  out.next_at = Instant{store::integer(row[9])};
  out.last_error = store::text(row[10]);
  out.made_at = Instant{store::integer(row[11])};
  out.ended_at = Instant{store::integer(row[12])};
  return out;
}

void put(store::Writer& writer, std::string const& jurisdiction, Delivery const& delivery) {
  writer.write(insert_delivery,
               {jurisdiction, id_bytes(delivery.id), delivery.channel, id_bytes(delivery.recipient),
                delivery.cause, id_bytes(delivery.account), delivery.subject, delivery.body,
                delivery.next_at.micros_utc, delivery.made_at.micros_utc});
}

// Ids ascend with time, so they are the order.
Result<Outbox::Page> Outbox::list(Wish const& wish) const {
  std::vector<Value> values{system_.settings().jurisdiction};
  std::string where;
  auto const add = [&](std::string const& condition, Value value) {
    values.push_back(std::move(value));
    where += " and " + condition + " $" + std::to_string(values.size());
  };
  if (wish.account) add("account =", id_bytes(*wish.account));
  if (wish.recipient) add("recipient =", id_bytes(*wish.recipient));
  // Spelt out, so that the index of dead ones is found.
  if (wish.state == "dead")
    where += " and state = 'dead'";
  else if (!wish.state.empty())
    add("state =", wish.state);
  if (!wish.cursor.empty()) {
    auto const before = parse_uuid(wish.cursor);
    if (!before) return refuse("bad_cursor", "/cursor");
    add("id <", id_bytes(*before));
  }
  values.emplace_back(std::int64_t{wish.limit} + 1);
  Sql const page{"delivery.page", "select " + std::string(delivery_columns) +
                                      " from delivery where jurisdiction = $1" + where +
                                      " order by id desc limit $" + std::to_string(values.size())};
  Page out;
  for (auto const& row : system_.database().reader()->query(page, values))
    out.items.push_back(delivery_of(row));
  if (out.items.size() > static_cast<std::size_t>(wish.limit)) {
    out.items.pop_back();
    out.next = to_string(out.items.back().id);
  }
  return out;
}

std::optional<Delivery> Outbox::find(Uuid id) const {
  auto const rows =
      system_.database().reader()->query(select_delivery, {system_.settings().jurisdiction, id_bytes(id)});
  if (rows.empty()) return {};
  return delivery_of(rows[0]);
}

Result<void> Outbox::replay(Delivery const& dead) {
  if (dead.state != "dead") return refuse("not_dead", "", dead.state);
  return system_.write_unlogged(replay_delivery, {system_.settings().jurisdiction, id_bytes(dead.id),
                                                  system_.clock().now().micros_utc});
}

Outbox::Figures Outbox::figures() const {
  auto const row = system_.database().reader()->query(count_states, {system_.settings().jurisdiction}).at(0);
  Figures out{store::integer(row[0]), store::integer(row[1]), 0};
  if (!store::is_null(row[2]))
    out.oldest_seconds = (system_.clock().now().micros_utc - store::integer(row[2])) / micros;
  return out;
}

}  // namespace plumbline::notices
