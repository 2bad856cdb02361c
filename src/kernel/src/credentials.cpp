#include "kernel/credentials.hpp"

#include <openssl/evp.h>
#include <sodium.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <semaphore>
#include <set>
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

// What people write who are told to choose ten characters: years of practice in guessing start here.
constexpr std::array<std::string_view, 40> common_parts{
    "password", "passw0rd", "p@ssw0rd", "p@ssword", "qwerty", "qwert",    "asdfgh",    "zxcvbn",
    "1qaz2wsx", "qazwsx",   "123456",   "654321",   "111111", "000000",   "888888",    "666666",
    "112233",   "123123",   "123321",   "abc123",   "abcdef", "iloveyou", "woaini",    "woainima",
    "5201314",  "1314520",  "520520",   "147258",   "159357", "789456",   "admin",     "administrator",
    "welcome",  "letmein",  "monkey",   "zhiliang", "jiandu", "shichang", "plumbline", "changeme"};

// What is left when the common parts are taken out must still be a password's worth of surprise.
bool is_weak(std::string_view password, std::string_view login) {
  std::string rest;
  for (char const c : password) rest += c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
  auto take_out = [&](std::string_view part) {
    for (auto at = rest.find(part); part.size() >= 3 && at != std::string::npos; at = rest.find(part))
      rest.erase(at, part.size());
  };
  std::string own;
  for (char const c : login) own += c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
  take_out(own);
  for (auto const part : common_parts) take_out(part);
  std::string without_runs;  // of a run like 4567 or dddd only its first two
  for (std::size_t i = 0; i < rest.size(); ++i) {
    bool const runs =
        i >= 2 && rest[i] - rest[i - 1] == rest[i - 1] - rest[i - 2] && std::abs(rest[i] - rest[i - 1]) <= 1;
    if (!runs) without_runs += rest[i];
  }
  std::set<char> const different(without_runs.begin(), without_runs.end());
  return without_runs.size() < 6 || different.size() < 5;
}

std::string sha1_hex(std::string_view text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  if (EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_sha1(), nullptr) != 1)
    throw std::runtime_error("SHA-1 is not to be had");
  std::string hex = hex_encode(ByteView(digest.data(), size));
  for (char& c : hex)
    if (c >= 'a') c = static_cast<char>(c - ('a' - 'A'));
  return hex;
}

// Halving the file by bytes: after a jump, the line under way is skipped.
bool is_breached(std::filesystem::path const& list, std::string_view password) {
  std::ifstream file(list, std::ios::binary | std::ios::ate);
  if (!file) return false;
  std::string const wanted = sha1_hex(password);
  std::int64_t low = 0;
  std::int64_t high = file.tellg();
  std::string line;
  while (low < high) {
    auto const middle = low + (high - low) / 2;
    file.clear();
    file.seekg(middle == 0 ? 0 : middle - 1);
    if (middle > 0) std::getline(file, line);  // to the start of the first line at or after the middle
    std::int64_t const start = file.tellg();
    if (!std::getline(file, line) || start < 0 || start >= high) {
      high = middle;
      continue;
    }
    auto const found = std::string_view(line).substr(0, wanted.size());
    if (found == wanted) return true;
    if (found < wanted)
      low = start + static_cast<std::int64_t>(line.size()) + 1;
    else
      high = middle;
  }
  return false;
}

}  // namespace

Result<void> set_password(System& system, Uuid account, std::string_view password) {
  if (password.size() < limits::password_bytes_min) return refuse("password_too_short", "/password");
  if (password.size() > limits::password_bytes_max) return refuse("too_long", "/password");
  auto const owner = system.reads().get(system_viewer(system.settings().jurisdiction), "account", account);
  if (is_weak(password, owner ? owner->as<Account>().login : "")) return refuse("password_weak", "/password");
  if (is_breached(system.folder() / "breached-passwords.txt", password))
    return refuse("password_breached", "/password");
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
  auto const& place = system.settings().jurisdiction;
  if (auto kept = system.write_unlogged(keep, {place, id_bytes(account), std::move(hash)}); !kept)
    return kept;
  return system.write_unlogged(end_sessions, {place, id_bytes(account)});
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
