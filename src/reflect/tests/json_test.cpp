#include "reflect/json.hpp"

#include <gtest/gtest.h>

#include <random>

namespace plumbline {
namespace {

Problem problem_of(std::string_view text) {
  auto const result = parse_json(text);
  if (result) return {"", "accepted", write_json(*result)};
  EXPECT_EQ(result.refusal().code, "invalid_json");
  return result.refusal().problems.at(0);
}

TEST(Json, readsEveryKind) {
  auto const json = parse_json(R"( {"a":[1,-2.5,true,false,null,"é\u00e9\n"],"b":{}} )");
  ASSERT_TRUE(json);
  Json expected(
      Json::Object{{"a", Json::Array{1, -2.5, true, false, Json(), "éé\n"}}, {"b", Json::Object{}}});
  EXPECT_EQ(*json, expected);
  EXPECT_EQ(write_json(*json), "{\"a\":[1,-2.5,true,false,null,\"éé\\n\"],\"b\":{}}");
  EXPECT_EQ(json->find("a")->as_array()->size(), 6U);
  EXPECT_EQ(json->find("c"), nullptr);
}

TEST(Json, keepsIntegersOf64Bits) {
  auto const json =
      parse_json("[9007199254740993,9223372036854775807,-9223372036854775808,9223372036854775808,1.0,-0]");
  ASSERT_TRUE(json);
  auto const& items = *json->as_array();
  EXPECT_EQ(*items[0].as_integer(), (std::int64_t{1} << 53) + 1);
  EXPECT_EQ(*items[1].as_integer(), INT64_MAX);
  EXPECT_EQ(*items[2].as_integer(), INT64_MIN);
  EXPECT_EQ(*items[3].as_real(), 0x1p63);
  EXPECT_EQ(*items[4].as_real(), 1.0);
  EXPECT_EQ(*items[5].as_integer(), 0);
  EXPECT_EQ(write_json(Json(Json::Array{items[0], items[1], items[2]})),
            "[9007199254740993,9223372036854775807,-9223372036854775808]");
}

TEST(Json, readsRealsToTheLastBit) {
  // Boundaries of double: smallest, largest, halfway cases.
  for (char const* text : {"0.1", "2.2250738585072014e-308", "1.7976931348623157e308", "123456789.123456789",
                           "5e-324", "9007199254740993.5", "0.30000000000000004", "1e23"}) {
    auto const json = parse_json(text);
    ASSERT_TRUE(json) << text;
    EXPECT_EQ(*json->as_real(), std::strtod(text, nullptr)) << text;
  }
  EXPECT_EQ(write_json(Json(3.0)), "3.0");
  EXPECT_EQ(write_json(Json(1e300)), "1e+300");
  EXPECT_EQ(problem_of("[1,1e999]"), (Problem{"/1", "out_of_range", "8"}));
  EXPECT_THROW(write_json(Json(0.0 / 0.0)), std::invalid_argument);
}

TEST(Json, refusesWhatIsNotJson) {
  for (char const* text : {"",
                           " ",
                           "{",
                           "[1,]",
                           "{\"a\":1,}",
                           "{'a':1}",
                           "[1] x",
                           "nul",
                           "01",
                           "+1",
                           ".5",
                           "1.",
                           "\"\t\"",
                           "// x\n1",
                           "\"\xff\"",
                           "\"\xed\xa0\x80\"",
                           "\"\\ud800\"",
                           "\"\\udc00\"",
                           "\"\\x\"",
                           "NaN",
                           "Infinity",
                           "\xEF\xBB\xBF{}",
                           "[1 2]",
                           "{\"a\" 1}",
                           "[1][2]"}) {
    EXPECT_EQ(problem_of(text).code, "invalid_json") << text;
  }
  EXPECT_EQ(problem_of("[1,2,x]").detail, "5");
  EXPECT_EQ(problem_of("[1] x").detail, "4");
}

TEST(Json, refusesDuplicateNamesWithTheirPlace) {
  EXPECT_EQ(problem_of(R"({"a":1,"a":2})").code, "duplicate_key");
  EXPECT_EQ(problem_of(R"({"a":1,"a":2})").path, "/a");
  EXPECT_EQ(problem_of(R"({"x":[0,{"a/b~":1,"\u0061/b~":2}]})").path, "/x/1/a~1b~0");
  std::string large = "{";
  for (int i = 0; i < 100; ++i) large += "\"k" + std::to_string(i) + "\":1,";
  EXPECT_TRUE(parse_json(large + "\"z\":1}"));
  EXPECT_EQ(problem_of(large + "\"k57\":1}").path, "/k57");
}

TEST(Json, refusesNul) {
  EXPECT_EQ(problem_of(R"({"status":"pending\u0000evil"})").code, "nul");
  EXPECT_EQ(problem_of(R"({"status":"pending\u0000evil"})").path, "/status");
  EXPECT_EQ(problem_of(R"({"a\u0000":1})").code, "nul");
  EXPECT_EQ(problem_of(std::string_view("\"a\0b\"", 5)).code, "invalid_json")
      << "a raw NUL is no JSON at all";
}

TEST(Json, refusesDeepNesting) {
  auto const nested = [](std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); };
  EXPECT_TRUE(parse_json(nested(32)));
  EXPECT_EQ(problem_of(nested(33)).code, "too_deep");
  EXPECT_EQ(problem_of(nested(1'000'000)).code, "too_deep");
}

TEST(Json, setsAndPushes) {
  Json json;
  json.set("a", 1);
  json.set("b", "x");
  json.set("a", 2U);
  EXPECT_EQ(write_json(json), R"({"a":2,"b":"x"})");
  Json list;
  list.push(true);
  list.push(Json());
  EXPECT_EQ(write_json(list), "[true,null]");
  EXPECT_THROW(json.push(1), std::invalid_argument);
  EXPECT_THROW(list.set("a", 1), std::invalid_argument);
  EXPECT_THROW(Json(UINT64_MAX), std::invalid_argument);
  static_assert(!std::is_constructible_v<Json, void*>, "a pointer must not become true");
}

TEST(Json, writesForPeople) {
  EXPECT_EQ(write_json_pretty(*parse_json(R"({"a":[1,{}],"b":[]})")),
            "{\n  \"a\": [\n    1,\n    {}\n  ],\n  \"b\": []\n}");
}

TEST(CanonicalJson, sortsNamesAndEscapesLittle) {
  Json json(Json::Object{
      {"b", "é/\"\\\n\x01\x1f\x7f"}, {"a", Json::Array{0, -5}}, {"B", Json::Object{}}, {"a_1", ""}});
  EXPECT_EQ(write_canonical(json),
            "{\"B\":{},\"a\":[0,-5],\"a_1\":\"\",\"b\":\"é/\\\"\\\\\\n\\u0001\\u001f\x7f\"}");
}

TEST(CanonicalJson, throwsForWhatItCannotHold) {
  for (Json const& json :
       {Json(), Json(true), Json(1.5), Json((std::int64_t{1} << 53)), Json(-(std::int64_t{1} << 53)),
        Json("\xff"), Json(Json::Object{{"1a", 1}}), Json(Json::Object{{"", 1}}),
        Json(Json::Object{{"a-b", 1}}), Json(Json::Object{{std::string(65, 'a'), 1}})})
    EXPECT_THROW(write_canonical(json), std::invalid_argument) << write_json(json);
  EXPECT_EQ(write_canonical(Json((std::int64_t{1} << 53) - 1)), "9007199254740991");
  EXPECT_NO_THROW(write_canonical(Json(Json::Object{{std::string(64, 'a'), 1}})));
}

TEST(CanonicalJson, countsDepthWithScalars) {
  auto const nested = [](int arrays, Json inner) {
    for (int i = 0; i < arrays; ++i) inner = Json(Json::Array{inner});
    return inner;
  };
  EXPECT_NO_THROW(write_canonical(nested(15, 1)));
  EXPECT_THROW(write_canonical(nested(16, 1)), std::invalid_argument);
  EXPECT_NO_THROW(write_canonical(nested(15, Json(Json::Array{})))) << "an empty array is a leaf";
}

TEST(CanonicalJson, takesOnlyItsOwnSpelling) {
  for (char const* text : {"0", "-1", "9007199254740991", "-9007199254740991", "\"\"", "[]", "{}",
                           R"({"a":1,"b":2})", R"({"B":1,"a":2})", R"({"a":1,"a_":2,"aa":3})",
                           R"(["\u0000\u001f\b\t\n\f\r\"\\/é"])", "\"\x7f\"", "\"\xF0\x9F\x98\x80\""})
    EXPECT_TRUE(parse_canonical(text)) << text;
  for (char const* text : {"",
                           " 1",
                           "1 ",
                           "1\n",
                           "01",
                           "-0",
                           "1.0",
                           "1e2",
                           "1E2",
                           "9007199254740992",
                           "-9007199254740992",
                           "true",
                           "false",
                           "null",
                           "[1, 2]",
                           R"({"a": 1})",
                           R"({"b":1,"a":2})",
                           R"({"a":1,"a":2})",
                           R"({"a b":1})",
                           R"({"é":1})",
                           R"({"":1})",
                           R"({"_a":1})",
                           R"("\/")",
                           R"("\u0061")",
                           R"("\u000a")",
                           R"("\u001F")",
                           R"("\u00e9")",
                           R"("\ud83d\ude00")",
                           R"("\u007f")",
                           "\xEF\xBB\xBF{}",
                           "[1,]",
                           R"({"\u0061":1})",
                           "\"\xff\"",
                           "\"\xc0\x80\""})
    EXPECT_FALSE(parse_canonical(text)) << text;
  EXPECT_TRUE(parse_canonical(std::string(15, '[') + "1" + std::string(15, ']')));
  EXPECT_FALSE(parse_canonical(std::string(16, '[') + "1" + std::string(16, ']')));
  EXPECT_TRUE(parse_canonical(std::string(16, '[') + std::string(16, ']')));
  EXPECT_FALSE(parse_canonical(std::string(17, '[') + std::string(17, ']')));
}

