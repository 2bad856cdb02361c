// The frame: which firms may be drawn, in which stratum, with which weight, and who is left out and why.
#include <algorithm>
#include <set>
#include <unordered_map>

#include "archive/api.hpp"
#include "bodies.hpp"
#include "kernel/regions.hpp"
#include "publication/forms.hpp"
#include "roster.hpp"
#include "stats/draw.hpp"
#include "task_types.hpp"
#include "work.hpp"

namespace plumbline::inspection {

namespace {

constexpr std::int64_t permille = 1000;
constexpr std::size_t salt_bytes = 32;
constexpr std::size_t sid_bytes = 16;

// A firm, or one of its sites, as the criteria see it.
struct Subject {
  Uuid firm_id;
  archive::Firm const& firm;
  std::optional<Uuid> site_id;
  archive::Site const* site = nullptr;

  Uuid id() const { return site_id.value_or(firm_id); }
  std::string const& region() const { return site == nullptr ? firm.region : site->region; }
  std::vector<std::string> const& tags() const { return site == nullptr ? firm.tags : site->tags; }
  // draw-publication.md section 5
  std::string identifier() const { return site == nullptr ? firm.key : "site:" + site->key; }
};

struct Candidate {
  Uuid firm;
  std::optional<Uuid> site;
  std::string identifier;
  std::string status;
  std::string code;         // why it is left out; empty: it may be drawn
  std::size_t stratum = 0;  // index of the rule
  std::uint64_t weight = 0;
};

std::string_view status_name(archive::RegistrationStatus status) {
  constexpr std::string_view names[] = {"normal", "abnormal", "deregistered", "revoked", "moved"};
  return names[static_cast<std::size_t>(status)];
}

std::string_view class_name(archive::RiskClass risk_class) {
  constexpr std::string_view names[] = {"unclassified", "A", "B", "C", "D"};
  return names[static_cast<std::size_t>(risk_class)];
}

std::int64_t weight_of(WeightRule const& rule, archive::RiskClass risk_class) {
  std::int64_t const weights[] = {rule.unclassified, rule.a, rule.b, rule.c, rule.d};
  return weights[static_cast<std::size_t>(risk_class)];
}

bool any_prefix(std::vector<std::string> const& prefixes, std::string_view text) {
  return prefixes.empty() ||
         std::ranges::any_of(prefixes, [&](std::string const& prefix) { return text.starts_with(prefix); });
}

bool any_in_common(std::vector<std::string> const& wanted, std::vector<std::string> const& held) {
  return wanted.empty() || std::ranges::any_of(wanted, [&](std::string const& tag) {
           return std::ranges::count(held, tag) > 0;
         });
}

bool is_one_of(std::vector<std::string> const& wanted, std::string_view value) {
  return wanted.empty() || std::ranges::count(wanted, value) > 0;
}

bool in_regions(kernel::RegionTree const& tree, std::vector<std::string> const& regions,
                std::string const& region) {
  return regions.empty() ||
         std::ranges::any_of(regions, [&](std::string const& above) { return tree.covers(above, region); });
}

// Answers the questions of one task about one firm after the other.
class Sieve {
 public:
  Sieve(System& system, InspectionTask const& task, InspectionItem const& item)
      : task_(task), item_(item), regions_(system.regions()), today_(legal_date(system.clock().now())) {}

