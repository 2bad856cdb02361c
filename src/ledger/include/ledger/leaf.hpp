// The log's entries (draw-publication.md section 3): canonical JSON with exactly the members actor, digest,
// prev, seq, subject, time, type, v; at most 60,000 bytes; no personal data and no member to put it in.
// Record versions enter by a digest over salted field commitments, so that a field can be opened alone and
// erased without breaking a proof.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/hash.hpp"
#include "base/result.hpp"
#include "base/time.hpp"

namespace plumbline::ledger {

constexpr std::size_t leaf_limit_bytes = 60'000;

// Texts are views: into the parsed bytes, or into what the writer holds.
struct LeafView {
  std::string_view actor;  // "system" or u-<32 hex>
  Hash digest{};
  std::optional<Hash> prev;  // leaf hash of the latest earlier entry of the same chain
  std::uint64_t seq = 0;     // index in the log
  std::string_view subject;  // chain["#"number]
  std::int64_t time_s = 0;   // POSIX seconds
  std::string_view type;     // register.action
  std::string_view chain() const { return subject.substr(0, subject.find('#')); }
  std::uint64_t number() const;  // 0 without one
};

// Refused with "NOT_CANONICAL" or "SCHEMA" (detail: the member). Fast: no allocation for a good leaf.
Result<LeafView> parse_leaf(std::string_view bytes);
// Throws std::invalid_argument when parse_leaf would not take it back.
std::string format_leaf(LeafView const& leaf);

// Forms of draw-publication.md sections 1 and 2.
bool is_code(std::string_view text);                                 // [a-z][a-z0-9_]{0,31}
std::optional<std::int64_t> parse_leaf_time(std::string_view text);  // YYYY-MM-DDTHH:MM:SSZ, years 2000–2199
std::string format_leaf_time(std::int64_t time_s);
// The form the subject of an entry of that type must have.
bool subject_fits(std::string_view type, std::string_view subject);

// sha256(TLV(name) ‖ TLV(canonical JSON of the value) ‖ TLV(salt)).
Hash commitment(std::string_view name, std::string_view canonical_value, ByteView salt);
// sha256("ledger/record\n" ‖ u32(k) ‖ c_1 ‖ … ‖ c_k), names ascending.
Hash record_digest(std::span<Hash const> commitments);
constexpr std::size_t salt_bytes = 32;

struct OpenedField {
  std::string name;
  Hash commitment{};
  struct Value {
    std::string canonical;  // canonical JSON of the value
    Hash salt{};
    friend bool operator==(Value const&, Value const&) = default;
  };
  std::optional<Value> value;  // nothing: the field stays closed
  friend bool operator==(OpenedField const&, OpenedField const&) = default;
};
struct Opening {
  std::uint64_t seq = 0;
  std::vector<OpenedField> fields;  // names ascending
  friend bool operator==(Opening const&, Opening const&) = default;
};
// Refused with "NOT_CANONICAL", "SCHEMA".
Result<Opening> parse_opening(std::string_view text);
std::string format_opening(Opening const& opening);
// Refused with "SEQ_MISMATCH", "COMMITMENT_MISMATCH" (detail: the field), "DIGEST_MISMATCH", in that order.
Result<void> verify_opening(Opening const& opening, LeafView const& leaf);

// The body of <register>.erase: values and salts of these fields of these versions are gone, their
// commitments stay. Fields and seqs ascend.
struct Erasure {
  std::vector<std::string> fields;
  std::string ground;  // a code: "pipl_47"
  std::vector<std::uint64_t> seqs;
  friend bool operator==(Erasure const&, Erasure const&) = default;
};
Result<Erasure> parse_erasure(std::string_view text);
std::string format_erasure(Erasure const& erasure);  // sha256 of it is the entry's digest

}  // namespace plumbline::ledger
