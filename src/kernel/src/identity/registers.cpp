#include <algorithm>

#include "base/hash.hpp"
#include "base/limits.hpp"
#include "kernel/grants.hpp"
#include "kernel/identity.hpp"
#include "kernel/regions.hpp"
#include "kernel/registers.hpp"

namespace plumbline::kernel {
namespace {

// ---- measures -------------------------------------------------------------------------------------------

enum class MeasureState : std::uint8_t { none, taken };
constexpr auto measure_flow = workflow<MeasureState>({
    {MeasureState::none, "take", MeasureState::taken, Role::security_administrator | Role::system},
});
static_assert(measure_flow.sound());

Result<void> tell_measure(Act& act) {
  auto const& wanted = act.payload<AccessMeasure>();
  if (act.load<Account>("account", wanted.account) == nullptr) return refuse("unknown_account", "/account");
  if (wanted.account == act.account()) return refuse("not_for_oneself", "/account");
  act.record<AccessMeasure>() = wanted;
  return {};
}

// ---- accounts that the product makes for others -----------------------------------------------------------

void make_account(Act& act, Uuid id, std::string const& login, std::string const& name, Role role, Uuid party,
                  std::string reason) {
  auto& account = act.create<Account>("account", "create", id);
  account.login = login;
  account.name = name;
  account.log_id = "u-" + hex_encode(random_bytes(16));
  auto& grant = act.create<Grant>("grant", "give", act.new_id());
  grant.account = id;
  grant.role = role;
  grant.party = party;
  grant.valid_from = act.today();
  grant.reason = std::move(reason);
}

// ---- invitations ------------------------------------------------------------------------------------------

enum class InvitationState : std::uint8_t { none, open, accepted, revoked };
constexpr RoleSet inviters{Role::officer, Role::leader};
constexpr auto invitation_flow = workflow<InvitationState>({
    {InvitationState::none, "invite", InvitationState::open, inviters},
    {InvitationState::open, "accept", InvitationState::accepted, Role::system},
    {InvitationState::open, "revoke", InvitationState::revoked, inviters},
});
static_assert(invitation_flow.sound());

bool is_active_firm(Act& act, Uuid firm) {
  auto const* placed = act.envelope_of("firm", firm);
  return placed != nullptr && placed->state == "active";
}

Result<void> invite(Act& act) {
  auto const& wanted = act.payload<Invite>();
  if (!is_active_firm(act, wanted.firm) || !act.sees("firm", wanted.firm))
    return refuse("unknown_firm", "/firm");
  auto& invitation = act.record<Invitation>();
  invitation.firm = wanted.firm;
  invitation.firm_name = wanted.firm_name;
  invitation.for_whom = wanted.for_whom;
  invitation.contact = wanted.contact;
  if (!act.account().is_nil()) invitation.inviter = act.account();
  invitation.expires_at = act.now() + std::chrono::days(limits::invitation_days);
  invitation.regions = act.envelope_of("firm", wanted.firm)->scopes;
  return {};
}

// Whoever was moved or left meanwhile lets nobody in any more.
bool may_still_invite(Act& act, Invitation const& invitation) {
  if (!invitation.inviter) return true;
  auto const* inviter = act.load<Account>("account", *invitation.inviter);
  if (inviter == nullptr || inviter->status != AccountStatus::active) return false;
  return make_viewer(std::string(act.jurisdiction()), *invitation.inviter, act.grants_of(*invitation.inviter),
                     act.regions(), act.now())
      .may(inviters, act.envelope());
}

Result<void> accept_invitation(Act& act) {
  auto& invitation = act.record<Invitation>();
  if (*invitation.expires_at <= act.now() || !is_active_firm(act, invitation.firm) ||
      !may_still_invite(act, invitation))
    return refuse("invitation_unknown");
  auto const& wanted = act.payload<AcceptInvitation>();
  make_account(act, wanted.account, wanted.login, wanted.name, Role::firm, invitation.firm,
               "invitation " + to_string(act.id()));
  act.record<Invitation>().account = wanted.account;
  return {};
}

Result<void> revoke_invitation(Act& act) {
  act.record<Invitation>().revoked_because = act.payload<Closing>().reason;
  return {};
}

Placement place_invitation(Uuid, void const* record) {
  auto const& invitation = *static_cast<Invitation const*>(record);
  return {invitation.regions, {{invitation.firm, "subject"}}};
}

// ---- citizens ---------------------------------------------------------------------------------------------

enum class SignUpState : std::uint8_t { none, open, closed };
constexpr auto sign_up_flow = workflow<SignUpState>({
    {SignUpState::none, "open", SignUpState::open, Role::system_administrator},
    {SignUpState::open, "change", SignUpState::open, Role::system_administrator},
    {SignUpState::open, "close", SignUpState::closed, Role::system_administrator},
    {SignUpState::closed, "reopen", SignUpState::open, Role::system_administrator},
});
static_assert(sign_up_flow.sound());

constexpr std::string_view citizen_key = "citizen";

Result<void> take_terms(Act& act) {
  auto const& wanted = act.payload<SignUpTerms>();
  auto& sign_up = act.record<SignUp>();
  // Whoever agreed to a version agreed to these words.
  if (wanted.edition == sign_up.edition && wanted.terms != sign_up.terms)
    return refuse("terms_need_a_version", "/edition");
  sign_up.key = citizen_key;
  sign_up.edition = wanted.edition;
  sign_up.terms = wanted.terms;
  sign_up.per_day = wanted.per_day;
  sign_up.closed_because.clear();
  return {};
}
Result<void> close_sign_up(Act& act) {
  act.record<SignUp>().closed_because = act.payload<Closing>().reason;
  return {};
}

enum class CitizenState : std::uint8_t { none, active };
constexpr auto citizen_flow = workflow<CitizenState>({
    {CitizenState::none, "sign_up", CitizenState::active, Role::system},
});
static_assert(citizen_flow.sound());

// Something to send a letter to; whether it arrives only a letter tells.
bool is_mail(std::string_view text) {
  auto const at = text.find('@');
  auto const dot = text.rfind('.');
  return at != 0 && at != text.npos && text.find('@', at + 1) == text.npos && dot != text.npos &&
         dot > at + 1 && dot + 1 < text.size() &&
         std::ranges::none_of(text, [](char c) { return static_cast<unsigned char>(c) <= ' '; });
}

Result<void> sign_up_citizen(Act& act) {
  auto const& wanted = act.payload<CitizenSignUp>();
  auto const id = act.find("sign_up", "key", citizen_key);
  if (!id || act.envelope_of("sign_up", *id)->state != "open") return refuse("sign_up_closed");
  auto const& sign_up = *act.load<SignUp>("sign_up", *id);
  if (wanted.terms != sign_up.edition) return refuse("terms_outdated", "/terms", sign_up.edition);
  if (wanted.mail.empty() && wanted.phone.empty()) return refuse("contact_required", "/mail");
  if (!wanted.mail.empty() && !is_mail(wanted.mail)) return refuse("mail_form", "/mail");
  std::string const series = "citizen/" + std::string(act.jurisdiction()) + "/" + to_string(act.today());
  if (act.next_number(series) > sign_up.per_day) return refuse("sign_ups_of_today_taken");
  auto& citizen = act.record<Citizen>();
  citizen.account = wanted.account;
  citizen.name = wanted.name;
  citizen.mail = wanted.mail;
  citizen.phone = wanted.phone;
  citizen.terms = wanted.terms;
  make_account(act, wanted.account, wanted.login, wanted.name, Role::citizen, wanted.account, "sign_up");
  return {};
}

Placement place_citizen(Uuid, void const* record) {
  return {{}, {{static_cast<Citizen const*>(record)->account, "self"}}};
}

}  // namespace

std::vector<Register> identity_registers() {
  Register measures;
  measures.name = "access_measure";
  measures.type = &reflect::type_of<AccessMeasure>();
  measures.states = {"none", "taken"};
  measures.steps = measure_flow.rows;
  measures.actions = {action<AccessMeasure>("take", tell_measure)};
  measures.readers = {Role::security_administrator, Role::audit_administrator, Role::auditor};
  measures.party_readers = {};

  Register invitations;
  invitations.name = "invitation";
  invitations.type = &reflect::type_of<Invitation>();
  invitations.states = {"none", "open", "accepted", "revoked"};
  invitations.steps = invitation_flow.rows;
  invitations.actions = {action<Invite>("invite", invite),
                         action<AcceptInvitation>("accept", accept_invitation),
                         action<Closing>("revoke", revoke_invitation)};
  invitations.place = place_invitation;
  invitations.title_field = "firm_name";

  Register sign_ups;
  sign_ups.name = "sign_up";
  sign_ups.type = &reflect::type_of<SignUp>();
  sign_ups.states = {"none", "open", "closed"};
  sign_ups.steps = sign_up_flow.rows;
  sign_ups.actions = {action<SignUpTerms>("open", take_terms), action<SignUpTerms>("change", take_terms),
                      action<Closing>("close", close_sign_up), action<SignUpTerms>("reopen", take_terms)};
  sign_ups.readers = staff | RoleSet{Role::system_administrator, Role::security_administrator};
  sign_ups.party_readers = {};

  Register citizens;
  citizens.name = "citizen";
  citizens.type = &reflect::type_of<Citizen>();
  citizens.states = {"none", "active"};
  citizens.steps = citizen_flow.rows;
  citizens.actions = {action<CitizenSignUp>("sign_up", sign_up_citizen)};
  citizens.place = place_citizen;
  citizens.readers = {Role::security_administrator, Role::auditor};
  citizens.party_readers = Role::citizen;

  return {measures, invitations, sign_ups, citizens};
}

}  // namespace plumbline::kernel
