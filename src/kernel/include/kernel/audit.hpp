// Proving the tables: every row against the log.
#pragma once
#include <functional>
#include <string>
#include <vector>

#include "kernel/system.hpp"

namespace plumbline::kernel {

struct Finding {
  std::string code;  // "row_differs", "row_missing", "row_unknown", "digest_mismatch", "log_broken", …
  std::string register_name;  // or the table
  std::string record;         // id, or the key of the row
  std::string detail;
};
struct Audit {
  std::int64_t entries = 0;
  std::int64_t versions = 0;
  std::int64_t rows = 0;
  std::int64_t erased_fields = 0;
  std::int64_t lost_bodies = 0;   // versions adopted after a restore, whose bodies are gone
  std::vector<Finding> findings;  // at most 1,000; empty: all is well
};
using Progress = std::function<void(std::int64_t done, std::int64_t total)>;

// The log in the database against the published checkpoint and policy: every leaf re-hashed. (Published tiles
// are what `plumbline log verify` reads.)
Audit verify_log(System& system, Progress const& progress = {});
// And every derived table row against the versions in the log, whatever today's rules say; every blob
// against its name, and there for every record that names it.
Audit verify_deep(System& system, Progress const& progress = {});
// Throws away every derived table and makes it again from the log.
void rebuild(System& system, Progress const& progress = {});

// One version of a record as a file that `plumbline record verify` checks against its log entry: the
// named fields open, the others closed (draw-publication.md section 3).
Result<std::string> opening(System& system, Viewer const& viewer, std::string_view register_name, Uuid id,
                            std::int64_t version, std::vector<std::string> const& fields);

}  // namespace plumbline::kernel
