// From the plan to the checks: the seed decides, everything here follows from it.
#include <algorithm>
#include <stdexcept>

#include "bodies.hpp"
#include "check_types.hpp"
#include "kernel/publisher.hpp"
#include "stats/draw.hpp"
#include "task_types.hpp"
#include "work.hpp"

namespace plumbline::inspection {

namespace {

constexpr std::size_t chunk_size = 200;
constexpr std::size_t salt_bytes = 32;

struct DrawnUnit {
  std::string pid;
  std::string stratum;
  std::string pi;
  Selection selection = Selection::random;
};

std::vector<DrawnUnit> drawn_units(publication::DrawResult const& result) {
  std::vector<DrawnUnit> units;
  for (auto const& stratum : result.strata) {
    for (auto const& unit : stratum.certain)
      units.push_back({unit.pid, stratum.id, unit.pi, Selection::certain});
    for (auto const& unit : stratum.selected)
      units.push_back({unit.pid, stratum.id, unit.pi, Selection::random});
  }
  return units;
}

// A policy without witnesses is still a policy: the publication then reaches grade 丙.
std::string policy_text(System& system) {
  auto text = system.log().policy();
  return text.empty() ? "log " + system.log().vkey() + "\nquorum none\n" : text;
}

kernel::Command command_of(std::string_view register_name, std::string_view action, std::string payload,
                           std::string key) {
  kernel::Command command;
  command.register_name = register_name;
  command.action = action;
  command.payload = std::move(payload);
  command.idempotency_key = std::move(key);
  return command;
}

// Of the lead department's checks, so that a joint check is one visit.
Result<std::map<Uuid, Uuid>> visits_of_parent(System& system, InspectionTask const& task) {
  std::map<Uuid, Uuid> visits;
  if (!task.parent) return visits;
  auto const read = for_each(system, "check", {{"task", kernel::Compare::equal, {to_string(*task.parent)}}},
                             [&](kernel::Found const& found) {
                               auto const& check = found.as<Check>();
                               if (check.visit)
                                 visits.insert_or_assign(check.site.value_or(*check.firm), *check.visit);
                             });
  if (!read) return read.refusal();
  return visits;
}

struct CheckSources {
  std::map<std::string, PrivateUnit> units;
  std::map<std::string, PrivateInspector> inspectors;
  std::map<std::string, std::vector<std::string>> assigned;  // ipids by pid
  std::map<Uuid, Uuid> visits;
};

Result<CheckSources> load_sources(System& system, InspectionTask const& task,
                                  publication::DrawResult const& result) {
  CheckSources sources;
  auto units = load_units(system, task);
  if (!units) return units.refusal();
  auto inspectors = load_inspectors(system, task);
  if (!inspectors) return inspectors.refusal();
  auto assignment = load_assignment(system, task, result);
  if (!assignment) return assignment.refusal();
  auto visits = visits_of_parent(system, task);
  if (!visits) return visits.refusal();
  sources.units = std::move(*units);
  sources.inspectors = std::move(*inspectors);
  for (auto const& pair : *assignment) sources.assigned.emplace(pair.target, pair.inspectors);
  sources.visits = std::move(*visits);
  return sources;
}

Result<AssignCheck> check_of(InspectionTask const& task, Uuid task_id, DrawnUnit const& unit,
                             CheckSources const& sources) {
  auto const firm = sources.units.find(unit.pid);
  auto const pair = sources.assigned.find(unit.pid);
  if (firm == sources.units.end() || pair == sources.assigned.end()) return refusal("unknown_unit", unit.pid);
  AssignCheck check;
  check.task = task_id;
  check.firm = firm->second.firm;
  check.site = firm->second.site;
  check.pid = unit.pid;
  check.stratum = unit.stratum;
  check.pi = unit.pi;
  check.selection = unit.selection;
  check.assignment = task.direct ? AssignmentMode::direct : AssignmentMode::matched;
  check.assignment_reason = task.direct ? task.direct->reason : "";
  for (auto const& ipid : pair->second) {
    auto const inspector = sources.inspectors.find(ipid);
    if (inspector == sources.inspectors.end()) return refusal("unknown_inspector", ipid);
    check.inspectors.push_back(inspector->second.inspector);
  }
  auto const visit = sources.visits.find(check.site.value_or(check.firm));
  if (visit != sources.visits.end()) check.visit = visit->second;
  return check;
}

// One act per check, each once however often this runs: its key is the unit's name in the draw.
Result<void> make_checks(System& system, Uuid task_id, InspectionTask const& task,
                         publication::DrawResult const& result, DrawOutcomeReport& report) {
  auto const sources = load_sources(system, task, result);
  if (!sources) return sources.refusal();
  std::vector<kernel::Command> chunk;
  auto const send = [&] {
    for (auto const& answer : system.submit_chunk(std::exchange(chunk, {})))
      if (answer)
        ++report.checks;
      else
        report.refused.push_back(answer.refusal());
  };
  for (auto const& unit : drawn_units(result)) {
    auto const check = check_of(task, task_id, unit, *sources);
    if (!check) return check.refusal();
    chunk.push_back(command_of("check", "assign", reflect::to_text(*check), *task.draw + "/" + unit.pid));
    if (chunk.size() == chunk_size) send();
  }
  if (!chunk.empty()) send();
  return {};
}

Result<DrawOutcomeReport> make_checks_and_assign(System& system, Uuid task_id) {
  auto const task = record_of<InspectionTask>(system, "inspection_task", task_id);
  if (!task) return refusal("unknown_task");
  auto const result = load_result(system, *task);
  if (!result) return result.refusal();
  DrawOutcomeReport report;
  report.drawn = task->drawn;
  report.load_max = task->load_max;
  if (auto made = make_checks(system, task_id, *task, *result, report); !made) return made.refusal();
  if (!report.refused.empty()) return report;
  auto const assigned = submit(system, {}, "inspection_task", "assign", task_id, ChecksMade{report.checks});
  if (!assigned) return assigned.refusal();
  return report;
}

std::vector<Uuid> firms_of(std::map<std::string, PrivateUnit> const& units,
                           std::vector<publication::Pid> const& pids) {
  std::vector<Uuid> firms;
  for (auto const& pid : pids) {
    auto const unit = units.find(pid);
    if (unit != units.end()) firms.push_back(unit->second.firm);
  }
  return firms;
}

Result<std::string> compute_and_store(System& system, DrawFiles const& files,
                                      publication::DrawResult& result) {
  auto computed = publication::compute_result(files.inputs());
  if (!computed) return computed.refusal();
  result = std::move(*computed);
  return store_blob(system, text_of_body(result));
}

Result<void> log_result(System& system, Uuid task) {
  auto const files = load_draw(system, task);
  if (!files) return files.refusal();
  publication::DrawResult result;
  auto const digest = compute_and_store(system, **files, result);
  if (!digest) return digest.refusal();
  DrawOutcome outcome;
  outcome.digest = *digest;
  outcome.drawn = static_cast<std::int64_t>(drawn_units(result).size());
  outcome.load_max = static_cast<std::int64_t>(result.max_load);
  outcome.hall = static_cast<std::int64_t>(result.hall.size());
  auto const logged = submit(system, {}, "inspection_task", "draw_result", task, outcome);
  if (!logged) return logged.refusal();
  return {};
}

}  // namespace

Result<kernel::Receipt> make_plan(System& system, Uuid account, Uuid task, Uuid ceremony,
                                  std::string_view replaces) {
  MakePlan plan;
  plan.ceremony = ceremony;
  plan.replaces = replaces;
  plan.policy = store_blob(system, policy_text(system));
  auto planned = submit(system, account, "inspection_task", "plan", task, plan);
  if (!planned) return planned;
  // A checkpoint with the plan must be out, and cosigned, before the event; the follower would do it within
  // a second, but a plan that misses it is lost.
  if (auto published = system.log().publish(); !published) return published.refusal();
  return planned;
}

Result<DrawOutcomeReport> compute_draw(System& system, Uuid task) {
  auto const state = state_of(system, "inspection_task", task);
  if (state == "seeded")
    if (auto logged = log_result(system, task); !logged) return logged.refusal();
  if (state != "seeded" && state != "drawn") return refusal("illegal_in_state", state);
  auto const record = record_of<InspectionTask>(system, "inspection_task", task);
  if (record->hall == 0 || record->direct) return make_checks_and_assign(system, task);
  auto const result = load_result(system, *record);
  if (!result) return result.refusal();
  auto const units = load_units(system, *record);
  if (!units) return units.refusal();
  DrawOutcomeReport report;
  report.drawn = record->drawn;
  report.firms_without_inspectors = firms_of(*units, result->hall);
  return report;
}

namespace {

// Names of inspectors in this draw: those of the roster, and fresh ones for whoever is borrowed.
class InspectorNames {
 public:
  InspectorNames(System& system, HashSuite suite, std::map<std::string, PrivateInspector> const& roster)
      : system_(system), suite_(suite) {
    for (auto const& [ipid, row] : roster) ipid_of_.emplace(row.inspector, ipid);
  }
  Result<std::string> name(Uuid inspector) {
    auto const known = ipid_of_.find(inspector);
    if (known != ipid_of_.end()) return known->second;
    auto const record = record_of<people::Inspector>(system_, "inspector", inspector);
    if (!record) return refusal("unknown_inspector", to_string(inspector));
    Bytes const salt = random_bytes(salt_bytes);
    auto const ipid = to_hex(stats::inspector_pid(suite_, record->certificate, salt));
    borrowed_.push_back({ipid, inspector, record->certificate, hex_encode(salt)});
    ipid_of_.emplace(inspector, ipid);
    return ipid;
  }
  std::vector<PrivateInspector> const& borrowed() const { return borrowed_; }

