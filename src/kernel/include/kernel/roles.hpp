// Roles of rules.md section 15 and what is needed around them. A grant gives one role within a scope or
// for a party; a workflow step names the set of roles that may take it.
#pragma once
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string_view>

namespace plumbline::kernel {

enum class Role : std::uint8_t {
  system,                  // the product itself: follow-up steps inside one act
  clock,                   // a clock whose rule says that silence decides
  system_administrator,    // registers, regions, imports; sees no cases
  security_administrator,  // accounts and grants
  audit_administrator,     // reads the log, erases what the law says must go
  leader,                  // bureau leader: approves, decides recusal, voids
  plan_maker,
  drawer,
  inspector,  // holder of an enforcement certificate
  reviewer,   // unit lead: reviews results; may sit at the county
  publisher,
  officer,  // registers firms, follows up
  credit_officer,
  legal_reviewer,
  sampler,
  laboratory,
  institute,
  workstation,
  superior,  // the superior bureau: receives filings
  expert,
  firm,  // party: acts for one firm
  citizen,
  auditor,   // reads all, changes nothing
  importer,  // the import lane
};
inline constexpr int role_count = static_cast<int>(Role::importer) + 1;
std::string_view to_string(Role role);
std::optional<Role> parse_role(std::string_view name);

class RoleSet {
 public:
  constexpr RoleSet() = default;
  constexpr RoleSet(Role role) : bits_(bit(role)) {}
  constexpr RoleSet(std::initializer_list<Role> roles) {
    for (Role role : roles) bits_ |= bit(role);
  }
  constexpr bool contains(Role role) const { return (bits_ & bit(role)) != 0; }
  constexpr bool empty() const { return bits_ == 0; }
  friend constexpr RoleSet operator|(RoleSet a, RoleSet b) { return RoleSet(a.bits_ | b.bits_); }
  friend constexpr bool operator==(RoleSet, RoleSet) = default;

 private:
  explicit constexpr RoleSet(std::uint64_t bits) : bits_(bits) {}
  static constexpr std::uint64_t bit(Role role) { return std::uint64_t{1} << static_cast<int>(role); }
  std::uint64_t bits_ = 0;
};
constexpr RoleSet operator|(Role a, Role b) { return RoleSet(a) | RoleSet(b); }

// Everybody who works in a bureau; the default readers of a register.
inline constexpr RoleSet staff{Role::leader,   Role::plan_maker,     Role::drawer,  Role::inspector,
                               Role::reviewer, Role::publisher,      Role::officer, Role::credit_officer,
                               Role::superior, Role::legal_reviewer, Role::auditor, Role::importer};

// They keep watch on each other, so nobody is two of them (GB/T 22239, 8.1.5).
inline constexpr RoleSet administrators{Role::system_administrator, Role::security_administrator,
                                        Role::audit_administrator};

// Who may bring rows in through the import lane.
inline constexpr RoleSet import_lane{Role::importer, Role::system_administrator, Role::system};

}  // namespace plumbline::kernel
