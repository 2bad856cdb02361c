// An official document's form: what it is called, what it rests on, from when to when it is the one to use,
// the fields it wants and how they stand on paper. One file of forms/ is one edition of one form.
#pragma once
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "reflect/json.hpp"

namespace plumbline::documents {

enum class FieldKind : std::uint8_t { text, date, integer, list };
struct Field {
  std::string name;
  FieldKind kind = FieldKind::text;
  bool is_required = true;
  std::string blank;           // printed where an optional value is absent
  std::vector<Field> columns;  // of a list's rows
  Json source;                 // where a record holds it; null: whoever issues the document writes it,
  std::string label;           // asked by this name
  std::string step;            // action of the record that gives the value
};

// Texts hold ${field}; in the rows of a table ${.column} and ${#}, the row's number. Always there are
// ${number}, the document's number, and ${issued_on}.
enum class BlockKind : std::uint8_t { paragraph, pairs, table, signature };
enum class Align : std::uint8_t { body, flush, centre, right };  // body: first line two characters in
enum class Size : std::uint8_t { body, dense, note };            // 3号, 小四, 小五

struct Cell {
  std::string label;
  std::string text;
};
struct Row {
  std::vector<Cell> cells;
  int height_mm = 0;  // at least: room for a hand's opinion and signature
};
struct Column {
  std::string heading;
  int width = 1;  // share of the page's
  std::string text;
};
struct Block {
  BlockKind kind = BlockKind::paragraph;
  std::string only_with;  // a field: without its value the block is left out
  std::string text;       // paragraph
  Align align = Align::body;
  Size size = Size::body;
  std::vector<Row> rows;          // pairs
  std::string list;               // table
  std::vector<Column> columns;    // table
  std::vector<std::string> left;  // signature: lines to be signed by hand
  std::string authority;          // signature: above the date, under the seal
};

// Who may see the document among those the record is about.
enum class Audience : std::uint8_t { internal, party };

struct Form {
  std::string name;     // "inspection_notice"
  std::string edition;  // "2025-1"
  std::string title;    // "行政检查通知书"
  std::string title_en;
  std::string legal_basis;
  bool is_verified = false;  // its wording was read in the source it names
  Audience audience = Audience::internal;
  Date effective_from;
  std::optional<Date> effective_to;  // the last day
  std::string register_name;         // of the records it is made from
  std::string series;                // word of its numbers: "检记"
  std::string number_from;           // field whose value is the number; "" = the next of the series
  Json where;  // what the record must be: {"kind": ["correction_order"], "state": […]}
  std::vector<Field> fields;
  std::vector<Block> blocks;

  bool is_in_force(Date day) const {
    return effective_from <= day && (!effective_to || day <= *effective_to);
  }
  Field const* find(std::string_view field_name) const;
};

// Refused "form_broken" with the place: unknown members, texts that name no field, fields no text names.
Result<Form> parse_form(std::string_view json);

class FormBook {
 public:
  // Refused "form_broken" where two editions of one form are in force on one day.
  Result<void> add(Form form);
  // The edition of that day. Refused "unknown_form", "no_form_in_force".
  Result<Form const*> find(std::string_view name, Date day) const;
  // That very edition, in force or not; null when there is none.
  Form const* edition(std::string_view name, std::string_view edition) const;
  std::deque<Form> const& forms() const { return forms_; }

 private:
  std::deque<Form> forms_;
};

}  // namespace plumbline::documents
