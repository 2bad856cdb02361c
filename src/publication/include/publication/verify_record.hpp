// `record verify` (draw-publication.md section 3): an opened record version against its log entry.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "publication/verdict.hpp"

namespace plumbline::publication {

struct RecordReport {
  std::uint64_t seq = 0;
  std::string subject;
  std::string type;
  std::string time;
  std::vector<std::string> open;  // names of the fields whose values are shown and right
  // How many fields stay closed. Their names are the opener's word: a commitment that is not opened proves
  // no name.
  std::uint64_t closed = 0;
  std::uint64_t log_size = 0;  // entries of the log the entry was shown to stand in; 0: not asked
};
// {"ok":1,"seq":n,"subject":…,"type":…,"time":…,"open":[…],"closed":n,"log_size"?:n}
Json to_json(RecordReport const& report);

// Errors: NOT_CANONICAL, SCHEMA (files "opening", "entry"), then SEQ_MISMATCH, COMMITMENT_MISMATCH,
// DIGEST_MISMATCH; with the entry's proof also that it stands in the log: KEY_FORMAT, PROOF_FORMAT,
// CHECKPOINT_FORMAT, CHECKPOINT_SIGNATURE, INCLUSION ("proof").
struct InLog {
  std::string proof;  // a .tlog-proof
  std::string vkey;
};
Verdict<RecordReport> verify_record(std::string_view opening, std::string_view entry,
                                    std::optional<InLog> const& in_log = {});

}  // namespace plumbline::publication
