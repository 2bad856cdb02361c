#include "grams.hpp"

#include <utf8proc.h>

#include <algorithm>
#include <cstdlib>
#include <memory>

#include "base/limits.hpp"
#include "base/text.hpp"
#include "kernel/act.hpp"
#include "personal.hpp"

namespace plumbline::kernel {
namespace {

bool is_searched(reflect::Field const& field) { return has(field.flags, reflect::Flag::searched); }

bool is_part_of_a_name(utf8proc_int32_t code_point) {
  auto const category = utf8proc_category(code_point);
  return category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_NO;  // letters, marks, numbers
}

// Letters and digits of a text in their one form, each as UTF-8.
std::vector<std::string> characters_of(std::string_view text) {
  utf8proc_uint8_t* raw = nullptr;
  auto const length =
      utf8proc_map(reinterpret_cast<utf8proc_uint8_t const*>(text.data()),
                   static_cast<utf8proc_ssize_t>(text.size()), &raw,
                   static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_COMPAT |
                                                  UTF8PROC_CASEFOLD | UTF8PROC_IGNORE));
  std::unique_ptr<utf8proc_uint8_t, decltype(&std::free)> const folded(raw, &std::free);
  std::vector<std::string> characters;
  for (utf8proc_ssize_t at = 0; at < length;) {
    utf8proc_int32_t code_point = 0;
    auto const used = utf8proc_iterate(folded.get() + at, length - at, &code_point);
    if (used <= 0) break;
    if (is_part_of_a_name(code_point))
      characters.emplace_back(reinterpret_cast<char const*>(folded.get() + at),
                              static_cast<std::size_t>(used));
    at += used;
  }
  return characters;
}

void add_pairs(std::string_view text, std::vector<std::string>& grams) {
  auto const characters = characters_of(text);
  for (std::size_t i = 1; i < characters.size(); ++i) grams.push_back(characters[i - 1] + characters[i]);
}

void sort_once(std::vector<std::string>& grams) {
  std::ranges::sort(grams);
  auto const repeated = std::ranges::unique(grams);
  grams.erase(repeated.begin(), repeated.end());
}

}  // namespace

std::vector<std::string> grams_of(std::span<Column const> columns, void const* record) {
  std::vector<std::string> grams;
  for (auto const& column : columns) {
    if (!is_searched(*column.field)) continue;
    auto const value = column_value(column, record);
    if (auto const* text = std::get_if<std::string>(&value)) add_pairs(*text, grams);
  }
  sort_once(grams);
  return grams;
}

Result<std::vector<std::string>> grams_asked(std::string_view search) {
  if (search.size() > limits::search_text * limits::text_bytes_per_code_point)
    return refuse("too_long", "/search", std::to_string(limits::search_text));
  std::vector<std::string> grams;
  std::size_t words = 0;
  for (std::size_t from = 0; from < search.size();) {
    auto const end = std::min(search.find(' ', from), search.size());
    auto const word = search.substr(from, end - from);
    from = end + 1;
    if (word.empty()) continue;
    if (++words > limits::search_words)
      return refuse("too_many_values", "/search", std::to_string(limits::search_words));
    auto const before = grams.size();
    add_pairs(word, grams);
    if (grams.size() == before) return refuse("search_too_short", "/search", std::string(word));
  }
  if (grams.empty()) return refuse("search_too_short", "/search", "");
  sort_once(grams);
  return grams;
}

bool is_searchable(Register const& reg) { return std::ranges::any_of(reg.type->fields, is_searched); }

bool searches_personal(Register const& reg) {
  return std::ranges::any_of(reg.type->fields, [](reflect::Field const& field) {
    return is_searched(field) && holds_personal(field);
  });
}

}  // namespace plumbline::kernel
