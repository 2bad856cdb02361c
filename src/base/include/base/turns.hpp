// So many threads work at once; one that only waits for somebody else gives its turn away meanwhile.
//
//   Turns turns(4);
//   Turns::Taken const turn(turns);          // waits until fewer than four work
//   auto const answer = Turns::wait_for(future);  // another thread may work until the answer is there
#pragma once
#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <utility>

namespace plumbline {

class Turns {
 public:
  explicit Turns(std::size_t at_once) : free_(at_once) {}
  Turns(Turns const&) = delete;
  Turns& operator=(Turns const&) = delete;

  // The thread works; at most one of a thread.
  class Taken {
   public:
    explicit Taken(Turns& turns);
    ~Taken();
    Taken(Taken const&) = delete;
    Taken& operator=(Taken const&) = delete;

   private:
    Turns& turns_;
  };

  // The thread waits; nothing happens on one without a turn.
  class Waiting {
   public:
    Waiting();
    ~Waiting();
    Waiting(Waiting const&) = delete;
    Waiting& operator=(Waiting const&) = delete;

   private:
    Turns* turns_;
  };

  template <class Future>
  static auto wait_for(Future&& future) {
    Waiting const away;
    return std::forward<Future>(future).get();
  }

 private:
  void take();
  void take_back();
  void give();

  std::mutex mutex_;
  std::condition_variable free_for_returning_, free_for_new_;
  std::size_t free_;
  std::size_t returning_ = 0;  // from waiting for another: they go first, since their answers are ready
};

}  // namespace plumbline
