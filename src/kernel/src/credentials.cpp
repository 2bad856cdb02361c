#include "kernel/credentials.hpp"

#include <sodium.h>

#include <semaphore>
#include <stdexcept>

#include "base/hash.hpp"
#include "base/limits.hpp"
#include "overlay.hpp"

namespace plumbline::kernel {
namespace {

std::counting_semaphore<limits::password_hashes_at_once> slots(limits::password_hashes_at_once);

struct Slot {
  Slot() { slots.acquire(); }
  ~Slot() { slots.release(); }
  Slot(Slot const&) = delete;
  Slot& operator=(Slot const&) = delete;
};

std::string hash_of(std::string_view password) {
  char hash[crypto_pwhash_STRBYTES];
  if (crypto_pwhash_str(hash, password.data(), password.size(), crypto_pwhash_OPSLIMIT_INTERACTIVE,
                        crypto_pwhash_MEMLIMIT_INTERACTIVE) != 0)
    throw std::runtime_error("not enough memory to hash a password");
  return hash;
}

}  // namespace

Result<void> set_password(System& system, Uuid account, std::string_view password) {
  if (password.size() < limits::password_bytes_min) return refuse("password_too_short", "/password");
  if (password.size() > limits::password_bytes_max) return refuse("too_long", "/password");
  if (sodium_init() < 0) throw std::runtime_error("libsodium cannot start");
  std::string hash;
  {
    Slot const slot;
    hash = hash_of(password);
  }
  static store::Sql const keep{
      "credential.upsert",
      "insert into credential (jurisdiction, account, password_hash) values ($1, $2, $3) on "
      "conflict (jurisdiction, account) do update set password_hash = excluded.password_hash"};
  return system.write_unlogged(keep, {system.settings().jurisdiction, id_bytes(account), std::move(hash)});
}

bool check_password(System& system, Uuid account, std::string_view password) {
  static store::Sql const find{
      "credential.select", "select password_hash from credential where jurisdiction = $1 and account = $2"};
  if (sodium_init() < 0) throw std::runtime_error("libsodium cannot start");
  auto const rows =
      system.database().reader()->query(find, {system.settings().jurisdiction, id_bytes(account)});
  if (password.size() > limits::password_bytes_max) return false;
  Slot const slot;
  // Somebody without a password takes as long as somebody with a wrong one.
  static std::string const nobody = hash_of("nobody's password");
  auto const& hash = rows.empty() ? nobody : store::text(rows[0][0]);
  bool const fits = crypto_pwhash_str_verify(hash.c_str(), password.data(), password.size()) == 0;
  return fits && !rows.empty();
}

std::string make_password() {
  constexpr std::string_view alphabet = "abcdefghijkmnpqrstuvwxyz23456789";  // 32: no l, o, 0, 1
  static_assert(alphabet.size() == 32);
  std::string out;
  for (auto byte : random_bytes(20)) out += alphabet[byte % alphabet.size()];
  return out;
}

}  // namespace plumbline::kernel
