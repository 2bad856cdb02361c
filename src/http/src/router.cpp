#include "router.hpp"

#include <algorithm>

namespace plumbline::http {

// A last place "{path...}" takes everything that is left.
bool matches(std::string_view pattern, std::string_view path, Variables& variables) {
  variables.clear();
  while (true) {
    auto const wanted = pattern.substr(0, std::min(pattern.find('/', 1), pattern.size()));
    if (wanted.ends_with("...}")) {
      variables.emplace(wanted.substr(2, wanted.size() - 6),
                        path.substr(std::min<std::size_t>(1, path.size())));
      return !path.empty();
    }
    auto const given = path.substr(0, std::min(path.find('/', 1), path.size()));
    if (wanted.starts_with("/{")) {
      if (given.size() < 2) return false;
      variables.emplace(wanted.substr(2, wanted.size() - 3), given.substr(1));
    } else if (wanted != given) {
      return false;
    }
    pattern.remove_prefix(wanted.size());
    path.remove_prefix(given.size());
    if (pattern.empty() || path.empty()) return pattern.empty() && path.empty();
  }
}

}  // namespace plumbline::http
