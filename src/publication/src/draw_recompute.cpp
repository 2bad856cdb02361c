// Steps 8 and 11: the draw, the matching, recusals and the opening, all recomputed.
#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "draw_check.hpp"
#include "stats/draw.hpp"

namespace plumbline::publication {
namespace {

template <class Visit>
void for_each_drawn(DrawResult const& result, Visit&& visit) {
  for (auto const& stratum : result.strata) {
    for (auto const* list : {&stratum.certain, &stratum.selected})
      for (auto const& unit : *list) visit(stratum, unit.pid);
  }
}

}  // namespace

DrawInputs DrawCheck::inputs() const {
  return {*plan_,      plan_entry_->leaf_hash, seed_entry_->leaf_hash, *seed_,
          frame_rows_, roster_rows_,           recusal_rows_,          group_rows_};
}

Outcome DrawCheck::check_draw() {
  if (is_sealed_) return {};
  // A draw voided before RESULT has result.json alone.
  if (result_entry_ == nullptr && void_entry_ != nullptr) {
    result_bytes_ = source_.read("result.json");
    if (result_bytes_) {
      auto parsed = parse_body<DrawResult>(text_of(*result_bytes_));
      if (!parsed) return fail(parsed.refusal().code.c_str(), "result.json", parsed.refusal().detail);
      result_ = *std::move(parsed);
    }
  } else if (result_entry_ != nullptr) {
    result_bytes_ = result_entry_->body;
  }
  if (assign_entry_ != nullptr && result_entry_ == nullptr)
    return fail("ASSIGN_MISMATCH", "assign.entry", "nothing was drawn yet");
  if (!seed_) return {};
  auto const expected = compute_result(inputs());
  if (!expected) return fail("DRAW_REFUSED", "plan.json", expected.refusal().detail);
  if (!result_) return {};
  auto const head = [](DrawResult const& r) {
    return std::tie(r.v, r.draw, r.plan_hash, r.seed_entry, r.seed, r.strata);
  };
  if (head(*result_) != head(*expected))
    return fail("RESULT_MISMATCH", "result.json", "not the draw that plan, frame and seed determine");
  return check_matching(*expected);
}

Outcome DrawCheck::check_matching(DrawResult const& expected) const {
  bool const hall_withheld = assign_entry_ != nullptr && result_->hall.empty();
  if (result_->max_load != expected.max_load || result_->assignment != expected.assignment ||
      (result_->hall != expected.hall && !hall_withheld))
    return fail("MATCH_MISMATCH", "result.json", "not the matching that the draw and the roster determine");
  if (assign_entry_ == nullptr) return {};
  if (expected.hall.empty())
    return fail("ASSIGN_MISMATCH", "assign.json", "assigned by hand though matching succeeds");
  return check_assign();
}

// Section 11: who was named by a person is at least on the units drawn, in the number planned, and recused
// from none.
Outcome DrawCheck::check_assign() const {
  auto const wrong = [](std::string why) { return fail("ASSIGN_MISMATCH", "assign.json", std::move(why)); };
  if (assign_entry_->leaf.seq <= result_entry_->leaf.seq) return wrong("logged before the result");
  std::unordered_map<std::string_view, std::uint64_t> need;
  for (std::size_t i = 0; i < result_->strata.size(); ++i) {
    for (auto const* list : {&result_->strata[i].certain, &result_->strata[i].selected})
      for (auto const& unit : *list) need.emplace(unit.pid, plan_->strata[i].k);
  }
  std::string_view before;
  for (auto const& [target, inspectors] : assign_->assignment) {
    auto const found = need.find(target);
    if (found == need.end() || target <= before)
      return wrong("its targets are not the drawn units, ascending");
    before = target;
    std::unordered_set<std::string_view> const different(inspectors.begin(), inspectors.end());
    if (different.size() != inspectors.size() || inspectors.size() != found->second)
      return wrong("target " + target + ": not the number of different inspectors planned");
    for (auto const& inspector : inspectors) {
      RecusalRow const pair{inspector, target};
      if (std::find(recusal_rows_.begin(), recusal_rows_.end(), pair) != recusal_rows_.end())
        return wrong("target " + target + ": an inspector who is recused from it");
    }
  }
  if (assign_->assignment.size() != need.size()) return wrong("a drawn unit is left out");
  return {};
}

Outcome DrawCheck::check_after_draw() {
  if (is_sealed_) return {};
  if (auto bad = check_recusals()) return bad;
  return check_open();
}

Outcome DrawCheck::check_recusals() {
  if (recusals_.empty()) return {};
  auto const wrong = [&](std::size_t i, std::string why) {
    return fail("RECUSAL_MISMATCH", recusal_entries_[i]->name + ".json", std::move(why));
  };
  if (!result_ || !seed_ || result_entry_ == nullptr) return wrong(0, "nothing was drawn yet");
  RecusalReplay replay(inputs(), *result_, assign_ ? assign_->assignment : result_->assignment);
  for (std::size_t i = 0; i < recusals_.size(); ++i) {
    if (recusal_entries_[i]->leaf.seq <= result_entry_->leaf.seq) return wrong(i, "logged before the result");
    auto const& body = *recusals_[i];
    auto const outcome = replay.recuse(body.target, body.inspector);
    if (!outcome) return wrong(i, "that inspector is not on that target");
    if (outcome->replacement != body.replacement || outcome->limit != body.limit)
      return wrong(i, "the rule gives another replacement or limit");
  }
  return {};
}

Outcome DrawCheck::check_open() const {
  if (open_entry_ != nullptr &&
      (result_entry_ == nullptr || open_entry_->leaf.seq <= result_entry_->leaf.seq))
    return fail("OPEN_MISMATCH", "open.entry", "opened before the result");
  if (!open_) return {};
  if (auto bad = check_opened_units()) return bad;
  return check_opened_inspectors();
}

Outcome DrawCheck::check_opened_units() const {
  enum class Standing { drawn, reserve };
  std::unordered_map<std::string_view, Standing> standing;
  std::size_t drawn = 0;
  for_each_drawn(*result_, [&](auto const&, Pid const& pid) {
    standing.emplace(pid, Standing::drawn);
    ++drawn;
  });
  for (auto const& stratum : result_->strata)
    if (stratum.reserves)
      for (auto const& reserve : *stratum.reserves) standing.emplace(reserve.pid, Standing::reserve);

  std::unordered_set<std::string_view> identifiers, opened;
  for (auto const& unit : open_->units) {
    auto const found = standing.find(unit.pid);
    if (found == standing.end())
      return fail("OPEN_MISMATCH", "open.json", "pid " + unit.pid + " was not drawn");
    if (to_hex(stats::unit_pid(plan_->suite, unit.identifier, unit.salt)) != unit.pid)
      return fail("OPEN_MISMATCH", "open.json",
                  "pid " + unit.pid + " is not that of its identifier and salt");
    drawn -= found->second == Standing::drawn;
    identifiers.insert(unit.identifier);
    opened.insert(unit.pid);
  }
  if (drawn != 0) return fail("OPEN_INCOMPLETE", "open.json", "a drawn unit is not opened");
  if (identifiers.size() != open_->units.size())
    return fail("OPEN_INCOMPLETE", "open.json", "an identifier stands twice");
  // Substitutes enter in their order: who is opened behind one that is not was picked.
  for (auto const& stratum : result_->strata) {
    bool skipped = false;
    for (auto const& reserve : stratum.reserves.value_or(std::vector<DrawResult::Reserve>{})) {
      bool const is_open = opened.contains(reserve.pid);
      if (is_open && skipped) return fail("OPEN_MISMATCH", "open.json", "a reserve was passed over");
      skipped = skipped || !is_open;
    }
  }
  return {};
}

Outcome DrawCheck::check_opened_inspectors() const {
  std::unordered_set<std::string_view> known, opened, certificates;
  for (auto const& row : roster_rows_) known.insert(row.ipid);
  if (assign_)
    for (auto const& pair : assign_->assignment) known.insert(pair.inspectors.begin(), pair.inspectors.end());
  for (auto const& inspector : open_->inspectors) {
    if (!known.contains(inspector.ipid))
      return fail("OPEN_MISMATCH", "open.json", "ipid " + inspector.ipid + " is not in the roster");
    if (to_hex(stats::inspector_pid(plan_->suite, inspector.certificate, inspector.salt)) != inspector.ipid)
      return fail("OPEN_MISMATCH", "open.json",
                  "ipid " + inspector.ipid + " is not that of its certificate and salt");
    if (!opened.insert(inspector.ipid).second || !certificates.insert(inspector.certificate).second)
      return fail("OPEN_MISMATCH", "open.json", "an inspector stands twice");
  }
  return {};
}

}  // namespace plumbline::publication
