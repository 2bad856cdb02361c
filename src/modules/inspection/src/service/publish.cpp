// The published folder of a draw, and what is opened to whom after the checks.
#include <algorithm>
#include <unordered_set>

#include "bodies.hpp"
#include "kernel/publisher.hpp"
#include "kernel/recovery.hpp"
#include "ledger/tile.hpp"
#include "publication/folder_writer.hpp"
#include "reflect/json.hpp"
#include "task_types.hpp"
#include "work.hpp"

namespace plumbline::inspection {

namespace {

using publication::EntryFiles;

// Body, leaf and proof of an entry; nothing while no published checkpoint covers it.
std::optional<EntryFiles> entry_files(System& system, std::string body, std::int64_t seq) {
  auto proof = system.log().proof(seq);
  if (!proof) return std::nullopt;
  return EntryFiles{std::move(body), system.log().leaf(seq), std::move(proof->file)};
}

// Names that were taken back stay back, also where a restored copy does not know who took them why.
bool lost_erasure(System& system, InspectionTask const& task) {
  if (!task.opened || task.erased) return false;
  auto const lost = kernel::adopted_entries(system, publication::draw_subject(*task.draw));
  return std::ranges::count(lost, "draw.erase", &kernel::LostEntry::type) > 0;
}

void remove_opening(System& system, InspectionTask const& task) {
  for (std::string const ending : {".json", ".entry", ".tlog-proof"})
    std::filesystem::remove(system.log().folder() / "draws" / *task.draw / ("open" + ending));
}

class Folder {
 public:
  Folder(System& system, Uuid task_id, DrawFiles const& files)
      : system_(system), task_id_(task_id), files_(files), task_(files.task), ceremony_(files.ceremony) {}

  Result<Published> write() {
    published_.draw = *task_.draw;
    published_.folder = "draws/" + *task_.draw;
    if (!take_plan()) return published_;
    take_ceremony();
    if (auto taken = take_result(); !taken) return taken.refusal();
    take_void();
    take_recusals();
    if (auto taken = take_opening(); !taken) return taken.refusal();
    if (auto taken = take_series(); !taken) return taken.refusal();
    folder_.disclosure = sealed() ? publication::Disclosure::sealed : publication::Disclosure::full;
    ledger::TileFolder const tiles(system_.log().folder() / "log");
    auto const tree = ledger::tile_hashes(tiles, largest_checkpoint());
    auto written = publication::write_draw_folder(system_.log().folder() / "draws", folder_, tree, facts_);
    if (!written) return written.refusal();
    // Last of all: as long as the folder shows the names, they can still be written anew.
    if (folder_.erase) system_.blobs().remove(hash_of_text(task_.opened->digest));
    return published_;
  }

 private:
  std::optional<EntryFiles> take(std::string_view name, std::string body, std::int64_t seq) {
    auto files = entry_files(system_, std::move(body), seq);
    if (!files) published_.waiting.emplace_back(name);
    if (files) sizes_.push_back(system_.log().proof(seq)->checkpoint_size);
    return files;
  }

  // Nothing is published before the plan is: a frame alone proves nothing.
  bool take_plan() {
    auto frame = take("frame", text_of_body(frame_body(task_, *task_.frame)), task_.frame->seq);
    auto roster =
        take("roster", text_of_body(roster_body(task_, *task_.frame, *task_.roster)), task_.roster->seq);
    auto plan = take("plan", text_of_body(files_.plan), task_.plan.seq);
    if (!frame || !roster || !plan) return false;
    folder_.draw = *task_.draw;
    folder_.policy = load_blob(system_, task_.policy_blob).value();
    folder_.frame = std::move(*frame);
    folder_.roster = std::move(*roster);
    folder_.plan = std::move(*plan);
    folder_.frame_csv = files_.frame_csv;
    folder_.excluded_csv = files_.excluded_csv;
    folder_.roster_csv = files_.roster_csv;
    folder_.recusals_csv = files_.recusals_csv;
    if (!task_.frame->groups_blob.empty()) folder_.groups_csv = files_.groups_csv;
    facts_.vkey = vkey_of_its_time();
    facts_.grade = grade();
    return true;
  }

