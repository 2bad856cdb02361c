#include "base/identifiers.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <string>

namespace plumbline {
namespace {

// Every change of one character of a text, to each character of the alphabet.
template <class Valid>
int accepted_neighbours(std::string text, std::string_view alphabet, Valid valid) {
  int accepted = 0;
  for (char& c : text) {
    char const original = c;
    for (char const other : alphabet) {
      if (other == original) continue;
      c = other;
      accepted += valid(text) ? 1 : 0;
    }
    c = original;
  }
  return accepted;
}

constexpr std::string_view uscc_alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY";
constexpr std::string_view digits = "0123456789";

TEST(Uscc, takes_the_examples_of_the_rules) {
  for (auto const* code :
       {"91350100M000100Y43", "91440300708461136T", "91110108551385082Q", "9144030071526726XG"})
    EXPECT_TRUE(is_valid_uscc(code)) << code;
}

TEST(Uscc, refuses_every_single_wrong_character) {
  EXPECT_EQ(accepted_neighbours("91350100M000100Y43", uscc_alphabet, is_valid_uscc), 0);
  EXPECT_EQ(accepted_neighbours("9144030071526726XG", uscc_alphabet, is_valid_uscc), 0);
}

TEST(Uscc, refuses_other_shapes) {
  for (auto const* code :
       {"", "91350100M000100Y4", "91350100M000100Y433", "91350100m000100y43", "9135010OM000100Y43",
        "91350100I000100Y43", "9135A100M000100Y43", " 91350100M000100Y43", "91350100M000100Y4\xEF\xBC\x93"})
    EXPECT_FALSE(is_valid_uscc(code)) << code;
}

TEST(Uscc, a_region_code_need_not_be_in_force) {
  auto const code = make_uscc("91", "372501", "61407824");  // 372501 was the city of Liaocheng until 1997
  ASSERT_TRUE(code);
  EXPECT_TRUE(is_valid_uscc(*code));
}

TEST(Uscc, falls_into_its_pieces) {
  std::string_view const code = "9144030071526726XG";
  EXPECT_EQ(uscc_kind(code), UsccKind::enterprise);
  EXPECT_EQ(uscc_region_code(code), "440300");
  EXPECT_EQ(uscc_organisation_code(code), "71526726X");
  EXPECT_TRUE(is_valid_organisation_code(uscc_organisation_code(code)));
  EXPECT_EQ(uscc_kind("92370502MA3C00000X"), UsccKind::household);
  EXPECT_EQ(uscc_kind("Y1370502MA3C00000X"), UsccKind::other);
}

TEST(Uscc, is_made_from_pieces) {
  EXPECT_EQ(make_uscc("91", "350100", "M000100Y"), "91350100M000100Y43");
  EXPECT_EQ(make_uscc("91", "440300", "71526726"), "9144030071526726XG");
  EXPECT_FALSE(make_uscc("9", "440300", "71526726"));
  EXPECT_FALSE(make_uscc("91", "4403", "71526726"));
  EXPECT_FALSE(make_uscc("91", "440300", "7152672"));
  EXPECT_FALSE(make_uscc("9I", "440300", "71526726"));
  EXPECT_FALSE(make_uscc("91", "440300", "7152672S"))
      << "the organisation code may hold S, this code may not";
}

TEST(Uscc, serials_give_distinct_valid_codes) {
  std::set<std::string> codes;
  for (std::uint64_t serial = 0; serial < 20'000; ++serial) {
    auto const code = make_uscc("91", "371581", serial * 40'009);
    ASSERT_TRUE(code);
    ASSERT_TRUE(is_valid_uscc(*code)) << *code;
    ASSERT_TRUE(is_valid_organisation_code(uscc_organisation_code(*code))) << *code;
    codes.insert(*code);
  }
  EXPECT_EQ(codes.size(), 20'000u);
  EXPECT_TRUE(make_uscc("91", "371581", std::uint64_t{887'503'680}));
  EXPECT_FALSE(make_uscc("91", "371581", std::uint64_t{887'503'681}));
}

TEST(OrganisationCode, takes_both_spellings) {
  EXPECT_TRUE(is_valid_organisation_code("D2143569-X"));
  EXPECT_TRUE(is_valid_organisation_code("D2143569X"));
  EXPECT_TRUE(is_valid_organisation_code("551385082"));
  EXPECT_EQ(organisation_code_check_character("55138508"), '2');
}

TEST(OrganisationCode, refuses_others) {
  for (auto const* code :
       {"", "D2143569-1", "D2143569x", "d2143569X", "D214356-9X", "D2143569--X", "551385083", "55138508"})
    EXPECT_FALSE(is_valid_organisation_code(code)) << code;
  EXPECT_FALSE(organisation_code_check_character("5513850"));
  EXPECT_FALSE(organisation_code_check_character("5513850-"));
}

TEST(Vin, takes_the_examples_of_the_rules) {
  for (auto const* vin : {"1M8GDM9AXKP042788", "LSVAA49J132047371", "11111111111111111"})
    EXPECT_TRUE(is_valid_vin(vin)) << vin;
  EXPECT_EQ(vin_check_character("1M8GDM9A0KP042788"), 'X');
}

TEST(Vin, refuses_others) {
  for (auto const* vin :
       {"", "1M8GDM9A0KP042788", "1M8GDM9AXKP04278", "1M8GDM9AXKP0427888", "IM8GDM9AXKP042788",
        "1M8GDM9AXKPO42788", "1M8GDM9AXKQ042788", "1m8gdm9axkp042788", "LSVAA49J132047372"})
    EXPECT_FALSE(is_valid_vin(vin)) << vin;
  EXPECT_EQ(accepted_neighbours("11111111111111111", digits, is_valid_vin), 0);
  EXPECT_EQ(accepted_neighbours("1M8GDM9AXKP042788", digits, is_valid_vin), 7)
      << "a letter and its digit cannot be told apart";
}

TEST(Vin, position_10_is_the_model_year) {
  EXPECT_EQ(vin_model_year("1M8GDM9AXKP042788", 2009), 1989);
  EXPECT_EQ(vin_model_year("1M8GDM9AXKP042788", 2027), 2019);
  EXPECT_EQ(vin_model_year("LSVAA49J132047371", 2027), 2003);
  EXPECT_EQ(vin_model_year("LSVAA49J132047371", 2033), 2033);
  EXPECT_FALSE(vin_model_year("LSVAA49J1U2047371", 2027));
  EXPECT_FALSE(vin_model_year("LSVAA49J102047371", 2027));
  EXPECT_FALSE(vin_model_year("LSVAA49J1Z2047371", 2027));
  EXPECT_FALSE(vin_model_year("LSVAA49J1", 2027));
  EXPECT_EQ(vin_year_character(1980), 'A');
  EXPECT_EQ(vin_year_character(2000), 'Y');
  EXPECT_EQ(vin_year_character(2001), '1');
  EXPECT_EQ(vin_year_character(2026), 'T');
  EXPECT_FALSE(vin_year_character(1979));
  for (int year = 1981; year < 2040; ++year) {
    std::string vin = "LSVAA49J132047371";
    vin[9] = *vin_year_character(year);
    EXPECT_EQ(vin_model_year(vin, year), year);
  }
}

TEST(Gtin, takes_the_four_lengths) {
  for (auto const* gtin : {"6901234567892", "6291041500213", "96385074", "036000291452", "10614141000415"})
    EXPECT_TRUE(is_valid_gtin(gtin)) << gtin;
  EXPECT_EQ(gtin_check_digit("690123456789"), '2');
  EXPECT_EQ(gtin_14("96385074"), "00000096385074");
  EXPECT_EQ(gtin_14("6901234567892"), "06901234567892");
  EXPECT_FALSE(gtin_14("6901234567893"));
}

TEST(Gtin, refuses_others) {
  for (auto const* gtin :
       {"", "6", "6901234567893", "690123456789", "69012345678", "6901234567892 ", "690123456789X"})
    EXPECT_FALSE(is_valid_gtin(gtin)) << gtin;
  EXPECT_EQ(accepted_neighbours("6291041500213", digits, is_valid_gtin), 0);
}

TEST(RegionCode, has_two_to_twelve_digits) {
  for (auto const* code : {"37", "3705", "370502", "370502001", "370502001001", "810000"})
    EXPECT_TRUE(is_valid_region_code(code)) << code;
  for (auto const* code : {"", "3", "370", "37050", "3705021", "970502", "070502", "37O502", "3705020010"})
    EXPECT_FALSE(is_valid_region_code(code)) << code;
  EXPECT_TRUE(is_valid_gb2260_code("370502"));
  EXPECT_FALSE(is_valid_gb2260_code("3705"));
  EXPECT_FALSE(is_valid_gb2260_code("970502"));
}

TEST(RegionCode, knows_its_place) {
  EXPECT_EQ(short_region_code("371500"), "3715");
  EXPECT_EQ(short_region_code("370000"), "37");
  EXPECT_EQ(short_region_code("371581"), "371581");
  EXPECT_EQ(parent_region_code("371581001001"), "371581001");
  EXPECT_EQ(parent_region_code("371581001"), "371581");
  EXPECT_EQ(parent_region_code("371581"), "3715");
  EXPECT_EQ(parent_region_code("371500"), "37");
  EXPECT_EQ(parent_region_code("3715"), "37");
  EXPECT_EQ(parent_region_code("37"), "");
  EXPECT_EQ(parent_region_code(""), "");
}

TEST(IndustryCode, joins_section_and_division) {
  for (auto const* code : {"C", "C36", "C367", "C3670", "A0111", "T9700", "K7010", "R90"})
    EXPECT_TRUE(is_valid_industry_code(code)) << code;
  for (auto const* code : {"", "U", "C3", "C44", "D3670", "C36700", "c3670", "3670", "C36X", "A00", "T98"})
    EXPECT_FALSE(is_valid_industry_code(code)) << code;
  EXPECT_EQ(industry_code("3670"), "C3670");
  EXPECT_EQ(industry_code("01"), "A01");
  EXPECT_FALSE(industry_code("98"));
  EXPECT_FALSE(industry_code("0"));
  EXPECT_EQ(industry_section_name_zh('C'), "制造业");
  EXPECT_EQ(industry_section_name_zh('Z'), "");
}

TEST(IndustryCode, twenty_sections_share_97_divisions) {
  int next = 1;
  for (char section = 'A'; section <= 'T'; ++section) {
    auto const range = industry_divisions(section);
    ASSERT_TRUE(range);
    EXPECT_EQ(range->first, next) << section;
    for (int division = range->first; division <= range->last; ++division)
      EXPECT_EQ(industry_section(division), section);
    next = range->last + 1;
  }
  EXPECT_EQ(next, 98);
  EXPECT_FALSE(industry_section(0));
  EXPECT_FALSE(industry_section(98));
  EXPECT_FALSE(industry_divisions('U'));
}

TEST(IndustryCode, agrees_with_the_published_table) {
  std::filesystem::path const file =
      std::filesystem::path(PLUMBLINE_SHARED_DIR) / "data/gbt4754-2017-industry/gbt4754_2017.csv";
  if (!std::filesystem::exists(file)) GTEST_SKIP() << "the shared data folder is not there";
  std::ifstream in(file);
  std::string line;
  std::getline(in, line);
  int classes = 0;
  while (std::getline(in, line)) {
    std::string const code = line.substr(0, line.find(','));
    char const section = line[line.find(',', line.find(',', line.find(',') + 1) + 1) + 1];
    if (code.size() == 1) {
      EXPECT_EQ(line.substr(2, line.find(',', 2) - 2), industry_section_name_zh(section));
      continue;
    }
    EXPECT_EQ(industry_code(code), section + code);
    EXPECT_TRUE(is_valid_industry_code(section + code));
    classes += code.size() == 4 ? 1 : 0;
  }
  EXPECT_EQ(classes, 1381);
}

TEST(IdNumber, takes_the_example_of_the_rules) {
  EXPECT_TRUE(is_valid_id_number("11010519491231002X"));
  EXPECT_EQ(id_number_check_character("11010519491231002"), 'X');
  EXPECT_EQ(id_number_birth_date("11010519491231002X"), parse_date("1949-12-31"));
}

TEST(IdNumber, refuses_others) {
  for (auto const* number : {"", "11010519491231002x", "110105194912310021", "11010519491231002",
                             "1101051949123100 X", "11010519491331002X", "010105194912310020"})
    EXPECT_FALSE(is_valid_id_number(number)) << number;
  std::string wrong_day = "11010519490230002";  // 30 February
  wrong_day.push_back(*id_number_check_character(wrong_day));
  EXPECT_FALSE(is_valid_id_number(wrong_day));
  EXPECT_EQ(accepted_neighbours("11010519491231002X", digits, is_valid_id_number), 0);
}

TEST(Phone, takes_numbers_of_an_office) {
  for (auto const* phone : {"13812341234", "+8613812341234", "+86-19912341234", "0635-2321234", "06352321234",
                            "010-62345678", "01062345678", "+86-0635-2321234", "2321234", "0635-2321234-8001",
                            "400-123-4567", "4001234567", "800-8101234", "12315"})
    EXPECT_TRUE(is_valid_phone(phone)) << phone;
}

TEST(Phone, refuses_others) {
  for (auto const* phone :
       {"", "12812341234", "1381234123", "138123412345", "0635-1321234", "0035-2321234", "0635-", "2321",
        "22315", "400-123-456", "0635-2321234-", "138 1234 1234", "０６３５", "+86"})
    EXPECT_FALSE(is_valid_phone(phone)) << phone;
}

TEST(Papers, have_their_shapes) {
  EXPECT_TRUE(is_valid_cma_number("221520340123"));
  EXPECT_FALSE(is_valid_cma_number("22152034012"));
  EXPECT_FALSE(is_valid_cma_number("22152034012A"));

  for (auto const* number : {"XK16-001-00001", "(鲁)XK16-001-00001", "（鲁）XK16-001-00001"})
    EXPECT_TRUE(is_valid_production_licence_number(number)) << number;
  for (auto const* number :
       {"", "XK16-001-0001", "XK1-001-00001", "鲁XK16-001-00001", "(鲁）XK16-001-00001", "(X)XK16-001-00001",
        "(中)XK16-001-00001", "XK16-001-000011", "xk16-001-00001", "(", "("})
    EXPECT_FALSE(is_valid_production_licence_number(number)) << number;

  for (auto const* number : {"37150001", "鲁P-2024-00123", "15371500012", "SD-GS-0012"})
    EXPECT_TRUE(is_valid_enforcement_certificate_number(number)) << number;
  for (auto const* number :
       {"", "123", "ABCD", "-1234", "1234-", "12--34", "ab1234", "张三1234", "1234567890123456789012345"})
    EXPECT_FALSE(is_valid_enforcement_certificate_number(number)) << number;
}

}  // namespace
}  // namespace plumbline