  // What was drawn for the item, and the firms that were visited, this year.
  Result<void> load(System& system) {
    auto const year = std::to_string(task_.year);
    auto drawn = for_each(system, "check",
                          {{"item", kernel::Compare::equal, {to_string(*task_.item)}},
                           {"year", kernel::Compare::equal, {year}},
                           {"kind", kernel::Compare::equal, {"daily"}},
                           {"state", kernel::Compare::not_equal, {"void"}}},
                          [&](kernel::Found const& found) {
                            auto const& check = found.as<Check>();
                            ++drawn_[*check.firm];
                            if (check.site) ++drawn_[*check.site];
                          });
    if (!drawn) return drawn.refusal();
    auto limit =
        for_each(system, "visit_limit",
                 {{"year", kernel::Compare::equal, {year}}, {"state", kernel::Compare::equal, {"in_force"}}},
                 [&](kernel::Found const& found) {
                   auto const& row = found.as<VisitLimit>();
                   limits_[row.risk_class] = row.visits_max;
                 });
    if (!limit) return limit.refusal();
    auto visits = for_each(system, "visit_quota", {{"year", kernel::Compare::equal, {year}}},
                           [&](kernel::Found const& found) {
                             auto const& row = found.as<VisitQuota>();
                             visits_[row.firm] = row.visits;
                           });
    if (!visits) return visits.refusal();
    return {};
  }

  bool in_pool(Subject const& subject) const {
    auto const& pool = task_.design.pool;
    return in_regions(*regions_, pool.regions, subject.region()) &&
           any_prefix(pool.industries, subject.firm.industry) && any_in_common(pool.tags, subject.tags()) &&
           is_one_of(pool.parks, subject.firm.park) && is_one_of(pool.classes, class_of(subject));
  }

  Candidate candidate(Subject const& subject) const {
    Candidate row = named(subject);
    row.weight =
        static_cast<std::uint64_t>(weight_of(task_.design.weights, archive::class_on(subject.firm, today_)));
    row.code = exclusion(subject, row.stratum);
    return row;
  }

  // One that must be taken: nothing leaves it out, and it weighs as much as the others.
  Candidate named(Subject const& subject) const {
    Candidate row;
    row.firm = subject.firm_id;
    row.site = subject.site_id;
    row.identifier = subject.identifier();
    row.status = status_name(subject.firm.status);
    row.stratum = stratum_of(subject);
    row.weight = 1;
    return row;
  }

 private:
  std::string_view class_of(Subject const& subject) const {
    return class_name(archive::class_on(subject.firm, today_));
  }

  std::size_t stratum_of(Subject const& subject) const {
    auto const& rules = task_.design.strata;
    auto const fits = [&](StratumRule const& rule) {
      return in_regions(*regions_, rule.regions, subject.region()) &&
             any_prefix(rule.industries, subject.firm.industry) && any_in_common(rule.tags, subject.tags()) &&
             is_one_of(rule.classes, class_of(subject));
    };
    return static_cast<std::size_t>(std::ranges::find_if(rules, fits) - rules.begin());
  }

  // rules.md section 1: a subject drawn this year for the same item is left out unless the item is a key one.
  std::string exclusion(Subject const& subject, std::size_t stratum) const {
    auto const& firm = subject.firm;
    if (archive::out_of_business(firm.status)) return std::string(status_name(firm.status));
    if (stratum == task_.design.strata.size()) return "no_stratum";
    auto const drawn = drawn_.find(subject.id());
    std::int64_t const times = drawn == drawn_.end() ? 0 : drawn->second;
    if (item_.kind == ItemKind::general && times > 0) return "drawn_this_year";
    if (item_.frequency_cap > 0 && times >= item_.frequency_cap) return "frequency_cap";
    auto const limit = limits_.find(std::string(class_of(subject)));
    auto const visits = visits_.find(subject.firm_id);
    if (limit != limits_.end() && visits != visits_.end() && visits->second >= limit->second)
      return "visit_cap";
    return "";
  }

