// The run of all steps and the answer for people.
#include <map>
#include <tuple>

#include "draw_check.hpp"

namespace plumbline::publication {
namespace {

constexpr std::size_t cell_least = 5;

Json texts(std::vector<std::string> const& values) {
  Json json{Json::Array{}};
  for (auto const& value : values) json.push(value);
  return json;
}

}  // namespace

Verdict<DrawReport> DrawCheck::run() {
  // Section 7, steps 1 to 11 in their order; the first failure ends it.
  constexpr std::array<Outcome (DrawCheck::*)(), 12> steps{
      &DrawCheck::read_key_and_policy, &DrawCheck::read_entries, &DrawCheck::check_one_history,
      &DrawCheck::check_policy,        &DrawCheck::check_links,  &DrawCheck::check_lists,
      &DrawCheck::check_order,         &DrawCheck::check_seed,   &DrawCheck::check_draw,
      &DrawCheck::check_void,          &DrawCheck::check_series, &DrawCheck::check_after_draw};
  for (auto const step : steps)
    if (auto bad = (this->*step)()) return *std::move(bad);
  return report();
}

DrawStage DrawCheck::stage() const {
  if (void_entry_ != nullptr) return DrawStage::voided;
  if (is_sealed_) return DrawStage::sealed;
  if (erase_entry_ != nullptr) return DrawStage::erased;
  if (open_entry_ != nullptr) return DrawStage::open;
  if (result_entry_ != nullptr) return DrawStage::result;
  return seed_entry_ != nullptr ? DrawStage::seeded : DrawStage::planned;
}

std::vector<std::string> DrawCheck::by_hand() const {
  std::vector<std::string> lines;
  for (std::size_t i = 0; i < plan_->sources.size(); ++i) {
    auto const& source = plan_->sources[i];
    if (source.kind == SourceKind::commit) continue;
    if (!seed_) {
      lines.push_back(source.id + " at " + to_string_seconds(source.time) +
                      (source.place.empty() ? "" : ", " + source.place));
    } else if (source.kind == SourceKind::drand) {
      lines.push_back(source.id + " = " + hex_encode(seed_->values[i].value) + " (signature not checked)");
    } else {
      lines.push_back(source.id + " = " + std::string(text_of(seed_->values[i].value)));
    }
  }
  return lines;
}

std::vector<std::string> DrawCheck::participants() const {
  std::vector<std::string> lines;
  for (auto const& source : plan_->sources) {
    if (source.kind != SourceKind::commit) continue;
    char const* const standing = source.affiliation == Affiliation::own ? "own" : "outside";
    char const* const state = revealed(source.id) ? "opened" : seed_ ? "not opened" : "not opened yet";
    lines.push_back(source.org + ": " + standing + ", " + state);
  }
  return lines;
}

// A firm that sees few rows with its stratum, group and weight may know which one is its own.
bool DrawCheck::has_small_cell() const {
  std::map<std::tuple<std::string_view, std::string_view, std::uint64_t>, std::size_t> cells;
  for (std::size_t i = 0; i < frame_rows_.size(); ++i) {
    auto const& row = frame_rows_[i];
    ++cells[{row.stratum, group_rows_.empty() ? row.stratum : group_rows_[i].group, row.weight}];
  }
  for (auto const& [cell, rows] : cells)
    if (rows < cell_least) return true;
  return false;
}

DrawReport DrawCheck::report() const {
  DrawReport report;
  report.draw = plan_->draw;
  report.stage = stage();
  report.grade = grade_;
  report.by_hand = by_hand();
  report.participants = participants();
  if (has_small_cell()) report.warnings.emplace_back("CELL_SMALL");
  report.warnings.insert(report.warnings.end(), warnings_.begin(), warnings_.end());
  if (erase_entry_ != nullptr && open_) report.warnings.emplace_back("ERASED_FILE_PRESENT");
  report.witness_keys = "given";
  if (!options_.policy) {
    report.witness_keys = "from the publication: compare";
    for (auto const& witness : policy_->witnesses())
      report.witness_keys +=
          (witness.name == policy_->witnesses().front().name ? " " : ", ") + ledger::format_vkey(witness.key);
  }
  report.pending = pending_;
  return report;
}

std::string_view to_string(DrawStage stage) {
  switch (stage) {
    case DrawStage::planned: return "planned";
    case DrawStage::seeded: return "seeded";
    case DrawStage::sealed: return "sealed";
    case DrawStage::result: return "result";
    case DrawStage::open: return "open";
    case DrawStage::erased: return "erased";
    case DrawStage::voided: return "void";
  }
  return "";
}

Json to_json(DrawReport const& report) {
  Json json{Json::Object{}};
  json.set("ok", 1);
  json.set("draw", report.draw);
  json.set("stage", to_string(report.stage));
  json.set("grade", to_string(report.grade));
  json.set("by_hand", texts(report.by_hand));
  json.set("participants", texts(report.participants));
  json.set("warnings", texts(report.warnings));
  json.set("witness_keys", report.witness_keys);
  Json pending{Json::Array{}};
  for (auto const number : report.pending) pending.push(static_cast<std::int64_t>(number));
  json.set("pending", std::move(pending));
  return json;
}

Verdict<DrawReport> verify_draw(FileSource const& source, DrawVerifyOptions const& options) {
  return DrawCheck(source, options).run();
}

bool is_draw_folder(FileSource const& source) { return source.has("plan.json") || source.has("plan.entry"); }

}  // namespace plumbline::publication
