// From the cells of a row to the members of a record: which column fills which field, and what is wrong.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "kernel/import.hpp"
#include "kernel/reads.hpp"
#include "kernel/register.hpp"
#include "reflect/type.hpp"

namespace plumbline::kernel {

// "企业名称 (name)"
std::string full_label(reflect::Type const& type, std::string_view field, Language language);

// One row on its way: what it says, which record it is about, what became of it.
struct ImportRow {
  explicit ImportRow(TableRow&& table_row, reflect::Type const& type)
      : row(std::move(table_row)), values(type) {}
  TableRow row;
  reflect::Object values;
  std::vector<reflect::Field const*> given;  // fields with something in their cells
  std::optional<Found> found;                // the record the row is about, when there is one
  std::vector<std::string> changed;          // fields of that record which the row changes
  std::vector<RowProblem> problems;
};

class RowReader {
 public:
  // Refused "missing_column", "duplicate_column", "unknown_field", "read_only", "too_many_columns".
  static Result<RowReader> make(Register const& reg, ImportMap const& map,
                                std::vector<std::string> const& heading, Language language);

  std::vector<std::string> const& heading() const { return heading_; }
  // Unique fields the file fills, the register's import key first.
  std::vector<reflect::Field const*> const& keys() const { return keys_; }

  ImportRow read(TableRow&& row) const;
  // A new record: what the row gives. A change: the record as it stands, overlaid with the row. JSON; ""
  // when the row changes nothing.
  std::string payload(ImportRow& row) const;
  // The heading of the place a problem names; the field's name where the file has no such column.
  std::string column_of(std::string_view path) const;

 private:
  struct Source {
    reflect::Field const* field;
    std::vector<std::size_t> cells;  // more than one only for identifiers
    std::string prefix;              // "scheme:"
    bool identifier = false;
    std::string column;                           // heading, or headings joined with " + "
    std::map<std::string, std::string> meanings;  // of what may stand in the cell
  };

  Result<void> bind(Register const& reg, ImportMap const& map);
  Result<void> bind_identifier(Register const& reg, ImportMap const& map);
  Result<void> check(Register const& reg) const;
  Source source(reflect::Field const& field, std::size_t at, ImportMap const& map) const;
  std::optional<std::size_t> position(std::string_view name) const;
  // Of the field's name, or of what people call it.
  std::optional<std::size_t> position_of(reflect::Field const& field) const;
  std::string cell(Source const& source, TableRow const& row) const;

  reflect::Type const* type_ = nullptr;
  Language language_ = Language::chinese;
  std::vector<std::string> heading_;
  std::vector<Source> sources_;
  std::vector<reflect::Field const*> keys_;
};

}  // namespace plumbline::kernel
