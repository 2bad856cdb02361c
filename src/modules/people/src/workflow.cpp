// The acts on organisations, departments, inspectors, experts and recusal relations.
#include "archive/api.hpp"
#include "indicators.hpp"
#include "kernel/grants.hpp"
#include "kernel/regions.hpp"
#include "people/api.hpp"
#include "types.hpp"

namespace plumbline::people {

using kernel::Act;
using kernel::import_lane;
using kernel::NotBy;
using kernel::refuse;
using kernel::Refused;
using kernel::Role;
using kernel::RoleSet;

namespace {

constexpr RoleSet keepers{Role::system_administrator, Role::officer};
// clang-format off
using O = OrganisationState;
constexpr auto organisation_flow = kernel::workflow<OrganisationState>({
    {O::none,    "create",    O::active,  Role::system_administrator},
    {O::none,    "import",    O::active,  import_lane},
    {O::active,  "import",    O::active,  import_lane},
    {O::active,  "update",    O::active,  Role::system_administrator},
    {O::active,  "retire",    O::retired, Role::system_administrator},
    {O::retired, "reinstate", O::active,  Role::system_administrator},
});
static_assert(organisation_flow.sound());

using D = DepartmentState;
constexpr auto department_flow = kernel::workflow<DepartmentState>({
    {D::none,    "create",    D::active,  Role::system_administrator},
    {D::none,    "import",    D::active,  import_lane},
    {D::active,  "import",    D::active,  import_lane},
    {D::active,  "update",    D::active,  Role::system_administrator},
    {D::active,  "retire",    D::retired, Role::system_administrator},
    {D::retired, "reinstate", D::active,  Role::system_administrator},
});
static_assert(department_flow.sound());

using I = InspectorState;
constexpr auto inspector_flow = kernel::workflow<InspectorState>({
    // from         action          to            by
    {I::none,      "create",       I::active,    keepers},
    {I::none,      "import",       I::active,    import_lane},
    {I::active,    "import",       I::active,    import_lane},
    {I::suspended, "import",       I::suspended, import_lane},
    {I::active,    "update",       I::active,    keepers},
    {I::suspended, "update",       I::suspended, keepers},
    {I::active,    "link_account", I::active,    {Role::system_administrator, Role::security_administrator}},
    {I::active,    "suspend",      I::suspended, {Role::leader, Role::officer}},
    {I::suspended, "resume",       I::active,    Role::leader},
    {I::active,    "retire",       I::retired,   keepers},
    {I::suspended, "retire",       I::retired,   keepers},
});
static_assert(inspector_flow.sound());

using E = ExpertState;
constexpr auto expert_flow = kernel::workflow<ExpertState>({
    {E::none,   "create", E::active,  keepers},
    {E::none,   "import", E::active,  import_lane},
    {E::active, "import", E::active,  import_lane},
    {E::active, "update", E::active,  keepers},
    {E::active, "retire", E::retired, keepers},
});
static_assert(expert_flow.sound());

using R = RelationState;
constexpr auto relation_flow = kernel::workflow<RelationState>({
    // Penalty Law article 43. Whoever declared a relation does not end it.
    {R::none,     "declare",       R::in_force, {Role::inspector, Role::officer, Role::leader}},
    {R::in_force, "end",           R::ended,    Role::leader, {}, NotBy("declare")},
    {R::ended,    "declare_again", R::in_force, {Role::inspector, Role::officer, Role::leader}},
});
static_assert(relation_flow.sound());
// clang-format on

void check_region(Act const& act, std::string const& region, std::string const& path) {
  if (act.regions().find(region) == nullptr) throw Refused("unknown_region", path, region);
}

// Files name offices by their code, programs by their id.
Uuid organisation_of(Act& act, std::optional<Uuid> id, std::string const& code) {
  if (id) return *id;
  auto const found = act.find("organisation", "code", code);
  if (!found) throw Refused("unknown_organisation", "/organisation_code", code);
  return *found;
}

Result<void> take_organisation(Act& act) {
  auto& organisation = act.record<Organisation>();
  organisation = act.payload<Organisation>();
  check_region(act, organisation.region, "/region");
  if (!organisation.superior && !organisation.superior_code.empty())
    organisation.superior = organisation_of(act, {}, organisation.superior_code);
  if (organisation.superior) {
    if (*organisation.superior == act.id()) return refuse("superior_of_itself", "/superior");
    organisation.superior_code = require_organisation(act, *organisation.superior, "/superior").code;
  }
  return {};
}

Result<void> take_department(Act& act) {
  auto& department = act.record<Department>();
  department = act.payload<Department>();
  department.organisation = organisation_of(act, department.organisation, department.organisation_code);
  auto const& organisation = require_organisation(act, *department.organisation, "/organisation");
  department.organisation_code = organisation.code;
  department.region = organisation.region;
  return {};
}

Result<void> take_inspector(Act& act) {
  auto& inspector = act.record<Inspector>();
  auto const before = inspector;
  inspector = act.payload<Inspector>();
  inspector.account = before.account;
  inspector.status_reason = before.status_reason;
  inspector.organisation = organisation_of(act, inspector.organisation, inspector.organisation_code);
  auto const& organisation = require_organisation(act, *inspector.organisation, "/organisation");
  inspector.organisation_code = organisation.code;
  inspector.region = organisation.region;
  if (!inspector.department && !inspector.department_code.empty())
    inspector.department = act.find("department", "code", inspector.department_code);
  if (inspector.department)
    inspector.department_code = require_department(act, *inspector.department, "/department").code;
  else if (!inspector.department_code.empty())
    return refuse("unknown_department", "/department_code", inspector.department_code);
  return {};
}

Result<void> link_account(Act& act) {
  auto& inspector = act.record<Inspector>();
  auto const& link = act.payload<LinkAccount>();
  if (link.account && act.load<kernel::Account>("account", *link.account) == nullptr)
    return refuse("unknown_account", "/account");
  inspector.account = link.account;
  return {};
}

Result<void> take_expert(Act& act) {
  auto& expert = act.record<Expert>();
  expert = act.payload<Expert>();
  check_region(act, expert.region, "/region");
  return {};
}

Result<void> set_inspector_reason(Act& act) {
  act.record<Inspector>().status_reason = act.payload<Retire>().reason;
  return {};
}

Result<void> declare_relation(Act& act) {
  auto& relation = act.record<RecusalRelation>();
  auto const& declared = act.payload<DeclareRelation>();
  auto const* inspector = act.load<Inspector>("inspector", declared.inspector);
  if (inspector == nullptr) return refuse("unknown_inspector", "/inspector");
  archive::require_firm(act, declared.firm, "/firm");
  if (!relation.inspector.is_nil() &&
      (relation.inspector != declared.inspector || relation.firm != declared.firm))
    return refuse("other_relation", "/inspector");
  relation.inspector = declared.inspector;
  relation.firm = declared.firm;
  relation.key = recusal_key(declared.inspector, declared.firm);
  relation.ground = declared.ground;
  relation.reason = declared.reason;
  relation.region = inspector->region;
  return {};
}

kernel::Placement place_organisation(Uuid id, void const* record) {
  return {.scopes = {static_cast<Organisation const*>(record)->region}, .parties = {{id, "itself"}}};
}
kernel::Placement place_department(Uuid, void const* record) {
  auto const& department = *static_cast<Department const*>(record);
  return {.scopes = {department.region}, .parties = {{*department.organisation, "employer"}}};
}
kernel::Placement place_inspector(Uuid, void const* record) {
  auto const& inspector = *static_cast<Inspector const*>(record);
  return {.scopes = {inspector.region}, .parties = {{*inspector.organisation, "employer"}}};
}
kernel::Placement place_expert(Uuid, void const* record) {
  return {.scopes = {static_cast<Expert const*>(record)->region}, .parties = {}};
}
// The firm is no party: who must stay away from it, and why, is not its business.
kernel::Placement place_relation(Uuid, void const* record) {
  return {.scopes = {static_cast<RecusalRelation const*>(record)->region}, .parties = {}};
}

}  // namespace

std::string recusal_key(Uuid inspector, Uuid firm) { return to_string(inspector) + ":" + to_string(firm); }

bool is_recused(Act& act, Uuid inspector, Uuid firm) {
  auto const relation = act.find("recusal_relation", "key", recusal_key(inspector, firm));
  if (!relation) return false;
  auto const* envelope = act.envelope_of("recusal_relation", *relation);
  return envelope != nullptr && envelope->state == "in_force";
}

Inspector const& require_fit_inspector(Act& act, Uuid inspector, Uuid firm, std::string_view path) {
  auto const* record = act.load<Inspector>("inspector", inspector);
  if (record == nullptr) throw Refused("unknown_inspector", std::string(path));
  if (act.envelope_of("inspector", inspector)->state != "active")
    throw Refused("inspector_not_active", std::string(path), record->certificate);
  if (record->certificate_valid_to < act.today())
    throw Refused("certificate_expired", std::string(path), record->certificate);
  if (is_recused(act, inspector, firm))
    throw Refused("inspector_recused", std::string(path), record->certificate);
  return *record;
}

std::optional<Uuid> acting_inspector(Act& act) {
  if (act.account().is_nil()) return std::nullopt;
  return act.find("inspector", "account", to_string(act.account()));
}

std::optional<Uuid> find_inspector(Act& act, std::string_view certificate) {
  return act.find("inspector", "certificate", certificate);
}

Department const& require_department(Act& act, Uuid department, std::string_view path) {
  auto const* record = act.load<Department>("department", department);
  if (record == nullptr) throw Refused("unknown_department", std::string(path));
  return *record;
}

Organisation const& require_organisation(Act& act, Uuid organisation, std::string_view path) {
  auto const* record = act.load<Organisation>("organisation", organisation);
  if (record == nullptr) throw Refused("unknown_organisation", std::string(path));
  return *record;
}

kernel::Module module() {
  using kernel::action;
  kernel::Register organisation{
      .name = "organisation",
      .type = &reflect::type_of<Organisation>(),
      .states = {"none", "active", "retired"},
      .steps = organisation_flow.rows,
      .actions = {action<Organisation>("create", take_organisation),
                  action<Organisation>("import", take_organisation),
                  action<Organisation>("update", take_organisation), action<Retire>("retire", nullptr),
                  action("reinstate")},
      .place = place_organisation,
      .readers = kernel::staff | Role::system_administrator | Role::security_administrator,
      .importable = true,
      .import_key = "code",
      .title_field = "name",
  };
  kernel::Register department{
      .name = "department",
      .type = &reflect::type_of<Department>(),
      .states = {"none", "active", "retired"},
      .steps = department_flow.rows,
      .actions = {action<Department>("create", take_department),
                  action<Department>("import", take_department),
                  action<Department>("update", take_department), action<Retire>("retire", nullptr),
                  action("reinstate")},
      .place = place_department,
      .readers = kernel::staff | Role::system_administrator | Role::security_administrator,
      .importable = true,
      .import_key = "code",
      .title_field = "name",
  };
  kernel::Register inspector{
      .name = "inspector",
      .type = &reflect::type_of<Inspector>(),
      .states = {"none", "active", "suspended", "retired"},
      .steps = inspector_flow.rows,
      .actions = {action<Inspector>("create", take_inspector), action<Inspector>("import", take_inspector),
                  action<Inspector>("update", take_inspector),
                  action<LinkAccount>("link_account", link_account),
                  action<Retire>("suspend", set_inspector_reason), action("resume"),
                  action<Retire>("retire", set_inspector_reason)},
      .place = place_inspector,
      .readers = kernel::staff | Role::system_administrator | Role::security_administrator,
      .party_readers = RoleSet(),
      .importable = true,
      .import_key = "certificate",
      .title_field = "certificate",
  };
  kernel::Register expert{
      .name = "expert",
      .type = &reflect::type_of<Expert>(),
      .states = {"none", "active", "retired"},
      .steps = expert_flow.rows,
      .actions = {action<Expert>("create", take_expert), action<Expert>("import", take_expert),
                  action<Expert>("update", take_expert), action<Retire>("retire", nullptr)},
      .place = place_expert,
      .readers = kernel::staff | Role::system_administrator,
      .party_readers = RoleSet(),
      .importable = true,
      .import_key = "number",
      .title_field = "number",
  };
  kernel::Register relation{
      .name = "recusal_relation",
      .type = &reflect::type_of<RecusalRelation>(),
      .states = {"none", "in_force", "ended"},
      .steps = relation_flow.rows,
      .actions = {action<DeclareRelation>("declare", declare_relation), action("end"),
                  action<DeclareRelation>("declare_again", declare_relation)},
      .place = place_relation,
      .party_readers = RoleSet(),
      .title_field = "key",
  };
  return {.name = "people",
          .registers = {std::move(organisation), std::move(department), std::move(inspector),
                        std::move(expert), std::move(relation)},
          .indicators = indicators()};
}

}  // namespace plumbline::people
