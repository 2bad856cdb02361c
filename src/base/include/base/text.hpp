// Texts as people type them and as other programs send them: Unicode normalisation, foreign encodings,
// white space and full-width characters. Inside the house every text is UTF-8 in NFC.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace plumbline {

// Normalisation Form C (UAX #15, Unicode 15 of utf8proc). Nothing unless the text is well-formed UTF-8.
std::optional<std::string> to_nfc(std::string_view text);
// False also for what is not UTF-8.
bool is_nfc(std::string_view text);

enum class Encoding : std::uint8_t { utf8, gb18030, utf16le, utf16be };
std::string_view to_string(Encoding encoding);  // as IANA names it

// Turns bytes of one encoding into UTF-8 (not normalised), piece by piece: a character may be cut
// anywhere. Strict: refuses with "encoding" and the offset of the first byte at fault, counted from the
// start of the input, and is of no use afterwards. A byte order mark is passed on like any character.
class TextDecoder {
 public:
  explicit TextDecoder(Encoding encoding);
  ~TextDecoder();
  TextDecoder(TextDecoder&&) noexcept;
  TextDecoder& operator=(TextDecoder&&) noexcept;

  // Appends to `out` what is complete.
  Result<void> feed(std::string_view bytes, std::string& out);
  // Refuses an input that ends within a character.
  Result<void> finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

Result<std::string> to_utf8(std::string_view bytes, Encoding encoding);
// GB 18030 (GBK and GB 2312 with it), as Chinese offices save CSV files.
Result<std::string> gb18030_to_utf8(std::string_view bytes);

// Without white space at both ends: ASCII, no-break, ideographic (U+3000) and the other Unicode spaces,
// zero-width characters and byte order marks, as pasted from web pages and Word.
std::string_view trim(std::string_view text);

// Full-width Latin letters, digits and signs (U+FF01 to U+FF5E) as their ASCII twins, U+3000 as a space.
// For numbers and codes; not for names, whose full-width brackets are theirs.
std::string fold_width(std::string_view text);

// An identifier as it was meant: width folded, capital letters, no white space anywhere, every dash a
// hyphen-minus. "９１３５０１００ｍ０００１００ｙ４３" -> "91350100M000100Y43".
std::string normalise_identifier(std::string_view text);

// A list of names as one text, commas between them: for a column that is only read whole. No name is empty or
// has a comma; of no names the text is "".
std::string join_names(std::vector<std::string> const& names);
std::vector<std::string> split_names(std::string_view joined);

}  // namespace plumbline
