#include "base/text.hpp"

#include <gtest/gtest.h>

#include "base/bytes.hpp"

namespace plumbline {
namespace {

TEST(Nfc, composes) {
  EXPECT_EQ(to_nfc("e\u0301"), "é");
  EXPECT_EQ(to_nfc("\u212B"), "Å") << "the Ångström sign";
  EXPECT_EQ(to_nfc("\u1112\u1161\u11AB"), "한");
  EXPECT_EQ(to_nfc("q\u0307\u0323"), "q\u0323\u0307") << "marks in their order";
  EXPECT_EQ(to_nfc("\uF900"), "豈") << "a compatibility ideograph with a canonical twin";
  EXPECT_EQ(to_nfc("\u0958"), "\u0915\u093C") << "excluded from composition";
  EXPECT_EQ(to_nfc("a\u0301\u0301"), "á\u0301");
}

TEST(Nfc, leaves_normal_texts_alone) {
  for (auto const* text :
       {"", "abc", "临清市轴承有限公司（集团）", "ＡＢＣ　１２３", "é", "①②㎡ﬁ", "𠮷野家", "👩‍🔬"}) {
    EXPECT_EQ(to_nfc(text), text);
    EXPECT_TRUE(is_nfc(text));
  }
  EXPECT_TRUE(is_nfc(std::string_view("a\0b", 3))) << "NUL is a character like others here";
}

TEST(Nfc, knows_what_is_not_normal) {
  EXPECT_FALSE(is_nfc("e\u0301"));
  EXPECT_FALSE(is_nfc("\xC3"));
  EXPECT_FALSE(to_nfc("\xED\xA0\x80")) << "a surrogate";
  EXPECT_FALSE(to_nfc("\xC0\xAF"));
  EXPECT_FALSE(to_nfc("\xF4\x90\x80\x80"));
}

TEST(Nfc, is_idempotent) {
  // Every code point after a letter and before a mark.
  for (char32_t c = 1; c < 0x30000; ++c) {
    if (c >= 0xD800 && c <= 0xDFFF) continue;
    std::string text = "a";
    if (c < 0x80) {
      text.push_back(static_cast<char>(c));
    } else if (c < 0x800) {
      text.push_back(static_cast<char>(0xC0 | (c >> 6)));
      text.push_back(static_cast<char>(0x80 | (c & 0x3F)));
    } else if (c < 0x10000) {
      text.push_back(static_cast<char>(0xE0 | (c >> 12)));
      text.push_back(static_cast<char>(0x80 | (c >> 6 & 0x3F)));
      text.push_back(static_cast<char>(0x80 | (c & 0x3F)));
    } else {
      text.push_back(static_cast<char>(0xF0 | (c >> 18)));
      text.push_back(static_cast<char>(0x80 | (c >> 12 & 0x3F)));
      text.push_back(static_cast<char>(0x80 | (c >> 6 & 0x3F)));
      text.push_back(static_cast<char>(0x80 | (c & 0x3F)));
    }
    // The short way of plain texts must agree with the long way, which a mark forces.
    auto const plain = to_nfc(text);
    auto const marked = to_nfc(text + "\u0327b");
    ASSERT_TRUE(plain && marked) << static_cast<unsigned>(c);
    ASSERT_EQ(to_nfc(*plain), plain) << static_cast<unsigned>(c);
    ASSERT_EQ(to_nfc(*plain + "\u0327b"), marked) << static_cast<unsigned>(c);
  }
}

TEST(Gb18030, becomes_utf8) {
  EXPECT_EQ(*gb18030_to_utf8("\xC1\xD9\xC7\xE5\xCA\xD0"), "临清市");
  EXPECT_EQ(*gb18030_to_utf8("abc,\xA3\xA8\xA3\xA9"), "abc,（）");
  EXPECT_EQ(*gb18030_to_utf8("\x81\x30\x81\x30"), "\u0080");
  EXPECT_EQ(*gb18030_to_utf8("\x95\x32\x82\x36"), "𠀀") << "four bytes";
  EXPECT_EQ(*gb18030_to_utf8("\x94\xB5"), "數") << "GBK, not in GB 2312";
  EXPECT_EQ(*gb18030_to_utf8(""), "");
}

TEST(Gb18030, refuses_with_the_place) {
  auto const offset_of = [](std::string_view bytes) { return gb18030_to_utf8(bytes).refusal().detail; };
  EXPECT_EQ(gb18030_to_utf8("\xC1").refusal().code, "encoding");
  EXPECT_EQ(offset_of("ab\xC1"), "2") << "cut within a character";
  EXPECT_EQ(offset_of("ab\xC1\xD9\xFF\xFF"), "4");
  EXPECT_EQ(offset_of("\x81\x30\x81"), "0");
  EXPECT_EQ(offset_of("abc\xC1\x20z"), "3");
}

TEST(TextDecoder, characters_may_be_cut_anywhere) {
  std::string bytes;
  for (int i = 0; i < 3'000; ++i) bytes += "\xC1\xD9\xC7\xE5,\x95\x32\x82\x36\n";
  std::string expected;
  for (int i = 0; i < 3'000; ++i) expected += "临清,𠀀\n";
  for (std::size_t const step : {1, 2, 3, 5, 7, 1'000, 100'000}) {
    TextDecoder decoder(Encoding::gb18030);
    std::string out;
    for (std::size_t at = 0; at < bytes.size(); at += step)
      ASSERT_TRUE(decoder.feed(std::string_view(bytes).substr(at, step), out));
    ASSERT_TRUE(decoder.finish());
    ASSERT_EQ(out, expected) << step;
  }
}

TEST(TextDecoder, offsets_count_from_the_start_of_the_input) {
  TextDecoder decoder(Encoding::gb18030);
  std::string out;
  ASSERT_TRUE(decoder.feed("abcd\xC1", out));
  EXPECT_EQ(out, "abcd");
  ASSERT_TRUE(decoder.feed("\xD9", out));
  EXPECT_EQ(out, "abcd临");
  EXPECT_EQ(decoder.feed("xy\xFF", out).refusal().detail, "8");
}

TEST(TextDecoder, reads_utf16_and_checks_utf8) {
  EXPECT_EQ(*to_utf8(std::string_view("\x34\x4E\x41\x00\x40\xD8\x00\xDC", 8), Encoding::utf16le), "临A𠀀");
  EXPECT_EQ(*to_utf8(std::string_view("\x4E\x34\x00\x41", 4), Encoding::utf16be), "临A");
  EXPECT_EQ(to_utf8(std::string_view("\x41\x00\x00\xDC", 4), Encoding::utf16le).refusal().detail, "2");
  EXPECT_EQ(to_utf8(std::string_view("\x41\x00\x42", 3), Encoding::utf16le).refusal().detail, "2");
  EXPECT_EQ(*to_utf8("临清", Encoding::utf8), "临清");
  EXPECT_EQ(to_utf8("a\xED\xA0\x80", Encoding::utf8).refusal().detail, "1") << "a surrogate";
  EXPECT_EQ(to_utf8("ab\xC0\xAF", Encoding::utf8).refusal().detail, "2") << "overlong";
  EXPECT_EQ(to_utf8("abc\xF4\x90\x80\x80", Encoding::utf8).refusal().detail, "3") << "above U+10FFFF";
}

// Whatever the bytes are, the answer is UTF-8 or a refusal.
TEST(TextDecoder, answers_well_formed_utf8) {
  for (unsigned first = 0; first < 256; ++first)
    for (unsigned second = 0; second < 256; ++second) {
      std::string const bytes{static_cast<char>(first), static_cast<char>(second), '0', '1'};
      for (Encoding const encoding :
           {Encoding::utf8, Encoding::gb18030, Encoding::utf16le, Encoding::utf16be}) {
        auto const text = to_utf8(bytes, encoding);
        ASSERT_TRUE(!text || is_utf8(*text)) << first << " " << second << " " << to_string(encoding);
        ASSERT_TRUE(encoding != Encoding::utf8 || text.ok() == is_utf8(bytes)) << first << " " << second;
      }
    }
}

TEST(Trim, takes_white_space_of_all_kinds) {
  EXPECT_EQ(trim("　 临清 　市\t\r\n"), "临清 　市");
  EXPECT_EQ(trim("\uFEFF\u200B名称\u00A0\u2003"), "名称");
  EXPECT_EQ(trim(""), "");
  EXPECT_EQ(trim("　　 "), "");
  EXPECT_EQ(trim("a"), "a");
  EXPECT_EQ(trim(" é "), "é");
  EXPECT_EQ(trim("\xFF \xFF"), "\xFF \xFF") << "bytes that are no text stay";
  EXPECT_EQ(trim("\x80\x80\x80\x80\x80 "), "\x80\x80\x80\x80\x80");
}

TEST(FoldWidth, makes_ascii_of_full_width) {
  EXPECT_EQ(fold_width("ＡＢＣ　ａｂｃ０９（～！"), "ABC abc09(~!");
  EXPECT_EQ(fold_width("临清￥１，００"), "临清￥1,00");
  EXPECT_EQ(fold_width("\xFFx"), "\xFFx");
}

TEST(NormaliseIdentifier, is_what_was_meant) {
  EXPECT_EQ(normalise_identifier("９１３５０１００ｍ０００１００ｙ４３"), "91350100M000100Y43");
  EXPECT_EQ(normalise_identifier(" 91350100 m000100y43\n"), "91350100M000100Y43");
  EXPECT_EQ(normalise_identifier("D2143569–x"), "D2143569-X");
  EXPECT_EQ(normalise_identifier("ＸＫ１６－００１—00001"), "XK16-001-00001");
  EXPECT_EQ(normalise_identifier("（鲁）XK16-001-00001"), "(鲁)XK16-001-00001");
  EXPECT_EQ(normalise_identifier("　"), "");
}

TEST(Names, are_kept_as_one_text) {
  for (auto const& names : {std::vector<std::string>{}, std::vector<std::string>{"firm"},
                            std::vector<std::string>{"firm", "site.close", "名称"}})
    EXPECT_EQ(split_names(join_names(names)), names);
  EXPECT_EQ(join_names({"firm", "site"}), "firm,site");
  EXPECT_EQ(join_names({}), "");
}

}  // namespace
}  // namespace plumbline
