#include "base/uuid.hpp"

#include <cstring>
#include <mutex>

#include "base/hash.hpp"

namespace plumbline {

std::optional<Uuid> parse_uuid(std::string_view text) {
  if (text.size() != 36 || text[8] != '-' || text[13] != '-' || text[18] != '-' || text[23] != '-') return {};
  std::string hex;
  for (char c : text)
    if (c != '-') hex.push_back(c);
  auto const bytes = hex_decode(hex);
  if (!bytes || bytes->size() != 16) return {};
  Uuid uuid;
  std::copy(bytes->begin(), bytes->end(), uuid.bytes.begin());
  return uuid;
}

std::string to_string(Uuid const& uuid) {
  std::string text = hex_encode(uuid.bytes);
  for (auto const at : {8, 13, 18, 23}) text.insert(static_cast<std::size_t>(at), 1, '-');
  return text;
}

Uuid make_uuid7(Instant at, std::array<std::uint8_t, 10> const& random) {
  Uuid uuid;
  auto const millis = static_cast<std::uint64_t>(at.micros_utc / 1'000);
  for (std::size_t i = 0; i < 6; ++i) uuid.bytes[i] = static_cast<std::uint8_t>(millis >> (40 - 8 * i));
  std::copy(random.begin(), random.end(), uuid.bytes.begin() + 6);
  uuid.bytes[6] = static_cast<std::uint8_t>((uuid.bytes[6] & 0x0F) | 0x70);
  uuid.bytes[8] = static_cast<std::uint8_t>((uuid.bytes[8] & 0x3F) | 0x80);
  return uuid;
}

// RFC 9562 section 6.2, method 1: the 12 bits after the version are a counter within the millisecond.
Uuid make_uuid7(Instant at) {
  static std::mutex mutex;
  static std::int64_t last_millis = 0;
  static unsigned counter = 0;
  std::array<std::uint8_t, 10> random{};
  fill_random(random);
  std::int64_t millis = at.micros_utc / 1'000;
  {
    std::lock_guard const lock(mutex);
    if (millis > last_millis) {
      last_millis = millis;
      counter = 0;
    } else if (++counter > 0xFFF) {
      ++last_millis;
      counter = 0;
    }
    millis = last_millis;
    random[0] = static_cast<std::uint8_t>(counter >> 8);
    random[1] = static_cast<std::uint8_t>(counter);
  }
  return make_uuid7(Instant{millis * 1'000}, random);
}

}  // namespace plumbline

std::size_t std::hash<plumbline::Uuid>::operator()(plumbline::Uuid const& uuid) const noexcept {
  std::uint64_t halves[2];
  std::memcpy(halves, uuid.bytes.data(), sizeof halves);
  return halves[0] ^ (halves[1] * 0x9E3779B97F4A7C15ULL);
}
