// Keys of logs and witnesses: made here, kept in files of mode 0600 in a folder of mode 0700, replaced
// without invalidating what was signed before.
#pragma once
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "ledger/note.hpp"

namespace plumbline::ledger {

// A private key in memory; wiped when it goes.
class SecretKey {
 public:
  static SecretKey generate(std::string name, KeyType type);
  // Ed25519: the 32-byte seed of RFC 8032; SM2: the scalar, 32 bytes big endian. Nothing when out of range.
  static std::optional<SecretKey> from_bytes(std::string name, KeyType type, ByteView secret);
  // PRIVATE+KEY+name+hexid+base64(type ‖ secret): the form of Go's sumdb/note.
  static std::optional<SecretKey> parse(std::string_view text);
  std::string format() const;
  VerifierKey const& key() const { return key_; }
  std::unique_ptr<Signer> signer() const;

  SecretKey(SecretKey&&) noexcept = default;
  SecretKey& operator=(SecretKey&& other) noexcept;
  ~SecretKey();

 private:
  SecretKey(VerifierKey key, Bytes secret) : key_(std::move(key)), secret_(std::move(secret)) {}
  VerifierKey key_;
  Bytes secret_;
};

// Writes FOLDER/<stem>.key; makes the folder with mode 0700. Refused with "key_exists".
Result<void> save_key(std::filesystem::path const& folder, std::string_view stem, SecretKey const& key);
// Refused with "key_missing", "key_format", "key_permissions" (readable by group or others).
Result<SecretKey> load_key(std::filesystem::path const& folder, std::string_view stem);

// Which key signed checkpoints of which sizes: [from_size, to_size), to_size nothing for the present keys.
// An old checkpoint keeps verifying under the key of its time. Text form, a line each:
// <vkey> <from> <to or ->
struct KeyPeriod {
  VerifierKey key;
  std::uint64_t from_size = 0;
  std::optional<std::uint64_t> to_size;
  friend bool operator==(KeyPeriod const&, KeyPeriod const&) = default;
};
class KeyHistory {
 public:
  static std::optional<KeyHistory> parse(std::string_view text);
  // Of a published log: its file vkeys; empty where there is none or it cannot be read.
  static KeyHistory of(std::filesystem::path const& published);
  std::string format() const;
  std::vector<KeyPeriod> const& periods() const { return periods_; }
  // Keys of that type that may have signed a checkpoint of that size.
  std::vector<VerifierKey> keys_at(std::uint64_t size, KeyType type = KeyType::ed25519) const;
  std::optional<VerifierKey> present(KeyType type = KeyType::ed25519) const;
  // Ends the present key of the new key's type at `size` and starts the new one there; `size` is one more
  // than the last signed size, which keeps verifying under the old key. Refused with "key_known" (the same
  // public key, whatever its name) and "size_decreased".
  Result<void> rotate(VerifierKey key, std::uint64_t size);

 private:
  std::vector<KeyPeriod> periods_;
};

}  // namespace plumbline::ledger
