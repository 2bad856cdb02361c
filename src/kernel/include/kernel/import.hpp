// Import in its own lane: CSV and XLSX, the file's own row numbers, the same validators as every other
// way in. Good rows form a batch that can be undone; bad rows come back as a file with error columns.
#pragma once
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "kernel/messages.hpp"
#include "kernel/system.hpp"

namespace plumbline::kernel {

// contract.md: {"columns": {FIELD: HEADING}, "identifier": {"scheme": NAME, "from": [HEADING…]},
//               "values": {FIELD: {SEEN: MEANT}}, "only_new": BOOLEAN}
struct ImportMap {
  std::map<std::string, std::string> columns;
  std::string identifier_scheme;
  std::vector<std::string> identifier_from;
  std::map<std::string, std::map<std::string, std::string>> values;
  bool only_new = false;  // rows that would change a record are refused
};
Result<ImportMap> parse_import_map(std::string_view json);

struct ImportOptions {
  std::string register_name;
  std::filesystem::path file;
  ImportMap map;
  bool dry_run = false;
  std::filesystem::path errors;  // where bad rows go, "" = nowhere
  Uuid account;
  std::string resume_batch;               // a batch that was interrupted
  Language language = Language::chinese;  // of the reasons in the file of bad rows
  std::function<void(std::int64_t rows)> progress;
};
struct RowProblem {
  std::int64_t row = 0;  // as a spreadsheet shows it, blank rows counted: 1 is the heading
  std::string column;    // heading
  std::string code;
  std::string detail;
};
struct RowChange {
  std::int64_t row = 0;
  Uuid record;
  std::vector<std::string> fields;
};
struct ImportReport {
  std::string batch;
  std::int64_t rows = 0;
  std::int64_t created = 0;
  std::int64_t changed = 0;
  std::int64_t unchanged = 0;
  std::int64_t refused = 0;
  std::string encoding;              // "UTF-8", "GB18030", "UTF-16LE" …
  std::vector<RowProblem> problems;  // the first 1,000
  std::vector<RowChange> changes;    // of records there were; the first 1,000
};
Json report_json(ImportReport const& report, Language language);
// A row finds its record by the register's import key, else by another unique field it fills; columns the
// file lacks keep their values; a row that changes nothing writes nothing. Where the map names no columns,
// headings are matched with the names of the fields, or what people call them in either language; values of
// an enumeration too. Records and lists of records have no column.
//
// Refuses the whole file: forbidden (needs the role importer or system_administrator), not_importable,
// missing_column, duplicate_column, unknown_field, read_only, bad_heading, too_many_columns, empty_file,
// file_too_large, unreadable_file, unsupported_format, damaged_file, unknown_batch.
// Refuses a row: record_exists (only_new), encoding, stray_quote, column_count, row_too_long, cell_error
// (XLSX), damaged_file (the rest of an XLSX file), duplicate_in_file (detail: the first row), the codes of
// reflect::read_cell() and those of the desk. A resumed batch skips the rows it has brought in; give it the
// same file.
// Stops where may_pass() says that the database, not the row, is to blame: resume it later.
Result<ImportReport> import_file(System& system, ImportOptions const& options);
// Refusals of the desk that have nothing to do with what was asked: the same again may succeed.
bool may_pass(std::string_view code);

struct UndoReport {
  std::int64_t withdrawn = 0;  // records the batch had created
  std::int64_t restored = 0;   // records the batch had changed
  std::int64_t before = 0;     // records that an earlier undo of the batch took back
  std::vector<Uuid> kept;      // changed since by somebody: left as they are
};
// Refused "unknown_batch", "forbidden". May be called again after an interruption.
Result<UndoReport> undo_import(System& system, std::string const& batch, Uuid account);

// Rows of a table file, one after the other, in constant memory. Blank rows are left out. The kind of file is
// told by its content.
struct TableRow {
  std::int64_t number = 0;  // as a spreadsheet shows it
  std::vector<std::string> cells;
  std::string problem;  // "" or "encoding", "stray_quote", "column_count" …
};
class TableReader {
 public:
  virtual ~TableReader() = default;
  virtual bool next(TableRow& row) = 0;
  virtual std::string encoding() const = 0;
};
Result<std::unique_ptr<TableReader>> open_table(std::filesystem::path const& file);

struct ExportWish {
  std::filesystem::path file;        // CSV or XLSX, by the ending of its name
  std::optional<Language> words;     // headings, states and values as people call them; none: as programs do
  std::vector<std::string> columns;  // names, in this order; none: id, version, state, then all fields
};
std::optional<Language> parse_language(std::string_view text);  // "zh-CN", "en"
// Any register as a table, as the viewer may see it. Refused "unknown_field" (path "/columns"),
// "unsupported_format", "too_many_rows" and "cell_too_long" (XLSX).
Result<std::int64_t> export_register(System& system, Viewer const& viewer, std::string_view register_name,
                                     Query const& query, ExportWish const& wish);

}  // namespace plumbline::kernel
