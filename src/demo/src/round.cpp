#include "demo/round.hpp"

#include <algorithm>
#include <array>
#include <functional>

#include "archive/api.hpp"
#include "base/calendar.hpp"
#include "hand.hpp"
#include "inspection/api.hpp"
#include "inspection/service.hpp"
#include "kernel/blobs.hpp"
#include "kernel/document.hpp"
#include "kernel/grants.hpp"
#include "kernel/publisher.hpp"
#include "kernel/reads.hpp"
#include "people/api.hpp"

namespace plumbline::demo {

namespace {

using inspection::ResultCode;

constexpr int dice_per_throw = 10;
constexpr int throws = 2;
constexpr int visiting_workdays = 15;
constexpr int under_way_workdays = 11;  // after the beginning

struct Outcome {
  ResultCode code = ResultCode::no_problem;
  std::string_view name;  // in payloads
  std::string_view text;
  std::string_view follow_up;  // kind, "" = none
};
constexpr std::array<Outcome, 9> results{{
    {ResultCode::no_problem, "no_problem", "未发现问题", ""},
    {ResultCode::ordered_to_correct, "ordered_to_correct", "部分项目不符合规定，已责令改正",
     "correction_order"},
    {ResultCode::unreachable, "unreachable", "通过登记的住所无法联系", "abnormal_list"},
    {ResultCode::information_missing, "information_missing", "未按规定公示应当公示的信息", "abnormal_list"},
    {ResultCode::annual_report_missing, "annual_report_missing", "未按规定公示年度报告", "abnormal_list"},
    {ResultCode::information_false, "information_false", "公示信息与实际情况不符", "abnormal_list"},
    {ResultCode::follow_up_pending, "follow_up_pending", "涉嫌违法，待后续处理", "case_clue"},
    {ResultCode::refused, "refused", "拒绝提供资料，不配合检查情节严重", "case_clue"},
    {ResultCode::activity_absent, "activity_absent", "未发现开展本次抽查涉及的经营活动", ""},
}};
constexpr std::array<int, 7> problem_weights{60, 12, 8, 6, 3, 8, 3};  // results[1] … results[7]

struct Visit {
  Uuid check;
  std::string firm_key;
  std::vector<std::string> certificates;
  Uuid inspector_account;
  Outcome result;
  Date day;
};

Date after(Date day, int workdays) {
  auto const& calendar = built_in_calendar();
  for (; workdays > 0; --workdays) day = calendar.workday_on_or_after(day + 1);
  return day;
}

class Round {
 public:
  Round(Hand hand, City const& city, RoundPlan const& plan)
      : hand_(hand), city_(city), plan_(plan), viewer_(kernel::system_viewer(city.options.prefecture)) {}

  RoundReport run() {
    prepare();
    draw();
    if (plan_.extent == Extent::under_way) meet_surprises();
    list_visits();
    visit();
    if (plan_.extent == Extent::finished) finish();
    auto const folders = must(inspection::publish_folders(hand_.system()), "publish_folders");
    RoundReport report;
    report.task = task_;
    for (auto const& folder : folders)
      if (folder.draw == draw_) report.folder = folder.folder;
    report.draw = draw_;
    report.drawn = static_cast<std::int64_t>(visits_.size());
    report.checks_done = done_;
    return report;
  }

 private:
  Uuid account(std::string const& login) const { return city_.accounts.at(login); }
  kernel::System& system() { return hand_.system(); }
  Date day(int workdays) const { return after(plan_.begins, workdays); }
  void publish_log() { must(system().log().publish(), "publish"); }

  void prepare();
  void call_ceremony();
  void draw();
  void throw_dice();
  void meet_surprises();
  void for_each_check(std::function<void(kernel::Found const&)> const& each);
  void list_visits();
  void visit();
  void finish();
  Outcome result_of(std::string const& firm_key, Uuid firm);
  void schedule(Visit const& visit);
  void follow_up(Visit const& visit);
  void begin_check(Visit const& visit);
  void enter_result(Visit const& visit);
  Json evidence(std::string const& text, std::string_view kind);
  Uuid last_follow_up(Uuid check);
  Uuid paper(Uuid account, std::string form, std::string register_name, Uuid record, Json written = {});
  void paper_set(Visit const& visit);
  void serve_order(Visit const& visit);
  void at_time(Date date, int hour, int minute, std::function<void()> what) {
    story_.push_back({demo::at(date, hour, minute), std::move(what)});
  }

  struct Happening {
    Instant at;
    std::function<void()> what;
  };

