// A supervision round from the task to the bulletin, told through the ordinary acts.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "base/uuid.hpp"
#include "demo/city.hpp"
#include "reflect/json.hpp"

namespace plumbline::demo {

enum class Extent : std::uint8_t {
  finished,  // every result published, follow-ups closed, draw opened
  under_way  // drawn, a recusal granted, a reserve used, about half of the firms visited
};

struct RoundPlan {
  std::string label;  // distinguishes what follows from the seed: "first"
  std::string title;
  Uuid item;
  Uuid batch;
  Uuid department;
  Json design;  // inspection::DrawDesign
  Date begins;  // a working day
  Extent extent = Extent::finished;
};

// Product quality at manufacturers, every firm with the same chance; finished.
RoundPlan first_round(City const& city);
// Food, firms of a higher risk class with a higher chance; under way.
RoundPlan second_round(City const& city);

struct RoundReport {
  Uuid task;
  std::string draw;    // "DR-2026-371500-0001"
  std::string folder;  // below DIR/public
  std::int64_t drawn = 0;
  std::int64_t checks_done = 0;
};

// The dice of the ceremony follow from the seed as well: a demonstration, no chance. Throws
// std::runtime_error as build_city.
RoundReport run_round(kernel::System& system, SteppingClock& clock, City const& city, RoundPlan const& plan);

}  // namespace plumbline::demo
