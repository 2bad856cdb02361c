#include "postgres_connection.hpp"

#include <poll.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include "base/limits.hpp"
#include "postgres_values.hpp"

namespace plumbline::store::postgres {
namespace {

// Above so many unsent bytes write() stops to send, taking answers meanwhile.
constexpr std::size_t unsent_bytes_max = 512 * 1024;

struct ClearResult {
  void operator()(PGresult* result) const { PQclear(result); }
};
using Result = std::unique_ptr<PGresult, ClearResult>;

Kind kind_of(Value const& value) { return static_cast<Kind>(value.index()); }

Kinds kinds_of(std::span<Value const> values) {
  Kinds kinds;
  kinds.reserve(values.size());
  for (auto const& value : values) kinds.push_back(kind_of(value));
  return kinds;
}

bool fits(Kinds const& kinds, std::span<Value const> values) {
  if (kinds.size() != values.size()) return false;
  for (std::size_t i = 0; i < kinds.size(); ++i)
    if (kind_of(values[i]) != Kind::null && kind_of(values[i]) != kinds[i]) return false;
  return true;
}

// Fills nulls from a statement prepared before, unless that one was for other kinds altogether.
void learn(Kinds& kinds, Kinds const& earlier) {
  if (kinds.size() != earlier.size()) return;
  for (std::size_t i = 0; i < kinds.size(); ++i)
    if (kinds[i] != earlier[i] && kinds[i] != Kind::null && earlier[i] != Kind::null) return;
  for (std::size_t i = 0; i < kinds.size(); ++i) kinds[i] = std::max(kinds[i], earlier[i]);
}

}  // namespace

Errc errc_of(std::string_view state) {
  if (state == "23505" || state == "23P01") return Errc::unique;
  if (state == "23503") return Errc::foreign_key;
  // 22: a value that does not fit (22P02 not a number, 22003 too large, 22021 not UTF-8); 42804: of
  // another type.
  if (state.starts_with("23") || state.starts_with("22") || state == "42804") return Errc::check;
  if (state == "55P03" || state == "57014") return Errc::busy;
  if (state == "40001" || state == "40P01") return Errc::serialization;
  if (state == "25006") return Errc::read_only;
  if (state == "53100") return Errc::full;
  if (state == "08P01") return Errc::other;  // a wrong number of values
  if (state.starts_with("08") || state.starts_with("57P") || state == "25P03" || state == "53300")
    return Errc::connection;
  if (state.starts_with("XX00") && state != "XX000") return Errc::corrupt;
  return Errc::other;
}

Connection::Connection(std::string const& address, Role role, Options const& options)
    : statement_limit_ms_(options.statement_limit_ms) {
  // The address may override what stands before it. A peer that vanished is noticed after a minute.
  char const* const keywords[] = {"fallback_application_name",
                                  "connect_timeout",
                                  "keepalives_idle",
                                  "keepalives_interval",
                                  "keepalives_count",
                                  "tcp_user_timeout",
                                  "dbname",
                                  "client_encoding",
                                  nullptr};
  char const* const values[] = {"plumbline",     "10",   "30",   "10", "3", "60000",
                                address.c_str(), "UTF8", nullptr};
  connection_.reset(PQconnectdbParams(keywords, values, 1));
  if (PQstatus(connection_.get()) != CONNECTION_OK)
    throw Error(Errc::connection, "open", std::string("open: ") + PQerrorMessage(connection_.get()));
  PQsetNoticeReceiver(
      connection_.get(),
      [](void* self, PGresult const* notice) {
        char const* const severity = PQresultErrorField(notice, PG_DIAG_SEVERITY_NONLOCALIZED);
        if (severity != nullptr && std::string_view(severity) == "WARNING")
          static_cast<Connection*>(self)->warned_ = true;
      },
      this);
  char const* const encoding = PQparameterStatus(connection_.get(), "server_encoding");
  if (!encoding || std::string_view(encoding) != "UTF8")
    throw Error(Errc::other, "open", "open: the database's encoding must be UTF8");
  configure(role, options);
  PQsetnonblocking(connection_.get(), 1);
  PQenterPipelineMode(connection_.get());
}

void Connection::configure(Role role, Options const& options) {
  auto const milliseconds = [](int count) { return "'" + std::to_string(count) + "ms'"; };
  std::string settings =
      "SET client_min_messages = warning; SET bytea_output = hex; SET extra_float_digits = 3;"
      "SET DateStyle = ISO; SET TimeZone = 'UTC'; SET standard_conforming_strings = on; SET jit = off;";
  settings += "SET lock_timeout = " + milliseconds(options.lock_wait_ms) + ";";
  settings += "SET statement_timeout = " + milliseconds(options.statement_limit_ms) + ";";
  settings += "SET idle_in_transaction_session_timeout = " + milliseconds(options.idle_limit_ms) + ";";
  if (role == Role::reader)
    settings +=
        "SET default_transaction_isolation = 'repeatable read'; SET default_transaction_read_only = on;"
        "SET cursor_tuple_fraction = 1";
  else  // an acknowledged act is durable, whatever the server's default
    settings +=
        "SELECT set_config('synchronous_commit', 'on', false)"
        " WHERE current_setting('synchronous_commit') = 'off'";
  run_simple(settings);
}

void Connection::run_simple(std::string const& sql) {
  Result const result(PQexec(connection_.get(), sql.c_str()));
  auto const status = PQresultStatus(result.get());
  if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK || status == PGRES_EMPTY_QUERY) return;
  if (PQstatus(connection_.get()) != CONNECTION_OK) lose("script");
  throw failure(result.get(), "script");
}

