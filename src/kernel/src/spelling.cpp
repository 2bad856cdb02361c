#include "kernel/spelling.hpp"

#include <algorithm>

#include "personal.hpp"
#include "reflect/codec.hpp"

namespace plumbline::kernel {

Json record_json(Register const& reg, Found const& found, reflect::Sight sight) {
  Json document;
  document.set("id", to_string(found.id));
  document.set("version", found.version);
  document.set("state", found.state);
  document.set("entry", found.entry);
  document.set("updated_at", to_string(found.updated_at));
  Json const record = reflect::to_json(*reg.type, found.record.data(), sight);
  for (auto const& [name, value] : *record.as_object()) document.set(name, value);
  Json::Array scopes;
  for (auto const& scope : found.envelope.scopes) scopes.emplace_back(scope);
  document.set("scopes", std::move(scopes));
  Json::Array clocks;
  for (auto const& clock : found.envelope.clocks)
    clocks.push_back(reflect::to_json(reflect::type_of<RunningClock>(), &clock));
  document.set("clocks", std::move(clocks));
  return document;
}

bool shows_personal(Register const& reg, reflect::Sight sight) {
  return sight == reflect::Sight::all && std::ranges::any_of(reg.type->fields, holds_personal);
}

Json::Array history_json(std::vector<HistoryRow> const& history) {
  Json::Array items;
  for (auto const& row : history) {
    Json document;
    document.set("version", row.version);
    document.set("entry", row.entry);
    document.set("action", row.action);
    document.set("account", row.account.is_nil() ? std::string("system") : to_string(row.account));
    document.set("at", to_string(row.at));
    document.set("state", row.state);
    Json::Array changes;
    for (auto const& change : row.changes) {
      Json line;
      line.set("path", change.path);
      line.set("before", change.before);
      line.set("after", change.after);
      changes.push_back(std::move(line));
    }
    document.set("changes", std::move(changes));
    items.push_back(std::move(document));
  }
  return items;
}

}  // namespace plumbline::kernel
