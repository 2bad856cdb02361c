// So many work at once, and who waits for another lets others work.
#include "base/turns.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <thread>
#include <vector>

namespace plumbline {
namespace {

TEST(Turns, SoManyWorkAtOnce) {
  Turns turns(3);
  std::atomic<int> working{0};
  std::atomic<int> most{0};
  {
    std::vector<std::jthread> crowd;
    for (int i = 0; i < 16; ++i)
      crowd.emplace_back([&] {
        for (int round = 0; round < 200; ++round) {
          Turns::Taken const turn(turns);
          int const now = ++working;
          for (int seen = most; now > seen && !most.compare_exchange_weak(seen, now);) continue;
          std::this_thread::yield();
          --working;
        }
      });
  }
  EXPECT_LE(most, 3);
  EXPECT_GE(most, 1);
}

TEST(Turns, WhoWaitsLetsAnotherWork) {
  Turns turns(1);
  std::promise<int> answer;
  auto future = answer.get_future();
  std::promise<void> has_turn;
  std::jthread const waiting([&] {
    Turns::Taken const turn(turns);
    has_turn.set_value();
    EXPECT_EQ(Turns::wait_for(future), 7);
  });
  has_turn.get_future().get();
  std::jthread const working([&] {
    Turns::Taken const turn(turns);  // would never come if the first kept it
    answer.set_value(7);
  });
}

TEST(Turns, NeverMoreThanSoManyWithThoseThatComeBack) {
  Turns turns(2);
  std::atomic<int> working{0};
  std::atomic<bool> too_many{false};
  auto const work = [&] {
    if (++working > 2) too_many = true;
    std::this_thread::yield();
    --working;
  };
  {
    std::vector<std::jthread> crowd;
    for (int i = 0; i < 16; ++i)
      crowd.emplace_back([&] {
        for (int round = 0; round < 200; ++round) {
          Turns::Taken const turn(turns);
          work();
          EXPECT_EQ(Turns::wait_for(std::async(std::launch::deferred, [] { return 1; })), 1);
          work();
        }
      });
  }
  EXPECT_FALSE(too_many);
}

TEST(Turns, AThreadWithoutATurnJustWaits) {
  std::promise<int> answer;
  answer.set_value(5);
  EXPECT_EQ(Turns::wait_for(answer.get_future()), 5);
}

}  // namespace
}  // namespace plumbline
