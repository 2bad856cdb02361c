#include "ledger/note.hpp"

#include <sodium.h>

#include <algorithm>
#include <array>
#include <stdexcept>

#include "base/hash.hpp"
#include "base/limits.hpp"
#include "sm2.hpp"
#include "text.hpp"

namespace plumbline::ledger {
namespace {

constexpr std::string_view dash = "\u2014 ";  // em dash, space

// Unicode White_Space, as UTF-8, beyond those that controls already exclude.
constexpr std::array<std::string_view, 19> unicode_spaces{
    " ",      "\u0085", "\u00a0", "\u1680", "\u2000", "\u2001", "\u2002", "\u2003", "\u2004", "\u2005",
    "\u2006", "\u2007", "\u2008", "\u2009", "\u200a", "\u2028", "\u2029", "\u202f", "\u3000"};
constexpr std::string_view medium_mathematical_space = "\u205f";

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20; }

std::uint32_t read_u32(ByteView bytes) {
  return static_cast<std::uint32_t>(bytes[0]) << 24 | static_cast<std::uint32_t>(bytes[1]) << 16 |
         static_cast<std::uint32_t>(bytes[2]) << 8 | bytes[3];
}

std::uint32_t key_id(std::string_view name, ByteView type_and_key) {
  Bytes message;
  append(message, name);
  append(message, "\n");
  append(message, type_and_key);
  return read_u32(sha256(ByteView{message}));
}

std::string hex_id(std::uint32_t id) {
  Bytes bytes;
  append_u32(bytes, id);
  return hex_encode(bytes);
}

std::size_t public_key_bytes(KeyType type) { return type == KeyType::sm2 ? sm2::public_key_bytes : 32; }

std::optional<SignatureLine> parse_signature_line(std::string_view line) {
  if (!line.starts_with(dash)) return {};
  line.remove_prefix(dash.size());
  auto const name = take_until(line, ' ');
  if (!name || !is_key_name(*name)) return {};
  auto const bytes = base64_decode(line);
  if (!bytes || bytes->size() < 5) return {};
  return SignatureLine{std::string(*name), read_u32(*bytes), Bytes(bytes->begin() + 4, bytes->end())};
}

bool verify_ed25519(ByteView public_key, ByteView message, ByteView signature) {
  static bool const ready = sodium_init() >= 0;
  if (!ready) throw std::runtime_error("libsodium does not start");
  return signature.size() == crypto_sign_BYTES && public_key.size() == crypto_sign_PUBLICKEYBYTES &&
         crypto_sign_verify_detached(signature.data(), message.data(), message.size(), public_key.data()) ==
             0;
}

}  // namespace

Bytes type_bytes(KeyType type) {
  if (type == KeyType::ed25519) return {0x01};
  if (type == KeyType::cosignature_v1) return {0x04};
  Bytes out{0xff};
  append(out, "gm/sm2-sm3/v1");
  return out;
}

bool is_key_name(std::string_view name) {
  auto const contains = [name](std::string_view part) { return name.find(part) != std::string_view::npos; };
  return !name.empty() && is_utf8(name) && !contains("+") &&
         std::none_of(name.begin(), name.end(), is_control) &&
         std::none_of(unicode_spaces.begin(), unicode_spaces.end(), contains) &&
         !contains(medium_mathematical_space);
}

VerifierKey make_verifier_key(std::string name, KeyType type, Bytes public_key) {
  if (!is_key_name(name) || public_key.size() != public_key_bytes(type))
    throw std::invalid_argument("not a key name or not a public key of that type");
  auto typed = type_bytes(type);
  append(typed, ByteView{public_key});
  auto const id = key_id(name, typed);
  return {std::move(name), type, id, std::move(public_key)};
}

std::optional<VerifierKey> parse_vkey(std::string_view text) {
  auto const name = take_until(text, '+');
  auto const id = name ? take_until(text, '+') : std::nullopt;
  if (!id || !is_key_name(*name) || id->size() != 8) return {};
  auto const typed = base64_decode(text);
  if (!typed) return {};
  for (auto const type : {KeyType::ed25519, KeyType::cosignature_v1, KeyType::sm2}) {
    auto const prefix = type_bytes(type);
    if (typed->size() != prefix.size() + public_key_bytes(type)) continue;
    if (!std::equal(prefix.begin(), prefix.end(), typed->begin())) continue;
    auto const start = typed->begin() + static_cast<std::ptrdiff_t>(prefix.size());
    auto key = make_verifier_key(std::string(*name), type, Bytes(start, typed->end()));
    if (hex_id(key.id) != *id) return {};
    return key;
  }
  return {};
}

std::string format_vkey(VerifierKey const& key) {
  auto typed = type_bytes(key.type);
  append(typed, ByteView{key.public_key});
  return key.name + "+" + hex_id(key.id) + "+" + base64_encode(typed);
}

std::optional<std::vector<SignatureLine>> parse_signature_lines(std::string_view lines) {
  std::vector<SignatureLine> out;
  while (!lines.empty()) {
    auto const line = take_line(lines);
    auto parsed = line ? parse_signature_line(*line) : std::nullopt;
    if (!parsed || out.size() == limits::ledger_note_signatures) return {};
    out.push_back(*std::move(parsed));
  }
  return out;
}

std::optional<Note> parse_note(std::string_view bytes) {
  if (bytes.size() > limits::ledger_note_bytes || !is_utf8(bytes)) return {};
  if (std::any_of(bytes.begin(), bytes.end(), [](char c) { return is_control(c) && c != '\n'; })) return {};
  auto const blank = bytes.rfind("\n\n");
  if (blank == std::string_view::npos) return {};
  auto signatures = parse_signature_lines(bytes.substr(blank + 2));
  if (!signatures || signatures->empty()) return {};
  return Note{std::string(bytes.substr(0, blank + 1)), *std::move(signatures)};
}

std::string format_signature_line(SignatureLine const& line) {
  Bytes bytes;
  append_u32(bytes, line.key_id);
  append(bytes, ByteView{line.signature});
  return std::string(dash) + line.name + " " + base64_encode(bytes) + "\n";
}

std::string format_note(Note const& note) {
  auto out = note.text + "\n";
  for (auto const& line : note.signatures) out += format_signature_line(line);
  return out;
}

bool verify_raw(VerifierKey const& key, ByteView message, ByteView signature) {
  if (key.type == KeyType::sm2) return sm2::verify(key.public_key, message, signature);
  return verify_ed25519(key.public_key, message, signature);
}

LineCheck check_signature(Note const& note, VerifierKey const& key) {
  auto found = LineCheck::absent;
  for (auto const& line : note.signatures) {
    if (!line.is_of(key)) continue;
    if (!verify_raw(key, bytes_of(note.text), line.signature)) return LineCheck::invalid;
    found = LineCheck::valid;
  }
  return found;
}

SignatureLine sign_text(std::string_view text, Signer const& signer) {
  if (signer.key().type == KeyType::cosignature_v1)
    throw std::invalid_argument("a cosigner's key signs cosignatures only");
  return {signer.key().name, signer.key().id, signer.sign(bytes_of(text))};
}

}  // namespace plumbline::ledger
