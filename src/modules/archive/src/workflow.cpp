// The acts on firms and sites.
#include <algorithm>

#include "archive/api.hpp"
#include "base/identifiers.hpp"
#include "indicators.hpp"
#include "kernel/regions.hpp"
#include "types.hpp"

namespace plumbline::archive {

using kernel::Act;
using kernel::import_lane;
using kernel::NotBy;
using kernel::refuse;
using kernel::Role;

namespace {

// clang-format off
using F = FirmState;
constexpr auto firm_flow = kernel::workflow<FirmState>({
    // from      action           to         by
    {F::none,   "create",        F::active, Role::officer},
    {F::none,   "import",        F::active, import_lane},
    {F::active, "import",        F::active, import_lane},
    {F::merged, "import",        F::merged, import_lane},
    {F::active, "update",        F::active, Role::officer},
    {F::active, "set_status",    F::active, Role::officer},
    // Credit-risk class, 国市监信规〔2022〕6号; a person confirms what a score proposes: PIPL article 24
    {F::active, "propose_class", F::active, {Role::officer, Role::credit_officer}},
    {F::active, "confirm_class", F::active, {Role::leader, Role::credit_officer}, {}, NotBy("propose_class")},
    {F::active, "reject_class",  F::active, {Role::leader, Role::credit_officer}},
    // Duplicates: the record stays, points at the firm it is, and can be taken out again
    {F::active, "merge",         F::merged, Role::officer},
    {F::merged, "unmerge",       F::active, Role::officer},
    {F::active, "absorb",        F::active, Role::system},
    {F::active, "release",       F::active, Role::system},
    {F::active, "place_site",    F::active, Role::system},
});
static_assert(firm_flow.sound());

using S = SiteState;
constexpr auto site_flow = kernel::workflow<SiteState>({
    {S::none,   "create", S::open,   Role::officer},
    {S::open,   "update", S::open,   Role::officer},
    {S::open,   "close",  S::closed, Role::officer},
    {S::closed, "reopen", S::open,   Role::officer},
});
static_assert(site_flow.sound());
// clang-format on

template <class T>
bool contains(std::vector<T> const& list, T const& value) {
  return std::find(list.begin(), list.end(), value) != list.end();
}

// Appends what is not there yet and answers what was appended.
template <class T>
std::vector<T> append_new(std::vector<T>& list, std::vector<T> const& more) {
  std::vector<T> added;
  for (T const& value : more)
    if (!contains(list, value)) {
      list.push_back(value);
      added.push_back(value);
    }
  return added;
}

template <class T>
void take_away(std::vector<T>& list, std::vector<T> const& gone) {
  std::erase_if(list, [&](T const& value) { return contains(gone, value); });
}

void check_region(Act const& act, std::string const& region) {
  if (act.regions().find(region) == nullptr) throw kernel::Refused("unknown_region", "/region", region);
}

std::string text_of(Identifier const& identifier) { return identifier.scheme + ":" + identifier.value; }

// A firm without a USCC is known by its first identifier, and goes on being known by it while it has it.
std::string key_of(Firm const& firm) {
  if (firm.uscc) return *firm.uscc;
  for (auto const& identifier : firm.identifiers)
    if (text_of(identifier) == firm.key) return firm.key;
  return firm.identifiers.empty() ? "" : text_of(firm.identifiers.front());
}

// The import lane may know a firm by "scheme:value", alone or beside its USCC.
void take_key(Firm& firm, std::string const& key) {
  if (key.empty()) return;
  if (is_valid_uscc(key)) {
    if (!firm.uscc) firm.uscc = key;
    return;
  }
  auto const colon = key.find(':');
  if (colon == std::string::npos || colon == 0 || colon + 1 == key.size())
    throw kernel::Refused("identifier_form", "/key", "USCC or scheme:value");
  append_new(firm.identifiers, {Identifier{key.substr(0, colon), key.substr(colon + 1)}});
}

void set_key(Firm& firm) {
  firm.key = key_of(firm);
  if (firm.key.empty()) throw kernel::Refused("identifier_missing", "/uscc");
}

void take_data(Firm& firm, FirmData const& data) {
  if (!firm.name.empty() && firm.name != data.name) append_new(firm.former_names, {firm.name});
  if (firm.uscc && firm.uscc != data.uscc) append_new(firm.former_usccs, {*firm.uscc});
  firm.name = data.name;
  firm.uscc = data.uscc;
  firm.identifiers = data.identifiers;
  append_new(firm.former_names, data.former_names);
  std::erase(firm.former_names, firm.name);
  firm.region = data.region;
  firm.address = data.address;
  firm.industry = data.industry;
  firm.tags = data.tags;
  firm.park = data.park;
  firm.legal_representative = data.legal_representative;
  firm.contacts = data.contacts;
}

FirmData data_of(Firm const& firm) {
  return {.name = firm.name,
          .uscc = firm.uscc,
          .identifiers = firm.identifiers,
          .former_names = firm.former_names,
          .region = firm.region,
          .address = firm.address,
          .industry = firm.industry,
          .tags = firm.tags,
          .park = firm.park,
          .legal_representative = firm.legal_representative,
          .contacts = firm.contacts};
}

void set_class(Firm& firm, ClassChange change) {
  firm.risk_class = change.risk_class;
  firm.risk_class_from = change.effective_from;
  firm.risk_class_reason = change.reason;
  firm.class_history.push_back(std::move(change));
}

Result<void> write_firm(Act& act) {
  auto& firm = act.record<Firm>();
  auto const& data = act.payload<FirmData>();
  check_region(act, data.region);
  take_data(firm, data);
  set_key(firm);
  return {};
}

// A row of another register: what it says of status and class is taken as imported, with the date it gives.
Result<void> import_firm(Act& act) {
  auto& firm = act.record<Firm>();
  auto const& row = act.payload<Firm>();
  check_region(act, row.region);
  take_data(firm, data_of(row));
  take_key(firm, row.key);
  set_key(firm);
  if (firm.status != row.status || row.status_since) {
    firm.status = row.status;
    firm.status_since = row.status_since ? row.status_since : act.today();
    firm.status_reason = row.status_reason;
  }
  bool const dated_anew = row.risk_class_from && row.risk_class_from != firm.risk_class_from;
  if (row.risk_class == RiskClass::unclassified) {
    if (dated_anew) return refuse("class_missing", "/risk_class");
    return {};
  }
  if (row.risk_class != firm.risk_class || dated_anew)
    set_class(firm, {.risk_class = row.risk_class,
                     .reason = row.risk_class_reason,
                     .effective_from = row.risk_class_from.value_or(act.today()),
                     .decided_on = act.today(),
                     .source = ClassSource::imported});
  return {};
}

Result<void> set_status(Act& act) {
  auto& firm = act.record<Firm>();
  auto const& change = act.payload<SetStatus>();
  if (change.since > act.today()) return refuse("date_in_future", "/since");
  firm.status = change.status;
  firm.status_since = change.since;
  firm.status_reason = change.reason;
  return {};
}

Result<void> propose_class(Act& act) {
  auto& firm = act.record<Firm>();
  auto const& proposal = act.payload<ProposeClass>();
  if (proposal.risk_class == RiskClass::unclassified) return refuse("class_missing", "/risk_class");
  firm.proposed_class = ClassProposal{.risk_class = proposal.risk_class,
                                      .reason = proposal.reason,
                                      .effective_from = proposal.effective_from,
                                      .proposed_on = act.today()};
  return {};
}

Result<void> confirm_class(Act& act) {
  auto& firm = act.record<Firm>();
  if (!firm.proposed_class) return refuse("no_class_proposed");
  set_class(firm, {.risk_class = firm.proposed_class->risk_class,
                   .reason = firm.proposed_class->reason,
                   .effective_from = firm.proposed_class->effective_from,
                   .decided_on = act.today(),
                   .source = ClassSource::confirmed});
  firm.proposed_class.reset();
  return {};
}

Result<void> reject_class(Act& act) {
  auto& firm = act.record<Firm>();
  if (!firm.proposed_class) return refuse("no_class_proposed");
  firm.proposed_class.reset();
  return {};
}

std::vector<Identifier> identifiers_to_move(Firm const& firm) {
  std::vector<Identifier> moved = firm.identifiers;
  if (firm.uscc) moved.push_back({"uscc", *firm.uscc});
  return moved;
}

Result<void> merge(Act& act) {
  auto& source = act.record<Firm>();
  Uuid const into = act.payload<Merge>().into;
  if (into == act.id()) return refuse("merge_with_itself", "/into");
  auto const* envelope = act.envelope_of("firm", into);
  if (envelope == nullptr) return refuse("unknown_firm", "/into");
  if (envelope->state != "active") return refuse("firm_merged", "/into");

  std::vector<std::string> names = source.former_names;
  names.insert(names.begin(), source.name);
  auto& target = act.step<Firm>("firm", into, "absorb");
  std::erase(names, target.name);
  Absorbed absorbed;
  absorbed.firm = act.id();
  absorbed.identifiers = append_new(target.identifiers, identifiers_to_move(source));
  absorbed.former_names = append_new(target.former_names, names);
  absorbed.former_usccs = append_new(target.former_usccs, source.former_usccs);
  target.absorbed.push_back(std::move(absorbed));
  source.merged_into = into;
  return {};
}

// Takes away from the target exactly what the merge had added, whatever was entered since.
Result<void> unmerge(Act& act) {
  auto& source = act.record<Firm>();
  Uuid const into = *source.merged_into;
  auto const* envelope = act.envelope_of("firm", into);
  if (envelope == nullptr || envelope->state != "active") return refuse("target_merged");
  auto& target = act.step<Firm>("firm", into, "release");
  auto const absorbed = std::find_if(target.absorbed.begin(), target.absorbed.end(),
                                     [&](Absorbed const& entry) { return entry.firm == act.id(); });
  if (absorbed != target.absorbed.end()) {
    take_away(target.identifiers, absorbed->identifiers);
    take_away(target.former_names, absorbed->former_names);
    take_away(target.former_usccs, absorbed->former_usccs);
    target.absorbed.erase(absorbed);
  }
  source.merged_into.reset();
  return {};
}

enum class SiteIs : std::uint8_t { open, closed };

void place_site(Act& act, Uuid firm_id, Uuid site, std::string const& region, SiteIs is) {
  auto const* envelope = act.envelope_of("firm", firm_id);
  if (envelope == nullptr || envelope->state != "active") throw kernel::Refused("unknown_firm", "/firm");
  auto& firm = act.step<Firm>("firm", firm_id, "place_site");
  std::erase_if(firm.site_places, [&](SitePlace const& place) { return place.site == site; });
  if (is == SiteIs::open) firm.site_places.push_back({site, region});
}

void take_change(Site& site, SiteChange const& change) {
  site.name = change.name;
  site.address = change.address;
  site.region = change.region;
  site.latitude_microdegrees = change.latitude_microdegrees;
  site.longitude_microdegrees = change.longitude_microdegrees;
  site.tags = change.tags;
}

Result<void> create_site(Act& act) {
  auto& site = act.record<Site>();
  auto const& data = act.payload<SiteData>();
  check_region(act, data.region);
  auto const& firm = require_firm(act, data.firm, "/firm");
  site.firm = data.firm;
  site.number = act.next_number("site/" + to_string(data.firm));
  site.key = firm.key + "/" + std::to_string(site.number);
  take_change(site, {data.name, data.address, data.region, data.latitude_microdegrees,
                     data.longitude_microdegrees, data.tags});
  place_site(act, data.firm, act.id(), data.region, SiteIs::open);
  return {};
}

Result<void> update_site(Act& act) {
  auto& site = act.record<Site>();
  auto const& change = act.payload<SiteChange>();
  check_region(act, change.region);
  if (site.region != change.region) place_site(act, site.firm, act.id(), change.region, SiteIs::open);
  take_change(site, change);
  return {};
}

Result<void> close_site(Act& act) {
  auto const& site = act.record<Site>();
  place_site(act, site.firm, act.id(), site.region, SiteIs::closed);
  return {};
}

Result<void> reopen_site(Act& act) {
  auto const& site = act.record<Site>();
  place_site(act, site.firm, act.id(), site.region, SiteIs::open);
  return {};
}

// A firm belongs to its own region and to those of its sites.
kernel::Placement place_firm(Uuid id, void const* record) {
  auto const& firm = *static_cast<Firm const*>(record);
  kernel::Placement placement{.scopes = {firm.region}, .parties = {{id, "subject"}}};
  for (auto const& place : firm.site_places)
    if (!contains(placement.scopes, place.region)) placement.scopes.push_back(place.region);
  return placement;
}

kernel::Placement place_site_record(Uuid, void const* record) {
  auto const& site = *static_cast<Site const*>(record);
  return {.scopes = {site.region}, .parties = {{site.firm, "subject"}}};
}

}  // namespace

bool out_of_business(RegistrationStatus status) {
  return status == RegistrationStatus::deregistered || status == RegistrationStatus::revoked ||
         status == RegistrationStatus::moved;
}

RiskClass class_on(Firm const& firm, Date day) {
  RiskClass current = RiskClass::unclassified;
  for (auto const& change : firm.class_history)
    if (change.effective_from <= day) current = change.risk_class;
  return current;
}

Uuid living_firm(Act& act, Uuid firm) {
  for (auto const* record = act.load<Firm>("firm", firm); record != nullptr && record->merged_into;
       record = act.load<Firm>("firm", firm))
    firm = *record->merged_into;
  return firm;
}

std::optional<Uuid> find_firm(Act& act, std::string_view key) {
  auto const found = act.find("firm", "key", key);
  if (!found) return std::nullopt;
  return living_firm(act, *found);
}

Firm const& require_firm(Act& act, Uuid firm, std::string_view path) {
  auto const* record = act.load<Firm>("firm", firm);
  if (record == nullptr) throw kernel::Refused("unknown_firm", std::string(path));
  return *record;
}

kernel::Module module() {
  using kernel::action;
  kernel::Register firm{
      .name = "firm",
      .type = &reflect::type_of<Firm>(),
      .states = {"none", "active", "merged"},
      .steps = firm_flow.rows,
      .actions = {action<FirmData>("create", write_firm), action<Firm>("import", import_firm),
                  action<FirmData>("update", write_firm), action<SetStatus>("set_status", set_status),
                  action<ProposeClass>("propose_class", propose_class),
                  action("confirm_class", confirm_class), action<RejectClass>("reject_class", reject_class),
                  action<Merge>("merge", merge), action<Unmerge>("unmerge", unmerge), action("absorb"),
                  action("release"), action("place_site")},
      .place = place_firm,
      .importable = true,
      .import_key = "key",
      .title_field = "name",
  };
  kernel::Register site{
      .name = "site",
      .type = &reflect::type_of<Site>(),
      .states = {"none", "open", "closed"},
      .steps = site_flow.rows,
      .actions = {action<SiteData>("create", create_site), action<SiteChange>("update", update_site),
                  action<CloseSite>("close", close_site), action("reopen", reopen_site)},
      .place = place_site_record,
      .title_field = "name",
  };
  return {.name = "archive", .registers = {std::move(firm), std::move(site)}, .indicators = indicators()};
}

}  // namespace plumbline::archive
