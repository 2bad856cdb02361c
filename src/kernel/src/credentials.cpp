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

// Whoever is in, and whoever is on the way to link an identity of theirs.
void end_sessions(store::Writer& writer, std::string const& place, Uuid account) {
  static store::Sql const sessions{"session.delete_of_account",
                                   "delete from session where jurisdiction = $1 and account = $2"};
  static store::Sql const links{"oidc_sign_in.delete_of_account",
                                "delete from oidc_sign_in where jurisdiction = $1 and account = $2"};
  writer.write(sessions, {place, id_bytes(account)});
  writer.write(links, {place, id_bytes(account)});
}

// In one transaction: whoever came in with the old password is out when the new one is in force.
Result<void> keep_password(System& system, Uuid account, std::string_view password, Instant one_time_until) {
  if (sodium_init() < 0) throw std::runtime_error("libsodium cannot start");
  std::string hash;
  {
    Slot const slot;
    hash = hash_of(password);
  }
  static store::Sql const keep{
      "credential.upsert",
      "insert into credential (jurisdiction, account, password_hash, one_time_until) values ($1, $2, $3, $4) "
      "on conflict (jurisdiction, account) do update set password_hash = excluded.password_hash, "
      "one_time_until = excluded.one_time_until"};
  auto const& place = system.settings().jurisdiction;
  return system.write_together([&](store::Writer& writer) -> Result<void> {
    writer.write(keep, {place, id_bytes(account), hash, one_time_until.micros_utc});
    end_sessions(writer, place, account);
    return {};
  });
}

}  // namespace

Result<void> set_password(System& system, Uuid account, std::string_view password) {
  auto const owner = system.reads().get(system_viewer(system.settings().jurisdiction), "account", account);
  if (!owner) return refuse("unknown_account");
  return prepare_password(system, account, owner->as<Account>().login, password);
}

Result<void> prepare_password(System& system, Uuid account, std::string_view login,
                              std::string_view password) {
  if (auto judged = judge_password(system.folder(), password, login); !judged) return judged.refusal();
  return keep_password(system, account, password, {});
}

Result<OneTimePassword> set_one_time_password(System& system, Uuid account) {
  if (!system.reads().get(system_viewer(system.settings().jurisdiction), "account", account))
    return refuse("unknown_account");
  OneTimePassword made{make_password(),
                       system.clock().now() + std::chrono::hours(limits::one_time_password_hours)};
  if (auto kept = keep_password(system, account, made.password, made.expires_at); !kept)
    return kept.refusal();
  return made;
}

void forget_password(System& system, Uuid account) {
  static store::Sql const forget{"credential.delete",
                                 "delete from credential where jurisdiction = $1 and account = $2"};
  (void)system.write_unlogged(forget, {system.settings().jurisdiction, id_bytes(account)});
}

std::optional<Instant> one_time_until(System& system, Uuid account) {
  static store::Sql const ask{
      "credential.one_time",
      "select one_time_until from credential where jurisdiction = $1 and account = $2"};
  auto const rows =
      system.database().reader()->query(ask, {system.settings().jurisdiction, id_bytes(account)});
  if (rows.empty() || store::integer(rows[0][0]) == 0) return {};
  return Instant{store::integer(rows[0][0])};
}

Result<void> end_sessions(System& system, Uuid account) {
  return system.write_together([&](store::Writer& writer) -> Result<void> {
    end_sessions(writer, system.settings().jurisdiction, account);
    return {};
  });
}

Result<void> remove_second_factor(System& system, Uuid account) {
  static store::Sql const codes{"recovery_code.delete_all",
                                "delete from recovery_code where jurisdiction = $1 and account = $2"};
  static store::Sql const factor{"second_factor.delete",
                                 "delete from second_factor where jurisdiction = $1 and account = $2"};
  auto const& place = system.settings().jurisdiction;
  return system.write_together([&](store::Writer& writer) -> Result<void> {
    writer.write(codes, {place, id_bytes(account)});
    writer.write(factor, {place, id_bytes(account)});
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
