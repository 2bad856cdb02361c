// States and payloads of a draw ceremony.
#pragma once
#include "inspection/task.hpp"

namespace plumbline::inspection {

enum class CeremonyState : std::uint8_t { none, called, bound, revealed, recorded, seeded, cancelled };

struct CallCeremony {
  std::string title;
  Uuid organisation;  // that draws
  DrawProfile profile = DrawProfile::standard;
};

struct SetSources {
  std::vector<SeedSource> sources;
  std::int64_t margin_seconds = 600;
  Instant deadline;
};

struct RevealValues {
  std::vector<SeedValue> values;  // of commitments, in the order of the sources
};

struct RecordSeed {
  std::vector<SeedValue> values;  // of all sources, in their order
  std::int64_t attendees = 0;
};

struct ConfirmSeed {
  std::vector<SeedValue> values;  // the same, read off by a second person
};

struct CancelCeremony {
  std::string reason;
};

}  // namespace plumbline::inspection

namespace plumbline::reflect {
template <>
Type const& type_of<inspection::CallCeremony>();
template <>
Type const& type_of<inspection::SetSources>();
template <>
Type const& type_of<inspection::RevealValues>();
template <>
Type const& type_of<inspection::RecordSeed>();
template <>
Type const& type_of<inspection::ConfirmSeed>();
template <>
Type const& type_of<inspection::CancelCeremony>();
}  // namespace plumbline::reflect
