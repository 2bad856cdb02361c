#include "kernel/move.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "base/limits.hpp"
#include "data_folder.hpp"
#include "kernel/act.hpp"
#include "store/shape.hpp"
#include "tables.hpp"

namespace plumbline::kernel {
namespace {

namespace fs = std::filesystem;
using store::Sql;
using store::TableShape;
using store::Value;

constexpr std::string_view unfinished_file = "plumbline.db.unfinished";
constexpr std::array<std::string_view, 3> sqlite_endings{"", "-wal", "-shm"};

// The whole copy is one snapshot and one transaction, however large the city is.
store::Options patient() {
  store::Options options;
  options.statement_limit_ms = limits::move_statement_ms;
  options.idle_limit_ms = 0;
  return options;
}

// Equal for the same rows in the same order, on whatever engine.
class Tally {
 public:
  void add(store::Row const& row) {
    ++rows_;
    line_.clear();
    for (auto const& value : row) add(value);
    hasher_.update(line_);
  }
  struct Sum {
    std::int64_t rows;
    Hash hash;
    bool operator==(Sum const&) const = default;
  };
  Sum finish() { return {rows_, hasher_.finish()}; }

 private:
  void add(Value const& value) {
    if (store::is_null(value)) return line_.push_back('n');
    if (auto const* number = std::get_if<std::int64_t>(&value)) return add('i', std::to_string(*number));
    if (auto const* text = std::get_if<std::string>(&value)) return add('t', *text);
    add('b', text_of(store::blob(value)));  // throws for a real: there are none in tables
  }
  void add(char kind, std::string_view text) {
    line_ += kind;
    line_ += std::to_string(text.size());
    line_ += ':';
    line_ += text;
  }

  Hasher hasher_;
  std::string line_;
  std::int64_t rows_ = 0;
};

std::string list_of(std::vector<std::string> const& names) {
  std::string list;
  for (auto const& name : names) list += (list.empty() ? "" : ", ") + kernel::quoted(name);
  return list;
}

std::vector<std::string> column_names(TableShape const& table) {
  std::vector<std::string> names;
  for (auto const& column : table.columns) names.push_back(column.name);
  return names;
}

Sql reading(TableShape const& table) {
  auto const columns = column_names(table);
  return {"move.read", "select " + list_of(columns) + " from " + kernel::quoted(table.name) + " order by " +
                           list_of(table.key.empty() ? columns : table.key)};
}

// Rows on their way into one table, many to a statement; large ones go alone, so that memory stays small.
class Filling {
 public:
  Filling(store::Writer& writer, TableShape const& table)
      : writer_(writer),
        columns_(table.columns.size()),
        rows_at_once_(std::min(limits::move_rows, limits::statement_values / columns_)),
        many_(inserting(table, rows_at_once_)),
        one_(inserting(table, 1)) {}

  void add(store::Row const& row) {
    for (auto const& value : row) {
      if (auto const* text = std::get_if<std::string>(&value)) bytes_ += text->size();
      if (auto const* blob = std::get_if<Bytes>(&value)) bytes_ += blob->size();
      values_.push_back(value);
    }
    if (values_.size() == rows_at_once_ * columns_) {
      writer_.write(many_, std::exchange(values_, {}));
      bytes_ = 0;
    } else if (bytes_ > limits::move_bytes) {
      send_singly();
    }
  }
  void finish() {
    send_singly();
    writer_.flush();
  }

 private:
  static Sql inserting(TableShape const& table, std::size_t rows) {
    std::string text =
        "insert into " + kernel::quoted(table.name) + " (" + list_of(column_names(table)) + ") values ";
    std::size_t number = 0;
    for (std::size_t row = 0; row < rows; ++row) {
      text += row == 0 ? "(" : ", (";
      for (std::size_t column = 0; column < table.columns.size(); ++column)
        text += (column == 0 ? "$" : ", $") + std::to_string(++number);
      text += ')';
    }
    return {"move.write", text};
  }
  void send_singly() {
    for (auto at = values_.begin(); at != values_.end(); at += static_cast<std::ptrdiff_t>(columns_))
      writer_.write(one_, std::vector<Value>(at, at + static_cast<std::ptrdiff_t>(columns_)));
    values_.clear();
    bytes_ = 0;
  }

