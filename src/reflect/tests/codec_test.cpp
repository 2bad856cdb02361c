#include "reflect/codec.hpp"

#include <gmock/gmock.h>

#include "fixture.hpp"

namespace plumbline::reflect {
namespace {

using fixture::Firm;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

Uuid const firm_id = *parse_uuid("01890a5d-ac96-774b-bcce-b302099a8057");

Firm example() {
  Firm firm;
  firm.id = firm_id;
  firm.name = "新和\"铸造\"";
  firm.digest = std::string(64, 'a');
  firm.state = fixture::State::open;
  firm.large = true;
  firm.employees = 12;
  firm.stars = 255;
  firm.founded = make_date(1998, 3, 1);
  firm.inspected = Instant{1'700'000'000'500'000};
  firm.legal_person = "欧阳建国";
  firm.phone = "13812341234";
  firm.born = make_date(1970, 1, 31);
  firm.aliases = {"新和", ""};
  firm.products = {{"p_1", 500, {"甲", "乙"}, fixture::Contact{"李四", "0635-2321234", {}}},
                   {"p_2", 0, {}, {}}};
  firm.score = -7;
  firm.fine = Money{123'450};
  firm.rate = Decimal{50, 2};
  return firm;
}

TEST(Write, ordinaryInTheOrderOfTheStruct) {
  EXPECT_EQ(to_text(example()),
            R"({"id":"01890a5d-ac96-774b-bcce-b302099a8057","name":"新和\"铸造\"","digest":")" +
                std::string(64, 'a') +
                R"(","status":"normal","state":"open","large":true,"employees":12,"stars":255,)"
                R"("founded":"1998-03-01",)"
                R"("inspected":"2023-11-14T22:13:20.5Z","legal_person":"欧阳建国","phone":"13812341234",)"
                R"("born":"1970-01-31","aliases":["新和",""],"products":[{"code":"p_1","price_cents":500,)"
                R"("brands":["甲","乙"],"contact":{"name":"李四","phone":"0635-2321234"}},)"
                R"({"code":"p_2","price_cents":0,"brands":[]}],"score":-7,"fine":123450,"rate":"0.50"})");
}

TEST(Write, canonicalIsCanonicalJson) {
  std::string const text = to_text(example(), Spelling::canonical);
  EXPECT_TRUE(text.starts_with(R"({"aliases":["新和",""],"born":"1970-01-31","digest":)")) << text;
  EXPECT_NE(text.find(R"("large":1,)"), std::string::npos);
  EXPECT_EQ(text.find("parent"), std::string::npos);
  ASSERT_TRUE(parse_canonical(text)) << text;
}

TEST(Write, canonicalMember) {
  Firm const firm = example();
  Type const& type = type_of<Firm>();
  EXPECT_EQ(canonical_member(*type.find("large"), &firm), "1");
  EXPECT_EQ(canonical_member(*type.find("born"), &firm), "\"1970-01-31\"");
  EXPECT_EQ(canonical_member(*type.find("aliases"), &firm), "[\"新和\",\"\"]");
  EXPECT_EQ(canonical_member(*type.find("parent"), &firm), std::nullopt);
}

TEST(Write, refusesWhatNoBrowserHolds) {
  Firm firm = example();
  firm.score = (std::int64_t{1} << 53);
  EXPECT_THROW(to_text(firm), std::invalid_argument);
  firm.score = 0;
  firm.status = static_cast<fixture::FirmStatus>(9);
  EXPECT_THROW(to_text(firm), std::logic_error);
}

std::string text_of(Firm const& firm, Sight sight) {
  std::string out;
  write(out, type_of<Firm>(), &firm, Spelling::ordinary, sight);
  return out;
}

TEST(Sight, maskedHidesPersons) {
  std::string const text = text_of(example(), Sight::masked);
  EXPECT_NE(text.find(R"("legal_person":"欧阳**","phone":"138****1234","aliases":["***",""])"),
            std::string::npos)
      << text;
  EXPECT_NE(text.find(R"("contact":{"name":"李*","phone":"063****1234"})"), std::string::npos) << text;
  EXPECT_EQ(text.find("born"), std::string::npos) << "a masked date would be a false date";
  EXPECT_NE(text.find(R"("score":-7,"fine":123450)"), std::string::npos);
}

TEST(Sight, publishedOnlyIsDenyByDefaultAtEveryLevel) {
  EXPECT_EQ(text_of(example(), Sight::published_only),
            R"({"name":"新和\"铸造\"","status":"normal","legal_person":"欧阳**",)"
            R"("products":[{"code":"p_1","brands":["甲","乙"]},{"code":"p_2","brands":[]}]})");
  EXPECT_EQ(write_json(to_json(type_of<Firm>(), std::addressof(static_cast<Firm const&>(example())),
                               Sight::published_only)),
            text_of(example(), Sight::published_only));
}

TEST(Sight, namesAndPhones) {
  auto const name = [](std::string text) {
    Firm firm;
    firm.legal_person = std::move(text);
    return *to_json(type_of<Firm>(), &firm, Sight::masked).find("legal_person")->as_text();
  };
  EXPECT_EQ(name("张三"), "张*");
  EXPECT_EQ(name("张三丰"), "张**");
  EXPECT_EQ(name("欧阳"), "欧*") << "two characters are surname and name";
  EXPECT_EQ(name("诸葛亮"), "诸葛*");
  EXPECT_EQ(name("阿不都热合曼·买买提"), "阿***");
  EXPECT_EQ(name("Smith"), "S***");
  EXPECT_EQ(name(""), "");
  auto const phone = [](std::string text) {
    Firm firm;
    firm.phone = std::move(text);
    return *to_json(type_of<Firm>(), &firm, Sight::masked).find("phone")->as_text();
  };
  EXPECT_EQ(phone("+86-13812341234"), "138****1234");
  EXPECT_EQ(phone("12315"), "***");
}

TEST(Read, bothSpellings) {
  Firm const firm = example();
  for (Spelling spelling : {Spelling::ordinary, Spelling::canonical}) {
    Firm again;
    EXPECT_THAT(from_text(to_text(firm, spelling), again), IsEmpty());
    EXPECT_EQ(to_text(again), to_text(firm));
  }
}

Problem problem(std::string path, std::string code, std::string detail = {}) {
  return {std::move(path), std::move(code), std::move(detail)};
}

std::string const good = R"("name":"新和铸造","founded":"1998-03-01")";

TEST(Read, reportsEverythingAtOnce) {
  Firm firm;
  auto const problems = read(R"({
      "name": "一",
      "digest": "ABC",
      "status": "pending\u0000evil",
      "large": "yes",
      "employees": 1000001,
      "stars": 256,
      "founded": "2025-02-29",
      "inspected": 12,
      "phone": "13812341234", "phone": "13812341235",
      "products": [{"code": "p", "price_cents": -1},
        {"code": "", "a/b~": 1, "brands": ["x", "a|b", "c\u0000"]}, {"code": "x"}],
      "id": "01890a5d-ac96-774b-bcce-b302099a8057"
    })",
                             type_of<Firm>(), &firm, Source::caller);
  EXPECT_THAT(
      problems,
      UnorderedElementsAre(
          problem("/phone", "duplicate_key"), problem("/name", "too_short", "2"),
          problem("/digest", "sha256_hex"), problem("/status", "unknown_value", "pending,normal,closed"),
          problem("/large", "wrong_kind", "boolean"), problem("/employees", "out_of_range", "0..1000000"),
          problem("/stars", "out_of_range"), problem("/founded", "invalid_date"),
          problem("/inspected", "wrong_kind", "instant"), problem("/products", "too_many", "2"),
          problem("/products/0/price_cents", "out_of_range", "0..9007199254740991"),
          problem("/products/1/code", "required"), problem("/products/1/a~1b~0", "unknown_field"),
          problem("/products/1/brands/1", "ident"), problem("/products/1/brands/2", "nul"),
          problem("/id", "read_only")));
  EXPECT_EQ(firm.name, "一") << "filled as far as it could be read";
  EXPECT_EQ(firm.products.size(), 3U);
}

