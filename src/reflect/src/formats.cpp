#include "reflect/formats.hpp"

#include <algorithm>
#include <array>

#include "base/bytes.hpp"
#include "base/hash.hpp"
#include "base/identifiers.hpp"
#include "base/limits.hpp"

namespace plumbline::reflect::formats {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_lower(char c) { return c >= 'a' && c <= 'z'; }

bool valid_sha256_hex(std::string_view text) { return hash_from_hex(text).has_value(); }

bool valid_ident(std::string_view text) {
  auto const allowed = [](char c) {
    return static_cast<unsigned char>(c) >= 0x20 && c != 0x7F && c != '"' && c != ',' && c != '|';
  };
  return !text.empty() && text.size() <= limits::ident_bytes && is_utf8(text) &&
         std::all_of(text.begin(), text.end(), allowed);
}

bool valid_code(std::string_view text) {
  auto const allowed = [](char c) { return is_lower(c) || is_digit(c) || c == '_'; };
  return !text.empty() && text.size() <= limits::code_bytes && is_lower(text[0]) &&
         std::all_of(text.begin(), text.end(), allowed);
}

// The first `count` characters of well-formed UTF-8.
std::string_view first_characters(std::string_view text, std::size_t count) {
  std::size_t i = 0;
  for (; i < text.size(); ++i) {
    bool const starts = (static_cast<unsigned char>(text[i]) & 0xC0) != 0x80;
    if (starts && count-- == 0) break;
  }
  return text.substr(0, i);
}

bool valid_person_name(std::string_view text) {
  std::size_t const length = utf8_length(text);
  auto const plain = [](char c) { return static_cast<unsigned char>(c) >= 0x20 && !is_digit(c); };
  return length >= 2 && length <= 50 && std::all_of(text.begin(), text.end(), plain);
}

// Surnames of two characters, from the Hundred Family Surnames and those common today.
constexpr std::array<std::string_view, 40> double_surnames{
    "欧阳", "司马", "上官", "诸葛", "夏侯", "东方", "皇甫", "尉迟", "公孙", "慕容",
    "令狐", "长孙", "宇文", "司徒", "轩辕", "端木", "独孤", "南宫", "百里", "呼延",
    "东郭", "西门", "申屠", "太史", "公冶", "淳于", "单于", "钟离", "闻人", "赫连",
    "澹台", "濮阳", "拓跋", "第五", "宗政", "鲜于", "闾丘", "司空", "万俟", "公羊"};

std::string masked_person_name(std::string_view text) {
  std::size_t const length = utf8_length(text);
  auto const two = first_characters(text, 2);
  bool const is_double =
      length > 2 && std::find(double_surnames.begin(), double_surnames.end(), two) != double_surnames.end();
  std::size_t const shown = is_double ? 2 : 1;
  std::string out(first_characters(text, shown));
  // No more than three: the length of a foreign name is no business of the reader.
  out.append(std::min<std::size_t>(length > shown ? length - shown : 1, 3), '*');
  return out;
}

// Not from the edges of the text: "+86" and extensions would move the stars.
std::string masked_phone(std::string_view text) {
  std::string digits;
  for (char c : text)
    if (is_digit(c)) digits += c;
  if (digits.size() == 13 && digits.starts_with("86")) digits.erase(0, 2);
  if (digits.size() < 11) return "***";
  return digits.substr(0, 3) + "****" + digits.substr(digits.size() - 4);
}

}  // namespace

constinit Format const uscc{"uscc", uscc_pattern, is_valid_uscc, nullptr, false, true};
constinit Format const org_code{
    "org_code", organisation_code_pattern, is_valid_organisation_code, nullptr, false, true};
constinit Format const vin{"vin", vin_pattern, is_valid_vin, nullptr, false, true};
constinit Format const gtin{"gtin", gtin_pattern, is_valid_gtin, nullptr, false, true};
constinit Format const region_code{"region_code", region_code_pattern, is_valid_region_code, nullptr, false,
                                   true};
constinit Format const gb2260_code{"gb2260_code", gb2260_code_pattern, is_valid_gb2260_code, nullptr, false,
                                   true};
constinit Format const industry_code{
    "industry_code", industry_code_pattern, is_valid_industry_code, nullptr, false, true};
constinit Format const id_number{"id_number", id_number_pattern, is_valid_id_number, nullptr, false, true};
constinit Format const phone{"phone", phone_pattern, is_valid_phone, masked_phone, false, true};
constinit Format const cma_number{"cma_number", cma_number_pattern, is_valid_cma_number, nullptr, false,
                                  true};
constinit Format const production_licence{"production_licence",
                                          production_licence_pattern,
                                          is_valid_production_licence_number,
                                          nullptr,
                                          false,
                                          true};
constinit Format const enforcement_certificate{"enforcement_certificate",
                                               enforcement_certificate_pattern,
                                               is_valid_enforcement_certificate_number,
                                               nullptr,
                                               false,
                                               true};

constinit Format const person_name{"person_name", "^[^\\u0000-\\u001F0-9]{2,50}$", valid_person_name,
                                   masked_person_name, true};
constinit Format const sha256_hex{"sha256_hex", "^[0-9a-f]{64}$", valid_sha256_hex};
constinit Format const ident{"ident", "^[^\\u0000-\\u001F\\u007F\",|]{1,64}$", valid_ident};
constinit Format const code{"code", "^[a-z][a-z0-9_]{0,31}$", valid_code};

}  // namespace plumbline::reflect::formats
