// Descriptors of the kernel's own structs.
#include <boost/describe.hpp>

#include "base/limits.hpp"
#include "kernel/document.hpp"
#include "kernel/grants.hpp"
#include "kernel/record.hpp"
#include "kernel/regions.hpp"
#include "kernel/registers.hpp"
#include "reflect/describe.hpp"
#include "reflect/formats.hpp"

namespace plumbline::kernel {
BOOST_DESCRIBE_STRUCT(Party, (), (party, role))
BOOST_DESCRIBE_ENUM(ClockStatus, running, paused, stopped, lapsed)
BOOST_DESCRIBE_STRUCT(RunningClock, (),
                      (rule, edition, status, triggered_on, due_on, provisional, extended_days, paused_on,
                       resumed_on, ended_on))
BOOST_DESCRIBE_STRUCT(IssuedNumber, (), (series, number))
BOOST_DESCRIBE_STRUCT(Actor, (), (action, account))
BOOST_DESCRIBE_STRUCT(Envelope, (), (state, scopes, parties, clocks, numbers, actors))
BOOST_DESCRIBE_ENUM(RegionKind, province, city, county, town, park, zone)
BOOST_DESCRIBE_STRUCT(Region, (), (code, name, parent, kind))
BOOST_DESCRIBE_ENUM(AccountStatus, active, disabled)
BOOST_DESCRIBE_STRUCT(Account, (), (login, name, log_id, organisation, status))
BOOST_DESCRIBE_ENUM(PersonalSight, masked, clear)
BOOST_DESCRIBE_ENUM(Role, system, clock, system_administrator, security_administrator, audit_administrator,
                    leader, plan_maker, drawer, inspector, reviewer, publisher, officer, credit_officer,
                    legal_reviewer, sampler, laboratory, institute, workstation, superior, expert, firm,
                    citizen, auditor, importer)
BOOST_DESCRIBE_STRUCT(Grant, (),
                      (account, role, scope, party, personal, valid_from, valid_to, reason, valid_until,
                       reached_from))
BOOST_DESCRIBE_STRUCT(BreakGlass, (), (role, scope, minutes, reason))
BOOST_DESCRIBE_STRUCT(Attachment, (), (sha256, bytes, media_type, file_name, register_name, record, taken_at))
BOOST_DESCRIBE_STRUCT(CalendarYear, (), (year, holidays, makeup_workdays, notice))
BOOST_DESCRIBE_STRUCT(Closing, (), (reason))
BOOST_DESCRIBE_STRUCT(ClockDecision, (), (rule, days, reason))
BOOST_DESCRIBE_STRUCT(ErasureRequest, (), (fields, versions, ground))
BOOST_DESCRIBE_STRUCT(UndoRequest, (), (batch))
BOOST_DESCRIBE_STRUCT(Document, (),
                      (form, edition, title, title_en, authority, number, code, address, register_name,
                       record, record_version, values_blob, pdf_blob, bytes, pages, issued_on, supersedes,
                       superseded_by, ended_on, end_reason, reprints, reprint_reason, regions, recipients))
BOOST_DESCRIBE_STRUCT(DocumentSlot, (), (key, current, regions))
BOOST_DESCRIBE_STRUCT(DrawUp, (),
                      (form, edition, title, title_en, authority, number, series, site, register_name, record,
                       record_version, values_blob, to_parties, supersedes))
BOOST_DESCRIBE_STRUCT(IssueDocument, (), (pdf_blob, bytes, pages))
}  // namespace plumbline::kernel

