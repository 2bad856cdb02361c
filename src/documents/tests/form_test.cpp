#include <set>

#include "paper_fixture.hpp"

namespace plumbline::documents {
namespace {

std::string small_form(std::string const& edition, std::string const& from, std::string const& to) {
  return R"({"form":"slip","edition":")" + edition +
         R"(","title":"单","title_en":"Slip","legal_basis":"法",)" + R"("source":"[D]","effective_from":")" +
         from + '"' + (to.empty() ? "" : R"(,"effective_to":")" + to + '"') +
         R"(,"register":"check","series":"单","fields":[{"name":"authority","source":"a"}],)"
         R"("blocks":[{"text":"${authority}"}]})";
}

TEST(FormBook, picks_the_edition_of_the_day) {
  FormBook book;
  ASSERT_TRUE(book.add(*parse_form(small_form("1", "2020-01-01", "2024-12-31"))));
  ASSERT_TRUE(book.add(*parse_form(small_form("2", "2025-01-01", ""))));
  EXPECT_EQ((*book.find("slip", *parse_date("2024-12-31")))->edition, "1");
  EXPECT_EQ((*book.find("slip", *parse_date("2025-01-01")))->edition, "2");
  EXPECT_EQ(book.find("slip", *parse_date("2019-12-31")).refusal().code, "no_form_in_force");
  EXPECT_EQ(book.find("slop", *parse_date("2025-01-01")).refusal().code, "unknown_form");
  EXPECT_EQ(book.edition("slip", "1")->effective_to, parse_date("2024-12-31"));
  EXPECT_EQ(book.edition("slip", "3"), nullptr);
}

TEST(FormBook, takes_no_two_editions_for_one_day) {
  FormBook book;
  ASSERT_TRUE(book.add(*parse_form(small_form("1", "2020-01-01", ""))));
  EXPECT_EQ(book.add(*parse_form(small_form("2", "2025-01-01", ""))).refusal().code, "form_broken");
}

TEST(Form, of_the_house_are_sound_and_say_what_they_rest_on) {
  FormBook book;
  for (auto const& file : fs::directory_iterator(fs::path(PLUMBLINE_SOURCE_DIR) / "forms")) {
    if (file.path().extension() != ".json") continue;
    auto const form = form_of(file.path().stem().string());
    EXPECT_FALSE(form.legal_basis.empty());
    EXPECT_TRUE(book.add(form)) << file.path();
  }
  EXPECT_EQ(book.forms().size(), 8U);
}

struct Wrong {
  std::string from;
  std::string to;
};
class WrongForms : public ::testing::TestWithParam<Wrong> {};
TEST_P(WrongForms, are_refused) {
  auto text = small_form("1", "2020-01-01", "");
  auto const at = text.find(GetParam().from);
  ASSERT_NE(at, text.npos);
  text.replace(at, GetParam().from.size(), GetParam().to);
  auto const form = parse_form(text);
  ASSERT_FALSE(form) << text;
  EXPECT_EQ(form.refusal().code, GetParam().to == "}" ? "invalid_json" : "form_broken");
}
INSTANTIATE_TEST_SUITE_P(
    All, WrongForms,
    ::testing::Values(Wrong{"\"series\"", "\"serie\""}, Wrong{"${authority}", "${authorities}"},
                      Wrong{"2020-01-01", "2020-02-30"}, Wrong{"\"source\":\"a\"", "\"source\":null"},
                      Wrong{"\"text\":", "\"block\":\"drawing\",\"text\":"},
                      Wrong{"\"source\":\"a\"", "\"source\":\"a\",\"kind\":\"picture\""},
                      Wrong{"${authority}", "${.column}"}, Wrong{"\"title\":\"单\"", "\"title\":7"},
                      Wrong{"\"series\"", "\"where\":{\"state\":\"void\"},\"series\""},
                      Wrong{"{\"form\"", "}"}));

TEST(Code, holds_itself_and_finds_one_wrong_character) {
  std::set<std::string> seen;
  for (int i = 0; i < 200; ++i) {
    auto const code = make_code();
    ASSERT_EQ(code.size(), code_characters);
    EXPECT_TRUE(seen.insert(code).second);
    EXPECT_EQ(parse_code(code), code);
    EXPECT_EQ(parse_code(show_code(code)), code);
    for (std::size_t k = 0; k < code.size(); ++k) {
      auto wrong = code;
      wrong[k] = wrong[k] == '7' ? '8' : '7';
      EXPECT_FALSE(parse_code(wrong)) << wrong;
      if (k > 0 && code[k - 1] != code[k]) {
        auto turned = code;
        std::swap(turned[k - 1], turned[k]);
        EXPECT_FALSE(parse_code(turned)) << turned;
      }
    }
  }
}

TEST(Code, is_read_as_people_type_it) {
  auto const code = make_code();
  std::string lower;
  for (char const c : show_code(code)) lower += static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
  EXPECT_EQ(parse_code("  " + lower + " "), code);
  for (auto const& wrong : {"", "-", "7K3M", "../../etc/passwd", "7K3M-9QRT-1A2B-3C4D-5E6O"})
    EXPECT_FALSE(parse_code(wrong)) << wrong;
}

}  // namespace
}  // namespace plumbline::documents
