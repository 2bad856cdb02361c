// What screens and programs read first: registers, fields, actions.
#include <map>

#include "base/limits.hpp"
#include "context.hpp"
#include "kernel/registers.hpp"
#include "labels.hpp"
#include "records.hpp"
#include "reflect/codec.hpp"
#include "routes.hpp"

namespace plumbline::http {
namespace {

Json::Array roles_json(kernel::RoleSet roles) {
  Json::Array names;
  for (int role = 0; role < kernel::role_count; ++role)
    if (roles.contains(static_cast<kernel::Role>(role)))
      names.emplace_back(kernel::to_string(static_cast<kernel::Role>(role)));
  return names;
}

Json labels_of_all(std::string_view kind, std::string_view owner, Json::Array const& names) {
  Json labels{Json::Object{}};
  for (auto const& name : names) labels.set(*name.as_text(), labels_of(kind, owner, *name.as_text()));
  return labels;
}

Json register_json(kernel::Register const& reg, kernel::Viewer const& viewer) {
  Json document;
  document.set("name", reg.name);
  document.set("label", labels_of("register", "", reg.name));
  document.set("title_field", reg.title_field);
  if (!reg.named_after.field.empty()) document.set("named_after", reg.named_after.field);
  document.set("importable", reg.importable);
  Json::Array states;
  for (std::size_t i = 1; i < reg.states.size(); ++i) states.emplace_back(reg.states[i]);
  document.set("state_labels", labels_of_all("state", reg.name, states));
  document.set("states", std::move(states));
  document.set("schema", with_labels(reflect::json_schema(*reg.type), reg.type->name));
  Json::Array steps;
  for (auto const& step : reg.steps) {
    Json row;
    row.set("from", reg.state_name(step.from));
    row.set("action", step.action);
    row.set("to", reg.state_name(step.to));
    row.set("by", roles_json(step.by));
    row.set("open", viewer.holds_any(step.by));
    steps.push_back(std::move(row));
  }
  document.set("steps", std::move(steps));
  Json payloads;
  Json::Array names;
  for (auto const& action : reg.actions) {
    auto const* type = action.payload;
    names.emplace_back(action.name);
    payloads.set(action.name, type == nullptr ? Json(Json::Object{})
                                              : with_labels(reflect::json_schema(*type), type->name));
  }
  document.set("action_labels", labels_of_all("action", reg.name, names));
  document.set("payloads", std::move(payloads));
  return document;
}

}  // namespace

bool may_read(kernel::Viewer const& viewer, kernel::Register const& reg) {
  for (auto const& grant : viewer.scoped)
    if (reg.readers.contains(grant.role)) return true;
  for (auto const& grant : viewer.represented)
    if (reg.party_readers.contains(grant.role)) return true;
  return false;
}

Response show_meta(Context& context) {
  auto const viewer = context.viewer();
  Json document;
  document.set("jurisdiction", context.system.settings().jurisdiction);
  Json::Array registers;
  for (auto const& reg : context.system.catalogue().registers())
    if (may_read(viewer, reg)) registers.push_back(register_json(reg, viewer));
  document.set("registers", std::move(registers));
  Json roles{Json::Object{}};
  for (int role = 0; role < kernel::role_count; ++role) {
    auto const name = kernel::to_string(static_cast<kernel::Role>(role));
    roles.set(name, labels_of("value", "role", name));
  }
  document.set("role_labels", std::move(roles));
  return json(200, document);
}

}  // namespace plumbline::http
