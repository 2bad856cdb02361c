#include "kernel/password_policy.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "base/hash.hpp"
#include "base/limits.hpp"
#include "kernel/act.hpp"
#include "kernel/embedded.hpp"

namespace plumbline::kernel {
namespace {

constexpr std::size_t pieces_min = 8;
constexpr std::size_t shortest_pattern = 3;
constexpr std::size_t sha1_digits = 40;
constexpr std::size_t line_bytes_max = 64;

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::string lowered(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), lower);
  return out;
}

// "p@ssw0rd" is tried as early as "password".
std::string without_disguise(std::string text) {
  constexpr std::string_view worn = "@4031!$57";
  constexpr std::string_view meant = "aaoeiisst";
  static_assert(worn.size() == meant.size());
  for (char& c : text)
    if (auto const at = worn.find(c); at != std::string_view::npos) c = meant[at];
  return text;
}

std::vector<std::string_view> const& common_words() {
  static std::vector<std::string_view> const words = [] {
    std::vector<std::string_view> out;
    std::string_view rest = embedded("rules/common_passwords.txt");
    while (!rest.empty()) {
      auto const end = std::min(rest.find('\n'), rest.size());
      auto line = rest.substr(0, end);
      rest.remove_prefix(std::min(end + 1, rest.size()));
      if (line.starts_with('#')) continue;
      while (!line.empty()) {
        auto const space = std::min(line.find(' '), line.size());
        if (space > 0) out.push_back(line.substr(0, space));
        line.remove_prefix(std::min(space + 1, line.size()));
      }
    }
    return out;
  }();
  return words;
}

// "abcd", "9876", "aaaa".
bool is_sequence(std::string_view text) {
  int const step = text[1] - text[0];
  if (step < -1 || step > 1) return false;
  for (std::size_t i = 2; i < text.size(); ++i)
    if (text[i] - text[i - 1] != step) return false;
  return true;
}

bool is_walk(std::string_view text) {
  constexpr std::array<std::string_view, 14> lines{
      "`1234567890-=", "qwertyuiop[]", "asdfghjkl;'", "zxcvbnm,./", "!@#$%^&*()_+", "1qaz", "2wsx",
      "3edc",          "4rfv",         "5tgb",        "6yhn",       "7ujm",         "8ik,", "9ol."};
  std::string const back(text.rbegin(), text.rend());
  return std::ranges::any_of(lines, [&](std::string_view line) {
    return line.find(text) != std::string_view::npos || line.find(back) != std::string_view::npos;
  });
}

// A year of a living person, alone or with month and day: "1987", "19870605", "870605".
bool is_date(std::string_view text) {
  if (!std::ranges::all_of(text, is_digit)) return false;
  auto const two = [&](std::size_t at) { return (text[at] - '0') * 10 + text[at + 1] - '0'; };
  auto const is_day = [&](std::size_t at) {
    return two(at) >= 1 && two(at) <= 12 && two(at + 2) >= 1 && two(at + 2) <= 31;
  };
  bool const has_century = text.starts_with("19") || text.starts_with("20");
  if (text.size() == 4) return has_century;
  if (text.size() == 6) return is_day(2);
  return text.size() == 8 && has_century && is_day(4);
}

// A password as a guesser reads it: each of these spans costs one guess.
class Reading {
 public:
  Reading(std::string_view password, std::string_view login)
      : plain_(lowered(password)), undisguised_(without_disguise(plain_)), login_(lowered(login)) {}

  std::size_t pieces() const {
    std::vector<std::size_t> least(plain_.size() + 1, 0);
    for (std::size_t end = 1; end <= plain_.size(); ++end) {
      least[end] = least[end - 1] + 1;
      for (std::size_t begin = 0; begin + shortest_pattern <= end; ++begin)
        if (least[begin] + 1 < least[end] && is_expected(begin, end - begin)) least[end] = least[begin] + 1;
    }
    return least.back();
  }

 private:
  bool is_expected(std::size_t begin, std::size_t size) const {
    auto const text = std::string_view(plain_).substr(begin, size);
    auto const undisguised = std::string_view(undisguised_).substr(begin, size);
    // Said before, or with no more than its first part new: "abab", "tom…tom".
    bool const is_repeated = std::string_view(plain_).find(text) < begin;
    return is_repeated || is_sequence(text) || is_walk(text) || is_date(text) || text == login_ ||
           undisguised == login_ || std::ranges::any_of(common_words(), [&](std::string_view word) {
             return text == word || undisguised == word;
           });
  }

  std::string plain_;
  std::string undisguised_;
  std::string login_;
};

std::string sha1_hex(std::string_view text) {
  std::array<std::uint8_t, sha1_digits / 2> digest{};
  unsigned size = 0;
  if (EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_sha1(), nullptr) != 1 ||
      size != digest.size())
    throw std::runtime_error("SHA-1 is not to be had from OpenSSL");
  std::string hex = hex_encode(digest);
  std::ranges::transform(hex, hex.begin(),
                         [](char c) { return c >= 'a' ? static_cast<char>(c - 'a' + 'A') : c; });
  return hex;
}

// The first whole line at or after a position; where the file ends before one, nothing.
std::string line_from(std::ifstream& file, std::int64_t position) {
  file.clear();
  file.seekg(std::max<std::int64_t>(position - 1, 0));
  std::array<char, line_bytes_max> buffer{};
  if (position > 0 && !file.getline(buffer.data(), buffer.size()) && !file.eof())
    throw std::runtime_error("breached-passwords.txt: a line is too long");
  if (!file.getline(buffer.data(), buffer.size())) {
    if (file.eof()) return {};
    throw std::runtime_error("breached-passwords.txt cannot be read");
  }
  std::string line(buffer.data());
  if (line.size() < sha1_digits ||
      (line.size() > sha1_digits && line[sha1_digits] != ':' && line[sha1_digits] != '\r'))
    throw std::runtime_error("breached-passwords.txt: a line is no SHA-1 digest");
  return line.substr(0, sha1_digits);
}

}  // namespace

std::size_t pieces_of_password(std::string_view password, std::string_view login) {
  return Reading(password, login).pieces();
}

bool is_breached(std::filesystem::path const& path, std::string_view password) {
  if (!std::filesystem::exists(path)) return false;
  std::ifstream file(path, std::ios::binary);
  if (!file) throw std::runtime_error("breached-passwords.txt cannot be opened");
  auto const wanted = sha1_hex(password);
  std::int64_t low = 0;
  auto high = static_cast<std::int64_t>(std::filesystem::file_size(path));
  // The line that begins at or after `low` is the first that may be the one; after `high` all are beyond it.
  while (low < high) {
    auto const middle = low + (high - low) / 2;
    auto const found = line_from(file, middle);
    if (found == wanted) return true;
    if (found.empty() || found > wanted)
      high = middle;
    else
      low = middle + 1;
  }
  return line_from(file, low) == wanted;
}

Result<void> judge_password(std::filesystem::path const& folder, std::string_view password,
                            std::string_view login) {
  if (password.size() < limits::password_bytes_min) return refuse("password_too_short", "/password");
  if (password.size() > limits::password_bytes_max) return refuse("too_long", "/password");
  // Numbers of telephones, identity cards and QQ are known to many.
  if (std::ranges::all_of(password, is_digit) || pieces_of_password(password, login) < pieces_min)
    return refuse("password_weak", "/password");
  if (is_breached(folder / "breached-passwords.txt", password))
    return refuse("password_breached", "/password");
  return {};
}

}  // namespace plumbline::kernel
