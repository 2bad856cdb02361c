// Sorting of millions of 64-bit keys that drag an index along.
#pragma once
#include <cstdint>
#include <vector>

namespace plumbline::stats {

struct KeyedIndex {
  std::uint64_t key = 0;
  std::uint32_t index = 0;
};

// Ascending by key; equal keys keep their order.
void sort_by_key(std::vector<KeyedIndex>& items);

}  // namespace plumbline::stats
