// What one of several processes does: two systems on one folder stand for two processes.
#include "kernel/lease.hpp"

#include <gmock/gmock.h>

#include "base/limits.hpp"
#include "desk_fixture.hpp"

namespace plumbline::kernel::testing {
namespace {

class LeaseTest : public DeskTest {
 protected:
  void pass(int seconds) { clock_.set(clock_.now() + std::chrono::seconds(seconds)); }
  std::unique_ptr<System> other() { return System::open(folder_, catalogue_, clock_); }
};

TEST_P(LeaseTest, IsHeldByOneUntilItIsNotRenewed) {
  auto const neighbour = other();
  Lease ours(*system_, "clocks");
  Lease theirs(*neighbour, "clocks");
  Lease elsewhere(*neighbour, "deliveries");
  EXPECT_TRUE(ours.hold());
  EXPECT_FALSE(theirs.hold());
  EXPECT_TRUE(elsewhere.hold());
  for (int i = 0; i < 10; ++i) {
    pass(limits::lease_seconds - 1);
    EXPECT_TRUE(ours.hold());
    EXPECT_FALSE(theirs.hold());
  }
  pass(limits::lease_seconds + 1);
  EXPECT_TRUE(theirs.hold()) << "ours was not renewed";
  EXPECT_FALSE(ours.hold());
}

TEST_P(LeaseTest, IsGivenBackAtTheEnd) {
  auto const neighbour = other();
  Lease theirs(*neighbour, "clocks");
  {
    Lease ours(*system_, "clocks");
    ASSERT_TRUE(ours.hold());
    EXPECT_FALSE(theirs.hold());
  }
  EXPECT_TRUE(theirs.hold());
}

// An hour that a wrong clock wrote must not keep everybody away for that hour.
TEST_P(LeaseTest, OfAWrongClockIsNotWaitedFor) {
  auto const neighbour = other();
  Lease theirs(*neighbour, "clocks");
  pass(3'600);
  Lease ours(*system_, "clocks");
  ASSERT_TRUE(ours.hold());
  pass(-3'600);
  EXPECT_TRUE(theirs.hold());
}

INSTANTIATE_TEST_SUITE_P(Engines, LeaseTest,
                         ::testing::Values(store::Engine::sqlite, store::Engine::postgres),
                         [](auto const& engine) {
                           return engine.param == store::Engine::sqlite ? "sqlite" : "postgres";
                         });

}  // namespace
}  // namespace plumbline::kernel::testing