  // A plan withdrawn before the event has neither reveal nor seed. Evidence is cited by its digest and stays
  // in the office: photographs and films show people.
  void take_ceremony() {
    if (task_.void_stage == VoidStage::before_event) return;
    if (!ceremony_.reveal_digest.empty())
      folder_.reveal = take("reveal", text_of_body(reveal_body(ceremony_)), ceremony_.reveal_seq);
    if (!ceremony_.seed_digest.empty())
      folder_.seed = take("seed", text_of_body(files_.seed), ceremony_.seed_seq);
  }

  Result<void> take_result() {
    std::string const digest =
        task_.result.digest.empty() && task_.voided ? task_.voided->result : task_.result.digest;
    if (digest.empty()) return {};
    auto body = load_blob(system_, digest);
    if (!body) return body.refusal();
    if (task_.result.digest.empty())
      folder_.unlogged_result = std::move(*body);
    else
      folder_.result = take("result", std::move(*body), task_.result.seq);
    if (!task_.direct) return {};
    auto assign = load_blob(system_, task_.direct->entry.digest);
    if (!assign) return assign.refusal();
    folder_.assign = take("assign", std::move(*assign), task_.direct->entry.seq);
    return {};
  }

  void take_void() {
    if (!task_.voided || task_.void_stage == VoidStage::before_plan) return;
    folder_.voided = take("void", text_of_body(void_body(task_)), task_.voided->entry.seq);
  }

  // In their order; one that is not covered yet holds back the later ones.
  void take_recusals() {
    auto const granted = granted_recusals(system_, task_id_);
    for (std::size_t i = 0; i < granted.size() && i < task_.recusals.size(); ++i) {
      auto files = take("recusal-" + std::to_string(i + 1), text_of_body(recusal_body(task_, granted[i])),
                        task_.recusals[i].seq);
      if (!files) return;
      folder_.recusals.push_back(std::move(*files));
    }
  }

  Result<void> take_opening() {
    if (!task_.opened) return {};
    if (task_.erased) folder_.erase = take("erase", text_of_body(erase_body(task_)), task_.erased->entry.seq);
    if (folder_.erase) {
      folder_.open = take("open", "", task_.opened->seq);
      return {};
    }
    if (lost_erasure(system_, task_)) {
      remove_opening(system_, task_);
      published_.waiting.emplace_back("erase");
      return {};
    }
    auto body = load_blob(system_, task_.opened->digest);
    if (!body) return body.refusal();
    auto const opened = publication::parse_body<publication::Open>(*body);
    if (!opened) return opened.refusal();
    folder_.open = take("open", std::move(*body), task_.opened->seq);
    if (!folder_.open) return {};
    auto const units = load_units(system_, task_);
    if (!units) return units.refusal();
    for (auto const& unit : opened->units) {
      auto const row = units->find(unit.pid);
      if (row == units->end()) continue;
      auto const firm = record_of<archive::Firm>(system_, "firm", row->second.firm);
      auto const site = row->second.site ? record_of<archive::Site>(system_, "site", *row->second.site)
                                         : std::optional<archive::Site>();
      if (firm) facts_.names.emplace(unit.pid, site ? firm->name + " " + site->name : firm->name);
    }
    return {};
  }