TEST(Read, saysWhatIsMissing) {
  Firm firm;
  EXPECT_THAT(read("{}", type_of<Firm>(), &firm, Source::caller),
              UnorderedElementsAre(problem("/name", "required"), problem("/founded", "required")));
  for (char const* blank : {"\"\"", "\" \\t\"", "\"\u3000\"", "null"}) {
    Firm other;
    EXPECT_THAT(read(R"({"founded":"1998-03-01","name":)" + std::string(blank) + "}", type_of<Firm>(), &other,
                     Source::caller),
                testing::Contains(problem("/name", "required")))
        << blank;
  }
}

TEST(Read, wrongDocuments) {
  Firm firm;
  EXPECT_THAT(from_text("{", firm), ElementsAre(problem("", "invalid_json", "1")));
  EXPECT_THAT(from_text("[]", firm), ElementsAre(problem("", "wrong_kind", "record")));
  EXPECT_THAT(from_text(std::string(40, '['), firm), ElementsAre(testing::Field(&Problem::code, "too_deep")));
  EXPECT_THAT(
      from_text("{" + good + R"(,"products":{},"aliases":[1],"parent":"x","score":1.5,"born":null})", firm),
      UnorderedElementsAre(problem("/products", "wrong_kind", "list"),
                           problem("/aliases/0", "wrong_kind", "text"), problem("/parent", "invalid_uuid"),
                           problem("/score", "wrong_kind", "integer"), problem("/id", "required")));
}

TEST(Read, numbersAreExact) {
  Firm firm;
  auto const score = [&](std::string const& number) {
    auto const found =
        read("{" + good + R"(,"score":)" + number + "}", type_of<Firm>(), &firm, Source::caller);
    return found.empty() ? std::to_string(firm.score) : found[0].code;
  };
  EXPECT_EQ(score("9007199254740991"), "9007199254740991");
  EXPECT_EQ(score("9007199254740993"), "out_of_range");
  EXPECT_EQ(score("92233720368547758070"), "out_of_range");
  EXPECT_EQ(score("1e3"), "wrong_kind");
  EXPECT_EQ(score("\"1\""), "wrong_kind");
  EXPECT_EQ(score("true"), "wrong_kind");
}

