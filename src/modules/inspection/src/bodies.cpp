#include "bodies.hpp"

#include <algorithm>

#include "kernel/act.hpp"
#include "reflect/json.hpp"

namespace plumbline::inspection {

using kernel::Refused;

namespace {

publication::SourceKind kind_of(SourceKind kind) {
  switch (kind) {
    case SourceKind::commit: return publication::SourceKind::commit;
    case SourceKind::dice: return publication::SourceKind::dice;
    case SourceKind::lottery: return publication::SourceKind::lottery;
    case SourceKind::drand: break;
  }
  return publication::SourceKind::drand;
}

publication::EvidenceKind kind_of(EvidenceKind kind) {
  switch (kind) {
    case EvidenceKind::video: return publication::EvidenceKind::video;
    case EvidenceKind::photo: return publication::EvidenceKind::photo;
    case EvidenceKind::sheet: return publication::EvidenceKind::sheet;
    case EvidenceKind::page: break;
  }
  return publication::EvidenceKind::page;
}

Bytes required_bytes(std::string_view hex, std::string const& path) {
  auto bytes = hex_decode(hex);
  if (!bytes) throw Refused("hex_form", path);
  return *bytes;
}

void take_drand(publication::Source& body, SeedSource const& source, std::string const& path) {
  if (source.chain != "quicknet" && source.chain != "mainnet")
    throw Refused("drand_chain", path + "/chain", source.chain);
  body.chain =
      source.chain == "quicknet" ? publication::DrandChain::quicknet : publication::DrandChain::mainnet;
  body.round = static_cast<std::uint64_t>(source.round);
}

void take_picks(publication::Source& body, SeedSource const& source) {
  body.place = source.place;
  for (auto const& pick : source.pick)
    body.pick.push_back({static_cast<std::uint64_t>(pick.times), static_cast<std::uint64_t>(pick.k),
                         static_cast<std::uint64_t>(pick.low), static_cast<std::uint64_t>(pick.high)});
}

}  // namespace

Hash hash_of_text(std::string_view hex) { return hash_from_hex(hex).value_or(Hash{}); }

Hash required_hash(std::string_view hex, std::string const& path) {
  auto const hash = hash_from_hex(hex);
  if (!hash) throw Refused("sha256_hex", path);
  return *hash;
}

HashSuite suite_of(InspectionTask const& task) {
  return hash_suite(task.design.hash_suite).value_or(HashSuite::sha256);
}

std::string weight_rule_text(WeightRule const& rule) {
  Json weights;
  weights.set("A", rule.a);
  weights.set("B", rule.b);
  weights.set("C", rule.c);
  weights.set("D", rule.d);
  weights.set("unclassified", rule.unclassified);
  Json text;
  text.set("rule", rule.rule);
  text.set("weights", std::move(weights));
  return write_canonical(text);
}

publication::Source source_body(SeedSource const& source, std::string const& path) {
  publication::Source body;
  body.id = source.source;
  body.kind = kind_of(source.kind);
  if (source.kind == SourceKind::commit) {
    body.org = source.organisation;
    body.affiliation = source.own == 1 ? publication::Affiliation::own : publication::Affiliation::outside;
    body.commitment = required_hash(source.commitment, path + "/commitment");
    return body;
  }
  if (!source.time) throw Refused("required", path + "/time");
  body.time = *source.time;
  if (source.kind == SourceKind::drand)
    take_drand(body, source, path);
  else
    take_picks(body, source);
  return body;
}

std::vector<publication::Source> source_bodies(DrawCeremony const& ceremony) {
  std::vector<publication::Source> bodies;
  for (std::size_t i = 0; i < ceremony.sources.size(); ++i)
    bodies.push_back(source_body(ceremony.sources[i], "/sources/" + std::to_string(i)));
  return bodies;
}

std::vector<publication::PlanRef> plan_refs(DrawCeremony const& ceremony) {
  std::vector<publication::PlanRef> refs;
  for (auto const& plan : ceremony.plans) refs.push_back({plan.draw, hash_of_text(plan.plan_hash)});
  std::ranges::sort(refs, {}, &publication::PlanRef::draw);
  return refs;
}

publication::Frame frame_body(InspectionTask const& task, FrozenFrame const& frame) {
  publication::Frame body;
  body.suite = suite_of(task);
  body.pool = task.design.pool.name;
  body.rows = static_cast<std::uint64_t>(frame.rows);
  body.rows_hash = required_hash(frame.rows_hash, "/frame/rows_hash");
  body.excluded = static_cast<std::uint64_t>(frame.excluded);
  body.excluded_hash = required_hash(frame.excluded_hash, "/frame/excluded_hash");
  body.registry_total = static_cast<std::uint64_t>(frame.registry_total);
  for (auto const& row : frame.by_status)
    body.by_status.push_back({row.status, static_cast<std::uint64_t>(row.firms)});
  body.weight_rule = task.design.weights.rule;
  body.weight_rule_sha256 = sha256(weight_rule_text(task.design.weights));
  body.ratio_max = static_cast<std::uint64_t>(task.design.weights.ratio_max);
  return body;
}

publication::Roster roster_body(InspectionTask const& task, FrozenFrame const& frame,
                                FrozenRoster const& roster) {
  publication::Roster body;
  body.suite = suite_of(task);
  body.rows = static_cast<std::uint64_t>(roster.rows);
  body.rows_hash = required_hash(roster.rows_hash, "/roster/rows_hash");
  body.recusals = static_cast<std::uint64_t>(roster.recusals);
  body.recusals_hash = required_hash(roster.recusals_hash, "/roster/recusals_hash");
  if (!frame.groups_hash.empty()) body.groups_hash = required_hash(frame.groups_hash, "/frame/groups_hash");
  return body;
}

publication::Plan plan_body(InspectionTask const& task, DrawCeremony const& ceremony) {
  publication::Plan body;
  body.draw = task.draw.value_or("");
  body.authority = task.authority;
  auto const id = publication::parse_draw_id(body.draw);
  body.year = id ? id->year : 0;
  body.number = static_cast<std::uint64_t>(task.draw_number);
  if (!task.replaces.empty()) body.replaces = task.replaces;
  body.item = task.item_text;
  body.suite = suite_of(task);
  body.frame_entry = hash_of_text(task.frame->leaf_hash);
  body.frame_hash = hash_of_text(task.frame->rows_hash);
  body.roster_entry = hash_of_text(task.roster->leaf_hash);
  body.roster_hash = hash_of_text(task.roster->rows_hash);
  for (auto const& stratum : task.frozen_strata) {
    publication::PlanStratum row{stratum.stratum,
                                 static_cast<std::uint64_t>(stratum.sample_size),
                                 static_cast<std::uint64_t>(stratum.inspectors),
                                 {}};
    if (stratum.reserves > 0) {
      body.v = 2;
      row.reserves = static_cast<std::uint64_t>(stratum.reserves);
    }
    body.strata.push_back(std::move(row));
  }
  body.profile = ceremony.profile == DrawProfile::standard ? publication::Profile::standard
                                                           : publication::Profile::joint;
  body.ceremony = ceremony.ceremony;
  body.sources = source_bodies(ceremony);
  body.margin_s = static_cast<std::uint64_t>(ceremony.margin_seconds);
  body.deadline = ceremony.deadline;
  body.policy = required_hash(task.policy_blob, "/policy");
  return body;
}

publication::Reveal reveal_body(DrawCeremony const& ceremony) {
  publication::Reveal body;
  body.ceremony = ceremony.ceremony;
  body.plans = plan_refs(ceremony);
  for (std::size_t i = 0; i < ceremony.revealed.size(); ++i) {
    auto const& value = ceremony.revealed[i];
    body.values.push_back(
        {value.source, required_hash(value.value, "/values/" + std::to_string(i) + "/value")});
  }
  return body;
}

publication::Seed seed_body(DrawCeremony const& ceremony) {
  publication::Seed body;
  body.ceremony = ceremony.ceremony;
  body.sources_hash = publication::sources_hash(source_bodies(ceremony));
  body.plans = plan_refs(ceremony);
  body.recorders = {ceremony.first_recorder, ceremony.second_recorder};
  for (std::size_t i = 0; i < ceremony.values.size(); ++i) {
    auto const& value = ceremony.values[i];
    std::string const path = "/values/" + std::to_string(i);
    publication::Seed::Value row;
    row.id = value.source;
    row.value = required_bytes(value.value, path + "/value");
    for (auto const& evidence : value.evidence)
      row.evidence.push_back({kind_of(evidence.kind), required_hash(evidence.sha256, path + "/evidence"),
                              static_cast<std::uint64_t>(evidence.size_bytes)});
    if (!value.signature.empty()) row.signature = required_bytes(value.signature, path + "/signature");
    body.values.push_back(std::move(row));
  }
  return body;
}

publication::Void void_body(InspectionTask const& task) {
  publication::Void body;
  body.draw = task.draw.value_or("");
  body.plan_hash = hash_of_text(task.plan.leaf_hash);
  body.stage = task.void_stage == VoidStage::before_event ? publication::VoidStage::before_event
                                                          : publication::VoidStage::after_seed;
  body.reason = task.voided->reason;
  body.text = task.voided->text;
  if (!task.voided->result.empty()) body.result = required_hash(task.voided->result, "/result");
  return body;
}

publication::EraseBody erase_body(InspectionTask const& task) {
  return {task.draw.value_or(""), hash_of_text(task.plan.leaf_hash), {"open.json"}, task.erased->ground};
}

publication::RecusalBody recusal_body(InspectionTask const& task, Recusal const& recusal) {
  publication::RecusalBody body;
  body.draw = task.draw.value_or("");
  body.plan_hash = hash_of_text(task.plan.leaf_hash);
  body.target = recusal.target_pid;
  body.inspector = recusal.inspector_pid;
  body.ground = recusal.ground;
  body.reason = publication::reason_commitment(recusal.reason, required_bytes(recusal.salt, "/salt"));
  if (!recusal.replacement_pid.empty()) body.replacement = recusal.replacement_pid;
  body.limit = static_cast<std::uint64_t>(recusal.limit);
  return body;
}

}  // namespace plumbline::inspection
