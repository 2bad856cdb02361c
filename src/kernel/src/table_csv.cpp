// CSV (RFC 4180) as offices produce it: any of the usual encodings, even several in one file; separators ,
// ; or tab; quotes that are not closed. A fault costs the row it stands in and no other.
#include <algorithm>
#include <array>
#include <deque>
#include <fstream>

#include "base/bytes.hpp"
#include "base/limits.hpp"
#include "base/text.hpp"
#include "kernel/act.hpp"
#include "table_file.hpp"

namespace plumbline::kernel {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t block_bytes = 64 * 1024;
constexpr std::string_view utf8_mark = "\xEF\xBB\xBF";

struct Line {
  std::string text;  // UTF-8; what could not be read stands as U+FFFD
  bool unreadable = false;
  bool too_long = false;
};

// What the bytes of a file say about how it was written.
struct Script {
  Encoding encoding = Encoding::utf8;
  bool mixed = false;          // some lines are UTF-8 and some are not
  std::size_t mark_bytes = 0;  // of the byte order mark
  bool wide() const { return encoding == Encoding::utf16le || encoding == Encoding::utf16be; }
};

// Bytes between line ends. Neither UTF-8 nor GB 18030 has a line feed inside a character; in UTF-16 it is
// looked for among the 16-bit units.
class RawLines {
 public:
  RawLines(fs::path const& file, Script const& script) : in_(file, std::ios::binary), script_(script) {
    if (!in_) throw std::runtime_error("cannot read " + file.string());
    in_.seekg(static_cast<std::streamoff>(script.mark_bytes));
  }

  // Without the line end. A line longer than a row may be is cut and told so.
  bool next(std::string& line, bool& too_long) {
    line.clear();
    too_long = false;
    bool any = false;
    while (true) {
      if (at_ == have_ && !fill()) return any;
      any = true;
      std::size_t const end = find_line_feed();
      std::size_t const stop = end == std::string_view::npos ? have_ : end;
      std::size_t const room = limits::import_row_bytes - std::min(limits::import_row_bytes, line.size());
      std::size_t const taken = std::min(room, stop - at_);
      too_long = too_long || taken < stop - at_;
      line.append(buffer_.data() + at_, taken);
      at_ = end == std::string_view::npos ? have_ : end + unit();
      if (end != std::string_view::npos) return true;
    }
  }

 private:
  std::size_t unit() const { return script_.wide() ? 2 : 1; }

  bool fill() {
    in_.read(buffer_.data(), static_cast<std::streamsize>(buffer_.size()));
    have_ = static_cast<std::size_t>(in_.gcount());
    at_ = 0;
    return have_ > 0;
  }

  std::size_t find_line_feed() const {
    std::string_view const rest(buffer_.data() + at_, have_ - at_);
    if (!script_.wide()) {
      auto const found = rest.find('\n');
      return found == std::string_view::npos ? found : at_ + found;
    }
    std::size_t const low = script_.encoding == Encoding::utf16le ? 0 : 1;
    for (std::size_t i = at_; i + 1 < have_; i += 2)
      if (buffer_[i + low] == '\n' && buffer_[i + 1 - low] == '\0') return i;
    return std::string_view::npos;
  }

