#include "ledger/keys.hpp"

#include <sodium.h>
#include <sys/stat.h>

#include <algorithm>
#include <stdexcept>
#include <system_error>

#include "base/hash.hpp"
#include "ledger/files.hpp"
#include "sm2.hpp"
#include "text.hpp"

namespace plumbline::ledger {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view key_prefix = "PRIVATE+KEY+";
constexpr std::uint64_t key_file_limit_bytes = 4'096;

void wipe(Bytes& bytes) {
  if (!bytes.empty()) sodium_memzero(bytes.data(), bytes.size());
}

struct Ed25519Pair {
  std::array<std::uint8_t, crypto_sign_PUBLICKEYBYTES> public_key;
  std::array<std::uint8_t, crypto_sign_SECRETKEYBYTES> secret_key;
  explicit Ed25519Pair(ByteView seed) {
    if (sodium_init() < 0) throw std::runtime_error("libsodium does not start");
    crypto_sign_seed_keypair(public_key.data(), secret_key.data(), seed.data());
  }
  ~Ed25519Pair() { sodium_memzero(secret_key.data(), secret_key.size()); }
  Ed25519Pair(Ed25519Pair const&) = delete;
  Ed25519Pair& operator=(Ed25519Pair const&) = delete;
};

std::optional<Bytes> public_key_of(KeyType type, ByteView secret) {
  if (type == KeyType::sm2) return sm2::public_key_of(secret);
  if (secret.size() != crypto_sign_SEEDBYTES) return {};
  Ed25519Pair const pair(secret);
  return Bytes(pair.public_key.begin(), pair.public_key.end());
}

class KeySigner final : public Signer {
 public:
  KeySigner(VerifierKey key, Bytes secret) : key_(std::move(key)), secret_(std::move(secret)) {}
  ~KeySigner() override { wipe(secret_); }
  KeySigner(KeySigner const&) = delete;
  KeySigner& operator=(KeySigner const&) = delete;

  VerifierKey const& key() const override { return key_; }
  Bytes sign(ByteView message) const override {
    if (key_.type == KeyType::sm2) return sm2::sign(secret_, message);
    Ed25519Pair const pair(secret_);
    Bytes signature(crypto_sign_BYTES);
    crypto_sign_detached(signature.data(), nullptr, message.data(), message.size(), pair.secret_key.data());
    return signature;
  }

 private:
  VerifierKey key_;
  Bytes secret_;
};

fs::path key_path(fs::path const& folder, std::string_view stem) {
  return folder / (std::string(stem) + ".key");
}

}  // namespace

SecretKey SecretKey::generate(std::string name, KeyType type) {
  Bytes secret = type == KeyType::sm2 ? sm2::generate_secret() : random_bytes(crypto_sign_SEEDBYTES);
  auto key = from_bytes(std::move(name), type, secret);
  wipe(secret);
  return std::move(key).value();
}

std::optional<SecretKey> SecretKey::from_bytes(std::string name, KeyType type, ByteView secret) {
  auto public_key = public_key_of(type, secret);
  if (!public_key || !is_key_name(name)) return {};
  return SecretKey(make_verifier_key(std::move(name), type, *std::move(public_key)),
                   Bytes(secret.begin(), secret.end()));
}

std::optional<SecretKey> SecretKey::parse(std::string_view text) {
  if (!text.starts_with(key_prefix)) return {};
  text.remove_prefix(key_prefix.size());
  auto const name = take_until(text, '+');
  auto const id = name ? take_until(text, '+') : std::nullopt;
  auto typed = id ? base64_decode(text) : std::nullopt;
  if (!typed) return {};
  std::optional<SecretKey> key;
  for (auto const type : {KeyType::ed25519, KeyType::cosignature_v1, KeyType::sm2}) {
    auto const prefix = type_bytes(type);
    if (typed->size() == prefix.size() + 32 && std::equal(prefix.begin(), prefix.end(), typed->begin()))
      key = from_bytes(std::string(*name), type, ByteView{*typed}.subspan(prefix.size()));
  }
  wipe(*typed);
  Bytes id_bytes;
  if (key) append_u32(id_bytes, key->key_.id);
  if (key && hex_encode(id_bytes) != *id) return {};
  return key;
}

