#include "kernel/spelling.hpp"

#include <algorithm>
#include <stdexcept>

#include "personal.hpp"
#include "reflect/codec.hpp"

namespace plumbline::kernel {

namespace {

void append_texts(std::string& out, std::vector<std::string> const& texts) {
  out += '[';
  for (std::size_t i = 0; i < texts.size(); ++i) {
    if (i > 0) out += ',';
    out += write_json(texts[i]);
  }
  out += ']';
}

}  // namespace

void append_record(std::string& out, Register const& reg, Found const& found, reflect::Sight sight) {
  out += R"({"id":")" + to_string(found.id) + R"(","version":)" + std::to_string(found.version) +
         R"(,"state":)" + write_json(found.state) + R"(,"entry":)" + std::to_string(found.entry) +
         R"(,"updated_at":")" + to_string(found.updated_at) + '"';
  // The record's own braces give way to those around it.
  auto const begin = out.size();
  reflect::write(out, *reg.type, found.record.data(), reflect::Spelling::ordinary, sight);
  out.pop_back();
  if (out.size() > begin + 1)
    out[begin] = ',';
  else
    out.pop_back();
  out += R"(,"scopes":)";
  append_texts(out, found.envelope.scopes);
  out += R"(,"clocks":[)";
  for (auto const& clock : found.envelope.clocks) {
    if (out.back() != '[') out += ',';
    reflect::write(out, reflect::type_of<RunningClock>(), &clock, reflect::Spelling::ordinary,
                   reflect::Sight::all);
  }
  out += "]}";
}

Json record_json(Register const& reg, Found const& found, reflect::Sight sight) {
  std::string text;
  append_record(text, reg, found, sight);
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
