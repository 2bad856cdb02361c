#include <algorithm>

#include "base/limits.hpp"
#include "import_rows.hpp"
#include "kernel/act.hpp"
#include "kernel/import.hpp"
#include "personal.hpp"
#include "reflect/codec.hpp"
#include "reflect/json.hpp"
#include "table_file.hpp"

namespace plumbline::kernel {
namespace {

using reflect::Field;
using reflect::Kind;

// A member as the masked document shows it, in the form of a cell.
std::string cell_of(Json const& value) {
  if (auto const* text = value.as_text()) return *text;
  auto const* items = value.as_array();
  if (items == nullptr) return write_json(value);
  std::string out;
  for (auto const& item : *items) {
    if (!out.empty()) out += ';';
    out += item.as_text() != nullptr ? *item.as_text() : write_json(item);
  }
  return out;
}

// Names of the envelope's columns; they come before the record's own fields.
constexpr std::string_view of_the_envelope[] = {"id", "version", "state"};

class Exporter {
 public:
  // Refused "unknown_field".
  static Result<Exporter> make(Register const& reg, reflect::Sight sight, ExportWish const& wish) {
    Exporter made(reg, sight, wish.words);
    auto names = wish.columns;
    if (names.empty()) {
      names.assign(std::begin(of_the_envelope), std::end(of_the_envelope));
      for (Field const& field : reg.type->fields) names.emplace_back(field.name);
    }
    for (auto const& name : names) {
      Field const* field = reg.type->find(name);
      if (field == nullptr && std::ranges::find(of_the_envelope, name) == std::end(of_the_envelope))
        return refuse("unknown_field", "/columns", name);
      made.columns_.push_back({name, field, field != nullptr && made.is_masked(*field)});
    }
    return made;
  }

  std::vector<TableCell> heading() const {
    std::vector<TableCell> cells;
    for (auto const& column : columns_) cells.push_back({words_ ? heading_of(column) : column.name});
    return cells;
  }

  std::vector<TableCell> row(Found const& found) const {
    std::vector<TableCell> cells;
    Json shown;
    if (sight_ != reflect::Sight::all) shown = reflect::to_json(type_, found.record.data(), sight_);
    for (auto const& column : columns_) cells.push_back(cell(column, found, shown));
    return cells;
  }

 private:
  struct Column {
    std::string name;
    Field const* field = nullptr;  // null: of the envelope
    bool is_masked = false;
  };

  Exporter(Register const& reg, reflect::Sight sight, std::optional<Language> words)
      : reg_(reg), type_(*reg.type), sight_(sight), words_(words) {}

  // Does it hold personal values somewhere inside?
  bool is_masked(Field const& field) const {
    return sight_ == reflect::Sight::published_only ||
           (sight_ == reflect::Sight::masked && holds_personal(field));
  }

  // As it comes in again: one heading, one field.
  std::string heading_of(Column const& column) const {
    auto const plain = label("field", type_.name, column.name, *words_);
    auto const is_called_so = [&](Column const& other) {
      return label("field", type_.name, other.name, *words_) == plain;
    };
    return std::ranges::count_if(columns_, is_called_so) == 1 ? plain
                                                              : full_label(type_, column.name, *words_);
  }

  std::string in_words(Field const& field, std::string value) const {
    auto const& type = reflect::bare(*field.type);
    if (!words_ || type.kind != Kind::enumeration || value.empty()) return value;
    return label("value", type.name, value, *words_);
  }

  TableCell cell(Column const& column, Found const& found, Json const& shown) const {
    if (column.name == "id" && column.field == nullptr) return {to_string(found.id)};
    if (column.name == "version" && column.field == nullptr) return {std::to_string(found.version), true};
    if (column.field == nullptr)
      return {words_ ? label("state", reg_.name, found.state, *words_) : found.state};
    Field const& field = *column.field;
    if (column.is_masked) {
      Json const* value = shown.find(field.name);
      return {value == nullptr ? "" : in_words(field, cell_of(*value))};
    }
    std::string text = reflect::write_cell(field, found.record.data());
    // A spreadsheet keeps 15 digits of a number.
    bool const number =
        reflect::bare(*field.type).kind == Kind::integer && !text.empty() && text.size() <= 15;
    return {in_words(field, std::move(text)), number};
  }

  Register const& reg_;
  reflect::Type const& type_;
  reflect::Sight sight_;
  std::optional<Language> words_;
  std::vector<Column> columns_;
};

}  // namespace

std::optional<Language> parse_language(std::string_view text) {
  if (text == "zh-CN") return Language::chinese;
  if (text == "en") return Language::english;
  return {};
}

Result<std::int64_t> export_register(System& system, Viewer const& viewer, std::string_view register_name,
                                     Query const& query, ExportWish const& wish) {
  Register const* reg = system.catalogue().find(register_name);
  if (reg == nullptr) return refuse("unknown_register", "", std::string(register_name));
  auto const format = table_format(wish.file);
  if (!format) return refuse("unsupported_format", "", wish.file.extension().string());
  auto const exporter = Exporter::make(*reg, viewer.sight(*reg), wish);
  if (!exporter) return exporter.refusal();
  auto const writer = make_table_writer(*format, wish.file, system.clock().now());
  Result<void> written = writer->write(exporter->heading());
  auto const given = system.reads().stream(viewer, register_name, query, [&](Found const& found) {
    if (written) written = writer->write(exporter->row(found));
    return written.ok();
  });
  if (!given) return given.refusal();
  if (!written) return written.refusal();
  writer->finish();
  return *given;
}

}  // namespace plumbline::kernel
