// `log verify` (draw-publication.md section 8): a published log, from nothing but its files and its key.
// One pass over the bundles in constant memory except the chain heads. The source and the progress are
// called in the caller's thread; a second one reads the entries.
#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/hash.hpp"
#include "ledger/tile.hpp"
#include "publication/verdict.hpp"

namespace plumbline::publication {

enum class EntryReading : std::uint8_t { automatic, opaque };

struct LogVerifyOptions {
  std::string vkey;                   // Ed25519
  std::optional<std::string> policy;  // text of a policy file
  std::optional<std::string> since;   // text of an older checkpoint or of any .tlog-proof
  EntryReading entries = EntryReading::automatic;
  std::function<void(std::uint64_t done, std::uint64_t size)> progress;  // now and then; may be empty
};

struct LogReport {
  std::string origin;
  std::uint64_t size = 0;
  Hash root{};
  bool entries_checked = false;  // the scan of step 4; else the entries are opaque bytes
  struct Series {
    std::string authority;
    std::uint64_t year = 0;
    std::uint64_t last = 0;  // its last number
  };
  std::vector<Series> series;  // by authority and year
  Grade grade = Grade::bing;   // of the checkpoint, by the policy given, else by the published one
};
// {"ok":1,"origin":…,"size":n,"root":hash,"entries":"checked"|"opaque","grade":…,
//  "series":[{"authority":…,"year":n,"last":n}]}
Json to_json(LogReport const& report);

// `source` reads paths relative to the log's folder: "checkpoint", "policy", "tile/…".
// Errors: KEY_FORMAT, FILE_MISSING, POLICY_FORMAT and the names of section 8 in its order.
Verdict<LogReport> verify_log(ledger::TileSource const& source, LogVerifyOptions const& options);

}  // namespace plumbline::publication
