// The kernel's own registers: regions, accounts, grants, attachments; and the acts every register has
// (clock decisions by a person, erasure, undo of an import).
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "base/uuid.hpp"
#include "kernel/register.hpp"

namespace plumbline::kernel {

// A stored file that belongs to a record. Its content is in the blob store under its SHA-256.
struct Attachment {
  std::string sha256;
  std::int64_t bytes = 0;
  std::string media_type;
  std::string file_name;
  std::string register_name;  // the record it belongs to
  Uuid record;
  std::optional<Instant> taken_at;
};

// The State Council's notice for one year, entered when it is published. Days may also lie in the
// December before.
struct CalendarYear {
  int year = 0;
  std::vector<Date> holidays;
  std::vector<Date> makeup_workdays;
  std::string notice;  // number of the notice (国办发明电…)
};

struct Closing {
  std::string reason;
};

// Payload of break_glass: for an emergency, a role one has already, in a region where one has it not.
struct BreakGlass {
  Role role = Role::officer;
  std::string scope;  // region code
  int minutes = 0;
  std::string reason;
};

// Payload of pause_clock, resume_clock, extend_clock, recompute_clock.
struct ClockDecision {
  std::string rule;
  int days = 0;
  std::string reason;
};

// Payload of erase: the named fields of the named versions (none named: of all versions).
struct ErasureRequest {
  std::vector<std::string> fields;
  std::vector<std::int64_t> versions;
  std::string ground;  // a code: "pipl_47" …
};

struct UndoRequest {
  std::string batch;
};

// Acts that every register has, in every state but none. Clocks may be paused, resumed and extended by
// people; recompute_clock follows a newly published holiday calendar; lapse is no builtin: a clock that
// decides names an ordinary step of its table.
struct Builtin {
  std::string_view action;
  RoleSet by;
  reflect::Type const* payload;
};
std::vector<Builtin> const& builtins();
Builtin const* find_builtin(std::string_view action);

Module kernel_module();

}  // namespace plumbline::kernel

namespace plumbline::reflect {
template <>
Type const& type_of<kernel::Attachment>();
template <>
Type const& type_of<kernel::BreakGlass>();
template <>
Type const& type_of<kernel::CalendarYear>();
template <>
Type const& type_of<kernel::Closing>();
template <>
Type const& type_of<kernel::ClockDecision>();
template <>
Type const& type_of<kernel::ErasureRequest>();
template <>
Type const& type_of<kernel::UndoRequest>();
}  // namespace plumbline::reflect
