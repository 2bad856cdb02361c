// DR-1, the draw anyone can recompute (spec draw.md): stratified, hash-ordered systematic sampling
// with probability proportional to size, without replacement (Madow; Hartley-Rao), on an order fixed by
// a public hash. Integers only: a unit of weight w in a stratum of total weight W is drawn with
// probability exactly n*w/W, the sample size is fixed, and the order of the list does not matter.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "base/hash.hpp"
#include "base/result.hpp"

namespace plumbline::stats {

// Sums of weights: N weights below 2^64 fit always.
__extension__ using Uint128 = unsigned __int128;
std::string to_string(Uint128 value);

// The name of an enterprise (`identifier`: USCC, or scheme:value) or of an inspector (certificate
// number) in published files: H("dr1/unit\n" ‖ TLV(identifier) ‖ TLV(salt)), for inspectors
// "dr1/inspector\n". Published as 64 lower-case hex digits; the salt is 32 random bytes.
Hash unit_pid(HashSuite suite, std::string_view identifier, ByteView salt);
Hash inspector_pid(HashSuite suite, std::string_view certificate, ByteView salt);
// What a participant publishes before the event (draw-publication.md section 6); always SHA-256.
Hash source_commitment(std::string_view ceremony, std::string_view source, ByteView value);

struct SeedSource {
  std::string id;
  Bytes value;  // bytes as the source gives them; an unopened commitment is empty
};
// draw.md section 3. plan_hash is the RFC 6962 leaf hash of the PLAN entry; sources in the plan's order.
Hash draw_seed(HashSuite suite, std::string_view draw_id, Hash const& plan_hash,
               std::span<SeedSource const> sources);

Hash draw_ticket(HashSuite suite, Hash const& seed, std::string_view stratum, std::string_view unit);

// A number below `total_weight`, without modulo bias. attempts: hashes used. total_weight >= 1.
struct DrawStart {
  std::uint64_t r = 0;
  std::uint32_t attempts = 0;
};
DrawStart draw_start(HashSuite suite, Hash const& seed, std::string_view stratum, std::uint64_t total_weight);

struct DrawUnit {
  std::string_view id;        // in publications the 64 hex digits of the pid; owned by the caller
  std::uint32_t stratum = 0;  // index into the plan's strata
  std::uint64_t weight = 0;
};
struct DrawStratum {
  std::string_view id;
  std::uint64_t n = 0;         // units to draw
  std::uint64_t reserves = 0;  // substitutes to name (draw-publication.md section 11)
};

struct DrawnUnit {
  std::uint32_t unit = 0;            // index into the units given
  std::uint64_t pi_numerator = 0;    // n'*w, or 1 when certain
  std::uint64_t pi_denominator = 0;  // W, or 1 when certain; never reduced
  Hash ticket{};
  friend bool operator==(DrawnUnit const&, DrawnUnit const&) = default;
};
struct StratumResult {
  // N, n and W are the letters of draw.md and of the published files.
  std::uint64_t N = 0;         // NOLINT(readability-identifier-naming): units of the stratum
  std::uint64_t n = 0;         // wanted
  std::uint64_t n_random = 0;  // n': drawn by the start, not certain
  Uint128 W = 0;        // NOLINT(readability-identifier-naming): weight of those not certain; 0 when all are
  std::uint64_t r = 0;  // meaningful when start_attempts > 0
  std::uint32_t start_attempts = 0;
  // Each in ticket order. `reserves` have no place in estimates: their pi is 0/1.
  std::vector<DrawnUnit> certain;
  std::vector<DrawnUnit> selected;
  std::vector<DrawnUnit> reserves;
  friend bool operator==(StratumResult const&, StratumResult const&) = default;
};

// One result per stratum, in the plan's order. Refused, with the reason in plain words as detail:
//   duplicate_stratum    a stratum id twice
//   unknown_stratum      a unit's stratum index is out of range
//   zero_weight          w = 0 (excluded units are listed elsewhere, never with weight 0)
//   duplicate_unit_id    an id twice, in whatever strata
//   weight_overflow      n*W > 2^63-1 with n > 0, W over the whole stratum
//   too_many_units       more than 2^32-1
// Cost: one hash per unit and a radix sort.
Result<std::vector<StratumResult>> draw(HashSuite suite, Hash const& seed,
                                        std::span<DrawStratum const> strata, std::span<DrawUnit const> units);

}  // namespace plumbline::stats
