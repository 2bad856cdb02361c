#include "gathering.hpp"

#include <algorithm>

#include "base/limits.hpp"
#include "kernel/spelling.hpp"
#include "kernel/system.hpp"

namespace plumbline::kernel {
namespace {

using documents::Field;
using documents::FieldKind;

std::string text_member(Json const& object, std::string_view name) {
  auto const* member = object.find(name);
  auto const* text = member == nullptr ? nullptr : member->as_text();
  return text == nullptr ? "" : *text;
}

void append_items(std::vector<Json>& out, Json const& value) {
  if (value.is_null()) return;
  auto const* list = value.as_array();
  if (list == nullptr) return out.push_back(value);
  out.insert(out.end(), list->begin(), list->end());
}

// The first member that has none of the values it is to have ({"state": ["assigned", …]}), or null.
Json::Member const* first_misfit(Json const& wanted, Json const& record) {
  for (auto const& member : *wanted.as_object()) {
    auto const has = text_member(record, member.first);
    if (std::ranges::none_of(*member.second.as_array(),
                             [&](Json const& one) { return *one.as_text() == has; }))
      return &member;
  }
  return nullptr;
}

std::string joined(std::vector<Json> const& values) {
  std::string out;
  for (auto const& value : values) {
    std::string one;
    if (auto const* text = value.as_text()) one = *text;
    if (auto const* number = value.as_integer()) one = std::to_string(*number);
    if (one.empty()) continue;
    if (!out.empty()) out += "、";
    out += one;
  }
  return out;
}

}  // namespace

Gathering::Gathering(System& system)
    : system_(system), viewer_(system_viewer(system.settings().jurisdiction)) {}

Json const* Gathering::record(std::string const& register_name, std::string const& id) {
  auto const [at, is_new] = seen_.try_emplace({register_name, id});
  if (is_new) {
    auto const* reg = system_.catalogue().find(register_name);
    auto const uuid = parse_uuid(id);
    if (reg == nullptr || !uuid) return nullptr;
    if (auto const found = system_.reads().get(viewer_, register_name, *uuid))
      at->second = record_json(*reg, *found, reflect::Sight::all);
  }
  return at->second.is_null() ? nullptr : &at->second;
}

std::vector<Json> Gathering::follow(Json const& from, std::string_view path) {
  std::vector<Json> here{from};
  while (!path.empty()) {
    auto const dot = path.find('.');
    auto const step = path.substr(0, dot);
    path.remove_prefix(dot == path.npos ? path.size() : dot + 1);
    auto const at = step.find('@');
    std::vector<Json> next;
    for (auto const& item : here)
      if (auto const* member = item.find(step.substr(0, at))) append_items(next, *member);
    if (at != step.npos) {
      std::vector<Json> records;
      for (auto const& id : next)
        if (auto const* text = id.as_text())
          if (auto const* found = record(std::string(step.substr(at + 1)), *text)) records.push_back(*found);
      next = std::move(records);
    }
    here = std::move(next);
  }
  return here;
}

Json Gathering::in_words(Field const& field, Json const& item, Json const& root) {
  auto const said = joined(follow(item, text_member(field.source, "path")));
  if (auto const* words = field.source.find("words")) return text_member(*words, said);
  for (auto const& one : follow(root, text_member(field.source, "in")))
    if (text_member(one, text_member(field.source, "key")) == said)
      return text_member(one, text_member(field.source, "take"));
  return {};
}

Result<Json> Gathering::rows(Field const& field, Json const& root) {
  std::vector<Json> items;
  if (field.source.find("each") != nullptr) {
    items = follow(root, text_member(field.source, "each"));
  } else {
    auto const name = text_member(field.source, "every");
    auto const* reg = system_.catalogue().find(name);
    if (reg == nullptr) return Json(Json::Array{});
    Query query;
    query.where.push_back({text_member(field.source, "by"), Compare::equal, {text_member(root, "id")}});
    query.limit = static_cast<int>(limits::page_size_max);
    bool is_too_many = false;
    auto const* except = field.source.find("except");
    auto const streamed = system_.reads().stream(viewer_, name, query, [&](Found const& found) {
      is_too_many = items.size() >= limits::total_counted;
      auto item = record_json(*reg, found, reflect::Sight::all);
      bool const is_left_out = except != nullptr && first_misfit(*except, item) == nullptr;
      if (!is_too_many && !is_left_out) items.push_back(std::move(item));
      return !is_too_many;
    });
    if (!streamed) return streamed.refusal();
    if (is_too_many) return Refusal{"document_too_long", "", {}};
  }
  Json::Array out;
  for (auto const& item : items) {
    Json row{Json::Object{}};
    for (auto const& column : field.columns) {
      auto filled = value(column, item, root);
      if (!filled) return filled.refusal();
      if (!filled->is_null()) row.set(column.name, *std::move(filled));
    }
    out.push_back(std::move(row));
  }
  return Json(std::move(out));
}

Result<Json> Gathering::value(Field const& field, Json const& item, Json const& root) {
  if (field.kind == FieldKind::list) return rows(field, root);
  auto const* path = field.source.as_text();
  if (path == nullptr) return in_words(field, item, root);
  auto found = follow(item, *path);
  if (found.empty()) return Json();
  if (field.kind == FieldKind::text) return Json(joined(found));
  return std::move(found.front());
}

Result<Json> Gathering::values(documents::Form const& form, Json const& root, Json const& written) {
  Json all = written.as_object() == nullptr ? Json(Json::Object{}) : written;
  for (auto const& field : form.fields) {
    if (field.source.is_null()) continue;
    // What a record holds, nobody writes otherwise on paper.
    if (all.find(field.name) != nullptr)
      return Refusal{"read_only", "", {{'/' + field.name, "read_only", ""}}};
    auto filled = value(field, root, root);
    if (!filled) return filled.refusal();
    if (!filled->is_null()) all.set(field.name, *std::move(filled));
  }
  return all;
}

std::string misfit(documents::Form const& form, Json const& record) {
  auto const* wanted = form.where.as_object() == nullptr ? nullptr : first_misfit(form.where, record);
  if (wanted == nullptr) return {};
  std::string out = wanted->first + ": ";
  for (auto const& allowed : *wanted->second.as_array())
    out += (out.ends_with(": ") ? "" : ", ") + *allowed.as_text();
  return out;
}

}  // namespace plumbline::kernel
