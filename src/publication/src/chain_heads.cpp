#include "chain_heads.hpp"

#include <utility>

namespace plumbline::publication {
namespace {

constexpr std::size_t first_slots = 1U << 10;

int nibble(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

std::optional<std::array<std::uint8_t, 16>> parse_sid(std::string_view text) {
  if (text.size() != 32) return {};
  std::array<std::uint8_t, 16> sid;
  for (std::size_t i = 0; i < 16; ++i) {
    int const high = nibble(text[2 * i]);
    int const low = nibble(text[2 * i + 1]);
    if (high < 0 || low < 0) return {};
    sid[i] = static_cast<std::uint8_t>(high << 4 | low);
  }
  return sid;
}

std::uint64_t mix(std::uint64_t value) {  // the finaliser of splitmix64
  value = (value ^ value >> 30) * 0xBF58476D1CE4E5B9ULL;
  value = (value ^ value >> 27) * 0x94D049BB133111EBULL;
  return value ^ value >> 31;
}

}  // namespace

ChainHeads::ChainHeads() : slots_(first_slots) {
  fill_random({reinterpret_cast<std::uint8_t*>(key_), sizeof key_});
}

std::optional<Hash> ChainHeads::advance(std::string_view chain, Hash const& head) {
  auto const slash = chain.rfind('/');
  auto const sid = slash == std::string_view::npos ? std::nullopt : parse_sid(chain.substr(slash + 1));
  if (!sid) {
    auto const [known, is_new] = others_.emplace(chain, head);
    if (is_new) return {};
    return std::exchange(known->second, head);
  }
  if ((used_ + 1) * 4 > slots_.size() * 3) grow();
  auto const number = register_number(chain.substr(0, slash));
  auto& slot = slot_of(*sid, number);
  if (slot.register_number != 0) return std::exchange(slot.head, head);
  slot = {*sid, number, head};
  ++used_;
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

std::size_t ChainHeads::place_of(std::array<std::uint8_t, 16> const& sid, std::uint32_t number) const {
  std::uint64_t halves[2];
  std::memcpy(halves, sid.data(), sizeof halves);
  return mix(mix(halves[0] ^ key_[0]) + (halves[1] ^ key_[1]) + number) & (slots_.size() - 1);
}

ChainHeads::Slot& ChainHeads::slot_of(std::array<std::uint8_t, 16> const& sid, std::uint32_t number) {
  for (std::size_t i = place_of(sid, number);; i = (i + 1) & (slots_.size() - 1)) {
    auto& slot = slots_[i];
    if (slot.register_number == 0 || (slot.register_number == number && slot.sid == sid)) return slot;
  }
}

void ChainHeads::grow() {
  std::vector<Slot> old(slots_.size() * 2);
  old.swap(slots_);
  for (auto const& slot : old)
    if (slot.register_number != 0) slot_of(slot.sid, slot.register_number) = slot;
}

}  // namespace plumbline::publication
