// Recusal after the draw: asked for by an inspector or the firm, decided by a leader before the check
// starts (Penalty Law article 43). In a draw the replacement follows from the published inputs alone.
#include <algorithm>

#include "bodies.hpp"
#include "check_handlers.hpp"
#include "inspection/api.hpp"
#include "people/api.hpp"
#include "publication/forms.hpp"
#include "registers.hpp"

namespace plumbline::inspection {

using kernel::Act;
using kernel::action;
using kernel::NotBy;
using kernel::refuse;
using kernel::Refused;
using kernel::Role;
using kernel::RoleSet;

namespace {

// clang-format off
using S = RecusalState;
constexpr auto flow = kernel::workflow<RecusalState>({
    {S::none,      "request", S::requested, {Role::inspector, Role::firm, Role::officer, Role::reviewer}},
    {S::requested, "grant",   S::granted,   Role::leader, {}, NotBy("request")},
    {S::requested, "refuse",  S::refused,   Role::leader, {}, NotBy("request")},
});
static_assert(flow.sound());
// clang-format on

constexpr std::size_t salt_bytes = 32;

Result<void> request(Act& act) {
  auto& recusal = act.record<Recusal>();
  auto const& wanted = act.payload<RequestRecusal>();
  auto const* check = act.load<Check>("check", wanted.check_record);
  if (check == nullptr) return refuse("unknown_check", "/check_record");
  if (act.envelope_of("check", wanted.check_record)->state != "assigned")
    return refuse("check_started", "/check_record");
  if (!std::ranges::count(check->inspectors, wanted.inspector))
    return refuse("not_on_the_check", "/inspector");
  if (!publication::is_code(wanted.ground)) return refuse("code", "/ground", wanted.ground);
  if (wanted.requested_by == RecusalBy::firm && check->disclosure == Disclosure::sealed)
    return refuse("unknown_check", "/check_record");
  recusal.check_record = wanted.check_record;
  recusal.task = check->task;
  recusal.firm = *check->firm;
  recusal.region = check->region;
  recusal.inspector = wanted.inspector;
  recusal.requested_by = wanted.requested_by;
  recusal.ground = wanted.ground;
  recusal.reason = wanted.reason;
  ++act.step<Check>("check", wanted.check_record, "mark_recusal").recusals_pending;
  return {};
}

// Whoever was named by a person instead of the draw is replaced by a person.
bool replaced_by_rule(Check const& check, GrantRecusal const& granted) {
  if (check.pid.empty() || check.origin == Origin::elsewhere) return false;
  return !granted.inspector_pid.empty() || check.assignment != AssignmentMode::direct;
}

// The entry in the log: sequence, pair and replacement as the rule gives them, the reason as a commitment.
void log_recusal(Act& act, Recusal& recusal, GrantRecusal const& granted, Check const& check) {
  auto const& before = *act.load<InspectionTask>("inspection_task", *recusal.task);
  if (granted.number != static_cast<std::int64_t>(before.recusals.size()) + 1)
    throw Refused("recusal_out_of_order", "/number", std::to_string(before.recusals.size() + 1));
  if (granted.target_pid != check.pid) throw Refused("other_target", "/target_pid");
  recusal.number = granted.number;
  recusal.target_pid = granted.target_pid;
  recusal.inspector_pid = granted.inspector_pid;
  recusal.replacement_pid = granted.replacement_pid;
  recusal.limit = granted.limit;
  auto& task = act.step<InspectionTask>("inspection_task", *recusal.task, "add_recusal");
  auto const digest = sha256(text_of_body(recusal_body(task, recusal)));
  recusal.digest = to_hex(digest);
  auto const entry =
      act.log("draw.recusal", publication::draw_subject(*task.draw), digest, Act::Repeats::may_repeat);
  task.recusals.push_back({recusal.number, recusal.digest, entry.seq});
}

enum class Named : std::uint8_t { by_the_rule, by_a_person };

// The rule leaves no choice: if its candidate has become unfit since the draw, the notice is refused and he
// is replaced in his turn.
void replace(Act& act, Check& check, Uuid out, Uuid in, Named named) {
  if (named == Named::by_a_person) people::require_fit_inspector(act, in, *check.firm, "/replacement");
  auto const* loaded = act.load<people::Inspector>("inspector", in);
  if (loaded == nullptr) throw Refused("unknown_inspector", "/replacement");
  auto const& record = *loaded;
  if (std::ranges::count(check.inspectors, in)) throw Refused("on_the_check_already", "/replacement");
  if (std::ranges::count(check.recused, in)) throw Refused("recused_before", "/replacement");
  auto const place = std::ranges::find(check.inspectors, out) - check.inspectors.begin();
  if (place == static_cast<std::ptrdiff_t>(check.inspectors.size()))
    throw Refused("not_on_the_check", "/inspector");
  check.inspectors[static_cast<std::size_t>(place)] = in;
  check.certificates[static_cast<std::size_t>(place)] = record.certificate;
  check.recused.push_back(out);
}

Result<void> grant(Act& act) {
  auto& recusal = act.record<Recusal>();
  auto const& granted = act.payload<GrantRecusal>();
  auto const salt = hex_decode(granted.salt);
  if (!salt || salt->size() != salt_bytes) return refuse("salt_form", "/salt");
  if (!granted.replacement) return refuse("replacement_missing", "/replacement");
  recusal.salt = granted.salt;
  recusal.decision = granted.decision;
  recusal.replacement = granted.replacement;
  auto& check = act.step<Check>("check", recusal.check_record, "replace_inspector");
  if (replaced_by_rule(check, granted)) log_recusal(act, recusal, granted, check);
  if (granted.replacement_pid.empty() &&
      !check.pid.empty()) {  // nobody left by the rule: a neighbouring unit helps
    check.assignment = AssignmentMode::direct;
    check.assignment_reason = "no_candidate";
  }
  replace(act, check, recusal.inspector, *granted.replacement,
          granted.replacement_pid.empty() ? Named::by_a_person : Named::by_the_rule);
  --check.recusals_pending;
  // The notice named somebody else: a new one is issued.
  check.papers.notice_number.clear();
  check.papers.notice_on.reset();
  return {};
}

Result<void> refuse_recusal(Act& act) {
  auto& recusal = act.record<Recusal>();
  recusal.decision = act.payload<Reason>().reason;
  --act.step<Check>("check", recusal.check_record, "mark_recusal").recusals_pending;
  return {};
}

kernel::Placement place(Uuid, void const* record) {
  auto const& recusal = *static_cast<Recusal const*>(record);
  kernel::Placement placement{.scopes = {recusal.region}, .parties = {}};
  if (recusal.requested_by == RecusalBy::firm) placement.parties.push_back({recusal.firm, "subject"});
  return placement;
}

}  // namespace

kernel::Register recusal_register() {
  return {
      .name = "recusal",
      .type = &reflect::type_of<Recusal>(),
      .states = {"none", "requested", "granted", "refused"},
      .steps = flow.rows,
      .actions = {action<RequestRecusal>("request", request), action<GrantRecusal>("grant", grant),
                  action<Reason>("refuse", refuse_recusal)},
      .place = place,
  };
}

}  // namespace plumbline::inspection
