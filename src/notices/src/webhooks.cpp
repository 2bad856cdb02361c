#include "notices/webhooks.hpp"

#include <openssl/hmac.h>

#include <map>
#include <stdexcept>

#include "base/hash.hpp"
#include "base/limits.hpp"
#include "base/text.hpp"
#include "kernel/act.hpp"
#include "rows.hpp"
#include "webhook_row.hpp"

namespace plumbline::notices {
namespace {

using kernel::refuse;
using store::Sql;

constexpr std::size_t secret_bytes = 32;
// Far beyond any day: what waits for a paused webhook.
constexpr std::int64_t held = std::int64_t{253'402'300'799} * micros;
constexpr auto columns = webhook_columns;

Sql const insert_webhook{
    "webhook.insert",
    "insert into webhook (jurisdiction, id, account, url, registers, secret, old_secret, "
    "old_until, state, position, made_at) values ($1, $2, $3, $4, $5, $6, $7, 0, 'active', "
    "(select size - 1 from ledger_head where jurisdiction = $1), $8)"};
Sql const count_webhooks{"webhook.count", "select count(*) from webhook where jurisdiction = $1"};
Sql const update_webhook{
    "webhook.update",
    "update webhook set url = $3, registers = $4, state = $5 where jurisdiction = $1 and id = $2"};
Sql const delete_webhook{"webhook.delete", "delete from webhook where jurisdiction = $1 and id = $2"};
Sql const pause_webhook{"webhook.pause",
                        "update webhook set state = 'paused' where jurisdiction = $1 and id = $2"};
Sql const drop_waiting{"delivery.drop",
                       "delete from delivery where jurisdiction = $1 and channel = 'webhook' and recipient = "
                       "$2 and state = 'waiting'"};
Sql const shift_waiting{
    "delivery.shift",
    "update delivery set next_at = $3 where jurisdiction = $1 and channel = 'webhook' and "
    "recipient = $2 and state = 'waiting'"};
Sql const rotate_secret{"webhook.rotate",
                        "update webhook set old_secret = secret, secret = $3, old_until = $4 where "
                        "jurisdiction = $1 and id = $2"};
Sql const select_webhook{
    "webhook.select", "select " + std::string(columns) + " from webhook where jurisdiction = $1 and id = $2"};
Sql const webhooks_of_account{
    "webhook.of_account",
    "select " + std::string(columns) + " from webhook where jurisdiction = $1 and account = $2 order by id"};
Sql const count_tests{"delivery.tests",
                      "select count(*) from delivery where jurisdiction = $1 and channel = 'webhook' and "
                      "recipient = $2 and state = 'waiting' and cause like 'test:%'"};

}  // namespace

Webhook webhook_of(store::Row const& row) {
  Webhook out;
  out.id = uuid_from(row[0]);
  out.account = uuid_from(row[1]);
  out.url = store::text(row[2]);
  out.registers = split_names(store::text(row[3]));
  out.is_active = store::text(row[4]) == "active";
  out.position = store::integer(row[5]);
  out.made_at = Instant{store::integer(row[6])};
  out.secret = store::blob(row[7]);
  out.old_secret = store::blob(row[8]);
  out.old_until = Instant{store::integer(row[9])};
  return out;
}

namespace {

std::string shown(Bytes const& secret) { return "whsec_" + base64_encode(secret); }

std::string mac_of(Bytes const& secret, std::string const& text) {
  Hash mac{};
  unsigned length = 0;
  auto const data = bytes_of(text);
  if (HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()), data.data(), data.size(), mac.data(),
           &length) == nullptr)
    throw std::runtime_error("HMAC-SHA-256 is not to be had");
  return "v1," + base64_encode(mac);
}

}  // namespace

std::string signature_of(Webhook const& webhook, std::string const& id, std::int64_t seconds,
                         std::string const& body, Instant now) {
  std::string const text = id + "." + std::to_string(seconds) + "." + body;
  std::string out = mac_of(webhook.secret, text);
  if (!webhook.old_secret.empty() && now < webhook.old_until) out += " " + mac_of(webhook.old_secret, text);
  return out;
}

Result<void> Webhooks::check(Wish const& wish) const {
  if (wish.url) {
    auto const url = parse_url(*wish.url);
    if (!url) return url.refusal();
    if (auto may = check_target(Guard(Targets(system_).all()), *url); !may) return may;
  }
  if (!wish.registers) return {};
  if (wish.registers->size() > limits::webhook_registers)
    return refuse("too_many_values", "/registers", std::to_string(limits::webhook_registers));
  for (auto const& name : *wish.registers)
    if (system_.catalogue().find(name) == nullptr) return refuse("unknown_register", "/registers", name);
  return {};
}