// --- random documents -------------------------------------------------------------------------------

struct RandomJson {
  std::mt19937_64 random{20251122};
  std::uint64_t below(std::uint64_t n) { return random() % n; }
  std::string text() {
    static constexpr std::string_view pieces[] = {
        "a", "\"", "\\", "\n", "\x01", "é", "质", "\xF0\x9F\x98\x80", "/", " ", "\x7f"};
    std::string out;
    for (auto n = below(6); n > 0; --n) out += pieces[below(std::size(pieces))];
    return out;
  }
  Json value(int depth, bool canonical) {
    switch (below(depth > 0 ? 7 : 4)) {
      case 0: return canonical ? Json("x") : (below(2) != 0 ? Json(below(2) != 0) : Json());
      case 1: return static_cast<std::int64_t>(random()) >> (canonical ? 11 : below(64));
      case 2:
        return canonical
                   ? Json(0)
                   : Json(std::ldexp(static_cast<double>(random()), static_cast<int>(below(600)) - 300));
      case 3: return text();
      case 4:
      case 5: {
        Json::Array items;
        for (auto n = below(5); n > 0; --n) items.push_back(value(depth - 1, canonical));
        return items;
      }
      default: {
        Json object(Json::Object{});
        for (auto n = below(20); n > 0; --n)
          object.set(canonical ? "k" + std::to_string(below(100)) : text() + std::to_string(n),
                     value(depth - 1, canonical));
        return object;
      }
    }
  }
};

