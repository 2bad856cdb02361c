#include "stats/match.hpp"

#include <algorithm>
#include <numeric>
#include <string_view>

#include "flow.hpp"

namespace plumbline::stats {
namespace {

// Indexes into `ids`, ordered by (hash of prefix ‖ TLV(id), id bytes).
std::vector<std::uint32_t> hash_order(HashSuite suite, Bytes prefix,
                                      std::vector<std::string_view> const& ids) {
  std::vector<Hash> hashes;
  hashes.reserve(ids.size());
  std::size_t const prefix_size = prefix.size();
  for (auto id : ids) {
    prefix.resize(prefix_size);
    append_tlv(prefix, id);
    hashes.push_back(hash_of(suite, prefix));
  }
  std::vector<std::uint32_t> order(ids.size());
  std::iota(order.begin(), order.end(), 0U);
  std::sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
    return hashes[a] != hashes[b] ? hashes[a] < hashes[b] : ids[a] < ids[b];
  });
  return order;
}

Bytes label_and_seed(std::string_view label, Hash const& seed) {
  Bytes out;
  append(out, label);
  append(out, ByteView(seed));
  return out;
}

bool has_duplicate(std::vector<std::string_view> ids) {
  std::sort(ids.begin(), ids.end());
  return std::adjacent_find(ids.begin(), ids.end()) != ids.end();
}

template <class Things>
std::vector<std::string_view> ids_of(Things const& things) {
  std::vector<std::string_view> out;
  out.reserve(things.size());
  for (auto const& thing : things) out.push_back(thing.id);
  return out;
}

Result<void> check(std::span<MatchTarget const> targets, std::span<MatchInspector const> inspectors) {
  if (has_duplicate(ids_of(targets))) return Refusal{"duplicate_target", "duplicate target id", {}};
  if (has_duplicate(ids_of(inspectors))) return Refusal{"duplicate_inspector", "duplicate inspector id", {}};
  for (auto const& target : targets) {
    auto eligible = target.eligible;
    std::sort(eligible.begin(), eligible.end());
    if (std::adjacent_find(eligible.begin(), eligible.end()) != eligible.end())
      return Refusal{"duplicate_pair", "inspector named twice for a target", {}};
    if (!eligible.empty() && eligible.back() >= inspectors.size())
      return Refusal{"unknown_inspector", "eligible inspector not in the roster", {}};
  }
  return {};
}

std::vector<std::uint32_t> rooms(std::span<MatchInspector const> inspectors, std::uint64_t load_max) {
  std::vector<std::uint32_t> out;
  out.reserve(inspectors.size());
  for (auto const& inspector : inspectors)
    out.push_back(static_cast<std::uint32_t>(std::min<std::uint64_t>(inspector.cap, load_max)));
  return out;
}

// Takes pairs in the order of draw.md section 5 out of a complete flow.
std::vector<Match::Pairs> take_pairs(HashSuite suite, Hash const& seed, std::span<MatchTarget const> targets,
                                     std::span<MatchInspector const> inspectors, Flow flow) {
  std::vector<Match::Pairs> out;
  out.reserve(targets.size());
  for (auto target : target_order(suite, seed, targets)) {
    Match::Pairs pairs{target, {}};
    if (targets[target].need > 0) {
      for (auto inspector : pair_order(suite, seed, targets[target], inspectors)) {
        if (flow.fix(target, inspector)) pairs.inspectors.push_back(inspector);
        if (pairs.inspectors.size() == targets[target].need) break;
      }
    }
    out.push_back(std::move(pairs));
  }
  return out;
}

}  // namespace

std::vector<std::uint32_t> target_order(HashSuite suite, Hash const& seed,
                                        std::span<MatchTarget const> targets) {
  return hash_order(suite, label_and_seed("dr1/target\n", seed), ids_of(targets));
}

std::vector<std::uint32_t> pair_order(HashSuite suite, Hash const& seed, MatchTarget const& target,
                                      std::span<MatchInspector const> inspectors) {
  Bytes prefix = label_and_seed("dr1/pair\n", seed);
  append_tlv(prefix, target.id);
  std::vector<std::string_view> ids;
  ids.reserve(target.eligible.size());
  for (auto inspector : target.eligible) ids.push_back(inspectors[inspector].id);
  auto order = hash_order(suite, std::move(prefix), ids);
  for (auto& place : order) place = target.eligible[place];
  return order;
}

