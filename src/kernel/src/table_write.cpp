#include <unistd.h>
#include <xlsxwriter.h>

#include <charconv>
#include <fstream>
#include <stdexcept>

#include "base/text.hpp"
#include "kernel/act.hpp"
#include "table_file.hpp"

namespace plumbline::kernel {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t xlsx_rows = 1'048'576;
constexpr std::size_t xlsx_columns = 16'384;
constexpr std::string_view formula_starts = "=+-@\t\r";

fs::path beside(fs::path const& file) {
  fs::path part = file;
  part += ".part";
  return part;
}

class CsvWriter final : public TableWriter {
 public:
  explicit CsvWriter(fs::path const& file) : file_(file), out_(beside(file), std::ios::binary) {
    if (!out_) throw std::runtime_error("cannot write " + file.string());
    out_ << "\xEF\xBB\xBF";  // spreadsheets take a file without the mark for a local code page
  }
  ~CsvWriter() override {
    std::error_code ignored;
    if (!finished_) fs::remove(beside(file_), ignored);
  }

  Result<void> write(std::vector<TableCell> const& cells) override {
    line_.clear();
    for (std::size_t i = 0; i < cells.size(); ++i) {
      if (i > 0) line_ += ',';
      append(cells[i].is_number ? cells[i].text : protect_from_formula(cells[i].text));
    }
    line_ += "\r\n";
    out_ << line_;
    return {};
  }

  void finish() override {
    out_.close();
    if (!out_) throw std::runtime_error("cannot write " + file_.string());
    fs::rename(beside(file_), file_);
    finished_ = true;
  }

 private:
  void append(std::string const& cell) {
    bool const plain = cell.find_first_of(",;\t\"\r\n") == std::string::npos && trim(cell) == cell;
    if (plain) {
      line_ += cell;
      return;
    }
    line_ += '"';
    for (char c : cell) {
      if (c == '"') line_ += '"';
      line_ += c;
    }
    line_ += '"';
  }

  fs::path file_;
  std::ofstream out_;
  std::string line_;
  bool finished_ = false;
};

class XlsxWriter final : public TableWriter {
 public:
  XlsxWriter(fs::path const& file, Instant now) : file_(file) {
    // Rows go to a temporary file as they come; it belongs on the disk that will hold the result.
    std::string folder = file.has_parent_path() ? file.parent_path().string() : ".";
    lxw_workbook_options options{};
    options.constant_memory = LXW_TRUE;
    options.tmpdir = folder.data();
    book_ = workbook_new_opt(beside(file).c_str(), &options);
    sheet_ = book_ == nullptr ? nullptr : workbook_add_worksheet(book_, nullptr);
    if (sheet_ == nullptr) throw std::runtime_error("cannot write " + file.string());
    lxw_doc_properties properties{};
    properties.created = static_cast<time_t>(now.seconds());
    workbook_set_properties(book_, &properties);
  }
  ~XlsxWriter() override {
    if (book_ == nullptr) return;
    std::error_code ignored;
    workbook_close(book_);
    fs::remove(beside(file_), ignored);
  }

  Result<void> write(std::vector<TableCell> const& cells) override {
    if (rows_ == xlsx_rows) return refuse("too_many_rows", "", std::to_string(xlsx_rows));
    if (cells.size() > xlsx_columns) return refuse("too_many_columns", "", std::to_string(xlsx_columns));
    auto const row = static_cast<lxw_row_t>(rows_++);
    for (std::size_t i = 0; i < cells.size(); ++i) {
      if (cells[i].text.empty()) continue;
      auto const column = static_cast<lxw_col_t>(i);
      lxw_error const error =
          cells[i].is_number ? worksheet_write_number(sheet_, row, column, number(cells[i].text), nullptr)
                             : worksheet_write_string(sheet_, row, column, cells[i].text.c_str(), nullptr);
      if (error == LXW_ERROR_MAX_STRING_LENGTH_EXCEEDED) return refuse("cell_too_long", "", "xlsx");
      if (error != LXW_NO_ERROR) throw std::runtime_error(lxw_strerror(error));
    }
    return {};
  }

  void finish() override {
    auto* const book = std::exchange(book_, nullptr);
    if (lxw_error const error = workbook_close(book); error != LXW_NO_ERROR)
      throw std::runtime_error(std::string("cannot write the workbook: ") + lxw_strerror(error));
    fs::rename(beside(file_), file_);
  }

 private:
  // Whole numbers of our own making.
  static double number(std::string const& text) {
    std::int64_t value = 0;
    std::from_chars(text.data(), text.data() + text.size(), value);
    return static_cast<double>(value);
  }

  fs::path file_;
  lxw_workbook* book_ = nullptr;
  lxw_worksheet* sheet_ = nullptr;
  std::size_t rows_ = 0;
};

}  // namespace

std::optional<TableFormat> table_format(fs::path const& file) {
  std::string ending = file.extension().string();
  for (char& c : ending)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  if (ending == ".csv") return TableFormat::csv;
  if (ending == ".xlsx") return TableFormat::xlsx;
  return {};
}

std::unique_ptr<TableWriter> make_table_writer(TableFormat format, fs::path const& file, Instant now) {
  if (format == TableFormat::csv) return std::make_unique<CsvWriter>(file);
  return std::make_unique<XlsxWriter>(file, now);
}

std::string protect_from_formula(std::string text) {
  if (!text.empty() && formula_starts.find(text.front()) != std::string_view::npos) text.insert(0, 1, '\'');
  return text;
}

std::string_view without_protection(std::string_view cell) {
  bool const is_protected =
      cell.size() > 1 && cell[0] == '\'' && formula_starts.find(cell[1]) != std::string_view::npos;
  return is_protected ? cell.substr(1) : cell;
}

}  // namespace plumbline::kernel
