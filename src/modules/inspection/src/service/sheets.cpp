// The province's sheets as data: the same template writes a register out and reads a file in.
#include <ostream>

#include "kernel/register.hpp"
#include "reflect/json.hpp"
#include "work.hpp"

namespace plumbline::inspection {

namespace {

std::string text_member(Json const& object, std::string_view name) {
  auto const* member = object.find(name);
  return member != nullptr && member->as_text() != nullptr ? *member->as_text() : "";
}

std::vector<std::string> texts_of(Json const& value) {
  if (auto const* text = value.as_text()) return {*text};
  std::vector<std::string> texts;
  if (auto const* list = value.as_array())
    for (auto const& item : *list)
      if (auto const* text = item.as_text()) texts.push_back(*text);
  return texts;
}

Result<SheetColumn> column_of(Json const& json, std::size_t index) {
  SheetColumn column;
  column.heading = text_member(json, "heading");
  column.field = text_member(json, "field");
  column.text = text_member(json, "text");
  if (column.heading.empty() || (column.field.empty() && json.find("text") == nullptr))
    return refusal("template_column", std::to_string(index));
  if (auto const* values = json.find("values"); values != nullptr && values->as_object() != nullptr)
    for (auto const& [ours, theirs] : *values->as_object())
      if (theirs.as_text() != nullptr) column.values.emplace_back(ours, *theirs.as_text());
  return column;
}

// A member by its path ("papers.notice_number"); null members of optional records are empty cells.
std::string cell_at(reflect::Type const& type, void const* record, std::string_view path) {
  auto const dot = path.find('.');
  auto const* field = type.find(path.substr(0, dot));
  if (field == nullptr) return "";
  if (dot == std::string_view::npos) return reflect::write_cell(*field, record);
  void const* inner = field->at_const(record);
  auto const* inner_type = field->type;
  if (inner_type->kind == reflect::Kind::optional) {
    if (inner_type->count(inner) == 0) return "";
    inner = inner_type->element_at(const_cast<void*>(inner), 0);
    inner_type = inner_type->element;
  }
  return cell_at(*inner_type, inner, path.substr(dot + 1));
}

bool has_path(reflect::Type const& type, std::string_view path) {
  auto const dot = path.find('.');
  auto const* field = type.find(path.substr(0, dot));
  if (field == nullptr || dot == std::string_view::npos) return field != nullptr;
  auto const* inner = field->type->kind == reflect::Kind::optional ? field->type->element : field->type;
  return inner->kind == reflect::Kind::record && has_path(*inner, path.substr(dot + 1));
}

// RFC 4180; a cell that a spreadsheet would take for a formula is shown as text.
void write_csv_cell(std::string& line, std::string_view cell) {
  bool const formula =
      !cell.empty() && std::string_view("=+-@\t\r").find(cell.front()) != std::string_view::npos;
  bool const quoted = formula || cell.find_first_of("\",\r\n") != std::string_view::npos;
  if (!quoted) {
    line += cell;
    return;
  }
  line += '"';
  if (formula) line += '\'';
  for (char c : cell) {
    if (c == '"') line += '"';
    line += c;
  }
  line += '"';
}

std::string shown(SheetColumn const& column, std::string cell) {
  for (auto const& [ours, theirs] : column.values)
    if (ours == cell) return theirs;
  return cell;
}

std::string cell_of(SheetColumn const& column, reflect::Object const& record, std::string const& state) {
  if (column.field.empty()) return column.text;
  if (column.field == "state") return shown(column, state);
  return shown(column, cell_at(record.type(), record.data(), column.field));
}

// The record as the viewer may see it: personal members masked where the grant says so.
reflect::Object as_seen(kernel::Found const& found, reflect::Sight sight) {
  if (sight == reflect::Sight::all) return found.record;
  auto const& type = found.record.type();
  reflect::Object seen(type);
  auto const masked = reflect::to_json(type, found.record.data(), sight);
  (void)reflect::read(masked, type, seen.data(), reflect::Source::history);
  return seen;
}

}  // namespace

Result<SheetTemplate> parse_sheet_template(std::string_view json) {
  auto const parsed = parse_json(json);
  if (!parsed) return parsed.refusal();
  SheetTemplate sheet;
  sheet.id = text_member(*parsed, "id");
  sheet.name = text_member(*parsed, "name");
  sheet.register_name = text_member(*parsed, "register");
  if (sheet.id.empty() || sheet.register_name.empty()) return refusal("template_form");
  if (auto const* where = parsed->find("where"); where != nullptr && where->as_object() != nullptr)
    for (auto const& [field, value] : *where->as_object()) sheet.where.emplace_back(field, texts_of(value));
  auto const* columns = parsed->find("columns");
  if (columns == nullptr || columns->as_array() == nullptr || columns->as_array()->empty())
    return refusal("template_form", "columns");
  for (auto const& json_column : *columns->as_array()) {
    auto column = column_of(json_column, sheet.columns.size());
    if (!column) return column.refusal();
    sheet.columns.push_back(std::move(*column));
  }
  return sheet;
}

Result<std::int64_t> export_sheet(System& system, kernel::Viewer const& viewer, SheetTemplate const& sheet,
                                  std::ostream& out) {
  auto const* reg = system.catalogue().find(sheet.register_name);
  if (reg == nullptr) return refusal("unknown_register", sheet.register_name);
  for (auto const& column : sheet.columns)
    if (!column.field.empty() && column.field != "state" && !has_path(*reg->type, column.field))
      return refusal("unknown_field", column.field);
  kernel::Query query;
  for (auto const& [field, values] : sheet.where)
    query.where.push_back({field, kernel::Compare::any_of, values});
  std::string line = "\xEF\xBB\xBF";
  for (std::size_t i = 0; i < sheet.columns.size(); ++i) {
    if (i > 0) line += ',';
    write_csv_cell(line, sheet.columns[i].heading);
  }
  out << line << "\r\n";
  auto const sight = viewer.sight(*reg);
  return system.reads().stream(viewer, sheet.register_name, query, [&](kernel::Found const& found) {
    auto const record = as_seen(found, sight);
    line.clear();
    for (std::size_t i = 0; i < sheet.columns.size(); ++i) {
      if (i > 0) line += ',';
      write_csv_cell(line, cell_of(sheet.columns[i], record, found.state));
    }
    out << line << "\r\n";
    return out.good();
  });
}

std::string import_map_of(SheetTemplate const& sheet) {
  Json columns{Json::Object{}};
  Json values{Json::Object{}};
  for (auto const& column : sheet.columns) {
    if (column.field.empty() || column.field == "state" || column.field.find('.') != std::string::npos)
      continue;
    columns.set(column.field, column.heading);
    if (column.values.empty()) continue;
    Json meanings{Json::Object{}};
    for (auto const& [ours, theirs] : column.values) meanings.set(theirs, ours);
    values.set(column.field, std::move(meanings));
  }
  Json map;
  map.set("columns", std::move(columns));
  map.set("values", std::move(values));
  return write_json(map);
}

}  // namespace plumbline::inspection
