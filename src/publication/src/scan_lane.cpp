#include "scan_lane.hpp"

namespace plumbline::publication {

ScanLane::~ScanLane() { close(); }

ScanLane::Part& ScanLane::next() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return handed_over_ - scanned_ < parts_.size(); });
  return part(handed_over_);
}

void ScanLane::hand_over() {
  if (!thread_.joinable()) thread_ = std::thread([this] { run(); });
  {
    std::lock_guard const lock(mutex_);
    ++handed_over_;
  }
  changed_.notify_one();
}

void ScanLane::finish() {
  close();
  if (thrown_) std::rethrow_exception(thrown_);
}

void ScanLane::close() {
  {
    std::lock_guard const lock(mutex_);
    is_closed_ = true;
  }
  changed_.notify_one();
  if (thread_.joinable()) thread_.join();
}

// Goes on taking parts after an exception: whoever hands over never waits for nothing.
void ScanLane::run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return scanned_ < handed_over_ || is_closed_; });
    if (scanned_ == handed_over_) return;
    auto const& part = this->part(scanned_);
    lock.unlock();
    try {
      for (std::size_t i = 0; !thrown_ && i < part.hashes.size(); ++i)
        scan_.take(part.first + i, part.bundle.entries[i], part.hashes[i]);
    } catch (...) {
      thrown_ = std::current_exception();
    }
    lock.lock();
    ++scanned_;
    changed_.notify_one();
  }
}

}  // namespace plumbline::publication
