// plumbline replay chicago: real firms through the whole house, and the interval's promise put to the test.
#include <iostream>

#include "base/hash.hpp"
#include "replay/chicago.hpp"
#include "support.hpp"

namespace plumbline::app {
namespace {

// The round spans eight days; it is over before the certificates and calendars of the year run out.
constexpr std::string_view default_start = "2026-03-02T01:00:00Z";

// A folder of its own, unless the user names one; then it stays.
class ReplayFolder {
 public:
  explicit ReplayFolder(fs::path wanted) : path_(std::move(wanted)), scratch_(path_.empty()) {
    if (scratch_) path_ = fs::temp_directory_path() / ("plumbline-replay-" + hex_encode(random_bytes(8)));
  }
  ~ReplayFolder() {
    std::error_code ignored;
    if (scratch_) fs::remove_all(path_, ignored);
  }
  ReplayFolder(ReplayFolder const&) = delete;
  ReplayFolder& operator=(ReplayFolder const&) = delete;
  fs::path const& path() const { return path_; }

 private:
  fs::path path_;
  bool scratch_;
};

Json interval_of(inspection::RateFigure const& rate) {
  Json interval;
  interval.push(rate.lower ? Json(*rate.lower) : Json());
  interval.push(rate.upper ? Json(*rate.upper) : Json());
  return interval;
}

Json summary(replay::Round const& round, double census, replay::Coverage const& coverage) {
  auto const& rate = round.bulletin.problem_rate;
  Json line;
  line.set("firms_imported", round.imported.created);
  line.set("census_rate", census);
  line.set("estimate", rate.value ? Json(*rate.value) : Json());
  line.set("interval", interval_of(rate));
  line.set("coverage", coverage.rate());
  line.set("redraws", coverage.redraws);
  return line;
}

void print_text(replay::Round const& round, double census, replay::Coverage const& coverage) {
  auto const& rate = round.bulletin.problem_rate;
  std::cout << "firms imported  " << round.imported.created << "\ndraw            " << round.bulletin.draw
            << " (" << round.bulletin.drawn.value << " drawn, " << round.bulletin.published.value
            << " results published)"
            << "\nverified        " << round.verdict << "\ncensus rate     " << census << "\nestimate        "
            << rate.value.value_or(0) << "  (" << rate.estimator << ", 95 % interval "
            << rate.lower.value_or(0) << " to " << rate.upper.value_or(1) << ")\ncoverage        "
            << coverage.rate() << " over " << coverage.redraws << " redraws\n";
}

}  // namespace

int run_replay_chicago(ReplayOptions const& options) {
  if (options.redraws < 1) throw UsageError("--redraws takes a number from 1");
  auto const start = parse_instant(options.common.at.value_or(std::string(default_start)));
  if (!start) throw UsageError("--at takes an instant like 2026-03-02T09:00:00+08:00");
  Output const output = options.common.output;
  constexpr std::uint64_t sample = 500;
  auto const say = [](std::string_view what) { std::cerr << what << '\n'; };

  auto const firms = replay::read_establishments(options.folder / "inspections.csv");
  if (!firms) return refused(firms.refusal(), output);
  ReplayFolder const folder(options.common.data);
  FixedClock clock(*start);
  if (auto made = kernel::System::init(folder.path(), replay::chicago_settings(), catalogue(), clock); !made)
    return refused(made.refusal(), output);
  mark_chosen_times(folder.path());
  auto const system = kernel::System::open(folder.path(), catalogue(), clock);
  auto const round = replay::run_round(*system, clock, *firms, sample, say);
  if (!round) return refused(round.refusal(), output);
  auto const coverage =
      replay::measure_coverage(*firms, sample, static_cast<std::uint64_t>(options.redraws), say);
  if (!coverage) return refused(coverage.refusal(), output);
  double const census = replay::census_rate(*firms);
  if (output == Output::json)
    print(summary(*round, census, *coverage), output);
  else
    print_text(*round, census, *coverage);
  return round->verdict.starts_with("ok") ? 0 : 1;
}

}  // namespace plumbline::app
