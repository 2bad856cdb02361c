#include "second_factors.hpp"

#include <openssl/crypto.h>
#include <openssl/hmac.h>

#include <array>
#include <fstream>
#include <sstream>
#include <stdexcept>

#include "base/hash.hpp"
#include "base/limits.hpp"
#include "kernel/act.hpp"
#include "kernel/credentials.hpp"
#include "kernel/ids.hpp"
#include "reflect/json.hpp"

namespace plumbline::http {
namespace {

using kernel::id_bytes;
using kernel::refuse;
using store::Sql;

constexpr std::size_t secret_bytes = 20;  // RFC 4226 section 4, R6

Sql const select_factor{
    "second_factor.select",
    "select secret, confirmed, last_step from second_factor where jurisdiction = $1 and account = $2"};
Sql const upsert_factor{
    "second_factor.upsert",
    "insert into second_factor (jurisdiction, account, secret, confirmed, last_step) values ($1, $2, $3, $4, "
    "$5) on conflict (jurisdiction, account) do update set secret = excluded.secret, confirmed = "
    "excluded.confirmed, last_step = excluded.last_step"};
Sql const confirm_factor{"second_factor.confirm",
                         "update second_factor set confirmed = 1 where jurisdiction = $1 and account = $2"};
Sql const use_step{"second_factor.use",
                   "update second_factor set last_step = $3 where jurisdiction = $1 and account = $2"};
Sql const select_step{"second_factor.step",
                      "select last_step from second_factor where jurisdiction = $1 and account = $2"};
Sql const insert_recovery{"recovery_code.insert",
                          "insert into recovery_code (jurisdiction, account, code_hash) values ($1, $2, $3)"};
Sql const select_recovery{
    "recovery_code.select",
    "select 1 from recovery_code where jurisdiction = $1 and account = $2 and code_hash = "
    "$3"};
Sql const delete_recovery{
    "recovery_code.delete",
    "delete from recovery_code where jurisdiction = $1 and account = $2 and code_hash = $3"};
Sql const delete_recoveries{"recovery_code.delete_all",
                            "delete from recovery_code where jurisdiction = $1 and account = $2"};

// Bound to the account, so that equal codes of two people look different.
Bytes recovery_hash(Uuid account, std::string_view code) {
  Hash const hash = sha256(to_string(account) + ":" + std::string(code));
  return {hash.begin(), hash.end()};
}

// Ten letters and digits without those that look alike: 50 bits.
std::string make_recovery_code() {
  constexpr std::string_view alphabet = "abcdefghijkmnpqrstuvwxyz23456789";
  std::string code;
  for (auto const byte : random_bytes(10)) {
    if (code.size() == 5) code += '-';
    code += alphabet[byte % alphabet.size()];
  }
  return code;
}

bool is_equal(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

kernel::RoleSet read_policy(std::filesystem::path const& file) {
  std::ifstream in(file);
  if (!in) return {};
  std::stringstream text;
  text << in.rdbuf();
  auto const document = parse_json(text.str());
  Json const* names = document ? document->find("second_factor_roles") : nullptr;
  if (names == nullptr || names->as_array() == nullptr)
    throw std::runtime_error(file.string() + " lacks the list 'second_factor_roles'");
  kernel::RoleSet roles;
  for (auto const& name : *names->as_array()) {
    auto const role = name.as_text() == nullptr ? std::nullopt : kernel::parse_role(*name.as_text());
    if (!role) throw std::runtime_error(file.string() + " names a role that does not exist");
    roles = roles | *role;
  }
  return roles;
}

}  // namespace

std::string totp_code(ByteView secret, std::int64_t step) {
  std::array<unsigned char, 8> counter{};
  for (std::size_t i = 0; i < 8; ++i)
    counter[7 - i] = static_cast<unsigned char>(static_cast<std::uint64_t>(step) >> (8 * i));
  std::array<unsigned char, EVP_MAX_MD_SIZE> mac{};
  unsigned int size = 0;
  if (HMAC(EVP_sha1(), secret.data(), static_cast<int>(secret.size()), counter.data(), counter.size(),
           mac.data(), &size) == nullptr)
    throw std::runtime_error("HMAC-SHA-1 is not to be had");
  std::size_t const offset = mac[size - 1] & 15U;  // RFC 4226 section 5.3
  std::uint32_t number = 0;
  for (std::size_t i = 0; i < 4; ++i) number = (number << 8U) | mac[offset + i];
  std::string digits = std::to_string((number & 0x7FFFFFFFU) % 1'000'000);
  return std::string(6 - digits.size(), '0') + digits;
}

std::string base32_encode(ByteView bytes) {
  constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  std::string out;
  std::uint32_t held = 0;
  unsigned bits = 0;
  for (auto const byte : bytes) {
    held = (held << 8U) | byte;
    for (bits += 8; bits >= 5; bits -= 5) out += alphabet[(held >> (bits - 5)) & 31U];
  }
  if (bits > 0) out += alphabet[(held << (5 - bits)) & 31U];
  return out;
}

SecondFactors::SecondFactors(kernel::System& system)
    : system_(system), required_of_(read_policy(system.folder() / "accounts.json")) {}

bool SecondFactors::is_confirmed(Uuid account) {
  auto const rows =
      system_.database().reader()->query(select_factor, {system_.settings().jurisdiction, id_bytes(account)});
  return !rows.empty() && store::integer(rows[0][1]) != 0;
}

bool SecondFactors::is_missing(Uuid account) {
  return !required_of_.empty() && system_.viewer(account).holds_any(required_of_) && !is_confirmed(account);
}

Result<Bytes> SecondFactors::begin(Uuid account) {
  std::lock_guard const lock(mutex_);
  if (is_confirmed(account)) return refuse("second_factor_exists");
  Bytes secret = random_bytes(secret_bytes);
  if (auto kept = system_.write_unlogged(upsert_factor, {system_.settings().jurisdiction, id_bytes(account),
                                                         secret, std::int64_t{0}, std::int64_t{0}});
      !kept)
    return kept.refusal();
  return secret;
}

Result<std::vector<std::string>> SecondFactors::confirm(Uuid account, std::string_view code) {
  std::lock_guard const lock(mutex_);
  std::string const place = system_.settings().jurisdiction;
  auto const rows = system_.database().reader()->query(select_factor, {place, id_bytes(account)});
  if (rows.empty() || store::integer(rows[0][1]) != 0) return refuse("not_found");
  Bytes const secret = store::blob(rows[0][0]);
  if (!accept_step(account, secret, store::integer(rows[0][2]), code))
    return refuse("second_factor_wrong", "/code");
  // The codes first: whoever is cut off here has no factor yet and begins again.
  if (auto gone = system_.write_unlogged(delete_recoveries, {place, id_bytes(account)}); !gone)
    return gone.refusal();
  std::vector<std::string> codes;
  while (codes.size() < limits::recovery_codes) {
    codes.push_back(make_recovery_code());
    if (auto kept = system_.write_unlogged(insert_recovery,
                                           {place, id_bytes(account), recovery_hash(account, codes.back())});
        !kept)
      return kept.refusal();
  }
  if (auto kept = system_.write_unlogged(confirm_factor, {place, id_bytes(account)}); !kept)
    return kept.refusal();
  return codes;
}

bool SecondFactors::accept(Uuid account, std::string_view code) {
  std::lock_guard const lock(mutex_);
  auto const rows =
      system_.database().reader()->query(select_factor, {system_.settings().jurisdiction, id_bytes(account)});
  if (rows.empty() || store::integer(rows[0][1]) == 0) return false;
  return accept_step(account, store::blob(rows[0][0]), store::integer(rows[0][2]), code) ||
         accept_recovery(account, code);
}

// Another process may be asked with the same code at the same moment: the database decides who is first.
bool SecondFactors::accept_step(Uuid account, Bytes const& secret, std::int64_t last_step,
                                std::string_view code) {
  std::string const place = system_.settings().jurisdiction;
  auto const now = system_.clock().now().seconds() / limits::totp_step_seconds;
  for (auto step = now - limits::totp_steps_off; step <= now + limits::totp_steps_off; ++step)
    if (step > last_step && is_equal(totp_code(secret, step), code))
      return system_
          .write_together([&](store::Writer& writer) -> Result<void> {
            store::Statement const asks[] = {{&select_step, {place, id_bytes(account)}}};
            auto const rows = writer.fetch(asks)[0];
            if (rows.empty() || store::integer(rows[0][0]) >= step) return refuse("second_factor_wrong");
            writer.write(use_step, {place, id_bytes(account), step});
            return {};
          })
          .ok();
  return false;
}

bool SecondFactors::accept_recovery(Uuid account, std::string_view code) {
  std::string const place = system_.settings().jurisdiction;
  Bytes const hash = recovery_hash(account, code);
  return system_
      .write_together([&](store::Writer& writer) -> Result<void> {
        store::Statement const asks[] = {{&select_recovery, {place, id_bytes(account), hash}}};
        if (writer.fetch(asks)[0].empty()) return refuse("second_factor_wrong");
        writer.write(delete_recovery, {place, id_bytes(account), hash});
        return {};
      })
      .ok();
}

Result<void> SecondFactors::remove(Uuid account) {
  std::lock_guard const lock(mutex_);
  return kernel::remove_second_factor(system_, account);
}

}  // namespace plumbline::http
