// Reads never pass the desk. There is no read function without a viewer; the viewer's scope is part of
// every statement.
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "base/uuid.hpp"
#include "kernel/grants.hpp"
#include "kernel/register.hpp"
#include "reflect/codec.hpp"
#include "store/store.hpp"

namespace plumbline::kernel {

// A record as its table holds it.
struct Stored {
  Uuid id;
  std::int64_t version = 0;
  std::string state;
  std::int64_t entry = 0;
  Instant updated_at;
  std::string body;  // canonical JSON
};
// And read.
struct Found : Stored {
  Envelope envelope;
  reflect::Object record;
  template <class T>
  T const& as() const {
    return *static_cast<T const*>(record.data());
  }
};

enum class Compare : std::uint8_t {
  equal,
  not_equal,
  less,
  less_equal,
  greater,
  greater_equal,
  any_of,
  is_absent
};
struct Condition {
  std::string field;  // a lifted field, or "state", "id", "updated_at", "scope", "party"
  Compare compare = Compare::equal;
  std::vector<std::string> values;  // as in CSV cells
};
struct Query {
  std::vector<Condition> where;  // all must hold
  std::string search;            // words of two characters or more, all of them in the searched names
  std::string sort;              // a lifted field, "-" in front for descending; "" = id
  int limit = 50;                // 1 … limits::page_size_max
  std::string cursor;            // from the page before; "" = first page
};
template <class Item>
struct PageOf {
  std::vector<Item> items;
  std::string next;  // "" on the last page
};
using Page = PageOf<Found>;
using StoredPage = PageOf<Stored>;

struct HistoryRow {
  std::int64_t version = 0;
  std::int64_t entry = 0;
  std::string action;
  Uuid account;
  Instant at;
  std::string state;
  std::vector<reflect::Change> changes;  // masked as the viewer's grant says
};

// Any number of threads may ask at once.
class Reads {
 public:
  Reads(store::Database& database, Catalogue const& catalogue) : database_(database), catalogue_(catalogue) {}

  std::optional<Found> get(Viewer const& viewer, std::string_view register_name, Uuid id);
  // The record whose unique field has the value.
  std::optional<Found> find(Viewer const& viewer, std::string_view register_name, std::string_view field,
                            std::string_view value);
  Result<Page> list(Viewer const& viewer, std::string_view register_name, Query const& query);
  // For those who only pass records on.
  Result<StoredPage> list_stored(Viewer const& viewer, std::string_view register_name, Query const& query);
  // Stops at limits::total_counted: the work does not grow with the register.
  struct Total {
    std::int64_t count = 0;
    bool is_capped = false;  // there are more
  };
  Result<Total> total(Viewer const& viewer, std::string_view register_name, Query const& query);
  Result<std::int64_t> count(Viewer const& viewer, std::string_view register_name, Query const& query);
  // Constant memory, one snapshot; answers how many were given to `each` (false stops).
  Result<std::int64_t> stream(Viewer const& viewer, std::string_view register_name, Query const& query,
                              std::function<bool(Found const&)> const& each);
  Result<std::vector<HistoryRow>> history(Viewer const& viewer, std::string_view register_name, Uuid id);
  // Running clocks due on or before a day, earliest first.
  struct DueClock {
    std::string register_name;
    Uuid record;
    RunningClock clock;
  };
  Result<std::vector<DueClock>> due_clocks(Viewer const& viewer, Date until, int limit);

 private:
  store::Database& database_;
  Catalogue const& catalogue_;
};

}  // namespace plumbline::kernel
