#include "sessions.hpp"

#include <algorithm>

#include "address.hpp"
#include "base/hash.hpp"
#include "base/limits.hpp"
#include "counted.hpp"
#include "kernel/act.hpp"
#include "kernel/credentials.hpp"
#include "kernel/ids.hpp"

namespace plumbline::http {
namespace {

using kernel::id_bytes;
using store::Sql;

constexpr std::int64_t micros = 1'000'000;
constexpr std::int64_t touch_after = 60 * micros;  // a row is not written for every request
constexpr std::int64_t longest_delay_seconds = limits::login_delay_seconds_max;
constexpr std::size_t id_digits = 16;
constexpr std::int64_t owing_code = 2;  // session.must_change: 1 = a password

Sql const insert_session{"session.insert",
                         "insert into session (jurisdiction, token_hash, account, csrf, opened_at, seen_at, "
                         "must_change, is_strong) values ($1, $2, $3, $4, $5, $5, $6, $7)"};
Sql const select_session{
    "session.select",
    "select account, csrf, opened_at, seen_at, must_change, is_strong from session where "
    "jurisdiction = $1 and token_hash = $2"};
Sql const touch_session{"session.touch",
                        "update session set seen_at = $3 where jurisdiction = $1 and token_hash = $2"};
Sql const settle_session{"session.settle",
                         "update session set must_change = 0 where jurisdiction = $1 and token_hash = $2"};
Sql const delete_session{"session.delete", "delete from session where jurisdiction = $1 and token_hash = $2"};
Sql const sessions_of_account{
    "session.of_account",
    "select token_hash, opened_at, seen_at from session where jurisdiction = $1 and "
    "account = $2 order by opened_at desc"};
Sql const delete_old{"session.delete_old", "delete from session where jurisdiction = $1 and opened_at < $2"};
Sql const select_failures{
    "login_failure.select",
    "select failures, last_at from login_failure where jurisdiction = $1 and login = $2"};
Sql const note_failure{
    "login_failure.note",
    "insert into login_failure (jurisdiction, login, failures, last_at) values ($1, $2, 1, "
    "$3) on conflict (jurisdiction, login) do update set failures = login_failure.failures "
    "+ 1, last_at = excluded.last_at"};
Sql const forget_old{"login_failure.forget",
                     "delete from login_failure where jurisdiction = $1 and last_at < $2"};
Sql const forgive{"login_failure.delete", "delete from login_failure where jurisdiction = $1 and login = $2"};

Bytes hash_of_token(std::string_view token) {
  Hash const hash = sha256(token);
  return {hash.begin(), hash.end()};
}

// 0, 0, …, then 1, 2, 4 … minutes: never for ever, or anybody could lock anybody out.
std::int64_t delay_seconds(std::int64_t failures) {
  auto const beyond = failures - limits::login_failures_before_delay;
  return beyond < 0 ? 0
                    : std::min(longest_delay_seconds, std::int64_t{60} << std::min<std::int64_t>(beyond, 6));
}

}  // namespace

bool Sessions::is_active(Uuid account) const {
  auto const found =
      system_.reads().get(kernel::system_viewer(system_.settings().jurisdiction), "account", account);
  return found && found->as<kernel::Account>().status == kernel::AccountStatus::active;
}

Result<Sessions::Opened> Sessions::open(Claim const& claim, SecondFactors& factors) {
  std::string const place = system_.settings().jurisdiction;
  auto const now = system_.clock().now().micros_utc;
  std::string const& name = claim.login;
  if (name.size() > limits::login_text * limits::text_bytes_per_code_point)
    return kernel::refuse("login_failed");
  auto const counted = count_of(name, claim.device);
  if (auto const seconds = counted == name ? wait_at(claim.address) : 0; seconds > 0)
    return kernel::refuse("login_delayed", "", std::to_string(seconds));
  if (auto admitted = admit(counted); !admitted) return admitted.refusal();
  auto const account = system_.account_of(name);
  // A password costs a worker some 60 ms: those who guess must not take all of them.
  Counted const waiting(checking_);
  if (waiting.others() >= static_cast<int>(limits::password_hashes_at_once)) return kernel::refuse("busy");
  auto const mark = kernel::password_mark(system_, account.value_or(Uuid{}));
  bool const is_right = kernel::check_password(system_, account.value_or(Uuid{}), claim.password);
  auto const one_time = kernel::one_time_until(system_, account.value_or(Uuid{}));
  std::string code;
  if (!account || !is_right || !is_active(*account))
    code = "login_failed";
  else if (one_time && one_time->micros_utc <= now)
    code = "one_time_password_over";
  else if (factors.is_confirmed(*account) && claim.code.empty())
    return kernel::refuse("second_factor_required", "/code");
  else if (factors.is_confirmed(*account) && !factors.accept(*account, claim.code))
    code = "second_factor_wrong";
  if (!code.empty()) {
    note_at(claim.address);
    if (auto noted = system_.write_unlogged(note_failure, {place, counted, now}); !noted)
      return noted.refusal();
    return kernel::refuse(code);
  }
  auto opened = begin({*account, "", {}, one_time.has_value(), false, false}, name, mark);
  if (!opened) return opened.refusal();
  forget_failures(counted);
  (void)system_.write_unlogged(forget_old, {place, now - longest_delay_seconds * micros});
  return opened;
}

std::string Sessions::count_of(std::string const& login, std::string const& device) const {
  auto const known = devices_.known(login, device);
  return known ? login + '\n' + *known : login;  // no login has a line feed
}

Result<Sessions::Opened> Sessions::begin(Session session, std::string const& login, std::string const& mark) {
  std::string const place = system_.settings().jurisdiction;
  auto const now = system_.clock().now().micros_utc;
  close_oldest(session.account);
  session.csrf = hex_encode(random_bytes(16));
  Opened opened{hex_encode(random_bytes(32)), devices_.make(login), std::move(session)};
  auto const kept = system_.write_together([&](store::Writer& writer) -> Result<void> {
    auto const& own = opened.session;
    // A change of the password meanwhile has ended the sessions there were; this would be one more.
    if (kernel::password_mark(system_, writer, own.account) != mark) return kernel::refuse("login_failed");
    writer.write(insert_session,
                 {place, hash_of_token(opened.token), id_bytes(own.account), own.csrf, now,
                  own.owes_code ? owing_code : std::int64_t{own.must_change}, std::int64_t{own.is_strong}});
    return {};
  });
  if (!kept) return kept.refusal();
  (void)system_.write_unlogged(delete_old, {place, now - limits::session_hours * 3'600 * micros});
  return opened;
}

Result<Sessions::Opened> Sessions::open_elsewhere(Uuid account, std::string const& device, bool is_strong,
                                                  SecondFactors& factors) {
  auto const owner =
      system_.reads().get(kernel::system_viewer(system_.settings().jurisdiction), "account", account);
  if (!owner || owner->as<kernel::Account>().status != kernel::AccountStatus::active)
    return kernel::refuse("login_failed");
  // Where guesses at the password or the code delay the owner, they delay this way in as well.
  std::string const login = owner->as<kernel::Account>().login;
  if (auto admitted = admit(count_of(login, device)); !admitted) return admitted.refusal();
  bool const owes_code = !is_strong && factors.is_confirmed(account);
  return begin({account, "", {}, false, owes_code, is_strong}, login,
               kernel::password_mark(system_, account));
}

Result<void> Sessions::confirm_code(Uuid account, std::string const& code, SecondFactors& factors) {
  std::string const place = system_.settings().jurisdiction;
  auto const owner = system_.reads().get(kernel::system_viewer(place), "account", account);
  if (!owner) return kernel::refuse("second_factor_wrong", "/code");
  std::string const login = owner->as<kernel::Account>().login;
  // Guesses side by side would all be made before the first of them counts.
  Counted const waiting(checking_);
  if (waiting.others() >= static_cast<int>(limits::password_hashes_at_once)) return kernel::refuse("busy");
  if (auto admitted = admit(login); !admitted) return admitted.refusal();
  if (!factors.accept(account, code)) {
    auto noted = system_.write_unlogged(note_failure, {place, login, system_.clock().now().micros_utc});
    return noted ? kernel::refuse("second_factor_wrong", "/code") : noted.refusal();
  }
  forget_failures(login);
  return {};
}

void Sessions::note_code(std::string_view token) {
  (void)system_.write_unlogged(settle_session, {system_.settings().jurisdiction, hash_of_token(token)});
}

// An open browser is a place to guess from like any other: the same count, the same delay.
Result<void> Sessions::confirm(Uuid account, std::string_view password, std::string const& path) {
  std::string const place = system_.settings().jurisdiction;
  auto const owner = system_.reads().get(kernel::system_viewer(place), "account", account);
  if (!owner) return kernel::refuse("login_failed", path);
  std::string const login = owner->as<kernel::Account>().login;
  if (auto admitted = admit(login); !admitted) return admitted.refusal();
  Counted const waiting(checking_);
  if (waiting.others() >= static_cast<int>(limits::password_hashes_at_once)) return kernel::refuse("busy");
  if (!kernel::check_password(system_, account, password)) {
    auto noted = system_.write_unlogged(note_failure, {place, login, system_.clock().now().micros_utc});
    return noted ? kernel::refuse("login_failed", path) : noted.refusal();
  }
  forget_failures(login);
  return {};
}

// One guess at each of many logins delays none of them. On this machine everybody shares an address.
std::int64_t Sessions::wait_at(std::string const& address) {
  return is_near(address) ? 0 : by_address_.wait(neighbourhood(address), system_.clock().now());
}
void Sessions::note_at(std::string const& address) {
  if (!is_near(address)) by_address_.note(neighbourhood(address), system_.clock().now());
}

Result<void> Sessions::admit(std::string const& login) {
  auto const failures =
      system_.database().reader()->query(select_failures, {system_.settings().jurisdiction, login});
  if (failures.empty()) return {};
  auto const now = system_.clock().now().micros_utc;
  auto const until = store::integer(failures[0][1]) + delay_seconds(store::integer(failures[0][0])) * micros;
  if (until > now) return kernel::refuse("login_delayed", "", std::to_string((until - now) / micros + 1));
  return {};
}

void Sessions::forget_failures(std::string const& login) {
  std::string const place = system_.settings().jurisdiction;
  if (!system_.database().reader()->query(select_failures, {place, login}).empty())
    (void)system_.write_unlogged(forgive, {place, login});
}

std::optional<Session> Sessions::find(std::string_view token, Purpose purpose) {
  std::string const place = system_.settings().jurisdiction;
  auto const rows = system_.database().reader()->query(select_session, {place, hash_of_token(token)});
  if (rows.empty()) return {};
  auto const now = system_.clock().now().micros_utc;
  auto const opened_at = store::integer(rows[0][2]);
  auto const seen_at = store::integer(rows[0][3]);
  if (now - opened_at > limits::session_hours * 3'600 * micros ||
      now - seen_at > limits::session_idle_minutes * 60 * micros)
    return {};
  if (purpose == Purpose::use && now - seen_at > touch_after)
    (void)system_.write_unlogged(touch_session, {place, hash_of_token(token), now});
  auto const& id = store::blob(rows[0][0]);
  Session session;
  std::ranges::copy(id, session.account.bytes.begin());
  session.csrf = store::text(rows[0][1]);
  session.owes_code = store::integer(rows[0][4]) == owing_code;
  session.must_change = !session.owes_code && store::integer(rows[0][4]) != 0;
  session.is_strong = store::integer(rows[0][5]) != 0;
  if (!is_active(session.account)) return {};
  return session;
}

void Sessions::close(std::string_view token) {
  (void)system_.write_unlogged(delete_session, {system_.settings().jurisdiction, hash_of_token(token)});
}

// One account keeps a bounded number of sessions.
void Sessions::close_oldest(Uuid account) {
  std::string const place = system_.settings().jurisdiction;
  auto const rows = system_.database().reader()->query(sessions_of_account, {place, id_bytes(account)});
  for (std::size_t i = limits::sessions_per_account - 1; i < rows.size(); ++i)
    (void)system_.write_unlogged(delete_session, {place, rows[i][0]});
}

std::vector<Sessions::Known> Sessions::of(Uuid account, std::string_view token) {
  std::vector<Known> out;
  auto const rows = system_.database().reader()->query(sessions_of_account,
                                                       {system_.settings().jurisdiction, id_bytes(account)});
  Bytes const own = hash_of_token(token);
  for (auto const& row : rows) {
    auto const& hash = store::blob(row[0]);
    out.push_back({hex_encode(hash).substr(0, id_digits), Instant{store::integer(row[1])},
                   Instant{store::integer(row[2])}, hash == own});
  }
  return out;
}

bool Sessions::revoke(Uuid account, std::string_view id) {
  std::string const place = system_.settings().jurisdiction;
  for (auto const& row :
       system_.database().reader()->query(sessions_of_account, {place, id_bytes(account)})) {
    if (hex_encode(store::blob(row[0])).substr(0, id_digits) != id) continue;
    return system_.write_unlogged(delete_session, {place, row[0]}).ok();
  }
  return false;
}

}  // namespace plumbline::http