  // Leaves of the chain, from its first entry to this draw's last that a proof covers.
  Result<void> take_series() {
    std::int64_t const last = folder_.voided   ? task_.voided->entry.seq
                              : folder_.result ? task_.result.seq
                                               : task_.plan.seq;
    std::vector<std::int64_t> seqs;
    auto const read =
        for_each(system_, "inspection_task", {{"series", kernel::Compare::equal, {task_.series}}},
                 [&](kernel::Found const& found) {
                   auto const& task = found.as<InspectionTask>();
                   if (!task.plan.digest.empty()) seqs.push_back(task.plan.seq);
                   if (!task.result.digest.empty()) seqs.push_back(task.result.seq);
                   if (task.voided && !task.voided->entry.digest.empty())
                     seqs.push_back(task.voided->entry.seq);
                 });
    if (!read) return read.refusal();
    for (auto const& lost : kernel::adopted_entries(system_, task_.series)) seqs.push_back(lost.seq);
    std::ranges::sort(seqs);
    seqs.erase(std::ranges::unique(seqs).begin(), seqs.end());
    for (auto const seq : seqs)
      if (seq <= last) folder_.series.push_back(system_.log().leaf(seq));
    return {};
  }

  // Unannounced checks stay sealed until every one of them is done and published.
  bool sealed() const {
    if (task_.notice_mode == NoticeMode::announced || task_.void_stage != VoidStage::none) return false;
    if (task_.opened) return false;
    auto const tally = task_.tally ? record_of<TaskTally>(system_, "task_tally", *task_.tally) : std::nullopt;
    return !tally || tally->published + tally->voided < tally->checks;
  }

  publication::Grade grade() const {
    auto const plan = system_.log().proof(task_.plan.seq);
    auto const cosigned = plan ? plan->cosigned_at.size() : 0;
    if (cosigned >= 2) return publication::Grade::jia;
    return cosigned == 1 ? publication::Grade::yi : publication::Grade::bing;
  }

  // The key that signed the draw's first checkpoint signs its later ones too (ADR 12); a newer one did not
  // sign the first.
  std::string vkey_of_its_time() const { return system_.log().vkey_at(*std::ranges::min_element(sizes_)); }

  std::uint64_t largest_checkpoint() const {
    return static_cast<std::uint64_t>(*std::ranges::max_element(sizes_));
  }

