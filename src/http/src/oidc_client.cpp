#include "oidc_client.hpp"

#include <algorithm>

#include "base/hash.hpp"
#include "base/limits.hpp"
#include "fetch.hpp"
#include "http/message.hpp"
#include "kernel/act.hpp"

namespace plumbline::http {
namespace {

using kernel::refuse;

constexpr std::int64_t micros = 1'000'000;
constexpr std::size_t subject_bytes = 255;  // OpenID Connect Core 1.0, section 2

std::string text_of(Json const& document, std::string_view name) {
  Json const* found = document.find(name);
  return found == nullptr || found->as_text() == nullptr ? "" : *found->as_text();
}

std::optional<std::int64_t> seconds_of(Json const& document, std::string_view name) {
  Json const* found = document.find(name);
  if (found == nullptr || found->as_integer() == nullptr) return {};
  return *found->as_integer();
}

bool holds(Json const& document, std::string_view name, std::string_view wanted) {
  Json const* list = document.find(name);
  return list != nullptr && list->as_array() != nullptr &&
         std::ranges::any_of(*list->as_array(), [&](Json const& item) {
           return item.as_text() != nullptr && *item.as_text() == wanted;
         });
}

Refusal invalid(std::string claim) { return refuse("oidc_token_invalid", "", std::move(claim)); }
Refusal unreachable(std::string what) { return refuse("oidc_unreachable", "", std::move(what)); }

// For us: alone, or for several, of whom we asked (OpenID Connect Core 1.0, 3.1.3.7).
bool is_for(Json const& claims, std::string const& client_id) {
  Json const* audience = claims.find("aud");
  if (audience == nullptr) return false;
  bool const is_named =
      audience->as_text() != nullptr ? *audience->as_text() == client_id : holds(claims, "aud", client_id);
  bool const is_alone = audience->as_text() != nullptr ||
                        (audience->as_array() != nullptr && audience->as_array()->size() == 1);
  if (claims.find("azp") == nullptr) return is_named && is_alone;
  return is_named && text_of(claims, "azp") == client_id;
}

}  // namespace

Result<void> judge_claims(Json const& claims, OidcExpectation const& expected) {
  auto const now = expected.now.seconds();
  if (text_of(claims, "iss") != expected.issuer) return invalid("iss");
  if (!is_for(claims, expected.client_id)) return invalid("aud");
  auto const expires = seconds_of(claims, "exp");
  if (!expires || *expires <= now - limits::oidc_skew_seconds) return invalid("exp");
  auto const issued = seconds_of(claims, "iat");
  if (!issued || *issued > now + limits::oidc_skew_seconds || *issued < now - limits::oidc_token_minutes * 60)
    return invalid("iat");
  if (claims.find("nbf") != nullptr) {
    auto const begins = seconds_of(claims, "nbf");
    if (!begins || *begins > now + limits::oidc_skew_seconds) return invalid("nbf");
  }
  if (expected.nonce.empty() || text_of(claims, "nonce") != expected.nonce) return invalid("nonce");
  auto const subject = text_of(claims, "sub");
  if (subject.empty() || subject.size() > subject_bytes) return invalid("sub");
  return {};
}

OidcClient::OidcClient(OidcProvider provider, Clock const& clock)
    : provider_(std::move(provider)), clock_(clock) {}

// OpenID Connect Discovery 1.0, section 4.
Result<OidcClient::Metadata> OidcClient::metadata() {
  auto const now = clock_.now();
  {
    std::lock_guard const lock(mutex_);
    auto const age = now.micros_utc - known_.read_at.micros_utc;
    if (!known_.token.empty() && age < limits::oidc_document_minutes * 60 * micros) return known_;
  }
  std::string base = provider_.issuer;
  while (base.ends_with('/')) base.pop_back();
  auto const answer = fetch(base + "/.well-known/openid-configuration");
  auto const document =
      answer && answer->status == 200 ? parse_json(answer->body) : Result<Json>(unreachable(""));
  if (!document) return unreachable("discovery");
  Metadata fresh;
  fresh.authorization = text_of(*document, "authorization_endpoint");
  fresh.token = text_of(*document, "token_endpoint");
  fresh.keys = text_of(*document, "jwks_uri");
  // Somebody else's document would send our users, or our secret, elsewhere.
  if (text_of(*document, "issuer") != provider_.issuer) return unreachable("issuer");
  for (auto const* url : {&fresh.authorization, &fresh.token, &fresh.keys})
    if (!is_trustworthy_url(std::string_view(*url).substr(0, url->find('?')))) return unreachable(*url);
  Json const* names = document->find("authorization_response_iss_parameter_supported");
  fresh.names_issuer = names != nullptr && names->as_bool() != nullptr && *names->as_bool();
  fresh.posts_secret = document->find("token_endpoint_auth_methods_supported") != nullptr &&
                       !holds(*document, "token_endpoint_auth_methods_supported", "client_secret_basic");
  fresh.read_at = now;
  std::lock_guard const lock(mutex_);
  return known_ = fresh;
}

Result<std::string> OidcClient::address_to_ask(OidcSecrets const& secrets) {
  auto const known = metadata();
  if (!known) return known.refusal();
  std::string url = known->authorization + (known->authorization.find('?') == std::string::npos ? '?' : '&');
  url += "response_type=code&scope=openid&client_id=" + percent_encode(provider_.client_id);
  url += "&redirect_uri=" + percent_encode(provider_.redirect_uri());
  url += "&state=" + percent_encode(secrets.state) + "&nonce=" + percent_encode(secrets.nonce);
  url += "&code_challenge=" + base64url_encode(sha256(secrets.verifier)) + "&code_challenge_method=S256";
  return url;
}

Result<OidcClient::Identity> OidcClient::redeem(std::string const& code, std::string const& issuer,
                                                OidcSecrets const& secrets) {
  auto const known = metadata();
  if (!known) return known.refusal();
  // An answer of another provider than the one that was asked (RFC 9207).
  if ((known->names_issuer || !issuer.empty()) && issuer != provider_.issuer) return invalid("iss");
  auto const text = ask_for_token(*known, code, secrets.verifier);
  if (!text) return text.refusal();
  auto const token = parse_token(*text);
  if (!token) return token.refusal();
  if (auto is_signed = check_signature(*known, *token); !is_signed) return is_signed.refusal();
  OidcExpectation const expected{provider_.issuer, provider_.client_id, secrets.nonce, clock_.now()};
  if (auto judged = judge_claims(token->claims, expected); !judged) return judged.refusal();
  return Identity{text_of(token->claims, "sub"), is_strong(token->claims)};
}

Result<std::string> OidcClient::ask_for_token(Metadata const& known, std::string const& code,
                                              std::string const& verifier) {
  std::string form = "grant_type=authorization_code&code=" + percent_encode(code) +
                     "&redirect_uri=" + percent_encode(provider_.redirect_uri()) +
                     "&code_verifier=" + percent_encode(verifier);
  std::vector<std::string> headers;
  if (provider_.secret.empty() || known.posts_secret) {
    form += "&client_id=" + percent_encode(provider_.client_id);
    if (!provider_.secret.empty()) form += "&client_secret=" + percent_encode(provider_.secret);
  } else {  // RFC 6749, 2.3.1
    std::string const pair = percent_encode(provider_.client_id) + ':' + percent_encode(provider_.secret);
    headers.push_back("Authorization: Basic " + base64_encode(bytes_of(pair)));
  }
  auto const answer = fetch(known.token, form, headers);
  if (!answer || answer->status >= 500) return unreachable("token");
  if (answer->status != 200) return refuse("oidc_refused", "", std::to_string(answer->status));
  auto const document = parse_json(answer->body);
  auto const token = document ? text_of(*document, "id_token") : "";
  if (token.empty()) return invalid("id_token");
  return token;
}

Result<std::vector<VerificationKey>> OidcClient::keys(Metadata const& known, bool again) {
  auto const now = clock_.now();
  {
    std::lock_guard const lock(mutex_);
    auto const age = now.micros_utc - keys_read_at_.micros_utc;
    auto const oldest = again ? limits::oidc_key_seconds_min : limits::oidc_document_minutes * 60;
    if (!keys_.empty() && age < oldest * micros) return keys_;
  }
  auto const answer = fetch(known.keys);
  auto const document =
      answer && answer->status == 200 ? parse_json(answer->body) : Result<Json>(unreachable(""));
  if (!document) return unreachable("keys");
  auto fresh = keys_of(*document);
  std::lock_guard const lock(mutex_);
  keys_read_at_ = now;
  return keys_ = std::move(fresh);
}

Result<void> OidcClient::check_signature(Metadata const& known, SignedToken const& token) {
  for (bool const again : {false, true}) {
    auto const all = keys(known, again);
    if (!all) return all.refusal();
    std::vector<VerificationKey const*> fitting;
    for (auto const& key : *all)
      if (key.fits(token.algorithm) && (token.key_id.empty() || key.id() == token.key_id))
        fitting.push_back(&key);
    // Without a name it must be clear which one is meant.
    if (token.key_id.empty() && fitting.size() != 1) return invalid("kid");
    for (auto const* key : fitting)
      if (key->verify(token.algorithm, token.signed_text, token.signature)) return {};
  }
  return invalid("signature");
}

bool OidcClient::is_strong(Json const& claims) const {
  auto const acr = text_of(claims, "acr");
  return (!acr.empty() && std::ranges::find(provider_.strong_acr, acr) != provider_.strong_acr.end()) ||
         std::ranges::any_of(provider_.strong_amr,
                             [&](std::string const& way) { return holds(claims, "amr", way); });
}

}  // namespace plumbline::http