 private:
  System& system_;
  HashSuite suite_;
  std::map<Uuid, std::string> ipid_of_;
  std::vector<PrivateInspector> borrowed_;
};

Result<DirectAssign> direct_assignment(System& system, InspectionTask const& task,
                                       std::vector<NamedInspectors> const& named) {
  auto const result = load_result(system, task);
  if (!result) return result.refusal();
  auto const units = load_units(system, task);
  if (!units) return units.refusal();
  auto const roster = load_inspectors(system, task);
  if (!roster) return roster.refusal();
  InspectorNames names(system, suite_of(task), *roster);
  DirectAssign assign;
  for (auto const& unit : drawn_units(*result)) {
    auto const firm = units->find(unit.pid);
    if (firm == units->end()) return refusal("unknown_unit", unit.pid);
    auto const pair = std::ranges::find(named, firm->second.firm, &NamedInspectors::firm);
    if (pair == named.end()) return refusal("all_targets", firm->second.identifier);
    AssignedPair row{unit.pid, {}};
    for (Uuid inspector : pair->inspectors) {
      auto name = names.name(inspector);
      if (!name) return name.refusal();
      row.inspectors.push_back(std::move(*name));
    }
    assign.assignment.push_back(std::move(row));
  }
  std::ranges::sort(assign.assignment, {}, &AssignedPair::target);
  if (!names.borrowed().empty()) assign.private_blob = store_blob(system, format_private(names.borrowed()));
  return assign;
}

}  // namespace

Result<DrawOutcomeReport> assign_directly(System& system, Uuid account, Uuid task, std::string_view reason,
                                          std::vector<NamedInspectors> const& named) {
  auto const record = record_of<InspectionTask>(system, "inspection_task", task);
  if (!record) return refusal("unknown_task");
  if (!record->direct) {
    auto assign = direct_assignment(system, *record, named);
    if (!assign) return assign.refusal();
    assign->reason = reason;
    publication::Assign body{*record->draw, hash_of_text(record->plan.leaf_hash), assign->reason, {}};
    for (auto const& pair : assign->assignment) body.assignment.push_back({pair.target, pair.inspectors});
    store_blob(system, text_of_body(body));
    auto const logged = submit(system, account, "inspection_task", "direct_assign", task, *assign);
    if (!logged) return logged.refusal();
  }
  return make_checks_and_assign(system, task);
}

Result<kernel::Receipt> substitute(System& system, Uuid void_check, std::vector<Uuid> const& inspectors) {
  auto const gone = record_of<Check>(system, "check", void_check);
  if (!gone || !gone->task) return refusal("unknown_check");
  auto const task = record_of<InspectionTask>(system, "inspection_task", *gone->task);
  if (!task) return refusal("unknown_task");
  auto const result = load_result(system, *task);
  if (!result) return result.refusal();
  auto const units = load_units(system, *task);
  if (!units) return units.refusal();
  auto const frozen = std::ranges::find(task->frozen_strata, gone->stratum, &FrozenStratum::stratum);
  auto const drawn = std::ranges::find(result->strata, gone->stratum, &publication::DrawResult::Stratum::id);
  if (frozen == task->frozen_strata.end() || drawn == result->strata.end()) return refusal("unknown_stratum");
  auto const next = static_cast<std::size_t>(frozen->reserves_used);
  if (!drawn->reserves || next >= drawn->reserves->size()) return refusal("no_reserves_left", gone->stratum);
  auto const unit = units->find((*drawn->reserves)[next].pid);
  if (unit == units->end()) return refusal("unknown_unit");
  AssignCheck check;
  check.task = *gone->task;
  check.firm = unit->second.firm;
  check.site = unit->second.site;
  check.pid = unit->first;
  check.stratum = gone->stratum;
  check.selection = Selection::reserve;
  check.inspectors = inspectors.empty() ? gone->inspectors : inspectors;
  check.assignment = AssignmentMode::direct;
  check.assignment_reason = "substitute";
  check.substitutes = void_check;
  check.reserve_number = static_cast<std::int64_t>(next) + 1;
  return system.act(command_of("check", "assign", reflect::to_text(check), *task->draw + "/" + unit->first));
}

namespace {

Result<std::vector<Uuid>> waiting_checks(System& system, Uuid task) {
  std::vector<Uuid> checks;
  auto const read = for_each(
      system, "check",
      {{"task", kernel::Compare::equal, {to_string(task)}}, {"state", kernel::Compare::equal, {"assigned"}}},
      [&](kernel::Found const& found) { checks.push_back(found.id); });
  if (!read) return read.refusal();
  return checks;
}

Result<void> void_checks(System& system, Uuid task, InspectionTask const& record) {
  auto const checks = waiting_checks(system, task);
  if (!checks) return checks.refusal();
  std::vector<kernel::Command> commands;
  for (Uuid check : *checks) {
    auto command = command_of("check", "void", reflect::to_text(VoidCheck{"task_void", ""}),
                              record.draw.value_or("") + "/void/" + to_string(check));
    command.record = check;
    commands.push_back(std::move(command));
  }
  for (std::size_t from = 0; from < commands.size(); from += chunk_size) {
    auto const to = std::min(from + chunk_size, commands.size());
    for (auto const& answer : system.submit_chunk({commands.begin() + static_cast<std::ptrdiff_t>(from),
                                                   commands.begin() + static_cast<std::ptrdiff_t>(to)}))
      if (!answer) return answer.refusal();
  }
  return {};
}

// What is thrown away after the seed is revealed.
Result<std::string> result_to_reveal(System& system, Uuid task, InspectionTask const& record) {
  if (!record.result.digest.empty()) return record.result.digest;
  auto const state = state_of(system, "inspection_task", task);
  if (state != "seeded") return std::string();
  auto const files = load_draw(system, task);
  if (!files) return files.refusal();
  publication::DrawResult result;
  return compute_and_store(system, **files, result);
}

}  // namespace

Result<kernel::Receipt> void_draw(System& system, Uuid account, Uuid task, std::string_view reason,
                                  std::string_view text) {
  auto const record = record_of<InspectionTask>(system, "inspection_task", task);
  if (!record) return refusal("unknown_task");
  auto const thrown_away = result_to_reveal(system, task, *record);
  if (!thrown_away) return thrown_away.refusal();
  auto voided = submit(system, account, "inspection_task", "void", task,
                       VoidTask{std::string(reason), std::string(text), *thrown_away});
  if (!voided) return voided;
  if (auto done = void_checks(system, task, *record); !done) return done.refusal();
  return voided;
}

namespace {

// The replacement by the rule of section 5, every recusal so far replayed.
Result<GrantRecusal> by_the_rule(System& system, Recusal const& recusal, Check const& check) {
  auto const files = load_draw(system, *recusal.task);
  if (!files) return files.refusal();
  auto const& task = (*files)->task;
  auto const result = load_result(system, task);
  if (!result) return result.refusal();
  auto const assignment = load_assignment(system, task, *result);
  if (!assignment) return assignment.refusal();
  auto const inspectors = load_inspectors(system, task);
  if (!inspectors) return inspectors.refusal();
  publication::RecusalReplay replay((*files)->inputs(), *result, *assignment);
  GrantRecusal grant;
  for (auto const& earlier : granted_recusals(system, *recusal.task)) {
    if (auto done = replay.recuse(earlier.target_pid, earlier.inspector_pid); !done) return done.refusal();
    ++grant.number;
  }
  ++grant.number;
  grant.target_pid = check.pid;
  for (auto const& [ipid, row] : *inspectors)
    if (row.inspector == recusal.inspector) grant.inspector_pid = ipid;
  auto const outcome = replay.recuse(grant.target_pid, grant.inspector_pid);
  if (!outcome) return outcome.refusal();
  grant.limit = static_cast<std::int64_t>(outcome->limit);
  if (outcome->replacement) {
    grant.replacement_pid = *outcome->replacement;
    auto const row = inspectors->find(grant.replacement_pid);
    if (row != inspectors->end()) grant.replacement = row->second.inspector;
  }
  return grant;
}

}  // namespace

Result<kernel::Receipt> grant_recusal(System& system, Uuid account, Uuid recusal, std::string_view decision,
                                      std::optional<Uuid> named) {
  auto const record = record_of<Recusal>(system, "recusal", recusal);
  if (!record) return refusal("unknown_recusal");
  auto const check = record_of<Check>(system, "check", record->check_record);
  if (!check) return refusal("unknown_check");
  bool const drawn =
      !check->pid.empty() && check->origin == Origin::here && check->assignment == AssignmentMode::matched;
  GrantRecusal grant;
  if (drawn) {
    auto ruled = by_the_rule(system, *record, *check);
    if (!ruled) return ruled.refusal();
    grant = std::move(*ruled);
  }
  if (!grant.replacement) grant.replacement = named;
  grant.salt = hex_encode(random_bytes(salt_bytes));
  grant.decision = decision;
  return submit(system, account, "recusal", "grant", recusal, grant);
}

}  // namespace plumbline::inspection
