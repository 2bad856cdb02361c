#include "publication/csv.hpp"

#include <algorithm>
#include <limits>
#include <stdexcept>

#include "publication/forms.hpp"

namespace plumbline::publication {
namespace {

// Takes the text before `mark` and the mark off the front; all of it when there is no mark.
std::string_view take(std::string_view& rest, char mark) {
  auto const end = rest.find(mark);
  auto const field = rest.substr(0, end);
  rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);
  return field;
}

bool has_fields(std::string_view line, std::ptrdiff_t count) {
  return std::count(line.begin(), line.end(), ',') == count - 1;
}

// Each reads one line into a row; the answer is what is wrong with it, or null.
char const* read_row(std::string_view line, FrameRow& row) {
  if (!has_fields(line, 3)) return "not pid,stratum,w";
  row.pid = take(line, ',');
  row.stratum = take(line, ',');
  auto const weight = parse_number(line);
  if (!is_hash_text(row.pid)) return "not a pid";
  if (!is_ident(row.stratum)) return "not a stratum";
  if (!weight || *weight == 0) return "not a weight";
  row.weight = *weight;
  return nullptr;
}

char const* read_row(std::string_view line, ExcludedRow& row) {
  if (!has_fields(line, 2)) return "not pid,code";
  row.pid = take(line, ',');
  row.code = line;
  if (!is_hash_text(row.pid)) return "not a pid";
  return is_code(row.code) ? nullptr : "not a code";
}

char const* read_row(std::string_view line, RosterRow& row) {
  if (!has_fields(line, 3)) return "not ipid,cap,groups";
  row.ipid = take(line, ',');
  auto const cap = parse_number(take(line, ','));
  if (!is_hash_text(row.ipid)) return "not an ipid";
  if (!cap || *cap == 0 || *cap > std::numeric_limits<std::uint32_t>::max()) return "not a cap";
  row.cap = static_cast<std::uint32_t>(*cap);
  for (bool more = true; more;) {
    more = line.find('|') != std::string_view::npos;
    auto const group = take(line, '|');
    if (!is_ident(group)) return "not a group";
    if (!row.groups.empty() && row.groups.back() >= group) return "groups do not ascend";
    row.groups.push_back(group);
  }
  return nullptr;
}

char const* read_row(std::string_view line, RecusalRow& row) {
  if (!has_fields(line, 2)) return "not ipid,pid";
  row.ipid = take(line, ',');
  row.pid = line;
  return is_hash_text(row.ipid) && is_hash_text(row.pid) ? nullptr : "not a pair of pids";
}

char const* read_row(std::string_view line, GroupRow& row) {
  if (!has_fields(line, 2)) return "not pid,group";
  row.pid = take(line, ',');
  row.group = line;
  if (!is_hash_text(row.pid)) return "not a pid";
  return is_ident(row.group) ? nullptr : "not a group";
}

std::string_view key(FrameRow const& row) { return row.pid; }
std::string_view key(ExcludedRow const& row) { return row.pid; }
std::string_view key(RosterRow const& row) { return row.ipid; }
std::pair<std::string_view, std::string_view> key(RecusalRow const& row) { return {row.ipid, row.pid}; }
std::string_view key(GroupRow const& row) { return row.pid; }

void write_row(std::string& out, FrameRow const& row) {
  out.append(row.pid).append(",").append(row.stratum).append(",").append(std::to_string(row.weight));
}
void write_row(std::string& out, ExcludedRow const& row) { out.append(row.pid).append(",").append(row.code); }
void write_row(std::string& out, RosterRow const& row) {
  out.append(row.ipid).append(",").append(std::to_string(row.cap));
  char mark = ',';
  for (auto const group : row.groups) {
    out.append(1, mark).append(group);
    mark = '|';
  }
}
void write_row(std::string& out, RecusalRow const& row) { out.append(row.ipid).append(",").append(row.pid); }
void write_row(std::string& out, GroupRow const& row) { out.append(row.pid).append(",").append(row.group); }

}  // namespace

template <class Row>
Result<std::vector<Row>> parse_csv(std::string_view text) {
  std::vector<Row> rows;
  rows.reserve(static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n')));
  auto const refused = [&](char const* why) {
    return Refusal{"CSV_FORMAT", "line " + std::to_string(rows.size() + 1) + ": " + why, {}};
  };
  while (!text.empty()) {
    if (text.find('\n') == std::string_view::npos) return refused("does not end in a line feed");
    Row row;
    if (char const* why = read_row(take(text, '\n'), row)) return refused(why);
    if (!rows.empty() && !(key(rows.back()) < key(row))) return refused("keys do not ascend");
    rows.push_back(std::move(row));
  }
  return rows;
}

template <class Row>
std::string format_csv(std::span<Row const> rows) {
  std::vector<Row const*> order;
  order.reserve(rows.size());
  for (auto const& row : rows) order.push_back(&row);
  std::sort(order.begin(), order.end(), [](Row const* a, Row const* b) { return key(*a) < key(*b); });
  std::string out;
  for (auto const* row : order) {
    write_row(out, *row);
    out.push_back('\n');
  }
  auto const read_back = parse_csv<Row>(out);
  if (!read_back)
    throw std::invalid_argument("rows that could not be read back: " + read_back.refusal().detail);
  return out;
}

template Result<std::vector<FrameRow>> parse_csv<FrameRow>(std::string_view);
template Result<std::vector<ExcludedRow>> parse_csv<ExcludedRow>(std::string_view);
template Result<std::vector<RosterRow>> parse_csv<RosterRow>(std::string_view);
template Result<std::vector<RecusalRow>> parse_csv<RecusalRow>(std::string_view);
template Result<std::vector<GroupRow>> parse_csv<GroupRow>(std::string_view);
template std::string format_csv<FrameRow>(std::span<FrameRow const>);
template std::string format_csv<ExcludedRow>(std::span<ExcludedRow const>);
template std::string format_csv<RosterRow>(std::span<RosterRow const>);
template std::string format_csv<RecusalRow>(std::span<RecusalRow const>);
template std::string format_csv<GroupRow>(std::span<GroupRow const>);

}  // namespace plumbline::publication
