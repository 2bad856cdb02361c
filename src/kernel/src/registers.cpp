#include "kernel/registers.hpp"

#include <algorithm>

#include "base/hash.hpp"
#include "kernel/document.hpp"
#include "kernel/grants.hpp"
#include "kernel/identity.hpp"
#include "kernel/regions.hpp"

namespace plumbline::kernel {
namespace {

enum class Simple : std::uint8_t { none, active, closed };
std::vector<std::string_view> const simple_states = {"none", "active", "closed"};

// Regions: the jurisdiction's own tree. A code is never reused; a region that ends is closed.
constexpr auto region_flow = workflow<Simple>({
    {Simple::none, "create", Simple::active, Role::system_administrator | Role::system},
    {Simple::none, "import", Simple::active, Role::importer | Role::system_administrator},
    {Simple::active, "rename", Simple::active, Role::system_administrator},
    {Simple::active, "close", Simple::closed, Role::system_administrator},
});
static_assert(region_flow.sound());

Result<void> take_region(Act& act) {
  auto const& wanted = act.payload<Region>();
  if (!wanted.parent.empty() && act.regions().find(wanted.parent) == nullptr)
    return refuse("unknown_region", "/parent", wanted.parent);
  act.record<Region>() = wanted;
  return {};
}
Result<void> rename_region(Act& act) {
  auto const& wanted = act.payload<Region>();
  auto& region = act.record<Region>();
  if (wanted.code != region.code || wanted.parent != region.parent)
    return refuse("only_the_name_changes", "/code");
  region.name = wanted.name;
  return {};
}
Placement place_region(Uuid, void const* record) {
  auto const& region = *static_cast<Region const*>(record);
  return {{region.parent.empty() ? region.code : region.parent}, {}};
}

// Accounts: made by the security administrator, who can do no other work (GB/T 22239 8.1.5). A restored copy
// blocks the accounts of which it does not know what became of them (ADR 9); a person then decides, or, where
// nobody is left who may, whoever runs the machine.
enum class AccountState : std::uint8_t { none, active, closed, blocked };
constexpr auto account_flow = workflow<AccountState>({
    {AccountState::none, "create", AccountState::active, Role::security_administrator | Role::system},
    {AccountState::active, "update", AccountState::active, Role::security_administrator},
    {AccountState::active, "close", AccountState::closed, Role::security_administrator},
    {AccountState::active, "block", AccountState::blocked, Role::system},
    {AccountState::blocked, "unblock", AccountState::active, Role::security_administrator | Role::system},
    {AccountState::blocked, "close", AccountState::closed, Role::security_administrator},
});
static_assert(account_flow.sound());

Result<void> create_account(Act& act) {
  auto& account = act.record<Account>();
  account = act.payload<Account>();
  Bytes const random = random_bytes(16);
  account.log_id = "u-" + hex_encode(random);
  account.status = AccountStatus::active;
  return {};
}
Result<void> update_account(Act& act) {
  auto& account = act.record<Account>();
  std::string const log_id = account.log_id;
  account = act.payload<Account>();
  account.log_id = log_id;
  return {};
}
Result<void> disable_account(Act& act) {
  act.record<Account>().status = AccountStatus::disabled;
  return {};
}
Result<void> unblock_account(Act& act) {
  act.record<Account>().status = AccountStatus::active;
  return {};
}

// Who may take access in an emergency, and as what: whoever decides and acts, not who only reads or imports.
constexpr RoleSet glass_breakers{Role::leader,    Role::plan_maker,     Role::drawer,
                                 Role::inspector, Role::reviewer,       Role::publisher,
                                 Role::officer,   Role::credit_officer, Role::legal_reviewer};

constexpr auto grant_flow = workflow<Simple>({
    {Simple::none, "break_glass", Simple::active, glass_breakers},
    {Simple::none, "give", Simple::active, Role::security_administrator | Role::system},
    {Simple::active, "withdraw", Simple::closed, Role::security_administrator | Role::system},
});
static_assert(grant_flow.sound());

bool overlap(Grant const& one, Grant const& other) {
  return !(one.valid_to && *one.valid_to < other.valid_from) &&
         !(other.valid_to && *other.valid_to < one.valid_from);
}

// Asked when a grant is given: accounts of older data that hold two such roles go on until one is withdrawn.
Result<void> keep_administrators_apart(Act& act, Grant const& wanted) {
  if (wanted.account == act.account()) return refuse("grant_to_oneself", "/account");
  if (!administrators.contains(wanted.role)) return {};
  for (auto const& held : act.grants_of(wanted.account))
    if (held.role != wanted.role && administrators.contains(held.role) && overlap(held, wanted))
      return refuse("administrators_are_separate", "/role", std::string(to_string(held.role)));
  return {};
}

Result<void> give_grant(Act& act) {
  auto const& wanted = act.payload<Grant>();
  if (act.load<Account>("account", wanted.account) == nullptr) return refuse("unknown_account", "/account");
  if (wanted.role == Role::system || wanted.role == Role::clock) return refuse("not_for_people", "/role");
  if (wanted.scope.empty() == !wanted.party) return refuse("scope_or_party", "/scope");
  if (!wanted.scope.empty() && act.regions().find(wanted.scope) == nullptr)
    return refuse("unknown_region", "/scope", wanted.scope);
  if (wanted.valid_to && *wanted.valid_to < wanted.valid_from)
    return refuse("ends_before_it_begins", "/valid_to");
  if (auto apart = keep_administrators_apart(act, wanted); !apart) return apart.refusal();
  act.record<Grant>() = wanted;
  return {};
}
// One's own work where somebody else does it, without asking first: everybody in charge reads of it at once.
// It reaches further than one's own grant, but shows and permits no more.
Result<void> break_glass(Act& act) {
  auto const& wanted = act.payload<BreakGlass>();
  if (act.regions().find(wanted.scope) == nullptr) return refuse("unknown_region", "/scope", wanted.scope);
  auto const& held = act.grants_of(act.account());
  auto const own = std::ranges::find_if(held, [&](Grant const& grant) {
    return grant.role == wanted.role && !grant.party && !grant.valid_until &&
           grant.valid_from <= act.today() && !(grant.valid_to && *grant.valid_to < act.today());
  });
  if (own == held.end() || !glass_breakers.contains(wanted.role)) return refuse("not_your_role", "/role");
  auto& grant = act.record<Grant>();
  grant.account = act.account();
  grant.role = wanted.role;
  grant.scope = wanted.scope;
  grant.personal = own->personal;
  grant.valid_from = act.today();
  grant.valid_until = act.now() + std::chrono::minutes(wanted.minutes);
  grant.valid_to = legal_date(*grant.valid_until);
  grant.reason = wanted.reason;
  grant.reached_from = own->scope;
  return {};
}
Result<void> withdraw_grant(Act& act) {
  act.record<Grant>().valid_to = act.today();
  return {};
}
Placement place_grant(Uuid, void const* record) {
  auto const& grant = *static_cast<Grant const*>(record);
  Placement placement;
  if (!grant.scope.empty()) placement.scopes.push_back(grant.scope);
  if (!grant.reached_from.empty()) placement.scopes.push_back(grant.reached_from);  // told to both
  if (grant.party) placement.parties.push_back({*grant.party, "represented"});
  return placement;
}

// The notice of a year; a corrected notice replaces the days.
constexpr auto calendar_flow = workflow<Simple>({
    {Simple::none, "publish", Simple::active, Role::system_administrator | Role::system},
    {Simple::active, "correct", Simple::active, Role::system_administrator},
    {Simple::active, "close", Simple::closed, Role::system_administrator},
});
static_assert(calendar_flow.sound());

Result<void> take_calendar_year(Act& act) {
  auto const& wanted = act.payload<CalendarYear>();
  if (auto merged = act.calendar().with_year(wanted.year, wanted.holidays, wanted.makeup_workdays); !merged)
    return merged.refusal();
  act.record<CalendarYear>() = wanted;
  return {};
}

constexpr RoleSet attachers =
    staff | RoleSet{Role::system,      Role::firm,   Role::laboratory, Role::institute,
                    Role::workstation, Role::expert, Role::sampler};
constexpr auto attachment_flow = workflow<Simple>({
    {Simple::none, "attach", Simple::active, attachers},
    {Simple::active, "detach", Simple::closed, Role::leader | Role::audit_administrator},
});
static_assert(attachment_flow.sound());

// RFC 6838, 4.2: type/subtype, each a letter or digit and up to 126 characters more.
bool is_media_type(std::string_view text) {
  constexpr std::size_t part_max = 127;
  auto const is_name = [](std::string_view part) {
    auto const plain = [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    };
    return !part.empty() && part.size() <= part_max && plain(part.front()) &&
           std::ranges::all_of(part, [&](char c) {
             return plain(c) || std::string_view("!#$&-^_.+").find(c) != std::string_view::npos;
           });
  };
  auto const slash = text.find('/');
  return slash != std::string_view::npos && is_name(text.substr(0, slash)) && is_name(text.substr(slash + 1));
}

Result<void> attach(Act& act) {
  auto const& wanted = act.payload<Attachment>();
  if (!is_media_type(wanted.media_type)) return refuse("media_type_form", "/media_type", wanted.media_type);
  // A file has no files.
  if (wanted.register_name == "attachment" || !act.sees(wanted.register_name, wanted.record))
    return refuse("unknown_record", "/record");
  act.record<Attachment>() = wanted;
  return {};
}

}  // namespace

std::vector<Builtin> const& builtins() {
  static std::vector<Builtin> const table = {
      {"pause_clock", Role::leader | Role::officer, &reflect::type_of<ClockDecision>()},
      {"resume_clock", Role::leader | Role::officer, &reflect::type_of<ClockDecision>()},
      {"extend_clock", Role::leader, &reflect::type_of<ClockDecision>()},
      {"recompute_clock", Role::system | Role::system_administrator, &reflect::type_of<ClockDecision>()},
      {"erase", Role::audit_administrator, &reflect::type_of<ErasureRequest>()},
      {"undo_import", Role::importer | Role::system_administrator, &reflect::type_of<UndoRequest>()},
  };
  return table;
}

Builtin const* find_builtin(std::string_view action) {
  for (auto const& builtin : builtins())
    if (builtin.action == action) return &builtin;
  return nullptr;
}

Module kernel_module() {
  Register regions;
  regions.name = "region";
  regions.type = &reflect::type_of<Region>();
  regions.states = simple_states;
  regions.steps = region_flow.rows;
  regions.actions = {action<Region>("create", take_region), action<Region>("import", take_region),
                     action<Region>("rename", rename_region), action<Closing>("close", nullptr)};
  regions.place = place_region;
  regions.readers = staff | RoleSet{Role::system_administrator, Role::security_administrator};
  regions.importable = true;
  regions.import_key = "code";
  regions.title_field = "name";

  Register accounts;
  accounts.name = "account";
  accounts.type = &reflect::type_of<Account>();
  accounts.states = {"none", "active", "closed", "blocked"};
  accounts.steps = account_flow.rows;
  accounts.actions = {action<Account>("create", create_account), action<Account>("update", update_account),
                      action<Closing>("close", disable_account), action<Closing>("block", disable_account),
                      action<Closing>("unblock", unblock_account)};
  accounts.readers = RoleSet{Role::security_administrator, Role::auditor};
  accounts.title_field = "login";

  Register grants;
  grants.name = "grant";
  grants.type = &reflect::type_of<Grant>();
  grants.states = simple_states;
  grants.steps = grant_flow.rows;
  grants.actions = {action<Grant>("give", give_grant), action<BreakGlass>("break_glass", break_glass),
                    action<Closing>("withdraw", withdraw_grant)};
  grants.place = place_grant;
  grants.readers =
      RoleSet{Role::security_administrator, Role::audit_administrator, Role::auditor, Role::leader};

  Register attachments;
  attachments.name = "attachment";
  attachments.type = &reflect::type_of<Attachment>();
  attachments.states = simple_states;
  attachments.steps = attachment_flow.rows;
  attachments.actions = {action<Attachment>("attach", attach), action<Closing>("detach", nullptr)};
  attachments.placed_with = true;
  attachments.title_field = "file_name";

  Register calendar;
  calendar.name = "calendar_year";
  calendar.type = &reflect::type_of<CalendarYear>();
  calendar.states = simple_states;
  calendar.steps = calendar_flow.rows;
  calendar.actions = {action<CalendarYear>("publish", take_calendar_year),
                      action<CalendarYear>("correct", take_calendar_year), action<Closing>("close", nullptr)};
  calendar.readers = staff | Role::system_administrator;
  calendar.title_field = "notice";

  Module module{
      "kernel",
      {regions, accounts, grants, attachments, calendar, document_register(), document_slot_register()},
      {}};
  for (auto& reg : identity_registers()) module.registers.push_back(std::move(reg));
  return module;
}

}  // namespace plumbline::kernel
