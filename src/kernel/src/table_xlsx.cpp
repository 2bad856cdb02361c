// XLSX (ISO/IEC 29500): the first sheet of a workbook, streamed. Cells become texts as a person reads them:
// dates in ISO form, numbers with the 15 digits a spreadsheet has, of formulas the value last computed.
#include <libxml/xmlreader.h>
#include <zip.h>

#include <charconv>
#include <cmath>
#include <cstdio>
#include <memory>
#include <unordered_map>

#include "base/limits.hpp"
#include "base/text.hpp"
#include "kernel/act.hpp"
#include "spilled_texts.hpp"
#include "table_file.hpp"

namespace plumbline::kernel {
namespace {

namespace fs = std::filesystem;

// The file is not what it says; caught where the file is opened or the row is read.
class Damaged : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

struct ZipDiscard {
  void operator()(zip_t* archive) const { zip_discard(archive); }
};
struct ZipClose {
  void operator()(zip_file_t* part) const { zip_fclose(part); }
};
struct ReaderFree {
  void operator()(xmlTextReader* reader) const { xmlFreeTextReader(reader); }
};

// Counts what comes out of the archive: a small file must not become an endless one.
class Archive {
 public:
  explicit Archive(fs::path const& file) {
    int error = 0;
    archive_.reset(zip_open(file.c_str(), ZIP_RDONLY, &error));
    if (!archive_) throw Damaged("not a ZIP archive");
  }
  zip_t* get() { return archive_.get(); }
  void count(std::int64_t bytes) {
    unpacked_ += static_cast<std::uint64_t>(bytes);
    if (unpacked_ > limits::import_unpacked_bytes) exhausted_ = true;
  }
  bool exhausted() const { return exhausted_; }

 private:
  std::unique_ptr<zip_t, ZipDiscard> archive_;
  std::uint64_t unpacked_ = 0;
  bool exhausted_ = false;
};

// One part of the archive as a stream of XML nodes. Names are told without their namespace prefixes.
class Part {
 public:
  Part(Archive& archive, std::string const& name) : source_{&archive, nullptr} {
    source_.part.reset(zip_fopen(archive.get(), name.c_str(), 0));
    if (!source_.part) return;
    reader_.reset(xmlReaderForIO(&Part::read, nullptr, &source_, name.c_str(), nullptr,
                                 XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING));
    if (!reader_) throw Damaged("no memory for " + name);
  }

  bool exists() const { return reader_ != nullptr; }
  bool next() {
    int const state = xmlTextReaderRead(reader_.get());
    if (state < 0 || source_.archive->exhausted()) throw Damaged("broken XML");
    // A document type can define entities without end; no office program writes one.
    if (state == 1 && type() == XML_READER_TYPE_DOCUMENT_TYPE) throw Damaged("document type");
    return state == 1;
  }
  int type() const { return xmlTextReaderNodeType(reader_.get()); }
  bool begins(char const* name) const { return type() == XML_READER_TYPE_ELEMENT && is(name); }
  bool ends(char const* name) const { return type() == XML_READER_TYPE_END_ELEMENT && is(name); }
  bool is_empty() const { return xmlTextReaderIsEmptyElement(reader_.get()) == 1; }
  bool is_text() const {
    return type() == XML_READER_TYPE_TEXT || type() == XML_READER_TYPE_CDATA ||
           type() == XML_READER_TYPE_SIGNIFICANT_WHITESPACE;
  }
  std::string_view text() const { return view(xmlTextReaderConstValue(reader_.get())); }
  std::string attribute(char const* name) const {
    std::unique_ptr<xmlChar, decltype(xmlFree)> const value(
        xmlTextReaderGetAttribute(reader_.get(), reinterpret_cast<xmlChar const*>(name)), xmlFree);
    return std::string(view(value.get()));
  }
  // An attribute with a namespace, whatever its prefix.
  std::string qualified_attribute(std::string_view name) const {
    std::string found;
    while (xmlTextReaderMoveToNextAttribute(reader_.get()) == 1)
      if (view(xmlTextReaderConstLocalName(reader_.get())) == name &&
          xmlTextReaderConstPrefix(reader_.get()) != nullptr)
        found = text();
    xmlTextReaderMoveToElement(reader_.get());
    return found;
  }