  Hand hand_;
  kernel::DocumentOffice office_{hand_.system()};
  City const& city_;
  RoundPlan const& plan_;
  kernel::Viewer viewer_;
  Uuid task_, ceremony_;
  std::string draw_;
  std::vector<Visit> visits_;
  std::vector<Happening> story_;
  std::int64_t done_ = 0;
};

void Round::prepare() {
  hand_.wait_until(plan_.begins, 9, 30);
  task_ = hand_.create(account("planner"), "inspection_task", "draft", plan_.label,
                       object({{"title", plan_.title},
                               {"item", to_string(plan_.item)},
                               {"year", year_of(plan_.begins)},
                               {"batch", to_string(plan_.batch)},
                               {"department", to_string(plan_.department)},
                               {"organisation", to_string(city_.bureau)},
                               {"region", city_.options.prefecture},
                               {"notice_mode", "unannounced"},
                               {"period_from", to_string(day(4))},
                               {"period_to", to_string(day(visiting_workdays + 25))},
                               {"design", plan_.design}}));
  must(inspection::submit_task(system(), account("planner"), task_), "submit_task");
  hand_.wait_until(day(1), 10);
  hand_.act(account("leader"), "inspection_task", "approve", task_);
  hand_.wait_until(day(1), 15);
  hand_.act(account("publisher"), "inspection_task", "announce", task_);
  hand_.wait_until(day(2), 9);
  call_ceremony();
  hand_.wait_until(day(2), 9, 30);
  must(inspection::freeze_task(system(), account("drawer"), task_), "freeze_task");
  hand_.wait_until(day(2), 10);
  must(inspection::make_plan(system(), account("drawer"), task_, ceremony_), "make_plan");
  // Witnessed before the event, or the order of things rests on the office's word alone.
  publish_log();
}

void Round::call_ceremony() {
  ceremony_ = hand_.create(account("drawer"), "draw_ceremony", "call", plan_.label,
                           object({{"title", plan_.title + "公开抽取"},
                                   {"organisation", to_string(city_.bureau)},
                                   {"profile", "standard"}}));
  Json pick = object({{"times", throws * dice_per_throw}, {"k", 1}, {"low", 0}, {"high", 9}});
  Json source = object({{"source", "dice"},
                        {"kind", "dice"},
                        {"time", to_string(demo::at(day(3), 10, 0))},
                        {"place", city_.name + "市场监督管理局三楼会议室"},
                        {"pick", Json(Json::Array{std::move(pick)})}});
  hand_.act(account("drawer"), "draw_ceremony", "set_sources", ceremony_,
            object({{"sources", Json(Json::Array{std::move(source)})},
                    {"margin_seconds", 600},
                    {"deadline", to_string(demo::at(day(3), 10, 0) + std::chrono::hours(48))}}));
}

void Round::throw_dice() {
  Chance chance(hand_.seed(), "dice/" + plan_.label);
  std::string digits, sheet = "演示用掷骰记录（点数由演示种子算出，并非真实掷得）\n";
  for (int i = 0; i < throws; ++i) {
    sheet += "第" + std::to_string(i + 1) + "次：";
    for (int die = 0; die < dice_per_throw; ++die) {
      digits += std::to_string(chance.below(10));
      sheet += digits.back();
    }
    sheet += "\n";
  }
  auto const stored = must(system().blobs().put(sheet), "blob");
  Json value = object({{"source", "dice"}, {"value", hex_encode(bytes_of(digits))}});
  Json const seen = object({{"values", Json(Json::Array{value})}});
  value.set("evidence",
            Json(Json::Array{object(
                {{"kind", "sheet"}, {"sha256", to_hex(stored.sha256)}, {"size_bytes", stored.bytes}})}));
  hand_.wait_until(day(3), 10, 5);
  hand_.act(account("drawer"), "draw_ceremony", "record", ceremony_,
            object({{"values", Json(Json::Array{std::move(value)})}, {"attendees", 8}}));
  hand_.wait_until(day(3), 10, 10);
  hand_.act(account("recorder"), "draw_ceremony", "confirm", ceremony_, seen);
}

void Round::draw() {
  throw_dice();
  publish_log();
  hand_.wait_until(day(3), 10, 20);
  auto const outcome = must(inspection::compute_draw(system(), task_), "compute_draw");
  if (!outcome.refused.empty()) fail("check.assign", outcome.refused.front());
  if (!outcome.firms_without_inspectors.empty()) fail("compute_draw", {"not_matched", "", {}});
  publish_log();
  paper(account("drawer"), "draw_record", "inspection_task", task_);
  auto const task = system().reads().get(viewer_, "inspection_task", task_);
  draw_ = task->as<inspection::InspectionTask>().draw.value_or("");
}

// Before the visits: an inspector must stay away from a firm and is replaced as the published rule says;
// another firm was struck off meanwhile, and the first reserve of its stratum steps in.
void Round::meet_surprises() {
  std::vector<std::pair<Uuid, inspection::Check>> checks;
  for_each_check(
      [&](kernel::Found const& found) { checks.emplace_back(found.id, found.as<inspection::Check>()); });
  hand_.wait_until(day(4), 9);
  auto const& [biased, check] = checks.front();
  Uuid const inspector = check.inspectors.front();
  Uuid const recusal = hand_.create(city_.account_of.at(inspector), "recusal", "request", plan_.label,
                                    object({{"check_record", to_string(biased)},
                                            {"inspector", to_string(inspector)},
                                            {"requested_by", "inspector"},
                                            {"ground", "relative"},
                                            {"reason", "其妹在该单位任会计"}}));
  hand_.wait_until(day(4), 10);
  must(inspection::grant_recusal(system(), account("leader"), recusal, "同意回避"), "grant_recusal");

  auto const& [gone, gone_check] = checks.back();
  hand_.wait_until(day(4), 11);
  hand_.act(
      account("officer"), "firm", "set_status", *gone_check.firm,
      object({{"status", "deregistered"}, {"since", to_string(day(3))}, {"reason", "登记机关已核准注销"}}));
  hand_.act(account("leader"), "check", "void", gone,
            object({{"reason", "deregistered"}, {"text", "抽取后该单位已注销"}}));
  must(inspection::substitute(system(), gone), "substitute");
  publish_log();
}

// Worse classes have more problems; which firm has which follows from the seed, not from the draw.
Outcome Round::result_of(std::string const& firm_key, Uuid firm) {
  constexpr std::array<std::uint64_t, 5> problem_permille{100, 60, 100, 200, 350};
  constexpr std::uint64_t absent_permille = 20;
  auto const found = system().reads().get(viewer_, "firm", firm);
  auto const risk = static_cast<std::size_t>(found->as<archive::Firm>().risk_class);
  Chance chance(hand_.seed(), "result/" + firm_key);
  auto const roll = chance.below(1000);
  if (roll < problem_permille[risk]) return results[1 + chance.weighted(problem_weights)];
  return roll < problem_permille[risk] + absent_permille ? results[8] : results[0];
}

void Round::for_each_check(std::function<void(kernel::Found const&)> const& each) {
  kernel::Query query;
  query.where = {{"task", kernel::Compare::equal, {to_string(task_)}}};
  must(system().reads().stream(viewer_, "check", query,
                               [&](kernel::Found const& found) {
                                 each(found);
                                 return true;
                               }),
       "checks");
}

void Round::list_visits() {
  std::vector<Uuid> firms;
  for_each_check([&](kernel::Found const& found) {
    auto const& check = found.as<inspection::Check>();
    if (found.state != "assigned") return;
    visits_.push_back({found.id,
                       check.firm_key,
                       check.certificates,
                       city_.account_of.at(check.inspectors.front()),
                       {},
                       {}});
    firms.push_back(*check.firm);
  });
  for (std::size_t i = 0; i < visits_.size(); ++i)
    visits_[i].result = result_of(visits_[i].firm_key, firms[i]);
  std::ranges::sort(visits_, {}, &Visit::firm_key);
  for (std::size_t i = 0; i < visits_.size(); ++i)
    visits_[i].day = day(5 + static_cast<int>(i * visiting_workdays / visits_.size()));
}

Json Round::evidence(std::string const& text, std::string_view kind) {
  auto const stored = must(system().blobs().put(text), "blob");
  return Json(Json::Array{object({{"sha256", to_hex(stored.sha256)}, {"kind", kind}})});
}

void Round::begin_check(Visit const& visit) {
  hand_.act(visit.inspector_account, "check", "start", visit.check,
            object({{"certificates_shown", texts(visit.certificates)},
                    {"entry_scan", "scanned"},
                    {"body_camera", "JLY-" + to_string(visit.day)}}));
}

void Round::enter_result(Visit const& visit) {
  bool const looked = !inspection::allows_open_answers(visit.result.code);
  auto const item = system().reads().get(viewer_, "inspection_item", plan_.item);
  Json answers(Json::Array{});
  if (looked)
    for (auto const& question : item->as<inspection::InspectionItem>().questions) {
      bool const wrong = visit.result.code == ResultCode::ordered_to_correct && question.number == "3";
      answers.push(object({{"question", question.number}, {"finding", wrong ? "problem" : "ok"}}));
    }
  bool const alone = visit.result.code == ResultCode::unreachable || visit.result.code == ResultCode::refused;
  Json payload = object(
      {{"result", visit.result.name},
       {"result_text", visit.result.text},
       {"ended_on", to_string(visit.day)},
       {"answers", std::move(answers)},
       {"evidence", evidence("现场检查笔录 " + visit.firm_key + "：" + std::string(visit.result.text) + "\n",
                             "site_record")},
       {"sign_off", alone ? "refused" : "signed_by_firm"}});
  if (alone) payload.set("sign_off_note", "现场无人签字，已由见证人签注");
  hand_.act(visit.inspector_account, "check", "enter_result", visit.check, payload);
  ++done_;
}

Uuid Round::last_follow_up(Uuid check) {
  return system().reads().get(viewer_, "check", check)->as<inspection::Check>().follow_ups.back();
}

Uuid Round::paper(Uuid account, std::string form, std::string register_name, Uuid record, Json written) {
  kernel::DocumentOffice::Wish wish;
  wish.form = std::move(form);
  wish.register_name = std::move(register_name);
  wish.record = record;
  wish.written = std::move(written);
  auto const done = office_.issue(account, wish);
  return must(done, wish.form).record;
}

// What a visit leaves on paper, from the approval to the sheet.
void Round::paper_set(Visit const& visit) {
  Uuid const officer = account("officer");
  at_time(visit.day, 8, 20,
          [this, visit, officer] { paper(officer, "inspection_approval", "check", visit.check); });
  at_time(visit.day, 8, 40,
          [this, visit, officer] { paper(officer, "inspection_notice", "check", visit.check); });
  at_time(visit.day, 11, 40, [this, visit] {
    paper(visit.inspector_account, "site_record", "check", visit.check,
          object({{"place", "该单位登记的经营场所"},
                  {"from", "9时30分"},
                  {"to", "11时30分"},
                  {"present", "该单位现场负责人"},
                  {"situation", visit.result.text}}));
    paper(visit.inspector_account, "check_sheet", "check", visit.check);
  });
}

void Round::serve_order(Visit const& visit) {
  Uuid const officer = account("officer");
  auto const check = system().reads().get(viewer_, "check", visit.check);
  auto const firm = system().reads().get(viewer_, "firm", *check->as<inspection::Check>().firm);
  Uuid const order = paper(officer, "correction_order", "follow_up", last_follow_up(visit.check));
  paper(officer, "service_receipt", "document", order,
        object({{"recipient", firm->as<archive::Firm>().name},
                {"place", "该单位登记的经营场所"},
                {"method", "直接送达"}}));
}

void Round::follow_up(Visit const& visit) {
  Date const published = after(visit.day, 5);
  Uuid const officer = account("officer");
  bool const correction = visit.result.follow_up == "correction_order";
  at_time(published, 16, 30, [this, visit, officer, correction, published] {
    Json payload = object({{"kind", visit.result.follow_up}, {"text", visit.result.text}});
    if (correction) payload.set("due_on", to_string(published + 30));
    hand_.act(officer, "check", "open_follow_up", visit.check, payload);
    if (correction) serve_order(visit);
  });
  if (!correction) {
    at_time(after(published, 8), 10, 0, [this, visit, officer] {
      hand_.act(officer, "follow_up", "hand_over", last_follow_up(visit.check),
                object({{"outcome", "已移交承办机构处理"}}));
      hand_.act(officer, "check", "close", visit.check);
    });
    return;
  }
  at_time(after(published, 8), 10, 0, [this, visit, officer] {
    hand_.act(officer, "follow_up", "report", last_follow_up(visit.check),
              object({{"report", "已按要求改正，附整改前后对比照片"},
                      {"evidence", evidence("整改报告 " + visit.firm_key + "\n", "photo")}}));
  });
  at_time(after(published, 10), 10, 0, [this, visit, officer] {
    hand_.act(officer, "follow_up", "close", last_follow_up(visit.check),
              object({{"outcome", "复查合格"},
                      {"evidence", evidence("复查记录 " + visit.firm_key + "\n", "site_record")}}));
    hand_.act(officer, "check", "close", visit.check);
  });
}

void Round::schedule(Visit const& visit) {
  Date const published = after(visit.day, 5);
  at_time(visit.day, 8, 30,
          [this, visit] { hand_.act(account("officer"), "check", "issue_notice", visit.check); });
  at_time(visit.day, 9, 30, [this, visit] { begin_check(visit); });
  at_time(visit.day, 11, 30, [this, visit] { enter_result(visit); });
  at_time(after(visit.day, 2), 15, 0,
          [this, visit] { hand_.act(account("reviewer"), "check", "review", visit.check); });
  at_time(published, 16, 0,
          [this, visit] { hand_.act(account("publisher"), "check", "publish", visit.check); });
  if (inspection::needs_follow_up(visit.result.code))
    follow_up(visit);
  else
    at_time(published, 17, 0,
            [this, visit] { hand_.act(account("officer"), "check", "close", visit.check); });
}

void Round::visit() {
  for (auto const& visit : visits_) schedule(visit);
  // Enough to look at; a paper takes longer than an act.
  constexpr std::size_t visits_on_paper = 4;
  for (std::size_t i = 0; i < std::min(visits_on_paper, visits_.size()); ++i) paper_set(visits_[i]);
  std::ranges::stable_sort(story_, {}, &Happening::at);
  Instant const last = demo::at(day(under_way_workdays), 18, 0);
  for (auto const& happening : story_) {
    if (plan_.extent == Extent::under_way && happening.at > last) break;
    hand_.clock().advance_to(happening.at);
    happening.what();
  }
}

// The last check that closes has closed the task.
void Round::finish() {
  Date const next = after(legal_date(hand_.clock().now()), 1);
  hand_.wait_until(next, 9);
  paper(account("officer"), "inspection_summary", "inspection_task", task_);
  hand_.wait_until(next, 10);
  must(inspection::open_draw(system(), account("drawer"), task_), "open_draw");
}

Json stratum(std::string const& name, std::vector<std::string> const& industries) {
  return object({{"stratum", name},
                 {"industries", texts(industries)},
                 {"inspectors", 2},
                 {"reserves", 1},
                 {"group", name}});
}

Json design(std::string const& pool, std::vector<std::string> const& industries, Json strata,
            std::int64_t sample, Json weights) {
  return object({{"pool", object({{"name", pool}, {"industries", texts(industries)}})},
                 {"strata", std::move(strata)},
                 {"allocation", "proportional"},
                 {"sample_size", sample},
                 {"sample_per_stratum_min", 2},
                 {"weights", std::move(weights)}});
}

// One firm in fifty, so that a small city is not emptied and a large one not overrun.
std::int64_t sample_of(City const& city, std::int64_t least) {
  return std::clamp<std::int64_t>(city.options.firms / 50, least, 60);
}

}  // namespace

RoundPlan first_round(City const& city) {
  Json strata(Json::Array{});
  strata.push(stratum("轴承", {"C345"}));
  strata.push(stratum("建材", {"C302", "C303"}));
  strata.push(stratum("化工", {"C261", "C264"}));
  strata.push(stratum("专用车", {"C363"}));
  strata.push(stratum("服装", {"C181"}));
  strata.push(stratum("金属制品", {"C331"}));
  return {.label = "first",
          .title = city.name + "2026年第一次工业产品质量双随机抽查",
          .item = city.quality_item,
          .batch = city.quality_batch,
          .department = city.quality_department,
          .design = design("工业产品生产企业", {"C18", "C26", "C30", "C33", "C34", "C36"}, std::move(strata),
                           sample_of(city, 12), object({{"rule", "WR-2026-1"}})),
          .begins = make_date(2026, 3, 9),
          .extent = Extent::finished};
}

RoundPlan second_round(City const& city) {
  Json strata(Json::Array{});
  strata.push(stratum("食品生产", {"C13", "C14"}));
  strata.push(stratum("食品销售", {"F52"}));
  strata.push(stratum("餐饮", {"H62"}));
  return {.label = "second",
          .title = city.name + "2026年第二次食品安全双随机抽查",
          .item = city.food_item,
          .batch = city.food_batch,
          .department = city.food_department,
          .design = design(
              "食品生产经营者", {"C13", "C14", "F52", "H62"}, std::move(strata), sample_of(city, 9),
              object({{"rule", "WR-2026-2"}, {"unclassified", 2}, {"a", 1}, {"b", 2}, {"c", 4}, {"d", 8}})),
          .begins = make_date(2026, 5, 11),
          .extent = Extent::under_way};
}

RoundReport run_round(kernel::System& system, SteppingClock& clock, City const& city, RoundPlan const& plan) {
  return Round(Hand(system, clock, city.options.seed), city, plan).run();
}

}  // namespace plumbline::demo
