#include "roster.hpp"

#include <algorithm>
#include <unordered_map>

#include "bodies.hpp"
#include "stats/draw.hpp"

namespace plumbline::inspection {

namespace {

constexpr std::size_t salt_bytes = 32;
constexpr std::size_t sid_bytes = 16;

struct Listed {
  PrivateInspector inspector;
  std::uint32_t cap = 0;
  std::vector<std::string_view> groups;  // ascending; views into the task
};

// Groups of the task's strata that the inspector holds; "*" asks for no field.
std::vector<std::string_view> groups_held(InspectionTask const& task, people::Inspector const& inspector) {
  std::vector<std::string_view> groups;
  for (auto const& rule : task.design.strata) {
    auto const group = group_of(rule);
    if (rule.group == "*" || std::ranges::count(inspector.fields, group)) groups.push_back(group);
  }
  std::ranges::sort(groups);
  groups.erase(std::ranges::unique(groups).begin(), groups.end());
  return groups;
}

// The department's own; an office without departments lends all of its inspectors.
bool belongs(people::Inspector const& inspector, InspectionTask const& task, Uuid organisation) {
  if (inspector.department) return *inspector.department == task.department;
  return inspector.organisation == organisation;
}

Result<std::vector<Listed>> fit_inspectors(System& system, InspectionTask const& task) {
  auto const department = record_of<people::Department>(system, "department", *task.department);
  if (!department) return refusal("unknown_department");
  auto const suite = suite_of(task);
  auto const today = to_string(legal_date(system.clock().now()));
  std::vector<Listed> listed;
  auto const read =
      for_each(system, "inspector",
               {{"state", kernel::Compare::equal, {"active"}},
                {"certificate_valid_to", kernel::Compare::greater_equal, {today}}},
               [&](kernel::Found const& found) {
                 auto const& inspector = found.as<people::Inspector>();
                 auto groups = groups_held(task, inspector);
                 if (groups.empty() || !belongs(inspector, task, *department->organisation)) return;
                 Bytes const salt = random_bytes(salt_bytes);
                 listed.push_back({{to_hex(stats::inspector_pid(suite, inspector.certificate, salt)),
                                    found.id, inspector.certificate, hex_encode(salt)},
                                   static_cast<std::uint32_t>(inspector.draw_cap),
                                   std::move(groups)});
               });
  if (!read) return read.refusal();
  return listed;
}

// Reasons stay in the office; only that the pair must not meet is published.
Result<std::vector<publication::RecusalRow>> recusals_of(System& system, std::vector<Listed> const& listed,
                                                         std::vector<PrivateUnit> const& units) {
  std::unordered_map<Uuid, std::string_view> ipid_of;
  for (auto const& row : listed) ipid_of.emplace(row.inspector.inspector, row.inspector.ipid);
  std::unordered_multimap<Uuid, std::string_view> pids_of;  // several where sites are drawn
  for (auto const& unit : units)
    if (unit.code.empty()) pids_of.emplace(unit.firm, unit.pid);
  std::vector<publication::RecusalRow> rows;
  auto const read = for_each(system, "recusal_relation", {{"state", kernel::Compare::equal, {"in_force"}}},
                             [&](kernel::Found const& found) {
                               auto const& relation = found.as<people::RecusalRelation>();
                               auto const ipid = ipid_of.find(relation.inspector);
                               if (ipid == ipid_of.end()) return;
                               auto const [first, last] = pids_of.equal_range(relation.firm);
                               for (auto pid = first; pid != last; ++pid)
                                 rows.push_back({ipid->second, pid->second});
                             });
  if (!read) return read.refusal();
  return rows;
}

}  // namespace

Result<FrozenRoster> freeze_roster(System& system, InspectionTask const& task,
                                   std::vector<PrivateUnit> const& units) {
  auto const listed = fit_inspectors(system, task);
  if (!listed) return listed.refusal();
  auto const recusals = recusals_of(system, *listed, units);
  if (!recusals) return recusals.refusal();
  std::vector<publication::RosterRow> rows;
  std::vector<PrivateInspector> inspectors;
  for (auto const& row : *listed) {
    rows.push_back({row.inspector.ipid, row.cap, row.groups});
    inspectors.push_back(row.inspector);
  }
  auto const suite = suite_of(task);
  std::string const rows_csv = publication::format_csv<publication::RosterRow>(rows);
  std::string const recusals_csv = publication::format_csv<publication::RecusalRow>(*recusals);
  FrozenRoster roster;
  roster.sid = hex_encode(random_bytes(sid_bytes));
  roster.rows = static_cast<std::int64_t>(rows.size());
  roster.rows_hash = to_hex(hash_of(suite, bytes_of(rows_csv)));
  roster.rows_blob = store_blob(system, rows_csv);
  roster.recusals = static_cast<std::int64_t>(recusals->size());
  roster.recusals_hash = to_hex(hash_of(suite, bytes_of(recusals_csv)));
  roster.recusals_blob = store_blob(system, recusals_csv);
  std::ranges::sort(inspectors, {}, &PrivateInspector::ipid);
  roster.private_blob = store_blob(system, format_private(inspectors));
  return roster;
}

}  // namespace plumbline::inspection
