#include "devices.hpp"

#include <openssl/crypto.h>
#include <openssl/hmac.h>

#include <array>
#include <stdexcept>

#include "base/hash.hpp"
#include "ledger/files.hpp"

namespace plumbline::http {
namespace {

constexpr std::size_t key_bytes = 32;
constexpr std::size_t id_digits = 32;

// Two servers of one city may both find it missing: whoever is second takes the first one's.
Bytes key_in(std::filesystem::path const& folder) {
  auto const file = folder / "keys" / "device.key";
  if (!std::filesystem::exists(file)) {
    auto const own = folder / "keys" / ("device-" + hex_encode(random_bytes(8)) + ".key");
    ledger::write_file_durably(own, random_bytes(key_bytes), 0600);
    std::error_code taken;
    std::filesystem::create_hard_link(own, file, taken);
    std::filesystem::remove(own);
  }
  auto key = ledger::read_file(file);
  if (!key || key->size() != key_bytes) throw std::runtime_error(file.string() + " is no key of 32 bytes");
  return *std::move(key);
}

}  // namespace

Devices::Devices(std::filesystem::path const& folder) : key_(key_in(folder)) {}

std::string Devices::make(std::string_view login) const {
  std::string const id = hex_encode(random_bytes(id_digits / 2));
  return id + '.' + mac_of(login, id);
}

std::optional<std::string> Devices::known(std::string_view login, std::string_view cookie) const {
  if (cookie.size() <= id_digits || cookie[id_digits] != '.') return {};
  std::string const id(cookie.substr(0, id_digits));
  auto const wanted = mac_of(login, id);
  auto const given = cookie.substr(id_digits + 1);
  bool const is_ours =
      given.size() == wanted.size() && CRYPTO_memcmp(given.data(), wanted.data(), wanted.size()) == 0;
  return is_ours ? std::optional(id) : std::nullopt;
}

std::string Devices::mac_of(std::string_view login, std::string_view id) const {
  auto const text = bytes_of("device\n" + std::string(id) + "\n" + std::string(login));
  std::array<unsigned char, EVP_MAX_MD_SIZE> mac{};
  unsigned int size = 0;
  if (HMAC(EVP_sha256(), key_.data(), static_cast<int>(key_.size()), text.data(), text.size(), mac.data(),
           &size) == nullptr)
    throw std::runtime_error("HMAC-SHA-256 is not to be had");
  return hex_encode(ByteView(mac.data(), size));
}

}  // namespace plumbline::http
