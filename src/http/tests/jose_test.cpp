// Signed tokens against the vectors of their standards; claims one by one. The whole way is tried with a real
// provider (tests/oidc).
#include "jose.hpp"

#include <gmock/gmock.h>

#include "base/time.hpp"
#include "oidc_client.hpp"

namespace plumbline::http {
namespace {

Json json_of(std::string const& text) { return *parse_json(text); }

struct Vector {
  char const* key;
  char const* token;
};
// RFC 7515, A.3, and RFC 8037, A.4 (whose payload is no JSON).
constexpr Vector p256{
    R"({"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",)"
    R"("y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"})",
    "eyJhbGciOiJFUzI1NiJ9."
    "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ."
    "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q"};
constexpr Vector ed25519{
    R"({"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"})",
    "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc."
    "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg"};

TEST(Jose, SignaturesOfTheStandardsAreTrue) {
  auto const token = parse_token(p256.token);
  ASSERT_TRUE(token);
  auto const key = VerificationKey::from_jwk(json_of(p256.key));
  ASSERT_TRUE(key);
  EXPECT_EQ(token->algorithm, Algorithm::ES256);
  EXPECT_TRUE(key->verify(token->algorithm, token->signed_text, token->signature));
  EXPECT_FALSE(key->verify(token->algorithm, token->signed_text + "x", token->signature));
  auto turned = token->signature;
  turned.back() ^= 1U;
  EXPECT_FALSE(key->verify(token->algorithm, token->signed_text, turned));
  turned.pop_back();
  EXPECT_FALSE(key->verify(token->algorithm, token->signed_text, turned));
  EXPECT_FALSE(key->verify(token->algorithm, token->signed_text, {}));
  EXPECT_FALSE(key->verify(Algorithm::EdDSA, token->signed_text, token->signature));

  std::string const text = ed25519.token;
  auto const dot = text.rfind('.');
  auto const signature = base64url_decode(text.substr(dot + 1));
  auto const edwards = VerificationKey::from_jwk(json_of(ed25519.key));
  ASSERT_TRUE(signature && edwards);
  EXPECT_TRUE(edwards->verify(Algorithm::EdDSA, text.substr(0, dot), *signature));
  EXPECT_FALSE(edwards->verify(Algorithm::EdDSA, text.substr(1, dot - 1), *signature));
  EXPECT_FALSE(edwards->verify(Algorithm::ES256, text.substr(0, dot), *signature));
}

TEST(Jose, WhatIsNoKeyOfOursIsNone) {
  for (auto const* bad :
       {R"({"kty":"oct","k":"AAAA"})", R"({"kty":"EC","crv":"P-256","x":"AAAA","y":"AAAA"})",
        R"({"kty":"EC","crv":"P-384","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"AA"})",
        R"({"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",)"
        R"("y":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU"})",  // not on the curve
        R"({"kty":"RSA","n":"sXchTw","e":"AQAB"})", R"({"kty":"RSA"})", R"({})",
        R"({"kty":"OKP","crv":"Ed25519","use":"enc","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"})",
        R"({"kty":"OKP","crv":"Ed25519","alg":"HS256","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"})"})
    EXPECT_FALSE(VerificationKey::from_jwk(json_of(bad))) << bad;
  EXPECT_EQ(keys_of(json_of(std::string(R"({"keys":[{"kty":"oct","k":"AAAA"},)") + p256.key + "]}")).size(),
            1U);
}