  System& system_;
  Uuid task_id_;
  DrawFiles const& files_;
  InspectionTask const& task_;
  DrawCeremony const& ceremony_;
  publication::DrawPublication folder_;
  publication::ReaderFacts facts_;
  Published published_;
  std::vector<std::int64_t> sizes_;
};

bool shows_classes(InspectionTask const& task) {
  auto const& rule = task.design.weights;
  bool const unequal =
      std::ranges::any_of(std::initializer_list<std::int64_t>{rule.a, rule.b, rule.c, rule.d},
                          [&](std::int64_t weight) { return weight != rule.unclassified; });
  bool const strata = std::ranges::any_of(
      task.design.strata, [](StratumRule const& stratum) { return !stratum.classes.empty(); });
  return unequal || strata || !task.design.pool.classes.empty();
}

Result<publication::Open> open_body(System& system, Uuid task_id, InspectionTask const& task) {
  auto const result = load_result(system, task);
  if (!result) return result.refusal();
  auto const units = load_units(system, task);
  if (!units) return units.refusal();
  auto const inspectors = load_inspectors(system, task);
  if (!inspectors) return inspectors.refusal();
  auto const assignment = load_assignment(system, task, *result);
  if (!assignment) return assignment.refusal();
  publication::Open body{*task.draw, hash_of_text(task.plan.leaf_hash), {}, {}};
  for (auto const& stratum : result->strata)
    for (auto const* list : {&stratum.certain, &stratum.selected})
      for (auto const& drawn : *list) {
        auto const unit = units->find(drawn.pid);
        if (unit == units->end()) return refusal("unknown_unit", drawn.pid);
        body.units.push_back({drawn.pid, unit->second.identifier, hash_of_text(unit->second.salt)});
      }
  std::ranges::sort(body.units, {}, &publication::Open::Unit::pid);
  std::unordered_set<std::string> seen;
  auto const add = [&](std::string const& ipid) {
    auto const row = inspectors->find(ipid);
    if (row != inspectors->end() && seen.insert(ipid).second)
      body.inspectors.push_back({ipid, row->second.certificate, hash_of_text(row->second.salt)});
  };
  for (auto const& pair : *assignment)
    for (auto const& ipid : pair.inspectors) add(ipid);
  for (auto const& recusal : granted_recusals(system, task_id))
    if (!recusal.replacement_pid.empty()) add(recusal.replacement_pid);
  std::ranges::sort(body.inspectors, {}, &publication::Open::Inspector::ipid);
  return body;
}

std::string row_of(DrawFiles const& files, std::string const& pid) {
  for (auto const& row : files.frame)
    if (row.pid == pid) return pid + ',' + std::string(row.stratum) + ',' + std::to_string(row.weight);
  return "";
}

}  // namespace

Result<Published> publish_draw(System& system, Uuid task) {
  auto const files = load_draw(system, task);
  if (!files) return files.refusal();
  if ((*files)->task.plan.digest.empty()) return refusal("not_planned");
  return Folder(system, task, **files).write();
}

Result<std::vector<Published>> publish_folders(System& system) {
  if (auto log = system.log().publish(); !log) return log.refusal();
  std::vector<std::pair<std::int64_t, Uuid>> tasks;
  auto const read = for_each(
      system, "inspection_task", {{"draw_number", kernel::Compare::greater, {"0"}}},
      [&](kernel::Found const& found) { tasks.emplace_back(found.as<InspectionTask>().plan.seq, found.id); });
  if (!read) return read.refusal();
  std::ranges::sort(tasks);
  std::vector<Published> published;
  for (auto const& [seq, task] : tasks) {
    auto folder = publish_draw(system, task);
    if (!folder) return folder.refusal();
    published.push_back(std::move(*folder));
  }
  return published;
}

Result<void> hide_erased_names(System& system) {
  auto const read = for_each(system, "inspection_task", {{"draw_number", kernel::Compare::greater, {"0"}}},
                             [&](kernel::Found const& found) {
                               auto const& task = found.as<InspectionTask>();
                               if (lost_erasure(system, task)) remove_opening(system, task);
                             });
  return read ? Result<void>() : read.refusal();
}

Result<kernel::Receipt> open_draw(System& system, Uuid account, Uuid task, Opening opening) {
  auto const record = record_of<InspectionTask>(system, "inspection_task", task);
  if (!record) return refusal("unknown_task");
  if (record->origin == Origin::elsewhere) return refusal("drawn_elsewhere");
  if (opening == Opening::unless_classes_show && shows_classes(*record)) return refusal("classes_would_show");
  auto const body = open_body(system, task, *record);
  if (!body) return body.refusal();
  return submit(system, account, "inspection_task", "open", task,
                OpenDraw{store_blob(system, text_of_body(*body))});
}

Result<kernel::Receipt> erase_opening(System& system, Uuid account, Uuid task, std::string_view ground) {
  return submit(system, account, "inspection_task", "erase_opening", task, EraseOpening{std::string(ground)});
}

Result<std::string> firm_receipt(System& system, Uuid task, Uuid subject) {
  auto const files = load_draw(system, task);
  if (!files) return files.refusal();
  auto const& record = (*files)->task;
  auto const tally = record.tally ? record_of<TaskTally>(system, "task_tally", *record.tally) : std::nullopt;
  if (!tally || tally->published + tally->voided < tally->checks) return refusal("checks_open");
  auto const units = load_units(system, record);
  if (!units) return units.refusal();
  for (auto const& [pid, unit] : *units) {
    if (unit.site.value_or(unit.firm) != subject || !unit.code.empty()) continue;
    Json receipt;
    receipt.set("draw", *record.draw);
    receipt.set("identifier", unit.identifier);
    receipt.set("pid", pid);
    receipt.set("row", row_of(**files, pid));
    receipt.set("salt", unit.salt);
    receipt.set("v", 1);
    return write_canonical(receipt);
  }
  return refusal("not_in_frame");
}

}  // namespace plumbline::inspection
