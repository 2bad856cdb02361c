#include "jose.hpp"

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/rsa.h>

#include <algorithm>
#include <array>

#include "base/limits.hpp"
#include "kernel/act.hpp"

namespace plumbline::http {
namespace {

using kernel::refuse;

constexpr int rsa_bits_min = 2'048;
constexpr std::size_t rsa_bytes_max = 1'024;
constexpr std::size_t coordinate_bytes = 32;  // of P-256 and Ed25519

template <class T, void (*Free)(T*)>
struct Freed {
  void operator()(T* object) const { Free(object); }
};
using Number = std::unique_ptr<BIGNUM, Freed<BIGNUM, BN_free>>;
using KeyContext = std::unique_ptr<EVP_PKEY_CTX, Freed<EVP_PKEY_CTX, EVP_PKEY_CTX_free>>;
using DigestContext = std::unique_ptr<EVP_MD_CTX, Freed<EVP_MD_CTX, EVP_MD_CTX_free>>;
using Parameters = std::unique_ptr<OSSL_PARAM, Freed<OSSL_PARAM, OSSL_PARAM_free>>;
using Builder = std::unique_ptr<OSSL_PARAM_BLD, Freed<OSSL_PARAM_BLD, OSSL_PARAM_BLD_free>>;
using Signature = std::unique_ptr<ECDSA_SIG, Freed<ECDSA_SIG, ECDSA_SIG_free>>;
using Key = std::shared_ptr<evp_pkey_st>;

std::string text_of(Json const& document, std::string_view name) {
  Json const* found = document.find(name);
  return found == nullptr || found->as_text() == nullptr ? "" : *found->as_text();
}

Key key_from(char const* type, OSSL_PARAM_BLD* builder) {
  Parameters const parameters(OSSL_PARAM_BLD_to_param(builder));
  KeyContext const context(EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr));
  EVP_PKEY* key = nullptr;
  if (!parameters || !context || EVP_PKEY_fromdata_init(context.get()) != 1 ||
      EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, parameters.get()) != 1)
    return {};
  return {key, EVP_PKEY_free};
}

Key rsa_key(Json const& jwk) {
  auto const n = base64url_decode(text_of(jwk, "n"));
  auto const e = base64url_decode(text_of(jwk, "e"));
  if (!n || !e || n->size() > rsa_bytes_max || e->empty() || e->size() > 8) return {};
  Number const modulus(BN_bin2bn(n->data(), static_cast<int>(n->size()), nullptr));
  Number const exponent(BN_bin2bn(e->data(), static_cast<int>(e->size()), nullptr));
  if (BN_num_bits(modulus.get()) < rsa_bits_min) return {};
  Builder const builder(OSSL_PARAM_BLD_new());
  if (OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, modulus.get()) != 1 ||
      OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, exponent.get()) != 1)
    return {};
  return key_from("RSA", builder.get());
}

Key p256_key(Json const& jwk) {
  auto const x = base64url_decode(text_of(jwk, "x"));
  auto const y = base64url_decode(text_of(jwk, "y"));
  if (!x || !y || x->size() != coordinate_bytes || y->size() != coordinate_bytes) return {};
  Bytes point{POINT_CONVERSION_UNCOMPRESSED};
  point.insert(point.end(), x->begin(), x->end());
  point.insert(point.end(), y->begin(), y->end());
  Builder const builder(OSSL_PARAM_BLD_new());
  if (OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, "P-256", 0) != 1 ||
      OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(), point.size()) !=
          1)
    return {};
  return key_from("EC", builder.get());
}

Key ed25519_key(Json const& jwk) {
  auto const x = base64url_decode(text_of(jwk, "x"));
  if (!x || x->size() != coordinate_bytes) return {};
  EVP_PKEY* key = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, x->data(), x->size());
  return key == nullptr ? Key() : Key(key, EVP_PKEY_free);
}

// Two numbers of 32 bytes (RFC 7518, 3.4) as OpenSSL wants them.
Bytes der_of(ByteView signature) {
  if (signature.size() != 2 * coordinate_bytes) return {};
  Signature const pair(ECDSA_SIG_new());
  auto* r = BN_bin2bn(signature.data(), coordinate_bytes, nullptr);
  auto* s = BN_bin2bn(signature.data() + coordinate_bytes, coordinate_bytes, nullptr);
  if (!pair || ECDSA_SIG_set0(pair.get(), r, s) != 1) return {};
  int const size = i2d_ECDSA_SIG(pair.get(), nullptr);
  if (size <= 0) return {};
  Bytes der(static_cast<std::size_t>(size));
  unsigned char* end = der.data();
  i2d_ECDSA_SIG(pair.get(), &end);
  return der;
}

Refusal invalid(std::string what) { return refuse("oidc_token_invalid", "", std::move(what)); }

}  // namespace

std::optional<Bytes> base64url_decode(std::string_view text) {
  std::string plain;
  for (char const c : text) {
    if (c == '+' || c == '/' || c == '=') return {};
    plain += c == '-' ? '+' : c == '_' ? '/' : c;
  }
  while (plain.size() % 4 != 0) plain += '=';
  return base64_decode(plain);
}

