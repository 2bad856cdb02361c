#include "identities.hpp"

#include <algorithm>

#include "base/hash.hpp"
#include "base/limits.hpp"
#include "kernel/act.hpp"
#include "kernel/ids.hpp"

namespace plumbline::http {
namespace {

using kernel::id_bytes;
using kernel::refuse;
using kernel::uuid_from;
using store::Sql;

constexpr std::int64_t micros = 1'000'000;
constexpr std::size_t id_digits = 16;

Sql const select_identity{
    "oidc_identity.select",
    "select account from oidc_identity where jurisdiction = $1 and issuer = $2 and subject = $3"};
Sql const insert_identity{
    "oidc_identity.insert",
    "insert into oidc_identity (jurisdiction, issuer, subject, account, linked_at, used_at) values ($1, $2, "
    "$3, $4, $5, 0)"};
Sql const touch_identity{
    "oidc_identity.touch",
    "update oidc_identity set used_at = $4 where jurisdiction = $1 and issuer = $2 and subject = $3"};
Sql const delete_identity{
    "oidc_identity.delete",
    "delete from oidc_identity where jurisdiction = $1 and issuer = $2 and subject = $3 and account = $4"};
Sql const identities_of{
    "oidc_identity.of_account",
    "select issuer, subject, linked_at, used_at from oidc_identity where jurisdiction = $1 and account = $2 "
    "order by linked_at, issuer, subject"};
Sql const insert_sign_in{
    "oidc_sign_in.insert",
    "insert into oidc_sign_in (jurisdiction, state_hash, browser_hash, provider, nonce, verifier, "
    "return_path, account, begun_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)"};
Sql const select_sign_in{
    "oidc_sign_in.select",
    "select browser_hash, provider, nonce, verifier, return_path, account, begun_at from oidc_sign_in where "
    "jurisdiction = $1 and state_hash = $2"};
Sql const delete_sign_in{"oidc_sign_in.delete",
                         "delete from oidc_sign_in where jurisdiction = $1 and state_hash = $2"};
Sql const forget_sign_ins{"oidc_sign_in.forget",
                          "delete from oidc_sign_in where jurisdiction = $1 and begun_at < $2"};
Sql const count_sign_ins{"oidc_sign_in.count", "select count(*) from oidc_sign_in where jurisdiction = $1"};

Bytes hash_of(std::string_view secret) {
  Hash const hash = sha256(secret);
  return {hash.begin(), hash.end()};
}
std::string id_of(std::string const& issuer, std::string const& subject) {
  return to_hex(sha256(issuer + '\n' + subject)).substr(0, id_digits);
}
std::string make_secret() { return base64url_encode(random_bytes(32)); }

}  // namespace

OidcSecrets make_oidc_secrets() { return {make_secret(), make_secret(), make_secret()}; }

Identities::Identities(kernel::System& system) : system_(system) {
  for (auto& provider : read_oidc_providers(system.folder()))
    clients_.push_back(std::make_unique<OidcClient>(std::move(provider), system.clock()));
}

OidcClient* Identities::client(std::string_view name) const {
  for (auto const& known : clients_)
    if (known->provider().name == name) return known.get();
  return nullptr;
}

std::vector<Identities::Known> Identities::of(Uuid account) {
  std::vector<Known> out;
  auto const rows =
      system_.database().reader()->query(identities_of, {system_.settings().jurisdiction, id_bytes(account)});
  for (auto const& row : rows)
    out.push_back({id_of(store::text(row[0]), store::text(row[1])), store::text(row[0]), store::text(row[1]),
                   Instant{store::integer(row[2])}, Instant{store::integer(row[3])}});
  return out;
}

std::optional<Uuid> Identities::account_of(std::string const& issuer, std::string const& subject) {
  auto const rows =
      system_.database().reader()->query(select_identity, {system_.settings().jurisdiction, issuer, subject});
  if (rows.empty()) return {};
  return uuid_from(rows[0][0]);
}

void Identities::note_use(std::string const& issuer, std::string const& subject) {
  (void)system_.write_unlogged(
      touch_identity, {system_.settings().jurisdiction, issuer, subject, system_.clock().now().micros_utc});
}

Result<void> Identities::link(Uuid account, std::string const& issuer, std::string const& subject) {
  std::string const place = system_.settings().jurisdiction;
  return system_.write_together([&](store::Writer& writer) -> Result<void> {
    store::Statement const asks[] = {{&select_identity, {place, issuer, subject}},
                                     {&identities_of, {place, id_bytes(account)}}};
    auto const answers = writer.fetch(asks);
    if (!answers[0].empty()) return refuse("identity_taken");
    if (answers[1].size() >= limits::identities_per_account)
      return refuse("too_many_identities", "", std::to_string(limits::identities_per_account));
    writer.write(insert_identity,
                 {place, issuer, subject, id_bytes(account), system_.clock().now().micros_utc});
    return {};
  });
}

bool Identities::unlink(Uuid account, std::string_view id) {
  bool is_done = false;
  for (auto const& known : of(account)) {
    if (!id.empty() && known.id != id) continue;
    is_done = system_
                  .write_unlogged(delete_identity, {system_.settings().jurisdiction, known.issuer,
                                                    known.subject, id_bytes(account)})
                  .ok() ||
              is_done;
  }
  return is_done;
}

Result<std::string> Identities::begin(UnderWay const& wanted) {
  std::string const place = system_.settings().jurisdiction;
  auto const now = system_.clock().now().micros_utc;
  std::string browser = make_secret();
  auto const kept = system_.write_together([&](store::Writer& writer) -> Result<void> {
    writer.write(forget_sign_ins, {place, now - limits::sign_in_minutes * 60 * micros});
    store::Statement const asks[] = {{&count_sign_ins, {place}}};
    if (store::integer(writer.fetch(asks)[0][0][0]) >= static_cast<std::int64_t>(limits::sign_ins_under_way))
      return refuse("busy");
    writer.write(insert_sign_in, {place, hash_of(wanted.secrets.state), hash_of(browser), wanted.provider,
                                  wanted.secrets.nonce, wanted.secrets.verifier, wanted.return_path,
                                  id_bytes(wanted.account), now});
    return {};
  });
  if (!kept) return kept.refusal();
  return browser;
}

// Taken away in the same transaction, so that of two who come with one state one is too late. A wrong browser
// leaves it where it is: a stranger with a stolen state must not end somebody's sign-in.
std::optional<Identities::UnderWay> Identities::finish(std::string const& state, std::string const& browser) {
  std::string const place = system_.settings().jurisdiction;
  auto const now = system_.clock().now().micros_utc;
  UnderWay found;
  auto const taken = system_.write_together([&](store::Writer& writer) -> Result<void> {
    store::Statement const asks[] = {{&select_sign_in, {place, hash_of(state)}}};
    auto const rows = writer.fetch(asks)[0];
    if (rows.empty() || store::blob(rows[0][0]) != hash_of(browser) ||
        store::integer(rows[0][6]) < now - limits::sign_in_minutes * 60 * micros)
      return refuse("oidc_state_unknown");
    found = {store::text(rows[0][1]),
             store::text(rows[0][4]),
             uuid_from(rows[0][5]),
             {state, store::text(rows[0][2]), store::text(rows[0][3])}};
    writer.write(delete_sign_in, {place, hash_of(state)});
    return {};
  });
  if (!taken) return {};
  return found;
}

}  // namespace plumbline::http
