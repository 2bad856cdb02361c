// Steps 9 and 10: a draw thrown away is shown, and there is no second one.
#include <algorithm>
#include <set>

#include "draw_check.hpp"
#include "series.hpp"

namespace plumbline::publication {

Outcome DrawCheck::check_void() {
  auto const wrong = [](char const* why) { return fail("VOID_WITHOUT_RESULT", "void.json", why); };
  if (void_ && void_->stage == VoidStage::before_event) {
    std::int64_t first = std::numeric_limits<std::int64_t>::max();
    for (auto const& source : plan_->sources)
      if (source.kind != SourceKind::commit) first = std::min(first, source.time.seconds());
    if (void_entry_->witnessed_s >= first) return wrong("not witnessed before the event");
    if (reveal_entry_ != nullptr || seed_entry_ != nullptr) return wrong("values were already opened");
    if (result_ || void_->result) return wrong("there cannot be a result before the event");
  }
  if (void_ && void_->stage == VoidStage::after_seed) {
    if (seed_entry_ == nullptr) return wrong("the seed is not shown");
    if (!result_bytes_) return wrong("the result thrown away is not shown");
    if (void_->result != sha256(*result_bytes_)) return wrong("its result is not the SHA-256 of result.json");
  }
  if (result_entry_ != nullptr || void_entry_ != nullptr) return {};
  if (options_.at > plan_->deadline)
    return fail("OVERDUE", "plan.json", "neither a result nor a void by the deadline");
  if (source_.has("result.json")) return missing("result.entry");
  return {};
}

Outcome DrawCheck::check_series() {
  auto const bytes = source_.read("series.jsonl");
  if (!bytes) return missing("series.jsonl");
  std::vector<Bytes> lines;
  for (auto text = text_of(*bytes); !text.empty();) {
    auto const end = text.find('\n');
    if (end == std::string_view::npos)
      return fail("NOT_CANONICAL", "series.jsonl", "it does not end in a line feed");
    auto const line = bytes_of(text.substr(0, end));
    lines.emplace_back(line.begin(), line.end());
    text.remove_prefix(end + 1);
  }
  return check_series_content(lines);
}

Outcome DrawCheck::check_series_content(std::vector<Bytes> const& lines) {
  auto const at = [](std::size_t i) { return "line " + std::to_string(i + 1) + ": "; };
  auto const broken = [&](std::size_t i, char const* why) {
    return fail("SERIES_CHAIN", "series.jsonl", at(i) + why);
  };
  std::vector<ledger::LeafView> leaves;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    auto const leaf = ledger::parse_leaf(text_of(lines[i]));
    if (!leaf) return fail(leaf.refusal().code.c_str(), "series.jsonl", at(i) + leaf.refusal().detail);
    leaves.push_back(*leaf);
  }
  auto const chain = series_chain(plan_->authority, plan_->year);
  std::optional<Hash> previous;
  for (std::size_t i = 0; i < leaves.size(); ++i) {
    if (leaves[i].chain() != chain) return broken(i, "another series");
    if (leaves[i].prev != previous) return broken(i, "its prev is not the line before");
    if (i > 0 && leaves[i].seq <= leaves[i - 1].seq) return broken(i, "not in log order");
    previous = ledger::leaf_hash(lines[i]);
  }
  Entry const* last = plan_entry_;
  for (auto const* entry : {plan_entry_, result_entry_, void_entry_}) {
    if (entry == nullptr) continue;
    if (std::find(lines.begin(), lines.end(), entry->leaf_bytes) == lines.end())
      return fail("SERIES_CHAIN", "series.jsonl", "this draw's " + entry->name + " is not in it");
    if (entry->leaf.seq > last->leaf.seq) last = entry;
  }
  if (lines.back() != last->leaf_bytes)
    return broken(lines.size() - 1, "it goes on after this draw's last entry");

  SeriesRules rules;
  for (std::size_t i = 0; i < leaves.size(); ++i) {
    if (char const* error = rules.take(leaves[i].type, leaves[i].number()))
      return fail(error, "series.jsonl", at(i) + "number " + std::to_string(leaves[i].number()));
    if (lines[i] == plan_entry_->leaf_bytes && plan_->replaces) {
      auto const replaced = parse_draw_id(*plan_->replaces);
      bool const same_series =
          replaced && replaced->authority == plan_->authority && replaced->year == plan_->year;
      if (!same_series || !rules.is_void(replaced->number))
        return fail("REPLACES_NOT_VOID", "plan.json", *plan_->replaces + " was not void before this plan");
    }
  }
  numbers_planned_ = rules.planned();
  pending_ = rules.pending();
  return {};
}

}  // namespace plumbline::publication
