// C2SP tlog-policy: which logs and witnesses are known, and which sets of witnesses are a quorum.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "ledger/note.hpp"

namespace plumbline::ledger {

struct PolicyLog {
  VerifierKey key;
  std::string url;  // "" where none is given
};
struct PolicyWitness {
  std::string name;  // within the policy; the key has its own
  VerifierKey key;
  std::string url;
};

// One entry per witness of the policy, in its order: the cosignature's time in POSIX seconds, or nothing.
using WitnessTimes = std::vector<std::optional<std::int64_t>>;

class Policy {
 public:
  // Strict. Nothing for: a line of another form, unknown or repeated names and keys, a name used in two
  // groups, a threshold outside 1…n, no or two quorum lines, octets beyond those allowed, more than 64 KiB.
  static std::optional<Policy> parse(std::string_view text);

  std::vector<PolicyLog> const& logs() const { return logs_; }
  std::vector<PolicyWitness> const& witnesses() const { return witnesses_; }
  // A policy without log lines accepts the log its reader knows from elsewhere.
  bool knows_log(VerifierKey const& key) const;

  // `cosigned[i]`: witness i has cosigned.
  bool is_quorum(std::vector<bool> const& cosigned) const;
  // Witnesses in the smallest quorum; 0 for "quorum none".
  std::size_t fewest_witnesses() const;
  // Least t such that the witnesses with time ≤ t are a quorum; nothing when all of them are none. For
  // "quorum none": INT64_MIN.
  std::optional<std::int64_t> quorum_time(WitnessTimes const& times) const;
  // Cosignature times on a checkpoint. Every line bearing name and key id of a witness must verify, else
  // refused with "COSIGNATURE_INVALID" (detail: the key's name); other lines are ignored. Of several lines
  // of one witness the earliest counts.
  Result<WitnessTimes> cosignatures(Note const& checkpoint) const;

 private:
  struct Node {  // a witness (threshold 0) or a group
    std::size_t witness = 0;
    std::size_t threshold = 0;
    std::vector<std::size_t> members;
  };
  class Reader;
  bool holds(std::size_t node, std::vector<bool> const& cosigned) const;
  std::size_t fewest(std::size_t node) const;

  std::vector<PolicyLog> logs_;
  std::vector<PolicyWitness> witnesses_;
  std::vector<Node> nodes_;
  std::optional<std::size_t> quorum_;  // nothing: "none"
};

}  // namespace plumbline::ledger
