#include "kernel/credentials.hpp"

#include <sodium.h>

#include <semaphore>
#include <stdexcept>

#include "base/hash.hpp"
#include "base/limits.hpp"
#include "kernel/act.hpp"
#include "kernel/password_policy.hpp"
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
  auto const& place = system.settings().jurisdiction;
  auto const owner = system.reads().get(system_viewer(place), "account", account);
  if (!owner) return refuse("unknown_account");
  if (auto judged = judge_password(system.folder(), password, owner->as<Account>().login); !judged)
    return judged.refusal();
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
  static store::Sql const end_sessions{"session.delete_of_account",
                                       "delete from session where jurisdiction = $1 and account = $2"};
  // In one transaction: whoever came in with the old password is out when the new one is in force.
  return system.write_together([&](store::Writer& writer) -> Result<void> {
    writer.write(keep, {place, id_bytes(account), hash});
    writer.write(end_sessions, {place, id_bytes(account)});
    return {};
  });
}

namespace {

store::Sql const& find_credential() {
  static store::Sql const find{
      "credential.select", "select password_hash from credential where jurisdiction = $1 and account = $2"};
  return find;
}
std::string mark_of(store::Rows const& rows) {
  return rows.empty() ? "" : to_hex(sha256(store::text(rows[0][0])));
}

}  // namespace

std::string password_mark(System const& system, store::Writer& writer, Uuid account) {
  store::Statement const asks[] = {{&find_credential(), {system.settings().jurisdiction, id_bytes(account)}}};
  return mark_of(writer.fetch(asks)[0]);
}
std::string password_mark(System& system, Uuid account) {
  return mark_of(system.database().reader()->query(find_credential(),
                                                   {system.settings().jurisdiction, id_bytes(account)}));
}

bool check_password(System& system, Uuid account, std::string_view password) {
  if (sodium_init() < 0) throw std::runtime_error("libsodium cannot start");
  auto const rows = system.database().reader()->query(find_credential(),
                                                      {system.settings().jurisdiction, id_bytes(account)});
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
