// Against R's survey and sampling packages (the reference tables beside the project).
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>

#include "csv.hpp"
#include "stats/estimate.hpp"

namespace plumbline::stats {
namespace {

using testing::number;
using testing::read_csv;
using testing::Row;

Estimate total_of(std::vector<SampledUnit> const& units) { return *estimate_total(units, 0.95); }

DesignRate rate_of(std::vector<SampledUnit> const& units, RateQuestion const& question) {
  auto const result = estimate_rate(units, question);
  EXPECT_TRUE(result) << result.refusal().code;
  return *result;
}

RateQuestion hajek(std::optional<std::uint64_t> population = {},
                   RateInterval interval = RateInterval::student) {
  return {RateEstimator::hajek, interval, 0.95, population};
}

class SurveyReference : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!std::filesystem::exists(folder + "expected.csv"))
      GTEST_SKIP() << "no reference data beside the project";
    expected = read_csv(folder + "expected.csv");
  }
  Row const& row(std::string const& name, std::string const& param, std::string const& note = "") const {
    for (auto const& candidate : expected)
      if (candidate.at("case") == name && candidate.at("param") == param &&
          candidate.at("note").find(note) != std::string::npos)
        return candidate;
    throw std::runtime_error("no row " + name + ", " + param);
  }
  static void expect(Estimate const& got, Row const& want) {
    ASSERT_TRUE(got.value && got.standard_error) << want.at("param");
    EXPECT_NEAR(*got.value, number(want, "estimate"), 1e-8 * std::abs(number(want, "estimate")))
        << want.at("param");
    EXPECT_NEAR(*got.standard_error, number(want, "se"), 1e-8 * number(want, "se")) << want.at("param");
  }
  // y and x by row; pi and stratum as the design of the case has them.
  template <class Y, class X>
  std::vector<SampledUnit> units(std::string const& file, Y y, X x) const {
    std::map<std::string, std::uint32_t> strata;
    std::vector<SampledUnit> out;
    for (auto const& cells : read_csv(folder + file)) {
      bool const is_api = cells.contains("api00");
      std::string const stratum =
          is_api ? (file == "apistrat.csv" ? cells.at("stype") : "") : cells.at("county");
      auto const number_of = strata.emplace(stratum, static_cast<std::uint32_t>(strata.size())).first->second;
      double const pi = is_api ? 1 / number(cells, "pw") : number(cells, "n_h") / number(cells, "N_h");
      out.push_back({number_of, pi, y(cells), x(cells)});
    }
    return out;
  }

  std::string const folder = PLUMBLINE_SHARED_DIR "/vectors/stats/survey/";
  std::vector<Row> expected;
};

auto const one = [](Row const&) { return 1.0; };

TEST_F(SurveyReference, SimpleAndStratifiedSamples) {
  auto const api00 = [](Row const& cells) { return number(cells, "api00"); };
  auto const enroll = [](Row const& cells) { return number(cells, "enroll"); };
  auto const population = [](std::vector<SampledUnit> const& sample) {
    double sum = 0;
    for (auto const& unit : sample) sum += 1 / unit.pi;
    return static_cast<std::uint64_t>(std::llround(sum));
  };
  auto const srs = units("apisrs.csv", api00, one);
  expect(*estimate_ratio(srs, 0.95), row("apisrs", "mean api00"));
  expect(*estimate_mean(srs, population(srs), 0.95), row("apisrs", "mean api00"));
  auto const stratified = units("apistrat.csv", api00, one);
  expect(*estimate_ratio(stratified, 0.95), row("apistrat", "mean api00"));
  expect(*estimate_mean(stratified, population(stratified), 0.95), row("apistrat", "mean api00"));
  expect(*estimate_total(units("apistrat.csv", enroll, one), 0.95), row("apistrat", "total enroll"));
}

TEST_F(SurveyReference, Domains) {
  for (std::string const type : {"E", "H", "M"}) {
    auto const inside = [&](Row const& cells) { return cells.at("stype") == type ? 1.0 : 0.0; };
    auto const met = [&](Row const& cells) {
      return inside(cells) * (cells.at("sch.wide") == "Yes" ? 1.0 : 0.0);
    };
    expect(*estimate_ratio(units("apistrat.csv", met, inside), 0.95),
           row("apistrat", "domain mean sch.wide stype=" + type));
  }
  for (std::string const name : {"strat1", "strat3"})
    for (std::string const risk : {"H", "L", "M"}) {
      auto const inside = [&](Row const& cells) { return cells.at("risk") == risk ? 1.0 : 0.0; };
      auto const pass = [&](Row const& cells) { return inside(cells) * number(cells, "pass"); };
      expect(rate_of(units(name + ".csv", pass, inside), hajek()).estimate, row(name, "domain risk=" + risk));
    }
}

