#include "chain_heads.hpp"

#include <cstring>
#include <limits>
#include <stdexcept>
#include <utility>

namespace plumbline::publication {
namespace {

constexpr std::size_t first_places = 1U << 10;  // a power of two, as every later size

std::uint64_t mix(std::uint64_t value) {  // the finaliser of splitmix64
  value = (value ^ value >> 30) * 0xBF58476D1CE4E5B9ULL;
  value = (value ^ value >> 27) * 0x94D049BB133111EBULL;
  return value ^ value >> 31;
}

}  // namespace

ChainHeads::ChainHeads() : places_(first_places) {
  fill_random({reinterpret_cast<std::uint8_t*>(key_), sizeof key_});
}

std::optional<Hash> ChainHeads::advance(std::string_view chain, Hash const& head) {
  auto const slash = chain.rfind('/');
  Sid sid;
  if (slash == std::string_view::npos || !hex_decode_to(chain.substr(slash + 1), sid)) {
    auto const [known, is_new] = others_.emplace(chain, head);
    if (is_new) return {};
    return std::exchange(known->second, head);
  }
  if ((records_ + 1) * 4 > places_.size() * 3) grow();
  auto const number = register_number(chain.substr(0, slash));
  auto const mark = mark_of(sid, number);
  std::size_t const last = places_.size() - 1;
  std::size_t i = mark & last;
  for (; places_[i].record != 0; i = (i + 1) & last) {
    if (places_[i].mark != mark) continue;
    auto& known = record(places_[i].record - 1);
    if (known.register_number == number && known.sid == sid) return std::exchange(known.head, head);
  }
  if (records_ == std::numeric_limits<std::uint32_t>::max())
    throw std::length_error("a log of more records than can be counted here");
  if (records_ == blocks_.size() * records_per_block) blocks_.emplace_back().reserve(records_per_block);
  blocks_.back().push_back({sid, number, head});
  places_[i] = {mark, static_cast<std::uint32_t>(++records_)};
  return {};
}

std::uint32_t ChainHeads::register_number(std::string_view name) {
  if (name == latest_register_ && latest_number_ != 0) return latest_number_;
  auto found = registers_.find(name);
  if (found == registers_.end())
    found = registers_.emplace(std::string(name), static_cast<std::uint32_t>(registers_.size() + 1)).first;
  latest_register_ = name;
  latest_number_ = found->second;
  return latest_number_;
}

std::uint32_t ChainHeads::mark_of(Sid const& sid, std::uint32_t register_number) const {
  std::uint64_t halves[2];
  std::memcpy(halves, sid.data(), sizeof halves);
  auto const hash = mix(mix(halves[0] ^ key_[0]) + (halves[1] ^ key_[1]) + register_number);
  return static_cast<std::uint32_t>(hash >> 32);
}

void ChainHeads::grow() {
  decltype(places_) old(places_.size() * 2);
  old.swap(places_);
  std::size_t const last = places_.size() - 1;
  for (auto const& place : old) {
    if (place.record == 0) continue;
    std::size_t i = place.mark & last;
    while (places_[i].record != 0) i = (i + 1) & last;
    places_[i] = place;
  }
}

}  // namespace plumbline::publication
