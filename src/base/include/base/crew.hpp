// A crew of threads of which so many work at once. One that waits for somebody else is relieved by another
// meanwhile; when its answer comes it goes on at once, and whoever ends a piece of work next gets off.
//
//   Crew crew(4, 32, [&] { return queue.work_off_one(); });
//   auto const answer = Crew::wait_for(future);  // within a piece of work: another may begin one until then
#pragma once
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

namespace plumbline {

class Crew {
 public:
  // `work` does one piece, waiting for it where there is none; false: there will be no more.
  Crew(std::size_t at_work, std::size_t threads, std::function<bool()> work);
  ~Crew();  // returns when `work` has said false
  Crew(Crew const&) = delete;
  Crew& operator=(Crew const&) = delete;

  // The future's value. On a thread of no crew it just waits.
  template <class Future>
  static auto wait_for(Future&& future) {
    Waiting const relieved;
    return std::forward<Future>(future).get();
  }

 private:
  class Waiting {
   public:
    Waiting();
    ~Waiting();
    Waiting(Waiting const&) = delete;
    Waiting& operator=(Waiting const&) = delete;

   private:
    Crew* crew_;
  };

  void run();
  bool is_needed(bool is_at_work);

  std::size_t const most_;
  std::function<bool()> const work_;
  std::mutex mutex_;
  std::condition_variable needed_;
  std::size_t at_work_ = 0;  // for a moment more than most_, when answers come
  bool is_over_ = false;
  std::vector<std::jthread> threads_;
};

}  // namespace plumbline