  InspectionTask const& task_;
  InspectionItem const& item_;
  std::shared_ptr<kernel::RegionTree const> regions_;
  Date today_;
  std::unordered_map<Uuid, std::int64_t> drawn_;
  std::unordered_map<Uuid, std::int64_t> visits_;
  std::unordered_map<std::string, std::int64_t> limits_;
};

Result<std::vector<Candidate>> candidates_of_pool(System& system, Sieve const& sieve) {
  std::vector<Candidate> candidates;
  auto const read = for_each(system, "firm", {{"state", kernel::Compare::equal, {"active"}}},
                             [&](kernel::Found const& found) {
                               Subject const subject{found.id, found.as<archive::Firm>(), {}, nullptr};
                               if (sieve.in_pool(subject)) candidates.push_back(sieve.candidate(subject));
                             });
  if (!read) return read.refusal();
  return candidates;
}

Result<std::vector<Candidate>> candidate_sites_of_pool(System& system, Sieve const& sieve) {
  std::unordered_map<Uuid, archive::Firm> firms;
  auto const known =
      for_each(system, "firm", {{"state", kernel::Compare::equal, {"active"}}},
               [&](kernel::Found const& found) { firms.emplace(found.id, found.as<archive::Firm>()); });
  if (!known) return known.refusal();
  std::vector<Candidate> candidates;
  auto const read = for_each(system, "site", {{"state", kernel::Compare::equal, {"open"}}},
                             [&](kernel::Found const& found) {
                               auto const& site = found.as<archive::Site>();
                               auto const firm = firms.find(site.firm);
                               if (firm == firms.end()) return;
                               Subject const subject{firm->first, firm->second, found.id, &site};
                               if (sieve.in_pool(subject)) candidates.push_back(sieve.candidate(subject));
                             });
  if (!read) return read.refusal();
  return candidates;
}

// A joint department's frame is what the lead's draw selected; every one of them is taken.
Result<std::vector<Candidate>> candidates_of_parent(System& system, Sieve const& sieve, Uuid parent,
                                                    std::size_t strata) {
  std::set<std::pair<Uuid, std::optional<Uuid>>> subjects;
  auto const read = for_each(system, "check",
                             {{"task", kernel::Compare::equal, {to_string(parent)}},
                              {"state", kernel::Compare::not_equal, {"void"}}},
                             [&](kernel::Found const& found) {
                               auto const& check = found.as<Check>();
                               subjects.emplace(*check.firm, check.site);
                             });
  if (!read) return read.refusal();
  std::vector<Candidate> candidates;
  for (auto const& [firm, site] : subjects) {
    auto const record = record_of<archive::Firm>(system, "firm", firm);
    if (!record) return refusal("unknown_firm", to_string(firm));
    auto const place =
        site ? record_of<archive::Site>(system, "site", *site) : std::optional<archive::Site>();
    if (site && !place) return refusal("unknown_site", to_string(*site));
    candidates.push_back(sieve.named({firm, *record, site, place ? &*place : nullptr}));
    if (candidates.back().stratum == strata) return refusal("no_stratum", candidates.back().identifier);
  }
  return candidates;
}

std::vector<StatusCount> count_by(std::vector<Candidate> const& candidates, std::string Candidate::* text) {
  std::map<std::string, std::int64_t> counts;
  for (auto const& candidate : candidates)
    if (!(candidate.*text).empty()) ++counts[candidate.*text];
  std::vector<StatusCount> rows;
  for (auto const& [name, firms] : counts) rows.push_back({name, firms});
  return rows;
}

// n in proportion to N: whole parts first, then the largest remainders, then at least `least` in each, taken
// back where most are drawn. Integers only.
void allocate_in_proportion(std::vector<FrozenStratum>& strata, std::int64_t total, std::int64_t least) {
  std::int64_t population = 0;
  for (auto const& stratum : strata) population += stratum.population;
  total = std::min(total, population);
  std::vector<std::pair<std::int64_t, std::size_t>> remainders;
  std::int64_t given = 0;
  for (std::size_t i = 0; i < strata.size(); ++i) {
    strata[i].sample_size = total * strata[i].population / population;
    remainders.emplace_back(-(total * strata[i].population % population), i);
    given += strata[i].sample_size;
  }
  std::ranges::sort(remainders);
  for (std::size_t i = 0; given < total; ++i, ++given) ++strata[remainders[i].second].sample_size;
  for (auto& stratum : strata) {
    auto const wanted = std::min(least, stratum.population);
    while (stratum.sample_size < wanted) {
      auto const largest = std::ranges::max_element(strata, {}, &FrozenStratum::sample_size);
      if (largest->sample_size <= least) {  // all strata stand at the least: the total gives way
        stratum.sample_size = wanted;
        break;
      }
      --largest->sample_size;
      ++stratum.sample_size;
    }
  }
}

std::vector<FrozenStratum> strata_of(InspectionTask const& task, std::vector<Candidate> const& candidates) {
  auto const& design = task.design;
  std::vector<FrozenStratum> strata;
  std::vector<std::int64_t> population(design.strata.size());
  for (auto const& candidate : candidates)
    if (candidate.code.empty() && candidate.stratum < population.size()) ++population[candidate.stratum];
  for (std::size_t i = 0; i < design.strata.size(); ++i) {
    auto const& rule = design.strata[i];
    if (population[i] == 0) continue;  // nobody in it: the plan does not name it
    FrozenStratum stratum;
    stratum.stratum = rule.stratum;
    stratum.population = population[i];
    stratum.inspectors = rule.inspectors;
    stratum.reserves = rule.reserves;
    if (task.parent)
      stratum.sample_size = population[i];
    else if (design.allocation == Allocation::fixed)
      stratum.sample_size = std::min(rule.sample_size, population[i]);
    else if (design.allocation == Allocation::ratio)
      stratum.sample_size = (population[i] * rule.ratio_permille + permille - 1) / permille;
    strata.push_back(std::move(stratum));
  }
  if (!task.parent && design.allocation == Allocation::proportional && !strata.empty())
    allocate_in_proportion(strata, design.sample_size, design.sample_per_stratum_min);
  return strata;
}

struct Gathered {
  InspectionTask task;
  InspectionItem item;
  std::vector<Candidate> candidates;
  std::vector<FrozenStratum> strata;
};

Result<Gathered> gather(System& system, Uuid task) {
  auto record = record_of<InspectionTask>(system, "inspection_task", task);
  if (!record) return refusal("unknown_task");
  auto item = record_of<InspectionItem>(system, "inspection_item", *record->item);
  if (!item) return refusal("unknown_item");
  Gathered gathered{std::move(*record), std::move(*item), {}, {}};
  Sieve sieve(system, gathered.task, gathered.item);
  if (auto loaded = sieve.load(system); !loaded) return loaded.refusal();
  auto candidates =
      gathered.task.parent
          ? candidates_of_parent(system, sieve, *gathered.task.parent, gathered.task.design.strata.size())
      : gathered.task.design.pool.unit == PoolUnit::site ? candidate_sites_of_pool(system, sieve)
                                                         : candidates_of_pool(system, sieve);
  if (!candidates) return candidates.refusal();
  gathered.candidates = std::move(*candidates);
  gathered.strata = strata_of(gathered.task, gathered.candidates);
  return gathered;
}

PoolCount count(Gathered const& gathered) {
  PoolCount pool;
  pool.registry_total = static_cast<std::int64_t>(gathered.candidates.size());
  pool.exclusions = count_by(gathered.candidates, &Candidate::code);
  pool.by_status = count_by(gathered.candidates, &Candidate::status);
  for (auto const& row : pool.exclusions) pool.excluded += row.firms;
  pool.pool_size = pool.registry_total - pool.excluded;
  pool.strata = gathered.strata;
  for (auto const& stratum : pool.strata) pool.sample_planned += stratum.sample_size;
  return pool;
}

// Fresh salts give every firm a name that no other draw knows.
Result<std::vector<PrivateUnit>> name_units(std::vector<Candidate> const& candidates, HashSuite suite) {
  Bytes const salts = random_bytes(candidates.size() * salt_bytes);
  std::vector<PrivateUnit> units;
  units.reserve(candidates.size());
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    auto const& candidate = candidates[i];
    if (!publication::is_ident(candidate.identifier)) return refusal("identifier_form", candidate.identifier);
    ByteView const salt(salts.data() + i * salt_bytes, salt_bytes);
    units.push_back({to_hex(stats::unit_pid(suite, candidate.identifier, salt)), candidate.firm,
                     candidate.identifier, hex_encode(salt), candidate.code, candidate.site});
  }
  return units;
}

struct Lists {
  std::string frame_csv, excluded_csv, groups_csv;
};

Lists lists_of(InspectionTask const& task, std::vector<Candidate> const& candidates,
               std::vector<PrivateUnit> const& units) {
  std::vector<publication::FrameRow> frame;
  std::vector<publication::ExcludedRow> excluded;
  std::vector<publication::GroupRow> groups;
  bool const grouped = has_groups(task);
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    auto const& candidate = candidates[i];
    if (!candidate.code.empty()) {
      excluded.push_back({units[i].pid, candidate.code});
      continue;
    }
    auto const& rule = task.design.strata[candidate.stratum];
    frame.push_back({units[i].pid, rule.stratum, candidate.weight});
    if (grouped) groups.push_back({units[i].pid, group_of(rule)});
  }
  Lists lists;
  lists.frame_csv = publication::format_csv<publication::FrameRow>(frame);
  lists.excluded_csv = publication::format_csv<publication::ExcludedRow>(excluded);
  if (grouped) lists.groups_csv = publication::format_csv<publication::GroupRow>(groups);
  return lists;
}

