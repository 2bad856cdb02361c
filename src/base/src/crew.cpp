#include "base/crew.hpp"

namespace plumbline {
namespace {

thread_local Crew* own_crew = nullptr;

}  // namespace

Crew::Crew(std::size_t at_work, std::size_t threads, std::function<bool()> work)
    : most_(at_work), work_(std::move(work)) {
  threads_.reserve(threads);
  while (threads_.size() < threads) threads_.emplace_back([this] { run(); });
}

Crew::~Crew() { threads_.clear(); }

void Crew::run() {
  own_crew = this;
  for (bool is_at_work = false; is_needed(is_at_work); is_at_work = true) {
    if (work_()) continue;
    std::lock_guard const lock(mutex_);
    is_over_ = true;
    needed_.notify_all();
  }
}

bool Crew::is_needed(bool is_at_work) {
  std::unique_lock lock(mutex_);
  if (is_at_work) --at_work_;
  needed_.wait(lock, [this] { return at_work_ < most_ || is_over_; });
  ++at_work_;
  return !is_over_;
}

Crew::Waiting::Waiting() : crew_(own_crew) {
  if (crew_ == nullptr) return;
  std::lock_guard const lock(crew_->mutex_);
  --crew_->at_work_;
  crew_->needed_.notify_one();
}

Crew::Waiting::~Waiting() {
  if (crew_ == nullptr) return;
  std::lock_guard const lock(crew_->mutex_);
  ++crew_->at_work_;
}

}  // namespace plumbline