  std::ifstream in_;
  Script script_;
  std::array<char, block_bytes> buffer_;
  std::size_t at_ = 0;
  std::size_t have_ = 0;
};

// How a line was written, as far as it shows. GB 18030 text of few characters can be well-formed UTF-8 by
// accident: "通知" is CD A8 D6 AA, which also spells a combining mark and a Hebrew accent.
enum class Guess : std::uint8_t { ascii, utf8, gb18030, either };

// Alphabets of two bytes that stand in Chinese files: Latin, Greek, Cyrillic, Arabic. Real text keeps to one
// of them besides Latin signs ("·", "×"); accidents are spread over all blocks.
int alphabet_of(unsigned code) {
  if (code < 0x250) return 0;
  if (code >= 0x370 && code < 0x400) return 1;
  if (code >= 0x400 && code < 0x530) return 2;
  if (code >= 0x600 && code < 0x700) return 3;
  return -1;
}

Guess guess_of(std::string_view line) {
  if (std::ranges::all_of(line, [](char c) { return static_cast<unsigned char>(c) < 0x80; }))
    return Guess::ascii;
  if (!is_utf8(line)) return Guess::gb18030;
  int alphabet = 0;
  for (std::size_t i = 0; i < line.size(); ++i) {
    auto const byte = static_cast<unsigned char>(line[i]);
    if (byte >= 0xE0) return Guess::utf8;  // three bytes: Chinese, as a rule
    if (byte < 0xC0) continue;
    unsigned const code = (byte & 0x1FU) << 6 | (static_cast<unsigned char>(line[i + 1]) & 0x3FU);
    int const here = alphabet_of(code);
    if (here < 0 || (here > 0 && alphabet > 0 && here != alphabet))
      return gb18030_to_utf8(line) ? Guess::gb18030 : Guess::utf8;
    alphabet = std::max(alphabet, here);
  }
  return Guess::either;
}

// The next piece of a line up to a character that is ASCII in every encoding: a row put together from two
// sources may change its encoding from cell to cell.
std::string_view next_piece(std::string_view& line) {
  std::size_t const end = std::min(line.find_first_of(",;\t\""), line.size());
  std::string_view const piece = line.substr(0, std::max<std::size_t>(end, 1));
  line.remove_prefix(piece.size());
  return piece;
}

bool has_utf8_piece(std::string_view line) {
  while (!line.empty())
    if (guess_of(next_piece(line)) == Guess::utf8) return true;
  return false;
}

// Piece by piece; nothing when a piece is neither.
std::optional<std::string> decode_pieces(std::string_view line) {
  std::string out;
  while (!line.empty()) {
    auto const piece = next_piece(line);
    auto const guess = guess_of(piece);
    if (guess == Guess::ascii || guess == Guess::utf8) {
      out += piece;
    } else {
      auto const text = gb18030_to_utf8(piece);
      if (!text) return {};
      out += *text;
    }
  }
  return out;
}

// The mark at the beginning if there is one; then every line is looked at, because files are glued together
// from parts. A UTF-8 mark says only how the first part was written.
Script script_of(fs::path const& file) {
  std::array<char, 3> head{};
  std::ifstream in(file, std::ios::binary);
  in.read(head.data(), head.size());
  std::string_view const start(head.data(), static_cast<std::size_t>(in.gcount()));
  if (start.starts_with("\xFF\xFE")) return {Encoding::utf16le, false, 2};
  if (start.starts_with("\xFE\xFF")) return {Encoding::utf16be, false, 2};
  Script script;
  script.mark_bytes = start.starts_with(utf8_mark) ? utf8_mark.size() : 0;
  RawLines lines(file, script);
  std::string line;
  bool too_long = false;
  bool any_utf8 = script.mark_bytes > 0;
  bool any_other = false;
  while (lines.next(line, too_long)) {
    if (too_long) continue;
    Guess const guess = guess_of(line);
    any_utf8 = any_utf8 || guess == Guess::utf8 || (guess == Guess::gb18030 && has_utf8_piece(line));
    any_other = any_other || guess == Guess::gb18030;
  }
  script.mixed = any_utf8 && any_other;
  script.encoding = any_other && !any_utf8 ? Encoding::gb18030 : Encoding::utf8;
  return script;
}

class LineReader {
 public:
  LineReader(fs::path const& file, Script const& script) : raw_(file, script), script_(script) {}

  bool next(Line& line) {
    std::string bytes;
    if (!raw_.next(bytes, line.too_long)) return false;
    line.unreadable = false;
    line.text = decode(std::move(bytes), line);
    if (line.text.ends_with('\r')) line.text.pop_back();
    return true;
  }

