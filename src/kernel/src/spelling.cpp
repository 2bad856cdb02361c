#include "kernel/spelling.hpp"

#include <algorithm>
#include <stdexcept>

#include "personal.hpp"
#include "reflect/codec.hpp"

namespace plumbline::kernel {

namespace {

std::string_view value_of(std::vector<reflect::Member> const& members, std::string_view name) {
  auto const found = std::ranges::find(members, name, &reflect::Member::name);
  return found == members.end() ? "[]" : found->value;
}

}  // namespace

void append_record(std::string& out, Register const& reg, Stored const& stored, reflect::Sight sight) {
  auto const members = reflect::canonical_members(stored.body);
  out.append(R"({"id":")").append(to_string(stored.id));
  out.append(R"(","version":)").append(std::to_string(stored.version));
  out.append(R"(,"state":)").append(value_of(members, "state"));
  out.append(R"(,"entry":)").append(std::to_string(stored.entry));
  out.append(R"(,"updated_at":")").append(to_string(stored.updated_at)) += '"';
  // The record's own braces give way to those around it.
  auto const begin = out.size();
  reflect::respell(out, *reg.type, members, sight);
  out.pop_back();
  if (out.size() > begin + 1)
    out[begin] = ',';
  else
    out.pop_back();
  out.append(R"(,"scopes":)").append(value_of(members, "scopes")).append(R"(,"clocks":)");
  static auto const& clocks = *reflect::type_of<Envelope>().find("clocks")->type;
  reflect::respell(out, clocks, value_of(members, "clocks"), reflect::Sight::all);
  out += '}';
}

Json record_json(Register const& reg, Stored const& stored, reflect::Sight sight) {
  std::string text;
  append_record(text, reg, stored, sight);
  auto document = parse_json(text);
  if (!document) throw std::logic_error("a record is spelt as what is no JSON: " + std::string(reg.name));
  return *std::move(document);
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
