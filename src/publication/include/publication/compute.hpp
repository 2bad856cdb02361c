// What a draw's published inputs determine: the draw and the matching (the body of RESULT) and what a
// recusal does to them. The office writes with these functions and the verifier checks with the same.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "publication/bodies.hpp"
#include "publication/csv.hpp"

namespace plumbline::publication {

// Views: all must outlive what is computed from them. `groups` empty: a unit's group is its stratum.
struct DrawInputs {
  Plan const& plan;
  Hash plan_hash{};   // leaf hash of the PLAN entry
  Hash seed_entry{};  // leaf hash of the SEED entry
  Seed const& seed;
  std::span<FrameRow const> frame;
  std::span<RosterRow const> roster;
  std::span<RecusalRow const> recusals;
  std::span<GroupRow const> groups;
};

// Sources' values in the plan's order; draw.md section 3.
Hash seed_of(DrawInputs const& inputs);
// The whole body. Refused with "DRAW_REFUSED", detail: the reason.
Result<DrawResult> compute_result(DrawInputs const& inputs);

// Recusals after the draw, one after the other (section 5).
class RecusalReplay {
 public:
  // `assignment`: the result's, or that of a direct assignment (section 11).
  RecusalReplay(DrawInputs const& inputs, DrawResult const& result, std::span<Assignment const> assignment);
  ~RecusalReplay();
  RecusalReplay(RecusalReplay&&) noexcept;
  RecusalReplay& operator=(RecusalReplay&&) noexcept;

  struct Outcome {
    std::optional<Pid> replacement;
    std::uint64_t limit = 0;
  };
  // Takes the inspector off the target for good. Refused with "not_assigned".
  Result<Outcome> recuse(std::string_view target, std::string_view inspector);
  // Inspectors on the targets now, targets in their order.
  std::vector<Assignment> present() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace plumbline::publication
