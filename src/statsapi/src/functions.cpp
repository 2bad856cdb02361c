#include "statsapi/functions.hpp"

#include "families.hpp"

namespace plumbline::statsapi {

std::vector<Function> const& functions() {
  static std::vector<Function> const all = [] {
    std::vector<Function> out;
    for (auto family : {proportion_functions(), survey_functions(), draw_functions()})
      out.insert(out.end(), family.begin(), family.end());
    return out;
  }();
  return all;
}

Function const* find_function(std::string_view name) {
  for (auto const& function : functions())
    if (function.name == name) return &function;
  return nullptr;
}

}  // namespace plumbline::statsapi
