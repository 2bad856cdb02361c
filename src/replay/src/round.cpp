// One round on the city's firms, by the same acts an office takes: import, list, task, plan, event, draw,
// checks with the results the city really found, review, publication, opening.
#include <chrono>
#include <fstream>
#include <unordered_map>

#include "base/hash.hpp"
#include "kernel/blobs.hpp"
#include "kernel/grants.hpp"
#include "kernel/publisher.hpp"
#include "office.hpp"
#include "publication/verify_draw.hpp"
#include "replay/chicago.hpp"

namespace plumbline::replay {

namespace {

using kernel::Role;
using kernel::System;

constexpr std::string_view city = "CHICAGO";
constexpr std::string_view scheme = "chicago_licence";
constexpr std::int64_t targets_per_inspector = 20;
constexpr std::int64_t inspectors_per_target = 2;
constexpr std::int64_t dice = 20;  // ten-sided: 66 bits

std::string quoted(std::string const& text) {
  std::string out = "\"";
  for (char c : text) out += c == '"' ? std::string("\"\"") : std::string(1, c);
  return out + '"';
}

// The firms as an office would get them from a neighbour: a table, and a map that says what its headings
// mean.
std::filesystem::path write_firms(std::filesystem::path const& folder,
                                  std::span<Establishment const> establishments) {
  std::filesystem::create_directories(folder);
  std::ofstream out(folder / "firms.csv", std::ios::binary);
  out << "License,DBA_Name,Address,Facility_Type,Stratum,Risk,City\n";
  for (auto const& row : establishments)
    out << row.licence << ',' << quoted(row.name) << ',' << quoted(row.address) << ','
        << quoted(row.facility_type) << ',' << to_string(row.stratum) << ',' << quoted(row.risk) << ','
        << city << '\n';
  if (!out.flush()) throw std::runtime_error("cannot write " + (folder / "firms.csv").string());
  return folder / "firms.csv";
}

constexpr std::string_view firms_map =
    R"json({"columns":{"name":"DBA_Name","address":"Address","industry":"Facility_Type",)json"
    R"json("tags":"Stratum",)json"
    R"json("risk_class":"Risk","region":"City"},"identifier":)json"
    R"json({"scheme":"chicago_licence","from":["License"]},)json"
    R"json("values":{"risk_class":{"Risk 1 (High)":"C","Risk 2 (Medium)":"B","Risk 3 (Low)":"A"}}})json";

// Names of people have no digits: 1 is A, 27 is AA.
std::string letters(std::int64_t number) {
  std::string out;
  for (; number > 0; number = (number - 1) / 26)
    out.insert(out.begin(), static_cast<char>('A' + (number - 1) % 26));
  return out;
}

class RoundRun {
 public:
  RoundRun(System& system, FixedClock& clock, std::span<Establishment const> establishments,
           std::uint64_t sample, Say const& say)
      : system_(system),
        clock_(clock),
        establishments_(establishments),
        sample_(sample),
        say_(say),
        office_(system) {}

  Round run() {
    Round round;
    round.imported = import_firms();
    make_office();
    make_task();
    hold_event();
    carry_out();
    publish_results();
    round.folder = publish();
    round.bulletin = must(inspection::bulletin(system_, everything(), task_), "bulletin");
    round.verdict = verify(round.folder);
    return round;
  }

 private:
  void say(std::string_view what) const {
    if (say_) say_(what);
  }
  kernel::Viewer everything() const { return kernel::system_viewer(system_.settings().jurisdiction); }
  Date today() const { return legal_date(clock_.now()); }
  void pass(std::chrono::hours time) { clock_.set(clock_.now() + time); }

  kernel::ImportReport import_firms() {
    kernel::ImportOptions options;
    options.register_name = "firm";
    options.file = write_firms(system_.folder() / "replay", establishments_);
    options.map = must(kernel::parse_import_map(firms_map), "map");
    options.account = office_.person(Role::importer);
    options.progress = [this](std::int64_t rows) { say(std::to_string(rows) + " firms read"); };
    return must(kernel::import_file(system_, options), "import");
  }

