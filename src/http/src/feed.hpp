// "This changed": follows the log and tells each listener of the records within their sight. One follower for
// all of a process; what other processes write is seen as soon.
#pragma once
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "base/result.hpp"
#include "http/message.hpp"
#include "kernel/system.hpp"

namespace plumbline::http {

class Feed {
 public:
  explicit Feed(kernel::System& system);
  ~Feed();
  Feed(Feed const&) = delete;
  Feed& operator=(Feed const&) = delete;

  struct Wish {
    Uuid account;
    std::function<bool()> is_let_in;     // asked now and then: the stream ends with the session or token
    std::vector<std::string> registers;  // empty: all
    std::optional<std::int64_t> after;   // Last-Event-ID: an entry of the log
  };
  // Refused "busy" beyond limits::http_event_streams.
  Result<std::shared_ptr<Subscription>> listen(Wish wish);

  struct Change {
    std::int64_t entry = 0;
    kernel::Register const* reg = nullptr;
    Uuid record;
    std::int64_t version = 0;
    kernel::Envelope envelope;                // as the record stands now; of a file, its record's place
    kernel::Register const* owner = nullptr;  // of a file: the register of its record
  };

 private:
  class Listener;
  void follow(std::stop_token const& stop);
  bool read_on();
  void tell(std::vector<Change> const& changes);
  void end_those_let_out();

  kernel::System& system_;
  std::mutex mutex_;
  std::condition_variable_any wake_;
  std::deque<Change> recent_;  // for those who come back
  std::int64_t oldest_ = 0;    // entries after this one are in recent_
  std::int64_t read_ = 0;      // up to this one
  std::vector<std::shared_ptr<Listener>> listeners_;
  std::jthread thread_;  // the last member: stopped and joined first
};

}  // namespace plumbline::http
