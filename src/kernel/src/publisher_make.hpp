// How the system gets its publisher and its keys.
#pragma once
#include <filesystem>
#include <functional>
#include <memory>
#include <string_view>

#include "base/result.hpp"
#include "base/time.hpp"
#include "kernel/publisher.hpp"
#include "kernel/system.hpp"
#include "store/store.hpp"

namespace plumbline::kernel {

// DIR/keys/: Ed25519 and SM2, both named after the origin. Refused "key_exists".
Result<void> make_log_keys(std::filesystem::path const& folder, std::string const& origin);

// Present in a restored copy that has not adopted what was published.
inline constexpr std::string_view adoption_mark = "awaits-adoption";

// Puts a logged policy in place whose file a crash prevented.
void finish_policy(System& system);

// `keep` writes a row of a rebuildable table.
using KeepRow = std::function<Result<void>(store::Sql const& sql, std::vector<store::Value> values)>;
std::unique_ptr<LogPublisher> make_publisher(store::Database& database, std::filesystem::path const& folder,
                                             Settings const& settings, KeepRow keep);

}  // namespace plumbline::kernel
