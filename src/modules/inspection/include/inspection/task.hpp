// A draw and what surrounds it: the ceremony at which chance falls, the task from draft to opening.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "base/uuid.hpp"
#include "reflect/type.hpp"

namespace plumbline::inspection {

// ---- Register "draw_ceremony": one public event for any number of plans (draw-publication.md section 6):
//      none → called → bound → revealed → recorded → seeded, or → cancelled.
enum class DrawProfile : std::uint8_t { standard, joint };
enum class SourceKind : std::uint8_t { commit, dice, lottery, drand };
enum class EvidenceKind : std::uint8_t { video, photo, sheet, page };

// `times` groups of `k` different numbers out of low…high.
struct SourcePick {
  std::int64_t times = 0;
  std::int64_t k = 0;
  std::int64_t low = 0;
  std::int64_t high = 0;
  friend bool operator==(SourcePick const&, SourcePick const&) = default;
};

struct SeedSource {
  std::string source;  // "dice", "lottery:ssq:2026026", "commit:驻局纪检组", "drand:quicknet:16000000"
  SourceKind kind = SourceKind::dice;
  std::string organisation;     // commit
  std::int64_t own = 0;         // commit: 1 = part of the authority
  std::string commitment;       // commit
  std::optional<Instant> time;  // all others: not before
  std::string place;            // dice, lottery
  std::vector<SourcePick> pick;
  std::string chain;       // drand: "quicknet" or "mainnet"
  std::int64_t round = 0;  // drand
  friend bool operator==(SeedSource const&, SeedSource const&) = default;
};

struct SeedEvidence {
  EvidenceKind kind = EvidenceKind::video;
  std::string sha256;  // of an attachment in the blob store
  std::int64_t size_bytes = 0;
  friend bool operator==(SeedEvidence const&, SeedEvidence const&) = default;
};

// What a source showed. `value` is the bytes in lower-case hex ("" = a commitment that was not opened).
struct SeedValue {
  std::string source;
  std::string value;
  std::vector<SeedEvidence> evidence;
  std::string signature;  // drand, hex
  friend bool operator==(SeedValue const&, SeedValue const&) = default;
};

struct ServedPlan {
  Uuid task;
  std::string draw;
  std::string plan_hash;  // leaf hash of the PLAN entry
  friend bool operator==(ServedPlan const&, ServedPlan const&) = default;
};

struct DrawCeremony {
  std::string ceremony;   // unique, "CE-2026-371500-0001"
  std::string authority;  // code of the organisation that draws
  std::string region;
  std::int64_t year = 0;
  std::string title;
  DrawProfile profile = DrawProfile::standard;
  std::vector<SeedSource> sources;  // commitments first, then at least one public source
  std::int64_t margin_seconds = 600;
  Instant deadline;  // by then every result is in the log
  std::vector<ServedPlan> plans;
  std::vector<SeedValue> revealed;
  std::string reveal_digest;
  std::int64_t reveal_seq = 0;
  std::vector<SeedValue> values;  // as the first recorder wrote them
  std::string first_recorder;     // log id
  std::string second_recorder;    // log id
  std::int64_t attendees = 0;     // at an attended event: how many confirmed the digest
  std::string seed_digest;
  std::int64_t seed_seq = 0;
  std::string seed_hash;  // leaf hash of the SEED entry
  std::string cancel_reason;
};

// Earliest and latest time of the public sources.
Instant first_event(DrawCeremony const& ceremony);
Instant last_event(DrawCeremony const& ceremony);

// ---- Register "inspection_task" (抽查任务), rules.md section 1.
enum class Platform : std::uint8_t {
  own,   // drawn and published here
  host,  // drawn here; published only with the receipt of the national system
  guest  // the province's platform drew; we carry out
};
enum class Origin : std::uint8_t { here, elsewhere };  // elsewhere: the draw cannot be recomputed
enum class NoticeMode : std::uint8_t { announced, unannounced };
enum class Allocation : std::uint8_t { fixed, ratio, proportional };
enum class VoidStage : std::uint8_t { none, before_plan, before_event, after_seed };

// What the pool is narrowed to (定向抽查); all empty: the whole library (不定向).
enum class PoolUnit : std::uint8_t { firm, site };

// Sites stand where their firm stands in industry, park and class; region and tags are their own.
struct Pool {
  std::string name;                     // "食品生产企业"
  std::vector<std::string> regions;     // with everything below them
  std::vector<std::string> industries;  // prefixes of GB/T 4754 codes
  std::vector<std::string> tags;        // any of them
  std::vector<std::string> parks;
  std::vector<std::string> classes;  // "A" … "D", "unclassified"
  PoolUnit unit = PoolUnit::firm;
};

// A firm falls into the first stratum whose every filled criterion it meets.
struct StratumRule {
  std::string stratum;
  std::vector<std::string> regions;
  std::vector<std::string> industries;
  std::vector<std::string> tags;
  std::vector<std::string> classes;
  std::int64_t sample_size = 0;     // allocation fixed
  std::int64_t ratio_permille = 0;  // allocation ratio: n = ceil(N·ratio)
  std::int64_t inspectors = 2;      // for each target
  std::int64_t reserves = 0;        // substitutes named by the draw
  std::string group;  // field an inspector must hold; "" = the stratum's name, "*" = any inspector
};

// Weights by risk class, integers of at least 1; the largest at most `ratio_max` times the smallest.
struct WeightRule {
  std::string rule;  // "WR-2026-1"
  std::int64_t unclassified = 1;
  std::int64_t a = 1;
  std::int64_t b = 1;
  std::int64_t c = 1;
  std::int64_t d = 1;
  std::int64_t ratio_max = 20;
};

struct FrozenStratum {
  std::string stratum;
  std::int64_t population = 0;   // N
  std::int64_t sample_size = 0;  // n
  std::int64_t inspectors = 0;   // k
  std::int64_t reserves = 0;
  std::int64_t reserves_used = 0;
};

struct StatusCount {
  std::string status;  // code of the registration status
  std::int64_t firms = 0;
};

// Hashes named *_hash are of the plan's suite, *_blob names a file of the blob store by its SHA-256.
struct FrozenFrame {
  std::string sid;  // 32 random hex digits, chain "frame/<sid>"
  std::int64_t rows = 0;
  std::string rows_hash;
  std::string rows_blob;
  std::int64_t excluded = 0;
  std::string excluded_hash;
  std::string excluded_blob;
  std::int64_t registry_total = 0;
  std::vector<StatusCount> by_status;
  std::string groups_hash;  // "" = a unit's group is its stratum
  std::string groups_blob;
  std::string private_blob;  // who hides behind which pid; never published
  std::string digest;        // sha256 of frame.json
  std::int64_t seq = 0;
  std::string leaf_hash;
};
struct FrozenRoster {
  std::string sid;
  std::int64_t rows = 0;
  std::string rows_hash;
  std::string rows_blob;
  std::int64_t recusals = 0;
  std::string recusals_hash;
  std::string recusals_blob;
  std::string private_blob;
  std::string digest;
  std::int64_t seq = 0;
  std::string leaf_hash;
};

struct RecusalEntry {
  std::int64_t number = 0;
  std::string digest;
  std::int64_t seq = 0;
};

// An entry of the log that belongs to a record: digest of its body, index, hash of its leaf.
struct LogEntry {
  std::string digest;
  std::int64_t seq = 0;
  std::string leaf_hash;
};

// Who may be drawn, how many, with which chance, inspected by how many of which field.
struct DrawDesign {
  Pool pool;
  std::vector<StratumRule> strata;
  Allocation allocation = Allocation::fixed;
  std::int64_t sample_size = 0;  // allocation proportional: over all strata
  std::int64_t sample_per_stratum_min = 2;
  WeightRule weights;
  std::string hash_suite = "sha256";  // or "sm3"
};

struct DrawVoid {
  std::string reason;  // code
  std::string text;
  std::string result;  // sha256 of the result that was thrown away
  LogEntry entry;
};

// The opened names taken back after their retention: the entry and its proof stay, open.json goes.
struct ErasedOpening {
  std::string ground;  // code
  LogEntry entry;
};

// 直接委派: inspectors named by a person because nobody could be matched.
struct DirectAssignment {
  std::string reason;  // code
  std::string private_blob;
  LogEntry entry;
};

struct InspectionTask {
  std::string title;
  std::optional<Uuid> item;
  std::string item_no;    // in files: which item
  std::string item_text;  // number and name, as the plan publishes it
  std::int64_t year = 0;
  std::optional<Uuid> batch;
  std::optional<Uuid> parent;      // a joint department draws its inspectors for the targets of this task
  std::optional<Uuid> department;  // that inspects
  std::string department_code;
  Uuid organisation;      // that draws
  std::string authority;  // code of the organisation
  std::string region;
  Platform platform = Platform::own;
  Origin origin = Origin::here;
  std::optional<std::string> origin_number;  // unique: of the task on the province's platform
  NoticeMode notice_mode = NoticeMode::unannounced;
  Date period_from;
  Date period_to;
  DrawDesign design;

