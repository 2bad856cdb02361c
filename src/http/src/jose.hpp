// Signed tokens (JWS, RFC 7515) and the keys they are signed by (JWK, RFC 7517, 7518, 8037): only what an
// OpenID provider needs, and only signatures with a public key. Over OpenSSL, which does the work.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "reflect/json.hpp"

struct evp_pkey_st;

namespace plumbline::http {

// Without padding (RFC 4648 section 5); nothing for what is none.
std::optional<Bytes> base64url_decode(std::string_view text);
std::string base64url_encode(ByteView bytes);

enum class Algorithm : std::uint8_t { RS256, PS256, ES256, EdDSA };
// "none" and those with a shared secret are none of ours.
std::optional<Algorithm> parse_algorithm(std::string_view name);

// A public key that signs. RSA of 2048 bits at least, P-256, Ed25519.
class VerificationKey {
 public:
  // Nothing for a key of another kind, for encryption, or not well formed.
  static std::optional<VerificationKey> from_jwk(Json const& jwk);

  std::string const& id() const { return id_; }  // "": has none
  bool fits(Algorithm algorithm) const;
  bool verify(Algorithm algorithm, std::string_view signed_text, ByteView signature) const;

 private:
  std::string id_;
  std::string type_;               // "RSA", "EC", "OKP"
  std::optional<Algorithm> only_;  // where the key says what it is for
  std::shared_ptr<evp_pkey_st> key_;
};
// {"keys": […]}: those that are of use, in their order.
std::vector<VerificationKey> keys_of(Json const& document);

// The three parts of "header.payload.signature" as they came.
struct SignedToken {
  Algorithm algorithm = Algorithm::RS256;
  std::string key_id;
  Json claims;
  std::string signed_text;
  Bytes signature;
};
// Looks at nothing but the form: whose signature it is, verify() of a key tells. Refused "oidc_token_invalid"
// (detail: what of it).
Result<SignedToken> parse_token(std::string_view text);

}  // namespace plumbline::http
