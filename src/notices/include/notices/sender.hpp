// Sends what waits in the outbox. An attempt is written down before it begins, and its outcome after: whoever
// is killed in between tries again later, under the same id.
#pragma once
#include <chrono>
#include <set>
#include <string>
#include <vector>

#include "base/limits.hpp"
#include "notices/outbox.hpp"
#include "notices/settings.hpp"
#include "notices/webhooks.hpp"

namespace plumbline::notices {

class Sender {
 public:
  // `slow_from`: what takes as long is slow.
  explicit Sender(kernel::System& system, std::chrono::milliseconds slow_from =
                                              std::chrono::milliseconds(limits::delivery_slow_milliseconds));

  struct Round {
    int tried = 0;
    int sent = 0;
    bool all_well = true;  // nobody failed: the next round may follow at once
  };
  // At most limits::deliveries_at_once, and of them limits::deliveries_per_round to one place. A round lasts
  // as long as its slowest: without the places that were slow last time, others need not wait for them.
  Round round(bool with_slow = true);

  // How long after this attempt (1 …) the next one follows; up to a quarter longer, as the id has it.
  static std::int64_t wait_micros(std::int64_t attempt, Uuid id);

 private:
  struct Outcome;
  struct Packed;
  std::vector<Uuid> choose(Instant now, bool with_slow);
  std::vector<Delivery> claim(bool with_slow);
  Packed pack(Delivery const& delivery);
  Packed pack_webhook(Delivery const& delivery);
  Packed pack_message(Delivery const& delivery);
  void settle(std::vector<Outcome> const& outcomes);
  void bury(store::Writer& writer, Outcome const& outcome, Instant now);

  kernel::System& system_;
  std::chrono::milliseconds slow_from_;
  std::set<std::string> slow_;  // places
  Webhooks webhooks_;
  Guard guard_;
};

}  // namespace plumbline::notices
