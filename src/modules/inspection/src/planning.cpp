// The list of items that may be inspected, the annual plan and its batches.
#include "archive/api.hpp"
#include "inspection/api.hpp"
#include "kernel/regions.hpp"
#include "people/api.hpp"
#include "planning_types.hpp"
#include "registers.hpp"

namespace plumbline::inspection {

using kernel::Act;
using kernel::action;
using kernel::import_lane;
using kernel::NotBy;
using kernel::refuse;
using kernel::Refused;
using kernel::Role;

namespace {

// clang-format off
// 随机抽查事项清单, dynamically adjusted; publication duty of 国发〔2019〕5号
using I = ItemState;
constexpr auto item_flow = kernel::workflow<ItemState>({
    // from        action     to           by
    {I::none,     "create",  I::in_force, {Role::plan_maker, Role::leader}},
    {I::none,     "import",  I::in_force, import_lane},
    {I::in_force, "import",  I::in_force, import_lane},
    {I::in_force, "update",  I::in_force, {Role::plan_maker, Role::leader}},
    {I::in_force, "end",     I::ended,    Role::leader},
    {I::ended,    "restore", I::in_force, Role::leader},
});
static_assert(item_flow.sound());

// 年度抽查计划: filed with the superior (备案), then announced
using P = PlanState;
constexpr auto plan_flow = kernel::workflow<PlanState>({
    {P::none,             "draft",     P::draft,            Role::plan_maker},
    {P::draft,            "update",    P::draft,            Role::plan_maker},
    {P::draft,            "approve",   P::approved,         Role::leader, {}, NotBy("draft", "update")},
    {P::approved,         "send_back", P::draft,            Role::leader},
    {P::approved,         "file",      P::sent_to_superior, Role::plan_maker},
    {P::sent_to_superior, "receipt",   P::on_file,          {Role::superior, Role::plan_maker}},
    {P::sent_to_superior, "send_back", P::draft,            Role::superior},
    {P::on_file,          "announce",  P::announced,        Role::publisher},
});
static_assert(plan_flow.sound());

// 派发 → 签收 / 退回
using B = BatchState;
constexpr auto batch_flow = kernel::workflow<BatchState>({
    {B::none,      "draft",     B::draft,      Role::plan_maker},
    {B::draft,     "update",    B::draft,      Role::plan_maker},
    {B::sent_back, "update",    B::sent_back,  Role::plan_maker},
    {B::draft,     "send_down", B::sent_down,  Role::plan_maker},
    {B::sent_back, "send_down", B::sent_down,  Role::plan_maker},
    {B::sent_down, "sign_for",  B::signed_for, {Role::officer, Role::leader}},
    {B::sent_down, "send_back", B::sent_back,  {Role::officer, Role::leader}},
    {B::draft,     "withdraw",  B::withdrawn,  Role::plan_maker},
    {B::sent_back, "withdraw",  B::withdrawn,  Role::plan_maker},
});
static_assert(batch_flow.sound());
// clang-format on

void check_region(Act const& act, std::string const& region) {
  if (act.regions().find(region) == nullptr) throw Refused("unknown_region", "/region", region);
}

Uuid department_of(Act& act, std::string const& code, std::string const& path) {
  auto const found = act.find("department", "code", code);
  if (!found) throw Refused("unknown_department", path, code);
  return *found;
}

// Files name departments by code, programs by id; both are kept.
void resolve_departments(Act& act, InspectionItem& item) {
  if (!item.lead_department && !item.lead_department_code.empty())
    item.lead_department = department_of(act, item.lead_department_code, "/lead_department_code");
  if (!item.lead_department) throw Refused("department_missing", "/lead_department");
  item.lead_department_code = people::require_department(act, *item.lead_department, "/lead_department").code;
  if (item.joint_departments.empty())
    for (auto const& code : item.joint_department_codes)
      item.joint_departments.push_back(department_of(act, code, "/joint_department_codes"));
  item.joint_department_codes.clear();
  for (Uuid department : item.joint_departments) {
    if (department == *item.lead_department) throw Refused("joint_is_lead", "/joint_departments");
    item.joint_department_codes.push_back(
        people::require_department(act, department, "/joint_departments").code);
  }
}

Result<void> take_item(Act& act) {
  auto& item = act.record<InspectionItem>();
  item = act.payload<InspectionItem>();
  check_region(act, item.region);
  if (item.valid_to && *item.valid_to < item.valid_from) return refuse("dates_reversed", "/valid_to");
  if (item.kind == ItemKind::key && item.ratio_cap_permille > 0)
    return refuse("key_item_with_cap", "/ratio_cap_permille");
  resolve_departments(act, item);
  return {};
}

Result<void> end_item(Act& act) {
  auto& item = act.record<InspectionItem>();
  if (!item.valid_to || *item.valid_to > act.today()) item.valid_to = act.today();
  return {};
}

Result<void> restore_item(Act& act) {
  act.record<InspectionItem>().valid_to.reset();
  return {};
}

Result<void> take_plan(Act& act) {
  auto& plan = act.record<AnnualPlan>();
  auto const& data = act.payload<PlanData>();
  plan.title = data.title;
  plan.year = data.year;
  plan.organisation = data.organisation;
  plan.legal_basis = data.legal_basis;
  plan.region = people::require_organisation(act, data.organisation, "/organisation").region;
  return {};
}

Result<void> plan_sent_back(Act& act) {
  act.record<AnnualPlan>().send_back_reason = act.payload<Reason>().reason;
  return {};
}

Result<void> plan_on_file(Act& act) {
  auto& plan = act.record<AnnualPlan>();
  plan.filing_receipt = act.payload<FilingReceipt>().receipt;
  plan.filed_on = act.today();
  return {};
}

Result<void> plan_announced(Act& act) {
  act.record<AnnualPlan>().announced_on = act.today();
  return {};
}

Result<void> take_batch(Act& act) {
  auto& batch = act.record<PlanBatch>();
  auto const& data = act.payload<BatchData>();
  auto const* plan = act.load<AnnualPlan>("annual_plan", data.annual_plan);
  if (plan == nullptr) return refuse("unknown_plan", "/annual_plan");
  if (data.period_to < data.period_from) return refuse("dates_reversed", "/period_to");
  if (data.subjects_planned == 0 && data.ratio_permille == 0)
    return refuse("size_missing", "/subjects_planned");
  auto const& item = require_item_in_force(act, data.item, "/item");
  if (item.ratio_cap_permille > 0 && data.ratio_permille > item.ratio_cap_permille)
    return refuse("ratio_above_cap", "/ratio_permille", std::to_string(item.ratio_cap_permille));
  if (batch.batch_no == 0)
    batch.batch_no = act.next_number("plan_batch/" + to_string(data.annual_plan));
  else if (batch.annual_plan != data.annual_plan)
    return refuse("other_plan", "/annual_plan");
  batch.annual_plan = data.annual_plan;
  batch.title = data.title;
  batch.item = data.item;
  batch.subjects_planned = data.subjects_planned;
  batch.ratio_permille = data.ratio_permille;
  batch.period_from = data.period_from;
  batch.period_to = data.period_to;
  batch.executing_organisation = data.executing_organisation;
  batch.joint_departments = data.joint_departments;
  for (Uuid department : data.joint_departments)
    people::require_department(act, department, "/joint_departments");
  batch.region =
      people::require_organisation(act, data.executing_organisation, "/executing_organisation").region;
  return {};
}

// What the superior has not on file is not sent down.
Result<void> send_batch_down(Act& act) {
  auto const& batch = act.record<PlanBatch>();
  auto const* plan = act.envelope_of("annual_plan", batch.annual_plan);
  if (plan == nullptr || (plan->state != "on_file" && plan->state != "announced"))
    return refuse("plan_not_on_file", "/annual_plan");
  require_item_in_force(act, batch.item, "/item");
  return {};
}

Result<void> sign_batch(Act& act) {
  act.record<PlanBatch>().signed_note = act.payload<SignFor>().note;
  return {};
}

Result<void> batch_sent_back(Act& act) {
  act.record<PlanBatch>().send_back_reason = act.payload<Reason>().reason;
  return {};
}

kernel::Placement place_item(Uuid, void const* record) {
  return {.scopes = {static_cast<InspectionItem const*>(record)->region}, .parties = {}};
}
kernel::Placement place_plan(Uuid, void const* record) {
  auto const& plan = *static_cast<AnnualPlan const*>(record);
  return {.scopes = {plan.region}, .parties = {{plan.organisation, "maker"}}};
}
kernel::Placement place_batch(Uuid, void const* record) {
  auto const& batch = *static_cast<PlanBatch const*>(record);
  return {.scopes = {batch.region}, .parties = {{batch.executing_organisation, "executing"}}};
}

}  // namespace

InspectionItem const& require_item_in_force(Act& act, Uuid id, std::string_view path) {
  auto const* item = act.load<InspectionItem>("inspection_item", id);
  if (item == nullptr) throw Refused("unknown_item", std::string(path));
  auto const* envelope = act.envelope_of("inspection_item", id);
  bool const dated = item->valid_from <= act.today() && (!item->valid_to || act.today() <= *item->valid_to);
  if (envelope->state != "in_force" || !dated)
    throw Refused("item_not_in_force", std::string(path), item->item_no);
  return *item;
}

kernel::Register item_register() {
  return {
      .name = "inspection_item",
      .type = &reflect::type_of<InspectionItem>(),
      .states = {"none", "in_force", "ended"},
      .steps = item_flow.rows,
      .actions = {action<InspectionItem>("create", take_item), action<InspectionItem>("import", take_item),
                  action<InspectionItem>("update", take_item), action<Reason>("end", end_item),
                  action<Reason>("restore", restore_item)},
      .place = place_item,
      .importable = true,
      .import_key = "item_no",
      .title_field = "name",
  };
}

kernel::Register plan_register() {
  return {
      .name = "annual_plan",
      .type = &reflect::type_of<AnnualPlan>(),
      .states = {"none", "draft", "approved", "sent_to_superior", "on_file", "announced"},
      .steps = plan_flow.rows,
      .actions = {action<PlanData>("draft", take_plan), action<PlanData>("update", take_plan),
                  action("approve"), action<Reason>("send_back", plan_sent_back), action("file"),
                  action<FilingReceipt>("receipt", plan_on_file), action("announce", plan_announced)},
      .place = place_plan,
      .title_field = "title",
  };
}

kernel::Register batch_register() {
  return {
      .name = "plan_batch",
      .type = &reflect::type_of<PlanBatch>(),
      .states = {"none", "draft", "sent_down", "signed_for", "sent_back", "withdrawn"},
      .steps = batch_flow.rows,
      .actions = {action<BatchData>("draft", take_batch), action<BatchData>("update", take_batch),
                  action("send_down", send_batch_down), action<SignFor>("sign_for", sign_batch),
                  action<Reason>("send_back", batch_sent_back), action<Reason>("withdraw", batch_sent_back)},
      .place = place_batch,
      .title_field = "title",
  };
}

}  // namespace plumbline::inspection
