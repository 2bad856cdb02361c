#include "reads_sql.hpp"

#include <algorithm>

#include "overlay.hpp"

namespace plumbline::kernel {

using store::Value;

namespace {

// Whose placement counts: the record's own, or that of the record a file belongs to.
struct Placed {
  std::string register_name;
  std::string_view record;
};
Placed itself(Building& sql, Register const& reg) { return {sql.place(std::string(reg.name)), "r.id"}; }
Placed owner() { return {"r.register_name", "r.record"}; }

std::string within(Building& sql, Placed const& placed, std::vector<std::string> const& scopes) {
  std::vector<Value> values(scopes.begin(), scopes.end());
  return "exists (select 1 from record_scope s where s.jurisdiction = r.jurisdiction and s.register_name = " +
         placed.register_name + " and s.record = " + std::string(placed.record) + " and s.scope in (" +
         sql.places(std::move(values)) + "))";
}

std::string concerning(Building& sql, Placed const& placed, std::vector<Uuid> const& parties) {
  std::vector<Value> values;
  for (Uuid const party : parties) values.emplace_back(id_bytes(party));
  return "exists (select 1 from record_party p where p.jurisdiction = r.jurisdiction and p.register_name = " +
         placed.register_name + " and p.record = " + std::string(placed.record) + " and p.party in (" +
         sql.places(std::move(values)) + "))";
}

// Where these readers reach among records placed so.
std::optional<std::string> reached(Building& sql, Viewer const& viewer, Register const& readers_of,
                                   Register const* placed) {
  std::vector<std::string> scopes;
  for (auto const& grant : viewer.scoped) {
    if (!readers_of.readers.contains(grant.role)) continue;
    if (grant.everything) return "";
    for (auto const& scope : grant.scopes)
      if (std::ranges::find(scopes, scope) == scopes.end()) scopes.push_back(scope);
  }
  std::vector<Uuid> parties;
  for (auto const& grant : viewer.represented)
    if (readers_of.party_readers.contains(grant.role)) parties.push_back(grant.party);
  if (scopes.empty() && parties.empty()) return {};
  std::string any;
  auto const where = [&] { return placed == nullptr ? owner() : itself(sql, *placed); };
  if (!scopes.empty()) any = within(sql, where(), scopes);
  if (!parties.empty()) any += (any.empty() ? "" : " or ") + concerning(sql, where(), parties);
  return " and (" + any + ")";
}

// Every grant that reads the one register reads the other.
bool read_alike(Viewer const& viewer, Register const& one, Register const& other) {
  return std::ranges::all_of(viewer.scoped,
                             [&](auto const& grant) {
                               return one.readers.contains(grant.role) == other.readers.contains(grant.role);
                             }) &&
         std::ranges::all_of(viewer.represented, [&](auto const& grant) {
           return one.party_readers.contains(grant.role) == other.party_readers.contains(grant.role);
         });
}

std::optional<std::string> visible_files(Building& sql, Viewer const& viewer, Register const& files,
                                         Catalogue const& catalogue) {
  auto const where = reached(sql, viewer, files, nullptr);
  if (!where) return {};
  std::vector<Value> alike;  // registers read as files are: the place alone decides
  std::string any;
  for (auto const& owner_register : catalogue.registers()) {
    if (owner_register.placed_with) continue;
    if (read_alike(viewer, files, owner_register)) {
      alike.emplace_back(std::string(owner_register.name));
    } else if (auto const part = reached(sql, viewer, owner_register, nullptr)) {
      any += (any.empty() ? "" : " or ") +
             ("(r.register_name = " + sql.place(std::string(owner_register.name)) + *part + ")");
    }
  }
  if (!alike.empty())
    any += (any.empty() ? "" : " or ") + ("r.register_name in (" + sql.places(std::move(alike)) + ")");
  if (any.empty()) return {};
  return *where + " and (" + any + ")";
}

}  // namespace

std::string within(Building& sql, Register const& reg, std::vector<std::string> const& scopes) {
  return within(sql, itself(sql, reg), scopes);
}

std::string concerning(Building& sql, Register const& reg, std::vector<Uuid> const& parties) {
  return concerning(sql, itself(sql, reg), parties);
}

std::optional<std::string> visible(Building& sql, Viewer const& viewer, Register const& reg,
                                   Catalogue const& catalogue) {
  return reg.placed_with ? visible_files(sql, viewer, reg, catalogue) : reached(sql, viewer, reg, &reg);
}

}  // namespace plumbline::kernel
