#include "notices/sender.hpp"

#include <algorithm>
#include <iostream>

#include "base/limits.hpp"
#include "carrier.hpp"
#include "kernel/act.hpp"
#include "mail.hpp"
#include "notices/bell.hpp"
#include "notices/choices.hpp"
#include "rows.hpp"

namespace plumbline::notices {
namespace {

using store::Sql;

// Of each place the ones that have waited longest; first one of every place, then a second one.
Sql const due_deliveries{
    "delivery.due",
    "select id, channel, recipient from (select id, channel, recipient, next_at, row_number() over "
    "(partition "
    "by channel, case when channel = 'webhook' then recipient end order by next_at, id) as turn from (select "
    "id, channel, recipient, next_at from delivery where jurisdiction = $1 and state = 'waiting' and next_at "
    "<= $2 order by next_at limit $3) as due) as numbered where turn <= $4 order by turn, next_at, id"};
Sql const select_waiting{"delivery.waiting",
                         "select " + std::string(delivery_columns) +
                             " from delivery where jurisdiction = $1 and id = $2 and state = 'waiting'"};
Sql const begin_attempt{
    "delivery.begin", "update delivery set attempts = $3, next_at = $4 where jurisdiction = $1 and id = $2"};
Sql const end_delivery{
    "delivery.end",
    "update delivery set state = $3, last_error = $4, ended_at = $5 where jurisdiction = $1 "
    "and id = $2 and state = 'waiting'"};
Sql const note_error{"delivery.error",
                     "update delivery set last_error = $3 where jurisdiction = $1 and id = $2 and state = "
                     "'waiting'"};
Sql const hold_back{
    "delivery.hold",
    "update delivery set next_at = $4 where jurisdiction = $1 and channel = $2 and recipient = "
    "$3 and state = 'waiting' and next_at < $4"};
Sql const hold_channel{
    "delivery.hold_channel",
    "update delivery set next_at = $3 where jurisdiction = $1 and channel = $2 and state = "
    "'waiting' and next_at < $3"};

// What fails together: one webhook's receiver, or the one server behind all mails.
std::string place_of(std::string const& channel, Uuid recipient) {
  return channel == "webhook" ? to_string(recipient) : channel;
}

bool is_permanent(Arrival const& arrival, bool is_mail) {
  return is_mail && arrival.status >= 550 && arrival.status <= 554 && arrival.error != "login_refused";
}

std::string member_text(std::string const& answer, std::string const& member) {
  auto const document = parse_json(answer);
  Json const* found = document ? document->find(member) : nullptr;
  if (found == nullptr) return "";
  if (auto const* text = found->as_text()) return *text;
  return write_json(*found);
}

}  // namespace

struct Sender::Packed {
  std::optional<Parcel> parcel;
  std::string dead;  // why there is none, and will be none
  std::string late;  // why there is none yet
  std::string success_member;
  std::string success_value;
};

struct Sender::Outcome {
  Delivery delivery;
  bool is_sent = false;
  bool is_final = false;
  bool is_gone = false;  // the receiver wants no more
  bool is_away = false;  // nobody answered: others to the same place would fare no better
  std::string error;
};

Sender::Sender(kernel::System& system, std::chrono::milliseconds slow_from)
    : system_(system), slow_from_(slow_from), webhooks_(system), guard_({}) {}

std::int64_t Sender::wait_micros(std::int64_t attempt, Uuid id) {
  std::int64_t seconds = limits::delivery_wait_seconds_min;
  for (std::int64_t i = 1; i < attempt && seconds < limits::delivery_wait_seconds_max; ++i)
    seconds *= limits::delivery_wait_factor;
  seconds = std::min(seconds, std::int64_t{limits::delivery_wait_seconds_max});
  // Receivers that were away are not met by everything at the same second.
  return seconds * micros + seconds * micros / 4 * (id.bytes[15] ^ id.bytes[14]) / 255;
}

std::vector<Uuid> Sender::choose(Instant now, bool with_slow) {
  auto const due = system_.database().reader()->query(
      due_deliveries, {system_.settings().jurisdiction, now.micros_utc,
                       static_cast<std::int64_t>(limits::deliveries_looked_at),
                       static_cast<std::int64_t>(limits::deliveries_per_round)});
  std::vector<Uuid> chosen;
  for (auto const& row : due) {
    bool const is_slow = slow_.contains(place_of(store::text(row[1]), uuid_from(row[2])));
    if (chosen.size() < limits::deliveries_at_once && (with_slow || !is_slow))
      chosen.push_back(uuid_from(row[0]));
  }
  return chosen;
}

std::vector<Delivery> Sender::claim(bool with_slow) {
  auto const& place = system_.settings().jurisdiction;
  auto const now = system_.clock().now();
  // Seen without a lock first: mostly there is nothing.
  auto const chosen = choose(now, with_slow);
  std::vector<Delivery> claimed;
  if (chosen.empty()) return claimed;
  auto const kept = system_.write_together([&](store::Writer& writer) -> Result<void> {
    for (Uuid const id : chosen) {
      store::Statement const ask[] = {{&select_waiting, {place, id_bytes(id)}}};
      auto const rows = writer.fetch(ask).at(0);
      if (rows.empty() || store::integer(rows[0][8]) < 0) continue;
      auto delivery = delivery_of(rows[0]);
      if (delivery.next_at > now) continue;  // another process was faster
      ++delivery.attempts;
      delivery.next_at = Instant{now.micros_utc + wait_micros(delivery.attempts, id)};
      writer.write(begin_attempt, {place, id_bytes(id), delivery.attempts, delivery.next_at.micros_utc});
      claimed.push_back(std::move(delivery));
    }
    return {};
  });
  if (!kept) claimed.clear();
  return claimed;
}

Sender::Packed Sender::pack_webhook(Delivery const& delivery) {
  Packed out;
  auto const webhook = webhooks_.find(delivery.recipient);
  if (!webhook) return {{}, "webhook_removed", "", "", ""};
  if (!webhook->is_active) return {{}, "", "paused", "", ""};
  auto const viewer = system_.viewer(webhook->account);
  if (viewer.scoped.empty() && viewer.represented.empty()) return {{}, "account_closed", "", "", ""};
  // What was to be seen when this was made may have moved since.
  if (auto const body = parse_json(delivery.body))
    if (Json const* data = body->find("data"); data != nullptr && data->find("register") != nullptr) {
      auto const id = parse_uuid(*data->find("id")->as_text());
      if (!id || !system_.reads().get(viewer, *data->find("register")->as_text(), *id))
        return {{}, "not_visible", "", "", ""};
    }
  auto const url = parse_url(webhook->url);
  if (!url) return {{}, "bad_url", "", "", ""};
  auto const now = system_.clock().now();
  Parcel parcel;
  parcel.url = url->text;
  parcel.host = url->host;
  parcel.is_encrypted = url->is_encrypted;
  parcel.guard = &guard_;
  parcel.content = delivery.body;
  std::string const id = to_string(delivery.id);
  parcel.headers = {"content-type: application/json", "webhook-id: " + id,
                    "webhook-timestamp: " + std::to_string(now.seconds()),
                    "webhook-signature: " + signature_of(*webhook, id, now.seconds(), delivery.body, now)};
  out.parcel = std::move(parcel);
  return out;
}

Sender::Packed Sender::pack_message(Delivery const& delivery) {
  Packed out;
  auto const viewer = system_.viewer(delivery.account);
  if (viewer.scoped.empty() && viewer.represented.empty()) return {{}, "account_closed", "", "", ""};
  auto const choice = Choices(system_).of(delivery.recipient);
  bool const is_mail = delivery.channel == "mail";
  if (is_mail ? choice.mail == MailMode::none || choice.mail_address.empty()
              : !choice.sms || choice.telephone.empty())
    return {{}, "not_wanted", "", "", ""};
  auto const settings = read_settings(system_.folder());
  if (!settings || (is_mail ? !settings->mail : !settings->sms)) {
    if (!settings) std::cerr << "notices.json: " << settings.refusal().code << '\n';
    return {{}, "", "not_configured", "", ""};
  }
  Parcel parcel;
  parcel.authorities = settings->authorities;
  if (is_mail) {
    parcel.url = settings->mail->url;
    parcel.from = settings->mail->from;
    parcel.to = choice.mail_address;
    parcel.user = settings->mail->user;
    parcel.password = settings->mail->password;
    parcel.wants_tls = !settings->mail->is_near;
    parcel.content = write_mail(
        {parcel.from, parcel.to, to_string(delivery.id), delivery.made_at, delivery.subject, delivery.body});
  } else {
    parcel.url = settings->sms->url;
    parcel.is_encrypted = settings->sms->url.starts_with("https:");
    parcel.headers = settings->sms->headers;
    parcel.headers.push_back("content-type: " + settings->sms->content_type);
    parcel.headers.push_back("idempotency-key: " + to_string(delivery.id));
    parcel.content = sms_body(*settings->sms, choice.telephone, delivery.body);
    out.success_member = settings->sms->success_member;
    out.success_value = settings->sms->success_value;
  }
  out.parcel = std::move(parcel);
  return out;
}

Sender::Packed Sender::pack(Delivery const& delivery) {
  return delivery.channel == "webhook" ? pack_webhook(delivery) : pack_message(delivery);
}

Sender::Round Sender::round(bool with_slow) {
  Round out;
  auto const claimed = claim(with_slow);
  if (claimed.empty()) return out;
  guard_ = Guard(Targets(system_).all());
  std::vector<Outcome> outcomes;
  std::vector<Packed> packed;
  std::vector<Parcel> parcels;
  for (auto const& delivery : claimed) {
    packed.push_back(pack(delivery));
    Outcome outcome;
    outcome.delivery = delivery;
    outcome.is_final = !packed.back().dead.empty();
    outcome.is_away = packed.back().late == "not_configured";
    outcome.error = packed.back().dead + packed.back().late;
    outcomes.push_back(std::move(outcome));
    if (packed.back().parcel) parcels.push_back(*packed.back().parcel);
  }
  auto const arrivals = carry(parcels);
  std::size_t next = 0;
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    ++out.tried;
    if (packed[i].parcel) {
      auto const& arrival = arrivals[next++];
      auto& outcome = outcomes[i];
      auto const to = place_of(outcome.delivery.channel, outcome.delivery.recipient);
      if (arrival.took >= slow_from_)
        slow_.insert(to);
      else
        slow_.erase(to);
      bool const is_mail = outcome.delivery.channel == "mail";
      bool const is_success = is_mail || (arrival.status >= 200 && arrival.status < 300);
      outcome.is_sent = arrival.is_carried && is_success &&
                        (packed[i].success_member.empty() ||
                         member_text(arrival.answer, packed[i].success_member) == packed[i].success_value);
      outcome.is_gone = outcome.delivery.channel == "webhook" && arrival.is_carried && arrival.status == 410;
      outcome.is_final = outcome.is_gone || (!outcome.is_sent && is_permanent(arrival, is_mail));
      outcome.is_away = !outcome.is_final && !outcome.is_sent && (!is_mail || arrival.status < 400);
      outcome.error = arrival.error;
      if (outcome.error.empty() || (is_mail && arrival.status >= 400))
        outcome.error = "status " + std::to_string(arrival.status);
    }
    out.sent += outcomes[i].is_sent ? 1 : 0;
    out.all_well = out.all_well && outcomes[i].is_sent;
  }
  settle(outcomes);
  return out;
}