  store::Writer& writer_;
  std::size_t columns_;
  std::size_t rows_at_once_;
  Sql many_;
  Sql one_;
  std::vector<Value> values_;
  std::size_t bytes_ = 0;
};

// Where the city lies. While this lives nobody writes to it, not even a program that does not know the
// folder's lock, and all reads see the same.
class Source {
 public:
  Source(std::string const& address, std::string const& jurisdiction)
      : database_(store::open(address, patient())),
        writer_(database_->writer()),
        reader_(database_->reader()) {
    Sql const lock = head_lock(database_->engine());
    store::Statement const ask{&lock, {jurisdiction}};
    writer_->begin();
    writer_->fetch({&ask, 1});
    reader_->begin_snapshot();
  }
  store::Database& database() { return *database_; }
  store::Reader& reader() { return *reader_; }
  std::vector<TableShape> tables() { return store::tables_of(*reader_, database_->engine()); }
  std::string place() { return store::place_of(*reader_, database_->engine()); }

 private:
  std::unique_ptr<store::Database> database_;
  std::unique_ptr<store::Writer> writer_;
  std::unique_ptr<store::Reader> reader_;
};

void remove_sqlite(fs::path const& file) {
  for (auto const& ending : sqlite_endings) fs::remove(file.string() + std::string(ending));
}

// Where the city goes. Unless it is kept, what was put there is taken away again.
class Target {
 public:
  Target(fs::path const& folder, Settings const& settings) : settings_(settings), folder_(folder) {
    if (settings.database.empty()) {
      remove_sqlite(folder / unfinished_file);  // of a move that was cut off
      settings_.database = "sqlite:" + (folder / unfinished_file).string();
      is_file_ = true;
    }
    database_ = store::open(settings_.database, patient());
    if (is_file_) fs::permissions(folder / unfinished_file, fs::perms::owner_read | fs::perms::owner_write);
  }
  ~Target() {
    try {
      if (is_filled_ && !is_file_) empty();
      database_.reset();
      if (is_file_) remove_sqlite(folder_ / unfinished_file);
    } catch (std::exception const&) {
      // The next move tells that the database is in use, and what to do.
    }
  }
  Target(Target const&) = delete;
  Target& operator=(Target const&) = delete;

  // Empty tables of our own, which a move that was cut off may have left, are as good as none.
  Result<void> prepare(Catalogue const& catalogue, Clock const& clock) {
    if (auto free = require_free(*database_, catalogue); !free) return free;
    store::migrate(*database_, kernel_migrations(), clock);
    ensure_registers(*database_, catalogue);
    return {};
  }
  // Locked against somebody who fills it at the same time.
  Result<std::unique_ptr<store::Writer>> begin(Catalogue const& catalogue) {
    auto writer = database_->writer();
    writer->begin();
    if (!is_file_) writer->script("lock table ledger_head in exclusive mode;");
    if (auto free = require_free(*database_, catalogue); !free) return free.refusal();
    return writer;
  }
  void commit(std::unique_ptr<store::Writer> writer) {
    is_filled_ = true;  // also where the answer is lost
    writer->commit();
    if (!is_file_) writer->script("analyze;");
  }
  // A file gets its name; durable with the settings, which are written next.
  void keep() {
    is_filled_ = false;
    if (!std::exchange(is_file_, false)) return;
    database_.reset();
    ledger::rename_durably(folder_ / unfinished_file, folder_ / database_file);
  }
  store::Database& database() { return *database_; }
  Settings const& settings() const { return settings_; }

 private:
  void empty() {
    auto const reader = database_->reader();
    std::string names;
    for (auto const& table : store::tables_of(*reader, database_->engine()))
      if (!is_about_tables(table.name)) names += (names.empty() ? "" : ", ") + kernel::quoted(table.name);
    database_->writer()->script("truncate " + names + ";");
  }

  Settings settings_;
  fs::path folder_;
  std::unique_ptr<store::Database> database_;
  bool is_file_ = false;
  bool is_filled_ = false;
};

class Move {
 public:
  Move(Source& source, Target& target, Catalogue const& catalogue, Progress const& progress)
      : source_(source), target_(target), catalogue_(catalogue), progress_(progress) {}

  Result<MoveReport> copy() {
    auto const tables = source_.tables();
    if (tables != store::tables_of(*target_.database().reader(), target_.database().engine()))
      return refuse("tables_differ", "", source_.place());
    for (auto const& table : tables) total_ += 2 * count(table);
    auto begun = target_.begin(catalogue_);
    if (!begun) return begun.refusal();
    auto writer = std::move(*begun);
    std::vector<Tally::Sum> sums;
    for (auto const& table : tables) sums.push_back(fill(*writer, table));
    target_.commit(std::move(writer));
    MoveReport report;
    for (std::size_t i = 0; i < tables.size(); ++i) {
      if (read(*target_.database().reader(), tables[i], [](store::Row const&) {}) != sums[i])
        return refuse("copy_differs", "", tables[i].name);
      report.rows += sums[i].rows;
    }
    report.tables = static_cast<std::int64_t>(tables.size());
    report.left = source_.database().engine();
    report.kept = source_.place();
    return report;
  }

