#include "documents/press.hpp"

#include <condition_variable>
#include <mutex>
#include <vector>

#include "base/limits.hpp"
#include "composer.hpp"
#include "filling.hpp"
#include "typesetter.hpp"

namespace plumbline::documents {
namespace {

// A print takes some hundredths of a second; more than a few waiting would keep threads from other work.
constexpr std::size_t waiting_most = 2 * limits::documents_at_once;

}  // namespace

struct Press::Engines {
  Typefaces typefaces;
  std::mutex mutex;
  std::condition_variable freed;
  std::vector<std::unique_ptr<Typesetter>> idle;
  std::size_t waiting = 0;

  // Null where too many wait already.
  std::unique_ptr<Typesetter> take() {
    std::unique_lock lock(mutex);
    if (idle.empty() && waiting >= waiting_most) return nullptr;
    ++waiting;
    freed.wait(lock, [&] { return !idle.empty(); });
    --waiting;
    auto taken = std::move(idle.back());
    idle.pop_back();
    return taken;
  }
  void give_back(std::unique_ptr<Typesetter> engine) {
    std::lock_guard const lock(mutex);
    idle.push_back(std::move(engine));
    freed.notify_one();
  }
};

Press::Press() : engines_(std::make_unique<Engines>()) {
  for (std::size_t i = 0; i < limits::documents_at_once; ++i)
    engines_->idle.push_back(std::make_unique<Typesetter>(engines_->typefaces));
}

Press::~Press() = default;

Result<void> Press::check(Form const& form, Json const& values) const {
  auto const filling = Filling::make(form, values, {}, engines_->typefaces);
  if (!filling) return filling.refusal();
  return {};
}

Result<Printed> Press::print(Form const& form, Json const& values, Imprint const& imprint) {
  auto const filling = Filling::make(form, values, imprint, engines_->typefaces);
  if (!filling) return filling.refusal();
  struct Lent {
    Engines& engines;
    std::unique_ptr<Typesetter> typesetter;
    ~Lent() {
      if (typesetter) engines.give_back(std::move(typesetter));
    }
  } const lent{*engines_, engines_->take()};
  if (!lent.typesetter) return Refusal{"busy", "", {}};
  return Composer(*lent.typesetter, form, *filling, imprint).print();
}

}  // namespace plumbline::documents
