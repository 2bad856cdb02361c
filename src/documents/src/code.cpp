#include "documents/code.hpp"

#include <array>
#include <cstdint>

#include "base/hash.hpp"
#include "base/limits.hpp"
#include "base/text.hpp"

namespace plumbline::documents {
namespace {

constexpr std::string_view alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY";
static_assert(alphabet.size() == 31);
static_assert(code_characters <= limits::verification_code_bytes);

// GB 32100, 4.6: weights are powers of 3 modulo 31, all different for 30 places.
char check_character(std::string_view first) {
  std::size_t sum = 0;
  std::size_t weight = 1;
  for (char const c : first) {
    sum += alphabet.find(c) * weight;
    weight = weight * 3 % alphabet.size();
  }
  return alphabet[(alphabet.size() - sum % alphabet.size()) % alphabet.size()];
}

}  // namespace

std::string make_code() {
  // 248 is 8 · 31: what is thrown away keeps every character as likely as the others.
  constexpr std::uint8_t usable = 248;
  std::string code;
  while (code.size() + 1 < code_characters)
    for (auto const byte : random_bytes(code_characters))
      if (byte < usable && code.size() + 1 < code_characters) code += alphabet[byte % alphabet.size()];
  return code + check_character(code);
}

std::optional<std::string> parse_code(std::string_view typed) {
  constexpr std::size_t typed_most = 4 * code_characters;
  if (typed.size() > typed_most) return {};
  std::string code;
  for (char const c : normalise_identifier(typed))
    if (c != '-') code += c;
  if (code.size() != code_characters || code.find_first_not_of(alphabet) != code.npos) return {};
  if (check_character(std::string_view(code).substr(0, code.size() - 1)) != code.back()) return {};
  return code;
}

std::string show_code(std::string_view code) {
  constexpr std::size_t group = 4;
  std::string shown;
  for (std::size_t i = 0; i < code.size(); ++i) {
    if (i > 0 && i % group == 0) shown += '-';
    shown += code[i];
  }
  return shown;
}

}  // namespace plumbline::documents