 private:
  std::int64_t count(TableShape const& table) {
    Sql const rows{"move.count", "select count(*) from " + kernel::quoted(table.name)};
    return store::integer(source_.reader().query(rows, {}).at(0).at(0));
  }
  Tally::Sum fill(store::Writer& writer, TableShape const& table) {
    // The old database's own account of its tables takes the place of the new one's.
    Sql const clear{"move.clear", "delete from " + kernel::quoted(table.name)};
    if (is_about_tables(table.name)) writer.write(clear, {});
    Filling filling(writer, table);
    auto const sum = read(source_.reader(), table, [&](store::Row const& row) { filling.add(row); });
    filling.finish();
    return sum;
  }
  Tally::Sum read(store::Reader& reader, TableShape const& table,
                  std::function<void(store::Row const&)> const& each) {
    Tally tally;
    reader.stream(reading(table), {}, [&](store::Row const& row) {
      tally.add(row);
      each(row);
      if (++done_ % limits::move_rows_per_word == 0 && progress_) progress_(done_, total_);
      return true;
    });
    return tally.finish();
  }

  Source& source_;
  Target& target_;
  Catalogue const& catalogue_;
  Progress const& progress_;
  std::int64_t total_ = 0;  // of rows, written and read again
  std::int64_t done_ = 0;
};

// An address, or libpq's words: host=… dbname=….
bool is_server_address(std::string_view text) {
  return text.starts_with("postgres://") || text.starts_with("postgresql://") ||
         (!text.starts_with("sqlite:") && text.find("://") > text.find('='));
}

// Nobody may take the old file for the city.
std::string put_aside(fs::path const& folder, Clock const& clock) {
  auto const name = std::string(database_file) + ".moved-" + to_string(legal_date(clock.now())) + "-" +
                    hex_encode(random_bytes(4));
  for (auto const& ending : sqlite_endings) {
    auto const from = folder / (std::string(database_file) + std::string(ending));
    if (fs::exists(from)) ledger::rename_durably(from, folder / (name + std::string(ending)));
  }
  return (folder / name).string();
}

Result<MoveReport> move_locked(fs::path const& folder, Settings const& from, Settings const& to,
                               Catalogue const& catalogue, Clock const& clock, Progress const& progress) {
  Result<MoveReport> report = MoveReport();
  {
    Source source(database_address(folder, from), from.jurisdiction);
    if (store::missing_migrations(source.database(), kernel_migrations()) > 0 ||
        !has_registers(source.database(), catalogue))
      throw OutdatedDatabase();
    for (auto const& table : source.tables())
      if (!is_own_table(table.name, catalogue)) return refuse("tables_differ", "", table.name);
    Target target(folder, to);
    if (auto prepared = target.prepare(catalogue, clock); !prepared) return prepared.refusal();
    report = Move(source, target, catalogue, progress).copy();
    if (!report) return report;
    auto const audit = verify_log(*open_unshared(folder, target.settings(), catalogue, clock), progress);
    if (!audit.findings.empty()) return refuse("log_does_not_verify", "", audit.findings.front().code);
    report->entries = audit.entries;
    target.keep();
    write_settings(folder, to);
  }
  if (from.database.empty()) report->kept = put_aside(folder, clock);
  return report;
}

}  // namespace

Result<MoveReport> move_city(fs::path const& folder, std::string const& to, Catalogue const& catalogue,
                             Clock const& clock, Progress const& progress) {
  bool const to_file = to == "sqlite";
  if (!to_file && !is_server_address(to)) return refuse("bad_database_address");  // it may hold a password
  read_settings(folder);
  auto const lock = take_folder(folder);
  if (!lock) return refuse("city_in_use", "", folder.string());
  auto const from = read_settings(folder);
  auto settings = from;
  settings.database = to_file ? "" : to;
  bool const has_file = fs::exists(folder / database_file);
  if (settings.database == from.database) {
    // Cut off between the new settings and the old file's new name.
    if (!to_file && has_file) return MoveReport{.kept = put_aside(folder, clock)};
    return refuse("already_there", "", folder.string());
  }
  if (from.database.empty() != has_file)
    return refuse(has_file ? "file_in_the_way" : "file_missing", "", (folder / database_file).string());
  return move_locked(folder, from, settings, catalogue, clock, progress);
}

}  // namespace plumbline::kernel
