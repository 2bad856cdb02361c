// The step of DR-1 that selects: units come in their order, every W-th point of the line on which unit i
// occupies n*w_i is hit. For any order exactly n*w_i of the W possible starts hit unit i.
#pragma once
#include <cstdint>

namespace plumbline::stats {

class SystematicSelection {
 public:
  // n*W <= 2^63-1, start < W, and n*w < W for every unit to come (nobody is hit twice).
  SystematicSelection(std::uint64_t n, std::uint64_t total_weight, std::uint64_t start)
      : n_(n), total_weight_(total_weight), next_hit_(start) {}

  // pi = share/W.
  std::uint64_t share(std::uint64_t weight) const { return n_ * weight; }
  bool hits_next(std::uint64_t weight) {
    reached_ += share(weight);
    if (next_hit_ >= reached_) return false;
    next_hit_ += total_weight_;  // stays below start + n*W < 2^64
    return true;
  }

 private:
  std::uint64_t n_;
  std::uint64_t total_weight_;
  std::uint64_t reached_ = 0;
  std::uint64_t next_hit_;
};

}  // namespace plumbline::stats
