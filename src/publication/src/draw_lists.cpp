// Steps 5 and 6: the lists fit the bodies and the rules, and things happened in their order.
#include <algorithm>
#include <unordered_map>

#include "draw_check.hpp"
#include "stats/draw.hpp"

namespace plumbline::publication {
namespace {

constexpr std::uint64_t margin_least_s = 600;  // draw.md section 2 step 4: at least ten minutes
constexpr std::int64_t deadline_most_s = 72 * 3'600;

bool is_public(Source const& source) { return source.kind != SourceKind::commit; }

// Earliest and latest time of the public sources, POSIX seconds. There is at least one.
std::pair<std::int64_t, std::int64_t> event_times(Plan const& plan) {
  std::optional<std::pair<std::int64_t, std::int64_t>> span;
  for (auto const& source : plan.sources) {
    if (!is_public(source)) continue;
    auto const at = source.time.seconds();
    if (!span) span.emplace(at, at);
    span->first = std::min(span->first, at);
    span->second = std::max(span->second, at);
  }
  return span.value();
}

}  // namespace

Outcome DrawCheck::load_list(char const* file, Hash const& expected, char const* error, Bytes& bytes) const {
  auto content = source_.read(file);
  if (!content && is_sealed_) return {};
  if (!content) return missing(file);
  bytes = *std::move(content);
  if (hash_of(plan_->suite, bytes) != expected) return fail(error, file, "its hash is not the one logged");
  return {};
}

template <class Row>
Outcome DrawCheck::parse_list(char const* file, char const* error, Bytes const& bytes,
                              std::vector<Row>& rows) const {
  auto parsed = parse_csv<Row>(text_of(bytes));
  if (!parsed) return fail(error, file, parsed.refusal().detail);
  rows = *std::move(parsed);
  return {};
}

Outcome DrawCheck::check_lists() {
  if (auto bad = check_frame()) return bad;
  if (!is_sealed_)
    if (auto bad = check_strata()) return bad;
  if (auto bad = check_roster()) return bad;
  return check_plan_rules();
}

Outcome DrawCheck::check_frame() {
  if (auto bad = load_list("frame.csv", frame_->rows_hash, "FRAME_HASH", frame_csv_)) return bad;
  if (auto bad = load_list("excluded.csv", frame_->excluded_hash, "FRAME_HASH", excluded_csv_)) return bad;
  if (is_sealed_) return {};
  if (auto bad = parse_list("frame.csv", "FRAME_FORMAT", frame_csv_, frame_rows_)) return bad;
  if (auto bad = parse_list("excluded.csv", "FRAME_FORMAT", excluded_csv_, excluded_rows_)) return bad;
  auto const by_pid = [](FrameRow const& row, std::string_view pid) { return row.pid < pid; };
  for (auto const& row : excluded_rows_) {
    auto const found = std::lower_bound(frame_rows_.begin(), frame_rows_.end(), row.pid, by_pid);
    if (found != frame_rows_.end() && found->pid == row.pid)
      return fail("FRAME_FORMAT", "excluded.csv", "pid " + std::string(row.pid) + " is both in and out");
  }
  if (frame_rows_.size() != frame_->rows || excluded_rows_.size() != frame_->excluded)
    return fail("FRAME_COUNTS", "frame.json", "the lists have other numbers of rows");
  std::uint64_t registered = 0;
  for (auto const& status : frame_->by_status)
    if (registered <= frame_->registry_total) registered += status.count;
  if (frame_->rows + frame_->excluded != frame_->registry_total || registered != frame_->registry_total)
    return fail("FRAME_COUNTS", "frame.json", "rows and exclusions do not make up the registry");
  return {};
}

Outcome DrawCheck::check_strata() const {
  struct Extent {
    std::uint64_t least = 0;
    std::uint64_t most = 0;
  };
  std::unordered_map<std::string_view, Extent> extents;
  for (auto const& stratum : plan_->strata) {
    if (!extents.emplace(stratum.id, Extent{}).second)
      return fail("PLAN_STRATA", "plan.json", "stratum " + stratum.id + " twice");
  }
  for (auto const& row : frame_rows_) {
    auto const found = extents.find(row.stratum);
    if (found == extents.end())
      return fail("PLAN_STRATA", "frame.csv", "stratum " + std::string(row.stratum) + " is not in the plan");
    auto& [least, most] = found->second;
    least = most == 0 ? row.weight : std::min(least, row.weight);
    most = std::max(most, row.weight);
  }
  if (plan_->strata.empty()) return fail("PLAN_STRATA", "plan.json", "no stratum");
  for (auto const& stratum : plan_->strata)
    if (extents.at(stratum.id).most == 0)
      return fail("PLAN_STRATA", "plan.json", "stratum " + stratum.id + " has no units");
  for (auto const& stratum : plan_->strata) {
    auto const [least, most] = extents.at(stratum.id);
    if (most > stats::Uint128{least} * frame_->ratio_max)
      return fail("WEIGHT_CAP", "frame.csv",
                  "stratum " + stratum.id + ": weights differ by more than ratio_max");
  }
  return {};
}

Outcome DrawCheck::check_roster() {
  char const* const error = "ROSTER_HASH";
  if (auto bad = load_list("roster.csv", roster_->rows_hash, error, roster_csv_)) return bad;
  if (auto bad = load_list("recusals.csv", roster_->recusals_hash, error, recusals_csv_)) return bad;
  if (roster_->groups_hash)
    if (auto bad = load_list("groups.csv", *roster_->groups_hash, error, groups_csv_)) return bad;
  if (!roster_->groups_hash && source_.has("groups.csv"))
    return fail(error, "groups.csv", "roster.json names no groups");
  if (is_sealed_) return {};
  if (auto bad = parse_list("roster.csv", "ROSTER_FORMAT", roster_csv_, roster_rows_)) return bad;
  if (auto bad = parse_list("recusals.csv", "ROSTER_FORMAT", recusals_csv_, recusal_rows_)) return bad;
  if (roster_rows_.size() != roster_->rows || recusal_rows_.size() != roster_->recusals)
    return fail("ROSTER_FORMAT", "roster.json", "the lists have other numbers of rows");
  if (auto bad = check_recusal_rows()) return bad;
  return check_group_rows();
}

Outcome DrawCheck::check_recusal_rows() const {
  std::unordered_set<std::string_view> inspectors;
  for (auto const& row : roster_rows_) inspectors.insert(row.ipid);
  for (auto const& row : recusal_rows_) {
    auto const unit =
        std::lower_bound(frame_rows_.begin(), frame_rows_.end(), row.pid,
                         [](FrameRow const& frame, std::string_view pid) { return frame.pid < pid; });
    bool const is_unit = unit != frame_rows_.end() && unit->pid == row.pid;
    if (!is_unit || !inspectors.contains(row.ipid))
      return fail("ROSTER_FORMAT", "recusals.csv", "a pair names an unknown pid");
  }
  return {};
}

Outcome DrawCheck::check_group_rows() {
  if (!roster_->groups_hash) return {};
  if (auto bad = parse_list("groups.csv", "ROSTER_FORMAT", groups_csv_, group_rows_)) return bad;
  bool const same =
      std::equal(group_rows_.begin(), group_rows_.end(), frame_rows_.begin(), frame_rows_.end(),
                 [](GroupRow const& group, FrameRow const& frame) { return group.pid == frame.pid; });
  if (!same) return fail("ROSTER_FORMAT", "groups.csv", "its pids are not the frame's");
  return {};
}

Outcome DrawCheck::check_plan_rules() const {
  auto const broken = [](std::string why) { return fail("PLAN_RULES", "plan.json", std::move(why)); };
  std::unordered_set<std::string_view> ids;
  bool public_seen = false;
  for (auto const& source : plan_->sources) {
    if (!ids.insert(source.id).second) return broken("source " + source.id + " twice");
    if (!is_public(source) && public_seen) return broken("a commitment stands after a public source");
    public_seen = public_seen || is_public(source);
  }
  if (!public_seen) return broken("no public source");
  auto const [first, last] = event_times(*plan_);
  auto const deadline = plan_->deadline.seconds();
  if (deadline < last || deadline > last + deadline_most_s)
    return broken("the deadline is not within 72 hours after the last event");
  if (plan_->margin_s < margin_least_s) return broken("a margin below ten minutes");
  for (auto const& source : plan_->sources) {
    if (source.kind == SourceKind::drand && source.time != drand_time(source.chain, source.round))
      return broken("source " + source.id + ": the round is due at another time");
  }
  return {};
}

Outcome DrawCheck::check_order() {
  auto const disorder = [](Entry const& entry, char const* why) {
    return fail("ORDER", entry.name + ".entry", why);
  };
  auto const [first, last] = event_times(*plan_);
  auto const margin = static_cast<std::int64_t>(plan_->margin_s);
  auto const plan_seq = plan_entry_->leaf.seq;
  for (auto const* entry : {frame_entry_, roster_entry_})
    if (entry->leaf.seq >= plan_seq) return disorder(*entry, "logged after the plan");
  if (plan_entry_->witnessed_s + margin > first)
    return fail("PLAN_AFTER_EVENT", "plan.tlog-proof", "not witnessed the margin before the first event");
  auto const* before_seed = plan_entry_;
  if (reveal_entry_ != nullptr) {
    if (plan_entry_->checkpoint.size > reveal_entry_->leaf.seq)
      return disorder(*reveal_entry_, "logged before the plan was witnessed");
    if (reveal_entry_->witnessed_s + margin > first)
      return fail("REVEAL_AFTER_EVENT", "reveal.tlog-proof",
                  "not witnessed the margin before the first event");
    before_seed = reveal_entry_;
  }
  if (seed_entry_ != nullptr) {
    if (seed_entry_->leaf.time_s < last)
      return fail("SEED_BEFORE_EVENT", "seed.entry", "logged before the last event");
    if (before_seed->checkpoint.size > seed_entry_->leaf.seq)
      return disorder(*seed_entry_, "logged before what precedes it was witnessed");
  }
  if (result_entry_ != nullptr) {
    if (seed_entry_ == nullptr) return missing("seed.entry");
    if (seed_entry_->leaf.seq >= result_entry_->leaf.seq)
      return disorder(*result_entry_, "logged before the seed");
    if (result_entry_->witnessed_s > plan_->deadline.seconds())
      return fail("RESULT_LATE", "result.tlog-proof", "witnessed after the deadline");
  }
  if (void_entry_ != nullptr) {
    for (auto const* entry :
         {frame_entry_, roster_entry_, plan_entry_, reveal_entry_, seed_entry_, result_entry_})
      if (entry != nullptr && entry->leaf.seq >= void_entry_->leaf.seq)
        return disorder(*void_entry_, "not the last of the draw's entries");
  }
  return {};
}

}  // namespace plumbline::publication
