// The flow behind the matching: source → targets (need) → inspectors (one per pair) → sink (room), kept
// as the set of pairs that carry flow.
#pragma once
#include <cstdint>
#include <optional>
#include <vector>

#include "bit_rows.hpp"

namespace plumbline::stats {

class Flow {
 public:
  // eligible[t]: inspectors of target t; need[t]: pairs it wants. Carries nothing yet.
  Flow(std::vector<std::vector<std::uint32_t>> const& eligible, std::vector<std::uint32_t> need,
       std::size_t inspectors);

  // Carries as much as the rooms allow, starting from what it carries now. Rooms may only grow.
  void maximize(std::vector<std::uint32_t> room);
  bool complete() const { return missing_ == 0; }
  // After maximize() that left somebody in want: the targets it reached from those.
  std::vector<std::uint32_t> reached_targets() const;

  // In a complete flow pairs are fixed one after the other. True when the pairs fixed so far and this one
  // can be part of one complete flow; the flow is then changed to be one and the pair is fixed. `target`
  // must still have an unfixed pair, and one target is treated to its end before the next.
  bool fix(std::uint32_t target, std::uint32_t inspector);

 private:
  static constexpr std::uint32_t none = UINT32_MAX;

  bool has_room(std::uint32_t inspector) const { return load_[inspector] < room_[inspector]; }
  bool is_unfixed(std::uint32_t target, std::uint32_t inspector) const;
  std::uint32_t any_unfixed(std::uint32_t target) const;
  void carry(std::uint32_t target, std::uint32_t inspector);
  void drop(std::uint32_t target, std::uint32_t inspector);
  void fix_carried(std::uint32_t target, std::uint32_t inspector);

  void forget_visits();
  void mark_inspector(std::uint32_t inspector, std::uint32_t from_target);
  std::optional<std::uint32_t> look_behind(std::uint32_t target, std::uint32_t giver);
  std::optional<std::uint32_t> search(std::uint32_t giver);
  std::uint32_t shift_back(std::uint32_t last_inspector);
  bool augment(std::uint32_t target);

  std::vector<std::uint32_t> need_;
  std::vector<std::uint32_t> room_;
  std::vector<std::uint32_t> load_;     // by inspector, fixed pairs included
  std::vector<std::uint32_t> carried_;  // by target
  std::uint64_t missing_ = 0;
  BitRows eligible_;
  BitRows flow_;
  BitRows fixed_;
  std::vector<std::vector<std::uint32_t>> gives_;  // by inspector: targets with an unfixed pair

  // A search meets inspectors over a pair that could be taken and targets over a pair that could be given up.
  std::vector<std::uint64_t> unvisited_;     // inspectors
  std::vector<std::uint32_t> target_visit_;  // by target: number of the search that met it
  std::uint32_t visit_ = 0;
  std::vector<std::uint32_t> inspector_from_;  // the target it was met from, or none
  std::vector<std::uint32_t> target_from_;     // the inspector it was met from
  std::vector<std::uint32_t> queue_;           // inspectors
  std::uint32_t fixing_target_ = none;
};

}  // namespace plumbline::stats
