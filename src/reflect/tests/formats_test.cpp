#include "reflect/formats.hpp"

#include <gtest/gtest.h>

namespace plumbline::reflect {
namespace {

TEST(Formats, standForTheirRules) {
  struct Case {
    Format const& format;
    std::string_view code;
    std::string_view good;
    std::string_view bad;
  };
  Case const cases[] = {
      {formats::uscc, "uscc", "91350100M000100Y43", "91350100M000100Y44"},
      {formats::org_code, "org_code", "D2143569-X", "D2143569-1"},
      {formats::vin, "vin", "1M8GDM9AXKP042788", "1M8GDM9A1KP042788"},
      {formats::gtin, "gtin", "4006381333931", "4006381333932"},
      {formats::region_code, "region_code", "371581", "3715810"},
      {formats::gb2260_code, "gb2260_code", "371500", "3715"},
      {formats::industry_code, "industry_code", "C3670", "A3670"},
      {formats::id_number, "id_number", "11010519491231002X", "110105194912310021"},
      {formats::phone, "phone", "13812341234", "23812341234x"},
      {formats::cma_number, "cma_number", "221520180123", "22152018012"},
      {formats::production_licence, "production_licence", "XK16-001-00001", "XK16-001-0001"},
      {formats::enforcement_certificate, "enforcement_certificate", "15080012345", "证"},
      {formats::person_name, "person_name", "阿不都·买买提", "张3"},
      {formats::sha256_hex, "sha256_hex", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
       "E3B0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
      {formats::ident, "ident", "城区 甲-1", "a,b"},
      {formats::code, "code", "a_1", "A1"},
  };
  for (auto const& [format, code, good, bad] : cases) {
    EXPECT_EQ(format.code, code);
    EXPECT_TRUE(format.valid(good)) << code;
    EXPECT_FALSE(format.valid(bad)) << code;
    EXPECT_FALSE(format.valid("")) << code;
    EXPECT_FALSE(format.pattern.empty()) << code;
  }
}

TEST(Formats, identsAndCodesEndWhereTheSpecificationSays) {
  EXPECT_TRUE(formats::ident.valid(std::string(64, 'a')));
  EXPECT_FALSE(formats::ident.valid(std::string(65, 'a')));
  EXPECT_FALSE(formats::ident.valid("a\tb"));
  EXPECT_FALSE(formats::ident.valid("\xff"));
  EXPECT_TRUE(formats::code.valid("a" + std::string(31, '_')));
  EXPECT_FALSE(formats::code.valid("a" + std::string(32, '_')));
  EXPECT_FALSE(formats::code.valid("_a"));
}

}  // namespace
}  // namespace plumbline::reflect
