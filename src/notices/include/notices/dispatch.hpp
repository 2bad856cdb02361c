// What happens beside the server so that people and programs hear of things: webhooks read the log, clocks
// are watched, digests written, and what waits is sent. One process of a city does it at a time.
#pragma once
#include "kernel/lease.hpp"
#include "notices/reminders.hpp"
#include "notices/sender.hpp"
#include "notices/webhooks.hpp"

namespace plumbline::notices {

class Dispatch {
 public:
  explicit Dispatch(kernel::System& system);
  // One turn, bounded: what is left goes on at the next. Throws store::Error where the database is away.
  void operator()();

 private:
  void forget_old();

  kernel::System& system_;
  kernel::Lease lease_;
  Webhooks webhooks_;
  Reminders reminders_;
  Sender sender_;
  Instant cleaned_at_;
};

}  // namespace plumbline::notices
