#include <boost/describe.hpp>

#include "base/identifiers.hpp"
#include "base/limits.hpp"
#include "reflect/describe.hpp"
#include "types.hpp"

namespace plumbline::people {

BOOST_DESCRIBE_ENUM(OrganisationKind, bureau, county_bureau, station, institute, laboratory, workstation,
                    other)
BOOST_DESCRIBE_ENUM(Level, province, city, county, station)
BOOST_DESCRIBE_ENUM(RecusalGround, direct_interest, shareholding, relative, former_employment, other_relation)
BOOST_DESCRIBE_STRUCT(Organisation, (), (code, name, kind, level, superior, superior_code, region, address))
BOOST_DESCRIBE_STRUCT(Department, (), (code, name, organisation, organisation_code, region))
BOOST_DESCRIBE_STRUCT(Inspector, (),
                      (name, certificate, certificate_valid_to, fields, organisation, organisation_code,
                       department, department_code, region, draw_cap, account, phone, status_reason))
BOOST_DESCRIBE_STRUCT(Expert, (), (name, number, fields, employer, title, phone, region, valid_to))
BOOST_DESCRIBE_STRUCT(RecusalRelation, (), (key, inspector, firm, ground, reason, region))
BOOST_DESCRIBE_STRUCT(Retire, (), (reason))
BOOST_DESCRIBE_STRUCT(LinkAccount, (), (account))
BOOST_DESCRIBE_STRUCT(DeclareRelation, (), (inspector, firm, ground, reason))

namespace {
reflect::Format const certificate_format{"enforcement_certificate", enforcement_certificate_pattern,
                                         is_valid_enforcement_certificate_number};
constexpr std::int64_t fields_max = 100;
constexpr std::int64_t draw_cap_max = 1'000;
}  // namespace

}  // namespace plumbline::people

namespace plumbline::reflect {

using namespace people;

template <>
Type const& type_of<Organisation>() {
  static Type const type = describe<Organisation>(
      "organisation",
      note(&Organisation::code, Flag::required | Flag::unique | Flag::published, format(formats::ident)),
      note(&Organisation::name, Flag::required | Flag::searched | Flag::published, most(limits::name_text)),
      note(&Organisation::kind, Flag::lifted | Flag::published),
      note(&Organisation::level, Flag::lifted | Flag::published),
      note(&Organisation::superior, Flag::lifted, refers("organisation")),
      note(&Organisation::superior_code, most(limits::identifier_bytes)),
      note(&Organisation::region, Flag::required | Flag::lifted | Flag::published, most(limits::short_text)),
      note(&Organisation::address, Flag::published, most(limits::address_text)));
  return type;
}

template <>
Type const& type_of<Department>() {
  static Type const type = describe<Department>(
      "department",
      note(&Department::code, Flag::required | Flag::unique | Flag::published, format(formats::ident)),
      note(&Department::name, Flag::required | Flag::searched | Flag::published, most(limits::name_text)),
      note(&Department::organisation, Flag::lifted, refers("organisation")),
      note(&Department::organisation_code, most(limits::identifier_bytes)),
      note(&Department::region, Flag::lifted | Flag::system));
  return type;
}

template <>
Type const& type_of<Inspector>() {
  static Type const type = describe<Inspector>(
      "inspector",
      note(&Inspector::name, Flag::required | Flag::personal | Flag::searched, format(formats::person_name)),
      note(&Inspector::certificate, Flag::required | Flag::unique | Flag::published,
           format(certificate_format)),
      note(&Inspector::certificate_valid_to, Flag::required | Flag::lifted),
      note(&Inspector::fields, format(formats::ident), most(fields_max)),
      note(&Inspector::organisation, Flag::lifted, refers("organisation")),
      note(&Inspector::organisation_code, Flag::published, most(limits::identifier_bytes)),
      note(&Inspector::department, Flag::lifted, refers("department")),
      note(&Inspector::department_code, most(limits::identifier_bytes)),
      note(&Inspector::region, Flag::lifted | Flag::system),
      note(&Inspector::draw_cap, between(1, draw_cap_max)),
      note(&Inspector::account, Flag::unique | Flag::system, refers("account")),
      note(&Inspector::phone, Flag::personal, format(formats::phone)),
      note(&Inspector::status_reason, Flag::system, most(limits::long_text)));
  return type;
}

template <>
Type const& type_of<Expert>() {
  static Type const type = describe<Expert>(
      "expert",
      note(&Expert::name, Flag::required | Flag::personal | Flag::searched, format(formats::person_name)),
      note(&Expert::number, Flag::required | Flag::unique, format(formats::ident)),
      note(&Expert::fields, format(formats::ident), most(fields_max)),
      note(&Expert::employer, most(limits::name_text)), note(&Expert::title, most(limits::short_text)),
      note(&Expert::phone, Flag::personal, format(formats::phone)),
      note(&Expert::region, Flag::required | Flag::lifted, most(limits::short_text)),
      note(&Expert::valid_to, Flag::lifted));
  return type;
}

template <>
Type const& type_of<RecusalRelation>() {
  static Type const type = describe<RecusalRelation>(
      "recusal_relation", note(&RecusalRelation::key, Flag::unique | Flag::system),
      note(&RecusalRelation::inspector, Flag::required | Flag::lifted, refers("inspector")),
      note(&RecusalRelation::firm, Flag::required | Flag::lifted, refers("firm")),
      note(&RecusalRelation::ground, Flag::lifted),
      note(&RecusalRelation::reason, Flag::personal, most(limits::long_text)),
      note(&RecusalRelation::region, Flag::lifted | Flag::system));
  return type;
}

template <>
Type const& type_of<Retire>() {
  static Type const type =
      describe<Retire>("retire_person", note(&Retire::reason, Flag::required, most(limits::long_text)));
  return type;
}

template <>
Type const& type_of<LinkAccount>() {
  static Type const type =
      describe<LinkAccount>("link_account", note(&LinkAccount::account, refers("account")));
  return type;
}

template <>
Type const& type_of<DeclareRelation>() {
  static Type const type = describe<DeclareRelation>(
      "declare_relation", note(&DeclareRelation::inspector, Flag::required, refers("inspector")),
      note(&DeclareRelation::firm, Flag::required, refers("firm")),
      note(&DeclareRelation::ground, Flag::required),
      note(&DeclareRelation::reason, Flag::required | Flag::personal, most(limits::long_text)));
  return type;
}

}  // namespace plumbline::reflect
