#include <algorithm>
#include <iterator>
#include <limits>
#include <unordered_map>

#include "arguments.hpp"
#include "families.hpp"
#include "stats/draw.hpp"
#include "stats/match.hpp"

namespace plumbline::statsapi {
namespace {

using stats::DrawnUnit;
using Index = std::unordered_map<std::string_view, std::uint32_t>;

// Texts of the case are pointed at, not copied: the case outlives the reading.
std::string_view text_member(Json const& object, std::string_view name) {
  auto const* found = object.find(name);
  auto const* text = found == nullptr ? nullptr : found->as_text();
  return text == nullptr ? std::string_view() : std::string_view(*text);
}

// A whole number from `least`; nothing when it is none.
std::optional<std::uint64_t> whole(Json const* value, std::int64_t least = 0) {
  auto const* integer = value == nullptr ? nullptr : value->as_integer();
  if (integer == nullptr || *integer < least) return {};
  return static_cast<std::uint64_t>(*integer);
}

std::uint32_t at_most_u32(std::uint64_t value) {
  return static_cast<std::uint32_t>(
      std::min<std::uint64_t>(value, std::numeric_limits<std::uint32_t>::max()));
}

HashSuite read_suite(Arguments& arguments) {
  return arguments.one_of("suite", arguments.text("suite"), hash_suite);
}

Hash read_hash(Arguments& arguments, std::string_view name) {
  if (auto hash = hash_from_hex(arguments.text(name))) return *hash;
  arguments.complain(name, "not 64 lower-case hex digits");
  return {};
}

// ---- draw ------------------------------------------------------------------------------------------------

struct DrawCase {
  HashSuite suite = HashSuite::sha256;
  Hash seed{};
  std::vector<stats::DrawStratum> strata;
  std::vector<stats::DrawUnit> units;
};

std::vector<stats::SeedSource> read_sources(Arguments& arguments) {
  std::vector<stats::SeedSource> out;
  for (auto const& source : arguments.array("sources")) {
    auto const* id = source.find("id");
    auto const* hex = source.find("value_hex");
    bool const has_texts =
        id != nullptr && id->as_text() != nullptr && hex != nullptr && hex->as_text() != nullptr;
    auto value = has_texts ? hex_decode(*hex->as_text()) : std::nullopt;
    if (value)
      out.push_back({*id->as_text(), std::move(*value)});
    else
      arguments.complain("sources", "a source is not {id, value_hex}");
  }
  return out;
}

std::vector<stats::DrawStratum> read_strata(Arguments& arguments) {
  std::vector<stats::DrawStratum> out;
  for (auto const& stratum : arguments.array("strata")) {
    auto const* id = stratum.find("id");
    auto const n = whole(stratum.find("n"));
    auto const* reserves = stratum.find("reserves");
    auto const reserve_count = reserves == nullptr ? std::optional<std::uint64_t>(0) : whole(reserves);
    if (id != nullptr && id->as_text() != nullptr && n && reserve_count)
      out.push_back({*id->as_text(), *n, *reserve_count});
    else
      arguments.complain("strata", "a stratum is not {id, n}, n a whole number from 0 to 2^63-1");
  }
  return out;
}

std::vector<stats::DrawUnit> read_units(Arguments& arguments, std::vector<stats::DrawStratum> const& strata) {
  Index index;
  for (std::uint32_t s = 0; s < strata.size(); ++s) index.emplace(strata[s].id, s);
  auto const& rows = arguments.array("units");
  std::vector<stats::DrawUnit> out;
  out.reserve(rows.size());
  for (auto const& row : rows) {
    auto const* id = row.find("id");
    auto const stratum = index.find(text_member(row, "stratum"));
    auto const weight = whole(row.find("w"));
    if (id == nullptr || id->as_text() == nullptr)
      arguments.complain("units", "a unit has no id");
    else if (!weight)
      arguments.complain("units", "a weight is not a whole number from 1 to 2^63-1");
    else
      out.push_back({*id->as_text(),
                     stratum == index.end() ? static_cast<std::uint32_t>(strata.size()) : stratum->second,
                     *weight});
  }
  return out;
}

DrawCase read_draw(Arguments& arguments) {
  DrawCase out;
  out.suite = read_suite(arguments);
  auto const draw_id = arguments.text("draw_id");
  auto const plan_hash = read_hash(arguments, "plan_hash");
  auto const sources = read_sources(arguments);
  out.strata = read_strata(arguments);
  out.units = read_units(arguments, out.strata);
  out.seed = stats::draw_seed(out.suite, draw_id, plan_hash, sources);
  return out;
}

Json::Array ids_json(std::vector<DrawnUnit> const& drawn, DrawCase const& example) {
  Json::Array out;
  out.reserve(drawn.size());
  for (auto const& unit : drawn) out.emplace_back(example.units[unit.unit].id);
  return out;
}

// Members in the order of the vectors. `tickets` lists the first five of certain ‖ selected.
Json stratum_json(stats::StratumResult const& result, DrawCase const& example, bool names_reserves) {
  constexpr std::size_t tickets_shown = 5;
  Json::Object pi;
  Json::Object tickets;
  for (auto const* list : {&result.certain, &result.selected})
    for (auto const& unit : *list) {
      std::string const id(example.units[unit.unit].id);
      pi.emplace_back(id, std::to_string(unit.pi_numerator) + "/" + std::to_string(unit.pi_denominator));
      if (tickets.size() < tickets_shown) tickets.emplace_back(id, to_hex(unit.ticket));
    }
  Json out;
  out.set("certain", ids_json(result.certain, example));
  out.set("selected", ids_json(result.selected, example));
  out.set("n_random", result.n_random);
  out.set("W", stats::to_string(result.W));
  out.set("r", result.start_attempts > 0 ? Json(std::to_string(result.r)) : Json());
  out.set("start_attempts", result.start_attempts);
  out.set("pi", std::move(pi));
  out.set("tickets", std::move(tickets));
  if (names_reserves) out.set("reserves", ids_json(result.reserves, example));
  return out;
}

enum class Others : std::uint8_t { allowed, refused };  // members that are not arguments

// seed and expected.
Result<Json> draw_results(Arguments& arguments, Others others) {
  auto const example = read_draw(arguments);
  if (others == Others::refused) arguments.refusal_with_unknown();
  if (arguments.refusal()) return *arguments.refusal();
  auto const result = stats::draw(example.suite, example.seed, example.strata, example.units);
  if (!result) return result.refusal();
  Json::Object strata;
  for (std::size_t s = 0; s < example.strata.size(); ++s)
    strata.emplace_back(std::string(example.strata[s].id),
                        stratum_json((*result)[s], example, example.strata[s].reserves > 0));
  Json out;
  out.set("seed", to_hex(example.seed));
  out.set("expected", std::move(strata));
  return out;
}

// ---- match -----------------------------------------------------------------------------------------------

struct MatchCase {
  HashSuite suite = HashSuite::sha256;
  Hash seed{};
  std::vector<stats::MatchInspector> inspectors;
  std::vector<stats::MatchTarget> targets;
};

void read_eligible(Arguments& arguments, MatchCase& example, Index const& inspectors, Index const& targets) {
  for (auto const& [target, list] : arguments.object("elig")) {
    auto const place = targets.find(target);
    if (place == targets.end()) return arguments.complain("elig", "a target is not in need");
    if (list.as_array() == nullptr) return arguments.complain("elig", "not lists of inspectors");
    auto& eligible = example.targets[place->second].eligible;
    for (auto const& one : *list.as_array()) {
      auto const found = one.as_text() == nullptr ? inspectors.end() : inspectors.find(*one.as_text());
      if (found == inspectors.end()) return arguments.complain("elig", "an inspector has no cap");
      eligible.push_back(found->second);
    }
  }
}

MatchCase read_match(Arguments& arguments) {
  MatchCase out;
  out.suite = read_suite(arguments);
  out.seed = read_hash(arguments, "seed");
  Index inspectors;
  Index targets;
  for (auto const& [id, cap] : arguments.object("cap")) {
    auto const value = whole(&cap);
    if (!value) arguments.complain("cap", "not a whole number from 0");
    inspectors.emplace(id, static_cast<std::uint32_t>(out.inspectors.size()));
    out.inspectors.push_back({id, at_most_u32(value.value_or(0))});
  }
  for (auto const& [id, need] : arguments.object("need")) {
    auto const value = whole(&need);
    if (!value) arguments.complain("need", "not a whole number from 0");
    targets.emplace(id, static_cast<std::uint32_t>(out.targets.size()));
    out.targets.push_back({id, at_most_u32(value.value_or(0)), {}});
  }
  read_eligible(arguments, out, inspectors, targets);
  return out;
}

// feasible, max_load, assignment and, where there is none, hall.
Result<Json> match_results(Arguments& arguments, Others others) {
  auto const example = read_match(arguments);
  if (others == Others::refused) arguments.refusal_with_unknown();
  if (arguments.refusal()) return *arguments.refusal();
  auto const match = stats::match(example.suite, example.seed, example.targets, example.inspectors);
  if (!match) return match.refusal();
  Json::Object assignment;
  for (auto const& pairs : match->assignment) {
    Json::Array names;
    for (auto inspector : pairs.inspectors) names.emplace_back(example.inspectors[inspector].id);
    assignment.emplace_back(std::string(example.targets[pairs.target].id), std::move(names));
  }
  Json out;
  out.set("feasible", match->feasible);
  out.set("max_load", match->load_max);
  out.set("assignment", std::move(assignment));
  if (match->feasible) return out;
  Json::Array hall;
  for (auto target : match->hall) hall.emplace_back(example.targets[target].id);
  out.set("hall", std::move(hall));
  return out;
}

// ---- cases and functions ---------------------------------------------------------------------------------

// The case with `names` (what is computed) replaced; a refusal becomes `error`, in words.
Json computed(Json example, Result<Json> (*compute)(Arguments&, Others),
              std::initializer_list<std::string_view> names) {
  auto* members = example.as_object();
  if (members == nullptr) return Json(Json::Object{{"error", "a case is not a JSON object"}});
  std::erase_if(*members, [&](Json::Member const& member) {
    return std::find(names.begin(), names.end(), member.first) != names.end();
  });
  Arguments arguments(example);
  auto results = compute(arguments, Others::allowed);
  if (!results) {
    members->emplace_back("error", results.refusal().detail);
    return example;
  }
  std::move(results->as_object()->begin(), results->as_object()->end(), std::back_inserter(*members));
  return example;
}

Result<Json> draw_function(Json const& line) {
  Arguments arguments(line);
  return draw_results(arguments, Others::refused);
}

Result<Json> match_function(Json const& line) {
  Arguments arguments(line);
  return match_results(arguments, Others::refused);
}

constexpr Function table[] = {
    {"draw",
     "suite (\"sha256\", \"sm3\"), draw_id, plan_hash, sources [{id, value_hex}], strata [{id, n, "
     "reserves?}], "
     "units [{id, stratum, w}]",
     "seed, expected {stratum: {certain, selected, n_random, W, r, start_attempts, pi, tickets, reserves?}}",
     "DR-1 (draw.md): hash-ordered systematic sampling with probability proportional to size; Madow 1949, "
     "Hartley and Rao 1962",
     draw_function},
    {"match",
     "suite (\"sha256\", \"sm3\"), seed, need {target: count}, cap {inspector: count}, elig {target: "
     "[inspector]}",
     "feasible, max_load, assignment {target: [inspector]}, hall? [target]",
     "least highest load, pairs in the order of public hashes as long as the rest can be completed (draw.md "
     "section 5)",
     match_function},
};

}  // namespace

Json computed_draw(Json example) {
  return computed(std::move(example), draw_results, {"seed", "expected", "error"});
}

Json computed_match(Json example) {
  return computed(std::move(example), match_results, {"feasible", "max_load", "assignment", "hall", "error"});
}

std::span<Function const> draw_functions() { return table; }

}  // namespace plumbline::statsapi
