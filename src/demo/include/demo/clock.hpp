// The clock of a story: it stands until the next thing happens and never goes back.
#pragma once
#include <atomic>

#include "base/time.hpp"

namespace plumbline::demo {

class SteppingClock final : public Clock {
 public:
  explicit SteppingClock(Instant at) : micros_utc_(at.micros_utc) {}
  Instant now() const override { return {micros_utc_.load(std::memory_order_relaxed)}; }
  // Earlier instants change nothing.
  void advance_to(Instant at) {
    if (at.micros_utc > now().micros_utc) micros_utc_.store(at.micros_utc, std::memory_order_relaxed);
  }

 private:
  std::atomic<std::int64_t> micros_utc_;  // the desk's thread reads it
};

}  // namespace plumbline::demo
