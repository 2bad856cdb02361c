// How people come to an account, and what is done to the ways in of others: measures of the security
// administrator, invitations of firms, citizens who sign themselves up. The secrets themselves (passwords,
// codes, tokens) are unlogged and elsewhere.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "base/uuid.hpp"
#include "kernel/register.hpp"

namespace plumbline::kernel {

class System;

// Register "access_measure": none → taken. Taken for somebody else only, and never silently.
enum class AccessKind : std::uint8_t {
  one_time_password,      // set in the place of theirs
  second_factor_removed,  // lost phone, lost codes
  sessions_ended,
  tokens_revoked,
  identity_linked,  // an account at an OpenID provider
  identity_unlinked
};
struct AccessMeasure {
  Uuid account;
  AccessKind kind = AccessKind::sessions_ended;
  std::string reason;
};
// The act alone, by `by` (nil: the product itself). It comes before what it tells of, so that nothing is done
// that nobody reads of; cut off in between, the measure is taken again. Refused as every act is,
// "unknown_account", "not_for_oneself".
Result<void> take_measure(System& system, Uuid by, AccessMeasure const& measure);

// Register "invitation": none → open → accepted or revoked. What comes of one is an account that acts for the
// firm and for nobody else.
struct Invitation {
  Uuid firm;
  std::string firm_name;  // as it was called then
  std::string for_whom;   // personal
  std::string contact;    // personal: where the code goes
  std::optional<Uuid> inviter;
  std::optional<Instant> expires_at;
  std::optional<Uuid> account;  // whose it became
  std::string revoked_because;
  std::vector<std::string> regions;  // of the firm
};
struct Invite {
  Uuid firm;
  std::string firm_name;
  std::string for_whom;
  std::string contact;
};
// Payload of accept, which only the product takes: the code was shown to it.
struct AcceptInvitation {
  Uuid account;  // the id that the new account gets; its password is there already
  std::string login;
  std::string name;
};

// Register "sign_up": none → open ⇄ closed. One record: whether citizens may sign themselves up, and to what
// they agree by that. Without one they may not.
struct SignUp {
  std::string key;      // "citizen"
  std::string edition;  // of the terms
  std::string terms;
  std::int64_t per_day = 0;  // new accounts in the whole city
  std::string closed_because;
};
struct SignUpTerms {
  std::string edition;
  std::string terms;
  std::int64_t per_day = 0;
};

// Register "citizen": none → active. The account acts for itself: it sees what it is a party of.
struct Citizen {
  Uuid account;
  std::string name;  // personal, like mail and phone
  std::string mail;  // one of the two at least
  std::string phone;
  std::string terms;  // the version agreed to
};
struct CitizenSignUp {
  Uuid account;
  std::string login;
  std::string name;
  std::string mail;
  std::string phone;
  std::string terms;
};

std::vector<Register> identity_registers();

}  // namespace plumbline::kernel

namespace plumbline::reflect {
template <>
Type const& type_of<kernel::AccessKind>();
template <>
Type const& type_of<kernel::AccessMeasure>();
template <>
Type const& type_of<kernel::Invitation>();
template <>
Type const& type_of<kernel::Invite>();
template <>
Type const& type_of<kernel::AcceptInvitation>();
template <>
Type const& type_of<kernel::SignUp>();
template <>
Type const& type_of<kernel::SignUpTerms>();
template <>
Type const& type_of<kernel::Citizen>();
template <>
Type const& type_of<kernel::CitizenSignUp>();
}  // namespace plumbline::reflect
