// The public event at which chance falls: one ceremony for any number of plans (draw-publication.md
// section 6). Sources are fixed before the first plan, participants open before the event, two people
// write down what the sources showed.
#include <algorithm>
#include <cstdio>
#include <stdexcept>

#include "bodies.hpp"
#include "ceremony_types.hpp"
#include "inspection/api.hpp"
#include "kernel/grants.hpp"
#include "people/api.hpp"
#include "publication/forms.hpp"
#include "registers.hpp"
#include "stats/draw.hpp"

namespace plumbline::inspection {

using kernel::Act;
using kernel::action;
using kernel::NotBy;
using kernel::refuse;
using kernel::Refused;
using kernel::Role;

namespace {

// clang-format off
using S = CeremonyState;
constexpr auto flow = kernel::workflow<CeremonyState>({
    // from        action         to            by
    {S::none,     "call",        S::called,    Role::drawer},
    {S::called,   "set_sources", S::called,    Role::drawer},
    {S::called,   "cancel",      S::cancelled, {Role::drawer, Role::leader}},
    // the first plan fixes the sources
    {S::called,   "bind",        S::bound,     Role::system},
    {S::bound,    "bind",        S::bound,     Role::system},
    {S::bound,    "unbind",      S::bound,     Role::system},
    {S::bound,    "cancel",      S::cancelled, Role::leader},
    {S::bound,    "reveal",      S::revealed,  Role::drawer},
    // two recorders: the second reads the values again
    {S::bound,    "record",      S::recorded,  Role::drawer},
    {S::revealed, "record",      S::recorded,  Role::drawer},
    {S::recorded, "record",      S::recorded,  Role::drawer},
    {S::recorded, "confirm",     S::seeded,    {Role::drawer, Role::leader}, {}, NotBy("record")},
});
static_assert(flow.sound());
// clang-format on

constexpr std::int64_t margin_seconds_min = 600;
constexpr std::int64_t result_hours_max = 72;
constexpr std::uint64_t standard_bits_min = 60;  // one public source, profile standard
constexpr std::uint64_t joint_bits_min = 20;     // lottery, profile joint
constexpr std::uint64_t commit_bytes = 32;

bool is_public(SeedSource const& source) { return source.kind != SourceKind::commit; }

std::uint64_t bits_of(publication::Source const& source) { return publication::pick_bits(source.pick); }

void check_source(SeedSource const& source, std::string const& path) {
  if (!publication::is_ident(source.source)) throw Refused("ident", path + "/source", source.source);
  auto const body = source_body(source, path);
  if (source.kind == SourceKind::commit) {
    if (source.organisation.empty()) throw Refused("required", path + "/organisation");
  } else if (source.kind == SourceKind::drand) {
    if (publication::drand_time(body.chain, body.round) != body.time)
      throw Refused("drand_time", path + "/time");
  } else if (body.pick.empty() || !publication::picks_are_possible(body.pick)) {
    throw Refused("pick_impossible", path + "/pick");
  }
}

void check_order(std::vector<SeedSource> const& sources) {
  if (std::ranges::none_of(sources, is_public)) throw Refused("public_source_missing", "/sources");
  if (!std::ranges::is_partitioned(sources, [](SeedSource const& source) { return !is_public(source); }))
    throw Refused("commitments_first", "/sources");
  for (std::size_t i = 0; i < sources.size(); ++i)
    for (std::size_t j = i + 1; j < sources.size(); ++j)
      if (sources[i].source == sources[j].source)
        throw Refused("duplicate", "/sources/" + std::to_string(j) + "/source", sources[j].source);
}

// Section 6: enough chance, and not from the office's own hand. A beacon whose signature the verifier does
// not check carries no bits, so it never stands alone.
void check_profile(DrawCeremony const& ceremony) {
  std::uint64_t best = 0;
  std::uint64_t lottery = 0;
  std::vector<std::string> organisations;
  bool outside = false;
  for (auto const& source : source_bodies(ceremony)) {
    best = std::max(best, bits_of(source));
    if (source.kind == publication::SourceKind::lottery) lottery += bits_of(source);
    if (source.kind != publication::SourceKind::commit) continue;
    organisations.push_back(source.org);
    outside = outside || source.affiliation == publication::Affiliation::outside;
  }
  if (ceremony.profile == DrawProfile::standard) {
    if (best < standard_bits_min) throw Refused("too_little_chance", "/sources", std::to_string(best));
    return;
  }
  std::ranges::sort(organisations);
  organisations.erase(std::ranges::unique(organisations).begin(), organisations.end());
  if (organisations.size() < 2 || !outside) throw Refused("participants_missing", "/sources");
  if (lottery < joint_bits_min) throw Refused("too_little_chance", "/sources", std::to_string(lottery));
}

std::string ceremony_id(int year, std::string const& authority, std::int64_t number) {
  char text[64];
  std::snprintf(text, sizeof text, "CE-%d-%s-%04lld", year, authority.c_str(),
                static_cast<long long>(number));
  return text;
}

Result<void> call(Act& act) {
  auto& ceremony = act.record<DrawCeremony>();
  auto const& data = act.payload<CallCeremony>();
  auto const& organisation = people::require_organisation(act, data.organisation, "/organisation");
  if (!publication::is_authority(organisation.code))
    return refuse("not_an_authority", "/organisation", organisation.code);
  ceremony.title = data.title;
  ceremony.profile = data.profile;
  ceremony.authority = organisation.code;
  ceremony.region = organisation.region;
  ceremony.year = year_of(act.today());
  auto const number = act.next_number("ceremony/" + ceremony.authority + "/" + std::to_string(ceremony.year));
  ceremony.ceremony = ceremony_id(year_of(act.today()), ceremony.authority, number);
  return {};
}

Result<void> set_sources(Act& act) {
  auto& ceremony = act.record<DrawCeremony>();
  auto const& wanted = act.payload<SetSources>();
  if (wanted.margin_seconds < margin_seconds_min) return refuse("margin_too_small", "/margin_seconds");
  for (std::size_t i = 0; i < wanted.sources.size(); ++i)
    check_source(wanted.sources[i], "/sources/" + std::to_string(i));
  check_order(wanted.sources);
  ceremony.sources = wanted.sources;
  ceremony.margin_seconds = wanted.margin_seconds;
  ceremony.deadline = wanted.deadline;
  check_profile(ceremony);
  auto const last = last_event(ceremony);
  if (wanted.deadline <= last || wanted.deadline > last + std::chrono::hours(result_hours_max))
    return refuse("deadline_72_hours", "/deadline");
  return {};
}

Result<void> cancel(Act& act) {
  auto& ceremony = act.record<DrawCeremony>();
  if (!ceremony.plans.empty()) return refuse("plans_served");
  ceremony.cancel_reason = act.payload<CancelCeremony>().reason;
  return {};
}

SeedSource const* source_named(DrawCeremony const& ceremony, std::string const& name) {
  for (auto const& source : ceremony.sources)
    if (source.source == name) return &source;
  return nullptr;
}

void check_opened(DrawCeremony const& ceremony, SeedSource const& source, SeedValue const& value,
                  std::string const& path) {
  auto const bytes = hex_decode(value.value);
  if (!bytes || bytes->size() != commit_bytes) throw Refused("commitment_value", path + "/value");
  if (to_hex(stats::source_commitment(ceremony.ceremony, source.source, *bytes)) != source.commitment)
    throw Refused("commitment_mismatch", path + "/value", source.source);
}

// Participants open before the event, in the order of the sources; who does not open is left out.
Result<void> reveal(Act& act) {
  auto& ceremony = act.record<DrawCeremony>();
  auto const& values = act.payload<RevealValues>().values;
  if (ceremony.plans.empty()) return refuse("no_plans");
  std::size_t position = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    std::string const path = "/values/" + std::to_string(i);
    auto const* source = source_named(ceremony, values[i].source);
    if (source == nullptr || source->kind != SourceKind::commit)
      return refuse("unknown_source", path + "/source", values[i].source);
    auto const at = static_cast<std::size_t>(source - ceremony.sources.data());
    if (i > 0 && at <= position) return refuse("order_of_sources", path + "/source");
    position = at;
    check_opened(ceremony, *source, values[i], path);
  }
  ceremony.revealed = values;
  auto const digest = sha256(text_of_body(reveal_body(ceremony)));
  ceremony.reveal_digest = to_hex(digest);
  auto const entry = act.log("draw.reveal", publication::ceremony_subject(ceremony.ceremony), digest);
  if (entry.time + std::chrono::seconds(ceremony.margin_seconds) > first_event(ceremony))
    return refuse("reveal_late");
  ceremony.reveal_seq = entry.seq;
  return {};
}

std::string revealed_value(DrawCeremony const& ceremony, std::string const& source) {
  for (auto const& value : ceremony.revealed)
    if (value.source == source) return value.value;
  return "";
}

void check_seed_value(DrawCeremony const& ceremony, SeedSource const& source, SeedValue const& value,
                      std::string const& path) {
  if (source.kind == SourceKind::commit) {
    if (value.value != revealed_value(ceremony, source.source))
      throw Refused("not_as_revealed", path + "/value", source.source);
    return;
  }
  auto const bytes = hex_decode(value.value);
  if (!bytes) throw Refused("hex_form", path + "/value");
  auto const body = source_body(source, path);
  if (source.kind == SourceKind::drand) {
    auto const signature = hex_decode(value.signature);
    if (!signature || signature->empty()) throw Refused("signature_missing", path + "/signature");
    if (to_hex(sha256(*signature)) != value.value) throw Refused("drand_value", path + "/value");
  } else if (!publication::pick_value_fits(body.pick, text_of(*bytes))) {
    throw Refused("pick_form", path + "/value");
  }
  if (source.kind == SourceKind::dice && value.evidence.empty())
    throw Refused("evidence_missing", path + "/evidence");
}

void check_seed_values(DrawCeremony const& ceremony, std::vector<SeedValue> const& values) {
  if (values.size() != ceremony.sources.size()) throw Refused("all_sources", "/values");
  for (std::size_t i = 0; i < values.size(); ++i) {
    std::string const path = "/values/" + std::to_string(i);
    if (values[i].source != ceremony.sources[i].source)
      throw Refused("order_of_sources", path + "/source", values[i].source);
    check_seed_value(ceremony, ceremony.sources[i], values[i], path);
  }
}

std::string log_id_of(Act& act) {
  auto const* account = act.load<kernel::Account>("account", act.account());
  if (account == nullptr) throw std::logic_error("a person without an account recorded a seed");
  return account->log_id;
}

Result<void> record_seed(Act& act) {
  auto& ceremony = act.record<DrawCeremony>();
  auto const& seed = act.payload<RecordSeed>();
  if (ceremony.plans.empty()) return refuse("no_plans");
  if (act.now() < last_event(ceremony)) return refuse("before_event");
  // What participants have revealed to the world counts, also where a restored copy has lost it.
  auto const before = act.adopted(publication::ceremony_subject(ceremony.ceremony));
  if (ceremony.reveal_digest.empty() &&
      std::ranges::count(before, "draw.reveal", &Act::AdoptedLeaf::type) > 0)
    return refuse("reveal_published");
  check_seed_values(ceremony, seed.values);
  ceremony.values = seed.values;
  ceremony.attendees = seed.attendees;
  ceremony.first_recorder = log_id_of(act);
  return {};
}

// What was thrown, drawn or published, without the photographs: each recorder may bring his own.
bool same_values(std::vector<SeedValue> const& first, std::vector<SeedValue> const& second) {
  return std::ranges::equal(first, second, [](SeedValue const& a, SeedValue const& b) {
    return a.source == b.source && a.value == b.value && a.signature == b.signature;
  });
}

Result<void> confirm_seed(Act& act) {
  auto& ceremony = act.record<DrawCeremony>();
  if (!same_values(ceremony.values, act.payload<ConfirmSeed>().values))
    return refuse("values_differ", "/values");
  ceremony.second_recorder = log_id_of(act);
  auto const digest = sha256(text_of_body(seed_body(ceremony)));
  ceremony.seed_digest = to_hex(digest);
  auto const entry = act.log("draw.seed", publication::ceremony_subject(ceremony.ceremony), digest);
  ceremony.seed_seq = entry.seq;
  ceremony.seed_hash = to_hex(entry.leaf_hash);
  for (auto const& plan : ceremony.plans) act.step<InspectionTask>("inspection_task", plan.task, "take_seed");
  return {};
}

kernel::Placement place(Uuid, void const* record) {
  return {.scopes = {static_cast<DrawCeremony const*>(record)->region}, .parties = {}};
}

}  // namespace

Instant first_event(DrawCeremony const& ceremony) {
  Instant first{INT64_MAX};
  for (auto const& source : ceremony.sources)
    if (source.time) first = std::min(first, *source.time);
  return first;
}

Instant last_event(DrawCeremony const& ceremony) {
  Instant last{INT64_MIN};
  for (auto const& source : ceremony.sources)
    if (source.time) last = std::max(last, *source.time);
  return last;
}

kernel::Register ceremony_register() {
  return {
      .name = "draw_ceremony",
      .type = &reflect::type_of<DrawCeremony>(),
      .states = {"none", "called", "bound", "revealed", "recorded", "seeded", "cancelled"},
      .steps = flow.rows,
      .actions = {action<CallCeremony>("call", call), action<SetSources>("set_sources", set_sources),
                  action<CancelCeremony>("cancel", cancel), action("bind"), action("unbind"),
                  action<RevealValues>("reveal", reveal), action<RecordSeed>("record", record_seed),
                  action<ConfirmSeed>("confirm", confirm_seed)},
      .place = place,
      .title_field = "ceremony",
  };
}

}  // namespace plumbline::inspection
