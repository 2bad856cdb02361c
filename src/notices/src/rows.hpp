// What every statement of this library needs.
#pragma once
#include <algorithm>

#include "kernel/ids.hpp"
#include "kernel/system.hpp"
#include "store/store.hpp"

namespace plumbline::notices {

inline constexpr std::int64_t micros = 1'000'000;
inline constexpr std::int64_t micros_per_day = 86'400 * micros;

using kernel::id_bytes;
using kernel::uuid_from;

}  // namespace plumbline::notices
