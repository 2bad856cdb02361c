// How webhooks hear of the log: each from the entry it has heard of last.
#include <algorithm>
#include <map>

#include "base/limits.hpp"
#include "kernel/act.hpp"
#include "notices/webhooks.hpp"
#include "rows.hpp"
#include "webhook_row.hpp"

namespace plumbline::notices {
namespace {

using store::Sql;

Sql const active_webhooks{"webhook.active", "select " + std::string(webhook_columns) +
                                                " from webhook where jurisdiction = $1 and state = 'active' "
                                                "order by position, id"};
Sql const waiting_by_webhook{"webhook.waiting",
                             "select recipient, count(*) from delivery where jurisdiction = $1 and state = "
                             "'waiting' and channel = 'webhook' group by recipient"};
Sql const changes{"webhook.changes",
                  "select entry, register_name, record, version, action, recorded_at from version where "
                  "jurisdiction = $1 and entry > $2 order by entry limit $3"};
Sql const position_of{
    "webhook.position",
    "select position from webhook where jurisdiction = $1 and id = $2 and state = 'active'"};
Sql const move_on{"webhook.move", "update webhook set position = $3 where jurisdiction = $1 and id = $2"};

// One entry of the log and the record as it is now: who may see it is judged on that.
struct Change {
  std::int64_t entry = 0;
  kernel::Register const* reg = nullptr;
  Uuid record;
  std::int64_t version = 0;
  std::string action;
  Instant at;
  std::optional<kernel::Found> found;
};

std::vector<Change> changes_after(kernel::System& system, std::int64_t position) {
  auto const& place = system.settings().jurisdiction;
  auto const everything = kernel::system_viewer(place);
  std::vector<Change> out;
  std::map<Uuid, std::optional<kernel::Found>> records;
  auto const rows = system.database().reader()->query(
      changes, {place, position, static_cast<std::int64_t>(limits::webhook_entries)});
  for (auto const& row : rows) {
    Change change;
    change.entry = store::integer(row[0]);
    change.reg = system.catalogue().find(store::text(row[1]));
    change.record = uuid_from(row[2]);
    change.version = store::integer(row[3]);
    change.action = store::text(row[4]);
    change.at = Instant{store::integer(row[5])};
    if (change.reg != nullptr) {
      auto [known, is_new] = records.try_emplace(change.record);
      if (is_new) known->second = system.reads().get(everything, change.reg->name, change.record);
      change.found = known->second;
    }
    out.push_back(std::move(change));
  }
  return out;
}

bool wants(Webhook const& webhook, Change const& change) {
  return change.found && (webhook.registers.empty() ||
                          std::ranges::find(webhook.registers, change.reg->name) != webhook.registers.end());
}

bool sees(kernel::System& system, kernel::Viewer const& viewer, Change const& change) {
  // A file is seen by whoever also sees what it belongs to.
  if (change.reg->placed_with) return system.reads().get(viewer, change.reg->name, change.record).has_value();
  return viewer.sees(*change.reg, change.found->envelope);
}

// What happened to which record: what is in it the receiver asks for, as its grants then allow.
std::string body_of(Change const& change) {
  Json data;
  data.set("register", change.reg->name);
  data.set("id", to_string(change.record));
  data.set("version", change.version);
  data.set("entry", change.entry);
  Json body;
  body.set("type", std::string(change.reg->name) + "." + change.action);
  body.set("timestamp", to_string(change.at));
  body.set("data", std::move(data));
  return write_json(body);
}

std::vector<Delivery> deliveries_of(kernel::System& system, Webhook const& webhook,
                                    std::vector<Change> const& page, Instant now) {
  auto const viewer = system.viewer(webhook.account);
  std::vector<Delivery> out;
  for (auto const& change : page) {
    if (!wants(webhook, change) || !sees(system, viewer, change)) continue;
    Delivery delivery;
    delivery.id = make_uuid7(now);
    delivery.channel = "webhook";
    delivery.recipient = webhook.id;
    delivery.account = webhook.account;
    delivery.cause = "entry:" + std::to_string(change.entry);
    delivery.body = body_of(change);
    delivery.next_at = delivery.made_at = now;
    out.push_back(std::move(delivery));
  }
  return out;
}

std::map<Uuid, std::int64_t> count_waiting(kernel::System& system) {
  std::map<Uuid, std::int64_t> out;
  for (auto const& row :
       system.database().reader()->query(waiting_by_webhook, {system.settings().jurisdiction}))
    out[uuid_from(row[0])] = store::integer(row[1]);
  return out;
}

// Deliveries and position together or not at all; a webhook that was moved, paused or removed meanwhile is
// left alone.
Result<void> keep(kernel::System& system, Webhook const& webhook, std::vector<Delivery> const& deliveries,
                  std::int64_t position) {
  auto const& place = system.settings().jurisdiction;
  return system.write_together([&](store::Writer& writer) -> Result<void> {
    store::Statement const ask[] = {{&position_of, {place, id_bytes(webhook.id)}}};
    auto const rows = writer.fetch(ask).at(0);
    if (rows.empty() || store::integer(rows[0][0]) != webhook.position) return {};
    for (auto const& delivery : deliveries) put(writer, place, delivery);
    writer.write(move_on, {place, id_bytes(webhook.id), position});
    return {};
  });
}

}  // namespace

// Most have heard the same: they share a page.
bool Webhooks::read_on() {
  auto const& place = system_.settings().jurisdiction;
  std::vector<Webhook> active;
  for (auto const& row : system_.database().reader()->query(active_webhooks, {place}))
    active.push_back(webhook_of(row));
  if (active.empty()) return false;
  std::optional<std::map<Uuid, std::int64_t>> waiting;  // asked for where there is something to tell
  bool is_more = false;
  std::vector<Change> page;
  for (std::size_t i = 0; i < active.size(); ++i) {
    auto const& webhook = active[i];
    if (i == 0 || webhook.position != active[i - 1].position) page = changes_after(system_, webhook.position);
    if (page.empty()) continue;
    if (!waiting) waiting = count_waiting(system_);
    // A receiver that is behind waits in the log, not in the queue.
    if ((*waiting)[webhook.id] >= static_cast<std::int64_t>(limits::webhook_waiting)) continue;
    auto const deliveries = deliveries_of(system_, webhook, page, system_.clock().now());
    if (auto kept = keep(system_, webhook, deliveries, page.back().entry); !kept) return false;
    is_more = is_more || page.size() == limits::webhook_entries;
  }
  return is_more;
}

}  // namespace plumbline::notices
