// How the system gets its publisher and its keys.
#pragma once
#include <filesystem>
#include <memory>

#include "base/result.hpp"
#include "base/time.hpp"
#include "kernel/publisher.hpp"
#include "kernel/system.hpp"
#include "store/store.hpp"

namespace plumbline::kernel {

// DIR/keys/: Ed25519 and SM2, both named after the origin. Refused "key_exists".
Result<void> make_log_keys(std::filesystem::path const& folder, std::string const& origin);

std::unique_ptr<LogPublisher> make_publisher(store::Database& database, std::filesystem::path const& folder,
                                             Settings const& settings, Clock const& clock);

}  // namespace plumbline::kernel