void Connection::script(std::string const& sql) {
  if (!expected_.empty()) throw std::logic_error("script() with statements still queued");
  if (!PQexitPipelineMode(connection_.get())) lose("script");
  bool const inside = in_transaction();
  try {
    run_simple(inside ? "SET LOCAL statement_timeout = 0" : "SET statement_timeout = 0");
    run_simple(sql);
  } catch (...) {
    if (!broken_) PQenterPipelineMode(connection_.get());
    throw;
  }
  bool const moved = inside != in_transaction();
  if (!moved)
    run_simple((inside ? "SET LOCAL statement_timeout = " : "SET statement_timeout = ") +
               std::to_string(statement_limit_ms_));
  PQenterPipelineMode(connection_.get());
  if (moved)
    throw Error(Errc::other, "script",
                inside ? "script ended its transaction" : "script left a transaction open");
}

// ---- queueing ------------------------------------------------------------------------------------------

void Connection::send(Sql const& sql, std::span<Value const> values, Rows* into) {
  require_storable(values, sql.name);
  Prepared& statement = prepared(sql, values);
  ask(statement, statement.server.empty() ? &sql.text : nullptr, values, "", into);
}

void Connection::send(std::string_view name, std::string const& text, std::string_view tag, Rows* into) {
  ask(passing(name, {}), &text, {}, tag, into);
}

void Connection::send_once(Sql const& sql, std::span<Value const> values, Rows* into) {
  require_storable(values, sql.name);
  ask(passing(sql.name, kinds_of(values)), &sql.text, values, "", into);
}

Prepared& Connection::passing(std::string_view label, Kinds kinds) {
  return passing_.emplace_back(Prepared{std::string(label), "", std::move(kinds)});
}

// A statement is prepared for the kinds of its values. The same text with other kinds is another statement,
// but null fits any kind: else every pattern of nulls would be prepared.
Prepared& Connection::prepared(Sql const& sql, std::span<Value const> values) {
  auto found = cache_.find(std::string_view(sql.text));
  Kinds kinds = kinds_of(values);
  if (found != cache_.end()) {
    for (auto const& variant : found->second) {
      if (variant->state != Prepared::State::failed && fits(variant->kinds, values)) return *variant;
      learn(kinds, variant->kinds);
    }
  }
  if (cached_ >= limits::prepared_statements) return passing(sql.name, std::move(kinds));
  auto& variants = found != cache_.end() ? found->second : cache_[sql.text];
  ++cached_;
  auto& made = *variants.emplace_back(std::make_unique<Prepared>(
      Prepared{std::string(sql.name), "s" + std::to_string(++last_number_), std::move(kinds)}));
  std::vector<Oid> types;
  for (Kind kind : made.kinds) types.push_back(type_of(kind));
  must(PQsendPrepare(connection_.get(), made.server.c_str(), sql.text.c_str(), static_cast<int>(types.size()),
                     types.data()));
  expected_.push_back({Expected::What::prepared, &made, {}, nullptr});
  unsent_bytes_ += sql.text.size();
  return made;
}

