#include "base/identifiers.hpp"

#include <algorithm>
#include <array>

#include "base/bytes.hpp"

namespace plumbline {
namespace {

constexpr std::string_view digits = "0123456789";
constexpr std::string_view uscc_alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY";
constexpr std::string_view vin_year_alphabet = "ABCDEFGHJKLMNPRSTVWXY123456789";
constexpr std::string_view province_short_names =
    "京津冀晋蒙辽吉黑沪苏浙皖闽赣鲁豫鄂湘粤桂琼渝川贵云藏陕甘青宁新";

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_capital(char c) { return c >= 'A' && c <= 'Z'; }
bool all_digits(std::string_view text) { return std::all_of(text.begin(), text.end(), is_digit); }
bool is_uscc_character(char c) { return uscc_alphabet.find(c) != std::string_view::npos; }

// GB 11714 and GB 11643: 0-9 for themselves, A-Z for 10..35.
int alphanumeric_value(char c) { return is_digit(c) ? c - '0' : c - 'A' + 10; }

bool has_uscc_shape(std::string_view text) {
  return text.size() >= 8 && std::all_of(text.begin(), text.end(), is_uscc_character) &&
         all_digits(text.substr(2, 6));
}

// ISO 3779: A1 … H8, J1 … N5 P7 R9, S2 … Z9; -1 for I O Q and the rest.
int vin_value(char c) {
  if (is_digit(c)) return c - '0';
  if (!is_capital(c)) return -1;
  constexpr std::string_view values = "12345678-12345-7-923456789";
  char const value = values[static_cast<std::size_t>(c - 'A')];
  return value == '-' ? -1 : value - '0';
}

bool has_vin_shape(std::string_view text) {
  return text.size() == 17 && std::all_of(text.begin(), text.end(), [](char c) { return vin_value(c) >= 0; });
}

// Takes one province's short name ("鲁") from the front.
bool take_province(std::string_view& text) {
  constexpr std::size_t width = 3;  // bytes of a Chinese character in UTF-8
  if (text.size() < width) return false;
  std::size_t const at = province_short_names.find(text.substr(0, width));
  if (at == std::string_view::npos || at % width != 0) return false;
  text.remove_prefix(width);
  return true;
}

bool take(std::string_view& text, std::string_view expected) {
  if (!text.starts_with(expected)) return false;
  text.remove_prefix(expected.size());
  return true;
}

// Takes between `least` and `most` digits, as many as there are.
bool take_digits(std::string_view& text, std::size_t least, std::size_t most) {
  std::size_t const count = std::min(text.find_first_not_of(digits), text.size());
  if (count < least || count > most) return false;
  text.remove_prefix(count);
  return true;
}

struct Section {
  char letter;
  int first_division;
  int last_division;
  std::string_view name_zh;
};
constexpr std::array<Section, 20> sections{{
    {'A', 1, 5, "农、林、牧、渔业"},
    {'B', 6, 12, "采矿业"},
    {'C', 13, 43, "制造业"},
    {'D', 44, 46, "电力、热力、燃气及水生产和供应业"},
    {'E', 47, 50, "建筑业"},
    {'F', 51, 52, "批发和零售业"},
    {'G', 53, 60, "交通运输、仓储和邮政业"},
    {'H', 61, 62, "住宿和餐饮业"},
    {'I', 63, 65, "信息传输、软件和信息技术服务业"},
    {'J', 66, 69, "金融业"},
    {'K', 70, 70, "房地产业"},
    {'L', 71, 72, "租赁和商务服务业"},
    {'M', 73, 75, "科学研究和技术服务业"},
    {'N', 76, 79, "水利、环境和公共设施管理业"},
    {'O', 80, 82, "居民服务、修理和其他服务业"},
    {'P', 83, 83, "教育"},
    {'Q', 84, 85, "卫生和社会工作"},
    {'R', 86, 90, "文化、体育和娱乐业"},
    {'S', 91, 96, "公共管理、社会保障和社会组织"},
    {'T', 97, 97, "国际组织"},
}};

Section const* section_of(char letter) {
  return letter >= 'A' && letter <= 'T' ? &sections[static_cast<std::size_t>(letter - 'A')] : nullptr;
}

bool is_mobile(std::string_view text) {
  return text.size() == 11 && text[0] == '1' && text[1] >= '3' && all_digits(text);
}

// Area code (3 or 4 digits with the 0), number of 7 or 8 digits that starts with 2-9, extension.
bool is_fixed_line(std::string_view text, bool area_code_needed) {
  if (text.starts_with('0')) {
    std::size_t const hyphen = text.find('-');
    std::size_t const number = std::min(text.find_first_not_of(digits), text.size());
    // Without a hyphen after it the area code runs into the number: 010 and 02x have 3 digits.
    bool const split = hyphen == 3 || hyphen == 4;
    std::size_t const area = split ? hyphen : (text.size() > 1 && (text[1] == '1' || text[1] == '2') ? 3 : 4);
    if (text.size() <= area || text[1] == '0' || number < area) return false;
    text.remove_prefix(split ? area + 1 : area);
  } else if (area_code_needed) {
    return false;
  }
  if (text.empty() || text[0] < '2' || text[0] > '9' || !take_digits(text, 7, 8)) return false;
  return text.empty() || (take(text, "-") && take_digits(text, 1, 6) && text.empty());
}

bool is_toll_free(std::string_view text) {
  if (!take(text, "400") && !take(text, "800")) return false;
  take(text, "-");
  if (text.size() < 7 || !all_digits(text.substr(0, 3))) return false;
  text.remove_prefix(3);
  take(text, "-");
  return text.size() == 4 && all_digits(text);
}

}  // namespace

// ---- unified social credit code

std::optional<char> uscc_check_character(std::string_view first_17) {
  if (first_17.size() != 17 || !has_uscc_shape(first_17)) return {};
  int sum = 0;
  int weight = 1;  // 3^i mod 31
  for (char const c : first_17) {
    sum += static_cast<int>(uscc_alphabet.find(c)) * weight;
    weight = weight * 3 % 31;
  }
  return uscc_alphabet[static_cast<std::size_t>((31 - sum % 31) % 31)];
}

bool is_valid_uscc(std::string_view text) {
  return text.size() == 18 && uscc_check_character(text.substr(0, 17)) == text[17];
}

UsccKind uscc_kind(std::string_view uscc) {
  constexpr std::array<std::pair<std::string_view, UsccKind>, 7> kinds{
      {{"91", UsccKind::enterprise},
       {"92", UsccKind::household},
       {"93", UsccKind::cooperative},
       {"11", UsccKind::organ},
       {"12", UsccKind::institution},
       {"51", UsccKind::social_group},
       {"52", UsccKind::private_non_enterprise}}};
  for (auto const& [prefix, kind] : kinds)
    if (uscc.starts_with(prefix)) return kind;
  return UsccKind::other;
}

std::string_view uscc_region_code(std::string_view uscc) { return uscc.substr(2, 6); }
std::string_view uscc_organisation_code(std::string_view uscc) { return uscc.substr(8, 9); }

std::optional<std::string> make_uscc(std::string_view kind, std::string_view region,
                                     std::string_view base_8) {
  auto const check = organisation_code_check_character(base_8);
  if (kind.size() != 2 || !is_valid_gb2260_code(region) || !check) return {};
  std::string code;
  code.append(kind).append(region).append(base_8).push_back(*check);
  auto const last = uscc_check_character(code);
  if (!last) return {};
  code.push_back(*last);
  return code;
}

std::optional<std::string> make_uscc(std::string_view kind, std::string_view region, std::uint64_t serial) {
  std::string base = "MA000000";
  for (std::size_t place = base.size(); place > 2; --place) {
    base[place - 1] = uscc_alphabet[serial % uscc_alphabet.size()];
    serial /= uscc_alphabet.size();
  }
  if (serial != 0) return {};
  return make_uscc(kind, region, base);
}

// ---- organisation code

std::optional<char> organisation_code_check_character(std::string_view base_8) {
  constexpr std::array<int, 8> weights{3, 7, 9, 10, 5, 8, 4, 2};
  if (base_8.size() != weights.size()) return {};
  int sum = 0;
  for (std::size_t i = 0; i < weights.size(); ++i) {
    if (!is_digit(base_8[i]) && !is_capital(base_8[i])) return {};
    sum += alphanumeric_value(base_8[i]) * weights[i];
  }
  int const rest = 11 - sum % 11;
  return rest == 10 ? 'X' : rest == 11 ? '0' : static_cast<char>('0' + rest);
}

bool is_valid_organisation_code(std::string_view text) {
  if (text.size() == 10 && text[8] == '-')
    return organisation_code_check_character(text.substr(0, 8)) == text[9];
  return text.size() == 9 && organisation_code_check_character(text.substr(0, 8)) == text[8];
}

// ---- vehicles

std::optional<char> vin_check_character(std::string_view vin) {
  constexpr std::array<int, 17> weights{8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2};
  if (!has_vin_shape(vin)) return {};
  int sum = 0;
  for (std::size_t i = 0; i < weights.size(); ++i) sum += vin_value(vin[i]) * weights[i];
  int const rest = sum % 11;
  return rest == 10 ? 'X' : static_cast<char>('0' + rest);
}

bool is_valid_vin(std::string_view text) {
  auto const check = vin_check_character(text);
  return check && *check == text[8];
}

std::optional<int> vin_model_year(std::string_view vin, int year_max) {
  if (!has_vin_shape(vin)) return {};
  std::size_t const place = vin_year_alphabet.find(vin[9]);
  if (place == std::string_view::npos) return {};
  int const first = 1980 + static_cast<int>(place);
  if (first > year_max) return {};
  return first + (year_max - first) / 30 * 30;
}

std::optional<char> vin_year_character(int model_year) {
  if (model_year < 1980) return {};
  return vin_year_alphabet[static_cast<std::size_t>(model_year - 1980) % vin_year_alphabet.size()];
}

// ---- trade items

std::optional<char> gtin_check_digit(std::string_view digits_before_check) {
  std::size_t const size = digits_before_check.size();
  if ((size != 7 && size != 11 && size != 12 && size != 13) || !all_digits(digits_before_check)) return {};
  int sum = 0;
  for (std::size_t i = 0; i < size; ++i)
    sum += (digits_before_check[size - 1 - i] - '0') * (i % 2 == 0 ? 3 : 1);
  return static_cast<char>('0' + (10 - sum % 10) % 10);
}

bool is_valid_gtin(std::string_view text) {
  return !text.empty() && gtin_check_digit(text.substr(0, text.size() - 1)) == text.back();
}

std::optional<std::string> gtin_14(std::string_view gtin) {
  if (!is_valid_gtin(gtin)) return {};
  return std::string(14 - gtin.size(), '0').append(gtin);
}

// ---- places

bool is_valid_region_code(std::string_view text) {
  std::size_t const size = text.size();
  bool const length = size == 2 || size == 4 || size == 6 || size == 9 || size == 12;
  return length && text[0] >= '1' && text[0] <= '8' && all_digits(text);
}

bool is_valid_gb2260_code(std::string_view text) { return text.size() == 6 && is_valid_region_code(text); }

std::string_view short_region_code(std::string_view code) {
  if (code.size() == 6 && code.ends_with("0000")) return code.substr(0, 2);
  if (code.size() == 6 && code.ends_with("00")) return code.substr(0, 4);
  return code;
}

std::string_view parent_region_code(std::string_view code) {
  code = short_region_code(code);
  if (code.size() > 6) return code.substr(0, code.size() > 9 ? 9 : 6);
  return code.substr(0, code.size() < 2 ? 0 : code.size() - 2);
}

// ---- trades

bool is_valid_industry_code(std::string_view text) {
  if (text.empty() || !section_of(text[0])) return false;
  std::string_view const number = text.substr(1);
  if (number.empty()) return true;
  if (number.size() < 2 || number.size() > 4 || !all_digits(number)) return false;
  return industry_section((number[0] - '0') * 10 + (number[1] - '0')) == text[0];
}

std::optional<char> industry_section(int division) {
  for (Section const& section : sections)
    if (section.first_division <= division && division <= section.last_division) return section.letter;
  return {};
}

std::optional<DivisionRange> industry_divisions(char section) {
  Section const* const found = section_of(section);
  if (!found) return {};
  return DivisionRange{found->first_division, found->last_division};
}

std::string_view industry_section_name_zh(char section) {
  Section const* const found = section_of(section);
  return found ? found->name_zh : std::string_view{};
}

std::optional<std::string> industry_code(std::string_view number) {
  if (number.size() < 2 || number.size() > 4 || !all_digits(number)) return {};
  auto const section = industry_section((number[0] - '0') * 10 + (number[1] - '0'));
  if (!section) return {};
  return std::string(1, *section).append(number);
}

// ---- people

std::optional<char> id_number_check_character(std::string_view first_17) {
  constexpr std::array<int, 17> weights{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2};
  constexpr std::string_view characters = "10X98765432";
  if (first_17.size() != weights.size() || !all_digits(first_17)) return {};
  int sum = 0;
  for (std::size_t i = 0; i < weights.size(); ++i) sum += (first_17[i] - '0') * weights[i];
  return characters[static_cast<std::size_t>(sum % 11)];
}

std::optional<Date> id_number_birth_date(std::string_view id_number) {
  if (id_number.size() != 18) return {};
  std::string const date = std::string(id_number.substr(6, 4)) + '-' + std::string(id_number.substr(10, 2)) +
                           '-' + std::string(id_number.substr(12, 2));
  return parse_date(date);
}

bool is_valid_id_number(std::string_view text) {
  return text.size() == 18 && text[0] != '0' && id_number_check_character(text.substr(0, 17)) == text[17] &&
         id_number_birth_date(text).has_value();
}

bool is_valid_phone(std::string_view text) {
  if (text.size() == 5 && text[0] == '1' && all_digits(text)) return true;
  if (take(text, "+86")) {
    take(text, "-");
    return is_mobile(text) || is_fixed_line(text, true);
  }
  return is_mobile(text) || is_fixed_line(text, false) || is_toll_free(text);
}

// ---- papers

bool is_valid_cma_number(std::string_view text) { return text.size() == 12 && all_digits(text); }

bool is_valid_production_licence_number(std::string_view text) {
  if (take(text, "(") && !(take_province(text) && take(text, ")"))) return false;
  if (take(text, "（") && !(take_province(text) && take(text, "）"))) return false;
  return take(text, "XK") && take_digits(text, 2, 2) && take(text, "-") && take_digits(text, 3, 3) &&
         take(text, "-") && take_digits(text, 5, 5) && text.empty();
}

bool is_valid_enforcement_certificate_number(std::string_view text) {
  take_province(text);
  if (text.size() < 4 || text.size() > 24) return false;
  auto const allowed = [](char c) { return is_digit(c) || is_capital(c) || c == '-'; };
  return std::all_of(text.begin(), text.end(), allowed) && text.front() != '-' && text.back() != '-' &&
         text.find("--") == std::string_view::npos && std::count_if(text.begin(), text.end(), is_digit) >= 3;
}

}  // namespace plumbline
