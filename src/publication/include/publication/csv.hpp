// The lists of a draw (draw-publication.md sections 1 and 5): UTF-8, no header, fields joined by one ',',
// every line ends in LF, the key strictly ascending by bytes, numbers without leading zeros. No rows: an
// empty file.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace plumbline::publication {

// Texts are views: of the file read, or of what the writer holds.
struct FrameRow {  // frame.csv: pid,stratum,w
  std::string_view pid;
  std::string_view stratum;
  std::uint64_t weight = 0;  // 1 … 2^63-1
  friend bool operator==(FrameRow const&, FrameRow const&) = default;
};
struct ExcludedRow {  // excluded.csv: pid,code
  std::string_view pid;
  std::string_view code;
  friend bool operator==(ExcludedRow const&, ExcludedRow const&) = default;
};
struct RosterRow {  // roster.csv: ipid,cap,group|group…
  std::string_view ipid;
  std::uint32_t cap = 0;                 // most targets in this draw, ≥ 1
  std::vector<std::string_view> groups;  // ascending, at least one
  friend bool operator==(RosterRow const&, RosterRow const&) = default;
};
struct RecusalRow {  // recusals.csv: ipid,pid; both together are the key
  std::string_view ipid;
  std::string_view pid;
  friend bool operator==(RecusalRow const&, RecusalRow const&) = default;
};
struct GroupRow {  // groups.csv: pid,group
  std::string_view pid;
  std::string_view group;
  friend bool operator==(GroupRow const&, GroupRow const&) = default;
};

// For each row above. Refused with "CSV_FORMAT", detail: line and reason.
template <class Row>
Result<std::vector<Row>> parse_csv(std::string_view text);
// Sorts. Throws std::invalid_argument when parse_csv would not take it back.
template <class Row>
std::string format_csv(std::span<Row const> rows);

}  // namespace plumbline::publication
