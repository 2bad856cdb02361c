// How fast the draw is, beside the least any draw must do: hash every ticket once and sort the tickets.
#pragma once
#include <cstdint>

namespace plumbline::stats {

struct DrawBench {
  std::uint64_t units = 0;
  std::uint64_t drawn = 0;
  double seconds = 0;            // draw() in three strata, median of the repeats
  double reference_seconds = 0;  // the same tickets hashed (cached context) and std::sort-ed, median
  double ratio = 0;              // median of the ratios of neighbouring runs
};

// `drawn` of `units` (ids of 64 hex digits, weights 1 to 20) in three strata. Runs and reference runs
// alternate, so that a busy machine slows both. repeats >= 1. Time comes from the monotonic clock.
DrawBench bench_draw(std::uint64_t units, std::uint64_t drawn, unsigned repeats);

}  // namespace plumbline::stats