  void make_office() {
    Uuid const keeper = office_.person(Role::system_administrator);
    Json bureau;
    bureau.set("code", city);
    bureau.set("name", "Food inspection, as replayed");
    bureau.set("region", city);
    organisation_ = office_.act(keeper, "organisation", "create", {}, bureau).record;
    Json department;
    department.set("code", "CHICAGO-FOOD");
    department.set("name", "Canvass inspections");
    department.set("organisation", to_string(organisation_));
    department_ = office_.act(keeper, "department", "create", {}, department).record;
    auto const wanted = static_cast<std::int64_t>(sample_) * inspectors_per_target / targets_per_inspector;
    auto const spare = wanted / 5 + inspectors_per_target;  // so that the matching has a choice
    for (std::int64_t i = 1; i <= wanted + spare; ++i) make_inspector(keeper, i);
    make_item();
  }

  void make_inspector(Uuid keeper, std::int64_t number) {
    std::string const certificate = "CHI-" + std::to_string(1000 + number);
    Json row;
    row.set("name", "Inspector " + letters(number));
    row.set("certificate", certificate);
    row.set("certificate_valid_to", to_string(today() + 365));
    row.set("fields", Json::Array{Json("food")});
    row.set("organisation", to_string(organisation_));
    row.set("department", to_string(department_));
    row.set("draw_cap", targets_per_inspector);
    Uuid const inspector = office_.act(keeper, "inspector", "create", {}, row).record;
    Uuid const account = office_.person(Role::inspector, "inspector-" + std::to_string(number));
    Json link;
    link.set("account", to_string(account));
    office_.act(keeper, "inspector", "link_account", inspector, link);
    account_of_.emplace(inspector, account);
  }

  void make_item() {
    Json question;
    question.set("number", "1");
    question.set("text", "Does the establishment pass the canvass inspection?");
    Json item;
    item.set("item_no", "CHI-FOOD-01");
    item.set("name", "Canvass food inspection");
    item.set("legal_basis", "Municipal Code of Chicago");
    item.set("article", "Chapter 7-38");
    item.set("lead_department", to_string(department_));
    item.set("questions", Json::Array{question});
    item.set("region", city);
    item.set("valid_from", to_string(today()));
    item_ = office_.act(office_.person(Role::plan_maker), "inspection_item", "create", {}, item).record;
  }

  static Json stratum_rule(Stratum stratum) {
    Json rule;
    rule.set("stratum", to_string(stratum));
    rule.set("tags", Json::Array{Json(to_string(stratum))});
    rule.set("inspectors", inspectors_per_target);
    rule.set("group", "*");
    return rule;
  }

  Json design() const {
    Json pool;
    pool.set("name", "Licensed food establishments");
    Json weights;
    weights.set("rule", "WR-CHICAGO-4-2-1");
    weights.set("a", 1);
    weights.set("b", 2);
    weights.set("c", 4);
    Json made;
    made.set("pool", pool);
    made.set("strata", Json::Array{stratum_rule(Stratum::restaurant), stratum_rule(Stratum::grocery),
                                   stratum_rule(Stratum::other)});
    made.set("allocation", "proportional");
    made.set("sample_size", sample_);
    made.set("weights", weights);
    return made;
  }

  void make_task() {
    say("freezing the frame, publishing the plan");
    Uuid const planner = office_.person(Role::plan_maker);
    Uuid const drawer = office_.person(Role::drawer);
    Json data;
    data.set("title", "Canvass inspections, replayed");
    data.set("item", to_string(item_));
    data.set("year", year_of(today()));
    data.set("department", to_string(department_));
    data.set("organisation", to_string(organisation_));
    data.set("region", city);
    data.set("period_from", to_string(today()));
    data.set("period_to", to_string(today() + 90));
    data.set("design", design());
    task_ = office_.act(planner, "inspection_task", "draft", {}, data).record;
    must(inspection::submit_task(system_, planner, task_), "inspection_task.submit");
    office_.act(office_.person(Role::leader), "inspection_task", "approve", task_, {});
    office_.act(office_.person(Role::publisher), "inspection_task", "announce", task_, {});
    call_ceremony(drawer);
    must(inspection::freeze_task(system_, drawer, task_), "inspection_task.freeze");
    must(inspection::make_plan(system_, drawer, task_, ceremony_), "inspection_task.plan");
    publish();
  }

