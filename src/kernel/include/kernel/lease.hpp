// What only one of a city's server processes does at a time: watching the clocks, doing imports. A process
// that dies is followed by another within limits::lease_seconds. The signer's place is held by a lock on its
// own state instead (ledger/signer.hpp): two signers would fork the log, two of these only do work twice.
#pragma once
#include <mutex>
#include <string>

#include "base/time.hpp"
#include "base/uuid.hpp"
#include "kernel/system.hpp"

namespace plumbline::kernel {

class Lease {
 public:
  Lease(System& system, std::string name);
  ~Lease();  // gives it back
  Lease(Lease const&) = delete;
  Lease& operator=(Lease const&) = delete;

  // Is it ours now? Takes it where nobody has it and renews it in time; any thread may ask, often.
  // Throws store::Error where the database does not answer.
  bool hold();

 private:
  bool is_held(Instant now);  // by whom: last_seen_

  System& system_;
  std::string name_;
  Uuid holder_;
  Uuid last_seen_;
  std::mutex mutex_;
  Instant asked_at_;
  bool is_ours_ = false;
};

}  // namespace plumbline::kernel
