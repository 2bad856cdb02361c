#include "base/text.hpp"

#include <iconv.h>
#include <utf8proc.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <stdexcept>

#include "base/bytes.hpp"

namespace plumbline {
namespace {

struct CodePoint {
  char32_t value;
  std::size_t bytes;
};

// The first code point; a byte that begins none stands for itself, so that any text can be walked.
CodePoint first_code_point(std::string_view text) {
  utf8proc_int32_t value = 0;
  auto const* const bytes = reinterpret_cast<utf8proc_uint8_t const*>(text.data());
  utf8proc_ssize_t const size = utf8proc_iterate(bytes, static_cast<utf8proc_ssize_t>(text.size()), &value);
  if (size <= 0) return {0, 1};
  return {static_cast<char32_t>(value), static_cast<std::size_t>(size)};
}

CodePoint last_code_point(std::string_view text) {
  std::size_t start = text.size() - 1;
  while (start > 0 && text.size() - start < 4 && (static_cast<unsigned char>(text[start]) & 0xC0) == 0x80)
    --start;
  CodePoint const last = first_code_point(text.substr(start));
  return start + last.bytes == text.size() ? last : CodePoint{0, 1};
}

bool is_white_space(char32_t c) {
  return c == ' ' || (c >= '\t' && c <= '\r') || c == 0x85 || c == 0xA0 || c == 0x1680 ||
         (c >= 0x2000 && c <= 0x200D) || c == 0x2028 || c == 0x2029 || c == 0x202F || c == 0x205F ||
         c == 0x2060 || c == 0x3000 || c == 0xFEFF;
}

bool is_dash(char32_t c) { return (c >= 0x2010 && c <= 0x2015) || c == 0x2212 || c == 0xFE58 || c == 0xFE63; }

char32_t folded(char32_t c) { return c == 0x3000 ? U' ' : c >= 0xFF01 && c <= 0xFF5E ? c - 0xFF01 + '!' : c; }

// Nothing in these ranges composes, decomposes or changes its place: nearly every text of an office
// passes here. Latin up to U+02FF, ideographic punctuation, unified ideographs, full-width forms.
bool is_inert(char32_t c) {
  return c < 0x300 || (c >= 0x3001 && c <= 0x3029) || (c >= 0x4E00 && c <= 0x9FFF) ||
         (c >= 0xFF01 && c <= 0xFF5E);
}

bool all_inert(std::string_view text) {
  while (!text.empty()) {
    CodePoint const c = first_code_point(text);
    if (!is_inert(c.value)) return false;
    text.remove_prefix(c.bytes);
  }
  return true;
}

}  // namespace

std::optional<std::string> to_nfc(std::string_view text) {
  if (!is_utf8(text)) return {};
  if (text.empty() || all_inert(text)) return std::string(text);
  utf8proc_uint8_t* composed = nullptr;
  utf8proc_ssize_t const size = utf8proc_map(
      reinterpret_cast<utf8proc_uint8_t const*>(text.data()), static_cast<utf8proc_ssize_t>(text.size()),
      &composed, static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPOSE));
  std::unique_ptr<utf8proc_uint8_t, decltype(&std::free)> const owner(composed, &std::free);
  if (size < 0) throw std::runtime_error(std::string("normalisation failed: ") + utf8proc_errmsg(size));
  return std::string(reinterpret_cast<char const*>(composed), static_cast<std::size_t>(size));
}

bool is_nfc(std::string_view text) { return to_nfc(text) == text; }

std::string_view to_string(Encoding encoding) {
  switch (encoding) {
    case Encoding::utf8: return "UTF-8";
    case Encoding::gb18030: return "GB18030";
    case Encoding::utf16le: return "UTF-16LE";
    case Encoding::utf16be: return "UTF-16BE";
  }
  throw std::invalid_argument("unknown encoding");
}

struct TextDecoder::State {
  iconv_t converter;
  std::string rest;          // the beginning of a character
  std::uint64_t offset = 0;  // of `rest` in the input

  explicit State(Encoding encoding)
      : converter(iconv_open("UTF-8", std::string(to_string(encoding)).c_str())) {
    // POSIX's invalid converter is an integer dressed as a pointer.
    if (reinterpret_cast<std::intptr_t>(converter) == -1)
      throw std::runtime_error("the C library does not know the encoding " +
                               std::string(to_string(encoding)));
  }
  State(State const&) = delete;
  State& operator=(State const&) = delete;
  ~State() { iconv_close(converter); }

  Refusal fault() const { return {"encoding", std::to_string(offset), {}}; }
};

