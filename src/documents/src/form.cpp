#include "documents/form.hpp"

#include <algorithm>
#include <set>

#include "base/limits.hpp"
#include "placeholders.hpp"

namespace plumbline::documents {
namespace {

struct Broken {
  std::string path;
  std::string why;
};

// One object of the file, every member of which must be asked for.
class Reader {
 public:
  Reader(Json const& object, std::string path) : object_(object), path_(std::move(path)) {
    if (object.as_object() == nullptr) throw Broken{path_, "object"};
  }

  Json const* member(std::string_view name) {
    seen_.insert(std::string(name));
    return object_.find(name);
  }
  std::string text(std::string_view name, bool is_required = true) {
    auto const* value = member(name);
    if (value == nullptr && !is_required) return {};
    auto const* text = value == nullptr ? nullptr : value->as_text();
    if (text == nullptr || (is_required && text->empty())) throw Broken{at(name), "text"};
    return *text;
  }
  std::int64_t integer(std::string_view name, std::int64_t otherwise, std::int64_t most) {
    auto const* value = member(name);
    if (value == nullptr) return otherwise;
    auto const* number = value->as_integer();
    if (number == nullptr || *number < 0 || *number > most) throw Broken{at(name), "integer"};
    return *number;
  }
  bool flag(std::string_view name) {
    auto const* value = member(name);
    if (value == nullptr) return false;
    if (value->as_bool() == nullptr) throw Broken{at(name), "boolean"};
    return *value->as_bool();
  }
  std::optional<Date> date(std::string_view name, bool is_required) {
    auto const written = text(name, is_required);
    if (written.empty()) return {};
    auto const day = parse_date(written);
    if (!day) throw Broken{at(name), "date"};
    return day;
  }
  template <class Each>
  void each(std::string_view name, bool is_required, Each const& take) {
    auto const* value = member(name);
    if (value == nullptr && !is_required) return;
    auto const* list = value == nullptr ? nullptr : value->as_array();
    if (list == nullptr || list->empty() || list->size() > limits::list_items) throw Broken{at(name), "list"};
    for (std::size_t i = 0; i < list->size(); ++i) take((*list)[i], at(name) + '/' + std::to_string(i));
  }
  template <class E, std::size_t N>
  E choice(std::string_view name, std::string_view const (&names)[N], E otherwise) {
    auto const written = text(name, false);
    if (written.empty()) return otherwise;
    for (std::size_t i = 0; i < N; ++i)
      if (names[i] == written) return static_cast<E>(i);
    throw Broken{at(name), written};
  }
  std::string at(std::string_view name) const { return path_ + '/' + std::string(name); }
  void end() const {
    for (auto const& [name, value] : *object_.as_object())
      if (!seen_.contains(name)) throw Broken{at(name), "unknown"};
  }

