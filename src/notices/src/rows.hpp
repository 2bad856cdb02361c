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

// Names with commas between them.
inline std::vector<std::string> split(std::string const& joined) {
  std::vector<std::string> names;
  for (std::size_t from = 0; from < joined.size();) {
    auto const end = std::min(joined.find(',', from), joined.size());
    names.push_back(joined.substr(from, end - from));
    from = end + 1;
  }
  return names;
}
inline std::string join(std::vector<std::string> const& names) {
  std::string out;
  for (auto const& name : names) out += (out.empty() ? "" : ",") + name;
  return out;
}

}  // namespace plumbline::notices
