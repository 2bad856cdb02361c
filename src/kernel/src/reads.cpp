#include "kernel/reads.hpp"

#include <algorithm>
#include <charconv>

#include "base/limits.hpp"
#include "base/text.hpp"
#include "grams.hpp"
#include "overlay.hpp"
#include "personal.hpp"
#include "reads_sql.hpp"
#include "tables.hpp"

namespace plumbline::kernel {
namespace {

using store::Sql;
using store::Value;

constexpr std::string_view fixed_columns = "r.id, r.version, r.state, r.entry, r.updated_at, r.body";

// A column a query may name: a lifted field or one of the fixed ones.
struct Target {
  std::string sql;               // "r.name"
  std::optional<Column> column;  // a lifted field
  enum class Fixed : std::uint8_t { none, id, state, updated_at, version, entry } fixed = Fixed::none;
};

std::optional<Target> target_of(Register const& reg, std::string_view field) {
  if (field == "id") return Target{"r.id", {}, Target::Fixed::id};
  if (field == "state") return Target{"r.state", {}, Target::Fixed::state};
  if (field == "updated_at") return Target{"r.updated_at", {}, Target::Fixed::updated_at};
  if (field == "version") return Target{"r.version", {}, Target::Fixed::version};
  if (field == "entry") return Target{"r.entry", {}, Target::Fixed::entry};
  for (auto const& column : lifted_columns(reg))
    if (column.field->name == field) return Target{"r." + quoted(field), column, Target::Fixed::none};
  return {};
}

std::optional<Value> value_of(Register const& reg, Target const& target, std::string const& text) {
  switch (target.fixed) {
    case Target::Fixed::none: return cell_value(reg, *target.column, text);
    case Target::Fixed::state:
      if (std::ranges::find(reg.states, text) == reg.states.end()) return {};
      return Value(text);
    case Target::Fixed::id: {
      auto const id = parse_uuid(text);
      if (!id) return {};
      return Value(id_bytes(*id));
    }
    case Target::Fixed::updated_at: {
      auto const at = parse_instant(text);
      if (!at) return {};
      return Value(at->micros_utc);
    }
    case Target::Fixed::version:
    case Target::Fixed::entry: break;
  }
  std::int64_t number = 0;
  auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return {};
  return Value(number);
}

// The values that a field of few can have; nothing for others.
std::vector<std::string> choices_of(Register const& reg, Target const& target) {
  if (target.fixed == Target::Fixed::state) return {reg.states.begin() + 1, reg.states.end()};
  std::vector<std::string> choices;
  if (target.column)
    for (auto const& one : reflect::bare(*target.column->field->type).enumerators)
      choices.emplace_back(one.name);
  return choices;
}

std::string_view operator_of(Compare compare) {
  switch (compare) {
    case Compare::equal: return " = ";
    case Compare::not_equal: return " <> ";
    case Compare::less: return " < ";
    case Compare::less_equal: return " <= ";
    case Compare::greater: return " > ";
    case Compare::greater_equal: return " >= ";
    default: return "";
  }
}

Result<std::string> place_condition(Building& sql, Condition const& condition) {
  std::string_view const table = condition.field == "scope" ? "record_scope" : "record_party";
  std::vector<Value> wanted;
  for (auto const& text : condition.values) {
    if (condition.field == "scope") {
      wanted.emplace_back(text);
    } else {
      auto const id = parse_uuid(text);
      if (!id) return refuse("invalid_value", "/filter/party", text);
      wanted.emplace_back(id_bytes(*id));
    }
  }
  return " and exists (select 1 from " + std::string(table) +
         " f where f.jurisdiction = r.jurisdiction and f.register_name = " + sql.place(std::string()) +
         " and f.record = r.id and f." + condition.field + " in (" + sql.places(std::move(wanted)) + "))";
}

Result<std::string> condition_of(Building& sql, Register const& reg, Condition const& condition) {
  std::string const path = "/filter/" + condition.field;
  if (condition.values.size() > limits::values_per_filter) return refuse("too_many_values", path);
  if (condition.field == "scope" || condition.field == "party") {
    if (condition.values.empty()) return refuse("required", path);
    if (condition.compare != Compare::equal && condition.compare != Compare::any_of)
      return refuse("not_filterable", path, condition.field);
    std::size_t const position = sql.values.size();
    auto text = place_condition(sql, condition);
    if (text) sql.values[position] = std::string(reg.name);
    return text;
  }
  auto const target = target_of(reg, condition.field);
  if (!target) return refuse("not_filterable", path, condition.field);
  if (condition.compare == Compare::is_absent) return " and " + target->sql + " is null";
  std::vector<Value> wanted;
  for (auto const& text : condition.values) {
    auto value = value_of(reg, *target, text);
    if (!value) {
      auto const choices = join_names(choices_of(reg, *target));
      return refuse("invalid_value", path, choices.empty() ? text : text + ": " + choices);
    }
    wanted.push_back(std::move(*value));
  }
  if (wanted.empty()) return refuse("required", path);
  if (condition.compare == Compare::any_of)
    return " and " + target->sql + " in (" + sql.places(std::move(wanted)) + ")";
  return " and " + target->sql + std::string(operator_of(condition.compare)) +
         sql.place(std::move(wanted.front()));
}

struct Sorting {
  Target target;
  bool descending = false;
  bool by_id = false;
  std::string id = "r.id";  // where the statement reads ids in their order
};

Result<Sorting> sorting_of(Register const& reg, std::string const& sort) {
  if (sort.empty()) return Sorting{Target{"r.id", {}, Target::Fixed::id}, false, true};
  bool const descending = sort.front() == '-';
  std::string const field = descending ? sort.substr(1) : sort;
  auto target = target_of(reg, field);
  if (!target || target->fixed == Target::Fixed::version || target->fixed == Target::Fixed::entry)
    return refuse("not_sortable", "/sort", field);
  bool const by_id = target->fixed == Target::Fixed::id;
  return Sorting{std::move(*target), descending, by_id};
}

// A cursor is the last row's sort value and id: {"k":"t|i|b|n","v":…,"id":…} as base64 of canonical JSON.
std::string make_cursor(Value const& key, Uuid id) {
  Json document;
  document.set("id", to_string(id));
  if (auto const* number = std::get_if<std::int64_t>(&key)) document.set("i", std::to_string(*number));
  if (auto const* text = std::get_if<std::string>(&key)) document.set("t", *text);
  if (auto const* bytes = std::get_if<Bytes>(&key)) document.set("b", hex_encode(*bytes));
  return base64_encode(bytes_of(write_json(document)));
}

struct Cursor {
  Value key;
  Uuid id;
};
std::optional<Cursor> read_cursor(std::string const& text) {
  auto const bytes = base64_decode(text);
  if (!bytes || bytes->size() > limits::cursor_bytes) return {};
  auto const document = parse_json(text_of(*bytes));
  if (!document) return {};
  auto member = [&](std::string_view name) -> std::string const* {
    Json const* found = document->find(name);
    return found == nullptr ? nullptr : found->as_text();
  };
  auto const* id_text = member("id");
  auto const id = id_text == nullptr ? std::nullopt : parse_uuid(*id_text);
  if (!id) return {};
  Cursor cursor{{}, *id};
  if (auto const* number_text = member("i")) {
    std::int64_t number = 0;
    std::from_chars(number_text->data(), number_text->data() + number_text->size(), number);
    cursor.key = number;
  } else if (auto const* key_text = member("t")) {
    cursor.key = *key_text;
  } else if (auto const* hex = member("b")) {
    auto key = hex_decode(*hex);
    if (!key) return {};
    cursor.key = std::move(*key);
  }
  return cursor;
}

// A forged cursor may hold a value of another kind than the column's.
bool fits(Cursor const& cursor, Target const& target) {
  if (store::is_null(cursor.key)) return true;
  switch (target.fixed) {
    case Target::Fixed::none: {
      auto const type = target.column->sqlite_type;
      return std::holds_alternative<std::int64_t>(cursor.key) ? type == "INTEGER"
             : std::holds_alternative<Bytes>(cursor.key)      ? type == "BLOB"
                                                              : type == "TEXT";
    }
    case Target::Fixed::id: return std::holds_alternative<Bytes>(cursor.key);
    case Target::Fixed::state: return std::holds_alternative<std::string>(cursor.key);
    case Target::Fixed::updated_at:
    case Target::Fixed::version:
    case Target::Fixed::entry: break;
  }
  return std::holds_alternative<std::int64_t>(cursor.key);
}

// Rows after the cursor in the given order; absent values come first ascending and last descending, on
// both engines, by sorting on "is null" explicitly.
std::string after_cursor(Building& sql, Sorting const& sorting, Cursor const& cursor) {
  std::string const more = sorting.descending ? " < " : " > ";
  if (sorting.by_id) return " and " + sorting.id + more + sql.place(id_bytes(cursor.id));
  std::string const column = sorting.target.sql;
  if (store::is_null(cursor.key)) {
    std::string const within =
        "(" + column + " is null and r.id" + more + sql.place(id_bytes(cursor.id)) + ")";
    return sorting.descending ? " and " + within : " and (" + within + " or " + column + " is not null)";
  }
  std::string const key = sql.place(cursor.key);
  std::string const within = "(" + column + more + key + " or (" + column + " = " + key + " and r.id" + more +
                             sql.place(id_bytes(cursor.id)) + "))";
  return sorting.descending ? " and (" + within + " or " + column + " is null)" : " and " + within;
}

std::string order_by(Sorting const& sorting, store::Engine engine) {
  std::string const direction = sorting.descending ? " desc" : " asc";
  if (sorting.by_id) return " order by " + sorting.id + direction;
  // SQLite sorts nulls first ascending by itself; PostgreSQL has to be told.
  std::string const nulls = engine == store::Engine::sqlite ? ""
                            : sorting.descending            ? " nulls last"
                                                            : " nulls first";
  return " order by " + sorting.target.sql + direction + nulls + ", r.id" + direction;
}

// A change of a whole list item stands under the list's name: its members may be personal.
bool below_personal(Register const& reg, std::string_view path) {
  if (path.size() < 2) return false;
  auto const name = path.substr(1, path.find('/', 1) - 1);
  auto const* field = reg.type->find(name);
  return field != nullptr && holds_personal(*field);
}

Stored stored_of(store::Row row) {
  return {uuid_from(row[0]),      store::integer(row[1]),          std::move(std::get<std::string>(row[2])),
          store::integer(row[3]), Instant{store::integer(row[4])}, std::move(std::get<std::string>(row[5]))};
}

Found found_of(Register const& reg, Stored stored) {
  auto body = parse_body(reg, stored.body);
  return {std::move(stored), std::move(body.envelope), std::move(body.record)};
}

struct Prepared {
  Register const* reg = nullptr;
  Building sql;  // from … where …
  bool nothing = false;
  bool by_gram = false;  // the statement walks one pair's rows, in the order of g.record
};

// Whoever sees a personal value masked may look for one they know; comparing would spell it out.
bool masked_may_ask(Viewer const& viewer, Register const& reg, Condition const& condition) {
  auto const* field = reg.type->find(condition.field);
  if (field == nullptr || !holds_personal(*field) || viewer.sight(reg) == reflect::Sight::all) return true;
  return condition.compare == Compare::equal;
}

constexpr std::int64_t rare_rows = 2'000;  // so many can be sorted in a millisecond or two

// The pair that the fewest records have first; how many those are, counted up to rare_rows. What everybody is
// called (有限公司) must not be walked through to find what few are.
std::int64_t rarest_first(store::Reader& reader, std::string const& place, Register const& reg,
                          std::vector<std::string>& grams) {
  static Sql const few{"search.few",
                       "select count(*) from (select 1 from name_gram where jurisdiction = $1 and "
                       "register_name = $2 and gram = $3 limit $4) as few"};
  std::int64_t least = rare_rows;
  for (auto& gram : grams) {
    auto const rows =
        store::integer(reader.query(few, {place, std::string(reg.name), gram, least}).at(0).at(0));
    if (rows >= least) continue;
    least = rows;
    std::swap(gram, grams.front());
    if (rows == 0) break;
  }
  return least;
}

std::string with_gram(Building& sql, Register const& reg, std::string gram) {
  return " and exists (select 1 from name_gram o where o.jurisdiction = r.jurisdiction and o.register_name "
         "= " +
         sql.place(std::string(reg.name)) + " and o.gram = " + sql.place(std::move(gram)) +
         " and o.record = r.id)";
}

// from … where …, as far as the place and the names go.
Result<void> begin(Prepared& out, store::Database& database, Viewer const& viewer, Query const& query) {
  auto const& reg = *out.reg;
  auto& sql = out.sql;
  std::string const table = table_name(reg) + " r";
  if (query.search.empty()) {
    sql.text = " from " + table + " where r.jurisdiction = " + sql.place(viewer.jurisdiction);
    return {};
  }
  bool const masked = viewer.sight(reg) != reflect::Sight::all;
  if (!is_searchable(reg) || (masked && searches_personal(reg)))
    return refuse("not_searchable", "/search", std::string(reg.name));
  auto grams = grams_asked(query.search);
  if (!grams) return grams.refusal();
  bool const few = rarest_first(*database.reader(), viewer.jurisdiction, reg, *grams) < rare_rows;
  out.by_gram = few || query.sort.empty();
  std::size_t first = 0;
  if (out.by_gram) {
    // "cross join" keeps SQLite to this order; to PostgreSQL it is a join like any other.
    std::string const place = sql.place(viewer.jurisdiction);
    sql.text = " from name_gram g cross join " + table + " where g.jurisdiction = " + place +
               " and g.register_name = " + sql.place(std::string(reg.name)) +
               " and g.gram = " + sql.place(grams->front()) + " and r.jurisdiction = " + place +
               " and r.id = g.record";
    first = 1;
  } else {
    sql.text = " from " + table + " where r.jurisdiction = " + sql.place(viewer.jurisdiction);
  }
  for (std::size_t i = first; i < grams->size(); ++i) sql.text += with_gram(sql, reg, (*grams)[i]);
  return {};
}

Result<Prepared> prepare(store::Database& database, Catalogue const& catalogue, Viewer const& viewer,
                         std::string_view register_name, Query const& query) {
  auto const& where = query.where;
  Prepared out;
  out.reg = catalogue.find(register_name);
  if (out.reg == nullptr) return refuse("unknown_register", "", std::string(register_name));
  if (where.size() > limits::filters_per_query) return refuse("too_many_filters", "/filter");
  if (auto begun = begin(out, database, viewer, query); !begun) return begun.refusal();
  auto const scope = visible(out.sql, viewer, *out.reg, catalogue);
  if (!scope) {
    out.nothing = true;
    return out;
  }
  out.sql.text += *scope;
  for (auto const& condition : where) {
    if (!masked_may_ask(viewer, *out.reg, condition))
      return refuse("not_filterable", "/filter/" + condition.field, condition.field);
    auto text = condition_of(out.sql, *out.reg, condition);
    if (!text) return text.refusal();
    out.sql.text += *text;
  }
  return out;
}

}  // namespace

std::optional<Found> Reads::get(Viewer const& viewer, std::string_view register_name, Uuid id) {
  Query query;
  query.where.push_back({"id", Compare::equal, {to_string(id)}});
  query.limit = 1;
  auto page = list(viewer, register_name, query);
  if (!page || page->items.empty()) return {};
  return std::move(page->items.front());
}

std::optional<Found> Reads::find(Viewer const& viewer, std::string_view register_name, std::string_view field,
                                 std::string_view value) {
  Query query;
  query.where.push_back({std::string(field), Compare::equal, {std::string(value)}});
  query.limit = 1;
  auto page = list(viewer, register_name, query);
  if (!page || page->items.empty()) return {};
  return std::move(page->items.front());
}

Result<Page> Reads::list(Viewer const& viewer, std::string_view register_name, Query const& query) {
  auto stored = list_stored(viewer, register_name, query);
  if (!stored) return stored.refusal();
  Page page{{}, std::move(stored->next)};
  auto const& reg = *catalogue_.find(register_name);
  for (auto& item : stored->items) page.items.push_back(found_of(reg, std::move(item)));
  return page;
}

Result<StoredPage> Reads::list_stored(Viewer const& viewer, std::string_view register_name,
                                      Query const& query) {
  if (query.limit < 1 || query.limit > static_cast<int>(limits::page_size_max))
    return refuse("out_of_range", "/limit", std::to_string(query.limit));
  auto prepared = prepare(database_, catalogue_, viewer, register_name, query);
  if (!prepared) return prepared.refusal();
  if (prepared->nothing) return StoredPage{};
  auto sorting = sorting_of(*prepared->reg, query.sort);
  if (!sorting) return sorting.refusal();
  // A cursor shows the value it stands on.
  if (sorting->target.column && holds_personal(*sorting->target.column->field) &&
      viewer.sight(*prepared->reg) != reflect::Sight::all)
    return refuse("not_sortable", "/sort", query.sort);
  if (prepared->by_gram && sorting->by_id) sorting->id = "g.record";
  auto& sql = prepared->sql;
  if (!query.cursor.empty()) {
    auto const cursor = read_cursor(query.cursor);
    if (!cursor || !fits(*cursor, sorting->target)) return refuse("bad_cursor", "/cursor");
    sql.text += after_cursor(sql, *sorting, *cursor);
  }
  sql.text += order_by(*sorting, database_.engine());
  sql.text += " limit " + sql.place(std::int64_t{query.limit} + 1);
  Sql const statement{"record.list",
                      "select " + std::string(fixed_columns) + ", " + sorting->target.sql + sql.text};
  auto rows = database_.reader()->query(statement, sql.values);
  StoredPage page;
  bool const is_last = rows.size() <= static_cast<std::size_t>(query.limit);
  if (!is_last) rows.pop_back();
  store::Value const sorted_by = is_last ? store::Value{} : rows.back()[6];
  for (auto& row : rows) page.items.push_back(stored_of(std::move(row)));
  if (!is_last) page.next = make_cursor(sorted_by, page.items.back().id);
  return page;
}

Result<Reads::Total> Reads::total(Viewer const& viewer, std::string_view register_name, Query const& query) {
  auto prepared = prepare(database_, catalogue_, viewer, register_name, query);
  if (!prepared) return prepared.refusal();
  if (prepared->nothing) return Total{};
  auto& sql = prepared->sql;
  constexpr auto most = static_cast<std::int64_t>(limits::total_counted);
  std::string const limit = sql.place(most + 1);
  Sql const statement{"record.total",
                      "select count(*) from (select 1" + sql.text + " limit " + limit + ") as counted"};
  auto const counted = store::integer(database_.reader()->query(statement, sql.values).at(0).at(0));
  return Total{std::min(counted, most), counted > most};
}

Result<std::int64_t> Reads::count(Viewer const& viewer, std::string_view register_name, Query const& query) {
  auto prepared = prepare(database_, catalogue_, viewer, register_name, query);
  if (!prepared) return prepared.refusal();
  if (prepared->nothing) return std::int64_t{0};
  Sql const statement{"record.count", "select count(*)" + prepared->sql.text};
  return store::integer(database_.reader()->query(statement, prepared->sql.values).at(0).at(0));
}

Result<std::int64_t> Reads::stream(Viewer const& viewer, std::string_view register_name, Query const& query,
                                   std::function<bool(Found const&)> const& each) {
  auto prepared = prepare(database_, catalogue_, viewer, register_name, query);
  if (!prepared) return prepared.refusal();
  if (prepared->nothing) return std::int64_t{0};
  auto const sorting = sorting_of(*prepared->reg, query.sort);
  if (!sorting) return sorting.refusal();
  Sql const statement{"record.stream", "select " + std::string(fixed_columns) + prepared->sql.text +
                                           order_by(*sorting, database_.engine())};
  std::int64_t given = 0;
  // Its own reader: `each` may read other records meanwhile.
  auto const reader = database_.reader();
  reader->stream(statement, prepared->sql.values, [&](store::Row const& row) {
    ++given;
    return each(found_of(*prepared->reg, stored_of(row)));
  });
  return given;
}

Result<std::vector<HistoryRow>> Reads::history(Viewer const& viewer, std::string_view register_name,
                                               Uuid id) {
  static Sql const versions{
      "version.history",
      "select version, entry, action, account, recorded_at, body from version where jurisdiction = $1 and "
      "register_name = $2 and record = $3 order by entry"};
  Register const* reg = catalogue_.find(register_name);
  if (reg == nullptr) return refuse("unknown_register", "", std::string(register_name));
  if (!get(viewer, register_name, id)) return refuse("not_found");
  bool const masked = viewer.sight(*reg) != reflect::Sight::all;
  std::vector<HistoryRow> out;
  std::optional<OpenBody> before;
  for (auto const& row :
       database_.reader()->query(versions, {viewer.jurisdiction, std::string(register_name), id_bytes(id)})) {
    HistoryRow step{store::integer(row[0]),
                    store::integer(row[1]),
                    store::text(row[2]),
                    uuid_from(row[3]),
                    Instant{store::integer(row[4])},
                    "",
                    {}};
    if (store::text(row[5]).empty()) {
      step.state = before ? before->envelope.state : "";  // adopted after a restore: the body is lost
    } else if (step.action != "erase") {
      auto now = parse_body(*reg, store::text(row[5]));
      reflect::Object const blank(*reg->type);
      step.changes =
          reflect::diff(*reg->type, before ? before->record.data() : blank.data(), now.record.data());
      step.state = now.envelope.state;
      before = std::move(now);
    } else if (before) {
      step.state = before->envelope.state;
    }
    if (masked)
      for (auto& change : step.changes)
        if (change.personal || below_personal(*reg, change.path)) change.before = change.after = "\"***\"";
    out.push_back(std::move(step));
  }
  return out;
}

Result<std::vector<Reads::DueClock>> Reads::due_clocks(Viewer const& viewer, Date until, int limit) {
  static Sql const due{"clock.list",
                       "select register_name, record, position, due_on from clock where jurisdiction = $1 "
                       "and status = 'running' and "
                       "due_on <= $2 and (due_on, register_name, record, position) > ($3, $4, $5, $6) order "
                       "by due_on, register_name, "
                       "record, position limit 500"};
  if (limit < 1 || limit > static_cast<int>(limits::page_size_max))
    return refuse("out_of_range", "/limit", std::to_string(limit));
  std::vector<DueClock> out;
  Value day = std::string();
  Value name = std::string();
  Value record = Bytes{};
  Value position = std::int64_t{-1};
  while (true) {
    auto const rows =
        database_.reader()->query(due, {viewer.jurisdiction, to_string(until), day, name, record, position});
    for (auto const& row : rows) {
      auto const found = get(viewer, store::text(row[0]), uuid_from(row[1]));
      if (!found) continue;
      auto const index = static_cast<std::size_t>(store::integer(row[2]));
      if (index < found->envelope.clocks.size())
        out.push_back({store::text(row[0]), found->id, found->envelope.clocks[index]});
      if (out.size() == static_cast<std::size_t>(limit)) return out;
    }
    if (rows.size() < 500) return out;
    day = rows.back()[3];
    name = rows.back()[0];
    record = rows.back()[1];
    position = rows.back()[2];
  }
}

}  // namespace plumbline::kernel
