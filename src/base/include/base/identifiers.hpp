// Identifiers of firms, people, goods, places and trades: shape and check character (rules.md section
// 12). Everything is exact: no trimming, no folding of width or case; normalise_identifier() of
// base/text.hpp does that at the edge. The patterns are ECMA 262 regular expressions of the shape.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.hpp"

namespace plumbline {

// ---- Unified social credit code, GB 32100-2015: 18 characters of 31 (no I O S V Z).
//      registering department 1 · category 1 · GB/T 2260 code 6 · organisation code 9 · check 1
inline constexpr std::string_view uscc_pattern = "^[0-9A-HJ-NPQRTUWXY]{2}[0-9]{6}[0-9A-HJ-NPQRTUWXY]{10}$";
// Shape and check character. The region code may have been abolished since, and the check character of
// the organisation code inside is not looked at: both occur in codes in force.
bool is_valid_uscc(std::string_view text);
// Of the first 17 characters; nothing when they have another shape.
std::optional<char> uscc_check_character(std::string_view first_17);

// The first two characters [M].
enum class UsccKind : std::uint8_t {
  enterprise,              // 91
  household,               // 92 individual household (个体工商户)
  cooperative,             // 93 farmers' cooperative
  organ,                   // 11
  institution,             // 12
  social_group,            // 51
  private_non_enterprise,  // 52
  other
};
// Views into the text, which must be a valid code.
UsccKind uscc_kind(std::string_view uscc);
std::string_view uscc_region_code(std::string_view uscc);        // 6 digits
std::string_view uscc_organisation_code(std::string_view uscc);  // 9 characters

// A well-formed code, for demo cities and tests: kind two characters ("91"), region 6 digits, base 8
// characters of the organisation code. Both check characters are computed. Nothing for bad parts.
std::optional<std::string> make_uscc(std::string_view kind, std::string_view region, std::string_view base_8);
// The same with "MA" and the number in base 31 as organisation code, as registrars have given them out
// since 2015; `serial` below 31^6 = 887,503,681.
std::optional<std::string> make_uscc(std::string_view kind, std::string_view region, std::uint64_t serial);

// ---- Organisation code, GB 11714: 8 characters 0-9 A-Z and a check character, with or without a hyphen
//      before it ("D2143569-X", "551385082").
inline constexpr std::string_view organisation_code_pattern = "^[0-9A-Z]{8}-?[0-9X]$";
bool is_valid_organisation_code(std::string_view text);
std::optional<char> organisation_code_check_character(std::string_view base_8);

// ---- Vehicle identification number, GB 16735 / ISO 3779: 17 characters without I O Q.
inline constexpr std::string_view vin_pattern = "^[0-9A-HJ-NPR-Z]{8}[0-9X][0-9A-HJ-NPR-Z]{8}$";
bool is_valid_vin(std::string_view text);
// What position 9 must be; position 9 of the argument is not looked at. Nothing for another shape.
std::optional<char> vin_check_character(std::string_view vin);
// Position 10 in its 30-year cycle: the latest model year up to `year_max` (usually the present year plus
// one). Nothing for characters without a year (I O Q U Z 0) or another shape.
std::optional<int> vin_model_year(std::string_view vin, int year_max);
// The character of a model year, 1980 and later.
std::optional<char> vin_year_character(int model_year);

// ---- GTIN-8, -12, -13, -14: modulo 10, weights 3 and 1 from the right.
inline constexpr std::string_view gtin_pattern = "^(?:[0-9]{8}|[0-9]{12,14})$";
bool is_valid_gtin(std::string_view text);
// Of 7, 11, 12 or 13 digits.
std::optional<char> gtin_check_digit(std::string_view digits_before_check);
// A valid GTIN padded to 14 digits, so that one article has one key; nothing for an invalid one.
std::optional<std::string> gtin_14(std::string_view gtin);

// ---- Administrative codes. GB/T 2260 has 6 digits: province 2, city 2, county 2; first digit 1-8. The
//      house writes them without empty tails (37, 3715, 371581) and, below counties, with the 3 digits
//      of the town and 3 of the village. Shape only: codes change, base/divisions.hpp knows names.
inline constexpr std::string_view region_code_pattern =
    "^[1-8][0-9](?:[0-9]{2}){0,2}$|^[1-8][0-9]{8}(?:[0-9]{3})?$";
inline constexpr std::string_view gb2260_code_pattern = "^[1-8][0-9]{5}$";
bool is_valid_region_code(std::string_view text);  // 2, 4, 6, 9 or 12 digits
bool is_valid_gb2260_code(std::string_view text);  // 6 digits
// "371500" -> "3715", "370000" -> "37"; other codes as they are.
std::string_view short_region_code(std::string_view code);
// The code one level up: 371581001 -> 371581 -> 3715 -> 37 -> "".
std::string_view parent_region_code(std::string_view code);

// ---- Trades, GB/T 4754-2017 (amended 2019): section letter A-T and 2, 3 or 4 digits: division, group,
//      class ("C36", "C367", "C3670"). The division must belong to the section.
inline constexpr std::string_view industry_code_pattern = "^[A-T](?:[0-9]{2,4})?$";
bool is_valid_industry_code(std::string_view text);
// Section of a division 1..97.
std::optional<char> industry_section(int division);
struct DivisionRange {
  int first;
  int last;
};
std::optional<DivisionRange> industry_divisions(char section);
// Name of a section in the standard's words ("制造业"); empty for other letters.
std::string_view industry_section_name_zh(char section);
// "3670" -> "C3670", "36" -> "C36"; nothing where no section has the division.
std::optional<std::string> industry_code(std::string_view digits);

// ---- Citizen identification number, GB 11643: region 6, birth date 8, order 3, check 1.
inline constexpr std::string_view id_number_pattern = "^[1-9][0-9]{16}[0-9X]$";
bool is_valid_id_number(std::string_view text);
std::optional<char> id_number_check_character(std::string_view first_17);
std::optional<Date> id_number_birth_date(std::string_view id_number);

// ---- Telephone numbers in mainland China [M]: mobile (1[3-9] and 9 digits), fixed line with area code
//      ("0635-2321234", extension "-8001"), 400 and 800 numbers, service numbers (12315). A leading "+86"
//      is allowed before mobile and fixed lines.
inline constexpr std::string_view phone_pattern =
    "^(?:(?:\\+86-?)?1[3-9][0-9]{9}|(?:(?:\\+86-?)?0[1-9][0-9]{1,2}-?)?[2-9][0-9]{6,7}(?:-[0-9]{1,6})?|"
    "[48]00-?[0-9]{3}-?[0-9]{4}|1[0-9]{4})$";
bool is_valid_phone(std::string_view text);

// ---- Laboratory approval (CMA): 12 digits [M]; the standard was not read.
inline constexpr std::string_view cma_number_pattern = "^[0-9]{12}$";
bool is_valid_cma_number(std::string_view text);

// ---- Production licence: XK industry 2 - product 3 - enterprise 5, with the province's short name in
//      brackets where a province issued it, "(鲁)XK16-001-00001" [M].
inline constexpr std::string_view production_licence_pattern =
    "^(?:[(（][\\u4E00-\\u9FFF][)）])?XK[0-9]{2}-[0-9]{3}-[0-9]{5}$";
bool is_valid_production_licence_number(std::string_view text);

// ---- Enforcement certificate: each issuer has its own numbering; no standard was found [M]. The shape
//      asks for 4 to 24 digits, capital letters and single hyphens, at least three digits among them, with
//      the province's short name before them where the issuer writes it.
inline constexpr std::string_view enforcement_certificate_pattern =
    "^[\\u4E00-\\u9FFF]?(?=[0-9A-Z-]{4,24}$)[0-9A-Z]+(?:-[0-9A-Z]+)*$";
bool is_valid_enforcement_certificate_number(std::string_view text);

}  // namespace plumbline
