// One action on many records: each is an act of its own with an answer of its own.
#include "base/hash.hpp"
#include "base/limits.hpp"
#include "kernel/act.hpp"
#include "kernel/registers.hpp"
#include "records.hpp"

namespace plumbline::http {
namespace {

using kernel::refuse;

struct Item {
  Uuid record;
  std::optional<std::int64_t> version_seen;
  std::string payload;
};

Result<Item> item_of(Json const& document, std::string const& place, Json const* common) {
  Item item;
  Json const* id = document.find("id");
  auto const record = id == nullptr || id->as_text() == nullptr ? std::nullopt : parse_uuid(*id->as_text());
  if (!record) return refuse("invalid_value", place + "/id");
  item.record = *record;
  if (Json const* version = document.find("version")) {
    if (version->as_integer() == nullptr) return refuse("invalid_value", place + "/version");
    item.version_seen = *version->as_integer();
  }
  Json const* payload = document.find("payload");
  if (payload == nullptr) payload = common;
  if (payload != nullptr) item.payload = write_json(*payload);
  return item;
}

Result<std::vector<Item>> items_of(Json const& body) {
  Json const* list = body.find("items");
  if (list == nullptr || list->as_array() == nullptr) return refuse("required", "/items");
  auto const& documents = *list->as_array();
  if (documents.empty() || documents.size() > limits::bulk_records)
    return refuse("out_of_range", "/items", "1.." + std::to_string(limits::bulk_records));
  std::vector<Item> items;
  for (std::size_t i = 0; i < documents.size(); ++i) {
    auto item = item_of(documents[i], "/items/" + std::to_string(i), body.find("payload"));
    if (!item) return item.refusal();
    items.push_back(*std::move(item));
  }
  return items;
}

Json result_json(Context const& context, Uuid record, Result<kernel::Receipt> const& done) {
  Json row;
  row.set("id", to_string(record));
  row.set("status", done ? 200 : status_of(done.refusal().code));
  if (done)
    row.set("receipt", receipt_json(*done));
  else
    row.set("problem", problem_json(done.refusal(), context.request));
  return row;
}

}  // namespace

// {"action": …, "items": [{"id", "version"?, "payload"?}], "payload"?: for those without one}
Response act_on_many(Context& context) {
  auto const reg = register_of(context);
  if (!reg) return context.refused(reg.refusal());
  auto const body = parse_json(context.request.body);
  if (!body) return context.refused(body.refusal());
  Json const* action = body->find("action");
  if (action == nullptr || action->as_text() == nullptr)
    return context.refused(refuse("required", "/action"));
  if ((*reg)->find_action(*action->as_text()) == nullptr &&
      kernel::find_builtin(*action->as_text()) == nullptr)
    return context.refused(refuse("unknown_action", "/action", *action->as_text()));
  if (auto const elsewhere = own_address_of(**reg, *action->as_text())) return context.refused(*elsewhere);
  if (auto allowed = context.allowed((*reg)->name, *action->as_text()); !allowed)
    return context.refused(allowed.refusal());
  auto const items = items_of(*body);
  if (!items) return context.refused(items.refusal());
  auto const key = idempotency_key(context.request);
  if (!key) return context.refused(key.refusal());
  // All of them wait at the desk together and share its commits.
  std::vector<std::future<Result<kernel::Receipt>>> answers;
  for (auto const& item : *items) {
    kernel::Command command;
    command.register_name = (*reg)->name;
    command.action = *action->as_text();
    command.record = item.record;
    command.version_seen = item.version_seen;
    command.payload = item.payload;
    command.account = context.session->account;
    if (!key->empty())
      command.idempotency_key = "bulk/" + to_hex(sha256(*key + "/" + to_string(item.record)));
    answers.push_back(context.system.submit(std::move(command)));
  }
  Json::Array results;
  std::int64_t done = 0;
  for (std::size_t i = 0; i < answers.size(); ++i) {
    auto const answer = Crew::wait_for(answers[i]);
    done += answer ? 1 : 0;
    results.push_back(result_json(context, (*items)[i].record, answer));
  }
  Json document;
  document.set("done", done);
  document.set("refused", static_cast<std::int64_t>(answers.size()) - done);
  document.set("results", std::move(results));
  return json(200, document);
}

}  // namespace plumbline::http