Result<Match> match(HashSuite suite, Hash const& seed, std::span<MatchTarget const> targets,
                    std::span<MatchInspector const> inspectors) {
  if (auto fine = check(targets, inspectors); !fine) return fine.refusal();
  std::vector<std::vector<std::uint32_t>> eligible;
  std::vector<std::uint32_t> need;
  std::vector<std::uint32_t> degree(inspectors.size());
  for (auto const& target : targets) {
    eligible.push_back(target.eligible);
    need.push_back(target.need);
    for (auto inspector : target.eligible) ++degree[inspector];
  }
  std::uint64_t const wanted = std::accumulate(need.begin(), need.end(), std::uint64_t{0});

  Match out;
  std::uint64_t enough = 0;
  for (std::size_t i = 0; i < inspectors.size(); ++i)
    enough = std::max<std::uint64_t>(enough, std::min(inspectors[i].cap, degree[i]));
  Flow carried(eligible, need, inspectors.size());
  Flow complete = carried;
  complete.maximize(rooms(inspectors, enough));
  if (!complete.complete()) {
    out.hall = complete.reached_targets();
    std::sort(out.hall.begin(), out.hall.end(),
              [&](std::uint32_t a, std::uint32_t b) { return targets[a].id < targets[b].id; });
    return out;
  }
  // The answer lies in [least_possible, enough]; `carried` is a flow that fits every load still in question.
  std::uint64_t least_possible =
      inspectors.empty() ? 0 : (wanted + inspectors.size() - 1) / inspectors.size();
  while (least_possible < enough) {
    std::uint64_t const load = least_possible + (enough - least_possible) / 2;
    Flow tried = carried;
    tried.maximize(rooms(inspectors, load));
    if (tried.complete()) {
      enough = load;
      complete = std::move(tried);
    } else {
      least_possible = load + 1;
      carried = std::move(tried);
    }
  }
  out.feasible = true;
  out.load_max = static_cast<std::uint32_t>(enough);
  out.assignment = take_pairs(suite, seed, targets, inspectors, std::move(complete));
  return out;
}

MatchAfterRecusals::MatchAfterRecusals(HashSuite suite, Hash const& seed,
                                       std::span<MatchTarget const> targets,
                                       std::span<MatchInspector const> inspectors, Match const& match)
    : suite_(suite),
      seed_(seed),
      targets_(targets.begin(), targets.end()),
      inspectors_(inspectors.begin(), inspectors.end()),
      load_max_(match.load_max),
      on_target_(targets.size()),
      recused_from_(targets.size()),
      load_(inspectors.size()) {
  for (auto const& pairs : match.assignment) {
    on_target_[pairs.target] = pairs.inspectors;
    for (auto inspector : pairs.inspectors) ++load_[inspector];
  }
}

std::optional<std::uint32_t> MatchAfterRecusals::least_limit(
    std::vector<std::uint32_t> const& candidates) const {
  std::optional<std::uint32_t> out;
  for (auto candidate : candidates) {
    std::uint32_t const limit = std::max(load_max_, load_[candidate] + 1);
    if (!out || limit < *out) out = limit;
  }
  return out;
}

Result<MatchAfterRecusals::Replacement> MatchAfterRecusals::recuse(std::uint32_t target,
                                                                   std::uint32_t inspector) {
  Refusal const not_assigned{"not_assigned", "the inspector is not on this target", {}};
  if (target >= targets_.size()) return not_assigned;
  auto& present = on_target_[target];
  auto const place = std::find(present.begin(), present.end(), inspector);
  if (place == present.end()) return not_assigned;
  auto& recused = recused_from_[target];
  recused.push_back(inspector);
  --load_[inspector];

  auto const is_in = [](std::vector<std::uint32_t> const& list, std::uint32_t one) {
    return std::find(list.begin(), list.end(), one) != list.end();
  };
  std::vector<std::uint32_t> candidates;
  for (auto candidate : pair_order(suite_, seed_, targets_[target], inspectors_))
    if (!is_in(present, candidate) && !is_in(recused, candidate) &&
        load_[candidate] < inspectors_[candidate].cap)
      candidates.push_back(candidate);
  auto const limit = least_limit(candidates);
  if (!limit) {
    present.erase(place);
    return Replacement{};
  }
  auto const first = *std::find_if(candidates.begin(), candidates.end(),
                                   [&](std::uint32_t candidate) { return load_[candidate] < *limit; });
  *place = first;
  ++load_[first];
  return Replacement{first, *limit};
}

}  // namespace plumbline::stats
