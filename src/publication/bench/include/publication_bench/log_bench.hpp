// How fast a log is verified, beside the least any verification must do: hash every leaf and every node.
#pragma once
#include <cstdint>
#include <filesystem>

namespace plumbline::publication {

struct LogBench {
  std::uint64_t entries = 0;
  std::uint64_t chains = 0;
  std::uint64_t leaf_bytes = 0;
  double seconds = 0;            // verify_log() on the folder, entries scanned, median of the repeats
  double reference_seconds = 0;  // the same leaves and nodes hashed in memory with a cached context, median
  double ratio = 0;              // median of reference/verification of neighbouring runs
};

// Writes a log of `entries` record versions (a third of them first versions) to `folder`, which must be
// empty. Runs and reference runs alternate. repeats >= 1.
LogBench bench_log_verify(std::filesystem::path const& folder, std::uint64_t entries, unsigned repeats);

}  // namespace plumbline::publication
