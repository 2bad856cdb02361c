#include "kernel/room.hpp"

#include "base/limits.hpp"

namespace plumbline::kernel {

std::int64_t free_bytes(std::filesystem::path const& folder) {
  std::error_code error;
  auto const space = std::filesystem::space(folder, error);
  return error ? -1 : static_cast<std::int64_t>(space.available);
}

bool is_disk_low(std::filesystem::path const& folder) {
  auto const free = free_bytes(folder);
  return free >= 0 && free < static_cast<std::int64_t>(limits::disk_free_bytes_min);
}

}  // namespace plumbline::kernel