void Sender::settle(std::vector<Outcome> const& outcomes) {
  auto const& place = system_.settings().jurisdiction;
  auto const now = system_.clock().now();
  auto const kept = system_.write_together([&](store::Writer& writer) -> Result<void> {
    for (auto const& outcome : outcomes) {
      auto const& delivery = outcome.delivery;
      if (outcome.is_sent) {
        writer.write(end_delivery,
                     {place, id_bytes(delivery.id), std::string("sent"), std::string(), now.micros_utc});
        continue;
      }
      if (outcome.is_final || delivery.attempts >= limits::delivery_attempts)
        bury(writer, outcome, now);
      else
        writer.write(note_error, {place, id_bytes(delivery.id), outcome.error});
      if (!outcome.is_away) continue;
      if (delivery.channel == "webhook")
        writer.write(hold_back,
                     {place, delivery.channel, id_bytes(delivery.recipient), delivery.next_at.micros_utc});
      else
        writer.write(hold_channel,
                     {place, delivery.channel, now.micros_utc + limits::delivery_wait_seconds_min * micros});
    }
    return {};
  });
  // Otherwise they are tried again in time: their receivers know the ids.
  if (!kept) std::cerr << "deliveries: " << kept.refusal().code << '\n';
}

// Its owner hears of it, once a day.
void Sender::bury(store::Writer& writer, Outcome const& outcome, Instant now) {
  auto const& place = system_.settings().jurisdiction;
  auto const& delivery = outcome.delivery;
  writer.write(end_delivery,
               {place, id_bytes(delivery.id), std::string("dead"), outcome.error, now.micros_utc});
  if (outcome.is_gone) webhooks_.pause(writer, delivery.recipient);
  if (delivery.channel != "webhook") return;
  Notice notice;
  notice.account = delivery.account;
  notice.id = make_uuid7(now);
  notice.kind = outcome.is_gone ? "webhook_paused" : "delivery_dead";
  notice.cause = notice.kind + ":" + to_string(delivery.recipient) + ":" + to_string(legal_date(now));
  notice.made_at = now;
  put(writer, place, notice);
}

}  // namespace plumbline::notices
