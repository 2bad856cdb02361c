// SHA-256 (FIPS 180-4) and SM3 (GB/T 32905-2016) through OpenSSL with cached contexts.
#pragma once
#include <array>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.hpp"

namespace plumbline {

using Hash = std::array<std::uint8_t, 32>;

enum class HashSuite : std::uint8_t { sha256, sm3 };
std::string_view to_string(HashSuite suite);
std::optional<HashSuite> hash_suite(std::string_view name);

// Incremental hashing; reusable after finish(). One object, one thread.
class Hasher {
 public:
  explicit Hasher(HashSuite suite = HashSuite::sha256);
  ~Hasher();
  Hasher(Hasher&&) noexcept;
  Hasher& operator=(Hasher&&) noexcept;

  Hasher& update(ByteView bytes);
  Hasher& update(std::string_view text) { return update(bytes_of(text)); }
  Hash finish();  // and starts again

 private:
  struct State;
  std::unique_ptr<State> state_;
};

Hash sha256(ByteView bytes);
Hash sha256(std::string_view text);
Hash hash_of(HashSuite suite, ByteView bytes);
std::string to_hex(Hash const& hash);
// Exactly 64 lower-case hex digits, else nothing.
std::optional<Hash> hash_from_hex(std::string_view hex);

// From the operating system's generator; throws std::runtime_error when it fails.
void fill_random(std::span<std::uint8_t> out);
Bytes random_bytes(std::size_t count);

}  // namespace plumbline
