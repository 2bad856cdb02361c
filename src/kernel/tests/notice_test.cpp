#include "notice.hpp"

#include <gtest/gtest.h>
#include <boost/describe.hpp>

#include "reflect/describe.hpp"

namespace plumbline::kernel::testing {
BOOST_DESCRIBE_STRUCT(Notice, (), (title, reference, region, contact, firm, pages, number, signed_on))
BOOST_DESCRIBE_STRUCT(Objection, (), (ground))
BOOST_DESCRIBE_STRUCT(Copy, (), (reference))
}  // namespace plumbline::kernel::testing

namespace plumbline::reflect {
using kernel::testing::Copy;
using kernel::testing::Notice;
using kernel::testing::Objection;
template <>
Type const& type_of<Notice>() {
  static Type const type = describe<Notice>(
      "notice", note(&Notice::title, Flag::required | Flag::searched | Flag::published, most(100)),
      note(&Notice::reference, Flag::unique, most(40)), note(&Notice::region, Flag::lifted, most(64)),
      note(&Notice::contact, Flag::personal | Flag::lifted, most(40)),
      note(&Notice::pages, Flag::lifted, between(0, 1000)),
      note(&Notice::number, Flag::system | Flag::lifted, most(60)));
  return type;
}
template <>
Type const& type_of<Objection>() {
  static Type const type =
      describe<Objection>("objection", note(&Objection::ground, Flag::required, most(100)));
  return type;
}
template <>
Type const& type_of<Copy>() {
  static Type const type = describe<Copy>("copy", note(&Copy::reference, Flag::required, most(40)));
  return type;
}
}  // namespace plumbline::reflect

namespace plumbline::kernel::testing {
namespace {

constexpr ClockRule objection{"SC.OBJECTION"};

constexpr auto flow = workflow<NoticeState>({
    {NoticeState::none, "draft", NoticeState::draft, Role::officer | Role::system},
    {NoticeState::none, "import", NoticeState::draft, Role::importer},
    {NoticeState::draft, "import", NoticeState::draft, Role::importer},
    {NoticeState::draft, "edit", NoticeState::draft, Role::officer},
    {NoticeState::draft,
     "issue",
     NoticeState::issued,
     Role::leader | Role::system,
     {start(objection)},
     {"draft", "edit"}},
    {NoticeState::draft, "draw", NoticeState::draft, Role::leader},
    {NoticeState::draft, "copy", NoticeState::draft, Role::officer},
    {NoticeState::issued, "object", NoticeState::objected, Role::firm, {stop(objection)}},
    {NoticeState::issued, "lapse", NoticeState::final, Role::clock, {stop(objection)}},
    {NoticeState::draft, "withdraw", NoticeState::withdrawn, Role::officer},
});
static_assert(flow.sound());

Result<void> take(Act& act) {
  std::string const number = act.record<Notice>().number;
  act.record<Notice>() = act.payload<Notice>();
  act.record<Notice>().number = number;
  return {};
}
Result<void> issue(Act& act) {
  auto& notice = act.record<Notice>();
  if (notice.pages == 0) return refuse("no_pages", "/pages");
  notice.number = "通字" + std::to_string(act.next_number("notice/" + std::to_string(year_of(act.today()))));
  act.log("draw.frame", "frame/0123456789abcdef0123456789abcdef", sha256(notice.title));
  return {};
}
Result<void> draw(Act& act) {
  std::string const series = "draws/371500/" + std::to_string(year_of(act.today()));
  auto& notice = act.record<Notice>();
  notice.number = std::to_string(act.next_number(series));
  act.log("draw.plan", series + "#" + notice.number, sha256(notice.title));
  return {};
}
Result<void> copy(Act& act) {
  auto const& source = act.record<Notice>();
  if (act.find("notice", "reference", act.payload<Copy>().reference))
    return refuse("duplicate", "/reference");
  auto& made = act.create<Notice>("notice", "draft", act.new_id());
  made = source;
  made.reference = act.payload<Copy>().reference;
  return {};
}
Placement place(Uuid, void const* record) {
  auto const& notice = *static_cast<Notice const*>(record);
  Placement placement;
  if (!notice.region.empty()) placement.scopes.push_back(notice.region);
  if (notice.firm) placement.parties.push_back({*notice.firm, "subject"});
  return placement;
}

}  // namespace

Module notice_module() {
  Register reg;
  reg.name = "notice";
  reg.type = &reflect::type_of<Notice>();
  reg.states = {"none", "draft", "issued", "objected", "final", "withdrawn"};
  reg.steps = flow.rows;
  reg.actions = {action<Notice>("draft", take),
                 action<Notice>("import", take),
                 action<Notice>("edit", take),
                 action("issue", issue),
                 action("draw", draw),
                 action<Copy>("copy", copy),
                 action<Objection>("object", nullptr),
                 action("lapse"),
                 action("withdraw")};
  reg.place = place;
  reg.importable = true;
  reg.import_key = "reference";
  reg.title_field = "title";
  return {"notice", {reg}, {}};
}

}  // namespace plumbline::kernel::testing
