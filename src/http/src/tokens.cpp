#include "tokens.hpp"

#include <algorithm>

#include "base/hash.hpp"
#include "base/limits.hpp"
#include "base/text.hpp"
#include "kernel/act.hpp"
#include "kernel/ids.hpp"
#include "kernel/registers.hpp"

namespace plumbline::http {
namespace {

using kernel::id_bytes;
using kernel::refuse;
using store::Sql;

constexpr std::int64_t micros = 1'000'000;
constexpr std::int64_t touch_after = 60 * micros;
constexpr std::int64_t day = 86'400 * micros;
constexpr std::string_view mark = "plt_";  // lets a scanner of source code know one that leaked
constexpr std::size_t id_digits = 16;

Sql const insert_token{
    "api_token.insert",
    "insert into api_token (jurisdiction, token_hash, account, name, registers, reads_only, "
    "made_at, expires_at, used_at, actions) values ($1, $2, $3, $4, $5, $6, $7, $8, 0, $9)"};
Sql const select_token{
    "api_token.select",
    "select account, registers, reads_only, actions, expires_at, used_at from api_token where "
    "jurisdiction = $1 and token_hash = $2"};
Sql const tokens_of_account{
    "api_token.of_account",
    "select token_hash, name, registers, reads_only, actions, made_at, expires_at, used_at from "
    "api_token where jurisdiction = $1 and account = $2 order by made_at desc"};
Sql const touch_token{"api_token.touch",
                      "update api_token set used_at = $3 where jurisdiction = $1 and token_hash = $2"};
Sql const delete_token{"api_token.delete",
                       "delete from api_token where jurisdiction = $1 and token_hash = $2 and account = $3"};
Sql const delete_expired{"api_token.expire",
                         "delete from api_token where jurisdiction = $1 and expires_at < $2"};

Bytes bytes_of(Hash const& hash) { return {hash.begin(), hash.end()}; }
std::string id_of(Bytes const& hash) { return hex_encode(hash).substr(0, id_digits); }

// Three columns: registers, reads_only, actions.
TokenRights rights_of(store::Row const& row, std::size_t at) {
  return {split_names(store::text(row[at])), store::integer(row[at + 1]) != 0,
          split_names(store::text(row[at + 2]))};
}

Result<void> judge(kernel::Catalogue const& catalogue, TokenRights const& rights) {
  for (auto const& name : rights.registers)
    if (catalogue.find(name) == nullptr) return refuse("unknown_register", "/registers", name);
  // What only reads takes no action.
  if (!rights.actions.empty() && rights.reads_only) return refuse("invalid_value", "/actions");
  if (rights.actions.size() > limits::token_actions)
    return refuse("out_of_range", "/actions", "0.." + std::to_string(limits::token_actions));
  for (auto const& name : rights.actions) {
    auto const dot = std::min(name.find('.'), name.size());
    auto const* reg = catalogue.find(name.substr(0, dot));
    auto const action = name.substr(std::min(dot + 1, name.size()));
    if (reg == nullptr || (reg->find_action(action) == nullptr && kernel::find_builtin(action) == nullptr))
      return refuse("unknown_action", "/actions", name);
    if (!rights.covers(reg->name)) return refuse("invalid_value", "/actions", name);
  }
  return {};
}

}  // namespace

bool TokenRights::covers(std::string_view register_name) const {
  return registers.empty() || std::ranges::find(registers, register_name) != registers.end();
}

bool TokenRights::allows(std::string_view register_name, std::string_view action) const {
  if (reads_only) return false;
  return actions.empty() ||
         std::ranges::find(actions, std::string(register_name) + '.' + std::string(action)) != actions.end();
}

Result<Tokens::Made> Tokens::make(Uuid account, Wish const& wish) {
  std::string const place = system_.settings().jurisdiction;
  auto const now = system_.clock().now().micros_utc;
  if (wish.name.empty()) return refuse("required", "/name");
  if (wish.name.size() > limits::short_text)
    return refuse("too_long", "/name", std::to_string(limits::short_text));
  if (wish.days < 1 || wish.days > limits::token_days_max)
    return refuse("out_of_range", "/days", "1.." + std::to_string(limits::token_days_max));
  if (auto judged = judge(system_.catalogue(), wish.rights); !judged) return judged.refusal();
  if (auto done = system_.write_unlogged(delete_expired, {place, now}); !done) return done.refusal();
  if (of(account).size() >= limits::tokens_per_account)
    return refuse("too_many_tokens", "", std::to_string(limits::tokens_per_account));
  std::string const token = std::string(mark) + hex_encode(random_bytes(32));
  Bytes const hash = bytes_of(sha256(token));
  Instant const expires{now + wish.days * day};
  if (auto kept = system_.write_unlogged(
          insert_token,
          {place, hash, id_bytes(account), wish.name, join_names(wish.rights.registers),
           std::int64_t{wish.rights.reads_only}, now, expires.micros_utc, join_names(wish.rights.actions)});
      !kept)
    return kept.refusal();
  return Made{token, id_of(hash), expires};
}

std::vector<Tokens::Known> Tokens::of(Uuid account) {
  std::vector<Known> out;
  auto const rows = system_.database().reader()->query(tokens_of_account,
                                                       {system_.settings().jurisdiction, id_bytes(account)});
  for (auto const& row : rows)
    out.push_back({id_of(store::blob(row[0])), store::text(row[1]), rights_of(row, 2),
                   Instant{store::integer(row[5])}, Instant{store::integer(row[6])},
                   Instant{store::integer(row[7])}});
  return out;
}

bool Tokens::revoke(Uuid account, std::string_view id) {
  std::string const place = system_.settings().jurisdiction;
  for (auto const& row : system_.database().reader()->query(tokens_of_account, {place, id_bytes(account)})) {
    if (id_of(store::blob(row[0])) != id) continue;
    return system_.write_unlogged(delete_token, {place, row[0], id_bytes(account)}).ok();
  }
  return false;
}

std::optional<Tokens::Bearer> Tokens::find(std::string_view token) {
  if (!token.starts_with(mark) || token.size() > 200) return {};
  std::string const place = system_.settings().jurisdiction;
  Bytes const hash = bytes_of(sha256(token));
  auto const rows = system_.database().reader()->query(select_token, {place, hash});
  auto const now = system_.clock().now().micros_utc;
  if (rows.empty() || store::integer(rows[0][4]) <= now) return {};
  if (now - store::integer(rows[0][5]) > touch_after)
    (void)system_.write_unlogged(touch_token, {place, hash, now});
  Bearer bearer;
  std::ranges::copy(store::blob(rows[0][0]), bearer.account.bytes.begin());
  bearer.rights = rights_of(rows[0], 1);
  return bearer;
}

}  // namespace plumbline::http
