// What somebody is to know, as the bell in the web shows it: one row for each account and cause, once.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "base/uuid.hpp"
#include "kernel/system.hpp"

namespace plumbline::notices {

struct Notice {
  Uuid account;
  Uuid id;
  std::string kind;           // "reminder", "escalation", "webhook_paused", "delivery_dead"
  std::string register_name;  // "": of no record
  Uuid record;
  std::string rule;    // of a clock
  std::string due_on;  // of a clock
  std::string cause;
  Instant made_at;
  Instant read_at;  // 0: not yet
};

// Within a transaction; a cause that the account knows already makes nothing.
void put(store::Writer& writer, std::string const& jurisdiction, Notice const& notice);

class Bell {
 public:
  explicit Bell(kernel::System& system) : system_(system) {}
  struct Page {
    std::vector<Notice> items;  // the latest first
    std::string next;
  };
  // Refused "bad_cursor".
  Result<Page> list(Uuid account, bool only_unread, int limit, std::string const& cursor) const;
  std::vector<Notice> since(Uuid account, Instant from, std::size_t most) const;
  // Up to limits::total_counted.
  std::int64_t unread(Uuid account) const;
  // These, or all up to one of them.
  Result<void> mark(Uuid account, std::vector<Uuid> const& ids);
  Result<void> mark_until(Uuid account, Uuid id);

 private:
  kernel::System& system_;
};

}  // namespace plumbline::notices
