// Reads the entries in a second thread while the first one hashes: what the scan finds is asked for only
// when the tree is known to be right, so the first error in the order of section 8 stays the one reported,
// whichever thread is ahead. Memory: limits::verify_bundles_ahead bundles.
#pragma once
#include <array>
#include <condition_variable>
#include <cstdint>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

#include "base/limits.hpp"
#include "ledger/tile.hpp"
#include "log_scan.hpp"

namespace plumbline::publication {

class ScanLane {
 public:
  struct Part {
    std::uint64_t first = 0;  // index of its first entry
    ledger::Bundle bundle;
    std::vector<Hash> hashes;  // of its entries
  };

  // The scan is the lane's until finish() or the destructor has returned.
  explicit ScanLane(LogScan& scan) : scan_(scan) {}
  ScanLane(ScanLane const&) = delete;
  ScanLane& operator=(ScanLane const&) = delete;
  ~ScanLane();

  // A part to be filled, with memory used before; waits while all are on their way.
  Part& next();
  // The part last given by next() goes to the scan. In log order.
  void hand_over();
  // Waits for the scan to reach the end; throws what it threw.
  void finish();

 private:
  void run();
  void close();
  Part& part(std::uint64_t number) { return parts_[number % parts_.size()]; }

  LogScan& scan_;
  std::array<Part, limits::verify_bundles_ahead> parts_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::uint64_t handed_over_ = 0;
  std::uint64_t scanned_ = 0;
  bool is_closed_ = false;
  std::exception_ptr thrown_;
  std::thread thread_;  // from the first part on
};

}  // namespace plumbline::publication