std::string SecretKey::format() const {
  auto typed = type_bytes(key_.type);
  append(typed, ByteView{secret_});
  Bytes id;
  append_u32(id, key_.id);
  auto text = std::string(key_prefix) + key_.name + "+" + hex_encode(id) + "+" + base64_encode(typed);
  wipe(typed);
  return text;
}

std::unique_ptr<Signer> SecretKey::signer() const { return std::make_unique<KeySigner>(key_, secret_); }

SecretKey& SecretKey::operator=(SecretKey&& other) noexcept {
  std::swap(key_, other.key_);
  std::swap(secret_, other.secret_);
  return *this;
}

SecretKey::~SecretKey() { wipe(secret_); }

Result<void> save_key(fs::path const& folder, std::string_view stem, SecretKey const& key) {
  auto const path = key_path(folder, stem);
  if (fs::exists(path)) return Refusal{"key_exists", path.filename().string(), {}};
  make_private_folder(folder);
  auto text = key.format() + "\n";
  write_file_durably(path, text, 0600);
  sodium_memzero(text.data(), text.size());
  return {};
}

Result<SecretKey> load_key(fs::path const& folder, std::string_view stem) {
  auto const path = key_path(folder, stem);
  auto text = read_text_file(path, key_file_limit_bytes);
  if (!text) return Refusal{"key_missing", path.filename().string(), {}};
  auto const others = fs::perms::group_all | fs::perms::others_all;
  if ((fs::status(path).permissions() & others) != fs::perms::none)
    return Refusal{"key_permissions", path.filename().string(), {}};
  auto key = text->ends_with('\n') ? SecretKey::parse(std::string_view(*text).substr(0, text->size() - 1))
                                   : std::nullopt;
  sodium_memzero(text->data(), text->size());
  if (!key) return Refusal{"key_format", path.filename().string(), {}};
  return *std::move(key);
}

std::optional<KeyHistory> KeyHistory::parse(std::string_view text) {
  KeyHistory history;
  while (!text.empty()) {
    auto line = take_line(text);
    auto const vkey = line ? take_until(*line, ' ') : std::nullopt;
    auto const from = vkey ? take_until(*line, ' ') : std::nullopt;
    auto key = from ? parse_vkey(*vkey) : std::nullopt;
    auto const from_size = from ? parse_decimal(*from) : std::nullopt;
    if (!key || !from_size) return {};
    std::optional<std::uint64_t> to_size;
    if (*line != "-") {
      to_size = parse_decimal(*line);
      if (!to_size || *to_size < *from_size) return {};
    }
    history.periods_.push_back({*std::move(key), *from_size, to_size});
  }
  return history;
}

KeyHistory KeyHistory::of(fs::path const& published) {
  auto const text = read_text_file(published / "vkeys");
  auto history = text ? parse(*text) : std::nullopt;
  return history ? *std::move(history) : KeyHistory();
}

std::string KeyHistory::format() const {
  std::string out;
  for (auto const& period : periods_)
    out += format_vkey(period.key) + " " + std::to_string(period.from_size) + " " +
           (period.to_size ? std::to_string(*period.to_size) : "-") + "\n";
  return out;
}

std::vector<VerifierKey> KeyHistory::keys_at(std::uint64_t size, KeyType type) const {
  std::vector<VerifierKey> keys;
  for (auto const& period : periods_)
    if (period.key.type == type && period.from_size <= size && (!period.to_size || size < *period.to_size))
      keys.push_back(period.key);
  return keys;
}

std::optional<VerifierKey> KeyHistory::present(KeyType type) const {
  for (auto const& period : periods_)
    if (period.key.type == type && !period.to_size) return period.key;
  return {};
}

Result<void> KeyHistory::rotate(VerifierKey key, std::uint64_t size) {
  for (auto const& period : periods_) {
    if (period.key.public_key == key.public_key) return Refusal{"key_known", format_vkey(key), {}};
    if (period.key.type == key.type && (period.from_size > size || period.to_size.value_or(0) > size))
      return Refusal{"size_decreased", std::to_string(size), {}};
  }
  for (auto& period : periods_)
    if (period.key.type == key.type && !period.to_size) period.to_size = size;
  periods_.push_back({std::move(key), size, {}});
  return {};
}

}  // namespace plumbline::ledger