 private:
  Json const& object_;
  std::string path_;
  std::set<std::string> seen_;
};

constexpr std::string_view kinds[] = {"text", "date", "integer", "list"};
constexpr std::string_view block_kinds[] = {"paragraph", "pairs", "table", "signature"};
constexpr std::string_view aligns[] = {"body", "flush", "centre", "right"};
constexpr std::string_view sizes[] = {"body", "dense", "note"};
constexpr std::string_view audiences[] = {"internal", "party"};
constexpr std::int64_t height_mm_most = 200;
constexpr std::int64_t width_most = 100;

// {"state": ["assigned", "under_way"], …}
void require_choices(Json const& wanted, std::string const& path) {
  if (wanted.as_object() == nullptr) throw Broken{path, "object"};
  for (auto const& [name, values] : *wanted.as_object()) {
    auto const* list = values.as_array();
    if (list == nullptr ||
        std::ranges::any_of(*list, [](Json const& one) { return one.as_text() == nullptr; }))
      throw Broken{path + '/' + name, "list of texts"};
  }
}

Field read_field(Json const& document, std::string const& path, bool is_column) {
  Reader reader(document, path);
  Field field;
  field.name = reader.text("name");
  field.kind = reader.choice("kind", kinds, FieldKind::text);
  field.is_required = !reader.flag("optional");
  field.label = reader.text("label", false);
  field.blank = reader.text("blank", false);
  field.step = reader.text("step", false);
  if (auto const* source = reader.member("source")) field.source = *source;
  if (auto const* except = field.source.find("except")) require_choices(*except, reader.at("source/except"));
  if (field.source.is_null() == field.label.empty() && !is_column)
    throw Broken{path, "either a source or the label to ask by"};
  if (field.kind == FieldKind::list) {
    if (is_column) throw Broken{reader.at("kind"), "a list in a list"};
    reader.each("columns", true, [&](Json const& column, std::string const& place) {
      field.columns.push_back(read_field(column, place, true));
    });
  }
  reader.end();
  return field;
}

Row read_row(Json const& document, std::string const& path) {
  Reader reader(document, path);
  Row row;
  row.height_mm = static_cast<int>(reader.integer("height_mm", 0, height_mm_most));
  reader.each("cells", true, [&](Json const& written, std::string const& place) {
    Reader cell(written, place);
    row.cells.push_back({cell.text("label", false), cell.text("text", false)});
    cell.end();
  });
  if (row.cells.size() > 2) throw Broken{path, "more than two cells"};
  reader.end();
  return row;
}

Block read_block(Json const& document, std::string const& path) {
  Reader reader(document, path);
  Block block;
  block.kind = reader.choice("block", block_kinds, BlockKind::paragraph);
  block.only_with = reader.text("only_with", false);
  block.size = reader.choice("size", sizes, block.kind == BlockKind::paragraph ? Size::body : Size::dense);
  switch (block.kind) {
    case BlockKind::paragraph:
      block.text = reader.text("text");
      block.align = reader.choice("align", aligns, Align::body);
      break;
    case BlockKind::pairs:
      reader.each("rows", true, [&](Json const& row, std::string const& place) {
        block.rows.push_back(read_row(row, place));
      });
      break;
    case BlockKind::table:
      block.list = reader.text("list");
      reader.each("columns", true, [&](Json const& written, std::string const& place) {
        Reader column(written, place);
        block.columns.push_back({column.text("heading"),
                                 static_cast<int>(column.integer("width", 1, width_most)),
                                 column.text("text")});
        column.end();
      });
      break;
    case BlockKind::signature:
      block.authority = reader.text("authority");
      reader.each("left", false, [&](Json const& line, std::string const& place) {
        if (line.as_text() == nullptr) throw Broken{place, "text"};
        block.left.push_back(*line.as_text());
      });
      break;
  }
  reader.end();
  return block;
}

// Every text names fields that are there, and every field is named.
class Names {
 public:
  explicit Names(Form const& form) : form_(form) {}

  void check() {
    for (auto const& block : form_.blocks) check_block(block);
    use("authority");  // stands at the head of every paper
    if (!form_.number_from.empty()) use(form_.number_from);
    for (auto const& field : form_.fields) {
      if (!used_.contains(field.name)) throw Broken{"/fields", field.name + " stands nowhere"};
      for (auto const& column : field.columns)
        if (!used_.contains(field.name + '.' + column.name))
          throw Broken{"/fields", field.name + '.' + column.name + " stands nowhere"};
    }
  }