std::string hash_text(HashSuite suite, std::string_view text) {
  return to_hex(hash_of(suite, bytes_of(text)));
}

FrozenFrame freeze_frame(System& system, Gathered const& gathered, std::vector<PrivateUnit> units) {
  auto const suite = suite_of(gathered.task);
  auto const lists = lists_of(gathered.task, gathered.candidates, units);
  auto const pool = count(gathered);
  FrozenFrame frame;
  frame.sid = hex_encode(random_bytes(sid_bytes));
  frame.rows = pool.pool_size;
  frame.rows_hash = hash_text(suite, lists.frame_csv);
  frame.rows_blob = store_blob(system, lists.frame_csv);
  frame.excluded = pool.excluded;
  frame.excluded_hash = hash_text(suite, lists.excluded_csv);
  frame.excluded_blob = store_blob(system, lists.excluded_csv);
  frame.registry_total = pool.registry_total;
  frame.by_status = pool.by_status;
  if (has_groups(gathered.task)) {
    frame.groups_hash = hash_text(suite, lists.groups_csv);
    frame.groups_blob = store_blob(system, lists.groups_csv);
  }
  std::ranges::sort(units, {}, &PrivateUnit::pid);
  frame.private_blob = store_blob(system, format_private(units));
  return frame;
}

}  // namespace

