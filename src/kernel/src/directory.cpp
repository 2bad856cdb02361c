#include "directory.hpp"

#include "base/calendar.hpp"
#include "body.hpp"
#include "kernel/registers.hpp"
#include "overlay.hpp"
#include "tables.hpp"

namespace plumbline::kernel {
namespace {

template <class T, class Use>
void each(store::Reader& reader, Catalogue const& catalogue, std::string const& jurisdiction,
          std::string_view name, Use const& use) {
  Register const* reg = catalogue.find(name);
  if (reg == nullptr) return;
  store::Sql const all{"directory.load",
                       "select id, body from " + table_name(*reg) + " where jurisdiction = $1 order by id"};
  std::vector<store::Value> const values{jurisdiction};
  reader.stream(all, values, [&](store::Row const& row) {
    auto const body = parse_body(*reg, store::text(row[1]));
    use(uuid_from(row[0]), *static_cast<T const*>(body.record.data()), body.envelope);
    return true;
  });
}

}  // namespace

bool in_directory(std::string_view register_name) {
  return register_name == "region" || register_name == "account" || register_name == "grant" ||
         register_name == "calendar_year";
}

Viewer Directory::viewer(std::string const& jurisdiction, Uuid account, Instant now) const {
  auto const known = accounts.find(account);
  if (known == accounts.end() || known->second.status != AccountStatus::active)
    return make_viewer(jurisdiction, account, {}, regions, now);
  auto const given = grants.find(account);
  return make_viewer(jurisdiction, account, given == grants.end() ? std::vector<Grant>{} : given->second,
                     regions, now);
}

std::int64_t directory_seq(store::Reader& reader, std::string const& jurisdiction) {
  static store::Sql const schema_seq{"head.schema",
                                     "select schema_seq from ledger_head where jurisdiction = $1"};
  auto const head = reader.query(schema_seq, {jurisdiction});
  return head.empty() ? -1 : store::integer(head[0][0]);
}

std::shared_ptr<Directory const> load_directory(store::Reader& reader, Catalogue const& catalogue,
                                                std::string const& jurisdiction) {
  reader.begin_snapshot();
  auto directory = std::make_shared<Directory>();
  directory->seq = directory_seq(reader, jurisdiction);
  each<Region>(reader, catalogue, jurisdiction, "region",
               [&](Uuid, Region const& region, Envelope const&) { directory->regions.put(region); });
  each<Account>(reader, catalogue, jurisdiction, "account",
                [&](Uuid id, Account const& account, Envelope const&) {
                  directory->logins.emplace(account.login, id);
                  directory->accounts.emplace(id, account);
                });
  each<Grant>(reader, catalogue, jurisdiction, "grant",
              [&](Uuid, Grant const& grant, Envelope const& envelope) {
                if (envelope.state == "active") directory->grants[grant.account].push_back(grant);
              });
  directory->calendar = built_in_calendar();
  each<CalendarYear>(
      reader, catalogue, jurisdiction, "calendar_year", [&](Uuid, CalendarYear const& year, Envelope const&) {
        auto merged = directory->calendar.with_year(year.year, year.holidays, year.makeup_workdays);
        if (merged) directory->calendar = std::move(*merged);
      });
  reader.end_snapshot();
  return directory;
}

}  // namespace plumbline::kernel
