#include "radix.hpp"

#include <algorithm>
#include <array>

namespace plumbline::stats {
namespace {

constexpr unsigned digit_bits = 11;  // 2,048 counters and write positions stay in the first-level cache
constexpr unsigned digits = 6;       // 66 bits >= 64
constexpr std::size_t buckets = std::size_t{1} << digit_bits;
constexpr std::size_t small_size = 1024;  // below this comparison wins

std::size_t digit_of(std::uint64_t key, unsigned digit) {
  return (key >> (digit * digit_bits)) & (buckets - 1);
}

}  // namespace

void sort_by_key(std::vector<KeyedIndex>& items) {
  if (items.size() < small_size) {
    std::stable_sort(items.begin(), items.end(),
                     [](KeyedIndex const& a, KeyedIndex const& b) { return a.key < b.key; });
    return;
  }
  std::array<std::array<std::uint32_t, buckets>, digits> counts{};
  for (auto const& item : items)
    for (unsigned d = 0; d < digits; ++d) ++counts[d][digit_of(item.key, d)];

  std::vector<KeyedIndex> other(items.size());
  for (unsigned d = 0; d < digits; ++d) {
    auto& places = counts[d];
    if (places[digit_of(items.front().key, d)] == items.size()) continue;  // all alike in this digit
    std::uint32_t place = 0;
    for (auto& count : places) {
      std::uint32_t const here = count;
      count = place;
      place += here;
    }
    for (auto const& item : items) other[places[digit_of(item.key, d)]++] = item;
    items.swap(other);
  }
}

}  // namespace plumbline::stats