 private:
  std::string decode(std::string bytes, Line& line) {
    Encoding const encoding = encoding_of(bytes);
    if (encoding == Encoding::utf8 && is_utf8(bytes)) return bytes;
    if (script_.mixed && has_utf8_piece(bytes)) {
      if (auto text = decode_pieces(bytes)) return std::move(*text);
    } else if (auto text = to_utf8(bytes, encoding)) {
      return std::move(*text);
    }
    line.unreadable = !line.too_long;
    std::string out;
    for (char c : bytes) {
      if (static_cast<unsigned char>(c) >= 0x80)
        out += "\xEF\xBF\xBD";
      else if (c != '\0')
        out += c;
    }
    return out;
  }

  // In a file of several encodings a line that may be either is as the lines before it.
  Encoding encoding_of(std::string_view bytes) {
    if (!script_.mixed) return script_.encoding;
    Guess const guess = guess_of(bytes);
    if (guess == Guess::utf8) latest_ = Encoding::utf8;
    if (guess == Guess::gb18030) latest_ = Encoding::gb18030;
    return guess == Guess::ascii ? Encoding::utf8 : latest_;
  }

  RawLines raw_;
  Script script_;
  Encoding latest_ = Encoding::utf8;
};

char separator_of(std::string_view heading) {
  constexpr std::string_view known = ",;\t";
  std::array<std::size_t, known.size()> seen{};
  bool quoted = false;
  for (char c : heading) {
    if (c == '"') quoted = !quoted;
    auto const which = known.find(c);
    if (!quoted && which != std::string_view::npos) ++seen[which];
  }
  auto const most = std::ranges::max_element(seen);
  return known[static_cast<std::size_t>(most - seen.begin())];
}

// Splits rows, line by line: a row goes on while a quote is open.
class CellSplitter {
 public:
  enum class Outcome : std::uint8_t { complete, open, stray_quote };

  CellSplitter(std::vector<std::string>& cells, char separator) : cells_(cells), separator_(separator) {
    cells_.clear();
    cells_.emplace_back();
  }

  Outcome add(std::string_view line) {
    if (place_ == Place::quoted) cells_.back() += '\n';
    for (char c : line)
      if (!add(c)) return Outcome::stray_quote;
    return place_ == Place::quoted ? Outcome::open : Outcome::complete;
  }

 private:
  enum class Place : std::uint8_t { start, plain, quoted, after_quote };

  bool add(char c) {
    if (place_ == Place::quoted) {
      if (c == '"')
        place_ = Place::after_quote;
      else
        cells_.back() += c;
      return true;
    }
    if (c == separator_) {
      cells_.emplace_back();
      place_ = Place::start;
      return cells_.size() <= limits::import_columns * 2;
    }
    if (c == '"') {
      if (place_ == Place::plain) return false;
      if (place_ == Place::after_quote) cells_.back() += '"';
      place_ = Place::quoted;
      return true;
    }
    if (place_ == Place::after_quote) return false;
    cells_.back() += c;
    place_ = Place::plain;
    return true;
  }

  std::vector<std::string>& cells_;
  char separator_;
  Place place_ = Place::start;
};

// A row whose quotes make no sense, as well as it can be shown: quotes are ordinary characters.
std::vector<std::string> split_plainly(std::string_view line, char separator) {
  std::vector<std::string> cells;
  for (std::size_t start = 0; start <= line.size() && cells.size() < limits::import_columns;) {
    std::size_t const end = std::min(line.find(separator, start), line.size());
    cells.emplace_back(line.substr(start, end - start));
    start = end + 1;
  }
  return cells;
}

class CsvReader final : public TableReader {
 public:
  CsvReader(fs::path const& file, Script const& script) : lines_(file, script), script_(script) {}

  bool next(TableRow& row) override {
    while (!at_end()) {
      read_row(row);
      if (!row.problem.empty() || !is_blank_row(row.cells)) return true;
    }
    return false;
  }

