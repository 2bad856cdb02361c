// `record verify` (draw-publication.md section 3): an opened record version against its log entry.
#pragma once
#include <cstdint>
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
};
// {"ok":1,"seq":n,"subject":…,"type":…,"time":…,"open":[…],"closed":n}
Json to_json(RecordReport const& report);

// Errors: NOT_CANONICAL, SCHEMA (files "opening", "entry"), then SEQ_MISMATCH, COMMITMENT_MISMATCH,
// DIGEST_MISMATCH. That the entry is in the log is another question: its .tlog-proof or `log verify`.
Verdict<RecordReport> verify_record(std::string_view opening, std::string_view entry);

}  // namespace plumbline::publication