bool has_groups(InspectionTask const& task) {
  return std::ranges::any_of(
      task.design.strata, [](StratumRule const& rule) { return !rule.group.empty() && rule.group != "*"; });
}

std::string_view group_of(StratumRule const& rule) {
  return rule.group.empty() || rule.group == "*" ? std::string_view(rule.stratum)
                                                 : std::string_view(rule.group);
}

Result<PoolCount> count_pool(System& system, Uuid task) {
  auto const gathered = gather(system, task);
  if (!gathered) return gathered.refusal();
  return count(*gathered);
}

Result<kernel::Receipt> submit_task(System& system, Uuid account, Uuid task) {
  auto const pool = count_pool(system, task);
  if (!pool) return pool.refusal();
  return submit(system, account, "inspection_task", "submit", task,
                SubmitTask{pool->pool_size, pool->sample_planned});
}

Result<kernel::Receipt> freeze_task(System& system, Uuid account, Uuid task) {
  auto const gathered = gather(system, task);
  if (!gathered) return gathered.refusal();
  auto units = name_units(gathered->candidates, suite_of(gathered->task));
  if (!units) return units.refusal();
  Freeze freeze;
  freeze.strata = gathered->strata;
  auto roster = freeze_roster(system, gathered->task, *units);
  if (!roster) return roster.refusal();
  freeze.roster = std::move(*roster);
  freeze.frame = freeze_frame(system, *gathered, std::move(*units));
  return submit(system, account, "inspection_task", "freeze", task, freeze);
}

}  // namespace plumbline::inspection
