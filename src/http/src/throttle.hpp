// So many of something at once, then one in so many seconds, for each of many names (addresses, mostly). Kept
// in memory: a restart forgives, and the longest unseen name makes room when there are too many.
#pragma once
#include <cstddef>
#include <cstdint>
#include <list>
#include <mutex>
#include <string>
#include <unordered_map>

#include "base/time.hpp"

namespace plumbline::http {

class Throttle {
 public:
  Throttle(int at_once, int seconds_for_one, std::size_t names_max)
      : at_once_(at_once), every_(std::int64_t{seconds_for_one} * 1'000'000), names_max_(names_max) {}

  // How many seconds until one more is allowed; 0: now.
  std::int64_t wait(std::string const& name, Instant now);
  void note(std::string const& name, Instant now);
  // Notes one where it is allowed, and answers as wait() did before.
  std::int64_t take(std::string const& name, Instant now);

 private:
  struct Seen {
    std::string name;
    std::int64_t paid_until = 0;  // microseconds; the allowance is whole again then
  };
  std::int64_t wait_locked(std::string const& name, Instant now);
  void note_locked(std::string const& name, Instant now);

  int at_once_;
  std::int64_t every_;
  std::size_t names_max_;
  std::mutex mutex_;
  std::list<Seen> seen_;  // the latest first
  std::unordered_map<std::string, std::list<Seen>::iterator> by_name_;
};

}  // namespace plumbline::http
