// One series of draws: plans 1, 2, 3 …, each with at most one RESULT and one VOID, nothing after VOID
// (draw-publication.md sections 7 step 10 and 8 step 4).
#pragma once
#include <cstdint>
#include <string_view>
#include <vector>

#include "ledger/leaf.hpp"

namespace plumbline::publication {

class SeriesRules {
 public:
  // In log order. The answer is "SERIES_GAP", "SERIES_TWICE" or null.
  char const* take(std::string_view type, std::uint64_t number);
  std::uint64_t planned() const { return states_.size(); }
  bool is_void(std::uint64_t number) const;
  // Numbers planned with neither RESULT nor VOID.
  std::vector<std::uint64_t> pending() const;

 private:
  struct State {
    bool has_result = false;
    bool has_void = false;
  };
  std::vector<State> states_;  // of number i + 1
};

}  // namespace plumbline::publication
