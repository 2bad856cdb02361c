// Operations on what people and programs are told.
#include "base/limits.hpp"
#include "openapi_parts.hpp"

namespace plumbline::http {
namespace {

Json text() { return of_type("string"); }

Json nullable_text() {
  Json schema{Json::Object{}};
  schema.set("type", Json::Array{"string", "null"});
  return schema;
}

Json one_of(std::initializer_list<char const*> values) {
  Json::Array names;
  for (auto const* value : values) names.emplace_back(value);
  Json schema = text();
  schema.set("enum", std::move(names));
  return schema;
}

Json refusals() { return problem_answers({400, 401, 403, 404, 409, 413, 415, 422, 503}); }

Json in_pages(Json item) {
  return object_of({{"items", list_of(std::move(item))}, {"next", nullable_text()}}, {"items", "next"});
}

Json notice_page() {
  Json notice = object_of({{"id", uuid_schema()},
                           {"kind", text()},
                           {"made_at", text()},
                           {"read_at", nullable_text()},
                           {"register", text()},
                           {"record", uuid_schema()},
                           {"title", text()},
                           {"rule", text()},
                           {"due_on", text()}},
                          {"id", "kind", "made_at", "read_at"});
  return object_of({{"items", list_of(std::move(notice))},
                    {"next", nullable_text()},
                    {"unread", of_type("integer")},
                    {"unread_is_capped", of_type("boolean")}},
                   {"items", "next", "unread"});
}

Json::Object choice() {
  return {{"mail_address", text()},
          {"mail", one_of({"none", "immediate", "digest"})},
          {"telephone", text()},
          {"sms", of_type("boolean")},
          {"language", one_of({"zh-CN", "en"})}};
}
// And whether the house can send any at all.
Json choice_made() {
  auto members = choice();
  for (auto const* is_set_up : {"mail_is_set_up", "sms_is_set_up"})
    members.emplace_back(is_set_up, of_type("boolean"));
  return object_of(std::move(members), {"mail", "sms", "language", "mail_is_set_up", "sms_is_set_up"});
}

void add_bell(AddOperation const& operation) {
  operation("/api/v1/notices", "get", "notices",
            Json::Array{parameter("unread", "query", false, one_of({"0", "1"})),
                        parameter("limit", "query", false, of_type("integer")),
                        parameter("cursor", "query", false, text())},
            {},
            with(problem_answers({400, 401, 403}), "200",
                 answer("what one is to know, the latest first", notice_page())));
  Json some = list_of(uuid_schema());
  some.set("maxItems", static_cast<std::int64_t>(limits::notices_marked));
  operation("/api/v1/notices/read", "post", "mark_notices", forgery_guard(),
            object_of({{"ids", std::move(some)}, {"until", uuid_schema()}}, {}),
            with(refusals(), "204", empty_answer("read")));
  operation("/api/v1/notice-choice", "get", "notice_choice", Json::Array{}, {},
            with(problem_answers({401, 403}), "200", answer("how one hears of things", choice_made())));
  operation("/api/v1/notice-choice", "put", "keep_notice_choice", forgery_guard(), object_of(choice(), {}),
            with(refusals(), "200", answer("how one hears of things", choice_made())));
}

Json webhook() {
  return object_of({{"id", uuid_schema()},
                    {"url", text()},
                    {"registers", list_of(text())},
                    {"is_active", of_type("boolean")},
                    {"made_at", text()}},
                   {"id", "url", "registers", "is_active", "made_at"});
}

Json webhook_wish(std::vector<std::string> const& required) {
  return object_of({{"url", text()}, {"registers", list_of(text())}, {"is_active", of_type("boolean")}},
                   required);
}

void add_webhooks(AddOperation const& operation) {
  auto const which = [] {
    Json parameters = forgery_guard();
    parameters.push(parameter("webhook", "path", true, uuid_schema()));
    return parameters;
  };
  operation("/api/v1/webhooks", "get", "webhooks", Json::Array{}, {},
            with(problem_answers({401, 403}), "200",
                 answer("own webhooks", object_of({{"items", list_of(webhook())}}, {"items"}))));
  operation("/api/v1/webhooks", "post", "make_webhook", forgery_guard(), webhook_wish({"url"}),
            with(refusals(), "201",
                 answer("the secret of its signatures, told once",
                        object_of({{"id", uuid_schema()}, {"secret", text()}}, {"id", "secret"}))));
  std::string const one = "/api/v1/webhooks/{webhook}";
  operation(one, "get", "webhook", which(), {},
            with(problem_answers({401, 403, 404}), "200", answer("one of them", webhook())));
  operation(one, "put", "change_webhook", which(), webhook_wish({}),
            with(refusals(), "204", empty_answer("changed; what is not named stays")));
  operation(one, "delete", "remove_webhook", which(), {}, with(refusals(), "204", empty_answer("removed")));
  operation(one + "/rotate", "post", "rotate_webhook", which(), {},
            with(refusals(), "200",
                 answer("a new secret; the old one signs beside it for a day",
                        object_of({{"secret", text()}}, {"secret"}))));
  operation(one + "/test", "post", "test_webhook", which(), {},
            with(refusals(), "202",
                 answer("a message test.ping is on its way", object_of({{"id", uuid_schema()}}, {"id"}))));
}

void add_deliveries(AddOperation const& operation) {
  Json delivery = object_of({{"id", uuid_schema()},
                             {"channel", one_of({"webhook", "mail", "sms"})},
                             {"recipient", uuid_schema()},
                             {"state", one_of({"waiting", "sent", "dead"})},
                             {"attempts", of_type("integer")},
                             {"last_error", text()},
                             {"made_at", text()},
                             {"next_at", nullable_text()},
                             {"ended_at", nullable_text()},
                             {"cause", text()}},
                            {"id", "channel", "state", "attempts", "made_at"});
  operation("/api/v1/deliveries", "get", "deliveries",
            Json::Array{parameter("state", "query", false, one_of({"waiting", "sent", "dead"})),
                        parameter("webhook", "query", false, uuid_schema()),
                        parameter("everybody", "query", false, one_of({"0", "1"})),
                        parameter("limit", "query", false, of_type("integer")),
                        parameter("cursor", "query", false, text())},
            {},
            with(problem_answers({400, 401, 403}), "200",
                 answer("what was sent to one, the latest first; everybody's for the system administrator",
                        in_pages(std::move(delivery)))));
  Json which = forgery_guard();
  which.push(parameter("delivery", "path", true, uuid_schema()));
  operation("/api/v1/deliveries/{delivery}/replay", "post", "replay_delivery", std::move(which), {},
            with(refusals(), "204", empty_answer("a dead one waits to be sent again")));
}

void add_targets(AddOperation const& operation) {
  std::string const targets = "/api/v1/webhook-targets";
  Json target =
      object_of({{"target", text()}, {"reason", text()}, {"account", nullable_text()}, {"made_at", text()}},
                {"target", "reason", "account", "made_at"});
  operation(targets, "get", "webhook_targets", Json::Array{}, {},
            with(problem_answers({401, 403}), "200",
                 answer("hosts and networks allowed beyond public addresses",
                        object_of({{"items", list_of(std::move(target))}}, {"items"}))));
  operation(targets, "post", "allow_webhook_target", forgery_guard(),
            object_of({{"target", text()}, {"reason", text()}}, {"target", "reason"}),
            with(refusals(), "204", empty_answer("allowed")));
  Json which = forgery_guard();
  which.push(parameter("target", "query", true, text()));
  operation(targets, "delete", "forbid_webhook_target", std::move(which), {},
            with(refusals(), "204", empty_answer("not allowed any more")));
}

}  // namespace

void add_notice_paths(AddOperation const& operation) {
  add_bell(operation);
  add_webhooks(operation);
  add_deliveries(operation);
  add_targets(operation);
}

}  // namespace plumbline::http
