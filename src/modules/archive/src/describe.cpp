#include <boost/describe.hpp>

#include "base/identifiers.hpp"
#include "base/limits.hpp"
#include "reflect/describe.hpp"
#include "types.hpp"

namespace plumbline::archive {

BOOST_DESCRIBE_ENUM(RegistrationStatus, normal, abnormal, deregistered, revoked, moved)
BOOST_DESCRIBE_ENUM(RiskClass, unclassified, A, B, C, D)
BOOST_DESCRIBE_ENUM(ClassSource, none, confirmed, imported)
BOOST_DESCRIBE_STRUCT(Identifier, (), (scheme, value))
BOOST_DESCRIBE_STRUCT(Contact, (), (person, phone, post))
BOOST_DESCRIBE_STRUCT(ClassProposal, (), (risk_class, reason, effective_from, proposed_on))
BOOST_DESCRIBE_STRUCT(ClassChange, (), (risk_class, reason, effective_from, decided_on, source))
BOOST_DESCRIBE_STRUCT(SitePlace, (), (site, region))
BOOST_DESCRIBE_STRUCT(Absorbed, (), (firm, identifiers, former_names, former_usccs))
BOOST_DESCRIBE_STRUCT(Firm, (),
                      (key, name, uscc, identifiers, former_names, former_usccs, region, address, industry,
                       tags, park, legal_representative, contacts, status, status_since, status_reason,
                       risk_class, risk_class_from, risk_class_reason, proposed_class, class_history,
                       site_places, merged_into, absorbed))
BOOST_DESCRIBE_STRUCT(Site, (),
                      (key, firm, number, name, address, region, latitude_microdegrees,
                       longitude_microdegrees, tags))
BOOST_DESCRIBE_STRUCT(FirmData, (),
                      (name, uscc, identifiers, former_names, region, address, industry, tags, park,
                       legal_representative, contacts))
BOOST_DESCRIBE_STRUCT(SetStatus, (), (status, since, reason))
BOOST_DESCRIBE_STRUCT(ProposeClass, (), (risk_class, reason, effective_from))
BOOST_DESCRIBE_STRUCT(RejectClass, (), (reason))
BOOST_DESCRIBE_STRUCT(Merge, (), (into, reason))
BOOST_DESCRIBE_STRUCT(Unmerge, (), (reason))
BOOST_DESCRIBE_STRUCT(SiteData, (),
                      (firm, name, address, region, latitude_microdegrees, longitude_microdegrees, tags))
BOOST_DESCRIBE_STRUCT(SiteChange, (),
                      (name, address, region, latitude_microdegrees, longitude_microdegrees, tags))
BOOST_DESCRIBE_STRUCT(CloseSite, (), (reason))

namespace {
reflect::Format const uscc_format{
    .code = "uscc", .pattern = uscc_pattern, .valid = is_valid_uscc, .is_identifier = true};
constexpr std::int64_t tags_max = 50;
constexpr std::int64_t identifiers_max = 50;
constexpr std::int64_t contacts_max = 20;
constexpr std::int64_t latitude_max = 90'000'000;
constexpr std::int64_t longitude_max = 180'000'000;
}  // namespace

}  // namespace plumbline::archive