TEST_F(SurveyReference, PassRatesAndTheirIntervals) {
  struct Kind {
    RateInterval interval;
    std::string name;
  };
  std::vector<Kind> const kinds{
      {RateInterval::student, "mean"}, {RateInterval::logit, "logit"}, {RateInterval::korn_graubard, "beta"}};
  auto const expect_interval = [](DesignRate const& got, Row const& want) {
    // R's logit model stops its iteration at about 1e-11.
    EXPECT_EQ(got.estimate.degrees_of_freedom, static_cast<std::uint64_t>(number(want, "df")))
        << want.at("param");
    EXPECT_NEAR(got.estimate.interval->lower, number(want, "lo"), 1e-8) << want.at("param");
    EXPECT_NEAR(got.estimate.interval->upper, number(want, "hi"), 1e-8) << want.at("param");
  };
  auto const pass = [](Row const& cells) { return number(cells, "pass"); };
  auto const high = [](Row const& cells) { return number(cells, "api00") > 875 ? 1.0 : 0.0; };
  for (auto const& kind : kinds) {
    for (std::string const name : {"strat1", "strat3"}) {
      auto const rate = rate_of(units(name + ".csv", pass, one), hajek({}, kind.interval));
      expect(rate.estimate, row(name, "stratified pass rate"));
      expect_interval(rate, row(name, "pass rate CI " + kind.name));
    }
    expect_interval(rate_of(units("apistrat.csv", high, one), hajek({}, kind.interval)),
                    row("apistrat", "P(api00>875) svyciprop " + kind.name));
  }
  for (std::string const name : {"strat1", "strat3"}) {
    auto const size = [](Row const& cells) { return number(cells, "size"); };
    auto const passed_size = [](Row const& cells) { return number(cells, "size") * number(cells, "pass"); };
    expect(*estimate_ratio(units(name + ".csv", passed_size, size), 0.95),
           row(name, "size-weighted pass rate (ratio)"));
  }
}

std::vector<double> read_matrix(std::string const& path) {
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  std::vector<double> out;
  while (std::getline(file, line))
    for (auto const& cell : testing::split_cells(line)) out.push_back(std::stod(cell));
  return out;
}

TEST_F(SurveyReference, UnequalProbabilitiesWithKnownPairs) {
  auto const column = [&](std::string const& file, std::string const& name) {
    std::vector<double> out;
    for (auto const& cells : read_csv(folder + file)) out.push_back(number(cells, name));
    return out;
  };
  auto const near = [](double got, double want) { EXPECT_NEAR(got, want, 1e-8 * std::abs(want)); };
  for (std::string const name : {"Bush", "Kerry", "Nader"}) {
    auto const y = column("election_pps.csv", name);
    auto const pi = column("election_pps.csv", "p");
    auto const joint = read_matrix(folder + "election_jointprob.csv");
    near(std::sqrt(*horvitz_thompson_variance(y, pi, joint)),
         number(row("election_pps", "HT total " + name, "variance HT"), "se"));
    near(std::sqrt(*sen_yates_grundy_variance(y, pi, joint)),
         number(row("election_pps", "HT total " + name, "variance YG"), "se"));
    std::vector<SampledUnit> sample;
    sample.reserve(y.size());
    for (std::size_t i = 0; i < y.size(); ++i) sample.push_back({0, pi[i], y[i], 1});
    auto const total = total_of(sample);
    near(*total.value, number(row("election_pps", "HT total " + name, "variance HT"), "estimate"));
    // Hájek-Deville needs no pairs and comes close to the exact variance.
    double const exact = number(row("election_pps", "HT total " + name, "variance YG"), "se");
    EXPECT_NEAR(*total.standard_error, exact, 0.05 * exact) << name;
  }
  for (std::string const name : {"pps1", "pps3"}) {
    auto const pi = column(name + ".csv", "pi");
    auto const joint = read_matrix(folder + name + "_joint.csv");
    for (std::string const item : {"pass", "items"}) {
      auto const y = column(name + ".csv", item);
      near(*horvitz_thompson_variance(y, pi, joint),
           number(row(name, "variance HT form of HT total " + item), "estimate"));
      near(*sen_yates_grundy_variance(y, pi, joint),
           number(row(name, "variance SYG form of HT total " + item), "estimate"));
      std::vector<SampledUnit> sample;
      sample.reserve(y.size());
      for (std::size_t i = 0; i < y.size(); ++i) sample.push_back({0, pi[i], y[i], 1});
      near(*total_of(sample).value, number(row(name, "HT total " + item), "estimate"));
      auto const mean = *estimate_ratio(sample, 0.95);
      near(*mean.value, number(row(name, "Hajek mean " + item), "estimate"));
      std::vector<double> residuals;
      residuals.reserve(y.size());
      double weights = 0;
      for (double probability : pi) weights += 1 / probability;
      for (double value : y) residuals.push_back((value - *mean.value) / weights);
      if (name == "pps3" && item == "pass") {
        EXPECT_EQ(mean.status, EstimateStatus::no_variation);  // all pass: R prints a standard error of 1e-17
      } else {
        near(std::sqrt(*sen_yates_grundy_variance(residuals, pi, joint)),
             number(row(name, "Hajek mean " + item, "Sen-Yates-Grundy"), "se"));
      }
    }
  }
}

TEST_F(SurveyReference, AllPassIsNeverAWidthOfZero) {
  // R's survey prints estimate 1 and standard error 0 for this case.
  EXPECT_EQ(number(row("allpass_n12_N60", "pass rate CI beta"), "se"), 0);
  auto const rate = rate_of(std::vector<SampledUnit>(12, {0, 12 / 60.0, 1, 1}), hajek(60)).estimate;
  EXPECT_EQ(rate.status, EstimateStatus::all_alike);
  EXPECT_LT(rate.interval->lower, 0.8);
}

}  // namespace
}  // namespace plumbline::stats