 private:
  struct Source {
    Archive* archive;
    std::unique_ptr<zip_file_t, ZipClose> part;
  };
  static int read(void* context, char* buffer, int size) {
    auto& source = *static_cast<Source*>(context);
    auto const got = zip_fread(source.part.get(), buffer, static_cast<zip_uint64_t>(size));
    if (got < 0) return -1;
    source.archive->count(got);
    return source.archive->exhausted() ? -1 : static_cast<int>(got);
  }
  static std::string_view view(xmlChar const* text) {
    return text == nullptr ? std::string_view() : reinterpret_cast<char const*>(text);
  }
  bool is(std::string_view name) const { return view(xmlTextReaderConstLocalName(reader_.get())) == name; }

  Source source_;
  std::unique_ptr<xmlTextReader, ReaderFree> reader_;
};

template <class T>
std::optional<T> number_of(std::string_view text) {
  T value{};
  auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return {};
  return value;
}

// "y", "m", "d", "h", "s" outside quotes, brackets and escapes: a format that shows a date or a time.
bool shows_date(std::string_view format) {
  bool quoted = false;
  bool bracketed = false;
  for (std::size_t i = 0; i < format.size(); ++i) {
    char const c = format[i];
    if (c == '"') quoted = !quoted;
    if (quoted) continue;
    if (c == '\\' || c == '_' || c == '*') {
      ++i;
    } else if (c == '[' || c == ']') {
      bracketed = c == '[';
    } else if (!bracketed && std::string_view("yYmMdDhHsS").find(c) != std::string_view::npos) {
      return true;
    } else if (c == ';') {
      return false;  // the part for positive numbers decides
    }
  }
  return false;
}

// Formats 14 to 22 and 45 to 47 are dates everywhere, 27 to 36 and 50 to 58 in East Asian programs
// (ISO/IEC 29500-1, 18.8.30).
bool is_date_format(int id) {
  return (id >= 14 && id <= 22) || (id >= 27 && id <= 36) || (id >= 45 && id <= 47) || (id >= 50 && id <= 58);
}

struct Styles {
  std::vector<bool> is_date;  // by index of the cell format
};

// A workbook has at most so many cell formats (Excel's specifications).
constexpr std::size_t formats_max = 65'536;

Styles read_styles(Archive& archive) {
  Styles styles;
  Part part(archive, "xl/styles.xml");
  if (!part.exists()) return styles;
  std::unordered_map<int, bool> own;
  bool in_cell_formats = false;
  while (part.next()) {
    if (part.begins("numFmt"))
      own[number_of<int>(part.attribute("numFmtId")).value_or(-1)] = shows_date(part.attribute("formatCode"));
    if (part.begins("cellXfs")) in_cell_formats = true;
    if (part.ends("cellXfs")) in_cell_formats = false;
    if (in_cell_formats && part.begins("xf")) {
      int const id = number_of<int>(part.attribute("numFmtId")).value_or(0);
      auto const known = own.find(id);
      styles.is_date.push_back(known == own.end() ? is_date_format(id) : known->second);
    }
    if (own.size() > formats_max || styles.is_date.size() > formats_max) throw Damaged("too many formats");
  }
  return styles;
}

// Spreadsheets write some characters as _xHHHH_.
std::string unescaped(std::string text) {
  for (std::size_t at = 0; (at = text.find("_x", at)) != std::string::npos; ++at) {
    if (at + 7 > text.size() || text[at + 6] != '_') continue;
    unsigned code = 0;
    auto const [end, error] = std::from_chars(text.data() + at + 2, text.data() + at + 6, code, 16);
    if (error != std::errc{} || end != text.data() + at + 6 || code == 0 || code >= 0x80) continue;
    text.replace(at, 7, 1, static_cast<char>(code));
  }
  return text;
}

// All text below the present element except pronunciation marks.
std::string read_text(Part& part, char const* element) {
  std::string text;
  if (part.is_empty()) return text;
  bool in_text = false;
  bool in_phonetic = false;
  while (part.next() && !part.ends(element)) {
    if (part.begins("rPh")) in_phonetic = !part.is_empty();
    if (part.ends("rPh")) in_phonetic = false;
    if (part.begins("t")) in_text = !part.is_empty();
    if (part.ends("t")) in_text = false;
    if (in_text && !in_phonetic && part.is_text()) text += part.text();
    if (text.size() > limits::import_cell_bytes) throw Damaged("a text too long for a cell");
  }
  return unescaped(std::move(text));
}

SpilledTexts read_shared_strings(Archive& archive, fs::path const& folder) {
  SpilledTexts strings(folder);
  Part part(archive, "xl/sharedStrings.xml");
  if (!part.exists()) return strings;
  while (part.next()) {
    if (!part.begins("si")) continue;
    strings.add(read_text(part, "si"));
    if (strings.bytes() + strings.size() * sizeof(std::uint64_t) > limits::import_file_bytes)
      throw Damaged("more text than a file may hold");
  }
  return strings;
}

struct Workbook {
  std::string sheet;  // name of the part
  bool from_1904 = false;
};

Workbook read_workbook(Archive& archive) {
  Workbook workbook;
  std::string relation;
  Part part(archive, "xl/workbook.xml");
  if (!part.exists()) throw Damaged("no workbook");
  while (part.next()) {
    if (part.begins("workbookPr")) {
      auto const from = part.attribute("date1904");
      workbook.from_1904 = from == "1" || from == "true";
    }
    if (part.begins("sheet") && relation.empty()) relation = part.qualified_attribute("id");
  }
  Part relations(archive, "xl/_rels/workbook.xml.rels");
  if (!relations.exists() || relation.empty()) throw Damaged("no sheet");
  while (relations.next()) {
    if (!relations.begins("Relationship") || relations.attribute("Id") != relation) continue;
    auto const target = relations.attribute("Target");
    workbook.sheet = target.starts_with('/') ? target.substr(1) : "xl/" + target;
  }
  if (workbook.sheet.empty()) throw Damaged("no sheet");
  return workbook;
}

// A spreadsheet computes with 15 decimal digits and stores binary fractions: 45.3 may stand there as
// 45.299999999999997.
std::string plain_number(std::string const& stored) {
  bool const plain = stored.size() <= 15 && stored.find_first_not_of("-0123456789.") == std::string::npos;
  auto const value = number_of<double>(stored);
  if (plain || !value || !std::isfinite(*value) || *value == 0) return stored;
  int const magnitude = static_cast<int>(std::floor(std::log10(std::fabs(*value))));
  if (magnitude > 30 || magnitude < -30) return stored;
  int const places = std::max(0, 14 - magnitude);
  char buffer[128];
  int const length = std::snprintf(buffer, sizeof buffer, "%.*f", places, *value);
  std::string text(buffer, static_cast<std::size_t>(length));
  if (places > 0) {
    text.erase(text.find_last_not_of('0') + 1);
    if (text.ends_with('.')) text.pop_back();
  }
  return text;
}

// Days since 1899-12-30 (there was no 1900-02-29, spreadsheets think there was) or since 1904-01-01.
std::string date_text(std::string const& stored, bool from_1904) {
  auto const value = number_of<double>(stored);
  if (!value || !(*value >= 0) || *value > 3'000'000) return stored;
  auto days = static_cast<int>(std::floor(*value));
  auto seconds = static_cast<int>(std::lround((*value - days) * 86'400));
  if (seconds == 86'400) {
    seconds = 0;
    ++days;
  }
  char clock[16];
  std::snprintf(clock, sizeof clock, "%02d:%02d:%02d", seconds / 3600, seconds / 60 % 60, seconds % 60);
  if (days == 0 && !from_1904) return clock;
  Date const first = from_1904 ? make_date(1904, 1, 1) : make_date(1899, 12, days < 60 ? 31 : 30);
  std::string const day = to_string(first + days);
  return seconds == 0 ? day : day + " " + clock;
}

// "AB12" is column 27.
std::optional<std::size_t> column_of(std::string_view reference) {
  std::size_t column = 0;
  std::size_t letters = 0;
  while (letters < reference.size() && reference[letters] >= 'A' && reference[letters] <= 'Z' && letters < 4)
    column = column * 26 + static_cast<std::size_t>(reference[letters++] - 'A' + 1);
  if (letters == 0) return {};
  return column - 1;
}

class XlsxReader final : public TableReader {
 public:
  explicit XlsxReader(fs::path const& file)
      : archive_(file),
        workbook_(read_workbook(archive_)),
        styles_(read_styles(archive_)),
        strings_(read_shared_strings(archive_, file.parent_path())),
        sheet_(archive_, workbook_.sheet) {
    if (!sheet_.exists()) throw Damaged("no sheet");
  }

  bool next(TableRow& row) override {
    if (ended_) return false;
    try {
      while (sheet_.next()) {
        if (!sheet_.begins("row")) continue;
        in_row_ = true;
        read_row(row);
        in_row_ = false;
        if (row.problem.empty() && is_blank_row(row.cells)) continue;
        if (columns_ == 0) columns_ = row.cells.size();
        // Empty cells at the end of a row are not stored.
        if (row.cells.size() < columns_) row.cells.resize(columns_);
        if (!fit_to_heading(row.cells, columns_) && row.problem.empty()) row.problem = "column_count";
        return true;
      }
    } catch (Damaged const&) {
      ended_ = true;
      row = {in_row_ ? number_ : number_ + 1, {}, "damaged_file"};
      return true;
    }
    ended_ = true;
    return false;
  }

  std::string encoding() const override { return "XLSX"; }

 private:
  void read_row(TableRow& row) {
    number_ = number_of<std::int64_t>(sheet_.attribute("r")).value_or(number_ + 1);
    row.number = number_;
    row.cells.clear();
    row.problem.clear();
    if (sheet_.is_empty()) return;
    std::size_t column = 0;
    std::size_t bytes = 0;
    while (sheet_.next() && !sheet_.ends("row")) {
      if (!sheet_.begins("c")) continue;
      column = column_of(sheet_.attribute("r")).value_or(column);
      std::string cell = read_cell(row);
      bytes += cell.size();
      if (bytes > limits::import_row_bytes) throw Damaged("a row too long");
      if (column < limits::import_columns && !cell.empty()) {
        if (row.cells.size() <= column) row.cells.resize(column + 1);
        row.cells[column] = std::move(cell);
      } else if (!cell.empty()) {
        row.problem = "column_count";
      }
      ++column;
    }
  }

  std::string read_cell(TableRow& row) {
    std::string const kind = sheet_.attribute("t");
    auto const style = number_of<std::size_t>(sheet_.attribute("s")).value_or(0);
    if (sheet_.is_empty()) return "";
    std::string stored;
    bool in_value = false;
    while (sheet_.next() && !sheet_.ends("c")) {
      if (sheet_.begins("is")) stored = read_text(sheet_, "is");
      if (sheet_.begins("v")) in_value = !sheet_.is_empty();
      if (sheet_.ends("v")) in_value = false;
      if (in_value && sheet_.is_text()) stored += sheet_.text();
    }
    if (kind == "s") return shared(stored);
    if (kind == "b") return stored == "1" ? "TRUE" : "FALSE";
    if (kind == "e") row.problem = "cell_error";
    if (kind == "str") return unescaped(std::move(stored));
    if (!kind.empty() && kind != "n") return stored;
    if (stored.empty()) return stored;
    bool const date = style < styles_.is_date.size() && styles_.is_date[style];
    return date ? date_text(stored, workbook_.from_1904) : plain_number(stored);
  }

  std::string shared(std::string const& index_text) {
    auto const index = number_of<std::uint64_t>(trim(index_text));
    if (!index || *index >= strings_.size()) throw Damaged("a text that is not there");
    return strings_.text(*index);
  }

  Archive archive_;
  Workbook workbook_;
  Styles styles_;
  SpilledTexts strings_;
  Part sheet_;
  std::int64_t number_ = 0;
  bool in_row_ = false;
  std::size_t columns_ = 0;
  bool ended_ = false;
};

}  // namespace

Result<std::unique_ptr<TableReader>> open_xlsx(fs::path const& file) {
  try {
    return std::unique_ptr<TableReader>(std::make_unique<XlsxReader>(file));
  } catch (Damaged const& damaged) {
    return refuse("damaged_file", "", damaged.what());
  }
}

}  // namespace plumbline::kernel
