// New keys for the log: everybody who holds an old verifier key keeps verifying until the office ends that.
#include <gmock/gmock.h>

#include "desk_fixture.hpp"
#include "kernel/audit.hpp"
#include "kernel/publisher.hpp"
#include "ledger/checkpoint.hpp"
#include "ledger/files.hpp"
#include "ledger/keys.hpp"

namespace plumbline::kernel::testing {
namespace {

namespace fs = std::filesystem;

class RotationTest : public DeskTest {
 protected:
  bool verifies(std::string const& note, std::string const& vkey) {
    return ledger::open_checkpoint(note, *ledger::parse_vkey(vkey)).ok();
  }
  std::string published_vkey() {
    auto text = ledger::read_text_file(folder_ / "public" / "log" / "vkey").value_or("");
    return text.substr(0, text.find('\n'));
  }
  Uuid keeper() { return person("keeper", Role::system_administrator); }
  void act_and_publish(LogPublisher::Published& published) {
    draft(person("officer", Role::officer), "R-" + std::to_string(++acts_));
    auto done = system_->log().publish();
    ASSERT_TRUE(done) << done.refusal().code;
    published = *done;
  }
  int acts_ = 0;
};

TEST_P(RotationTest, OldAndNewKeysVerifyUntilTheOldOnesAreTakenAway) {
  LogPublisher::Published published;
  act_and_publish(published);
  auto const old_key = system_->log().vkey();
  auto const rotated = rotate_log_keys(*system_, keeper());
  ASSERT_TRUE(rotated) << rotated.refusal().code << rotated.refusal().detail;
  auto const new_key = system_->log().vkey();
  EXPECT_NE(new_key, old_key);
  EXPECT_EQ(published_vkey(), new_key);
  EXPECT_EQ(rotated->cosignatures, 0);
  EXPECT_TRUE(verifies(rotated->note, old_key));
  EXPECT_TRUE(verifies(rotated->note, new_key));
  EXPECT_FALSE(verifies(published.note, new_key));
  std::string announced;
  for (auto const& entry : fs::directory_iterator(folder_ / "public" / "log"))
    if (entry.path().filename().string().starts_with("rotate-"))
      announced += ledger::read_text_file(entry.path()).value_or("");
  EXPECT_THAT(announced, ::testing::AllOf(::testing::HasSubstr(new_key), ::testing::HasSubstr(old_key)));

  reopen();
  EXPECT_EQ(system_->log().vkey(), new_key);
  act_and_publish(published);
  EXPECT_TRUE(verifies(published.note, old_key));
  EXPECT_TRUE(verify_log(*system_).findings.empty());

  system_.reset();
  int taken = 0;
  for (auto const& entry : fs::directory_iterator(folder_ / "keys"))
    if (entry.path().filename().string().find(".retired-") != std::string::npos)
      taken += static_cast<int>(fs::remove(entry.path()));
  EXPECT_EQ(taken, 2);
  reopen();
  act_and_publish(published);
  EXPECT_TRUE(verifies(published.note, new_key));
  EXPECT_FALSE(verifies(published.note, old_key));
  EXPECT_TRUE(rotate_log_keys(*system_, keeper()));  // and once more
  EXPECT_NE(system_->log().vkey(), new_key);
}

TEST_P(RotationTest, APolicyThatNamesTheLogNamesItsNewKeyToo) {
  LogPublisher::Published published;
  act_and_publish(published);
  auto const old_key = system_->log().vkey();
  ASSERT_TRUE(set_policy(*system_, keeper(), "log\t" + old_key + " https://log.example/\nquorum none\n"));
  ASSERT_TRUE(rotate_log_keys(*system_, keeper()));
  EXPECT_EQ(system_->log().policy(), "log\t" + old_key + " https://log.example/\nlog " +
                                         system_->log().vkey() + " https://log.example/\nquorum none\n");
  EXPECT_TRUE(verify_log(*system_).findings.empty());
}

// Cut off before the new keys were named in vkeys, they are dropped; after it, they are in force.
TEST_P(RotationTest, AnInterruptedRotationIsDroppedOrEnded) {
  LogPublisher::Published published;
  act_and_publish(published);
  auto const old_key = system_->log().vkey();
  ASSERT_TRUE(system_->log().prepare_rotation());
  reopen();
  EXPECT_EQ(system_->log().vkey(), old_key);
  act_and_publish(published);
  EXPECT_TRUE(verifies(published.note, old_key));

  auto const successors = system_->log().prepare_rotation();
  ASSERT_TRUE(successors);
  auto const vkeys = folder_ / "public" / "log" / "vkeys";
  auto history = *ledger::KeyHistory::parse(*ledger::read_text_file(vkeys));
  for (auto const& vkey : *successors)
    ASSERT_TRUE(history.rotate(*ledger::parse_vkey(vkey), static_cast<std::uint64_t>(published.size) + 1));
  system_.reset();
  ledger::write_file_durably(vkeys, history.format());
  reopen();
  EXPECT_EQ(system_->log().vkey(), successors->front());
  act_and_publish(published);
  EXPECT_TRUE(verifies(published.note, successors->front()));
  EXPECT_TRUE(verifies(published.note, old_key));
}

TEST_P(RotationTest, NothingIsRotatedBeforeSomethingWasPublished) {
  auto const prepared = system_->log().prepare_rotation();
  ASSERT_FALSE(prepared);
  EXPECT_EQ(prepared.refusal().code, "nothing_published");
}

INSTANTIATE_TEST_SUITE_P(Engines, RotationTest,
                         ::testing::Values(store::Engine::sqlite, store::Engine::postgres),
                         [](auto const& engine) {
                           return engine.param == store::Engine::sqlite ? "sqlite" : "postgres";
                         });

}  // namespace
}  // namespace plumbline::kernel::testing
