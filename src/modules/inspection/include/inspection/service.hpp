// A draw from the frame to the opened folder. These functions read, prepare what is large off the desk,
// store it under its digest and submit ordinary acts; each may be called again after a crash and goes on
// where it stopped. `account` is who acts; the desk asks for the grant.
//
//   count_pool → submit_task → (approve, announce) → freeze_task → make_plan → [reveal] → (record, confirm)
//   → compute_draw → … checks … → open_draw; publish_draw after every step that added an entry
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "inspection/check.hpp"
#include "inspection/task.hpp"
#include "kernel/command.hpp"
#include "kernel/system.hpp"

namespace plumbline::inspection {

// ---- Frame and roster

struct PoolCount {
  std::int64_t registry_total = 0;  // firms or sites of the pool in the library, whatever their status
  std::int64_t pool_size = 0;       // that may be drawn
  std::int64_t excluded = 0;
  std::vector<StatusCount> exclusions;  // by reason code
  std::vector<StatusCount> by_status;
  std::vector<FrozenStratum> strata;
  std::int64_t sample_planned = 0;
};
// What freezing today would give. Refused "unknown_task".
Result<PoolCount> count_pool(kernel::System& system, Uuid task);
// Counts and submits for approval.
Result<kernel::Receipt> submit_task(kernel::System& system, Uuid account, Uuid task);
// Frame: every firm (or site) of the pool with fresh salt, excluded ones with a reason code (deregistered,
// revoked, moved, drawn_this_year, frequency_cap, visit_cap, no_stratum). Roster: the department's active
// inspectors with a valid certificate; recusal relations as pairs. Both entries are logged by one act. A
// task with a parent takes the parent's drawn firms.
Result<kernel::Receipt> freeze_task(kernel::System& system, Uuid account, Uuid task);

// ---- The draw

// The policy in force becomes part of the plan; the log is published at once, so that witnesses see the
// plan before the event. Refused as the act: "event_too_near" …
Result<kernel::Receipt> make_plan(kernel::System& system, Uuid account, Uuid task, Uuid ceremony,
                                  std::string_view replaces = "");

struct DrawOutcomeReport {
  std::int64_t drawn = 0;
  std::int64_t load_max = 0;
  std::int64_t checks = 0;                     // made
  std::vector<Uuid> firms_without_inspectors;  // a Hall certificate; empty when everybody is matched
  std::vector<Refusal> refused;                // checks that could not be made, in the order of the draw
};
// After the seed: DR-1 and the matching, logged, then one check per drawn firm and the task's `assign`.
// Stops before the checks when nobody can be matched: assign_directly() is the cure.
Result<DrawOutcomeReport> compute_draw(kernel::System& system, Uuid task);

struct NamedInspectors {
  Uuid firm;
  std::vector<Uuid> inspectors;  // of the roster, or borrowed from a neighbouring unit
};
// 直接委派 with a reason code (draw.assign); every drawn firm must be named.
Result<DrawOutcomeReport> assign_directly(kernel::System& system, Uuid account, Uuid task,
                                          std::string_view reason, std::vector<NamedInspectors> const& named);

// A reserve steps in for a void check, in ticket order, with its inspectors unless others are named.
Result<kernel::Receipt> substitute(kernel::System& system, Uuid void_check,
                                   std::vector<Uuid> const& inspectors = {});

// Withdraws the plan before the event; after the seed computes and reveals what is thrown away, and voids
// the checks that were made.
Result<kernel::Receipt> void_draw(kernel::System& system, Uuid account, Uuid task, std::string_view reason,
                                  std::string_view text);

// Grants a recusal. In a draw the replacement follows from the published inputs; `named` is asked for
// outside draws and where the rule finds nobody.
Result<kernel::Receipt> grant_recusal(kernel::System& system, Uuid account, Uuid recusal,
                                      std::string_view decision, std::optional<Uuid> named = std::nullopt);

// Unequal weights or class strata would show a firm's class: then salts go to the firm and the auditor
// only (draw-publication.md section 11) unless the office decides otherwise.
enum class Opening : std::uint8_t { unless_classes_show, anyway };
Result<kernel::Receipt> open_draw(kernel::System& system, Uuid account, Uuid task,
                                  Opening opening = Opening::unless_classes_show);

// After an adoption: takes names out of the public folders whose erasure was published and lost here. They
// stay out until the erasure is entered again.
Result<void> hide_erased_names(kernel::System& system);
// Takes the opened names back after their retention (draw.erase): publish_draw then removes open.json, here
// and in the folder; the entries and proofs stay. What others have copied stays with them.
Result<kernel::Receipt> erase_opening(kernel::System& system, Uuid account, Uuid task,
                                      std::string_view ground);

// A firm's receipt: {"draw","identifier","pid","row","salt","v":1}, canonical JSON. With it the firm checks
// that its row stood once in the frame, with its weight. Refused "checks_open" while a check is not done.
// `subject` is the firm, or the site where sites are drawn.
Result<std::string> firm_receipt(kernel::System& system, Uuid task, Uuid subject);

// ---- Publication

struct Published {
  std::string draw;
  std::string folder;                // below public/, "draws/DR-…"
  std::vector<std::string> waiting;  // entries no published checkpoint covers yet
};
// Writes or completes the folder of a draw from published proofs only; publish the log first.
Result<Published> publish_draw(kernel::System& system, Uuid task);
// Publishes the log, then every draw of the series that has a plan.
Result<std::vector<Published>> publish_folders(kernel::System& system);

// ---- Figures

// A figure opens the list of records behind it: register and filter as in ?filter[field]=.
struct Figure {
  std::string name;
  std::int64_t value = 0;
  std::string register_name;
  std::string filter;  // JSON object field → value(s)
};
struct RateFigure {
  std::string estimator;  // "horvitz_thompson" of all drawn; "hajek" while checks are open or firms are gone
  std::string status;     // stats::EstimateStatus
  std::optional<double> value;  // 0…1
  std::optional<double> lower;
  std::optional<double> upper;
  std::string side;  // "two", "lower", "upper"
  std::int64_t failing = 0;
  std::int64_t units = 0;
  std::int64_t population = 0;
  std::string register_name;
  std::string filter;
};
struct Bulletin {
  std::string title;
  std::string draw;
  Figure planned, drawn, done, with_problem, published, on_time, late, unpublished;
  RateFigure problem_rate;  // with its 95 % interval
};
Result<Bulletin> bulletin(kernel::System& system, kernel::Viewer const& viewer, Uuid task);
std::string bulletin_json(Bulletin const& bulletin);
// Plain sentences, Chinese.
std::string bulletin_text(Bulletin const& bulletin);

// ---- Host and guest mode

// A sheet of the province as data (rules/templates/*.json): {"id", "name", "register", "where": {FIELD:
// VALUE…}, "columns": [{"heading", "field" [, "values": {OURS: THEIRS}] | "text"}]}. `field` may reach into a
// record ("papers.notice_number").
struct SheetColumn {
  std::string heading;
  std::string field;
  std::string text;  // the same in every row, when there is no field
  std::vector<std::pair<std::string, std::string>> values;
};
struct SheetTemplate {
  std::string id;
  std::string name;
  std::string register_name;
  std::vector<std::pair<std::string, std::vector<std::string>>> where;
  std::vector<SheetColumn> columns;
};
Result<SheetTemplate> parse_sheet_template(std::string_view json);
// CSV, UTF-8 with BOM as offices' spreadsheets expect; answers the number of rows.
Result<std::int64_t> export_sheet(kernel::System& system, kernel::Viewer const& viewer,
                                  SheetTemplate const& sheet, std::ostream& out);
// The same template read backwards: kernel::ImportMap JSON for import_file().
std::string import_map_of(SheetTemplate const& sheet);

}  // namespace plumbline::inspection
