#include "sm2.hpp"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/obj_mac.h>
#include <openssl/param_build.h>

#include <memory>
#include <stdexcept>

#include "base/hash.hpp"

namespace plumbline::ledger::sm2 {
namespace {

template <auto Free>
struct Freer {
  template <class T>
  void operator()(T* object) const {
    Free(object);
  }
};
using Key = std::unique_ptr<EVP_PKEY, Freer<EVP_PKEY_free>>;
using KeyContext = std::unique_ptr<EVP_PKEY_CTX, Freer<EVP_PKEY_CTX_free>>;
using DigestContext = std::unique_ptr<EVP_MD_CTX, Freer<EVP_MD_CTX_free>>;
using ParamBuild = std::unique_ptr<OSSL_PARAM_BLD, Freer<OSSL_PARAM_BLD_free>>;
using Params = std::unique_ptr<OSSL_PARAM, Freer<OSSL_PARAM_free>>;
using Number = std::unique_ptr<BIGNUM, Freer<BN_clear_free>>;
using Group = std::unique_ptr<EC_GROUP, Freer<EC_GROUP_free>>;
using Point = std::unique_ptr<EC_POINT, Freer<EC_POINT_free>>;

[[noreturn]] void fail(char const* what) {
  ERR_clear_error();
  throw std::runtime_error(what);
}

char group_name[] = "SM2";
constexpr char signer_id[] = "1234567812345678";

// Null when the point is not on the curve.
Key make_key(ByteView public_key, BIGNUM const* secret) {
  ParamBuild const build(OSSL_PARAM_BLD_new());
  OSSL_PARAM_BLD_push_utf8_string(build.get(), OSSL_PKEY_PARAM_GROUP_NAME, group_name, 0);
  OSSL_PARAM_BLD_push_octet_string(build.get(), OSSL_PKEY_PARAM_PUB_KEY, public_key.data(),
                                   public_key.size());
  if (secret != nullptr) OSSL_PARAM_BLD_push_BN(build.get(), OSSL_PKEY_PARAM_PRIV_KEY, secret);
  Params const params(OSSL_PARAM_BLD_to_param(build.get()));
  KeyContext const context(EVP_PKEY_CTX_new_from_name(nullptr, "SM2", nullptr));
  EVP_PKEY* key = nullptr;
  int const selection = secret != nullptr ? EVP_PKEY_KEYPAIR : EVP_PKEY_PUBLIC_KEY;
  if (!params || !context || EVP_PKEY_fromdata_init(context.get()) != 1 ||
      EVP_PKEY_fromdata(context.get(), &key, selection, params.get()) != 1)
    ERR_clear_error();
  return Key(key);
}

// The distinguished id enters the digest (Z_A); OpenSSL takes an empty one unless told. It is told after the
// init: OpenSSL 3.0.19 refuses it among the parameters of the init itself.
bool set_id(EVP_PKEY_CTX* context) {
  return EVP_PKEY_CTX_set1_id(context, signer_id, sizeof signer_id - 1) == 1;
}

}  // namespace

bool verify(ByteView public_key, ByteView message, ByteView signature_der) {
  if (public_key.size() != public_key_bytes || public_key[0] != 0x04) return false;
  auto const key = make_key(public_key, nullptr);
  DigestContext const context(EVP_MD_CTX_new());
  EVP_PKEY_CTX* settings = nullptr;  // owned by the context
  bool const valid =
      key && context &&
      EVP_DigestVerifyInit_ex(context.get(), &settings, "SM3", nullptr, nullptr, key.get(), nullptr) == 1 &&
      set_id(settings) &&
      EVP_DigestVerify(context.get(), signature_der.data(), signature_der.size(), message.data(),
                       message.size()) == 1;
  ERR_clear_error();
  return valid;
}

Bytes sign(ByteView secret, ByteView message) {
  auto const public_key = public_key_of(secret);
  if (!public_key) fail("not an SM2 key");
  Number const scalar(BN_bin2bn(secret.data(), static_cast<int>(secret.size()), nullptr));
  auto const key = make_key(*public_key, scalar.get());
  DigestContext const context(EVP_MD_CTX_new());
  EVP_PKEY_CTX* settings = nullptr;  // owned by the context
  std::size_t length = 0;
  if (!key || !context ||
      EVP_DigestSignInit_ex(context.get(), &settings, "SM3", nullptr, nullptr, key.get(), nullptr) != 1 ||
      !set_id(settings) ||
      EVP_DigestSign(context.get(), nullptr, &length, message.data(), message.size()) != 1)
    fail("cannot sign with SM2");
  Bytes signature(length);
  if (EVP_DigestSign(context.get(), signature.data(), &length, message.data(), message.size()) != 1)
    fail("cannot sign with SM2");
  signature.resize(length);
  return signature;
}

std::optional<Bytes> public_key_of(ByteView secret) {
  if (secret.size() != secret_bytes) return {};
  Number const scalar(BN_bin2bn(secret.data(), static_cast<int>(secret.size()), nullptr));
  Group const group(EC_GROUP_new_by_curve_name(NID_sm2));
  if (!scalar || !group) fail("OpenSSL lacks the SM2 curve");
  Number const largest(BN_dup(EC_GROUP_get0_order(group.get())));
  if (!largest || BN_sub_word(largest.get(), 2) != 1) fail("out of memory");
  if (BN_is_zero(scalar.get()) || BN_cmp(scalar.get(), largest.get()) > 0) return {};
  Point const point(EC_POINT_new(group.get()));
  Bytes out(public_key_bytes);
  if (!point || EC_POINT_mul(group.get(), point.get(), scalar.get(), nullptr, nullptr, nullptr) != 1 ||
      EC_POINT_point2oct(group.get(), point.get(), POINT_CONVERSION_UNCOMPRESSED, out.data(), out.size(),
                         nullptr) != out.size())
    fail("cannot derive an SM2 public key");
  return out;
}

Bytes generate_secret() {
  for (;;) {
    auto secret = random_bytes(secret_bytes);
    if (public_key_of(secret)) return secret;
    OPENSSL_cleanse(secret.data(), secret.size());
  }
}

}  // namespace plumbline::ledger::sm2
