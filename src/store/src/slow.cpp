#include "store/slow.hpp"

#include <memory>
#include <stdexcept>

#include "engines.hpp"

namespace plumbline::store {
namespace {

struct Watch {
  std::chrono::milliseconds at_least;
  TellSlow tell;
};
std::atomic<Watch const*> watching{nullptr};

}  // namespace

void watch_slow_statements(std::chrono::milliseconds at_least, TellSlow tell) {
  static std::unique_ptr<Watch const> kept;
  if (kept) throw std::logic_error("slow statements are watched already");
  kept = std::unique_ptr<Watch const>(new Watch{at_least, std::move(tell)});
  watching = kept.get();
}

Stopwatch::~Stopwatch() {
  Watch const* const watch = watching.load(std::memory_order_acquire);
  if (watch == nullptr) return;
  auto const took = std::chrono::steady_clock::now() - begun_;
  if (took < watch->at_least) return;
  try {
    watch->tell(statement_, std::chrono::duration_cast<std::chrono::microseconds>(took));
  } catch (std::exception const&) {
    // What cannot be told must not spoil the answer.
  }
}

}  // namespace plumbline::store
