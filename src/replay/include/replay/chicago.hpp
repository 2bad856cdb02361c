// Real firms through the whole house: the food inspections of the City of Chicago, 2011 to 2014 (MIT licence,
// City of Chicago). Everybody was inspected, so the true failure rate is known, and what a drawn sample says
// of it can be held against the truth.
//
//   strata   Restaurant / Facility_Type containing "Grocery" / all others
//   weights  Risk 1 (High) 4, Risk 2 (Medium) 2, Risk 3 (Low) 1
//   outcome  "Fail" in the firm's latest inspection (by date, then by number)
#pragma once
#include <array>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "inspection/service.hpp"
#include "kernel/import.hpp"
#include "kernel/system.hpp"

namespace plumbline::replay {

enum class Stratum : std::uint8_t { restaurant, grocery, other };
inline constexpr std::size_t stratum_count = 3;
std::string_view to_string(Stratum stratum);

// One licence with its latest inspection.
struct Establishment {
  std::string licence;
  std::string name;
  std::string address;
  std::string facility_type;
  std::string risk;  // as in the file: "Risk 1 (High)"
  std::string inspection;
  std::string inspected_on;  // YYYY-MM-DD
  std::string result;
  std::string violations;  // codes, "18|29"
  std::uint64_t weight = 0;
  Stratum stratum = Stratum::other;
  bool failed() const { return result == "Fail"; }
};

// By licence, ascending as text. Refused: as open_table(), "missing_column", "bad_row" (detail: row and
// reason).
Result<std::vector<Establishment>> read_establishments(std::filesystem::path const& inspections_csv);

// Share of establishments whose latest inspection failed; 0 for none.
double census_rate(std::span<Establishment const> establishments);

// `total` in proportion to the populations by largest remainder, then at least `least` in each that has so
// many.
std::array<std::uint64_t, stratum_count> allocate(std::array<std::uint64_t, stratum_count> const& population,
                                                  std::uint64_t total, std::uint64_t least = 2);

using Say = std::function<void(std::string_view)>;

// How often the 95 % interval of the Horvitz-Thompson estimate holds the census rate, over fresh seeds. In
// memory; nothing is logged. An estimate without an interval counts as not covering.
struct Coverage {
  std::uint64_t redraws = 0;
  std::uint64_t covered = 0;
  double mean_estimate = 0;
  double rate() const {
    return redraws == 0 ? 0 : static_cast<double>(covered) / static_cast<double>(redraws);
  }
};
Result<Coverage> measure_coverage(std::span<Establishment const> establishments, std::uint64_t sample,
                                  std::uint64_t redraws, Say const& say = {});

// The settings a data folder for this replay is made with.
kernel::Settings chicago_settings(std::string database = "");

struct Round {
  kernel::ImportReport imported;
  inspection::Bulletin bulletin;
  std::string folder;   // of the published draw, below public/
  std::string verdict;  // "ok 丙", or the error's name of draw-publication.md
};
// Imports every establishment through the ordinary import and runs one round to the publication of its
// results. The clock must be the system's; it is moved on as the round goes (a plan comes days before its
// event, the checks a week after it). Refused where any act is refused, with the act's code.
Result<Round> run_round(kernel::System& system, FixedClock& clock,
                        std::span<Establishment const> establishments, std::uint64_t sample,
                        Say const& say = {});

}  // namespace plumbline::replay
