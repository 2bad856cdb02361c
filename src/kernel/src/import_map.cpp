#include "base/limits.hpp"
#include "kernel/act.hpp"
#include "kernel/import.hpp"
#include "reflect/json.hpp"

namespace plumbline::kernel {
namespace {

Result<std::string> text_at(Json const& value, std::string const& path) {
  if (value.as_text() == nullptr) return refuse("wrong_kind", path, "text");
  return *value.as_text();
}

Result<std::map<std::string, std::string>> texts_at(Json const& value, std::string const& path) {
  if (value.as_object() == nullptr) return refuse("wrong_kind", path, "object");
  std::map<std::string, std::string> out;
  for (auto const& [name, member] : *value.as_object()) {
    std::string at = path;
    append_pointer(at, name);
    auto text = text_at(member, at);
    if (!text) return text.refusal();
    out.emplace(name, std::move(*text));
  }
  return out;
}

Result<void> read_identifier(Json const& value, ImportMap& map) {
  Json const* scheme = value.find("scheme");
  Json const* from = value.find("from");
  if (scheme == nullptr) return refuse("required", "/identifier/scheme");
  if (from == nullptr) return refuse("required", "/identifier/from");
  auto name = text_at(*scheme, "/identifier/scheme");
  if (!name) return name.refusal();
  if (name->empty()) return refuse("required", "/identifier/scheme");
  if (from->as_array() == nullptr) return refuse("wrong_kind", "/identifier/from", "list");
  if (from->as_array()->empty()) return refuse("required", "/identifier/from");
  map.identifier_scheme = std::move(*name);
  for (auto const& item : *from->as_array()) {
    auto heading = text_at(item, "/identifier/from");
    if (!heading) return heading.refusal();
    map.identifier_from.push_back(std::move(*heading));
  }
  return {};
}

}  // namespace

Result<ImportMap> parse_import_map(std::string_view json) {
  auto const document = parse_json(json);
  if (!document) return document.refusal();
  if (document->as_object() == nullptr) return refuse("wrong_kind", "", "object");
  ImportMap map;
  for (auto const& [name, value] : *document->as_object()) {
    if (name == "columns") {
      auto columns = texts_at(value, "/columns");
      if (!columns) return columns.refusal();
      map.columns = std::move(*columns);
    } else if (name == "identifier") {
      if (auto read = read_identifier(value, map); !read) return read.refusal();
    } else if (name == "values") {
      if (value.as_object() == nullptr) return refuse("wrong_kind", "/values", "object");
      for (auto const& [field, meanings] : *value.as_object()) {
        std::string at = "/values";
        append_pointer(at, field);
        auto texts = texts_at(meanings, at);
        if (!texts) return texts.refusal();
        map.values.emplace(field, std::move(*texts));
      }
    } else if (name == "only_new") {
      if (value.as_bool() == nullptr) return refuse("wrong_kind", "/only_new", "boolean");
      map.only_new = *value.as_bool();
    } else {
      return refuse("unknown_field", "/" + name);
    }
  }
  return map;
}

}  // namespace plumbline::kernel
