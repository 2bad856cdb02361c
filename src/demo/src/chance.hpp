// Choices that repeat: SHA-256 over seed, label and a counter.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/hash.hpp"
#include "base/uuid.hpp"

namespace plumbline::demo {

class Chance {
 public:
  Chance(std::uint64_t seed, std::string_view label);
  std::uint64_t next();
  // 0 … bound−1, each with the same chance; bound at least 1.
  std::uint64_t below(std::uint64_t bound);
  template <class List>
  auto const& pick(List const& list) {
    return list[below(std::size(list))];
  }
  // Index of a list of weights.
  std::size_t weighted(std::span<int const> weights);
  Uuid id(Instant at);

 private:
  Hash block();

  Bytes start_;
  std::uint64_t counter_ = 0;
};

}  // namespace plumbline::demo
