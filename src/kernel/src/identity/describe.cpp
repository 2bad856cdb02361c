// Descriptors of the structs of kernel/identity.hpp.
#include <boost/describe.hpp>

#include "base/limits.hpp"
#include "kernel/identity.hpp"
#include "reflect/describe.hpp"
#include "reflect/formats.hpp"

namespace plumbline::kernel {
BOOST_DESCRIBE_ENUM(AccessKind, one_time_password, second_factor_removed, sessions_ended, tokens_revoked,
                    identity_linked, identity_unlinked)
BOOST_DESCRIBE_STRUCT(AccessMeasure, (), (account, kind, reason))
BOOST_DESCRIBE_STRUCT(Invitation, (),
                      (firm, firm_name, for_whom, contact, inviter, expires_at, account, revoked_because,
                       regions))
BOOST_DESCRIBE_STRUCT(Invite, (), (firm, firm_name, for_whom, contact))
BOOST_DESCRIBE_STRUCT(AcceptInvitation, (), (account, login, name))
BOOST_DESCRIBE_STRUCT(SignUp, (), (key, edition, terms, per_day, closed_because))
BOOST_DESCRIBE_STRUCT(SignUpTerms, (), (edition, terms, per_day))
BOOST_DESCRIBE_STRUCT(Citizen, (), (account, name, mail, phone, terms))
BOOST_DESCRIBE_STRUCT(CitizenSignUp, (), (account, login, name, mail, phone, terms))
}  // namespace plumbline::kernel

namespace plumbline::reflect {
using namespace kernel;

template <>
Type const& type_of<AccessKind>() {
  static Type const type = describe_enum<AccessKind>("access_kind");
  return type;
}
template <>
Type const& type_of<AccessMeasure>() {
  static Type const type = describe<AccessMeasure>(
      "access_measure", note(&AccessMeasure::account, Flag::lifted, refers("account")),
      note(&AccessMeasure::kind, Flag::lifted), note(&AccessMeasure::reason, Flag::required, most(500)));
  return type;
}
template <>
Type const& type_of<Invitation>() {
  static Type const type =
      describe<Invitation>("invitation", note(&Invitation::firm, Flag::lifted),
                           note(&Invitation::firm_name, Flag::searched, most(limits::name_text)),
                           note(&Invitation::for_whom, Flag::personal, most(limits::short_text)),
                           note(&Invitation::contact, Flag::personal, most(limits::short_text)),
                           note(&Invitation::inviter, Flag::lifted | Flag::system, refers("account")),
                           note(&Invitation::expires_at, Flag::lifted | Flag::system),
                           note(&Invitation::account, Flag::lifted | Flag::system, refers("account")),
                           note(&Invitation::revoked_because, Flag::system, most(500)));
  return type;
}
template <>
Type const& type_of<Invite>() {
  static Type const type =
      describe<Invite>("invite", note(&Invite::firm_name, Flag::required, most(limits::name_text)),
                       note(&Invite::for_whom, Flag::personal, most(limits::short_text)),
                       note(&Invite::contact, Flag::personal, most(limits::short_text)));
  return type;
}
template <>
Type const& type_of<AcceptInvitation>() {
  static Type const type = describe<AcceptInvitation>(
      "accept_invitation", note(&AcceptInvitation::login, Flag::required, most(limits::login_text)),
      note(&AcceptInvitation::name, Flag::required | Flag::personal, most(limits::short_text)));
  return type;
}
template <>
Type const& type_of<SignUp>() {
  static Type const type =
      describe<SignUp>("sign_up", note(&SignUp::key, Flag::required | Flag::unique | Flag::system, most(32)),
                       note(&SignUp::edition, Flag::required, most(32)),
                       note(&SignUp::terms, Flag::required, most(limits::note_text)),
                       note(&SignUp::per_day, Flag::required, between(1, limits::sign_ups_per_day_max)),
                       note(&SignUp::closed_because, Flag::system, most(500)));
  return type;
}
template <>
Type const& type_of<SignUpTerms>() {
  static Type const type = describe<SignUpTerms>(
      "sign_up_terms", note(&SignUpTerms::edition, Flag::required, most(32)),
      note(&SignUpTerms::terms, Flag::required, most(limits::note_text)),
      note(&SignUpTerms::per_day, Flag::required, between(1, limits::sign_ups_per_day_max)));
  return type;
}
template <>
Type const& type_of<Citizen>() {
  static Type const type =
      describe<Citizen>("citizen", note(&Citizen::account, Flag::unique, refers("account")),
                        note(&Citizen::name, Flag::required | Flag::personal, most(limits::short_text)),
                        note(&Citizen::mail, Flag::personal, most(limits::short_text)),
                        note(&Citizen::phone, Flag::personal, format(formats::phone)),
                        note(&Citizen::terms, Flag::required | Flag::lifted, most(32)));
  return type;
}
template <>
Type const& type_of<CitizenSignUp>() {
  static Type const type = describe<CitizenSignUp>(
      "citizen_sign_up", note(&CitizenSignUp::login, Flag::required, most(limits::login_text)),
      note(&CitizenSignUp::name, Flag::required | Flag::personal, most(limits::short_text)),
      note(&CitizenSignUp::mail, Flag::personal, most(limits::short_text)),
      note(&CitizenSignUp::phone, Flag::personal, format(formats::phone)),
      note(&CitizenSignUp::terms, Flag::required, most(32)));
  return type;
}

}  // namespace plumbline::reflect
