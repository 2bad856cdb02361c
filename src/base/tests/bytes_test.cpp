#include "base/bytes.hpp"

#include <gtest/gtest.h>

#include <numeric>

#include "base/large_pages.hpp"

namespace plumbline {
namespace {

// Every byte in every place, against the plain decoder.
TEST(Hex, a_known_length_is_decoded_like_any) {
  std::string const good = "00ff1a9b";
  std::array<std::uint8_t, 4> out{};
  for (std::size_t place = 0; place < good.size(); ++place)
    for (int c = 0; c < 256; ++c) {
      auto text = good;
      text[place] = static_cast<char>(c);
      auto const expected = hex_decode(text);
      ASSERT_EQ(hex_decode_to(text, out), expected.has_value()) << c << " at " << place;
      if (expected) {
        ASSERT_EQ(Bytes(out.begin(), out.end()), *expected);
      }
    }
  EXPECT_FALSE(hex_decode_to(good + "0", out));
  EXPECT_FALSE(hex_decode_to(good + "00", out));
  EXPECT_FALSE(hex_decode_to("00ff1a", out));
  EXPECT_FALSE(hex_decode_to("", out));
}

TEST(LargePages, a_vector_keeps_its_content_as_it_grows) {
  std::vector<std::uint64_t, LargePages<std::uint64_t>> numbers;
  for (std::uint64_t i = 0; i < 1'000'000; ++i) numbers.push_back(i);
  EXPECT_EQ(std::accumulate(numbers.begin(), numbers.end(), std::uint64_t{0}), 499'999'500'000U);
  numbers.resize(10);
  numbers.shrink_to_fit();
  EXPECT_EQ(numbers.back(), 9U);
}

}  // namespace
}  // namespace plumbline
