// Steps 3 and 4: the policy is the plan's, and everything speaks about the same draw.
#include "draw_check.hpp"

namespace plumbline::publication {

Outcome DrawCheck::check_policy() {
  auto const published = source_.read("policy");
  if (!published) return missing("policy");
  if (sha256(*published) != plan_->policy)
    return fail("POLICY_MISMATCH", "policy", "not the policy the plan names");
  if (!policy_->knows_log(*key_))
    return fail("POLICY_MISMATCH", "policy", "its log lines do not name this log's key");
  if (policy_->fewest_witnesses() < 2) {
    if (options_.require == Grade::jia)
      return fail("POLICY_WEAK", "policy", "fewer than two witnesses make a quorum");
    warn("POLICY_WEAK");
  }
  return {};
}

Outcome DrawCheck::check_links() {
  if (auto bad = check_ids()) return bad;
  if (auto bad = check_subjects()) return bad;
  if (auto bad = check_bodies_agree()) return bad;
  return check_chains();
}

Outcome DrawCheck::check_ids() const {
  auto const mismatch = [](char const* why) { return fail("LINK_MISMATCH", "plan.json", why); };
  DrawId const id{plan_->year, plan_->authority, plan_->number};
  if (to_string(id) != plan_->draw) return mismatch("the draw id is not that of authority, year and number");
  auto const logged = legal_date(Instant::from_seconds(plan_entry_->leaf.time_s));
  if (static_cast<std::uint64_t>(year_of(logged)) != plan_->year)
    return mismatch("the year is not that of the PLAN entry in UTC+8");
  if (plan_->frame_entry != frame_entry_->leaf_hash)
    return mismatch("frame_entry is not the leaf hash of frame.entry");
  if (plan_->frame_hash != frame_->rows_hash) return mismatch("frame_hash is not that of frame.json");
  if (plan_->roster_entry != roster_entry_->leaf_hash)
    return mismatch("roster_entry is not the leaf hash of roster.entry");
  if (plan_->roster_hash != roster_->rows_hash) return mismatch("roster_hash is not that of roster.json");
  if (frame_->suite != plan_->suite || roster_->suite != plan_->suite)
    return mismatch("frame, roster and plan name different suites");
  return {};
}

Outcome DrawCheck::check_subjects() const {
  auto const series = series_subject({plan_->year, plan_->authority, plan_->number});
  auto const draw = draw_subject(plan_->draw);
  auto const ceremony = ceremony_subject(plan_->ceremony);
  std::vector<std::pair<Entry const*, std::string const*>> expected{
      {plan_entry_, &series}, {reveal_entry_, &ceremony}, {seed_entry_, &ceremony}, {result_entry_, &series},
      {void_entry_, &series}, {assign_entry_, &draw},     {open_entry_, &draw},     {erase_entry_, &draw}};
  for (auto const* recusal : recusal_entries_) expected.emplace_back(recusal, &draw);
  for (auto const& [entry, subject] : expected) {
    if (entry != nullptr && entry->leaf.subject != *subject)
      return fail("LINK_MISMATCH", entry->name + ".entry", "its subject is not " + *subject);
  }
  return {};
}

Outcome DrawCheck::check_bodies_agree() const {
  auto const agrees = [&](auto const& body) {
    return !body || (body->draw == plan_->draw && body->plan_hash == plan_entry_->leaf_hash);
  };
  auto const mismatch = [](std::string const& name, char const* why) {
    return fail("LINK_MISMATCH", name + ".json", why);
  };
  char const* const other_plan = "it is about another draw or another plan";
  if (reveal_ && reveal_->ceremony != plan_->ceremony)
    return mismatch("reveal", "another ceremony than the plan's");
  if (seed_ && seed_->ceremony != plan_->ceremony)
    return mismatch("seed", "another ceremony than the plan's");
  if (result_entry_ != nullptr && !agrees(result_)) return mismatch("result", other_plan);
  if (!agrees(void_)) return mismatch("void", other_plan);
  if (!agrees(assign_)) return mismatch("assign", other_plan);
  for (std::size_t i = 0; i < recusals_.size(); ++i)
    if (!agrees(recusals_[i])) return mismatch(recusal_entries_[i]->name, other_plan);
  if (!agrees(open_)) return mismatch("open", other_plan);
  if (!agrees(erase_)) return mismatch("erase", other_plan);
  return {};
}

Outcome DrawCheck::check_chains() const {
  std::vector<Entry const*> ceremony{reveal_entry_, seed_entry_};
  std::vector<Entry const*> draw{assign_entry_};
  draw.insert(draw.end(), recusal_entries_.begin(), recusal_entries_.end());
  draw.push_back(open_entry_);
  draw.push_back(erase_entry_);
  for (auto const& chain : {ceremony, draw}) {
    std::optional<Hash> previous;
    for (auto const* entry : chain) {
      if (entry == nullptr) continue;
      if (entry->leaf.prev != previous)
        return fail("CHAIN_BROKEN", entry->name + ".entry",
                    "its prev is not the entry before it: one is not shown");
      previous = entry->leaf_hash;
    }
  }
  return {};
}

}  // namespace plumbline::publication
