// Subcommand tls init: a certificate authority of our own, and the server certificate from it. Anything
// but loopback speaks TLS only, and not every office has somebody who buys certificates.
#include <arpa/inet.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <unistd.h>

#include <array>
#include <iostream>
#include <memory>

#include "base/hash.hpp"
#include "ledger/files.hpp"
#include "serve_commands.hpp"
#include "support.hpp"

namespace plumbline::app {
namespace {

template <auto Free>
struct Freed {
  template <class T>
  void operator()(T* thing) const {
    Free(thing);
  }
};
using Key = std::unique_ptr<EVP_PKEY, Freed<EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Freed<X509_free>>;

void must(bool done, char const* what) {
  if (!done) throw std::runtime_error(std::string(what) + ": " + ERR_error_string(ERR_get_error(), nullptr));
}

Key make_key() {
  Key key(EVP_EC_gen("P-256"));
  must(key != nullptr, "no key");
  return key;
}

bool is_address(std::string const& name) {
  std::array<unsigned char, 16> ignored{};
  return ::inet_pton(AF_INET, name.c_str(), ignored.data()) == 1 ||
         ::inet_pton(AF_INET6, name.c_str(), ignored.data()) == 1;
}

void require_name(std::string const& name) {
  bool const is_host =
      !name.empty() && name.size() <= 253 && name.front() != '-' && name.front() != '.' &&
      name.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-.*") ==
          std::string::npos;
  if (!is_host && !is_address(name))
    throw UsageError("--name takes a host name or an IP address, not '" + name + "'");
}

struct Wish {
  std::string common_name;
  int days = 0;
  std::vector<std::string> names;  // none: an authority
  X509* issuer = nullptr;          // null: itself
  EVP_PKEY* issuer_key = nullptr;
};

void extend(X509* certificate, X509* issuer, int kind, std::string const& value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* made = X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str());
  must(made != nullptr && X509_add_ext(certificate, made, -1) == 1, "no extension");
  X509_EXTENSION_free(made);
}

// RFC 5280; the profile that browsers ask of servers: names in subjectAltName, at most 825 days.
Certificate certify(EVP_PKEY* key, Wish const& wish) {
  Certificate made(X509_new());
  must(made != nullptr, "no certificate");
  X509_set_version(made.get(), X509_VERSION_3);
  auto serial = random_bytes(16);
  serial[0] &= 0x7F;  // positive
  std::unique_ptr<BIGNUM, Freed<BN_free>> const number(
      BN_bin2bn(serial.data(), static_cast<int>(serial.size()), nullptr));
  must(BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(made.get())) != nullptr, "no number");
  X509_gmtime_adj(X509_getm_notBefore(made.get()), -3600);  // clocks that are a little behind
  X509_gmtime_adj(X509_getm_notAfter(made.get()), 86'400L * wish.days);
  X509_set_pubkey(made.get(), key);
  auto* const subject = X509_get_subject_name(made.get());
  must(X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8,
                                  reinterpret_cast<unsigned char const*>(wish.common_name.c_str()), -1, -1,
                                  0) == 1,
       "no subject");
  X509* const issuer = wish.issuer != nullptr ? wish.issuer : made.get();
  X509_set_issuer_name(made.get(), X509_get_subject_name(issuer));
  extend(made.get(), issuer, NID_subject_key_identifier, "hash");
  extend(made.get(), issuer, NID_authority_key_identifier, "keyid");
  if (wish.names.empty()) {
    extend(made.get(), issuer, NID_basic_constraints, "critical,CA:TRUE,pathlen:0");
    extend(made.get(), issuer, NID_key_usage, "critical,keyCertSign,cRLSign");
  } else {
    std::string all;
    for (auto const& name : wish.names)
      all += (all.empty() ? "" : ",") + std::string(is_address(name) ? "IP:" : "DNS:") + name;
    extend(made.get(), issuer, NID_basic_constraints, "critical,CA:FALSE");
    extend(made.get(), issuer, NID_key_usage, "critical,digitalSignature");
    extend(made.get(), issuer, NID_ext_key_usage, "serverAuth");
    extend(made.get(), issuer, NID_subject_alt_name, all);
  }
  auto* const signer = wish.issuer_key != nullptr ? wish.issuer_key : key;
  must(X509_sign(made.get(), signer, EVP_sha256()) > 0, "not signed");
  return made;
}

template <class Write>
std::string pem_of(Write const& write) {
  std::unique_ptr<BIO, Freed<BIO_free>> const memory(BIO_new(BIO_s_mem()));
  must(memory != nullptr && write(memory.get()) == 1, "no PEM");
  char* bytes = nullptr;
  auto const size = BIO_get_mem_data(memory.get(), &bytes);
  return {bytes, static_cast<std::size_t>(size)};
}
std::string pem_of(EVP_PKEY* key) {
  return pem_of(
      [&](BIO* out) { return PEM_write_bio_PrivateKey(out, key, nullptr, nullptr, 0, nullptr, nullptr); });
}
std::string pem_of(X509* certificate) {
  return pem_of([&](BIO* out) { return PEM_write_bio_X509(out, certificate); });
}

std::string fingerprint(X509* certificate) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  must(X509_digest(certificate, EVP_sha256(), digest.data(), &size) == 1, "no fingerprint");
  return hex_encode(ByteView(digest.data(), size));
}

// The names people may type for this machine when they named none.
std::vector<std::string> names_of_this_machine() {
  std::vector<std::string> names{"localhost", "127.0.0.1", "::1"};
  std::array<char, 256> host{};
  if (::gethostname(host.data(), host.size() - 1) == 0 && host[0] != '\0' && names[0] != host.data())
    names.emplace_back(host.data());
  return names;
}

}  // namespace

int run_tls_init(TlsOptions const& options) {
  auto const names = options.names.empty() ? names_of_this_machine() : options.names;
  for (auto const& name : names) require_name(name);
  if (options.days < 1 || options.days > 825) throw UsageError("--days: 1 to 825, as browsers allow");
  for (char const* file : {"ca.pem", "ca-key.pem", "server.pem", "server-key.pem"})
    if (fs::exists(options.out / file))
      return refused({"file_exists", (options.out / file).string(), {}}, Output::text);
  auto const authority_key = make_key();
  auto const authority =
      certify(authority_key.get(), {"Plumbline " + names.front() + " CA", 3'650, {}, nullptr, nullptr});
  auto const key = make_key();
  auto const server =
      certify(key.get(), {names.front(), options.days, names, authority.get(), authority_key.get()});
  fs::create_directories(options.out);
  ledger::write_file_durably(options.out / "ca-key.pem", pem_of(authority_key.get()), 0600);
  ledger::write_file_durably(options.out / "server-key.pem", pem_of(key.get()), 0600);
  ledger::write_file_durably(options.out / "ca.pem", pem_of(authority.get()));
  ledger::write_file_durably(options.out / "server.pem", pem_of(server.get()) + pem_of(authority.get()));
  std::string all;
  for (auto const& name : names) all += (all.empty() ? "" : ", ") + name;
  std::cout << "certificate for " << all << ", " << options.days << " days\n"
            << "install " << (options.out / "ca.pem").string()
            << " on every machine that uses the server; SHA-256 " << fingerprint(authority.get()) << '\n'
            << "keep " << (options.out / "ca-key.pem").string() << " away from the server\n"
            << "serve with --certificate " << (options.out / "server.pem").string() << " --private-key "
            << (options.out / "server-key.pem").string() << '\n';
  return 0;
}

}  // namespace plumbline::app
