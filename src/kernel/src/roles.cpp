#include "kernel/roles.hpp"

#include <array>

namespace plumbline::kernel {
namespace {
constexpr std::array<std::string_view, role_count> names = {"system",
                                                            "clock",
                                                            "system_administrator",
                                                            "security_administrator",
                                                            "audit_administrator",
                                                            "leader",
                                                            "plan_maker",
                                                            "drawer",
                                                            "inspector",
                                                            "reviewer",
                                                            "publisher",
                                                            "officer",
                                                            "credit_officer",
                                                            "legal_reviewer",
                                                            "sampler",
                                                            "laboratory",
                                                            "institute",
                                                            "workstation",
                                                            "superior",
                                                            "expert",
                                                            "firm",
                                                            "citizen",
                                                            "auditor",
                                                            "importer"};
}

std::string_view to_string(Role role) { return names[static_cast<std::size_t>(role)]; }

std::optional<Role> parse_role(std::string_view name) {
  for (std::size_t i = 0; i < names.size(); ++i)
    if (names[i] == name) return static_cast<Role>(i);
  return {};
}

}  // namespace plumbline::kernel
