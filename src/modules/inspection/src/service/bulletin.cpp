// The figures of a round, each with the list of records behind it.
#include <algorithm>
#include <charconv>
#include <unordered_map>

#include "reflect/json.hpp"
#include "stats/estimate.hpp"
#include "work.hpp"

namespace plumbline::inspection {

namespace {

constexpr double confidence = 0.95;

std::string filter_of(Uuid task, std::string_view field, std::vector<std::string_view> const& values) {
  Json filter;
  filter.set("task", to_string(task));
  if (!field.empty()) {
    Json list;
    for (auto value : values) list.push(std::string(value));
    filter.set(field, std::move(list));
  }
  return write_json(filter);
}

std::vector<std::string_view> const& done_states() {
  static std::vector<std::string_view> const states{"result_entered", "sent_back", "reviewed", "published",
                                                    "withdrawn",      "follow_up", "closed"};
  return states;
}
std::vector<std::string_view> const& published_states() {
  static std::vector<std::string_view> const states{"published", "follow_up", "closed"};
  return states;
}
std::vector<std::string_view> const& unpublished_states() {
  static std::vector<std::string_view> const states{"result_entered", "sent_back", "reviewed", "withdrawn"};
  return states;
}
std::vector<std::string_view> const& problem_codes() {
  static std::vector<std::string_view> const codes{"annual_report_missing", "information_missing",
                                                   "information_false",     "unreachable",
                                                   "ordered_to_correct",    "refused",
                                                   "follow_up_pending"};
  return codes;
}

bool is_one_of(std::vector<std::string_view> const& values, std::string_view value) {
  return std::ranges::count(values, value) > 0;
}

// "4/30" as 4/30; certain units are "1/1".
std::optional<double> fraction(std::string_view text) {
  auto const slash = text.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  std::uint64_t parts[2] = {0, 0};
  std::string_view const texts[2] = {text.substr(0, slash), text.substr(slash + 1)};
  for (int i = 0; i < 2; ++i) {
    auto const part = texts[i];
    auto const [end, error] = std::from_chars(part.data(), part.data() + part.size(), parts[i]);
    if (error != std::errc() || end != part.data() + part.size()) return std::nullopt;
  }
  if (parts[1] == 0) return std::nullopt;
  return static_cast<double>(parts[0]) / static_cast<double>(parts[1]);
}

struct Seen {
  std::int64_t drawn = 0;  // by chance, substitutes left out
  std::int64_t all = 0;    // with substitutes
  std::int64_t done = 0;
  std::int64_t problems = 0;
  std::int64_t published = 0;
  std::int64_t unpublished = 0;
  std::int64_t on_time = 0;
  std::int64_t late = 0;
  std::int64_t open = 0;  // drawn by chance and not done
  std::int64_t gone = 0;  // drawn by chance and void
  std::vector<stats::SampledUnit> units;
};

void count_check(kernel::Found const& found, std::unordered_map<std::string, std::uint32_t>& strata,
                 Seen& seen) {
  auto const& check = found.as<Check>();
  bool const done = is_one_of(done_states(), found.state);
  bool const gone = found.state == "void";
  ++seen.all;
  seen.done += done;
  seen.problems += done && is_problem(check.result);
  seen.published += is_one_of(published_states(), found.state);
  seen.unpublished += is_one_of(unpublished_states(), found.state);
  seen.on_time += check.timeliness == Timeliness::on_time;
  seen.late += check.timeliness == Timeliness::late;
  auto const pi = fraction(check.pi);
  if (!pi || (check.selection != Selection::random && check.selection != Selection::certain)) return;
  ++seen.drawn;
  seen.open += !done && !gone;
  seen.gone += gone;
  if (!done && !gone) return;
  auto const next = static_cast<std::uint32_t>(strata.size());
  auto const stratum = strata.emplace(check.stratum, next).first->second;
  seen.units.push_back({stratum, *pi, done && is_problem(check.result) ? 1.0 : 0.0, gone ? 0.0 : 1.0});
}

// All drawn firms checked: Horvitz-Thompson over the whole frame. Firms that turned out to be gone make the
// living ones a domain, open checks make the answer provisional: both are ratios.
Result<RateFigure> problem_rate(Seen const& seen, InspectionTask const& task, Uuid id) {
  RateFigure figure;
  for (auto const& stratum : task.frozen_strata) figure.population += stratum.population;
  bool const whole = seen.open == 0 && seen.gone == 0;
  stats::RateQuestion question;
  question.estimator = whole ? stats::RateEstimator::horvitz_thompson : stats::RateEstimator::hajek;
  question.confidence = confidence;
  if (whole) question.population = static_cast<std::uint64_t>(figure.population);
  auto const rate = stats::estimate_rate(seen.units, question);
  if (!rate) return rate.refusal();
  figure.estimator = whole ? "horvitz_thompson" : "hajek";
  figure.status = stats::to_string(rate->estimate.status);
  figure.value = rate->estimate.value;
  figure.side = stats::to_string(rate->estimate.side);
  if (rate->estimate.interval) {
    figure.lower = rate->estimate.interval->lower;
    figure.upper = rate->estimate.interval->upper;
  }
  figure.failing = static_cast<std::int64_t>(rate->failing);
  figure.units = static_cast<std::int64_t>(rate->units);
  figure.register_name = "check";
  figure.filter = filter_of(id, "selection", {"certain", "random"});
  return figure;
}

Json json_of(Figure const& figure) {
  Json json;
  json.set("value", figure.value);
  json.set("register", figure.register_name);
  json.set("filter", figure.filter);
  return json;
}

Json json_of(RateFigure const& figure) {
  Json json;
  json.set("estimator", figure.estimator);
  json.set("status", figure.status);
  if (figure.value) json.set("value", *figure.value);
  if (figure.lower) json.set("lower", *figure.lower);
  if (figure.upper) json.set("upper", *figure.upper);
  json.set("side", figure.side);
  json.set("failing", figure.failing);
  json.set("units", figure.units);
  json.set("population", figure.population);
  json.set("register", figure.register_name);
  json.set("filter", figure.filter);
  return json;
}

std::string percent(double value) {
  char text[32];
  auto const end = std::to_chars(text, text + sizeof text, value * 100, std::chars_format::fixed, 2).ptr;
  return std::string(text, end) + "%";
}

}  // namespace

Result<Bulletin> bulletin(System& system, kernel::Viewer const& viewer, Uuid task) {
  auto const found = system.reads().get(viewer, "inspection_task", task);
  if (!found) return refusal("unknown_task");
  auto const& record = found->as<InspectionTask>();
  Seen seen;
  std::unordered_map<std::string, std::uint32_t> strata;
  kernel::Query query;
  query.where = {{"task", kernel::Compare::equal, {to_string(task)}}};
  auto const read = system.reads().stream(viewer, "check", query, [&](kernel::Found const& check) {
    count_check(check, strata, seen);
    return true;
  });
  if (!read) return read.refusal();

  Bulletin out;
  out.title = record.title;
  out.draw = record.draw.value_or("");
  std::int64_t planned = 0;
  for (auto const& stratum : record.frozen_strata) planned += stratum.sample_size;
  out.planned = {"planned", planned, "inspection_task", R"({"id":")" + to_string(task) + R"("})"};
  out.drawn = {"drawn", seen.drawn, "check", filter_of(task, "selection", {"certain", "random"})};
  out.done = {"done", seen.done, "check", filter_of(task, "state", done_states())};
  out.with_problem = {"with_problem", seen.problems, "check", filter_of(task, "result", problem_codes())};
  out.published = {"published", seen.published, "check", filter_of(task, "state", published_states())};
  out.on_time = {"on_time", seen.on_time, "check", filter_of(task, "timeliness", {"on_time"})};
  out.late = {"late", seen.late, "check", filter_of(task, "timeliness", {"late"})};
  out.unpublished = {"unpublished", seen.unpublished, "check",
                     filter_of(task, "state", unpublished_states())};
  auto rate = problem_rate(seen, record, task);
  if (!rate) return rate.refusal();
  out.problem_rate = std::move(*rate);
  return out;
}

std::string bulletin_json(Bulletin const& bulletin) {
  Json json;
  json.set("title", bulletin.title);
  json.set("draw", bulletin.draw);
  for (auto const* figure : {&bulletin.planned, &bulletin.drawn, &bulletin.done, &bulletin.with_problem,
                             &bulletin.published, &bulletin.on_time, &bulletin.late, &bulletin.unpublished})
    json.set(figure->name, json_of(*figure));
  json.set("problem_rate", json_of(bulletin.problem_rate));
  return write_json_pretty(json);
}

std::string bulletin_text(Bulletin const& bulletin) {
  std::string text = bulletin.title;
  if (!bulletin.draw.empty()) text += "（" + bulletin.draw + "）";
  auto const firms = [](Figure const& figure) { return std::to_string(figure.value) + "户"; };
  text += "：计划抽查" + firms(bulletin.planned) + "，抽取" + firms(bulletin.drawn) + "，完成检查" +
          firms(bulletin.done) + "，发现问题" + firms(bulletin.with_problem) + "，按期公示" +
          firms(bulletin.on_time) + "，逾期公示" + firms(bulletin.late) + "，尚未公示" +
          firms(bulletin.unpublished) + "。";
  auto const& rate = bulletin.problem_rate;
  if (!rate.value) return text + "问题发现率暂不能估计（" + rate.status + "）。";
  text += "名录库问题发现率估计为" + percent(*rate.value);
  if (rate.lower && rate.upper)
    text += "，95%置信区间" + percent(*rate.lower) + "至" + percent(*rate.upper);
  else
    text += "（" + rate.status + "，无置信区间）";
  return text + "。";
}

}  // namespace plumbline::inspection
