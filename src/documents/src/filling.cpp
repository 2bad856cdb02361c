#include "filling.hpp"

#include <algorithm>
#include <cstdio>

#include "base/bytes.hpp"
#include "base/limits.hpp"
#include "placeholders.hpp"

namespace plumbline::documents {
namespace {

bool is_absent(Json const* value) {
  if (value == nullptr || value->is_null()) return true;
  if (auto const* text = value->as_text()) return text->empty();
  auto const* list = value->as_array();
  return list != nullptr && list->empty();
}

bool is_of_kind(Json const& value, FieldKind kind) {
  switch (kind) {
    case FieldKind::text: return value.as_text() != nullptr;
    case FieldKind::date: return value.as_text() != nullptr && parse_date(*value.as_text());
    case FieldKind::integer: return value.as_integer() != nullptr;
    case FieldKind::list: break;
  }
  return value.as_array() != nullptr;
}

struct Range {
  char32_t first;
  char32_t last;
};
// Controls have no shape, and marks that turn or hide text would show another text than the record's.
constexpr Range unprintable[] = {{0x00, 0x09},      {0x0B, 0x1F},     {0x7F, 0x9F},     {0xAD, 0xAD},
                                 {0x061C, 0x061C},  {0x180B, 0x180E}, {0x200B, 0x200F}, {0x2028, 0x202E},
                                 {0x2060, 0x206F},  {0xFE00, 0xFE0F}, {0xFEFF, 0xFEFF}, {0xFFF9, 0xFFFC},
                                 {0xE0000, 0xE007F}};

// Of well-formed UTF-8.
char32_t next_character(std::string_view& text) {
  auto const lead = static_cast<unsigned char>(text.front());
  std::size_t const length = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  char32_t character = length == 1 ? lead : lead & (0x7FU >> length);
  for (std::size_t i = 1; i < length; ++i)
    character = character << 6 | (static_cast<unsigned char>(text[i]) & 0x3FU);
  text.remove_prefix(length);
  return character;
}

// The first character that cannot stand on paper, as "U+202E", or nothing.
std::string unprintable_in(std::string_view text, Typefaces const& typefaces) {
  if (!is_utf8(text)) return "UTF-8";
  while (!text.empty()) {
    auto const character = next_character(text);
    bool const is_hidden = std::ranges::any_of(
        unprintable, [&](Range const& range) { return range.first <= character && character <= range.last; });
    bool const is_ideographic_variant = character >= 0xE0100 && character <= 0xE01EF;
    if (is_hidden || (character != '\n' && !is_ideographic_variant && !typefaces.has(character))) {
      char shown[16];
      std::snprintf(shown, sizeof shown, "U+%04X", static_cast<unsigned>(character));
      return shown;
    }
  }
  return {};
}

class Check {
 public:
  explicit Check(Typefaces const& typefaces) : typefaces_(typefaces) {}

  void object(std::vector<Field> const& fields, Json const& values, std::string const& path) {
    if (values.as_object() == nullptr) return problem(path, "wrong_kind");
    for (auto const& field : fields) {
      std::string place = path;
      append_pointer(place, field.name);
      auto const* value = values.find(field.name);
      if (is_absent(value)) {
        if (field.is_required) problem(place, "missing_field", field.step);
      } else {
        one(field, *value, place);
      }
    }
    for (auto const& [name, value] : *values.as_object())
      if (std::ranges::count(fields, name, &Field::name) == 0) {
        std::string place = path;
        append_pointer(place, name);
        problem(place, "unknown_field");
      }
  }
  std::vector<Problem> problems;

 private:
  void one(Field const& field, Json const& value, std::string const& path) {
    if (!is_of_kind(value, field.kind)) return problem(path, "wrong_kind");
    if (auto const* text = value.as_text())
      if (auto const found = unprintable_in(*text, typefaces_); !found.empty())
        return problem(path, "not_printable", found);
    auto const* rows = value.as_array();
    for (std::size_t i = 0; rows != nullptr && i < rows->size(); ++i)
      object(field.columns, (*rows)[i], path + '/' + std::to_string(i));
  }
  void problem(std::string path, std::string code, std::string detail = "") {
    if (problems.size() < limits::problems_reported)
      problems.push_back({std::move(path), std::move(code), std::move(detail)});
  }

  Typefaces const& typefaces_;
};

std::string written(Field const& field, Json const* value) {
  if (is_absent(value)) return field.blank;
  if (field.kind == FieldKind::integer) return std::to_string(*value->as_integer());
  if (field.kind == FieldKind::date) return legal_day(*parse_date(*value->as_text()));
  return field.kind == FieldKind::text ? *value->as_text() : "";
}

}  // namespace

std::string replaced(std::string_view text, std::function<std::string(std::string_view name)> const& value) {
  std::string out;
  for (;;) {
    auto const open = text.find("${");
    auto const close = open == text.npos ? text.npos : text.find('}', open);
    if (close == text.npos) return out.append(text);
    out.append(text.substr(0, open)).append(value(text.substr(open + 2, close - open - 2)));
    text.remove_prefix(close + 1);
  }
}

std::vector<std::string> placeholders(std::string_view text) {
  std::vector<std::string> names;
  (void)replaced(text, [&](std::string_view name) {
    names.emplace_back(name);
    return std::string();
  });
  return names;
}

std::string legal_day(Date day) {
  std::chrono::year_month_day const parts{day.value};
  return std::to_string(static_cast<int>(parts.year())) + "年" +
         std::to_string(static_cast<unsigned>(parts.month())) + "月" +
         std::to_string(static_cast<unsigned>(parts.day())) + "日";
}

Result<Filling> Filling::make(Form const& form, Json const& values, Imprint const& imprint,
                              Typefaces const& typefaces) {
  Check check(typefaces);
  check.object(form.fields, values, "");
  if (!check.problems.empty()) {
    auto const& first = check.problems.front();
    return Refusal{first.code, first.detail, check.problems};
  }
  return Filling(form, values, imprint);
}

std::string Filling::value_of(std::string_view name) const {
  if (name == "number") return imprint_->number;
  if (name == "issued_on") return legal_day(imprint_->issued_on);
  return written(*form_->find(name), values_->find(name));
}

std::string Filling::text(std::string_view written_text) const {
  return replaced(written_text, [&](std::string_view name) { return value_of(name); });
}

bool Filling::has(std::string const& field) const { return !is_absent(values_->find(field)); }

std::size_t Filling::rows(std::string const& list) const {
  return has(list) ? values_->find(list)->as_array()->size() : 0;
}

std::string Filling::row_text(std::string_view written_text, std::string const& list, std::size_t row) const {
  return replaced(written_text, [&](std::string_view name) -> std::string {
    if (name == "#") return std::to_string(row + 1);
    if (!name.starts_with('.')) return value_of(name);
    auto const& columns = form_->find(list)->columns;
    auto const column = std::ranges::find(columns, name.substr(1), &Field::name);
    return written(*column, (*values_->find(list)->as_array())[row].find(name.substr(1)));
  });
}

}  // namespace plumbline::documents
