// Suggestions while somebody types a name, and what may be done with a record that was found.
#include "base/limits.hpp"
#include "context.hpp"
#include "etag.hpp"
#include "kernel/entitlement.hpp"
#include "kernel/messages.hpp"
#include "kernel/reads.hpp"
#include "kernel/registers.hpp"
#include "members.hpp"
#include "records.hpp"
#include "reflect/codec.hpp"
#include "title.hpp"

namespace plumbline::http {
namespace {

using kernel::refuse;

// Their titles are names of people.
bool names_people(kernel::Register const& reg) {
  auto const* title = reg.title_field.empty() ? nullptr : reg.type->find(reg.title_field);
  return title != nullptr && has(title->flags, reflect::Flag::personal);
}

Json suggestion(Context const& context, kernel::Viewer const& viewer, kernel::Register const& reg,
                kernel::Found const& found, reflect::Sight sight) {
  Json row;
  row.set("register", reg.name);
  row.set("id", to_string(found.id));
  row.set("title", title_of(context, viewer, reg, found, sight));
  row.set("state", found.state);
  return row;
}

Json action_json(Context const& context, kernel::Register const& reg, std::string_view action,
                 std::optional<Refusal> const& obstacle) {
  Json row;
  row.set("action", action);
  row.set("may", !obstacle.has_value());
  if (auto const* declared = reg.find_action(action); declared != nullptr && declared->payload != nullptr)
    row.set("payload", "#/components/schemas/" + std::string(declared->payload->name));
  if (!obstacle) return row;
  row.set("code", obstacle->code);
  row.set("message", kernel::message(obstacle->code, language_of(context.request)));
  if (!obstacle->detail.empty()) row.set("detail", obstacle->detail);
  return row;
}

}  // namespace

std::string title_of(Context const& context, kernel::Viewer const& viewer, kernel::Register const& reg,
                     kernel::Found const& found, reflect::Sight sight) {
  Json const record = reflect::to_json(*reg.type, found.record.data(), sight);
  auto const text_of = [&](std::string_view field) {
    Json const* member = field.empty() ? nullptr : record.find(field);
    return member == nullptr ? nullptr : member->as_text();
  };
  auto const& [field, other_register] = reg.named_after;
  if (auto const* id = text_of(field)) {
    auto const* other_reg = context.system.catalogue().find(other_register);
    auto const other = context.system.reads().get(viewer, other_register, *parse_uuid(*id));
    if (other) return title_of(context, viewer, *other_reg, *other, reflect::Sight::masked);
  }
  auto const* title = text_of(reg.title_field);
  return title == nullptr ? to_string(found.id) : *title;
}

// Over every register whose names this viewer may search; what they may not see is passed over, as an unknown
// name would be.
Response suggest(Context& context) {
  kernel::Query query;
  query.search = std::string(context.request.parameter("q").value_or(""));
  if (query.search.empty()) return context.refused(refuse("search_too_short", "/q"));
  query.limit = static_cast<int>(limits::search_suggestions);
  auto const only = context.request.parameter("register");
  if (only && context.system.catalogue().find(*only) == nullptr)
    return context.refused(refuse("unknown_register", "/register", std::string(*only)));
  auto const viewer = context.viewer();
  Json::Array items;
  std::string unmasked;  // registers of people
  std::string ids;
  for (auto const& reg : context.system.catalogue().registers()) {
    if (only && reg.name != *only) continue;
    auto const page = context.system.reads().list(viewer, reg.name, query);
    if (!page && page.refusal().code == "not_searchable") continue;
    if (!page) return context.refused(page.refusal());
    auto const sight = viewer.sight(reg);
    if (names_people(reg) && sight == reflect::Sight::all && !page->items.empty()) {
      unmasked += (unmasked.empty() ? "" : " ") + std::string(reg.name);
      for (auto const& found : page->items) ids += to_string(found.id) + ' ';
    }
    for (auto const& found : page->items)
      if (items.size() < limits::search_suggestions)
        items.push_back(suggestion(context, viewer, reg, found, sight));
    if (items.size() == limits::search_suggestions) break;
  }
  if (auto noted = write_personal_read(context, unmasked, "search", std::move(ids)); !noted)
    return context.refused(noted.refusal());
  return json(200, items_json(std::move(items)));
}

// Every action of the register's table, with the reason where this viewer may not take it now.
Response show_actions(Context& context) {
  auto const* reg = context.system.catalogue().find(context.variable("register"));
  if (reg == nullptr) return context.refused(refuse("unknown_register", "", context.variable("register")));
  auto const id = parse_uuid(context.variable("id"));
  if (!id) return context.refused(refuse("not_found"));
  auto const viewer = context.viewer();
  auto found = context.system.reads().get(viewer, reg->name, *id);
  if (found && reg->placed_with) {  // a file is where its record is now
    auto const& file = found->as<kernel::Attachment>();
    if (auto owner = context.system.reads().get(viewer, file.register_name, file.record)) {
      found->envelope.scopes = std::move(owner->envelope.scopes);
      found->envelope.parties = std::move(owner->envelope.parties);
    }
  }
  auto const state = found ? reg->state_value(found->state) : std::nullopt;
  if (!state) return context.refused(refuse("not_found"));
  Json::Array items;
  for (auto const& action : reg->actions)
    items.push_back(action_json(context, *reg, action.name,
                                kernel::obstacle(*reg, viewer, found->envelope, *state, action.name)));
  Json document;
  document.set("version", found->version);
  document.set("state", found->state);
  document.set("items", std::move(items));
  return json(200, document);
}

}  // namespace plumbline::http
