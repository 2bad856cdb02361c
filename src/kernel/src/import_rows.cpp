#include "import_rows.hpp"

#include <algorithm>

#include "base/limits.hpp"
#include "base/text.hpp"
#include "kernel/act.hpp"
#include "reflect/codec.hpp"
#include "table_file.hpp"

namespace plumbline::kernel {
namespace {

using reflect::Field;
using reflect::Flag;

// Stands where some program could not read a character: the name is not known any more.
constexpr std::string_view replacement_character = "\xEF\xBF\xBD";

std::string joined(std::vector<std::string> const& texts, std::string_view between) {
  std::string out;
  for (auto const& text : texts) {
    if (!out.empty()) out += between;
    out += text;
  }
  return out;
}

std::string_view first_member(std::string_view path) {
  if (path.starts_with('/')) path.remove_prefix(1);
  return path.substr(0, path.find('/'));
}

// Fields a record must have from the start: what the reader itself misses in an empty document.
std::vector<std::string> required_fields(reflect::Type const& type) {
  std::vector<std::string> names;
  reflect::Object blank(type);
  for (auto const& problem : reflect::read("{}", type, blank.data(), reflect::Source::caller))
    if (problem.code == "required") names.emplace_back(first_member(problem.path));
  return names;
}

// Records, and lists of them, have no place in one cell.
bool has_cell(Field const& field) {
  reflect::Type const* type = field.type;
  while (type->element != nullptr) type = type->element;
  return type->kind != reflect::Kind::record;
}

// The cell shows the stored personal value as somebody without the right to it sees it: an export that
// comes in again must not replace the value with its mask.
bool is_mask(std::string_view cell, Field const& field, void const* record) {
  if (!has(field.flags, Flag::personal) || reflect::bare(*field.type).kind != reflect::Kind::text)
    return false;
  std::string const stored = reflect::write_cell(field, record);
  if (stored.empty()) return false;
  bool const own_mask = field.format != nullptr && field.format->masked != nullptr;
  return cell == (own_mask ? field.format->masked(stored) : "***");
}

void append_member(std::string& json, Field const& field, void const* record) {
  auto const value = reflect::canonical_member(field, record);
  if (!value) return;
  json += json.empty() ? '{' : ',';
  json += '"';
  json += field.name;
  json += "\":";
  json += *value;
}

}  // namespace

std::string full_label(reflect::Type const& type, std::string_view field, Language language) {
  return label("field", type.name, field, language) + " (" + std::string(field) + ")";
}

Result<RowReader> RowReader::make(Register const& reg, ImportMap const& map,
                                  std::vector<std::string> const& heading, Language language) {
  RowReader reader;
  reader.type_ = reg.type;
  reader.language_ = language;
  for (auto const& name : heading) reader.heading_.emplace_back(trim(name));
  if (reader.heading_.size() > limits::import_columns)
    return refuse("too_many_columns", "", std::to_string(limits::import_columns));
  for (std::size_t i = 0; i < reader.heading_.size(); ++i)
    if (!reader.heading_[i].empty() && *reader.position(reader.heading_[i]) != i)
      return refuse("duplicate_column", "", reader.heading_[i]);
  if (auto bound = reader.bind(reg, map); !bound) return bound.refusal();
  if (auto checked = reader.check(reg); !checked) return checked.refusal();
  return reader;
}

std::optional<std::size_t> RowReader::position(std::string_view name) const {
  auto const found = std::ranges::find(heading_, name);
  if (found == heading_.end()) return {};
  return static_cast<std::size_t>(found - heading_.begin());
}

std::optional<std::size_t> RowReader::position_of(Field const& field) const {
  auto at = position(field.name);
  for (auto const language : {Language::chinese, Language::english}) {
    if (!at) at = position(label("field", type_->name, field.name, language));
    if (!at) at = position(full_label(*type_, field.name, language));
  }
  return at;
}

RowReader::Source RowReader::source(Field const& field, std::size_t at, ImportMap const& map) const {
  Source out{&field, {at}, "", false, heading_[at], {}};
  if (auto const told = map.values.find(std::string(field.name)); told != map.values.end())
    out.meanings = told->second;
  auto const& type = reflect::bare(*field.type);
  for (auto const& value : type.enumerators)
    for (auto const language : {Language::chinese, Language::english})
      out.meanings.emplace(label("value", type.name, value.name, language), value.name);
  return out;
}

Result<void> RowReader::bind(Register const& reg, ImportMap const& map) {
  std::vector<std::string> missing;
  for (auto const& [name, heading] : map.columns) {
    Field const* field = reg.type->find(name);
    if (field == nullptr) return refuse("unknown_field", "/columns/" + name, name);
    if (has(field->flags, Flag::system)) return refuse("read_only", "/columns/" + name, name);
    if (auto const at = position(trim(heading)))
      sources_.push_back(source(*field, *at, map));
    else
      missing.push_back(heading);
  }
  for (auto const& [name, meanings] : map.values)
    if (reg.type->find(name) == nullptr) return refuse("unknown_field", "/values/" + name, name);
  // A file made by our own export, or made to fit.
  if (map.columns.empty())
    for (Field const& field : reg.type->fields)
      if (auto const at = position_of(field); at && !has(field.flags, Flag::system) && has_cell(field))
        sources_.push_back(source(field, *at, map));
  if (!map.identifier_scheme.empty()) {
    for (auto const& heading : map.identifier_from)
      if (!position(trim(heading))) missing.push_back(heading);
    if (missing.empty())
      if (auto bound = bind_identifier(reg, map); !bound) return bound;
  }
  if (!missing.empty()) return refuse("missing_column", "", joined(missing, ", "));
  for (auto const& source : sources_)
    if (has(source.field->flags, Flag::unique)) keys_.push_back(source.field);
  std::ranges::stable_partition(keys_, [&](Field const* key) { return key->name == reg.import_key; });
  return {};
}

// An identifier fills the import key as "scheme:value". A scheme that is itself a unique field of the
// register ("uscc") fills that field.
Result<void> RowReader::bind_identifier(Register const& reg, ImportMap const& map) {
  Field const* own = reg.type->find(map.identifier_scheme);
  bool const plain = own != nullptr && has(own->flags, Flag::unique) && !has(own->flags, Flag::system);
  Field const* field = plain ? own : reg.type->find(reg.import_key);
  if (field == nullptr || has(field->flags, Flag::system)) return refuse("no_identifier", "/identifier");
  Source source{field, {}, plain ? "" : map.identifier_scheme + ":", true, "", {}};
  for (auto const& heading : map.identifier_from) {
    source.cells.push_back(*position(trim(heading)));
    source.column += (source.column.empty() ? "" : " + ") + heading_[source.cells.back()];
  }
  std::erase_if(sources_, [&](Source const& other) { return other.field == field; });
  sources_.push_back(std::move(source));
  return {};
}

Result<void> RowReader::check(Register const& reg) const {
  auto filled = [&](std::string_view name) {
    return std::ranges::any_of(sources_, [&](Source const& source) { return source.field->name == name; });
  };
  std::vector<std::string> missing;
  for (auto const& name : required_fields(*type_))
    if (!filled(name)) missing.push_back(full_label(*type_, name, language_));
  // Without any key every row would be a new record, at every import again.
  if (!reg.import_key.empty() && keys_.empty())
    missing.push_back(full_label(*type_, reg.import_key, language_));
  if (!missing.empty()) return refuse("missing_column", "", joined(missing, ", "));
  return {};
}

std::string RowReader::cell(Source const& source, TableRow const& row) const {
  if (!source.identifier) {
    std::string text(without_protection(trim(row.cells.at(source.cells.front()))));
    auto const meant = source.meanings.find(text);
    return meant == source.meanings.end() ? text : meant->second;
  }
  std::string value;
  for (std::size_t at : source.cells) {
    std::string const part = normalise_identifier(without_protection(trim(row.cells.at(at))));
    if (part.empty()) return "";
    value += (value.empty() ? "" : "-") + part;
  }
  return source.prefix + value;
}

ImportRow RowReader::read(TableRow&& table_row) const {
  ImportRow row(std::move(table_row), *type_);
  auto add = [&](std::string const& column, std::string code, std::string detail) {
    row.problems.push_back({row.row.number, column, std::move(code), std::move(detail)});
  };
  if (!row.row.problem.empty()) {
    add("", row.row.problem, "");
    return row;
  }
  for (auto const& source : sources_) {
    std::string const text = cell(source, row.row);
    if (text.find(replacement_character) != std::string::npos) {
      add(source.column, "encoding", "");
    } else if (auto problem = reflect::read_cell(text, *source.field, row.values.data())) {
      add(source.column, std::move(problem->code), std::move(problem->detail));
    } else if (!text.empty()) {
      row.given.push_back(source.field);
    }
  }
  return row;
}

std::string RowReader::payload(ImportRow& row) const {
  std::string json;
  if (!row.found) {
    for (Field const* field : row.given) append_member(json, *field, row.values.data());
    return json.empty() ? "{}" : json + '}';
  }
  reflect::Object changed = row.found->record;
  row.changed.clear();
  for (auto const& source : sources_) {
    // A record found by another of its numbers keeps the one it is known by.
    if (source.identifier && !reflect::write_cell(*source.field, changed.data()).empty()) continue;
    std::string const text = cell(source, row.row);
    if (is_mask(text, *source.field, changed.data())) continue;
    auto const before = reflect::canonical_member(*source.field, changed.data());
    (void)reflect::read_cell(text, *source.field, changed.data());
    if (before != reflect::canonical_member(*source.field, changed.data()))
      row.changed.emplace_back(source.field->name);
  }
  if (row.changed.empty()) return "";
  for (Field const& field : type_->fields)
    if (!has(field.flags, Flag::system)) append_member(json, field, changed.data());
  return json + '}';
}

std::string RowReader::column_of(std::string_view path) const {
  std::string_view const member = first_member(path);
  for (auto const& source : sources_)
    if (source.field->name == member) return source.column;
  return std::string(member);
}

}  // namespace plumbline::kernel
