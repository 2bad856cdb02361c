// Step 7: the seed is what the plan's sources showed, and there was enough chance in it.
#include <algorithm>

#include "draw_check.hpp"
#include "stats/draw.hpp"

namespace plumbline::publication {
namespace {

constexpr std::uint64_t standard_bits_least = 60;
constexpr std::uint64_t joint_public_bits_least = 20;
constexpr std::uint64_t full_bits = 256;

// What the sources bring. `drand_bits` is what unchecked drand values would bring if they were checked:
// this verifier has no BLS12-381 (no kept library carries it), so they count for nothing.
struct Entropy {
  std::uint64_t public_best = 0;     // most of one public source
  std::uint64_t drawn_together = 0;  // lottery and drand
  bool has_unchecked_drand = false;
  std::vector<std::string_view> orgs;  // of opened commitments, each once
  bool outsider_opened = false;
};

Entropy entropy_of(Plan const& plan, Seed const& seed) {
  Entropy sum;
  for (std::size_t i = 0; i < plan.sources.size(); ++i) {
    auto const& source = plan.sources[i];
    if (source.kind == SourceKind::drand) sum.has_unchecked_drand = true;
    if (source.kind == SourceKind::commit) {
      if (seed.values[i].value.empty()) continue;
      if (std::find(sum.orgs.begin(), sum.orgs.end(), source.org) == sum.orgs.end())
        sum.orgs.push_back(source.org);
      sum.outsider_opened = sum.outsider_opened || source.affiliation == Affiliation::outside;
    }
    if (source.kind == SourceKind::dice || source.kind == SourceKind::lottery) {
      std::uint64_t const bits = pick_bits(source.pick);
      sum.public_best = std::max(sum.public_best, bits);
      if (source.kind == SourceKind::lottery) sum.drawn_together += bits;
    }
  }
  return sum;
}

bool suffices(Profile profile, Entropy const& sum, std::uint64_t drand_bits) {
  if (profile == Profile::standard) return std::max(sum.public_best, drand_bits) >= standard_bits_least;
  // An opened commitment of an outsider carries 256 bits: 64 from one source and 128 in all hold too.
  return sum.orgs.size() >= 2 && sum.outsider_opened &&
         sum.drawn_together + drand_bits >= joint_public_bits_least;
}

}  // namespace

Outcome DrawCheck::check_seed() {
  if (auto bad = check_reveal()) return bad;
  if (auto bad = check_plan_named()) return bad;
  if (!seed_) return {};
  if (seed_->sources_hash != sources_hash(plan_->sources))
    return fail("SEED_SOURCES", "seed.json", "sources_hash is not that of the plan's sources");
  bool const same =
      std::equal(plan_->sources.begin(), plan_->sources.end(), seed_->values.begin(), seed_->values.end(),
                 [](Source const& source, Seed::Value const& value) { return source.id == value.id; });
  if (!same) return fail("SEED_SOURCES", "seed.json", "its values are not the plan's sources in their order");
  if (seed_->recorders.size() != 2 || seed_->recorders[0] == seed_->recorders[1])
    return fail("RECORDERS", "seed.json", "not recorded by two different people");
  if (auto bad = check_values()) return bad;
  return check_entropy();
}

Outcome DrawCheck::check_reveal() const {
  if (!reveal_) return {};
  auto next = plan_->sources.begin();
  for (auto const& value : reveal_->values) {
    next = std::find_if(next, plan_->sources.end(), [&](Source const& source) {
      return source.kind == SourceKind::commit && source.id == value.id;
    });
    if (next == plan_->sources.end())
      return fail("SEED_SOURCES", "reveal.json",
                  value.id + " is not one of the plan's commitments in their order");
    ++next;
  }
  for (auto const& value : reveal_->values) {
    auto const source = std::find_if(plan_->sources.begin(), plan_->sources.end(),
                                     [&](Source const& candidate) { return candidate.id == value.id; });
    if (stats::source_commitment(plan_->ceremony, source->id, value.value) != source->commitment)
      return fail("COMMITMENT_MISMATCH", "reveal.json", value.id + " does not open its commitment");
  }
  return {};
}

Outcome DrawCheck::check_plan_named() const {
  PlanRef const own{plan_->draw, plan_entry_->leaf_hash};
  auto const names_own = [&](std::vector<PlanRef> const& plans) {
    return std::find(plans.begin(), plans.end(), own) != plans.end();
  };
  if (reveal_ && !names_own(reveal_->plans))
    return fail("SEED_PLANS", "reveal.json", "this plan is not named");
  if (seed_ && !names_own(seed_->plans)) return fail("SEED_PLANS", "seed.json", "this plan is not named");
  if (reveal_ && seed_ && reveal_->plans != seed_->plans)
    return fail("SEED_PLANS", "seed.json", "other plans than in reveal.json");
  return {};
}

std::optional<Hash> DrawCheck::revealed(std::string_view source_id) const {
  if (!reveal_) return {};
  for (auto const& value : reveal_->values)
    if (value.id == source_id) return value.value;
  return {};
}

Outcome DrawCheck::check_values() const {
  for (std::size_t i = 0; i < plan_->sources.size(); ++i) {
    if (auto bad = check_value(plan_->sources[i], seed_->values[i])) return bad;
    if (auto bad = check_evidence(plan_->sources[i], seed_->values[i])) return bad;
  }
  return {};
}

Outcome DrawCheck::check_value(Source const& source, Seed::Value const& value) const {
  auto const wrong = [&](char const* why) { return fail("SEED_VALUE", "seed.json", source.id + ": " + why); };
  if (value.signature && source.kind != SourceKind::drand) return wrong("a signature without drand");
  switch (source.kind) {
    case SourceKind::commit: {
      // Nobody may drop an opened value, or open one only after the event.
      auto const opened = revealed(source.id);
      bool const as_revealed =
          opened ? value.value == Bytes(opened->begin(), opened->end()) : value.value.empty();
      if (as_revealed) return {};
      return fail("COMMITMENT_MISMATCH", "seed.json", source.id + " is not as revealed");
    }
    case SourceKind::dice:
    case SourceKind::lottery:
      if (!pick_value_fits(source.pick, text_of(value.value))) return wrong("not what can be picked");
      return {};
    case SourceKind::drand: {
      if (!value.signature) return wrong("no signature");
      auto const expected = sha256(*value.signature);
      if (value.value != Bytes(expected.begin(), expected.end()))
        return wrong("not the SHA-256 of the signature");
      return {};
    }
  }
  return {};
}

Outcome DrawCheck::check_evidence(Source const& source, Seed::Value const& value) const {
  if (source.kind == SourceKind::dice && value.evidence.empty())
    return fail("EVIDENCE_MISSING", "seed.json", source.id + ": nobody can see how they fell");
  for (auto const& evidence : value.evidence) {
    auto const file = "evidence/" + to_hex(evidence.sha256);
    auto const copy = source_.digest(file);
    if (copy && (copy->sha256 != evidence.sha256 || copy->size_bytes != evidence.size_bytes))
      return fail("EVIDENCE_MISMATCH", file, "not the file the seed names");
  }
  return {};
}

Outcome DrawCheck::check_entropy() const {
  auto const sum = entropy_of(*plan_, *seed_);
  if (suffices(plan_->profile, sum, 0)) return {};
  if (sum.has_unchecked_drand && suffices(plan_->profile, sum, full_bits))
    return fail("SOURCE_UNSUPPORTED", "seed.json",
                "it rests on drand, whose BLS signature this verifier cannot check");
  return fail("SEED_ENTROPY", "seed.json", "too little chance for the plan's profile");
}

}  // namespace plumbline::publication
