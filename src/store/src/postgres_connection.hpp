// One PostgreSQL connection, always in libpq's pipeline mode: statements are queued, sent while results
// come back, and verified at a sync.
#pragma once
#include <libpq-fe.h>

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "engines.hpp"

namespace plumbline::store::postgres {

Errc errc_of(std::string_view sqlstate);

enum class Role : std::uint8_t { writer, reader };

// The kinds of the values a statement was prepared for; null fits any.
enum class Kind : std::uint8_t { null, integer, text, bytes, real };
using Kinds = std::vector<Kind>;

struct Prepared {
  std::string label;   // Sql::name
  std::string server;  // its name on the server; "" for one that is not kept there
  Kinds kinds;
  enum class State : std::uint8_t { asked, ready, failed } state = State::asked;
};

class Connection {
 public:
  // Throws Error{connection} when the server does not answer.
  Connection(std::string const& address, Role role, Options const& options);

  // Queues one statement; its rows are added to `into` (which must live until the sync) or dropped.
  void send(Sql const& sql, std::span<Value const> values, Rows* into);
  // Queues a statement without values that is not worth preparing. A non-empty `tag` is what the server
  // must answer.
  void send(std::string_view name, std::string const& text, std::string_view tag, Rows* into = nullptr);
  // As the first, without preparing: for texts used once.
  void send_once(Sql const& sql, std::span<Value const> values, Rows* into);
  // Sends everything and takes every answer. Throws the first error; whether a transaction is still open
  // then is for the caller to see and end.
  void sync();
  // Several statements in the simple protocol. Nothing may be queued.
  void script(std::string const& sql);
  // Frees the statements on the server when too many have come together; outside transactions only.
  void trim();

  // Answers still due are dropped: whoever wanted their rows is gone.
  void abandon_rows();

  bool broken() const { return broken_; }
  // Has the server warned of something since?
  bool warned() const { return warned_; }
  void forget_warnings() { warned_ = false; }
  bool idle() const { return PQtransactionStatus(connection_.get()) == PQTRANS_IDLE; }
  bool in_transaction() const { return PQtransactionStatus(connection_.get()) == PQTRANS_INTRANS; }
  // False when the server has hung up meanwhile, or no longer knows the statements it kept; costs no round
  // trip.
  bool still_there();

 private:
  struct Expected {  // one answer that is due
    enum class What : std::uint8_t { prepared, rows, sync } what;
    Prepared* statement;
    std::string_view tag;
    Rows* into;
  };
  struct Parameters;

  Prepared& prepared(Sql const& sql, std::span<Value const> values);
  Prepared& passing(std::string_view label, Kinds kinds);
  void ask(Prepared& statement, std::string const* text, std::span<Value const> values, std::string_view tag,
           Rows* into);
  void configure(Role role, Options const& options);
  void run_simple(std::string const& sql);
  void must(int sent);
  void push();
  void take_ready();
  void take_one();
  void take_result(PGresult const* result);
  void wait_for_socket(int unsent);
  void note(Error error);
  Error failure(PGresult const* result, std::string_view label);
  [[noreturn]] void lose(std::string_view label);
  void forget_failed();

  struct Close {
    void operator()(PGconn* connection) const { PQfinish(connection); }
  };
  std::unique_ptr<PGconn, Close> connection_;
  bool broken_ = false;
  bool warned_ = false;
  bool stale_ = false;
  std::deque<Expected> expected_;
  std::optional<Error> first_error_;
  std::unordered_map<std::string, std::vector<std::unique_ptr<Prepared>>, TextHash, std::equal_to<>> cache_;
  std::deque<Prepared> passing_;  // statements on their way that are not kept
  std::size_t cached_ = 0;
  std::uint64_t last_number_ = 0;
  std::size_t unsent_bytes_ = 0;
  int statement_limit_ms_;
};

}  // namespace plumbline::store::postgres