// Addresses, lengths and formats as libpq wants them; it copies them at once.
struct Connection::Parameters {
  explicit Parameters(Prepared const& statement, std::span<Value const> values)
      : types(values.size()),
        addresses(values.size()),
        lengths(values.size()),
        formats(values.size()),
        numbers(values.size()) {
    for (std::size_t i = 0; i < values.size(); ++i) {
      types[i] = type_of(statement.kinds[i]);
      ParameterBytes const bytes = parameter_bytes(values[i], numbers[i]);
      addresses[i] = bytes.address;
      lengths[i] = static_cast<int>(bytes.length);
      formats[i] = bytes.binary ? 1 : 0;
      total += bytes.length + 8;
    }
  }
  int count() const { return static_cast<int>(types.size()); }

  std::vector<Oid> types;
  std::vector<char const*> addresses;
  std::vector<int> lengths;
  std::vector<int> formats;
  std::vector<std::array<char, 8>> numbers;
  std::size_t total = 64;
};

void Connection::ask(Prepared& statement, std::string const* text, std::span<Value const> values,
                     std::string_view tag, Rows* into) {
  Parameters const given(statement, values);
  int const sent =
      text ? PQsendQueryParams(connection_.get(), text->c_str(), given.count(), given.types.data(),
                               given.addresses.data(), given.lengths.data(), given.formats.data(), 0)
           : PQsendQueryPrepared(connection_.get(), statement.server.c_str(), given.count(),
                                 given.addresses.data(), given.lengths.data(), given.formats.data(), 0);
  must(sent);
  expected_.push_back({Expected::What::rows, &statement, tag, into});
  unsent_bytes_ += given.total + (text ? text->size() : 0);
  if (unsent_bytes_ > unsent_bytes_max) push();
}

void Connection::must(int sent) {
  if (!sent)
    lose(expected_.empty() ? "" : expected_.front().statement ? expected_.front().statement->label : "");
}

// ---- sending and taking answers ------------------------------------------------------------------------

// The server stops reading when nobody takes its answers, so sending and taking go together.
void Connection::push() {
  for (;;) {
    int const unsent = PQflush(connection_.get());
    if (unsent < 0) lose("");
    take_ready();
    if (unsent == 0) break;
    wait_for_socket(unsent);
  }
  unsent_bytes_ = 0;
}

void Connection::sync() {
  must(PQpipelineSync(connection_.get()));
  expected_.push_back({Expected::What::sync, nullptr, {}, nullptr});
  for (;;) {
    int const unsent = PQflush(connection_.get());
    if (unsent < 0) lose("");
    take_ready();
    if (expected_.empty()) break;
    wait_for_socket(unsent);
  }
  unsent_bytes_ = 0;
  passing_.clear();
  if (!first_error_) return;
  forget_failed();
  Error const error = *std::exchange(first_error_, std::nullopt);
  if (error.code() == Errc::connection) broken_ = true;
  throw error;
}

void Connection::wait_for_socket(int unsent) {
  pollfd waited{PQsocket(connection_.get()), static_cast<short>(unsent ? POLLIN | POLLOUT : POLLIN), 0};
  if (::poll(&waited, 1, -1) < 0 && errno != EINTR) lose("");
  if (waited.revents & ~POLLOUT)
    if (!PQconsumeInput(connection_.get())) {
      take_ready();  // what the server said before it hung up
      lose("");
    }
}

void Connection::take_ready() {
  while (!expected_.empty() && !PQisBusy(connection_.get())) take_one();
}

void Connection::take_one() {
  Result const result(PQgetResult(connection_.get()));
  if (PQstatus(connection_.get()) == CONNECTION_BAD) {
    if (result) take_result(result.get());
    lose("");
  }
  if (!result) {  // the end of one statement's answers
    if (expected_.front().what == Expected::What::sync) lose("");
    expected_.pop_front();
    return;
  }
  if (PQresultStatus(result.get()) == PGRES_PIPELINE_SYNC) {
    if (expected_.front().what != Expected::What::sync) lose("");
    expected_.pop_front();
    return;
  }
  take_result(result.get());
}