  std::int64_t pool_size = 0;  // counted at submission
  std::int64_t sample_planned = 0;
  std::string return_reason;

  std::optional<FrozenFrame> frame;
  std::optional<FrozenRoster> roster;
  std::vector<FrozenStratum> frozen_strata;

  std::optional<std::string> draw;  // unique, "DR-2026-371500-0001"
  std::int64_t draw_number = 0;
  std::string series;    // "draws/371500/2026"
  std::string replaces;  // draw id of a voided draw
  std::optional<Uuid> ceremony;
  std::optional<Instant> draw_deadline;
  std::string policy_blob;
  LogEntry plan;  // leaf_hash is the plan_hash of every later entry

  LogEntry result;
  std::int64_t drawn = 0;
  std::int64_t load_max = 0;
  std::int64_t hall = 0;  // targets nobody can be found for; 0 = matched
  std::optional<DirectAssignment> direct;
  std::int64_t checks_expected = 0;
  std::optional<Uuid> tally;
  std::vector<RecusalEntry> recusals;

  VoidStage void_stage = VoidStage::none;
  std::optional<DrawVoid> voided;
  std::optional<LogEntry> opened;
  std::optional<ErasedOpening> erased;
};

// How far the checks of a task are. Register "task_tally": none → counting.
struct TaskTally {
  Uuid task;
  std::string region;
  std::int64_t checks = 0;
  std::int64_t published = 0;
  std::int64_t closed = 0;
  std::int64_t voided = 0;
};

}  // namespace plumbline::inspection

namespace plumbline::reflect {
template <>
Type const& type_of<inspection::Platform>();
template <>
Type const& type_of<inspection::Origin>();
template <>
Type const& type_of<inspection::NoticeMode>();
template <>
Type const& type_of<inspection::PoolUnit>();
template <>
Type const& type_of<inspection::DrawCeremony>();
template <>
Type const& type_of<inspection::InspectionTask>();
template <>
Type const& type_of<inspection::TaskTally>();
template <>
Type const& type_of<inspection::SeedSource>();
template <>
Type const& type_of<inspection::SeedValue>();
}  // namespace plumbline::reflect
