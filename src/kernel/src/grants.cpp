#include "kernel/grants.hpp"

#include <algorithm>

namespace plumbline::kernel {
namespace {

bool overlaps(std::vector<std::string> const& scopes, Envelope const& envelope) {
  return std::ranges::any_of(
      envelope.scopes, [&](auto const& scope) { return std::ranges::find(scopes, scope) != scopes.end(); });
}

bool concerned(Uuid party, Envelope const& envelope) {
  return std::ranges::any_of(envelope.parties, [&](Party const& p) { return p.party == party; });
}

}  // namespace

bool Viewer::has_role(Role role) const {
  return std::ranges::any_of(scoped, [&](Scoped const& s) { return s.role == role; }) ||
         std::ranges::any_of(represented, [&](Represented const& r) { return r.role == role; });
}

bool Viewer::holds_any(RoleSet roles) const {
  return std::ranges::any_of(scoped, [&](Scoped const& s) { return roles.contains(s.role); }) ||
         std::ranges::any_of(represented, [&](Represented const& r) { return roles.contains(r.role); });
}

bool Viewer::holds_everywhere(Role role) const {
  return std::ranges::any_of(scoped, [&](Scoped const& s) { return s.role == role && s.everything; });
}

bool Viewer::sees(Register const& reg, Envelope const& envelope) const {
  for (auto const& grant : scoped)
    if (reg.readers.contains(grant.role) && (grant.everything || overlaps(grant.scopes, envelope)))
      return true;
  for (auto const& grant : represented)
    if (reg.party_readers.contains(grant.role) && concerned(grant.party, envelope)) return true;
  return false;
}

bool Viewer::may(RoleSet by, Envelope const& envelope) const {
  for (auto const& grant : scoped)
    if (by.contains(grant.role) && (grant.everything || overlaps(grant.scopes, envelope))) return true;
  for (auto const& grant : represented)
    if (by.contains(grant.role) && concerned(grant.party, envelope)) return true;
  return false;
}

reflect::Sight Viewer::sight(Register const& reg) const {
  // Clear only when every way this viewer reads the register is: one answer must do for all of its records.
  bool reads_clear = false;
  for (auto const& grant : scoped) {
    if (!reg.readers.contains(grant.role)) continue;
    if (grant.personal != PersonalSight::clear) return reflect::Sight::masked;
    reads_clear = true;
  }
  for (auto const& grant : represented)
    if (reg.party_readers.contains(grant.role)) return reflect::Sight::masked;
  return reads_clear ? reflect::Sight::all : reflect::Sight::masked;
}

Viewer make_viewer(std::string jurisdiction, Uuid account, std::vector<Grant> const& grants,
                   RegionTree const& regions, Instant now) {
  Date const today = legal_date(now);
  Viewer viewer;
  viewer.jurisdiction = std::move(jurisdiction);
  viewer.account = account;
  for (auto const& grant : grants) {
    if (grant.account != account || today < grant.valid_from || (grant.valid_to && *grant.valid_to < today) ||
        (grant.valid_until && *grant.valid_until <= now))
      continue;
    if (grant.party) {
      viewer.represented.push_back({grant.role, *grant.party});
    } else {
      auto scopes = regions.subtree(grant.scope);
      if (scopes.empty()) continue;
      viewer.scoped.push_back(
          {grant.role, std::move(scopes), grant.scope == viewer.jurisdiction, grant.personal});
    }
  }
  return viewer;
}

Viewer system_viewer(std::string jurisdiction) {
  Viewer viewer;
  viewer.jurisdiction = std::move(jurisdiction);
  for (int role = 0; role < role_count; ++role)
    viewer.scoped.push_back({static_cast<Role>(role), {}, true, PersonalSight::clear});
  return viewer;
}

}  // namespace plumbline::kernel