namespace plumbline::reflect {

using namespace archive;

template <>
Type const& type_of<Identifier>() {
  static Type const type = describe<Identifier>(
      "identifier", note(&Identifier::scheme, Flag::required | Flag::published, format(formats::code)),
      note(&Identifier::value, Flag::required | Flag::published, most(limits::identifier_bytes)));
  return type;
}

template <>
Type const& type_of<Contact>() {
  static Type const type =
      describe<Contact>("contact", note(&Contact::person, Flag::personal, format(formats::person_name)),
                        note(&Contact::phone, Flag::personal, format(formats::phone)),
                        note(&Contact::post, most(limits::short_text)));
  return type;
}

template <>
Type const& type_of<Firm>() {
  static Type const type = describe<Firm>(
      "firm", note(&Firm::key, Flag::unique | Flag::published, most(limits::identifier_bytes)),
      note(&Firm::name, Flag::required | Flag::searched | Flag::published, most(limits::name_text)),
      note(&Firm::uscc, Flag::unique | Flag::published, format(uscc_format)),
      note(&Firm::identifiers, most(identifiers_max)),
      note(&Firm::former_names, Flag::published, most(limits::list_items)),
      note(&Firm::former_usccs, Flag::published | Flag::system),
      note(&Firm::region, Flag::required | Flag::lifted | Flag::published, most(limits::short_text)),
      note(&Firm::address, Flag::published, most(limits::address_text)),
      note(&Firm::industry, Flag::lifted | Flag::published, most(limits::short_text)),
      note(&Firm::tags, most(tags_max)),
      note(&Firm::park, Flag::lifted | Flag::published, most(limits::short_text)),
      note(&Firm::legal_representative, Flag::personal, most(limits::short_text)),
      note(&Firm::contacts, most(contacts_max)), note(&Firm::status, Flag::lifted | Flag::published),
      note(&Firm::status_reason, most(limits::long_text)), note(&Firm::risk_class, Flag::lifted),
      note(&Firm::risk_class_reason, most(limits::long_text)), note(&Firm::proposed_class, Flag::system),
      note(&Firm::class_history, Flag::system), note(&Firm::site_places, Flag::system),
      note(&Firm::merged_into, Flag::system | Flag::lifted, refers("firm")),
      note(&Firm::absorbed, Flag::system));
  return type;
}

template <>
Type const& type_of<Site>() {
  static Type const type = describe<Site>(
      "site", note(&Site::key, Flag::unique | Flag::system | Flag::published),
      note(&Site::firm, Flag::required | Flag::lifted, refers("firm")),
      note(&Site::number, Flag::lifted | Flag::system | Flag::published),
      note(&Site::name, Flag::required | Flag::searched | Flag::published, most(limits::name_text)),
      note(&Site::address, Flag::published, most(limits::address_text)),
      note(&Site::region, Flag::required | Flag::lifted | Flag::published, most(limits::short_text)),
      note(&Site::latitude_microdegrees, between(-latitude_max, latitude_max)),
      note(&Site::longitude_microdegrees, between(-longitude_max, longitude_max)),
      note(&Site::tags, most(tags_max)));
  return type;
}

template <>
Type const& type_of<FirmData>() {
  static Type const type = describe<FirmData>(
      "firm_data", note(&FirmData::name, Flag::required, most(limits::name_text)),
      note(&FirmData::uscc, format(uscc_format)), note(&FirmData::identifiers, most(identifiers_max)),
      note(&FirmData::former_names, most(limits::list_items)),
      note(&FirmData::region, Flag::required, most(limits::short_text)),
      note(&FirmData::address, most(limits::address_text)),
      note(&FirmData::industry, most(limits::short_text)), note(&FirmData::tags, most(tags_max)),
      note(&FirmData::park, most(limits::short_text)),
      note(&FirmData::legal_representative, Flag::personal, most(limits::short_text)),
      note(&FirmData::contacts, most(contacts_max)));
  return type;
}

template <>
Type const& type_of<SetStatus>() {
  static Type const type = describe<SetStatus>(
      "firm_set_status", note(&SetStatus::status, Flag::required), note(&SetStatus::since, Flag::required),
      note(&SetStatus::reason, Flag::required, most(limits::long_text)));
  return type;
}

template <>
Type const& type_of<ProposeClass>() {
  static Type const type =
      describe<ProposeClass>("firm_propose_class", note(&ProposeClass::risk_class, Flag::required),
                             note(&ProposeClass::reason, Flag::required, most(limits::long_text)),
                             note(&ProposeClass::effective_from, Flag::required));
  return type;
}

template <>
Type const& type_of<RejectClass>() {
  static Type const type = describe<RejectClass>(
      "firm_reject_class", note(&RejectClass::reason, Flag::required, most(limits::long_text)));
  return type;
}

template <>
Type const& type_of<Merge>() {
  static Type const type = describe<Merge>("firm_merge", note(&Merge::into, Flag::required, refers("firm")),
                                           note(&Merge::reason, Flag::required, most(limits::long_text)));
  return type;
}

template <>
Type const& type_of<Unmerge>() {
  static Type const type =
      describe<Unmerge>("firm_unmerge", note(&Unmerge::reason, Flag::required, most(limits::long_text)));
  return type;
}

template <>
Type const& type_of<SiteData>() {
  static Type const type =
      describe<SiteData>("site_data", note(&SiteData::firm, Flag::required, refers("firm")),
                         note(&SiteData::name, Flag::required, most(limits::name_text)),
                         note(&SiteData::address, most(limits::address_text)),
                         note(&SiteData::region, Flag::required, most(limits::short_text)),
                         note(&SiteData::latitude_microdegrees, between(-latitude_max, latitude_max)),
                         note(&SiteData::longitude_microdegrees, between(-longitude_max, longitude_max)),
                         note(&SiteData::tags, most(tags_max)));
  return type;
}

template <>
Type const& type_of<SiteChange>() {
  static Type const type =
      describe<SiteChange>("site_change", note(&SiteChange::name, Flag::required, most(limits::name_text)),
                           note(&SiteChange::address, most(limits::address_text)),
                           note(&SiteChange::region, Flag::required, most(limits::short_text)),
                           note(&SiteChange::latitude_microdegrees, between(-latitude_max, latitude_max)),
                           note(&SiteChange::longitude_microdegrees, between(-longitude_max, longitude_max)),
                           note(&SiteChange::tags, most(tags_max)));
  return type;
}

template <>
Type const& type_of<CloseSite>() {
  static Type const type =
      describe<CloseSite>("site_close", note(&CloseSite::reason, Flag::required, most(limits::long_text)));
  return type;
}

}  // namespace plumbline::reflect
