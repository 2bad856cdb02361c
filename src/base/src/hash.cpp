#include "base/hash.hpp"

#include <openssl/evp.h>
#include <openssl/rand.h>

#include <stdexcept>

namespace plumbline {
namespace {

// Fetched once: EVP_sha256() would look the algorithm up again at every start (three times slower on
// short messages).
EVP_MD const* algorithm(HashSuite suite) {
  static EVP_MD const* const sha256_md = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  static EVP_MD const* const sm3_md = EVP_MD_fetch(nullptr, "SM3", nullptr);
  EVP_MD const* md = suite == HashSuite::sha256 ? sha256_md : sm3_md;
  if (md == nullptr) throw std::runtime_error("OpenSSL lacks a hash algorithm: SHA-256 and SM3 are required");
  return md;
}

}  // namespace

std::string_view to_string(HashSuite suite) { return suite == HashSuite::sha256 ? "sha256" : "sm3"; }

std::optional<HashSuite> hash_suite(std::string_view name) {
  if (name == "sha256") return HashSuite::sha256;
  if (name == "sm3") return HashSuite::sm3;
  return {};
}

struct Hasher::State {
  HashSuite suite;
  EVP_MD_CTX* context;
  explicit State(HashSuite s) : suite(s), context(EVP_MD_CTX_new()) { start(); }
  ~State() { EVP_MD_CTX_free(context); }
  State(State const&) = delete;
  State& operator=(State const&) = delete;
  void start() {
    if (context == nullptr || EVP_DigestInit_ex2(context, algorithm(suite), nullptr) != 1)
      throw std::runtime_error("cannot start a hash");
  }
};

Hasher::Hasher(HashSuite suite) : state_(std::make_unique<State>(suite)) {}
Hasher::~Hasher() = default;
Hasher::Hasher(Hasher&&) noexcept = default;
Hasher& Hasher::operator=(Hasher&&) noexcept = default;

Hasher& Hasher::update(ByteView bytes) {
  EVP_DigestUpdate(state_->context, bytes.data(), bytes.size());
  return *this;
}

Hash Hasher::finish() {
  Hash out{};
  EVP_DigestFinal_ex(state_->context, out.data(), nullptr);
  state_->start();
  return out;
}

Hash hash_of(HashSuite suite, ByteView bytes) {
  thread_local Hasher sha256_hasher{HashSuite::sha256};
  thread_local Hasher sm3_hasher{HashSuite::sm3};
  return (suite == HashSuite::sha256 ? sha256_hasher : sm3_hasher).update(bytes).finish();
}

Hash sha256(ByteView bytes) { return hash_of(HashSuite::sha256, bytes); }
Hash sha256(std::string_view text) { return sha256(bytes_of(text)); }

std::string to_hex(Hash const& hash) { return hex_encode(hash); }

std::optional<Hash> hash_from_hex(std::string_view hex) {
  Hash out{};
  if (!hex_decode_to(hex, out)) return {};
  return out;
}

void fill_random(std::span<std::uint8_t> out) {
  if (RAND_bytes(out.data(), static_cast<int>(out.size())) != 1)
    throw std::runtime_error("the operating system's random generator failed");
}

Bytes random_bytes(std::size_t count) {
  Bytes out(count);
  fill_random(out);
  return out;
}

}  // namespace plumbline
