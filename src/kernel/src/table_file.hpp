// Table files, seen from inside: the two readers behind open_table() and the two writers behind exports
// and files of bad rows.
#pragma once
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.hpp"
#include "kernel/import.hpp"

namespace plumbline::kernel {

Result<std::unique_ptr<TableReader>> open_csv(std::filesystem::path const& file);
Result<std::unique_ptr<TableReader>> open_xlsx(std::filesystem::path const& file);

// Fits a row to the heading: empty cells beyond it fall away. False when the row has cells too few or too
// many.
bool fit_to_heading(std::vector<std::string>& cells, std::size_t columns);
bool is_blank_row(std::vector<std::string> const& cells);

enum class TableFormat : std::uint8_t { csv, xlsx };
// By the ending of the name.
std::optional<TableFormat> table_format(std::filesystem::path const& file);

// A cell of an exported table. Whole numbers are numbers in a spreadsheet; everything else is text, so that
// nothing is rounded.
struct TableCell {
  std::string text;
  bool is_number = false;
};

// Writes beside the file and puts it in its place in finish(): a table is there whole or not at all.
// Throws std::runtime_error when the disk does not take it.
class TableWriter {
 public:
  virtual ~TableWriter() = default;
  // Refused "too_many_rows", "too_many_columns", "cell_too_long": what the format cannot hold.
  virtual Result<void> write(std::vector<TableCell> const& cells) = 0;
  virtual void finish() = 0;
};
std::unique_ptr<TableWriter> make_table_writer(TableFormat format, std::filesystem::path const& file,
                                               Instant now);

// A text that a spreadsheet would run as a formula gets an apostrophe in front (CWE-1236), and an imported
// one loses it again.
std::string protect_from_formula(std::string text);
std::string_view without_protection(std::string_view cell);

}  // namespace plumbline::kernel
