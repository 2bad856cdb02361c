// States of the counters and of imported history.
#pragma once
#include <utility>

#include "planning_types.hpp"

namespace plumbline::inspection {

enum class QuotaState : std::uint8_t { none, counting };
enum class LimitState : std::uint8_t { none, in_force, ended };
enum class PatrolState : std::uint8_t { none, recorded };

}  // namespace plumbline::inspection
