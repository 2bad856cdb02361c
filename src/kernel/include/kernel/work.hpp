// What is due: running clocks, the earliest first, over all registers at once.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "base/uuid.hpp"
#include "kernel/grants.hpp"
#include "kernel/register.hpp"
#include "store/store.hpp"

namespace plumbline::kernel {

enum class Whose : std::uint8_t {
  mine,  // the viewer may take a step that stops the clock, from the state the record is in
  team,  // every clock on records within the viewer's sight
};

struct WorkItem {
  std::string register_name;
  Uuid record;
  std::int64_t version = 0;
  std::string state;
  std::string rule;
  std::int64_t position = 0;  // of the clock in the record
  Date due_on;
};
struct WorkQuery {
  Whose whose = Whose::mine;
  std::optional<Date> due_until;  // that day included
  int limit = 50;                 // 1 … limits::page_size_max
  std::string cursor;             // from the page before
};
struct WorkPage {
  std::vector<WorkItem> items;  // by due day, register, record
  std::string next;             // "" on the last page
};
// Refused "out_of_range", "bad_cursor".
Result<WorkPage> list_work(store::Database& database, Catalogue const& catalogue, Viewer const& viewer,
                           WorkQuery const& query);

// As many as list_work gives in all its pages, counted up to limits::total_counted.
struct WorkCount {
  std::int64_t count = 0;
  bool is_capped = false;
};
WorkCount count_work(store::Database& database, Catalogue const& catalogue, Viewer const& viewer,
                     WorkQuery const& query);

}  // namespace plumbline::kernel