Result<Webhooks::Made> Webhooks::make(Uuid account, Wish const& wish) {
  if (!wish.url) return refuse("required", "/url");
  if (auto right = check(wish); !right) return right.refusal();
  auto const& place = system_.settings().jurisdiction;
  auto const all = system_.database().reader()->query(count_webhooks, {place});
  if (of(account).size() >= limits::webhooks_per_account ||
      store::integer(all.at(0).at(0)) >= static_cast<std::int64_t>(limits::subscriptions))
    return refuse("too_many_webhooks", "", std::to_string(limits::webhooks_per_account));
  auto const now = system_.clock().now();
  Uuid const id = make_uuid7(now);
  Bytes const secret = random_bytes(secret_bytes);
  std::string const registers = join_names(wish.registers.value_or(std::vector<std::string>{}));
  if (auto kept = system_.write_unlogged(
          insert_webhook, {place, id_bytes(id), id_bytes(account), parse_url(*wish.url)->text, registers,
                           secret, Bytes{}, now.micros_utc});
      !kept)
    return kept.refusal();
  return Made{id, shown(secret)};
}

Result<void> Webhooks::change(Webhook const& known, Wish const& wish) {
  if (auto right = check(wish); !right) return right;
  auto const& place = system_.settings().jurisdiction;
  bool const is_active = wish.is_active.value_or(known.is_active);
  return system_.write_together([&](store::Writer& writer) -> Result<void> {
    writer.write(
        update_webhook,
        {place, id_bytes(known.id), wish.url ? parse_url(*wish.url)->text : known.url,
         join_names(wish.registers.value_or(known.registers)), std::string(is_active ? "active" : "paused")});
    if (is_active != known.is_active)
      writer.write(shift_waiting,
                   {place, id_bytes(known.id), is_active ? system_.clock().now().micros_utc : held});
    return {};
  });
}

Result<void> Webhooks::remove(Webhook const& known) {
  auto const& place = system_.settings().jurisdiction;
  return system_.write_together([&](store::Writer& writer) -> Result<void> {
    writer.write(delete_webhook, {place, id_bytes(known.id)});
    writer.write(drop_waiting, {place, id_bytes(known.id)});
    return {};
  });
}

void Webhooks::pause(store::Writer& writer, Uuid id) {
  auto const& place = system_.settings().jurisdiction;
  writer.write(pause_webhook, {place, id_bytes(id)});
  writer.write(shift_waiting, {place, id_bytes(id), held});
}

Result<std::string> Webhooks::rotate(Webhook const& known) {
  Bytes const secret = random_bytes(secret_bytes);
  auto const until = system_.clock().now().micros_utc + limits::webhook_old_secret_hours * 3'600 * micros;
  if (auto kept = system_.write_unlogged(
          rotate_secret, {system_.settings().jurisdiction, id_bytes(known.id), secret, until});
      !kept)
    return kept.refusal();
  return shown(secret);
}

Result<Uuid> Webhooks::test(Webhook const& known) {
  auto const& place = system_.settings().jurisdiction;
  auto const now = system_.clock().now();
  auto const waiting = system_.database().reader()->query(count_tests, {place, id_bytes(known.id)});
  if (store::integer(waiting.at(0).at(0)) >= static_cast<std::int64_t>(limits::webhook_tests_waiting))
    return refuse("too_many_tests", "", std::to_string(limits::webhook_tests_waiting));
  Delivery ping;
  ping.id = make_uuid7(now);
  ping.channel = "webhook";
  ping.recipient = known.id;
  ping.account = known.account;
  ping.cause = "test:" + to_string(ping.id);
  ping.next_at = ping.made_at = now;
  if (!known.is_active) ping.next_at = Instant{held};
  Json body;
  body.set("type", "test.ping");
  body.set("timestamp", to_string(now));
  body.set("data", Json(Json::Object{}));
  ping.body = write_json(body);
  auto const kept = system_.write_together([&](store::Writer& writer) -> Result<void> {
    put(writer, place, ping);
    return {};
  });
  if (!kept) return kept.refusal();
  return ping.id;
}

std::vector<Webhook> Webhooks::of(Uuid account) const {
  std::vector<Webhook> out;
  for (auto const& row : system_.database().reader()->query(
           webhooks_of_account, {system_.settings().jurisdiction, id_bytes(account)}))
    out.push_back(webhook_of(row));
  return out;
}

std::optional<Webhook> Webhooks::find(Uuid id) const {
  auto const rows =
      system_.database().reader()->query(select_webhook, {system_.settings().jurisdiction, id_bytes(id)});
  if (rows.empty()) return {};
  return webhook_of(rows[0]);
}

std::optional<Webhook> Webhooks::find(Uuid account, Uuid id) const {
  auto found = find(id);
  if (!found || found->account != account) return {};
  return found;
}

}  // namespace plumbline::notices
