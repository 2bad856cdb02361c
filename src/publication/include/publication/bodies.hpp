// The bodies of draw-publication.md section 5 as plain structs, each with one strict reader and one
// writer: what format_body gives, parse_body takes back, and nothing else.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/hash.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "publication/forms.hpp"

namespace plumbline::publication {

// Pids and ipids are held as they are published and hashed: 64 lower-case hex digits.
using Pid = std::string;

// draw.frame: the units a draw is made from.
struct Frame {
  struct StatusCount {
    std::string status;  // code
    std::uint64_t count = 0;
    friend bool operator==(StatusCount const&, StatusCount const&) = default;
  };
  HashSuite suite = HashSuite::sha256;
  std::string pool;
  std::uint64_t rows = 0;
  Hash rows_hash{};  // of frame.csv, in the suite
  std::uint64_t excluded = 0;
  Hash excluded_hash{};  // of excluded.csv
  std::uint64_t registry_total = 0;
  std::vector<StatusCount> by_status;
  std::string weight_rule;
  Hash weight_rule_sha256{};
  std::uint64_t ratio_max = 1;  // most largest/smallest weight of a stratum
  friend bool operator==(Frame const&, Frame const&) = default;
};

// draw.roster: the inspectors.
struct Roster {
  HashSuite suite = HashSuite::sha256;
  std::uint64_t rows = 0;
  Hash rows_hash{};  // of roster.csv
  std::uint64_t recusals = 0;
  Hash recusals_hash{};             // of recusals.csv
  std::optional<Hash> groups_hash;  // of groups.csv; without it a unit's group is its stratum
  friend bool operator==(Roster const&, Roster const&) = default;
};

enum class SourceKind : std::uint8_t { commit, dice, lottery, drand };
enum class Affiliation : std::uint8_t { outside, own };

// One source of the seed (section 6). `time` = not before.
struct Source {
  std::string id;
  SourceKind kind = SourceKind::dice;
  // commit
  std::string org;
  Affiliation affiliation = Affiliation::outside;
  Hash commitment{};
  // dice, lottery
  std::string place;
  std::vector<Pick> pick;
  // drand
  DrandChain chain = DrandChain::quicknet;
  std::uint64_t round = 0;
  // all but commit
  Instant time;
  friend bool operator==(Source const&, Source const&) = default;
};
// sha256 of the canonical array, as SEED names it.
Hash sources_hash(std::vector<Source> const& sources);

enum class Profile : std::uint8_t { standard, joint };

struct PlanStratum {
  std::string id;
  std::uint64_t n = 0;                    // units to draw
  std::uint64_t k = 0;                    // inspectors for each
  std::optional<std::uint64_t> reserves;  // v 2 only: substitutes to name
  friend bool operator==(PlanStratum const&, PlanStratum const&) = default;
};

// draw.plan
struct Plan {
  std::uint64_t v = 1;  // 2: strata may carry reserves
  std::string draw;
  std::string authority;
  std::uint64_t year = 0;
  std::uint64_t number = 0;
  std::optional<std::string> replaces;
  std::string item;
  HashSuite suite = HashSuite::sha256;  // alg dr1/sha256 or dr1/sm3
  Hash frame_entry{};
  Hash frame_hash{};
  Hash roster_entry{};
  Hash roster_hash{};
  std::vector<PlanStratum> strata;
  Profile profile = Profile::standard;
  std::string ceremony;
  std::vector<Source> sources;
  std::uint64_t margin_s = 0;
  Instant deadline;
  Hash policy{};
  friend bool operator==(Plan const&, Plan const&) = default;
};

struct PlanRef {
  std::string draw;
  Hash plan_hash{};
  friend bool operator==(PlanRef const&, PlanRef const&) = default;
};

// draw.reveal: commitments opened before the event.
struct Reveal {
  struct Value {
    std::string id;
    Hash value{};
    friend bool operator==(Value const&, Value const&) = default;
  };
  std::string ceremony;
  std::vector<PlanRef> plans;  // ascending by draw
  std::vector<Value> values;
  friend bool operator==(Reveal const&, Reveal const&) = default;
};

enum class EvidenceKind : std::uint8_t { video, photo, sheet, page };
struct Evidence {
  EvidenceKind kind = EvidenceKind::sheet;
  Hash sha256{};
  std::uint64_t size_bytes = 0;
  friend bool operator==(Evidence const&, Evidence const&) = default;
};

// draw.seed: what the sources showed.
struct Seed {
  struct Value {
    std::string id;
    Bytes value;  // empty: a commitment that was not opened
    std::vector<Evidence> evidence;
    std::optional<Bytes> signature;  // drand
    friend bool operator==(Value const&, Value const&) = default;
  };
  std::string ceremony;
  Hash sources_hash{};
  std::vector<PlanRef> plans;  // ascending by draw
  std::vector<std::string> recorders;
  std::vector<Value> values;
  friend bool operator==(Seed const&, Seed const&) = default;
};

struct Assignment {
  Pid target;
  std::vector<Pid> inspectors;  // in pair order
  friend bool operator==(Assignment const&, Assignment const&) = default;
};

// draw.result
struct DrawResult {
  struct Drawn {
    Pid pid;
    std::string pi;  // n'·w/W unreduced; certain 1/1
    Hash ticket{};
    friend bool operator==(Drawn const&, Drawn const&) = default;
  };
  struct Reserve {
    Pid pid;
    Hash ticket{};
    friend bool operator==(Reserve const&, Reserve const&) = default;
  };
  struct Stratum {
    std::string id;
    std::uint64_t N = 0;
    std::uint64_t n = 0;
    std::uint64_t n_random = 0;
    std::string W;  // decimal
    std::string r;  // decimal; "" without a start
    std::uint64_t start_attempts = 0;
    std::vector<Drawn> certain;
    std::vector<Drawn> selected;
    std::optional<std::vector<Reserve>> reserves;  // v 2, where the plan's stratum names a number
    friend bool operator==(Stratum const&, Stratum const&) = default;
  };
  std::uint64_t v = 1;  // the plan's
  std::string draw;
  Hash plan_hash{};
  Hash seed_entry{};
  Hash seed{};
  std::vector<Stratum> strata;
  std::uint64_t max_load = 0;
  std::vector<Assignment> assignment;
  std::vector<Pid> hall;
  friend bool operator==(DrawResult const&, DrawResult const&) = default;
};

enum class VoidStage : std::uint8_t { before_event, after_seed };
// draw.void
struct Void {
  std::string draw;
  Hash plan_hash{};
  VoidStage stage = VoidStage::before_event;
  std::string reason;  // code
  std::string text;
  std::optional<Hash> result;  // sha256 of result.json
  friend bool operator==(Void const&, Void const&) = default;
};

// draw.recusal
struct RecusalBody {
  std::string draw;
  Hash plan_hash{};
  Pid target;
  Pid inspector;
  std::string ground;  // code
  Hash reason{};       // reason_commitment()
  std::optional<Pid> replacement;
  std::uint64_t limit = 0;
  friend bool operator==(RecusalBody const&, RecusalBody const&) = default;
};
// sha256(TLV("reason") ‖ TLV(CJ(text)) ‖ TLV(salt)); the text and its salt stay in the office.
Hash reason_commitment(std::string_view text, ByteView salt);

// draw.open: who was drawn, after the checks.
struct Open {
  struct Unit {
    Pid pid;
    std::string identifier;  // USCC, else scheme:value
    Hash salt{};
    friend bool operator==(Unit const&, Unit const&) = default;
  };
  struct Inspector {
    Pid ipid;
    std::string certificate;
    Hash salt{};
    friend bool operator==(Inspector const&, Inspector const&) = default;
  };
  std::string draw;
  Hash plan_hash{};
  std::vector<Unit> units;  // ascending by pid
  std::vector<Inspector> inspectors;
  friend bool operator==(Open const&, Open const&) = default;
};

// draw.erase: files whose retention is over.
struct EraseBody {
  std::string draw;
  Hash plan_hash{};
  std::vector<std::string> files;
  std::string ground;  // code
  friend bool operator==(EraseBody const&, EraseBody const&) = default;
};

// draw.assign (section 11): inspectors named by a person because matching failed:
//   {"assignment":[{"inspectors":[ipid,…],"target":pid},…],"draw":id,"plan_hash":hash,"reason":code,"v":1}
// ascending by target, k inspectors each (others than the roster's may be borrowed). It stands in the chain
// draw/<draw id> before any recusal.
struct Assign {
  std::string draw;
  Hash plan_hash{};
  std::string reason;  // code
  std::vector<Assignment> assignment;
  friend bool operator==(Assign const&, Assign const&) = default;
};

// For each struct above that is a body. Refused with "NOT_CANONICAL", or with "SCHEMA" and one problem
// that points at the member.
template <class Body>
Result<Body> parse_body(std::string_view text);
// Canonical JSON. Throws std::invalid_argument when parse_body would not take it back.
template <class Body>
std::string format_body(Body const& body);

}  // namespace plumbline::publication
