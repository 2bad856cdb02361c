// A form's texts with the values in their places.
#pragma once
#include <string>
#include <string_view>

#include "documents/form.hpp"
#include "documents/press.hpp"
#include "typesetter.hpp"

namespace plumbline::documents {

class Filling {
 public:
  // Refused "missing_field", "wrong_kind", "unknown_field", "not_printable", each with its path.
  static Result<Filling> make(Form const& form, Json const& values, Imprint const& imprint,
                              Typefaces const& typefaces);

  std::string text(std::string_view written) const;
  bool has(std::string const& field) const;
  std::size_t rows(std::string const& list) const;
  std::string row_text(std::string_view written, std::string const& list, std::size_t row) const;

 private:
  Filling(Form const& form, Json const& values, Imprint const& imprint)
      : form_(&form), values_(&values), imprint_(&imprint) {}
  std::string value_of(std::string_view name) const;

  Form const* form_;
  Json const* values_;
  Imprint const* imprint_;
};

// 2026年3月10日
std::string legal_day(Date day);

}  // namespace plumbline::documents
