#include "people.hpp"

#include <algorithm>

#include "base/limits.hpp"
#include "rows.hpp"

namespace plumbline::notices {
namespace {

store::Sql const latest_grant{"notices.grants", "select schema_seq from ledger_head where jurisdiction = $1"};

void add_new(std::vector<Uuid>& out, Uuid account) {
  if (out.size() < limits::reminded_per_clock && std::ranges::find(out, account) == out.end())
    out.push_back(account);
}

}  // namespace

bool People::refresh() {
  auto const& place = system_.settings().jurisdiction;
  auto const rows = system_.database().reader()->query(latest_grant, {place});
  auto const seen = rows.empty() ? 0 : store::integer(rows[0][0]);
  // Grants begin and end by the day as well.
  auto const today = legal_date(system_.clock().now());
  if (viewed_on_ != today) viewers_.clear();
  viewed_on_ = today;
  if (seen == read_at_) return false;
  by_place_.clear();
  by_party_.clear();
  viewers_.clear();
  kernel::Query active;
  active.where.push_back({"state", kernel::Compare::equal, {"active"}});
  auto const read =
      system_.reads().stream(kernel::system_viewer(place), "grant", active, [&](kernel::Found const& found) {
        auto const& grant = found.as<kernel::Grant>();
        if (grant.party)
          by_party_[*grant.party].emplace_back(grant.role, grant.account);
        else
          by_place_[{grant.role, grant.scope}].push_back(grant.account);
        return true;
      });
  if (read) read_at_ = seen;
  return true;
}

bool People::may(Uuid account, kernel::RoleSet roles, kernel::Register const& reg,
                 kernel::Envelope const& envelope) {
  auto const [known, is_new] = viewers_.try_emplace(account);
  if (is_new) known->second = system_.viewer(account);
  return known->second.may(roles, envelope) && known->second.sees(reg, envelope);
}

std::vector<Uuid> People::nearest(kernel::RoleSet roles, kernel::Register const& reg,
                                  kernel::Envelope const& envelope) {
  auto const regions = system_.regions();
  auto const& city = system_.settings().jurisdiction;
  std::vector<std::string> codes = envelope.scopes;
  if (codes.empty()) codes.push_back(city);
  std::vector<Uuid> out;
  while (out.empty() && !codes.empty()) {
    std::vector<std::string> above;
    for (auto const& code : codes) {
      for (int role = 0; role < kernel::role_count; ++role) {
        auto const one = static_cast<kernel::Role>(role);
        auto const there = roles.contains(one) ? by_place_.find({one, code}) : by_place_.end();
        if (there == by_place_.end()) continue;
        for (Uuid const account : there->second)
          if (may(account, roles, reg, envelope)) add_new(out, account);
      }
      auto const* region = regions->find(code);
      auto const next = region != nullptr && !region->parent.empty() ? region->parent : city;
      if (code != city && std::ranges::find(above, next) == above.end()) above.push_back(next);
    }
    codes = std::move(above);
  }
  return out;
}

std::vector<Uuid> People::acting_for_parties(kernel::RoleSet roles, kernel::Register const& reg,
                                             kernel::Envelope const& envelope) {
  std::vector<Uuid> out;
  for (auto const& party : envelope.parties) {
    auto const there = by_party_.find(party.party);
    if (there == by_party_.end()) continue;
    for (auto const& [role, account] : there->second)
      if (roles.contains(role) && may(account, roles, reg, envelope)) add_new(out, account);
  }
  return out;
}

}  // namespace plumbline::notices
