#include "work.hpp"

#include <algorithm>
#include <stdexcept>

#include "bodies.hpp"

namespace plumbline::inspection {

namespace {

std::vector<std::string_view> split(std::string_view line, char separator) {
  std::vector<std::string_view> fields;
  for (;;) {
    auto const end = line.find(separator);
    fields.push_back(line.substr(0, end));
    if (end == std::string_view::npos) return fields;
    line.remove_prefix(end + 1);
  }
}

// Every line, its fields counted; the private lists are written by this program and checked by their digest.
Result<std::vector<std::vector<std::string_view>>> lines_of(std::string_view text, std::size_t fields) {
  std::vector<std::vector<std::string_view>> rows;
  while (!text.empty()) {
    auto const end = text.find('\n');
    if (end == std::string_view::npos) return refusal("private_list");
    rows.push_back(split(text.substr(0, end), ','));
    if (rows.back().size() != fields) return refusal("private_list", std::to_string(rows.size()));
    text.remove_prefix(end + 1);
  }
  return rows;
}

template <class Row>
Result<std::vector<Row>> rows_of(std::string_view text) {
  return publication::parse_csv<Row>(text);
}

void leave_system_out(reflect::Type const& type, Json& document) {
  reflect::Type const& plain = reflect::bare(type);
  if (auto* list = document.as_array()) {
    for (Json& item : *list) leave_system_out(*plain.element, item);
  } else if (auto* members = document.as_object();
             members != nullptr && plain.kind == reflect::Kind::record) {
    std::erase_if(*members, [&](Json::Member const& member) {
      return reflect::has(plain.find(member.first)->flags, reflect::Flag::system);
    });
    for (auto& [name, value] : *members) leave_system_out(*plain.find(name)->type, value);
  }
}

}  // namespace

std::string payload_text(reflect::Type const& type, void const* payload) {
  Json document = reflect::to_json(type, payload);
  leave_system_out(type, document);
  return write_json(document);
}

Refusal refusal(std::string code, std::string detail) { return {std::move(code), std::move(detail), {}}; }

kernel::Viewer everything(System const& system) {
  return kernel::system_viewer(system.settings().jurisdiction);
}

std::string state_of(System& system, std::string_view register_name, Uuid id) {
  auto const found = system.reads().get(everything(system), register_name, id);
  return found ? found->state : "";
}

Result<std::int64_t> for_each(System& system, std::string_view register_name,
                              std::vector<kernel::Condition> where,
                              std::function<void(kernel::Found const&)> const& each) {
  kernel::Query query;
  query.where = std::move(where);
  return system.reads().stream(everything(system), register_name, query, [&](kernel::Found const& found) {
    each(found);
    return true;
  });
}

std::string store_blob(System& system, std::string_view content) {
  auto const stored = system.blobs().put(content);
  if (!stored)
    throw std::runtime_error("a draw's file does not fit the blob store: " + stored.refusal().code);
  return to_hex(stored->sha256);
}

Result<std::string> load_blob(System& system, std::string const& sha256) {
  auto const hash = hash_from_hex(sha256);
  if (!hash) return refusal("blob_missing", sha256);
  auto content = system.blobs().get(*hash);
  if (!content) return refusal("blob_missing", sha256);
  return std::move(*content);
}

std::string format_private(std::vector<PrivateUnit> const& units) {
  std::string text;
  for (auto const& unit : units)
    text += unit.pid + ',' + to_string(unit.firm) + ',' + unit.identifier + ',' + unit.salt + ',' +
            unit.code + ',' + (unit.site ? to_string(*unit.site) : "") + '\n';
  return text;
}

Result<std::map<std::string, PrivateUnit>> parse_private_units(std::string_view text) {
  auto const rows = lines_of(text, 6);
  if (!rows) return rows.refusal();
  std::map<std::string, PrivateUnit> units;
  for (auto const& row : *rows) {
    auto const firm = parse_uuid(row[1]);
    auto const site = parse_uuid(row[5]);
    if (!firm || (!site && !row[5].empty())) return refusal("private_list");
    std::string pid(row[0]);
    units.emplace(
        pid, PrivateUnit{pid, *firm, std::string(row[2]), std::string(row[3]), std::string(row[4]), site});
  }
  return units;
}

std::string format_private(std::vector<PrivateInspector> const& inspectors) {
  std::string text;
  for (auto const& row : inspectors)
    text += row.ipid + ',' + to_string(row.inspector) + ',' + row.certificate + ',' + row.salt + '\n';
  return text;
}

Result<std::map<std::string, PrivateInspector>> parse_private_inspectors(std::string_view text) {
  auto const rows = lines_of(text, 4);
  if (!rows) return rows.refusal();
  std::map<std::string, PrivateInspector> inspectors;
  for (auto const& row : *rows) {
    auto const inspector = parse_uuid(row[1]);
    if (!inspector) return refusal("private_list");
    std::string ipid(row[0]);
    inspectors.emplace(ipid, PrivateInspector{ipid, *inspector, std::string(row[2]), std::string(row[3])});
  }
  return inspectors;
}

publication::DrawInputs DrawFiles::inputs() const {
  return {.plan = plan,
          .plan_hash = hash_of_text(task.plan.leaf_hash),
          .seed_entry = hash_of_text(ceremony.seed_hash),
          .seed = seed,
          .frame = frame,
          .roster = roster,
          .recusals = recusals,
          .groups = groups};
}

namespace {

struct Text {
  std::string DrawFiles::* to;
  std::string const* sha256;
};

Result<void> load_texts(System& system, DrawFiles& files) {
  auto const& frame = *files.task.frame;
  auto const& roster = *files.task.roster;
  std::vector<Text> texts{{&DrawFiles::frame_csv, &frame.rows_blob},
                          {&DrawFiles::excluded_csv, &frame.excluded_blob},
                          {&DrawFiles::roster_csv, &roster.rows_blob},
                          {&DrawFiles::recusals_csv, &roster.recusals_blob}};
  if (!frame.groups_blob.empty()) texts.push_back({&DrawFiles::groups_csv, &frame.groups_blob});
  for (auto const& text : texts) {
    auto content = load_blob(system, *text.sha256);
    if (!content) return content.refusal();
    files.*text.to = std::move(*content);
  }
  return {};
}

Result<void> parse_rows(DrawFiles& files) {
  auto frame = rows_of<publication::FrameRow>(files.frame_csv);
  if (!frame) return frame.refusal();
  auto roster = rows_of<publication::RosterRow>(files.roster_csv);
  if (!roster) return roster.refusal();
  auto recusals = rows_of<publication::RecusalRow>(files.recusals_csv);
  if (!recusals) return recusals.refusal();
  auto groups = rows_of<publication::GroupRow>(files.groups_csv);
  if (!groups) return groups.refusal();
  files.frame = std::move(*frame);
  files.roster = std::move(*roster);
  files.recusals = std::move(*recusals);
  files.groups = std::move(*groups);
  return {};
}

}  // namespace

Result<std::unique_ptr<DrawFiles>> load_draw(System& system, Uuid task) {
  auto files = std::make_unique<DrawFiles>();
  auto record = record_of<InspectionTask>(system, "inspection_task", task);
  if (!record) return refusal("unknown_task");
  if (!record->frame || !record->roster || !record->ceremony) return refusal("not_planned");
  files->task = std::move(*record);
  auto ceremony = record_of<DrawCeremony>(system, "draw_ceremony", *files->task.ceremony);
  if (!ceremony) return refusal("unknown_ceremony");
  files->ceremony = std::move(*ceremony);
  if (auto loaded = load_texts(system, *files); !loaded) return loaded.refusal();
  if (auto parsed = parse_rows(*files); !parsed) return parsed.refusal();
  files->plan = plan_body(files->task, files->ceremony);
  if (!files->ceremony.seed_digest.empty()) files->seed = seed_body(files->ceremony);
  return files;
}

Result<publication::DrawResult> load_result(System& system, InspectionTask const& task) {
  auto const text = load_blob(system, task.result.digest);
  if (!text) return text.refusal();
  return publication::parse_body<publication::DrawResult>(*text);
}

Result<std::map<std::string, PrivateUnit>> load_units(System& system, InspectionTask const& task) {
  auto const text = load_blob(system, task.frame->private_blob);
  if (!text) return text.refusal();
  return parse_private_units(*text);
}

Result<std::map<std::string, PrivateInspector>> load_inspectors(System& system, InspectionTask const& task) {
  auto const text = load_blob(system, task.roster->private_blob);
  if (!text) return text.refusal();
  auto inspectors = parse_private_inspectors(*text);
  if (!inspectors || !task.direct || task.direct->private_blob.empty()) return inspectors;
  auto const borrowed = load_blob(system, task.direct->private_blob);
  if (!borrowed) return borrowed.refusal();
  auto more = parse_private_inspectors(*borrowed);
  if (!more) return more.refusal();
  inspectors->merge(*more);
  return inspectors;
}

Result<std::vector<publication::Assignment>> load_assignment(System& system, InspectionTask const& task,
                                                             publication::DrawResult const& result) {
  if (!task.direct) return result.assignment;
  auto const text = load_blob(system, task.direct->entry.digest);
  if (!text) return text.refusal();
  auto const body = publication::parse_body<publication::Assign>(*text);
  if (!body) return body.refusal();
  return body->assignment;
}

std::vector<Recusal> granted_recusals(System& system, Uuid task) {
  std::vector<Recusal> recusals;
  auto const read = for_each(
      system, "recusal",
      {{"task", kernel::Compare::equal, {to_string(task)}}, {"state", kernel::Compare::equal, {"granted"}}},
      [&](kernel::Found const& found) { recusals.push_back(found.as<Recusal>()); });
  if (!read) throw std::runtime_error("recusals cannot be read: " + read.refusal().code);
  std::erase_if(recusals, [](Recusal const& recusal) { return recusal.number == 0; });
  std::ranges::sort(recusals, {}, &Recusal::number);
  return recusals;
}

}  // namespace plumbline::inspection