std::string base64url_encode(ByteView bytes) {
  std::string text = base64_encode(bytes);
  while (text.ends_with('=')) text.pop_back();
  for (char& c : text) c = c == '+' ? '-' : c == '/' ? '_' : c;
  return text;
}

std::optional<Algorithm> parse_algorithm(std::string_view name) {
  if (name == "RS256") return Algorithm::RS256;
  if (name == "PS256") return Algorithm::PS256;
  if (name == "ES256") return Algorithm::ES256;
  if (name == "EdDSA" || name == "Ed25519") return Algorithm::EdDSA;  // RFC 8037; RFC 9864
  return {};
}

std::optional<VerificationKey> VerificationKey::from_jwk(Json const& jwk) {
  VerificationKey key;
  key.id_ = text_of(jwk, "kid");
  key.type_ = text_of(jwk, "kty");
  if (auto const use = text_of(jwk, "use"); !use.empty() && use != "sig") return {};
  if (auto const name = text_of(jwk, "alg"); !name.empty()) {
    key.only_ = parse_algorithm(name);
    if (!key.only_) return {};
  }
  auto const curve = text_of(jwk, "crv");
  if (key.type_ == "RSA") key.key_ = rsa_key(jwk);
  if (key.type_ == "EC" && curve == "P-256") key.key_ = p256_key(jwk);
  if (key.type_ == "OKP" && curve == "Ed25519") key.key_ = ed25519_key(jwk);
  if (!key.key_) return {};
  return key;
}

bool VerificationKey::fits(Algorithm algorithm) const {
  if (only_ && *only_ != algorithm) return false;
  switch (algorithm) {
    case Algorithm::RS256:
    case Algorithm::PS256: return type_ == "RSA";
    case Algorithm::ES256: return type_ == "EC";
    case Algorithm::EdDSA: return type_ == "OKP";
  }
  return false;
}

bool VerificationKey::verify(Algorithm algorithm, std::string_view signed_text, ByteView signature) const {
  if (!fits(algorithm)) return false;
  Bytes const der =
      algorithm == Algorithm::ES256 ? der_of(signature) : Bytes(signature.begin(), signature.end());
  DigestContext const context(EVP_MD_CTX_new());
  EVP_PKEY_CTX* of_key = nullptr;  // belongs to the context
  auto const* digest = algorithm == Algorithm::EdDSA ? nullptr : EVP_sha256();
  if (der.empty() || !context ||
      EVP_DigestVerifyInit(context.get(), &of_key, digest, nullptr, key_.get()) != 1)
    return false;
  if (algorithm == Algorithm::PS256 &&
      (EVP_PKEY_CTX_set_rsa_padding(of_key, RSA_PKCS1_PSS_PADDING) != 1 ||
       EVP_PKEY_CTX_set_rsa_pss_saltlen(of_key, RSA_PSS_SALTLEN_DIGEST) != 1))
    return false;
  auto const* text = reinterpret_cast<unsigned char const*>(signed_text.data());
  return EVP_DigestVerify(context.get(), der.data(), der.size(), text, signed_text.size()) == 1;
}

std::vector<VerificationKey> keys_of(Json const& document) {
  std::vector<VerificationKey> keys;
  Json const* list = document.find("keys");
  if (list == nullptr || list->as_array() == nullptr) return keys;
  for (auto const& jwk : *list->as_array()) {
    if (keys.size() == limits::oidc_keys) break;
    if (auto key = VerificationKey::from_jwk(jwk)) keys.push_back(*std::move(key));
  }
  return keys;
}

Result<SignedToken> parse_token(std::string_view text) {
  if (text.size() > limits::oidc_token_bytes) return invalid("size");
  auto const first = text.find('.');
  auto const second = first == text.npos ? text.npos : text.find('.', first + 1);
  if (second == text.npos || text.find('.', second + 1) != text.npos) return invalid("form");
  auto const header_bytes = base64url_decode(text.substr(0, first));
  auto const claims_bytes = base64url_decode(text.substr(first + 1, second - first - 1));
  auto signature = base64url_decode(text.substr(second + 1));
  if (!header_bytes || !claims_bytes || !signature) return invalid("form");
  auto const header = parse_json(std::string(header_bytes->begin(), header_bytes->end()));
  auto claims = parse_json(std::string(claims_bytes->begin(), claims_bytes->end()));
  if (!header || header->as_object() == nullptr || !claims || claims->as_object() == nullptr)
    return invalid("form");
  auto const algorithm = parse_algorithm(text_of(*header, "alg"));
  if (!algorithm) return invalid("alg");
  // What must be understood, and is not (RFC 7515, 4.1.11).
  if (header->find("crit") != nullptr || header->find("b64") != nullptr) return invalid("crit");
  SignedToken token;
  token.algorithm = *algorithm;
  token.key_id = text_of(*header, "kid");
  token.claims = *std::move(claims);
  token.signed_text = text.substr(0, second);
  token.signature = *std::move(signature);
  return token;
}

}  // namespace plumbline::http
