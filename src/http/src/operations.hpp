// What the server watches of its machine.
#pragma once
#include <filesystem>

namespace plumbline::http {

// Less is left than limits::disk_free_bytes_min. Asked anew each time: who frees space need tell nobody.
bool is_disk_low(std::filesystem::path const& folder);

}  // namespace plumbline::http
