#include "throttle.hpp"

#include <algorithm>

namespace plumbline::http {

// Each one paid for moves `paid_until` on by its price; it may be ahead of now by all but one of `at_once`.
std::int64_t Throttle::wait_locked(std::string const& name, Instant now) {
  auto const found = by_name_.find(name);
  if (found == by_name_.end()) return 0;
  auto const free_at = found->second->paid_until - (at_once_ - 1) * every_;
  return free_at <= now.micros_utc ? 0 : (free_at - now.micros_utc + 999'999) / 1'000'000;
}

void Throttle::note_locked(std::string const& name, Instant now) {
  auto found = by_name_.find(name);
  if (found == by_name_.end()) {
    if (by_name_.size() >= names_max_) {
      by_name_.erase(seen_.back().name);
      seen_.pop_back();
    }
    seen_.push_front({name, 0});
    found = by_name_.emplace(name, seen_.begin()).first;
  }
  auto& seen = *found->second;
  seen.paid_until = std::max(seen.paid_until, now.micros_utc) + every_;
  seen_.splice(seen_.begin(), seen_, found->second);
}

std::int64_t Throttle::wait(std::string const& name, Instant now) {
  std::lock_guard const lock(mutex_);
  return wait_locked(name, now);
}

void Throttle::note(std::string const& name, Instant now) {
  std::lock_guard const lock(mutex_);
  note_locked(name, now);
}

std::int64_t Throttle::take(std::string const& name, Instant now) {
  std::lock_guard const lock(mutex_);
  auto const seconds = wait_locked(name, now);
  if (seconds == 0) note_locked(name, now);
  return seconds;
}

}  // namespace plumbline::http