namespace {
// Bytes of the well-formed UTF-8 a text begins with.
std::size_t well_formed_bytes(std::string_view text) {
  std::size_t bytes = 0;
  utf8proc_int32_t value = 0;
  while (bytes < text.size()) {
    auto const* const at = reinterpret_cast<utf8proc_uint8_t const*>(text.data() + bytes);
    utf8proc_ssize_t const size =
        utf8proc_iterate(at, static_cast<utf8proc_ssize_t>(text.size() - bytes), &value);
    if (size <= 0) break;
    bytes += static_cast<std::size_t>(size);
  }
  return bytes;
}
}  // namespace

TextDecoder::TextDecoder(Encoding encoding) : state_(std::make_unique<State>(encoding)) {}
TextDecoder::~TextDecoder() = default;
TextDecoder::TextDecoder(TextDecoder&&) noexcept = default;
TextDecoder& TextDecoder::operator=(TextDecoder&&) noexcept = default;

Result<void> TextDecoder::feed(std::string_view bytes, std::string& out) {
  State& state = *state_;
  std::size_t const before = out.size();
  state.rest.append(bytes);
  char* in = state.rest.data();
  std::size_t in_left = state.rest.size();
  std::array<char, 16 * 1024> buffer;
  bool stuck = false;
  int error = 0;
  while (in_left > 0 && !stuck) {
    char* to = buffer.data();
    std::size_t to_left = buffer.size();
    errno = 0;
    std::size_t const converted = iconv(state.converter, &in, &in_left, &to, &to_left);
    error = converted == static_cast<std::size_t>(-1) ? errno : 0;
    out.append(buffer.data(), buffer.size() - to_left);
    stuck = error != 0 && error != E2BIG;
  }
  // glibc's UTF-8 reaches beyond U+10FFFF. Only UTF-8 itself can bring that in; there places are the same.
  std::string_view const added = std::string_view(out).substr(before);
  if (std::size_t const good = well_formed_bytes(added); good < added.size()) {
    state.offset += good;
    return state.fault();
  }
  state.offset += state.rest.size() - in_left;
  state.rest.erase(0, state.rest.size() - in_left);
  if (stuck && error != EINVAL) return state.fault();
  return {};
}

Result<void> TextDecoder::finish() {
  if (!state_->rest.empty()) return state_->fault();
  return {};
}

Result<std::string> to_utf8(std::string_view bytes, Encoding encoding) {
  TextDecoder decoder(encoding);
  std::string out;
  if (auto const fed = decoder.feed(bytes, out); !fed) return fed.refusal();
  if (auto const finished = decoder.finish(); !finished) return finished.refusal();
  return out;
}

Result<std::string> gb18030_to_utf8(std::string_view bytes) { return to_utf8(bytes, Encoding::gb18030); }

std::string_view trim(std::string_view text) {
  while (!text.empty()) {
    CodePoint const first = first_code_point(text);
    if (!is_white_space(first.value)) break;
    text.remove_prefix(first.bytes);
  }
  while (!text.empty()) {
    CodePoint const last = last_code_point(text);
    if (!is_white_space(last.value)) break;
    text.remove_suffix(last.bytes);
  }
  return text;
}

std::string fold_width(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    CodePoint const c = first_code_point(text);
    char32_t const twin = folded(c.value);
    if (twin == c.value)
      out.append(text.substr(0, c.bytes));
    else
      out.push_back(static_cast<char>(twin));
    text.remove_prefix(c.bytes);
  }
  return out;
}

std::string normalise_identifier(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    CodePoint const c = first_code_point(text);
    char32_t const twin = folded(c.value);
    if (is_dash(twin))
      out.push_back('-');
    else if (twin >= 'a' && twin <= 'z')
      out.push_back(static_cast<char>(twin - 'a' + 'A'));
    else if (twin != c.value && !is_white_space(twin))
      out.push_back(static_cast<char>(twin));
    else if (!is_white_space(twin))
      out.append(text.substr(0, c.bytes));
    text.remove_prefix(c.bytes);
  }
  return out;
}

std::string join_names(std::vector<std::string> const& names) {
  std::string out;
  for (auto const& name : names) out += (out.empty() ? "" : ",") + name;
  return out;
}

std::vector<std::string> split_names(std::string_view joined) {
  std::vector<std::string> names;
  for (std::size_t from = 0; from < joined.size();) {
    auto const end = std::min(joined.find(',', from), joined.size());
    names.emplace_back(joined.substr(from, end - from));
    from = end + 1;
  }
  return names;
}

}  // namespace plumbline
