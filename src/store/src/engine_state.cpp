#include "store/engine_state.hpp"

namespace plumbline::store {

EngineState engine_state(Database& database) {
  static Sql const settings{
      "engine.settings",
      "select name, setting from pg_settings where name in ('fsync', 'full_page_writes', "
      "'synchronous_commit', 'synchronous_standby_names', 'data_checksums', 'autovacuum')"};
  static Sql const replicas{"engine.replicas", "select count(*) from pg_stat_replication"};
  static Sql const its_time{"engine.time",
                            "select cast(extract(epoch from clock_timestamp()) * 1000000 as bigint)"};
  EngineState state;
  if (database.engine() == Engine::sqlite) return state;
  auto const reader = database.reader();
  for (auto const& row : reader->query(settings, {})) state.settings[text(row[0])] = text(row[1]);
  state.replicas = integer(reader->query(replicas, {}).at(0).at(0));
  state.its_time = Instant{integer(reader->query(its_time, {}).at(0).at(0))};
  return state;
}

}  // namespace plumbline::store