 private:
  void use(std::string const& name) {
    if (form_.find(name) == nullptr) throw Broken{"/blocks", "no field " + name};
    used_.insert(name);
  }
  void use_in(std::string const& text, Field const* list) {
    for (auto const& name : placeholders(text)) {
      if (name == "number" || name == "issued_on") continue;
      if (!name.starts_with('.') && name != "#") {
        use(name);
        continue;
      }
      if (list == nullptr) throw Broken{"/blocks", name + " outside a table"};
      if (name == "#") continue;
      auto const column = name.substr(1);
      if (std::ranges::count(list->columns, column, &Field::name) == 0)
        throw Broken{"/blocks", "no column " + column + " in " + list->name};
      used_.insert(list->name + '.' + column);
    }
  }
  void check_block(Block const& block) {
    if (!block.only_with.empty()) use(block.only_with);
    use_in(block.text, nullptr);
    use_in(block.authority, nullptr);
    for (auto const& line : block.left) use_in(line, nullptr);
    for (auto const& row : block.rows)
      for (auto const& cell : row.cells) use_in(cell.text, nullptr);
    if (block.kind != BlockKind::table) return;
    use(block.list);
    auto const* list = form_.find(block.list);
    if (list->kind != FieldKind::list) throw Broken{"/blocks", block.list + " is no list"};
    for (auto const& column : block.columns) use_in(column.text, list);
  }

  Form const& form_;
  std::set<std::string> used_;
};

Form read_form(Json const& document) {
  Reader reader(document, "");
  Form form;
  form.name = reader.text("form");
  form.edition = reader.text("edition");
  form.title = reader.text("title");
  form.title_en = reader.text("title_en");
  form.legal_basis = reader.text("legal_basis");
  (void)reader.text("source");  // where the form was found: for people, like whether it was read
  (void)reader.flag("dates_verified");
  form.is_verified = reader.flag("verified");
  form.effective_from = *reader.date("effective_from", true);
  form.effective_to = reader.date("effective_to", false);
  form.audience = reader.choice("audience", audiences, Audience::internal);
  form.register_name = reader.text("register");
  form.series = reader.text("series");
  form.number_from = reader.text("number_from", false);
  if (auto const* where = reader.member("where")) {
    require_choices(*where, "/where");
    form.where = *where;
  }
  reader.each("fields", true, [&](Json const& field, std::string const& path) {
    form.fields.push_back(read_field(field, path, false));
  });
  reader.each("blocks", true, [&](Json const& block, std::string const& path) {
    form.blocks.push_back(read_block(block, path));
  });
  reader.end();
  Names(form).check();
  if (!form.find("authority")->is_required) throw Broken{"/fields", "authority is required"};
  return form;
}

Refusal broken(std::string path, std::string why) {
  return {"form_broken", path + ": " + why, {{path, "form_broken", why}}};
}

}  // namespace

Field const* Form::find(std::string_view field_name) const {
  auto const found = std::ranges::find(fields, field_name, &Field::name);
  return found == fields.end() ? nullptr : &*found;
}

Result<Form> parse_form(std::string_view json) {
  auto const document = parse_json(json);
  if (!document) return document.refusal();
  try {
    return read_form(*document);
  } catch (Broken const& found) {
    return broken(found.path, found.why);
  }
}

Result<void> FormBook::add(Form form) {
  for (auto const& other : forms_) {
    if (other.name != form.name) continue;
    bool const is_before = other.effective_to && *other.effective_to < form.effective_from;
    bool const is_after = form.effective_to && *form.effective_to < other.effective_from;
    if (other.edition == form.edition || (!is_before && !is_after))
      return broken("/effective_from", form.name + ' ' + form.edition + ", " + other.edition);
  }
  forms_.push_back(std::move(form));
  return {};
}

Result<Form const*> FormBook::find(std::string_view name, Date day) const {
  bool is_known = false;
  for (auto const& form : forms_) {
    if (form.name != name) continue;
    is_known = true;
    if (form.is_in_force(day)) return &form;
  }
  std::string const code = is_known ? "no_form_in_force" : "unknown_form";
  return Refusal{code, std::string(name), {{"/form", code, std::string(name)}}};
}

Form const* FormBook::edition(std::string_view name, std::string_view edition) const {
  for (auto const& form : forms_)
    if (form.name == name && form.edition == edition) return &form;
  return nullptr;
}

}  // namespace plumbline::documents
