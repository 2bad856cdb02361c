#include "base/turns.hpp"

#include <utility>

namespace plumbline {
namespace {

thread_local Turns* held = nullptr;

}  // namespace

void Turns::take() {
  std::unique_lock lock(mutex_);
  free_for_new_.wait(lock, [this] { return free_ > returning_; });
  --free_;
}

void Turns::take_back() {
  std::unique_lock lock(mutex_);
  ++returning_;
  free_for_returning_.wait(lock, [this] { return free_ > 0; });
  --returning_;
  --free_;
}

void Turns::give() {
  std::lock_guard const lock(mutex_);
  ++free_;
  (free_ > returning_ ? free_for_new_ : free_for_returning_).notify_one();
}

Turns::Taken::Taken(Turns& turns) : turns_(turns) {
  turns_.take();
  held = &turns_;
}

Turns::Taken::~Taken() {
  held = nullptr;
  turns_.give();
}

Turns::Waiting::Waiting() : turns_(std::exchange(held, nullptr)) {
  if (turns_) turns_->give();
}

Turns::Waiting::~Waiting() {
  if (!turns_) return;
  turns_->take_back();
  held = turns_;
}

}  // namespace plumbline
