// The power fails under a working desk: every receipt that was given still holds, no act is there by half,
// and what was signed is not contradicted.
#include <gtest/gtest.h>

#include <mutex>
#include <random>
#include <thread>

#include "desk_fixture.hpp"
#include "kernel/audit.hpp"
#include "kernel/publisher.hpp"
#include "ledger/checkpoint.hpp"
#include "ledger/tile.hpp"
#include "store_testing/powercut.hpp"

namespace plumbline::kernel::testing {
namespace {

namespace fs = std::filesystem;

class City {
 public:
  explicit City(std::uint64_t seed)
      : power_(seed),
        random_(seed),
        folder_(fs::temp_directory_path() / ("plumbline-cut-" + hex_encode(random_bytes(8)))) {
    catalogue_.add(kernel_module());
    catalogue_.add(notice_module());
    power_.carry_everything();
    auto const made = System::init(folder_, {"3715", "cut.example/log", ""}, catalogue_, clock_);
    EXPECT_TRUE(made);
  }
  ~City() { fs::remove_all(folder_); }
  City(City const&) = delete;
  City& operator=(City const&) = delete;

  void live_through_a_cut() {
    power_.cut_at(1 + random_() % (random_() % 3 == 0 ? 60 : 1'500));
    try {
      auto const system = System::open(folder_, catalogue_, clock_);
      std::vector<std::thread> people;
      for (int i = 0; i < 4; ++i) people.emplace_back([&] { work(*system); });
      while (!power_.is_cut()) publish(*system);
      for (auto& person : people) person.join();
    } catch (store::Error const& error) {
      EXPECT_EQ(error.code(), store::Errc::connection) << error.what();
    }
    EXPECT_TRUE(power_.is_cut());
    power_.restore();
    look();
  }

  std::size_t acknowledged() const { return receipts_.size(); }
  std::size_t signed_checkpoints() const { return roots_.size(); }

 private:
  void work(System& system) {
    while (true) {
      Command draft;
      draft.register_name = "notice";
      draft.action = "draft";
      draft.as = Role::system;
      draft.payload =
          R"({"title":"通知","pages":1,"region":"371581","reference":"C-)" + std::to_string(next_++) + "\"}";
      auto const drafted = system.act(draft);
      if (!drafted) return;
      keep(*drafted);
      Command issue;
      issue.register_name = "notice";
      issue.action = "issue";
      issue.record = drafted->record;
      issue.as = Role::system;
      auto const issued = system.act(issue);
      if (!issued) return;
      keep(*issued);
    }
  }

  void keep(Receipt const& receipt) {
    std::lock_guard const lock(mutex_);
    receipts_.push_back(receipt);
  }

  void publish(System& system) {
    try {
      auto const published = system.log().publish();
      if (!published) return;
      auto const checkpoint = ledger::read_checkpoint(published->note);
      ASSERT_TRUE(checkpoint);
      roots_[checkpoint->checkpoint.size] = checkpoint->checkpoint.root;
    } catch (store::Error const&) {  // the cut
    }
  }

  void look() {
    auto const system = System::open(folder_, catalogue_, clock_);
    auto const viewer = system_viewer("3715");
    for (auto const& receipt : receipts_) {
      auto const history = system->reads().history(viewer, "notice", receipt.record);
      ASSERT_TRUE(history) << "acknowledged and missing: entry " << receipt.entry;
      ASSERT_GE(history->size(), static_cast<std::size_t>(receipt.version));
      ASSERT_EQ(history->at(static_cast<std::size_t>(receipt.version) - 1).entry, receipt.entry);
    }
    for (auto const& finding : verify_deep(*system).findings)
      ADD_FAILURE() << finding.code << ' ' << finding.register_name << ' ' << finding.record << ' '
                    << finding.detail;
    auto const published = system->log().publish();
    ASSERT_TRUE(published) << published.refusal().code;
    ledger::TileFolder const tiles(folder_ / "public" / "log");
    for (auto const& [size, root] : roots_) {
      auto const now =
          ledger::root_from(ledger::tile_hashes(tiles, static_cast<std::uint64_t>(published->size)), size);
      ASSERT_TRUE(now);
      ASSERT_EQ(*now, root) << "the checkpoint signed at " << size << " is contradicted";
    }
  }

  store::testing::PowerCut power_;
  std::mt19937_64 random_;
  fs::path folder_;
  FixedClock clock_{*parse_instant("2026-03-02T01:00:00Z")};
  Catalogue catalogue_;
  std::atomic<int> next_{0};
  std::mutex mutex_;
  std::vector<Receipt> receipts_;
  std::map<std::uint64_t, Hash> roots_;
};

TEST(PowerCut, LosesNoReceiptAndContradictsNoCheckpoint) {
  std::size_t acknowledged = 0;
  std::size_t checkpoints = 0;
  for (std::uint64_t seed = 1; seed <= 4; ++seed) {
    City city(seed);
    for (int cut = 1; cut <= 6; ++cut) {
      city.live_through_a_cut();
      ASSERT_FALSE(::testing::Test::HasFailure()) << "seed " << seed << ", cut " << cut;
    }
    acknowledged += city.acknowledged();
    checkpoints += city.signed_checkpoints();
  }
  RecordProperty("acknowledged", std::to_string(acknowledged));
  EXPECT_GT(acknowledged, 300U) << "the cuts came too early to prove anything";
  EXPECT_GT(checkpoints, 0U);
}

}  // namespace
}  // namespace plumbline::kernel::testing
