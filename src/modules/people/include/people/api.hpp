// What other modules may know of people: the registers "organisation", "department", "inspector",
// "expert" and "recusal_relation", and the questions a check asks about its inspectors.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "kernel/act.hpp"
#include "kernel/register.hpp"
#include "people/people.hpp"

namespace plumbline::people {

kernel::Module module();

// May this inspector check that firm today? Throws Refused at `path`: unknown_inspector,
// inspector_not_active, certificate_expired, inspector_recused (detail: the certificate number).
Inspector const& require_fit_inspector(kernel::Act& act, Uuid inspector, Uuid firm, std::string_view path);
// The inspector whose account acts, or nothing.
std::optional<Uuid> acting_inspector(kernel::Act& act);
std::optional<Uuid> find_inspector(kernel::Act& act, std::string_view certificate);
bool is_recused(kernel::Act& act, Uuid inspector, Uuid firm);
std::string recusal_key(Uuid inspector, Uuid firm);

Department const& require_department(kernel::Act& act, Uuid department, std::string_view path);
Organisation const& require_organisation(kernel::Act& act, Uuid organisation, std::string_view path);

}  // namespace plumbline::people
