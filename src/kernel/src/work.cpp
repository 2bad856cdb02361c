#include "kernel/work.hpp"

#include <algorithm>
#include <charconv>

#include "base/limits.hpp"
#include "kernel/act.hpp"
#include "overlay.hpp"
#include "reads_sql.hpp"
#include "tables.hpp"

namespace plumbline::kernel {
namespace {

using store::Sql;
using store::Value;

bool stops(StepRow const& step, std::string_view rule) {
  return std::ranges::any_of(step.clocks.ops, [&](ClockOp const& op) {
    return (op.tick == Tick::stop || op.tick == Tick::stop_if) && op.rule == rule;
  });
}

// State and clock together, where one of these roles has a step that stops the clock. "" where there is none.
std::string stoppable(Building& sql, Register const& reg, Role role) {
  std::string out;
  for (auto const& step : reg.steps) {
    if (!step.by.contains(role)) continue;
    for (auto const& op : step.clocks.ops) {
      if (!stops(step, op.rule) || op.rule.empty()) continue;
      out += (out.empty() ? "" : " or ") + std::string("(r.state = ") +
             sql.place(std::string(reg.state_name(step.from))) +
             " and c.rule = " + sql.place(std::string(op.rule)) + ")";
    }
  }
  return out.empty() ? out : "(" + out + ")";
}

// Nothing where none of the register's clocks is this viewer's.
std::optional<std::string> own(Building& sql, Viewer const& viewer, Register const& reg) {
  std::string any;
  auto add = [&](std::string const& steps, std::string const& place) {
    any += (any.empty() ? "" : " or ") + ("(" + steps + (place.empty() ? "" : " and " + place) + ")");
  };
  for (auto const& grant : viewer.scoped) {
    auto const steps = stoppable(sql, reg, grant.role);
    if (!steps.empty()) add(steps, grant.everything ? "" : within(sql, reg, grant.scopes));
  }
  for (auto const& grant : viewer.represented) {
    auto const steps = stoppable(sql, reg, grant.role);
    if (!steps.empty()) add(steps, concerning(sql, reg, {grant.party}));
  }
  if (any.empty()) return {};
  return " and (" + any + ")";
}

// from … where … of one register; nothing where there is nothing for this viewer.
std::optional<Building> clocks_of(Catalogue const& catalogue, Register const& reg, Viewer const& viewer,
                                  WorkQuery const& query) {
  if (std::ranges::none_of(reg.steps,
                           [](StepRow const& step) { return step.clocks.ops[0].tick != Tick::none; }))
    return {};
  Building sql;
  sql.text = " from clock c join " + table_name(reg) +
             " r on r.jurisdiction = c.jurisdiction and r.id = c.record where c.jurisdiction = " +
             sql.place(viewer.jurisdiction) + " and c.register_name = " + sql.place(std::string(reg.name)) +
             " and c.status = 'running'";
  // Whoever may end a clock but not read its record has no work here: nothing could be shown of it.
  auto const seen = visible(sql, viewer, reg, catalogue);
  auto const theirs = query.whose == Whose::mine ? own(sql, viewer, reg) : std::optional<std::string>("");
  if (!seen || !theirs) return {};
  sql.text += *seen + *theirs;
  if (query.due_until) sql.text += " and c.due_on <= " + sql.place(to_string(*query.due_until));
  return sql;
}

// "DAY/REGISTER/RECORD/POSITION" of the item before.
struct Place {
  std::string day;
  std::string register_name;
  Uuid record;
  std::int64_t position = 0;
};
std::optional<Place> read_cursor(std::string const& text) {
  if (text.size() > limits::cursor_bytes) return {};
  std::vector<std::string> parts(1);
  for (char const c : text) {
    if (c == '/')
      parts.emplace_back();
    else
      parts.back() += c;
  }
  if (parts.size() != 4 || !parse_date(parts[0])) return {};
  auto const record = parse_uuid(parts[2]);
  Place place{parts[0], parts[1], record.value_or(Uuid{}), 0};
  auto const* end = parts[3].data() + parts[3].size();
  auto const read = std::from_chars(parts[3].data(), end, place.position);
  if (!record || read.ec != std::errc{} || read.ptr != end) return {};
  return place;
}
std::string make_cursor(WorkItem const& item) {
  return to_string(item.due_on) + "/" + item.register_name + "/" + to_string(item.record) + "/" +
         std::to_string(item.position);
}

std::string after(Building& sql, Register const& reg, Place const& place) {
  if (reg.name < place.register_name) return " and c.due_on > " + sql.place(place.day);
  if (reg.name > place.register_name) return " and c.due_on >= " + sql.place(place.day);
  std::string const day = sql.place(place.day);
  std::string const record = sql.place(id_bytes(place.record));
  return " and (c.due_on, c.record, c.position) > (" + day + ", " + record + ", " +
         sql.place(place.position) + ")";
}

WorkItem item_of(Register const& reg, store::Row const& row) {
  return {std::string(reg.name),
          uuid_from(row[0]),
          store::integer(row[1]),
          store::text(row[2]),
          store::text(row[3]),
          store::integer(row[4]),
          parse_date(store::text(row[5])).value()};
}

bool comes_first(WorkItem const& a, WorkItem const& b) {
  return std::tie(a.due_on, a.register_name, a.record.bytes, a.position) <
         std::tie(b.due_on, b.register_name, b.record.bytes, b.position);
}

}  // namespace

// Each register gives its own next page, and the earliest of all of them are the answer.
Result<WorkPage> list_work(store::Database& database, Catalogue const& catalogue, Viewer const& viewer,
                           WorkQuery const& query) {
  if (query.limit < 1 || query.limit > static_cast<int>(limits::page_size_max))
    return refuse("out_of_range", "/limit", std::to_string(query.limit));
  std::optional<Place> place;
  if (!query.cursor.empty()) {
    place = read_cursor(query.cursor);
    if (!place) return refuse("bad_cursor", "/cursor");
  }
  auto const reader = database.reader();
  WorkPage page;
  for (auto const& reg : catalogue.registers()) {
    auto sql = clocks_of(catalogue, reg, viewer, query);
    if (!sql) continue;
    if (place) sql->text += after(*sql, reg, *place);
    sql->text +=
        " order by c.due_on, c.record, c.position limit " + sql->place(std::int64_t{query.limit} + 1);
    Sql const statement{"work.list",
                        "select c.record, r.version, r.state, c.rule, c.position, c.due_on" + sql->text};
    for (auto const& row : reader->query(statement, sql->values)) page.items.push_back(item_of(reg, row));
  }
  std::ranges::sort(page.items, comes_first);
  if (page.items.size() > static_cast<std::size_t>(query.limit)) {
    page.items.resize(static_cast<std::size_t>(query.limit));
    page.next = make_cursor(page.items.back());
  }
  return page;
}

WorkCount count_work(store::Database& database, Catalogue const& catalogue, Viewer const& viewer,
                     WorkQuery const& query) {
  auto const reader = database.reader();
  auto const most = static_cast<std::int64_t>(limits::total_counted);
  WorkCount out;
  for (auto const& reg : catalogue.registers()) {
    auto sql = clocks_of(catalogue, reg, viewer, query);
    if (!sql) continue;
    sql->text += " limit " + sql->place(most + 1 - out.count);
    Sql const statement{"work.count", "select count(*) from (select 1" + sql->text + ") as counted"};
    out.count += store::integer(reader->query(statement, sql->values).at(0).at(0));
    if (out.count > most) return {most, true};
  }
  return out;
}

}  // namespace plumbline::kernel
