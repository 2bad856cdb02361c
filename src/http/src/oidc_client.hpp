// The relying party of OpenID Connect Core 1.0: code flow with PKCE (RFC 7636). It asks the provider and
// believes only what is signed, for us, now, and in answer to this sign-in.
#pragma once
#include <atomic>
#include <mutex>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "http/oidc_config.hpp"
#include "jose.hpp"

namespace plumbline::http {

// What a sign-in under way remembers, and the provider learns of only in part.
struct OidcSecrets {
  std::string state;
  std::string nonce;
  std::string verifier;
};

// What a token must say, and of what time. Refused "oidc_token_invalid" (detail: the claim).
struct OidcExpectation {
  std::string issuer;
  std::string client_id;
  std::string nonce;
  Instant now;
};
Result<void> judge_claims(Json const& claims, OidcExpectation const& expected);

class OidcClient {
 public:
  OidcClient(OidcProvider provider, Clock const& clock);

  OidcProvider const& provider() const { return provider_; }
  // Where the browser is sent. Refused "oidc_unreachable".
  Result<std::string> address_to_ask(OidcSecrets const& secrets);

  struct Identity {
    std::string subject;
    bool is_strong = false;  // by a second factor, as far as the provider's word for it is taken
  };
  // For a code that came back. `issuer`: the answer's parameter iss (RFC 9207), "" = none. Refused
  // "oidc_unreachable", "oidc_refused" (the provider knows no such code), "oidc_token_invalid".
  Result<Identity> redeem(std::string const& code, std::string const& issuer, OidcSecrets const& secrets);

 private:
  struct Metadata {
    std::string authorization;
    std::string token;
    std::string keys;
    bool names_issuer = false;
    bool posts_secret = false;
    Instant read_at;
  };
  Result<Metadata> metadata();
  Result<std::string> ask_for_token(Metadata const& known, std::string const& code,
                                    std::string const& verifier);
  // Is it signed by a key of the provider's? One that is not known is looked for again.
  Result<void> check_signature(Metadata const& known, SignedToken const& token);
  Result<std::vector<VerificationKey>> keys(Metadata const& known, bool again);
  bool is_strong(Json const& claims) const;

  OidcProvider provider_;
  Clock const& clock_;
  std::mutex mutex_;  // guards what is known
  Metadata known_;
  std::vector<VerificationKey> keys_;
  Instant keys_read_at_;
};

}  // namespace plumbline::http
