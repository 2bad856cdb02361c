#include "sqlite_connection.hpp"

#include <charconv>

#include "base/limits.hpp"

namespace plumbline::store::sqlite {
namespace {

// A checkpoint writes every changed page once, so a longer WAL saves work on pages changed again and
// again; 8 MiB still takes only milliseconds. Above 64 MiB it waits a moment for readers to step aside.
constexpr int page_size = 4'096;
constexpr int wal_pages_soft = 8 * 1'048'576 / page_size;
constexpr int wal_pages_hard = 64 * 1'048'576 / page_size;
constexpr int wait_for_readers_ms = 50;

constexpr int opcodes_between_looks = 20'000;  // about a millisecond

int remember_wal_pages(void* pages, sqlite3*, char const*, int count) {
  *static_cast<int*>(pages) = count;
  return SQLITE_OK;
}

int stop_after_deadline(void* deadline) {
  return std::chrono::steady_clock::now() > *static_cast<std::chrono::steady_clock::time_point*>(deadline);
}

}  // namespace

Errc errc_of(int code) {
  switch (code) {
    case SQLITE_CONSTRAINT_UNIQUE:
    case SQLITE_CONSTRAINT_PRIMARYKEY:
    case SQLITE_CONSTRAINT_ROWID: return Errc::unique;
    case SQLITE_CONSTRAINT_FOREIGNKEY: return Errc::foreign_key;
    // The transaction read before somebody else wrote: waiting does not cure it, running again does.
    case SQLITE_BUSY_SNAPSHOT: return Errc::serialization;
    default: break;
  }
  switch (code & 0xff) {
    case SQLITE_CONSTRAINT:
    case SQLITE_MISMATCH: return Errc::check;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_INTERRUPT: return Errc::busy;
    case SQLITE_FULL: return Errc::full;
    case SQLITE_READONLY: return Errc::read_only;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB: return Errc::corrupt;
    // A commit whose fsync failed is not visible now but may be found in the WAL after a crash.
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN: return Errc::connection;
    default: return Errc::other;
  }
}

Connection::Connection(std::string const& path, Role role, Options const& options) {
  int const flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE |
                    (role == Role::writer ? SQLITE_OPEN_CREATE : 0);
  char const* vfs = options.sqlite_vfs.empty() ? nullptr : options.sqlite_vfs.c_str();
  try {
    int const code = sqlite3_open_v2(path.c_str(), &handle_, flags, vfs);
    if (code != SQLITE_OK) fail(code, "open " + path);
    configure(role, options);
  } catch (...) {
    sqlite3_close_v2(handle_);
    throw;
  }
}

Connection::~Connection() {
  cache_.clear();
  sqlite3_close_v2(handle_);
}

void Connection::configure(Role role, Options const& options) {
  lock_wait_ms_ = options.lock_wait_ms;
  sqlite3_busy_timeout(handle_, lock_wait_ms_);
  // A misspelt "column" must be an error, not a text constant.
  sqlite3_db_config(handle_, SQLITE_DBCONFIG_DQS_DML, 0, nullptr);
  sqlite3_db_config(handle_, SQLITE_DBCONFIG_DQS_DDL, 0, nullptr);
  sqlite3_db_config(handle_, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_db_config(handle_, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  if (role == Role::reader) {
    execute("PRAGMA query_only = ON; PRAGMA cache_size = -16384; PRAGMA temp_store = MEMORY", "configure");
    statement_limit_ms_ = options.statement_limit_ms;
    sqlite3_progress_handler(handle_, opcodes_between_looks, stop_after_deadline, &deadline_);
    return;
  }
  execute("PRAGMA page_size = 4096", "configure");  // before the file has its first page
  Sql const journal{"configure", "PRAGMA journal_mode = WAL"};
  {
    Running running(*this, journal, {});
    if (!running.step() || running.row().at(0) != Value{"wal"})
      throw Error(Errc::other, journal.name, "this file system cannot hold a write-ahead log");
  }
  // secure_delete: an erased body must be gone from the file too.
  execute(
      "PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA cache_size = -65536;"
      "PRAGMA temp_store = MEMORY; PRAGMA secure_delete = ON; PRAGMA journal_size_limit = 67108864",
      "configure");
  checkpoint_at_ = wal_pages_soft;
  sqlite3_wal_hook(handle_, remember_wal_pages, &wal_pages_);  // instead of the automatic checkpoint
}

void Connection::execute(char const* sql, std::string_view name) {
  int const code = sqlite3_exec(handle_, sql, nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) fail(code, name);
}

void Connection::keep_wal_short() {
  if (wal_pages_ < wal_pages_soft) checkpoint_at_ = wal_pages_soft;  // it has started from its beginning
  if (wal_pages_ < checkpoint_at_) return;
  int pages = 0;
  int moved = 0;
  // Failing is no harm: the pages stay in the WAL, and a broken disk shows at the next commit.
  sqlite3_wal_checkpoint_v2(handle_, nullptr, SQLITE_CHECKPOINT_PASSIVE, &pages, &moved);
  if (pages >= wal_pages_hard) {
    // Readers that follow each other without a gap keep the WAL from starting again. New ones use it no
    // longer once all is moved, so a short wait is enough; only a long snapshot makes it grow on.
    sqlite3_busy_timeout(handle_, wait_for_readers_ms);
    sqlite3_wal_checkpoint_v2(handle_, nullptr, SQLITE_CHECKPOINT_RESTART, nullptr, nullptr);
    sqlite3_busy_timeout(handle_, lock_wait_ms_);
  }
  checkpoint_at_ = pages + wal_pages_soft;
}

void Connection::fail(int code, std::string_view name) const {
  std::string what = name.empty() ? std::string("sqlite") : std::string(name);
  what += ": ";
  what += handle_ ? sqlite3_errmsg(handle_) : sqlite3_errstr(code);
  throw Error(errc_of(code), name, what + " (" + std::to_string(code) + ")");
}

Prepared Connection::prepare(Sql const& sql) {
  sqlite3_stmt* statement = nullptr;
  char const* rest = nullptr;
  int const code = sqlite3_prepare_v3(handle_, sql.text.c_str(), static_cast<int>(sql.text.size() + 1),
                                      SQLITE_PREPARE_PERSISTENT, &statement, &rest);
  Prepared prepared{std::unique_ptr<sqlite3_stmt, CloseStatement>(statement), {}};
  if (code != SQLITE_OK) fail(code, sql.name);
  if (!statement || std::string_view(rest).find_first_not_of(" \t\r\n;") != std::string_view::npos)
    throw Error(Errc::other, sql.name, std::string(sql.name) + ": not exactly one statement");
  int const count = sqlite3_bind_parameter_count(statement);
  for (int k = 1; k <= count; ++k) {
    int const index = sqlite3_bind_parameter_index(statement, ("$" + std::to_string(k)).c_str());
    if (index == 0)
      throw Error(Errc::other, sql.name,
                  std::string(sql.name) + ": parameters must be $1, $2 … without a gap");
    prepared.index_of.push_back(index);
  }
  return prepared;
}

Prepared& Connection::cached(Sql const& sql) {
  auto found = cache_.find(std::string_view(sql.text));
  if (found != cache_.end()) return found->second;
  if (cache_.size() >= limits::prepared_statements)
    std::erase_if(cache_, [](auto const& entry) { return !sqlite3_stmt_busy(entry.second.statement.get()); });
  return cache_.emplace(sql.text, prepare(sql)).first->second;
}

Running::Running(Connection& connection, Sql const& sql)
    : connection_(connection), name_(sql.name), prepared_(&connection.cached(sql)) {
  if (sqlite3_stmt_busy(prepared_->statement.get())) {  // asked again from within its own stream()
    own_ = connection.prepare(sql);
    prepared_ = &own_;
  }
  statement_ = prepared_->statement.get();
}

// Delegates, so that the destructor cleans up when binding fails half way.
Running::Running(Connection& connection, Sql const& sql, std::span<Value const> values)
    : Running(connection, sql) {
  bind(values);
  if (connection.statement_limit_ms_ > 0)
    connection.deadline_ =
        std::chrono::steady_clock::now() + std::chrono::milliseconds(connection.statement_limit_ms_);
}

Running::~Running() {
  sqlite3_reset(statement_);
  sqlite3_clear_bindings(statement_);
}

void Running::bind(std::span<Value const> values) {
  require_storable(values, name_);
  if (values.size() != prepared_->index_of.size())
    throw Error(Errc::other, name_,
                std::string(name_) + ": " + std::to_string(values.size()) + " values for " +
                    std::to_string(prepared_->index_of.size()) + " parameters");
  for (std::size_t i = 0; i < values.size(); ++i) {
    int const index = prepared_->index_of[i];
    int code = SQLITE_OK;
    // The values outlive the step, so SQLite need not copy them.
    if (auto const* number = std::get_if<std::int64_t>(&values[i]))
      code = sqlite3_bind_int64(statement_, index, *number);
    else if (auto const* written = std::get_if<std::string>(&values[i]))
      code = sqlite3_bind_text64(statement_, index, written->data(), written->size(), SQLITE_STATIC,
                                 SQLITE_UTF8);
    else if (auto const* bytes = std::get_if<Bytes>(&values[i]))
      // An empty vector may have no address, and a blob without address is null.
      code = bytes->empty()
                 ? sqlite3_bind_zeroblob(statement_, index, 0)
                 : sqlite3_bind_blob64(statement_, index, bytes->data(), bytes->size(), SQLITE_STATIC);
    else if (auto const* real = std::get_if<double>(&values[i]))
      code = sqlite3_bind_double(statement_, index, *real);
    if (code != SQLITE_OK) connection_.fail(code, name_);  // null is what is not bound
  }
}

bool Running::step() {
  int const code = sqlite3_step(statement_);
  if (code == SQLITE_ROW) return true;
  if (code != SQLITE_DONE) connection_.fail(code, name_);
  return false;
}

Row Running::row() const {
  int const count = sqlite3_data_count(statement_);
  Row row(static_cast<std::size_t>(count));
  for (int i = 0; i < count; ++i) {
    Value& value = row[static_cast<std::size_t>(i)];
    switch (sqlite3_column_type(statement_, i)) {
      case SQLITE_INTEGER: value = sqlite3_column_int64(statement_, i); break;
      case SQLITE_FLOAT: value = sqlite3_column_double(statement_, i); break;
      case SQLITE_TEXT: {
        auto const* begin = reinterpret_cast<char const*>(sqlite3_column_text(statement_, i));
        value.emplace<std::string>(begin, static_cast<std::size_t>(sqlite3_column_bytes(statement_, i)));
        break;
      }
      case SQLITE_BLOB: {
        auto const* begin = static_cast<std::uint8_t const*>(sqlite3_column_blob(statement_, i));
        value.emplace<Bytes>(begin, begin + sqlite3_column_bytes(statement_, i));
        break;
      }
      default: break;
    }
  }
  return row;
}

}  // namespace plumbline::store::sqlite
