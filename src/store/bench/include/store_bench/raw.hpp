// The bare engines as the reference of benchmarks: prepared statements in a tight loop, nothing else. A
// figure of the product means something only beside one of these, taken in the same run.
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "store/store.hpp"

namespace plumbline::store::bench {

struct RawRow {
  std::size_t statement;  // which of RawLoad::statements
  Row values;             // of $1, $2 …
};

struct RawLoad {
  std::span<std::string const> statements;  // with $1, $2 …; prepared once each
  std::span<RawRow const> rows;
  std::size_t rows_per_commit;  // the last commit takes what is left
};

struct RawOutcome {
  double seconds = 0;
  std::int64_t bytes_written = 0;  // see WriteMeter
  std::int64_t commits = 0;
};

// Into an existing database with its tables; WAL, synchronous=FULL and cache as the store has them. Throws
// std::runtime_error.
RawOutcome raw_sqlite_insert(std::string const& path, RawLoad const& load);
// libpq in pipeline mode, one sync per commit.
RawOutcome raw_postgres_insert(std::string const& address, RawLoad const& load);
// One of the two, by an address as for store::open.
RawOutcome raw_insert(std::string const& address, RawLoad const& load);

// Bytes written since it was made. SQLite: all that this process handed to files (log and database).
// PostgreSQL: the server's write-ahead log.
class WriteMeter {
 public:
  explicit WriteMeter(std::string const& address);
  std::int64_t bytes() const;

 private:
  std::int64_t now() const;
  std::string postgres_address_;  // empty: this process
  std::int64_t start_;
};

}  // namespace plumbline::store::bench
