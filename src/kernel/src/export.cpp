#include "base/limits.hpp"
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

// Members that hold personal values somewhere inside.
class Exporter {
 public:
  Exporter(Register const& reg, reflect::Sight sight) : type_(*reg.type), sight_(sight) {
    for (Field const& field : type_.fields)
      masked_.push_back(sight == reflect::Sight::published_only ||
                        (sight == reflect::Sight::masked && holds_personal(field)));
  }

  std::vector<TableCell> heading() const {
    std::vector<TableCell> cells{{"id"}, {"version"}, {"state"}};
    for (Field const& field : type_.fields) cells.push_back({std::string(field.name)});
    return cells;
  }

  std::vector<TableCell> row(Found const& found) const {
    std::vector<TableCell> cells{{to_string(found.id)}, {std::to_string(found.version), true}, {found.state}};
    Json shown;
    if (sight_ != reflect::Sight::all) shown = reflect::to_json(type_, found.record.data(), sight_);
    for (std::size_t i = 0; i < masked_.size(); ++i) {
      Field const& field = type_.fields[i];
      if (masked_[i]) {
        Json const* value = shown.find(field.name);
        cells.push_back({value == nullptr ? "" : cell_of(*value)});
      } else {
        std::string text = reflect::write_cell(field, found.record.data());
        // A spreadsheet keeps 15 digits of a number.
        bool const number =
            reflect::bare(*field.type).kind == Kind::integer && !text.empty() && text.size() <= 15;
        cells.push_back({std::move(text), number});
      }
    }
    return cells;
  }

 private:
  reflect::Type const& type_;
  reflect::Sight sight_;
  std::vector<bool> masked_;
};

}  // namespace

Result<std::int64_t> export_register(System& system, Viewer const& viewer, std::string_view register_name,
                                     Query const& query, std::filesystem::path const& file) {
  Register const* reg = system.catalogue().find(register_name);
  if (reg == nullptr) return refuse("unknown_register", "", std::string(register_name));
  auto const format = table_format(file);
  if (!format) return refuse("unsupported_format", "", file.extension().string());
  auto const writer = make_table_writer(*format, file, system.clock().now());
  Exporter const exporter(*reg, viewer.sight(*reg));
  Result<void> written = writer->write(exporter.heading());
  auto const given = system.reads().stream(viewer, register_name, query, [&](Found const& found) {
    if (written) written = writer->write(exporter.row(found));
    return written.ok();
  });
  if (!given) return given.refusal();
  if (!written) return written.refusal();
  writer->finish();
  return *given;
}

}  // namespace plumbline::kernel