TEST(JsonProperty, whatIsWrittenIsReadAgain) {
  RandomJson make;
  for (int i = 0; i < 3000; ++i) {
    Json const json = make.value(5, false);
    auto const compact = parse_json(write_json(json));
    ASSERT_TRUE(compact) << write_json(json);
    ASSERT_EQ(*compact, json) << write_json(json);
    auto const pretty = parse_json(write_json_pretty(json));
    ASSERT_TRUE(pretty);
    ASSERT_EQ(*pretty, json);
  }
}

TEST(JsonProperty, canonicalTextIsAFixedPoint) {
  RandomJson make;
  for (int i = 0; i < 3000; ++i) {
    std::string const text = write_canonical(make.value(5, true));
    auto const again = parse_canonical(text);
    ASSERT_TRUE(again) << text;
    ASSERT_EQ(write_canonical(*again), text);
  }
}

// No byte changed at random makes the parser crash, nor a text canonical that is not a fixed point.
TEST(JsonProperty, damagedTextsAreRefusedOrRead) {
  RandomJson make;
  for (int i = 0; i < 3000; ++i) {
    std::string text = write_canonical(make.value(4, true));
    for (auto n = 1 + make.below(3); n > 0; --n)
      text[make.below(text.size())] = static_cast<char>(make.below(256));
    if (auto const json = parse_canonical(text)) {
      ASSERT_EQ(write_canonical(*json), text);
    }
    auto const json = parse_json(text);
    if (json) {
      ASSERT_EQ(*parse_json(write_json(*json)), *json) << text;
    }
  }
}

}  // namespace
}  // namespace plumbline
