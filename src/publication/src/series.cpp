#include "series.hpp"

namespace plumbline::publication {

char const* SeriesRules::take(std::string_view type, std::uint64_t number) {
  if (type == "draw.plan") {
    if (number != states_.size() + 1) return "SERIES_GAP";
    states_.emplace_back();
    return nullptr;
  }
  if (number < 1 || number > states_.size()) return "SERIES_GAP";
  auto& state = states_[number - 1];
  bool& flag = type == "draw.void" ? state.has_void : state.has_result;
  if (flag || state.has_void) return "SERIES_TWICE";
  flag = true;
  return nullptr;
}

bool SeriesRules::is_void(std::uint64_t number) const {
  return number >= 1 && number <= states_.size() && states_[number - 1].has_void;
}

std::vector<std::uint64_t> SeriesRules::pending() const {
  std::vector<std::uint64_t> numbers;
  for (std::size_t i = 0; i < states_.size(); ++i)
    if (!states_[i].has_result && !states_[i].has_void) numbers.push_back(i + 1);
  return numbers;
}

}  // namespace plumbline::publication