TEST(Jose, OnlyPlainTokensAreRead) {
  auto const code = [](std::string const& text) {
    auto const token = parse_token(text);
    return token ? std::string("read") : token.refusal().detail;
  };
  auto const with = [&](std::string const& header) {
    return code(base64url_encode(bytes_of(header)) + ".e30.AAAA");
  };
  EXPECT_EQ(with(R"({"alg":"RS256"})"), "read");
  for (auto const* bad : {"none", "HS256", "HS512", "RS384", "rs256", ""})
    EXPECT_EQ(with(std::string(R"({"alg":")") + bad + "\"}"), "alg") << bad;
  EXPECT_EQ(with("{}"), "alg");
  EXPECT_EQ(with(R"({"alg":"RS256","crit":["b64"],"b64":false})"), "crit");
  EXPECT_EQ(with(R"({"alg":"none","alg":"RS256"})"), "form");
  EXPECT_EQ(with("[]"), "form");
  for (auto const* bad : {"", ".", "..", "a.b", "e30.e30.e30.e30", "e30=.e30.AA", "e3 0.e30.AA"})
    EXPECT_EQ(code(bad), "form") << bad;
  EXPECT_EQ(code(std::string(100'000, 'A')), "size");
}

TEST(Jose, ClaimsAreJudgedOneByOne) {
  Instant const now = Instant::from_seconds(1'772'000'000);
  OidcExpectation const expected{"https://id.example", "plumbline", "n", now};
  auto const judged = [&](std::string const& claims) {
    auto const done = judge_claims(json_of(claims), expected);
    return done ? std::string("believed") : done.refusal().detail;
  };
  std::string const times = R"(,"iat":1772000000,"exp":1772000300,"nonce":"n","sub":"a"})";
  std::string const whose = R"({"iss":"https://id.example","aud":"plumbline")";
  EXPECT_EQ(judged(whose + times), "believed");
  EXPECT_EQ(judged(R"({"iss":"https://id.example","aud":["plumbline"])" + times), "believed");
  EXPECT_EQ(judged(R"({"iss":"https://id.example","aud":["plumbline","x"],"azp":"plumbline")" + times),
            "believed");
  EXPECT_EQ(judged(R"({"iss":"https://id.example","aud":["plumbline","x"])" + times), "aud");
  EXPECT_EQ(judged(R"({"iss":"https://id.example","aud":["x"],"azp":"plumbline")" + times), "aud");
  EXPECT_EQ(judged(R"({"iss":"https://id.example","aud":"plumbline","azp":"x")" + times), "aud");
  EXPECT_EQ(judged(R"({"iss":"https://id.example","aud":7)" + times), "aud");
  EXPECT_EQ(judged(R"({"iss":"https://id.example")" + times), "aud");
  EXPECT_EQ(judged(R"({"iss":"https://id.example/","aud":"plumbline")" + times), "iss");
  auto const timed = [&](std::string const& rest) {
    return judged(whose + R"(,"nonce":"n","sub":"a",)" + rest + "}");
  };
  EXPECT_EQ(timed(R"("iat":1772000000,"exp":1771999941)"), "believed") << "clocks differ a little";
  EXPECT_EQ(timed(R"("iat":1772000000,"exp":1771999940)"), "exp");
  EXPECT_EQ(timed(R"("iat":1772000000,"exp":"1772000300")"), "exp");
  EXPECT_EQ(timed(R"("iat":1772000060,"exp":1772000300)"), "believed");
  EXPECT_EQ(timed(R"("iat":1772000061,"exp":1772000300)"), "iat");
  EXPECT_EQ(timed(R"("iat":1771999399,"exp":1772000300)"), "iat");
  EXPECT_EQ(timed(R"("exp":1772000300)"), "iat");
  EXPECT_EQ(timed(R"("iat":1772000000,"exp":1772000300,"nbf":1772000061)"), "nbf");
  std::string const until = R"(,"iat":1772000000,"exp":1772000300,)";
  EXPECT_EQ(judged(whose + until + R"("nonce":"m","sub":"a"})"), "nonce");
  EXPECT_EQ(judged(whose + until + R"("sub":"a"})"), "nonce");
  EXPECT_EQ(judged(whose + until + R"("nonce":"n"})"), "sub");
  EXPECT_EQ(judged(whose + until + R"("nonce":"n","sub":")" + std::string(256, 'a') + "\"}"), "sub");
}

TEST(Oidc, OnlyTrustworthyAddressesAreAsked) {
  for (auto const* good : {"https://id.example", "https://id.example:8443/realms/city",
                           "http://127.0.0.1:9000", "http://[::1]:9000/x", "http://localhost/x"})
    EXPECT_TRUE(is_trustworthy_url(good)) << good;
  for (auto const* bad :
       {"http://id.example", "ftp://id.example", "https://", "https://a@id.example", "https://id.example/?x",
        "https://id.example/#x", "http://127.0.0.1.evil.example", "http://localhost.evil.example",
        "file:///etc/passwd", "", "https://id.example/a b"})
    EXPECT_FALSE(is_trustworthy_url(bad)) << bad;
}

}  // namespace
}  // namespace plumbline::http
