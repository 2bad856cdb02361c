// C2SP signed-note: a text and signature lines "— <key name> <base64(key id ‖ signature)>". Key ids and
// verifier keys (vkeys) as there: id = SHA-256(name ‖ 0x0A ‖ type ‖ public key)[:4].
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "base/result.hpp"

namespace plumbline::ledger {

enum class KeyType : std::uint8_t {
  ed25519,         // 0x01: Ed25519 (RFC 8032) over the note text; public key 32 bytes
  cosignature_v1,  // 0x04: C2SP tlog-cosignature, Ed25519 with a time; public key 32 bytes
  sm2,             // 0xff ‖ "gm/sm2-sm3/v1": SM2 with SM3 (GB/T 32918.2, 32905), signer's id
                   // 1234567812345678, signature DER; public key 65 bytes, uncompressed
};
// The type's bytes as they stand in key ids and vkeys.
Bytes type_bytes(KeyType type);

struct VerifierKey {
  std::string name;
  KeyType type = KeyType::ed25519;
  std::uint32_t id = 0;
  Bytes public_key;
  friend bool operator==(VerifierKey const&, VerifierKey const&) = default;
};

// Not empty, UTF-8 without controls, Unicode spaces and '+'.
bool is_key_name(std::string_view name);
VerifierKey make_verifier_key(std::string name, KeyType type, Bytes public_key);
// name+hexid+base64(type ‖ public key). Nothing for an unknown type, a wrong id or length, upper-case hex. A
// point outside the curve or of small order is found when a signature is verified: none does.
std::optional<VerifierKey> parse_vkey(std::string_view text);
std::string format_vkey(VerifierKey const& key);

struct SignatureLine {
  std::string name;
  std::uint32_t key_id = 0;
  Bytes signature;  // without the key id
  bool is_of(VerifierKey const& key) const { return key_id == key.id && name == key.name; }
  friend bool operator==(SignatureLine const&, SignatureLine const&) = default;
};

struct Note {
  std::string text;  // ends in a newline
  std::vector<SignatureLine> signatures;
  friend bool operator==(Note const&, Note const&) = default;
};

// Strict: UTF-8, no control but newline, a blank line before the signatures, at least one signature, each
// of more than 4 bytes, base64 canonical. What it takes, format_note gives back byte for byte.
std::optional<Note> parse_note(std::string_view bytes);
std::string format_note(Note const& note);
std::string format_signature_line(SignatureLine const& line);  // with its newline
// Lines only, as a witness answers them; nothing when one is malformed.
std::optional<std::vector<SignatureLine>> parse_signature_lines(std::string_view lines);

// The bare signature over bytes: Ed25519 for ed25519 and cosignature_v1, SM2 with SM3 for sm2.
bool verify_raw(VerifierKey const& key, ByteView message, ByteView signature);

enum class LineCheck : std::uint8_t { absent, valid, invalid };
// Every line bearing the key's name and id must verify: one that does not makes it invalid. (Keys of type
// ed25519 and sm2; cosignatures have their time: cosignature.hpp.)
LineCheck check_signature(Note const& note, VerifierKey const& key);

// All that is asked of a key's keeper, so that a certified module (SDF, GM/T 0018) can be one: it never
// gives the key away, it signs bytes.
class Signer {
 public:
  virtual ~Signer() = default;
  virtual VerifierKey const& key() const = 0;
  // Ed25519: 64 bytes; SM2: DER. Throws std::runtime_error when the module fails.
  virtual Bytes sign(ByteView message) const = 0;
};

// The signer's line over a note's text (types ed25519 and sm2).
SignatureLine sign_text(std::string_view text, Signer const& signer);

}  // namespace plumbline::ledger