  void call_ceremony(Uuid drawer) {
    Json call;
    call.set("title", "Draw of the replay");
    call.set("organisation", to_string(organisation_));
    ceremony_ = office_.act(drawer, "draw_ceremony", "call", {}, call).record;
    event_ = clock_.now() + std::chrono::hours(48);
    Json pick;
    pick.set("times", dice);
    pick.set("k", 1);
    pick.set("low", 0);
    pick.set("high", 9);
    Json source;
    source.set("source", "dice");
    source.set("kind", "dice");
    source.set("time", to_string(event_));
    source.set("place", "memory of the replay");
    source.set("pick", Json::Array{pick});
    Json sources;
    sources.set("sources", Json::Array{source});
    sources.set("deadline", to_string(event_ + std::chrono::hours(48)));
    office_.act(drawer, "draw_ceremony", "set_sources", ceremony_, sources);
  }

  // Nobody threw dice for a replay: the machine's generator stands in for them, and the evidence says so.
  Json thrown() {
    std::string digits;
    while (digits.size() < static_cast<std::size_t>(dice))
      if (std::uint8_t const byte = random_bytes(1)[0]; byte < 250)
        digits += static_cast<char>('0' + byte % 10);
    Json evidence;
    constexpr std::string_view note =
        "Replay: numbers of the operating system's generator, no dice were thrown.\n";
    evidence.set("kind", "sheet");
    evidence.set("sha256", to_hex(must(system_.blobs().put(note), "blob").sha256));
    evidence.set("size_bytes", note.size());
    Json value;
    value.set("source", "dice");
    value.set("value", hex_encode(bytes_of(digits)));
    value.set("evidence", Json::Array{evidence});
    Json values;
    values.set("values", Json::Array{value});
    return values;
  }

  void hold_event() {
    say("holding the event, drawing");
    clock_.set(event_ + std::chrono::minutes(5));
    Json const values = thrown();
    office_.act(office_.person(Role::drawer), "draw_ceremony", "record", ceremony_, values);
    office_.act(office_.person(Role::leader), "draw_ceremony", "confirm", ceremony_, values);
    publish();
    auto const outcome = must(inspection::compute_draw(system_, task_), "compute_draw");
    if (!outcome.refused.empty()) throw failed("check.assign", outcome.refused.front());
    if (!outcome.firms_without_inspectors.empty()) throw kernel::Refused("not_matched");
    publish();
  }

  struct Visit {
    Uuid check;
    Uuid account;  // of the first inspector
    std::vector<std::string> certificates;
    Establishment const* firm = nullptr;
  };

  std::vector<Visit> visits() {
    std::unordered_map<std::string, Establishment const*> known;
    for (auto const& row : establishments_) known.emplace(std::string(scheme) + ":" + row.licence, &row);
    std::vector<Visit> out;
    kernel::Query query;
    query.where = {{"task", kernel::Compare::equal, {to_string(task_)}}};
    must(system_.reads().stream(everything(), "check", query,
                                [&](kernel::Found const& found) {
                                  auto const& check = found.as<inspection::Check>();
                                  out.push_back({found.id, account_of_.at(check.inspectors.front()),
                                                 check.certificates, known.at(check.firm_key)});
                                  return true;
                                }),
         "checks");
    return out;
  }

  void carry_out() {
    say("carrying out the checks");
    pass(std::chrono::hours(5 * 24));
    visits_ = visits();
    each([](Visit const&) { return Json(); }, "issue_notice",
         [this](Visit const&) { return office_.person(Role::officer); });
    auto const inspector = [](Visit const& visit) { return visit.account; };
    each([](Visit const& visit) { return start_of(visit); }, "start", inspector);
    each([this](Visit const& visit) { return result_of(visit); }, "enter_result", inspector);
  }

