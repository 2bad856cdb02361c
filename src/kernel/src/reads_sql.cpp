#include "reads_sql.hpp"

#include <algorithm>

#include "overlay.hpp"

namespace plumbline::kernel {

using store::Value;

std::string within(Building& sql, Register const& reg, std::vector<std::string> const& scopes) {
  std::vector<Value> values(scopes.begin(), scopes.end());
  return "exists (select 1 from record_scope s where s.jurisdiction = r.jurisdiction and s.register_name = " +
         sql.place(std::string(reg.name)) + " and s.record = r.id and s.scope in (" +
         sql.places(std::move(values)) + "))";
}

std::string concerning(Building& sql, Register const& reg, std::vector<Uuid> const& parties) {
  std::vector<Value> values;
  for (Uuid const party : parties) values.emplace_back(id_bytes(party));
  return "exists (select 1 from record_party p where p.jurisdiction = r.jurisdiction and p.register_name = " +
         sql.place(std::string(reg.name)) + " and p.record = r.id and p.party in (" +
         sql.places(std::move(values)) + "))";
}

std::optional<std::string> visible(Building& sql, Viewer const& viewer, Register const& reg) {
  std::vector<std::string> scopes;
  for (auto const& grant : viewer.scoped) {
    if (!reg.readers.contains(grant.role)) continue;
    if (grant.everything) return "";
    for (auto const& scope : grant.scopes)
      if (std::ranges::find(scopes, scope) == scopes.end()) scopes.push_back(scope);
  }
  std::vector<Uuid> parties;
  for (auto const& grant : viewer.represented)
    if (reg.party_readers.contains(grant.role)) parties.push_back(grant.party);
  if (scopes.empty() && parties.empty()) return {};
  if (parties.empty()) return " and " + within(sql, reg, scopes);
  if (scopes.empty()) return " and " + concerning(sql, reg, parties);
  std::string const by_scope = within(sql, reg, scopes);
  return " and (" + by_scope + " or " + concerning(sql, reg, parties) + ")";
}

}  // namespace plumbline::kernel
