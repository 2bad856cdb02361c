// How the story acts: one command after the other, or many at once through the import lane. What the
// office refuses is a defect of the story.
#pragma once
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "chance.hpp"
#include "demo/clock.hpp"
#include "kernel/command.hpp"
#include "kernel/system.hpp"
#include "reflect/json.hpp"

namespace plumbline::demo {

[[noreturn]] void fail(std::string const& what, Refusal const& refusal);

template <class T>
T must(Result<T> result, std::string const& what) {
  if (!result) fail(what, result.refusal());
  return std::move(*result);
}

Json object(std::initializer_list<Json::Member> members);
Json texts(std::vector<std::string> const& values);

Instant at(Date day, int hour, int minute = 0);

class Hand {
 public:
  Hand(kernel::System& system, SteppingClock& clock, std::uint64_t seed)
      : system_(system), clock_(clock), seed_(seed) {}

  kernel::System& system() { return system_; }
  SteppingClock& clock() { return clock_; }
  std::uint64_t seed() const { return seed_; }
  void wait_until(Date day, int hour, int minute = 0) { clock_.advance_to(at(day, hour, minute)); }

  // A record of its own follows from the label and the time.
  Uuid new_id(std::string_view label);
  // A command that makes a record.
  kernel::Command make(Uuid account, std::string register_name, std::string action, std::string_view label,
                       Json const& payload);
  Uuid create(Uuid account, std::string register_name, std::string action, std::string_view label,
              Json const& payload);
  void act(Uuid account, std::string register_name, std::string action, Uuid record,
           Json const& payload = Json(Json::Object{}));
  // In chunks, for set-up only; answers the ids in the same order.
  std::vector<Uuid> all(std::vector<kernel::Command> commands);

 private:
  kernel::System& system_;
  SteppingClock& clock_;
  std::uint64_t seed_;
};

}  // namespace plumbline::demo
