#include "tables.hpp"

#include <algorithm>
#include <charconv>
#include <map>
#include <stdexcept>

#include "base/decimal.hpp"
#include "base/money.hpp"
#include "body.hpp"
#include "grams.hpp"
#include "reflect/codec.hpp"

namespace plumbline::kernel {
namespace {

using reflect::Flag;
using reflect::Kind;

reflect::Type const& scalar(reflect::Type const& type) {
  return type.kind == Kind::optional ? *type.element : type;
}

bool is_lifted(reflect::Field const& field) {
  return has(field.flags, Flag::lifted) || has(field.flags, Flag::unique) || has(field.flags, Flag::searched);
}

Column column_of(Register const& reg, reflect::Field const& field) {
  switch (scalar(*field.type).kind) {
    case Kind::boolean:
    case Kind::integer:
    case Kind::instant:
    case Kind::money: return {&field, "INTEGER", "bigint"};
    case Kind::text:
    case Kind::date:
    case Kind::decimal:
    case Kind::enumeration: return {&field, "TEXT", "text"};
    case Kind::uuid: return {&field, "BLOB", "bytea"};
    case Kind::record:
    case Kind::list:
    case Kind::optional: break;
  }
  throw std::logic_error("register " + std::string(reg.name) + ": field '" + std::string(field.name) +
                         "' cannot be lifted");
}

void const* engaged(reflect::Field const& field, void const* record) {
  void const* member = field.at_const(record);
  if (field.type->kind != Kind::optional) return member;
  if (field.type->count(member) == 0) return nullptr;
  return field.type->element_at(const_cast<void*>(member), 0);
}

std::string unquoted(std::string const& canonical) {
  // Texts that are lifted hold no escapes worth keeping apart: read them back properly.
  auto const document = parse_json(canonical);
  return document && document->as_text() != nullptr ? *document->as_text() : canonical;
}

std::string index_suffix(Register const& reg, Column const& column) {
  return table_name(reg) + "_" + std::string(column.field->name);
}

std::string create_table(Register const& reg, store::Engine engine) {
  bool const sqlite = engine == store::Engine::sqlite;
  std::string const integer = sqlite ? "INTEGER" : "bigint";
  std::string const binary = sqlite ? "BLOB" : "bytea";
  std::string sql = "create table if not exists " + table_name(reg) +
                    " (\n  jurisdiction text not null, id " + binary + " not null, version " + integer +
                    " not null, state text not null, entry " + integer + " not null,\n  updated_at " +
                    integer + " not null, sid " + binary + " not null, body text not null";
  for (auto const& column : lifted_columns(reg))
    sql += ",\n  " + quoted(column.field->name) + " " +
           std::string(sqlite ? column.sqlite_type : column.postgres_type);
  return sql + ",\n  primary key (jurisdiction, id)\n)" + (sqlite ? " STRICT;" : ";");
}

// A unique value is unique in the jurisdiction; others get a sort index that ends in the id, so that
// pages continue where they stopped.
std::string create_index(Register const& reg, Column const& column) {
  std::string const name = quoted(column.field->name);
  if (has(column.field->flags, Flag::unique))
    return "create unique index if not exists " + index_suffix(reg, column) + " on " + table_name(reg) +
           " (jurisdiction, " + name + ");";
  return "create index if not exists " + index_suffix(reg, column) + " on " + table_name(reg) +
         " (jurisdiction, " + name + ", id);";
}

store::Sql const known_columns{"schema.known",
                               "select register_name, column_name, kind from register_schema"};
store::Sql const remember_column{
    "schema.remember", "insert into register_schema (register_name, column_name, kind) values ($1, $2, $3)"};

// Stands for a column in register_schema: the rows of name_gram are there.
constexpr std::string_view grams_mark = "~grams";

using Known = std::map<std::string, std::map<std::string, std::string>, std::less<>>;

Known known_of(store::Rows const& rows) {
  Known known;
  for (auto const& row : rows) known[store::text(row[0])][store::text(row[1])] = store::text(row[2]);
  return known;
}

void refuse_newer(Known const& known, Catalogue const& catalogue) {
  for (auto const& [name, columns] : known) {
    Register const* reg = catalogue.find(name);
    if (reg == nullptr)
      throw std::runtime_error("the database has a register '" + name + "' this program does not know");
    for (auto const& [column, kind] : columns)
      if (!column.empty() && column != grams_mark && reg->type->find(column) == nullptr)
        throw std::runtime_error("the database has a column '" + name + "." + column +
                                 "' this program does not know");
  }
}

// Every record of a register, page by page: its jurisdiction, its id and its body.
template <class Use>
void each_record(store::Writer& writer, Register const& reg, Use const& use) {
  store::Sql const page{"schema.page",
                        "select jurisdiction, id, body from " + table_name(reg) +
                            " where (jurisdiction, id) > ($1, $2) order by jurisdiction, id limit 500"};
  store::Value jurisdiction = std::string();
  store::Value id = Bytes{};
  while (true) {
    store::Statement const ask{&page, {jurisdiction, id}};
    auto const rows = std::move(writer.fetch({&ask, 1}).front());
    if (rows.empty()) return;
    for (auto const& row : rows) use(row[0], row[1], parse_body(reg, store::text(row[2])));
    jurisdiction = rows.back()[0];
    id = rows.back()[1];
  }
}

// Fills a column that was lifted after records existed.
void back_fill(store::Writer& writer, Register const& reg, Column const& column) {
  store::Sql const fill{"schema.fill", "update " + table_name(reg) + " set " + quoted(column.field->name) +
                                           " = $1 where jurisdiction = $2 and id = $3"};
  each_record(writer, reg, [&](store::Value const& place, store::Value const& id, OpenBody const& body) {
    writer.write(fill, {column_value(column, body.record.data()), place, id});
  });
}

// Likewise the pairs of names.
void back_fill_grams(store::Writer& writer, Register const& reg) {
  static store::Sql const insert{
      "schema.gram",
      "insert into name_gram (jurisdiction, register_name, gram, record) values ($1, $2, $3, $4) on conflict "
      "(jurisdiction, register_name, gram, record) do nothing"};
  auto const columns = lifted_columns(reg);
  each_record(writer, reg, [&](store::Value const& place, store::Value const& id, OpenBody const& body) {
    for (auto& gram : grams_of(columns, body.record.data()))
      writer.write(insert, {place, std::string(reg.name), std::move(gram), id});
  });
}

bool knows(Known const& known, Register const& reg) {
  auto const found = known.find(reg.name);
  if (found == known.end() || (is_searchable(reg) && !found->second.contains(std::string(grams_mark))))
    return false;
  return std::ranges::all_of(lifted_columns(reg), [&](Column const& column) {
    return found->second.contains(std::string(column.field->name));
  });
}

void ensure_register(store::Writer& writer, store::Engine engine, Known const& known, Register const& reg) {
  auto remember = [&](std::string const& column, std::string const& kind) {
    writer.write(remember_column, {std::string(reg.name), column, kind});
  };
  auto const found = known.find(reg.name);
  bool const is_new = found == known.end();
  if (is_new) {
    writer.script(create_table(reg, engine));
    remember("", "table");
  }
  for (auto const& column : lifted_columns(reg)) {
    std::string const name(column.field->name);
    if (!is_new && found->second.contains(name)) continue;
    if (!is_new) {
      auto const type = engine == store::Engine::sqlite ? column.sqlite_type : column.postgres_type;
      writer.script("alter table " + table_name(reg) + " add column " + quoted(name) + " " +
                    std::string(type) + ";");
      back_fill(writer, reg, column);
    }
    writer.script(create_index(reg, column));
    remember(name, std::string(column.sqlite_type));
  }
  if (!is_searchable(reg) || (!is_new && found->second.contains(std::string(grams_mark)))) return;
  if (!is_new) back_fill_grams(writer, reg);
  remember(std::string(grams_mark), "bigrams");
}

}  // namespace

std::string quoted(std::string_view name) { return '"' + std::string(name) + '"'; }

std::string text_literal(std::string_view text) {
  std::string out = "'";
  for (char c : text) out += c == '\'' ? std::string("''") : std::string(1, c);
  return out + "'";
}

std::string table_name(Register const& reg) { return "r_" + std::string(reg.name); }

std::vector<Column> lifted_columns(Register const& reg) {
  std::vector<Column> columns;
  for (auto const& field : reg.type->fields)
    if (is_lifted(field)) columns.push_back(column_of(reg, field));
  return columns;
}

store::Value column_value(Column const& column, void const* record) {
  void const* member = engaged(*column.field, record);
  if (member == nullptr) return {};
  auto const& type = scalar(*column.field->type);
  switch (type.kind) {
    case Kind::text: {
      auto const& text = *static_cast<std::string const*>(member);
      if (text.empty() && has(column.field->flags, Flag::unique)) return {};  // many records may lack it
      return text;
    }
    case Kind::instant: return static_cast<Instant const*>(member)->micros_utc;
    case Kind::money: return static_cast<Money const*>(member)->cents;
    case Kind::uuid: {
      auto const& uuid = *static_cast<Uuid const*>(member);
      return Bytes(uuid.bytes.begin(), uuid.bytes.end());
    }
    default: break;
  }
  auto canonical = reflect::canonical_member(*column.field, record);
  if (!canonical) return {};
  if (canonical->front() == '"') return unquoted(*canonical);
  std::int64_t number = 0;
  std::from_chars(canonical->data(), canonical->data() + canonical->size(), number);
  return number;
}

std::optional<store::Value> cell_value(Register const& reg, Column const& column, std::string_view text) {
  reflect::Object scratch(*reg.type);
  reflect::Field field = *column.field;  // `system` forbids writing a field, not asking for it
  field.flags = static_cast<reflect::Flag>(static_cast<std::uint16_t>(field.flags) &
                                           ~static_cast<std::uint16_t>(reflect::Flag::system));
  if (reflect::read_cell(text, field, scratch.data())) return {};
  return column_value(column, scratch.data());
}

namespace {

// Refuses what a newer program has made.
bool is_complete(Known const& known, Catalogue const& catalogue) {
  refuse_newer(known, catalogue);
  return std::ranges::all_of(catalogue.registers(), [&](Register const& reg) { return knows(known, reg); });
}

}  // namespace

bool has_registers(store::Database& database, Catalogue const& catalogue) {
  return is_complete(known_of(database.reader()->query(known_columns, std::span<store::Value const>())),
                     catalogue);
}

void ensure_registers(store::Database& database, Catalogue const& catalogue) {
  if (has_registers(database, catalogue)) return;
  auto const writer = database.writer();
  writer->begin();
  // Several processes may start at once: the later one waits here and finds the work done.
  if (database.engine() == store::Engine::postgres)
    writer->script("lock table register_schema in share row exclusive mode;");
  store::Statement const ask{&known_columns, {}};
  Known const known = known_of(writer->fetch({&ask, 1}).front());
  if (!is_complete(known, catalogue))
    for (auto const& reg : catalogue.registers()) ensure_register(*writer, database.engine(), known, reg);
  writer->commit();
}

}  // namespace plumbline::kernel
