// Webhooks of one's own, what was sent to them and to everybody, and where the server may send at all.
#include "notices/webhooks.hpp"
#include "base/limits.hpp"
#include "kernel/act.hpp"
#include "members.hpp"
#include "records.hpp"

namespace plumbline::http {
namespace {

using kernel::refuse;

Json webhook_json(notices::Webhook const& webhook) {
  Json row;
  row.set("id", to_string(webhook.id));
  row.set("url", webhook.url);
  row.set("registers", list_json(webhook.registers));
  row.set("is_active", webhook.is_active);
  row.set("made_at", to_string(webhook.made_at));
  return row;
}

Result<notices::Webhooks::Wish> wish_of(Request const& request) {
  auto const body = parse_json(request.body);
  if (!body) return body.refusal();
  if (body->as_object() == nullptr) return refuse("invalid_value", "");
  notices::Webhooks::Wish wish;
  for (auto const& [name, value] : *body->as_object()) {
    auto const wrong = [&, &member = name] { return refuse("invalid_value", "/" + member); };
    if (name == "url") {
      if (value.as_text() == nullptr) return wrong();
      wish.url = *value.as_text();
    } else if (name == "is_active") {
      if (value.as_bool() == nullptr) return wrong();
      wish.is_active = *value.as_bool();
    } else if (name == "registers") {
      auto registers = texts_member(*body, name);
      if (!registers) return registers.refusal();
      wish.registers = *std::move(registers);
    } else {
      return wrong();
    }
  }
  return wish;
}

// Somebody else's is not there.
Result<notices::Webhook> own_webhook(Context const& context) {
  auto const id = parse_uuid(context.variable("webhook"));
  auto found = id ? notices::Webhooks(context.system).find(context.session->account, *id) : std::nullopt;
  if (!found) return refuse("not_found");
  return *std::move(found);
}

Response done(Context const& context, Result<void> const& outcome) {
  return outcome ? no_content() : context.refused(outcome.refusal());
}

// Of others' an administrator is told that they fail and why, not what they say or to whom.
Json delivery_json(notices::Delivery const& delivery, bool is_own) {
  Json row;
  row.set("id", to_string(delivery.id));
  row.set("channel", delivery.channel);
  row.set("recipient", to_string(delivery.recipient));
  row.set("state", delivery.state);
  row.set("attempts", delivery.attempts);
  row.set("last_error", delivery.last_error);
  row.set("made_at", to_string(delivery.made_at));
  row.set("next_at", delivery.state == "waiting" ? Json(to_string(delivery.next_at)) : Json());
  row.set("ended_at", instant_json(delivery.ended_at));
  if (is_own) row.set("cause", delivery.cause);
  return row;
}

struct Listing {
  notices::Outbox::Wish wish;
  bool of_everybody = false;
};
Result<Listing> listing_of_deliveries(Request const& request) {
  Listing out;
  for (auto const& [name, value] : request.parameters) {
    if (name == "state" && (value == "waiting" || value == "sent" || value == "dead")) {
      out.wish.state = value;
    } else if (name == "webhook" && parse_uuid(value)) {
      out.wish.recipient = parse_uuid(value);
    } else if (name == "everybody" && (value == "0" || value == "1")) {
      out.of_everybody = value == "1";
    } else if (name == "limit") {
      auto const limit = page_limit(value);
      if (!limit) return limit.refusal();
      out.wish.limit = *limit;
    } else if (name == "cursor") {
      out.wish.cursor = value;
    } else {
      bool const is_known = name == "state" || name == "webhook" || name == "everybody";
      return refuse(is_known ? "invalid_value" : "unknown_parameter", "/" + name, value);
    }
  }
  return out;
}

}  // namespace

Response list_webhooks(Context& context) {
  Json::Array items;
  for (auto const& webhook : notices::Webhooks(context.system).of(context.session->account))
    items.push_back(webhook_json(webhook));
  return json(200, items_json(std::move(items)));
}

Response show_webhook(Context& context) {
  auto const webhook = own_webhook(context);
  return webhook ? json(200, webhook_json(*webhook)) : context.refused(webhook.refusal());
}

Response make_webhook(Context& context) {
  auto const wish = wish_of(context.request);
  if (!wish) return context.refused(wish.refusal());
  auto const made = notices::Webhooks(context.system).make(context.session->account, *wish);
  if (!made) return context.refused(made.refusal());
  Json document;
  document.set("id", to_string(made->id));
  document.set("secret", made->secret);
  return json(201, document);
}

Response change_webhook(Context& context) {
  auto const webhook = own_webhook(context);
  if (!webhook) return context.refused(webhook.refusal());
  auto const wish = wish_of(context.request);
  if (!wish) return context.refused(wish.refusal());
  return done(context, notices::Webhooks(context.system).change(*webhook, *wish));
}

Response remove_webhook(Context& context) {
  auto const webhook = own_webhook(context);
  if (!webhook) return context.refused(webhook.refusal());
  return done(context, notices::Webhooks(context.system).remove(*webhook));
}

Response rotate_webhook(Context& context) {
  auto const webhook = own_webhook(context);
  if (!webhook) return context.refused(webhook.refusal());
  auto const secret = notices::Webhooks(context.system).rotate(*webhook);
  if (!secret) return context.refused(secret.refusal());
  Json document;
  document.set("secret", *secret);
  return json(200, document);
}

Response test_webhook(Context& context) {
  auto const webhook = own_webhook(context);
  if (!webhook) return context.refused(webhook.refusal());
  auto const made = notices::Webhooks(context.system).test(*webhook);
  if (!made) return context.refused(made.refusal());
  Json document;
  document.set("id", to_string(*made));
  return json(202, document);
}

Response list_deliveries(Context& context) {
  auto listing = listing_of_deliveries(context.request);
  if (!listing) return context.refused(listing.refusal());
  if (listing->of_everybody && !context.viewer().holds_everywhere(kernel::Role::system_administrator))
    return context.refused(refuse("forbidden"));
  if (!listing->of_everybody) listing->wish.account = context.session->account;
  auto const page = notices::Outbox(context.system).list(listing->wish);
  if (!page) return context.refused(page.refusal());
  Json::Array items;
  for (auto const& delivery : page->items)
    items.push_back(delivery_json(delivery, delivery.account == context.session->account));
  return json(200, page_json(std::move(items), page->next));
}

Response replay_delivery(Context& context) {
  notices::Outbox outbox(context.system);
  auto const id = parse_uuid(context.variable("delivery"));
  auto const found = id ? outbox.find(*id) : std::nullopt;
  if (!found || (found->account != context.session->account &&
                 !context.viewer().holds_everywhere(kernel::Role::system_administrator)))
    return context.refused(refuse("not_found"));
  return done(context, outbox.replay(*found));
}

Response list_targets(Context& context) {
  if (!context.viewer().holds_everywhere(kernel::Role::security_administrator))
    return context.refused(refuse("forbidden"));
  Json::Array items;
  for (auto const& target : notices::Targets(context.system).all()) {
    Json row;
    row.set("target", target.text);
    row.set("reason", target.reason);
    row.set("account", target.account.is_nil() ? Json() : Json(to_string(target.account)));
    row.set("made_at", to_string(target.made_at));
    items.push_back(std::move(row));
  }
  return json(200, items_json(std::move(items)));
}

// {"target": HOST or network, "reason": TEXT}
Response allow_target(Context& context) {
  if (!context.viewer().holds_everywhere(kernel::Role::security_administrator))
    return context.refused(refuse("forbidden"));
  auto const body = parse_json(context.request.body);
  if (!body) return context.refused(body.refusal());
  auto const target = text_member(*body, "target");
  if (!target) return context.refused(target.refusal());
  auto const reason = text_member(*body, "reason");
  if (!reason) return context.refused(reason.refusal());
  return done(context, notices::Targets(context.system).allow(*target, *reason, context.session->account));
}

Response forbid_target(Context& context) {
  if (!context.viewer().holds_everywhere(kernel::Role::security_administrator))
    return context.refused(refuse("forbidden"));
  for (auto const& [name, value] : context.request.parameters)
    if (name != "target") return context.refused(refuse("unknown_parameter", "/" + name, value));
  auto const target = context.request.parameter("target");
  if (!target) return context.refused(refuse("required", "/target"));
  if (!notices::Targets(context.system).forbid(std::string(*target)))
    return context.refused(refuse("not_found"));
  return no_content();
}

}  // namespace plumbline::http
