// How much room the data folder's disk has. Acts and files stop before there is none, so that reading,
// signing in and publishing go on.
#pragma once
#include <cstdint>
#include <filesystem>

namespace plumbline::kernel {

// -1 where the disk cannot be asked: that is no reason to refuse anything, writing to it will tell.
std::int64_t free_bytes(std::filesystem::path const& folder);
// Less is left than limits::disk_free_bytes_min. Asked anew each time: who frees space need tell nobody.
bool is_disk_low(std::filesystem::path const& folder);

}  // namespace plumbline::kernel
