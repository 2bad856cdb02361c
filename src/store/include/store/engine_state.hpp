// What the engine behind a database says of itself, for those who look after it.
#pragma once
#include <map>
#include <optional>
#include <string>

#include "base/time.hpp"
#include "store/store.hpp"

namespace plumbline::store {

struct EngineState {
  // PostgreSQL: of its settings those a log relies on (fsync, full_page_writes, synchronous_commit,
  // synchronous_standby_names, data_checksums, autovacuum). SQLite has none to get wrong.
  std::map<std::string, std::string> settings;
  std::int64_t replicas = 0;        // connected now; may be 0 where the account may not see them
  std::optional<Instant> its_time;  // of the database server's clock
};
// Throws Error.
EngineState engine_state(Database& database);

}  // namespace plumbline::store