  void publish_results() {
    say("reviewing and publishing the results");
    pass(std::chrono::hours(24));
    each([](Visit const&) { return Json(); }, "review",
         [this](Visit const&) { return office_.person(Role::reviewer); });
    each([](Visit const&) { return Json(Json::Object{}); }, "publish",
         [this](Visit const&) { return office_.person(Role::publisher); });
    // The city publishes every establishment's risk itself: opening the draw tells nothing new.
    must(inspection::open_draw(system_, office_.person(Role::publisher), task_, inspection::Opening::anyway),
         "inspection_task.open");
  }

  template <class Payload, class Who>
  void each(Payload const& payload, std::string const& action, Who const& who) {
    std::vector<kernel::Command> commands;
    for (auto const& visit : visits_)
      commands.push_back(Office::command(who(visit), "check", action, visit.check, payload(visit)));
    office_.act_all(std::move(commands));
  }

  static Json start_of(Visit const& visit) {
    Json shown;
    for (auto const& certificate : visit.certificates) shown.push(certificate);
    Json start;
    start.set("certificates_shown", shown);
    start.set("entry_scan", "not_scanned");
    start.set("entry_scan_reason", "replay of an inspection of 2011 to 2014");
    return start;
  }

  // What the city found, with its row as the evidence.
  Json result_of(Visit const& visit) {
    auto const& firm = *visit.firm;
    std::string const row = firm.inspection + " of " + firm.inspected_on + ": " + firm.result +
                            (firm.violations.empty() ? "" : ", violations " + firm.violations);
    Json answer;
    answer.set("question", "1");
    answer.set("finding", firm.failed() ? "problem" : "ok");
    Json evidence;
    evidence.set("sha256", to_hex(must(system_.blobs().put(row), "blob").sha256));
    evidence.set("kind", "site_record");
    Json entered;
    entered.set("result", firm.failed() ? "ordered_to_correct" : "no_problem");
    entered.set("result_text", row);
    entered.set("ended_on", to_string(today()));
    entered.set("answers", Json::Array{answer});
    entered.set("evidence", Json::Array{evidence});
    entered.set("sign_off", "signed_by_firm");
    return entered;
  }

  // The log first, then the draw's folder from its proofs. Answers the folder once there is a plan.
  std::string publish() {
    std::string folder;
    for (auto const& published : must(inspection::publish_folders(system_), "publish"))
      folder = published.folder;
    return folder;
  }

  std::string verify(std::string const& folder) {
    publication::DrawVerifyOptions options;
    options.vkey = system_.log().vkey();
    options.at = clock_.now();
    options.require = publication::Grade::bing;  // nobody cosigns a replay
    publication::FolderSource const source(system_.log().folder() / folder);
    auto const verdict = publication::verify_draw(source, options);
    if (!verdict) return verdict.failure().error + " " + verdict.failure().file;
    return "ok " + std::string(publication::to_string(verdict.report().grade));
  }

  System& system_;
  FixedClock& clock_;
  std::span<Establishment const> establishments_;
  std::uint64_t sample_;
  Say const& say_;
  Office office_;
  Uuid organisation_, department_, item_, task_, ceremony_;
  Instant event_;
  std::unordered_map<Uuid, Uuid> account_of_;
  std::vector<Visit> visits_;
};

}  // namespace

kernel::Settings chicago_settings(std::string database) {
  return {std::string(city), "replay.example/chicago", std::move(database)};
}

Result<Round> run_round(System& system, FixedClock& clock, std::span<Establishment const> establishments,
                        std::uint64_t sample, Say const& say) {
  try {
    return RoundRun(system, clock, establishments, sample, say).run();
  } catch (kernel::Refused const& refused) {
    return refused.refusal();
  }
}

}  // namespace plumbline::replay