TEST(Read, moneyAndDecimals) {
  Firm firm;
  auto const code = [&](std::string const& members) {
    auto const found = read("{" + good + "," + members + "}", type_of<Firm>(), &firm, Source::caller);
    return found.empty() ? "" : found[0].code + found[0].detail;
  };
  EXPECT_EQ(code(R"("fine":9007199254740991,"rate":"99.999999999")"), "");
  EXPECT_EQ(firm.fine.cents, 9'007'199'254'740'991);
  EXPECT_EQ(firm.rate, (Decimal{99'999'999'999, 9}));
  EXPECT_EQ(code(R"("fine":-1)"), "out_of_range0..9007199254740991");
  EXPECT_EQ(code(R"("fine":1.5)"), "wrong_kindmoney");
  EXPECT_EQ(code(R"("fine":"1")"), "wrong_kindmoney");
  EXPECT_EQ(code(R"("rate":"100.000000001")"), "out_of_range0..100") << "limits of decimals are whole units";
  EXPECT_EQ(code(R"("rate":"-0.1")"), "out_of_range0..100");
  EXPECT_EQ(code(R"("rate":0.5)"), "wrong_kinddecimal")
      << "a number of JSON may have been rounded on its way";
  EXPECT_EQ(code(R"("rate":"1e2")"), "invalid_decimal");
  EXPECT_EQ(code(R"("rate":"01")"), "invalid_decimal");
}

TEST(Read, controlCharacters) {
  auto const code = [](std::string_view name) {
    Firm firm;
    Json json(Json::Object{{"name", name}, {"founded", "1998-03-01"}});
    auto const found = read(json, type_of<Firm>(), &firm, Source::caller);
    return found.empty() ? "" : found[0].code;
  };
  EXPECT_EQ(code("a\n\tb"), "");
  EXPECT_EQ(code("a\rb"), "control_character");
  EXPECT_EQ(code("a\x1b[31m"), "control_character");
  EXPECT_EQ(code("a\x7f"), "control_character");
  EXPECT_EQ(code("a\u0085b"), "control_character");
  EXPECT_EQ(code("a\u00a0b"), "");
  EXPECT_EQ(code(std::string_view("a\0b", 3)), "nul");
  EXPECT_EQ(code("a\xff"), "invalid_utf8");
  EXPECT_EQ(code(std::string(20 * 3, 'x')), "too_long");
  std::string chinese;
  for (int i = 0; i < 20; ++i) chinese += "质";
  EXPECT_EQ(code(chinese), "") << "lengths are code points";
}

TEST(Read, textsOfCallersBecomeNfc) {
  std::string const document = R"({"name":"Ve\u0301lo","founded":"1998-03-01"})";
  Firm firm;
  EXPECT_THAT(read(document, type_of<Firm>(), &firm, Source::caller), IsEmpty());
  EXPECT_EQ(firm.name, "V\u00e9lo");
  read(document, type_of<Firm>(), &firm, Source::history);
  EXPECT_EQ(firm.name, "Ve\u0301lo") << "what is stored is never changed by reading it";
}

TEST(Read, sourcesDifferInWhatBinds) {
  std::string const old = R"({"id":"01890a5d-ac96-774b-bcce-b302099a8057","name":"x","employees":-4})";
  Firm firm;
  EXPECT_THAT(read(old, type_of<Firm>(), &firm, Source::history), IsEmpty());
  EXPECT_EQ(firm.employees, -4);
  EXPECT_EQ(firm.id, firm_id);
  EXPECT_THAT(read(old, type_of<Firm>(), &firm, Source::stored), testing::SizeIs(3));
  EXPECT_THAT(read(old, type_of<Firm>(), &firm, Source::caller), testing::SizeIs(4)) << "and id is read_only";
  EXPECT_THAT(read(R"({"nme":"x"})", type_of<Firm>(), &firm, Source::history),
              ElementsAre(problem("/nme", "unknown_field")));
}

TEST(Read, limitsTheNumberOfProblems) {
  std::string text = "{" + good + R"(,"aliases":[)";
  for (int i = 0; i < 5000; ++i) text += "1,";
  text += "1]}";
  Firm firm;
  EXPECT_LE(read(text, type_of<Firm>(), &firm, Source::caller).size(), 100U);
  EXPECT_LE(firm.aliases.size(), 1000U);
}

TEST(Validate, looksAtFilledObjects) {
  Firm firm = example();
  EXPECT_THAT(validate(type_of<Firm>(), &firm), IsEmpty());
  firm.name = "　";
  firm.products[1].code = "X";
  firm.products[0].contact->name = "";
  firm.status = static_cast<fixture::FirmStatus>(9);
  EXPECT_THAT(validate(type_of<Firm>(), &firm),
              UnorderedElementsAre(problem("/name", "required"), problem("/status", "unknown_value"),
                                   problem("/products/0/contact/name", "required"),
                                   problem("/products/1/code", "code")));
}

}  // namespace
}  // namespace plumbline::reflect
