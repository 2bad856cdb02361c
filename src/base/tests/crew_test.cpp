// So many threads work at once, and one that waits for another is relieved.
#include "base/crew.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <future>
#include <memory>
#include <queue>

namespace plumbline {
namespace {

// Pieces of work that threads wait for, until it is closed and empty.
class Pieces {
 public:
  void add(std::function<void()> piece) {
    std::lock_guard const lock(mutex_);
    pieces_.push(std::move(piece));
    came_.notify_one();
  }
  void close() {
    std::lock_guard const lock(mutex_);
    is_closed_ = true;
    came_.notify_all();
  }
  bool work_off_one() {
    std::unique_lock lock(mutex_);
    came_.wait(lock, [this] { return !pieces_.empty() || is_closed_; });
    if (pieces_.empty()) return false;
    auto const piece = std::move(pieces_.front());
    pieces_.pop();
    lock.unlock();
    piece();
    return true;
  }

 private:
  std::mutex mutex_;
  std::condition_variable came_;
  std::queue<std::function<void()>> pieces_;
  bool is_closed_ = false;
};

TEST(Crew, SoManyWorkAtOnceAndAllIsDone) {
  Pieces pieces;
  std::atomic<int> working{0};
  std::atomic<int> most{0};
  std::atomic<int> done{0};
  for (int i = 0; i < 2'000; ++i)
    pieces.add([&] {
      int const now = ++working;
      for (int seen = most; now > seen && !most.compare_exchange_weak(seen, now);) continue;
      std::this_thread::yield();
      --working;
      ++done;
    });
  pieces.close();
  {
    Crew const crew(3, 16, [&] { return pieces.work_off_one(); });
  }
  EXPECT_LE(most, 3);
  EXPECT_EQ(done, 2'000);
}

TEST(Crew, WhoWaitsIsRelieved) {
  Pieces pieces;
  std::promise<int> answer;
  auto future = answer.get_future();
  int seen = 0;
  pieces.add([&] { seen = Crew::wait_for(future); });
  pieces.add([&] { answer.set_value(7); });  // would never be begun if the first stayed the only one at work
  pieces.close();
  {
    Crew const crew(1, 2, [&] { return pieces.work_off_one(); });
  }
  EXPECT_EQ(seen, 7);
}

TEST(Crew, WhoComesBackGoesOnThoughAllOthersOnlyWaitForWork) {
  Pieces pieces;
  std::promise<int> answer;
  auto future = answer.get_future();
  std::promise<int> seen;
  pieces.add([&] { seen.set_value(Crew::wait_for(future)); });
  Crew const crew(1, 2, [&] { return pieces.work_off_one(); });
  std::promise<void> begun;
  pieces.add([&] { begun.set_value(); });
  begun.get_future().get();  // the relief is at work, or waits for some
  answer.set_value(7);
  EXPECT_EQ(seen.get_future().get(), 7);
  pieces.close();
}

TEST(Crew, ManyThatWaitAndComeBackLoseNothing) {
  Pieces pieces;
  std::atomic<int> done{0};
  for (int i = 0; i < 1'000; ++i) {
    auto const answer = std::make_shared<std::promise<int>>();
    pieces.add([&, answer] { done += Crew::wait_for(answer->get_future()); });
    pieces.add([answer] { answer->set_value(1); });
  }
  pieces.close();
  {
    Crew const crew(2, 8, [&] { return pieces.work_off_one(); });
  }
  EXPECT_EQ(done, 1'000);
}

TEST(Crew, AThreadOfNoCrewJustWaits) {
  std::promise<int> answer;
  answer.set_value(5);
  EXPECT_EQ(Crew::wait_for(answer.get_future()), 5);
}

}  // namespace
}  // namespace plumbline