void Connection::take_result(PGresult const* result) {
  Expected const& due = expected_.front();
  std::string_view const label = due.statement ? std::string_view(due.statement->label) : "";
  switch (PQresultStatus(result)) {
    case PGRES_TUPLES_OK:
      if (due.into) try {
          append_rows(result, *due.into, label);
        } catch (Error const& error) {
          note(error);
        }
      [[fallthrough]];
    case PGRES_COMMAND_OK:
    case PGRES_EMPTY_QUERY:
      if (due.what == Expected::What::prepared) due.statement->state = Prepared::State::ready;
      if (!due.tag.empty() && due.tag != PQcmdStatus(const_cast<PGresult*>(result)))
        note(Error(
            Errc::other, label,
            std::string(label) + ": the server answered " + PQcmdStatus(const_cast<PGresult*>(result))));
      return;
    case PGRES_PIPELINE_ABORTED:  // skipped after an error, which is noted already
      if (due.what == Expected::What::prepared) due.statement->state = Prepared::State::failed;
      return;
    default:
      if (due.what == Expected::What::prepared) due.statement->state = Prepared::State::failed;
      note(failure(result, label));
      return;
  }
}

void Connection::note(Error error) {
  if (!first_error_) first_error_.emplace(std::move(error));
}

Error Connection::failure(PGresult const* result, std::string_view label) {
  char const* const state_field = PQresultErrorField(result, PG_DIAG_SQLSTATE);
  std::string_view const state = state_field ? state_field : "";
  char const* const primary = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
  std::string what = primary ? primary : PQresultErrorMessage(result);
  // DETAIL quotes the row, and so does `invalid input syntax for type bigint: "…"`: no personal data in logs.
  if (state.starts_with("22")) what = what.substr(0, what.find(": \""));
  if (char const* constraint = PQresultErrorField(result, PG_DIAG_CONSTRAINT_NAME))
    what += std::string(" [") + constraint + "]";
  Errc code = state.empty() ? Errc::connection : errc_of(state);
  // Kept statements whose table was changed under them, or that the server no longer has: the answer is a
  // new connection.
  if (state == "26000" || (state == "0A000" && what.find("cached plan") != std::string::npos)) {
    code = Errc::serialization;
    stale_ = true;
  }
  return Error(code, label, std::string(label) + ": " + what + " (" + std::string(state) + ")");
}

void Connection::lose(std::string_view label) {
  std::string const why = PQerrorMessage(connection_.get());
  broken_ = true;
  expected_.clear();
  passing_.clear();
  auto const first = std::exchange(first_error_, std::nullopt);
  // An administrator's shutdown says so before it hangs up. Any other first error is not the reason.
  if (first && first->code() == Errc::connection) throw *first;
  throw Error(Errc::connection, label, "connection lost: " + why);
}

void Connection::abandon_rows() {
  for (auto& due : expected_) due.into = nullptr;
}

void Connection::forget_failed() {
  for (auto entry = cache_.begin(); entry != cache_.end();) {
    cached_ -=
        std::erase_if(entry->second, [](auto const& one) { return one->state != Prepared::State::ready; });
    entry = entry->second.empty() ? cache_.erase(entry) : std::next(entry);
  }
}

void Connection::trim() {
  if (cached_ < limits::prepared_statements) return;
  if (!idle() || !expected_.empty()) throw std::logic_error("trim() inside a transaction");
  send("trim", "DEALLOCATE ALL", "DEALLOCATE ALL");
  sync();
  cache_.clear();
  cached_ = 0;
}

bool Connection::still_there() {
  if (broken_ || stale_ || PQstatus(connection_.get()) != CONNECTION_OK) return false;
  pollfd waited{PQsocket(connection_.get()), POLLIN, 0};
  while (::poll(&waited, 1, 0) > 0)
    if (!PQconsumeInput(connection_.get())) return false;
  return true;
}

}  // namespace plumbline::store::postgres
