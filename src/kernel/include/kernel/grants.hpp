// Grants: role × scope × party, denied by default. One function computes what a viewer may see; lists,
// counts, exports, files and suggestions all go through it.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "base/uuid.hpp"
#include "kernel/record.hpp"
#include "kernel/regions.hpp"
#include "kernel/register.hpp"
#include "kernel/roles.hpp"
#include "reflect/codec.hpp"

namespace plumbline::kernel {

enum class AccountStatus : std::uint8_t { active, disabled };

struct Account {
  std::string login;   // unique
  std::string name;    // personal
  std::string log_id;  // "u-" and 32 random hex digits: the only name of the person in the log
  std::optional<Uuid> organisation;
  AccountStatus status = AccountStatus::active;
};

enum class PersonalSight : std::uint8_t { masked, clear };

struct Grant {
  Uuid account;
  Role role = Role::officer;
  std::string scope;          // region code; "" only with a party
  std::optional<Uuid> party;  // the firm or organisation acted for
  PersonalSight personal = PersonalSight::masked;
  Date valid_from;
  std::optional<Date> valid_to;
  std::string reason;
  // Of access taken in an emergency: when it ends by itself, and the region of the own grant it goes beyond.
  std::optional<Instant> valid_until;
  std::string reached_from;
};

// Who looks: computed once per request from the grants in force.
struct Viewer {
  struct Scoped {
    Role role;
    std::vector<std::string> scopes;  // expanded subtree
    bool everything = false;          // the whole jurisdiction
    PersonalSight personal = PersonalSight::masked;
  };
  struct Represented {
    Role role;
    Uuid party;
  };
  std::string jurisdiction;
  Uuid account;
  std::vector<Scoped> scoped;
  std::vector<Represented> represented;

  bool has_role(Role role) const;
  bool holds_any(RoleSet roles) const;
  bool holds_everywhere(Role role) const;  // in the whole jurisdiction
  // May this viewer see this record of this register?
  bool sees(Register const& reg, Envelope const& envelope) const;
  // May somebody with these grants take a step open to `by` on a record placed like this?
  bool may(RoleSet by, Envelope const& envelope) const;
  reflect::Sight sight(Register const& reg) const;
};

Viewer make_viewer(std::string jurisdiction, Uuid account, std::vector<Grant> const& grants,
                   RegionTree const& regions, Instant now);
// For the product's own followers and administration on the machine itself: sees everything.
Viewer system_viewer(std::string jurisdiction);

}  // namespace plumbline::kernel

namespace plumbline::reflect {
template <>
Type const& type_of<kernel::Account>();
template <>
Type const& type_of<kernel::Grant>();
template <>
Type const& type_of<kernel::Role>();
}  // namespace plumbline::reflect
