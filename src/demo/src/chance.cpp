#include "chance.hpp"

#include <algorithm>
#include <numeric>

namespace plumbline::demo {

Chance::Chance(std::uint64_t seed, std::string_view label) {
  append_u64(start_, seed);
  append_tlv(start_, label);
}

Hash Chance::block() {
  Bytes bytes = start_;
  append_u64(bytes, counter_++);
  return sha256(bytes);
}

std::uint64_t Chance::next() {
  auto const hash = block();
  std::uint64_t value = 0;
  for (int i = 0; i < 8; ++i) value = value << 8 | hash[static_cast<std::size_t>(i)];
  return value;
}

std::uint64_t Chance::below(std::uint64_t bound) {
  std::uint64_t const unfair = (0 - bound) % bound;  // 2^64 mod bound
  std::uint64_t value = next();
  while (value < unfair) value = next();
  return value % bound;
}

std::size_t Chance::weighted(std::span<int const> weights) {
  auto left =
      static_cast<int>(below(static_cast<std::uint64_t>(std::accumulate(weights.begin(), weights.end(), 0))));
  std::size_t i = 0;
  while (left >= weights[i]) left -= weights[i++];
  return i;
}

Uuid Chance::id(Instant at) {
  auto const hash = block();
  std::array<std::uint8_t, 10> random{};
  std::copy_n(hash.begin(), random.size(), random.begin());
  return make_uuid7(at, random);
}

}  // namespace plumbline::demo