namespace plumbline::reflect {
using namespace kernel;

template <>
Type const& type_of<ClockStatus>() {
  static Type const type = describe_enum<ClockStatus>("clock_status");
  return type;
}
template <>
Type const& type_of<RegionKind>() {
  static Type const type = describe_enum<RegionKind>("region_kind");
  return type;
}
template <>
Type const& type_of<AccountStatus>() {
  static Type const type = describe_enum<AccountStatus>("account_status");
  return type;
}
template <>
Type const& type_of<PersonalSight>() {
  static Type const type = describe_enum<PersonalSight>("personal_sight");
  return type;
}
template <>
Type const& type_of<Role>() {
  static Type const type = describe_enum<Role>("role");
  return type;
}

template <>
Type const& type_of<Party>() {
  static Type const type = describe<Party>("party");
  return type;
}
template <>
Type const& type_of<RunningClock>() {
  static Type const type = describe<RunningClock>("running_clock");
  return type;
}
template <>
Type const& type_of<IssuedNumber>() {
  static Type const type = describe<IssuedNumber>("issued_number");
  return type;
}
template <>
Type const& type_of<Actor>() {
  static Type const type = describe<Actor>("actor");
  return type;
}
template <>
Type const& type_of<Envelope>() {
  static Type const type = describe<Envelope>("envelope");
  return type;
}
template <>
Type const& type_of<Region>() {
  static Type const type = describe<Region>(
      "region", note(&Region::code, Flag::required | Flag::unique | Flag::published, most(64)),
      note(&Region::name, Flag::required | Flag::searched | Flag::published, most(200)),
      note(&Region::parent, Flag::lifted | Flag::published, most(64)),
      note(&Region::kind, Flag::lifted | Flag::published));
  return type;
}
template <>
Type const& type_of<Account>() {
  static Type const type =
      describe<Account>("account", note(&Account::login, Flag::required | Flag::unique, most(64)),
                        note(&Account::name, Flag::required | Flag::personal, most(100)),
                        note(&Account::log_id, Flag::unique | Flag::system, most(34)),
                        note(&Account::organisation, Flag::lifted), note(&Account::status, Flag::lifted));
  return type;
}
template <>
Type const& type_of<Grant>() {
  static Type const type = describe<Grant>(
      "grant", note(&Grant::account, Flag::lifted, refers("account")), note(&Grant::role, Flag::lifted),
      note(&Grant::scope, Flag::lifted, most(64)), note(&Grant::party, Flag::lifted),
      note(&Grant::reason, Flag::none, most(500)), note(&Grant::valid_until, Flag::lifted | Flag::system),
      note(&Grant::reached_from, Flag::system, most(64)));
  return type;
}
template <>
Type const& type_of<BreakGlass>() {
  static Type const type = describe<BreakGlass>(
      "break_glass", note(&BreakGlass::scope, Flag::required, most(64)),
      note(&BreakGlass::minutes, Flag::none, between(1, limits::break_glass_minutes_max)),
      note(&BreakGlass::reason, Flag::required, most(500)));
  return type;
}
template <>
Type const& type_of<Attachment>() {
  static Type const type = describe<Attachment>(
      "attachment", note(&Attachment::sha256, Flag::required | Flag::lifted, format(formats::sha256_hex)),
      note(&Attachment::bytes, Flag::lifted, least(0)),
      note(&Attachment::media_type, Flag::required, most(100)),
      note(&Attachment::file_name, Flag::required, most(255)),
      note(&Attachment::register_name, Flag::lifted | Flag::required, most(64)),
      note(&Attachment::record, Flag::lifted));
  return type;
}
template <>
Type const& type_of<Document>() {
  static Type const type = describe<Document>(
      "document", note(&Document::form, Flag::required | Flag::lifted | Flag::published, most(64)),
      note(&Document::edition, Flag::required | Flag::published, most(64)),
      note(&Document::title, Flag::required | Flag::published, most(limits::name_text)),
      note(&Document::title_en, Flag::published, most(limits::name_text)),
      note(&Document::authority, Flag::required | Flag::published, most(limits::name_text)),
      note(&Document::number, Flag::lifted | Flag::published, most(limits::name_text)),
      note(&Document::code, Flag::unique, most(limits::verification_code_bytes)),
      note(&Document::address, most(limits::name_text)),
      note(&Document::register_name, Flag::required | Flag::lifted, most(64)),
      note(&Document::record, Flag::lifted), note(&Document::values_blob, Flag::personal),
      note(&Document::pdf_blob, Flag::personal), note(&Document::issued_on, Flag::lifted | Flag::published),
      note(&Document::supersedes, refers("document")), note(&Document::superseded_by, refers("document")),
      note(&Document::end_reason, most(500)), note(&Document::reprint_reason, most(500)));
  return type;
}
template <>
Type const& type_of<DocumentSlot>() {
  static Type const type = describe<DocumentSlot>(
      "document_slot", note(&DocumentSlot::key, Flag::required | Flag::unique, most(128)),
      note(&DocumentSlot::current, refers("document")));
  return type;
}
template <>
Type const& type_of<DrawUp>() {
  static Type const type = describe<DrawUp>(
      "draw_up_document", note(&DrawUp::form, Flag::required, most(64)),
      note(&DrawUp::edition, Flag::required, most(64)),
      note(&DrawUp::title, Flag::required, most(limits::name_text)),
      note(&DrawUp::title_en, most(limits::name_text)),
      note(&DrawUp::authority, Flag::required, most(limits::name_text)),
      note(&DrawUp::number, most(limits::name_text)), note(&DrawUp::series, Flag::required, most(32)),
      note(&DrawUp::site, Flag::required, most(limits::name_text)),
      note(&DrawUp::register_name, Flag::required, most(64)),
      note(&DrawUp::values_blob, Flag::required, format(formats::sha256_hex)));
  return type;
}
template <>
Type const& type_of<IssueDocument>() {
  static Type const type = describe<IssueDocument>(
      "issue_document", note(&IssueDocument::pdf_blob, Flag::required, format(formats::sha256_hex)),
      note(&IssueDocument::bytes, Flag::none, least(1)), note(&IssueDocument::pages, Flag::none, least(1)));
  return type;
}
template <>
Type const& type_of<CalendarYear>() {
  static Type const type = describe<CalendarYear>(
      "calendar_year", note(&CalendarYear::year, Flag::unique | Flag::published, between(2004, 2199)),
      note(&CalendarYear::holidays, Flag::required | Flag::published, most(100)),
      note(&CalendarYear::makeup_workdays, Flag::published, most(100)),
      note(&CalendarYear::notice, Flag::required | Flag::published, most(200)));
  return type;
}
template <>
Type const& type_of<Closing>() {
  static Type const type = describe<Closing>("closing", note(&Closing::reason, Flag::required, most(500)));
  return type;
}
template <>
Type const& type_of<ClockDecision>() {
  static Type const type =
      describe<ClockDecision>("clock_decision", note(&ClockDecision::rule, Flag::required, most(64)),
                              note(&ClockDecision::days, Flag::none, between(0, 3660)),
                              note(&ClockDecision::reason, Flag::none, most(500)));
  return type;
}
template <>
Type const& type_of<ErasureRequest>() {
  static Type const type =
      describe<ErasureRequest>("erasure_request", note(&ErasureRequest::fields, Flag::required, most(64)),
                               note(&ErasureRequest::versions, Flag::none, most(1000)),
                               note(&ErasureRequest::ground, Flag::required, most(32)));
  return type;
}
template <>
Type const& type_of<UndoRequest>() {
  static Type const type =
      describe<UndoRequest>("undo_request", note(&UndoRequest::batch, Flag::required, most(64)));
  return type;
}

}  // namespace plumbline::reflect