  std::string encoding() const override {
    return script_.mixed ? "UTF-8 + GB18030" : std::string(to_string(script_.encoding));
  }

 private:
  bool at_end() {
    Line line;
    if (ahead_.empty() && lines_.next(line)) ahead_.push_back(std::move(line));
    return ahead_.empty();
  }

  Line const* line_ahead(std::size_t index) {
    Line line;
    while (ahead_.size() <= index && lines_.next(line)) ahead_.push_back(std::move(line));
    return index < ahead_.size() ? &ahead_[index] : nullptr;
  }

  // Takes as many lines as the row has: one where its quotes make no sense, so that the next row is whole.
  void read_row(TableRow& row) {
    if (columns_ == 0) separator_ = separator_of(ahead_.front().text);
    row.number = ++rows_;  // as a spreadsheet shows it: a cell of several lines is in one row
    row.problem.clear();
    std::size_t used = 1;
    bool const sound = split(row, used);
    bool const fits = sound && (columns_ == 0 || fit_to_heading(row.cells, columns_));
    if (ahead_.front().too_long) {
      row.problem = "row_too_long";
    } else if (!sound || (!fits && used > 1)) {
      row.problem = "stray_quote";
      row.cells = split_plainly(ahead_.front().text, separator_);
      used = 1;
    } else if (!fits && !is_blank_row(row.cells)) {
      row.problem = "column_count";
    }
    for (std::size_t i = 0; i < used; ++i)
      if (ahead_[i].unreadable) row.problem = "encoding";
    ahead_.erase(ahead_.begin(), ahead_.begin() + static_cast<std::ptrdiff_t>(used));
    if (columns_ == 0) columns_ = row.cells.size();
  }

  bool split(TableRow& row, std::size_t& used) {
    CellSplitter splitter(row.cells, separator_);
    auto outcome = splitter.add(ahead_.front().text);
    std::size_t bytes = ahead_.front().text.size();
    while (outcome == CellSplitter::Outcome::open) {
      Line const* line = line_ahead(used);
      if (line == nullptr || line->too_long) return false;
      bytes += line->text.size() + 1;
      if (bytes > limits::import_cell_bytes) return false;
      outcome = splitter.add(line->text);
      ++used;
    }
    return outcome == CellSplitter::Outcome::complete;
  }

  LineReader lines_;
  Script script_;
  std::deque<Line> ahead_;
  char separator_ = ',';
  std::size_t columns_ = 0;
  std::int64_t rows_ = 0;
};

}  // namespace

bool fit_to_heading(std::vector<std::string>& cells, std::size_t columns) {
  while (cells.size() > columns && trim(cells.back()).empty()) cells.pop_back();
  return cells.size() == columns;
}

bool is_blank_row(std::vector<std::string> const& cells) {
  return std::ranges::all_of(cells, [](std::string const& cell) { return trim(cell).empty(); });
}

Result<std::unique_ptr<TableReader>> open_csv(fs::path const& file) {
  return std::unique_ptr<TableReader>(std::make_unique<CsvReader>(file, script_of(file)));
}

// By what the file holds, not by what it is called.
Result<std::unique_ptr<TableReader>> open_table(fs::path const& file) {
  std::error_code failed;
  auto const size = fs::file_size(file, failed);
  if (failed) return refuse("unreadable_file", "", file.filename().string());
  if (size == 0) return refuse("empty_file", "", file.filename().string());
  if (size > limits::import_file_bytes) return refuse("file_too_large", "", std::to_string(size));
  std::array<char, 4> head{};
  std::ifstream(file, std::ios::binary).read(head.data(), head.size());
  std::string_view const start(head.data(), head.size());
  if (start == "PK\x03\x04") return open_xlsx(file);
  // The container of .xls files and of encrypted .xlsx ones.
  if (start == "\xD0\xCF\x11\xE0") return refuse("unsupported_format", "", "xls");
  return open_csv(file);
}

}  // namespace plumbline::kernel
