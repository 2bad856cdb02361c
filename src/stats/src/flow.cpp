#include "flow.hpp"

#include <algorithm>
#include <numeric>

namespace plumbline::stats {

Flow::Flow(std::vector<std::vector<std::uint32_t>> const& eligible, std::vector<std::uint32_t> need,
           std::size_t inspectors)
    : need_(std::move(need)),
      room_(inspectors),
      load_(inspectors),
      carried_(need_.size()),
      missing_(std::accumulate(need_.begin(), need_.end(), std::uint64_t{0})),
      eligible_(need_.size(), inspectors),
      flow_(need_.size(), inspectors),
      fixed_(need_.size(), inspectors),
      gives_(inspectors),
      unvisited_(eligible_.words()),
      target_visit_(need_.size()),
      inspector_from_(inspectors, none),
      target_from_(need_.size(), none) {
  for (std::size_t target = 0; target < eligible.size(); ++target)
    for (auto inspector : eligible[target]) eligible_.set(target, inspector);
}

bool Flow::is_unfixed(std::uint32_t target, std::uint32_t inspector) const {
  return flow_.test(target, inspector) && !fixed_.test(target, inspector);
}

std::uint32_t Flow::any_unfixed(std::uint32_t target) const {
  auto const flow = flow_.row(target);
  auto const fixed = fixed_.row(target);
  for (std::size_t word = 0; word < flow.size(); ++word)
    if (auto const bits = flow[word] & ~fixed[word]; bits != 0)
      return static_cast<std::uint32_t>(word * 64 + std::countr_zero(bits));
  return none;
}

void Flow::carry(std::uint32_t target, std::uint32_t inspector) {
  flow_.set(target, inspector);
  gives_[inspector].push_back(target);
  ++load_[inspector];
}

void Flow::drop(std::uint32_t target, std::uint32_t inspector) {
  flow_.clear(target, inspector);
  auto& targets = gives_[inspector];
  *std::find(targets.begin(), targets.end(), target) = targets.back();
  targets.pop_back();
  --load_[inspector];
}

void Flow::fix_carried(std::uint32_t target, std::uint32_t inspector) {
  fixed_.set(target, inspector);
  auto& targets = gives_[inspector];
  *std::find(targets.begin(), targets.end(), target) = targets.back();
  targets.pop_back();
}

void Flow::forget_visits() {
  std::fill(unvisited_.begin(), unvisited_.end(), ~std::uint64_t{0});
  ++visit_;
}

void Flow::mark_inspector(std::uint32_t inspector, std::uint32_t from_target) {
  unvisited_[inspector / 64] &= ~(std::uint64_t{1} << (inspector % 64));
  inspector_from_[inspector] = from_target;
  queue_.push_back(inspector);
}

// Meets the inspectors `target` could take instead. Gives the first where a chain can end: one with room,
// or one that `giver` (whose own pairs are being exchanged; none otherwise) will give up.
std::optional<std::uint32_t> Flow::look_behind(std::uint32_t target, std::uint32_t giver) {
  auto const eligible = eligible_.row(target);
  auto const flow = flow_.row(target);
  for (std::size_t word = 0; word < eligible.size(); ++word) {
    for (auto bits = eligible[word] & ~flow[word] & unvisited_[word]; bits != 0; bits &= bits - 1) {
      auto const inspector = static_cast<std::uint32_t>(word * 64 + std::countr_zero(bits));
      if (has_room(inspector) || (giver != none && is_unfixed(giver, inspector))) {
        inspector_from_[inspector] = target;  // not marked as visited: it may serve again
        return inspector;
      }
      mark_inspector(inspector, target);
    }
  }
  return {};
}

// Breadth first from the inspectors in the queue; gives the inspector where a chain can end.
std::optional<std::uint32_t> Flow::search(std::uint32_t giver) {
  for (std::size_t head = 0; head < queue_.size(); ++head) {  // NOLINT(modernize-loop-convert): it grows
    std::uint32_t const inspector = queue_[head];
    for (auto target : gives_[inspector]) {
      if (target_visit_[target] == visit_) continue;
      target_visit_[target] = visit_;
      target_from_[target] = inspector;
      if (auto last = look_behind(target, giver)) return last;
    }
  }
  return {};
}

// Every target on the chain takes the inspector further along and gives up the one before; gives the
// first inspector of the chain, which has room afterwards.
std::uint32_t Flow::shift_back(std::uint32_t last_inspector) {
  std::uint32_t inspector = last_inspector;
  while (inspector_from_[inspector] != none && target_from_[inspector_from_[inspector]] != none) {
    std::uint32_t const target = inspector_from_[inspector];
    std::uint32_t const before = target_from_[target];
    drop(target, before);
    carry(target, inspector);
    inspector = before;
  }
  return inspector;
}

bool Flow::augment(std::uint32_t target) {
  queue_.clear();
  target_visit_[target] = visit_;
  target_from_[target] = none;
  auto last = look_behind(target, none);
  if (!last) last = search(none);
  if (!last) return false;
  carry(target, shift_back(*last));
  ++carried_[target];
  --missing_;
  return true;
}

void Flow::maximize(std::vector<std::uint32_t> room) {
  room_ = std::move(room);
  // Within a phase nothing is visited twice, as in Hopcroft and Karp's algorithm: a phase costs one pass
  // over the graph and may miss chains; the last phase finds none from a clean start, so none exists.
  for (bool progress = true; progress && missing_ > 0;) {
    progress = false;
    forget_visits();
    for (std::uint32_t target = 0; target < need_.size(); ++target)
      while (carried_[target] < need_[target] && augment(target)) progress = true;
  }
}

std::vector<std::uint32_t> Flow::reached_targets() const {
  std::vector<std::uint32_t> out;
  for (std::uint32_t target = 0; target < need_.size(); ++target)
    if (target_visit_[target] == visit_) out.push_back(target);
  return out;
}

bool Flow::fix(std::uint32_t target, std::uint32_t inspector) {
  if (flow_.test(target, inspector)) {
    fix_carried(target, inspector);
    return true;
  }
  if (fixing_target_ != target) {
    fixing_target_ = target;
    forget_visits();
  }
  // Visited by a search that failed for this target: no chain from here either.
  if ((unvisited_[inspector / 64] >> (inspector % 64) & 1) == 0) return false;

  std::uint32_t given_up = any_unfixed(target);
  if (!has_room(inspector)) {
    queue_.clear();
    target_visit_[target] = visit_;  // its own exchange is what is being tried
    mark_inspector(inspector, none);
    auto const last = search(target);
    if (!last) return false;
    if (is_unfixed(target, *last)) given_up = *last;
    drop(target, given_up);
    shift_back(*last);
  } else {
    drop(target, given_up);
  }
  carry(target, inspector);
  fix_carried(target, inspector);
  forget_visits();
  return true;
}

}  // namespace plumbline::stats
