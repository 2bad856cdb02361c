// Who inspects whom (spec draw.md section 5): a deterministic, complete assignment of inspectors to drawn
// targets. The highest load is the least possible, pairs are taken in the order of public hashes, and a
// pair is taken exactly when all the rest can still be completed: it never runs into a dead end while a
// solution exists. Not uniform over all possible assignments (that is #P-hard); inspectors with equal
// eligibility are treated alike.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "base/hash.hpp"
#include "base/result.hpp"

namespace plumbline::stats {

struct MatchInspector {
  std::string_view id;    // owned by the caller, in publications the 64 hex digits of the ipid
  std::uint32_t cap = 0;  // most targets in this draw
};
struct MatchTarget {
  std::string_view id;
  std::uint32_t need = 0;               // distinct inspectors wanted
  std::vector<std::uint32_t> eligible;  // indexes into the inspectors, in any order
};

struct Match {
  struct Pairs {
    std::uint32_t target = 0;               // index into the targets
    std::vector<std::uint32_t> inspectors;  // in pair order
    friend bool operator==(Pairs const&, Pairs const&) = default;
  };
  bool feasible = false;
  std::uint32_t load_max = 0;     // L*; 0 when not feasible
  std::vector<Pairs> assignment;  // in target order, every target; empty when not feasible
  // When not feasible, a Hall certificate: the targets reachable in the residual graph of a maximum flow
  // from targets in want (the same for every maximum flow), ascending by id. Together they need more
  // than their eligible inspectors can carry.
  std::vector<std::uint32_t> hall;
};

// Refused: duplicate_target, duplicate_inspector (an id twice), unknown_inspector (index out of range),
// duplicate_pair (an inspector twice in one list).
// Cost: one hash per eligible pair; flow work of about targets * inspectors / 64 words per search.
Result<Match> match(HashSuite suite, Hash const& seed, std::span<MatchTarget const> targets,
                    std::span<MatchInspector const> inspectors);

// Both orders of draw.md section 5, for display and for verifiers; indexes.
std::vector<std::uint32_t> target_order(HashSuite suite, Hash const& seed,
                                        std::span<MatchTarget const> targets);
std::vector<std::uint32_t> pair_order(HashSuite suite, Hash const& seed, MatchTarget const& target,
                                      std::span<MatchInspector const> inspectors);

// Recusals after the draw (draw-publication.md section 5), one after the other. All other pairs stay.
class MatchAfterRecusals {
 public:
  // The inputs of match() and what it gave; all are copied but the id texts.
  MatchAfterRecusals(HashSuite suite, Hash const& seed, std::span<MatchTarget const> targets,
                     std::span<MatchInspector const> inspectors, Match const& match);

  struct Replacement {
    std::optional<std::uint32_t> inspector;  // nothing: nobody is left
    std::uint32_t limit = 0;  // least L >= L* for which a candidate has load < L; 0 when nobody is left
    friend bool operator==(Replacement const&, Replacement const&) = default;
  };
  // Takes `inspector` off `target` for good and puts the first candidate in pair order with load < limit
  // in the place: eligible, not on the target, never recused from it, load < cap.
  // Refused: not_assigned (that inspector is not on that target; or an index out of range).
  Result<Replacement> recuse(std::uint32_t target, std::uint32_t inspector);

  // Inspectors on a target now; a replacement stands where the recused one stood.
  std::vector<std::uint32_t> const& on_target(std::uint32_t target) const { return on_target_[target]; }
  std::uint32_t load(std::uint32_t inspector) const { return load_[inspector]; }

 private:
  std::optional<std::uint32_t> least_limit(std::vector<std::uint32_t> const& candidates) const;

  HashSuite suite_;
  Hash seed_;
  std::vector<MatchTarget> targets_;
  std::vector<MatchInspector> inspectors_;
  std::uint32_t load_max_;
  std::vector<std::vector<std::uint32_t>> on_target_;
  std::vector<std::vector<std::uint32_t>> recused_from_;
  std::vector<std::uint32_t> load_;
};

}  // namespace plumbline::stats
