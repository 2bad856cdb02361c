// What every version of every record carries beside its own fields. The envelope is part of the body
// that is stored and committed to the log, so scopes, parties, clocks and numbers are functions of the
// log like everything else. Record structs may not use these member names.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "base/uuid.hpp"
#include "reflect/type.hpp"

namespace plumbline::kernel {

// Somebody concerned by a record, with the part they play ("subject", "producer", "laboratory" …).
// `party` is the id of a firm or organisation; grants for that party reach the record.
struct Party {
  Uuid party;
  std::string role;
  friend bool operator==(Party const&, Party const&) = default;
};

enum class ClockStatus : std::uint8_t { running, paused, stopped, lapsed };

// A statutory deadline of one record. `rule` and `edition` name the row of rules/deadlines.json that
// was in force on the day of the trigger.
struct RunningClock {
  std::string rule;
  std::string edition;  // effective_from of the row, YYYY-MM-DD
  ClockStatus status = ClockStatus::running;
  Date triggered_on;
  Date due_on;
  int provisional = 0;  // 1: the holiday calendar of the due year was not published yet
  int extended_days = 0;
  std::vector<Date> paused_on;  // pauses and resumes pairwise: paused_on[i] … resumed_on[i]
  std::vector<Date> resumed_on;
  std::optional<Date> ended_on;
  friend bool operator==(RunningClock const&, RunningClock const&) = default;
};

// A number taken from a gap-free series ("notice/371581/2026" → 17).
struct IssuedNumber {
  std::string series;
  std::int64_t number = 0;
  friend bool operator==(IssuedNumber const&, IssuedNumber const&) = default;
};

// The latest actor of each action, for four-eyes checks.
struct Actor {
  std::string action;
  Uuid account;
  friend bool operator==(Actor const&, Actor const&) = default;
};

struct Envelope {
  std::string state;
  std::vector<std::string> scopes;  // codes of the jurisdiction's region tree
  std::vector<Party> parties;
  std::vector<RunningClock> clocks;
  std::vector<IssuedNumber> numbers;
  std::vector<Actor> actors;
  friend bool operator==(Envelope const&, Envelope const&) = default;

  RunningClock const* clock(std::string_view rule) const;  // the latest of that rule, or null
};

// A record taken back by the undo of an import: it stays in the log and leaves the registers.
inline constexpr std::string_view state_undone = "undone";

}  // namespace plumbline::kernel

namespace plumbline::reflect {
template <>
Type const& type_of<kernel::Party>();
template <>
Type const& type_of<kernel::RunningClock>();
template <>
Type const& type_of<kernel::IssuedNumber>();
template <>
Type const& type_of<kernel::Actor>();
template <>
Type const& type_of<kernel::Envelope>();
}  // namespace plumbline::reflect
