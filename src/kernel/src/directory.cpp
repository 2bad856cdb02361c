#include "directory.hpp"

#include <algorithm>
#include <optional>
#include <set>

#include "base/calendar.hpp"
#include "base/limits.hpp"
#include "body.hpp"
#include "kernel/ids.hpp"
#include "kernel/registers.hpp"
#include "tables.hpp"

namespace plumbline::kernel {
namespace {

std::string select_from(Register const& reg) {
  return "select id, body from " + table_name(reg) + " where jurisdiction = $1";
}

template <class T, class Use>
void each(store::Reader& reader, Catalogue const& catalogue, std::string const& jurisdiction,
          std::string_view name, Use const& use) {
  Register const* reg = catalogue.find(name);
  if (reg == nullptr) return;
  store::Sql const all{"directory.load", select_from(*reg) + " order by id"};
  std::vector<store::Value> const values{jurisdiction};
  reader.stream(all, values, [&](store::Row const& row) {
    auto const body = parse_body(*reg, store::text(row[1]));
    use(uuid_from(row[0]), *static_cast<T const*>(body.record.data()), body.envelope);
    return true;
  });
}

void put_grant(KnownGrants& known, Uuid id, Grant const& grant, Envelope const& envelope) {
  if (auto const before = std::ranges::find(known.ids, id); before != known.ids.end()) {
    known.grants.erase(known.grants.begin() + (before - known.ids.begin()));
    known.ids.erase(before);
  }
  if (envelope.state != "active") return;
  known.ids.push_back(id);
  known.grants.push_back(grant);
}

std::shared_ptr<Directory const> read_all(store::Reader& reader, Catalogue const& catalogue,
                                          std::string const& jurisdiction) {
  auto directory = std::make_shared<Directory>();
  directory->seq = directory_seq(reader, jurisdiction);
  RegionTree regions;
  each<Region>(reader, catalogue, jurisdiction, "region",
               [&](Uuid, Region const& region, Envelope const&) { regions.put(region); });
  directory->regions = std::make_shared<RegionTree const>(std::move(regions));
  SharedMap<KnownAccount>::Map accounts;
  each<Account>(reader, catalogue, jurisdiction, "account",
                [&](Uuid id, Account const& account, Envelope const&) {
                  accounts.emplace(id, KnownAccount{account.log_id, account.status});
                });
  directory->accounts = SharedMap<KnownAccount>(std::move(accounts));
  SharedMap<KnownGrants>::Map grants;
  each<Grant>(reader, catalogue, jurisdiction, "grant",
              [&](Uuid id, Grant const& grant, Envelope const& envelope) {
                if (envelope.state == "active") put_grant(grants[grant.account], id, grant, envelope);
              });
  directory->grants = SharedMap<KnownGrants>(std::move(grants));
  auto calendar = built_in_calendar();
  each<CalendarYear>(reader, catalogue, jurisdiction, "calendar_year",
                     [&](Uuid, CalendarYear const& year, Envelope const&) {
                       auto merged = calendar.with_year(year.year, year.holidays, year.makeup_workdays);
                       if (merged) calendar = std::move(*merged);
                     });
  directory->calendar = std::make_shared<WorkdayCalendar const>(std::move(calendar));
  return directory;
}

// The directory's records among the versions since an entry, each once; nothing where there are too many
// versions to look through.
std::optional<std::set<std::pair<std::string, Uuid>>> touched_since(store::Reader& reader,
                                                                    std::string const& jurisdiction,
                                                                    std::int64_t since) {
  static store::Sql const versions_since{
      "directory.touched",
      "select register_name, record from version where jurisdiction = $1 and entry >= $2 limit $3"};
  auto const rows =
      reader.query(versions_since,
                   {jurisdiction, since, static_cast<std::int64_t>(limits::directory_versions_followed) + 1});
  if (rows.size() > limits::directory_versions_followed) return {};
  std::set<std::pair<std::string, Uuid>> touched;
  for (auto const& row : rows)
    if (in_directory(store::text(row[0]))) touched.emplace(store::text(row[0]), uuid_from(row[1]));
  return touched;
}

// What one record is now, into a directory in the making. False where only reading everything helps.
bool put_record(Directory& directory, std::optional<RegionTree>& regions, std::string_view register_name,
                Uuid id, OpenBody const& body) {
  void const* record = body.record.data();
  if (register_name == "account") {
    auto const& account = *static_cast<Account const*>(record);
    directory.accounts.put(id, {account.log_id, account.status});
  } else if (register_name == "grant") {
    auto const& grant = *static_cast<Grant const*>(record);
    auto const* known = directory.grants.find(grant.account);
    KnownGrants changed = known == nullptr ? KnownGrants() : *known;
    put_grant(changed, id, grant, body.envelope);
    directory.grants.put(grant.account, std::move(changed));
  } else if (register_name == "region") {
    if (!regions) regions = *directory.regions;
    regions->put(*static_cast<Region const*>(record));
  } else {
    return false;
  }
  return true;
}

// Null where only reading everything helps.
std::shared_ptr<Directory const> read_since(store::Reader& reader, Catalogue const& catalogue,
                                            std::string const& jurisdiction, Directory const& known,
                                            std::int64_t since) {
  auto const touched = touched_since(reader, jurisdiction, since);
  if (!touched) return nullptr;
  auto next = std::make_shared<Directory>(known);
  next->seq = directory_seq(reader, jurisdiction);
  std::optional<RegionTree> regions;
  for (auto const& [register_name, id] : *touched) {
    Register const& reg = *catalogue.find(register_name);
    store::Sql const one{"directory.follow", select_from(reg) + " and id = $2"};
    auto const rows = reader.query(one, {jurisdiction, id_bytes(id)});
    if (rows.empty()) return nullptr;  // an undo took it away
    if (!put_record(*next, regions, register_name, id, parse_body(reg, store::text(rows[0][1]))))
      return nullptr;
  }
  if (regions) next->regions = std::make_shared<RegionTree const>(*std::move(regions));
  return next;
}

}  // namespace

bool in_directory(std::string_view register_name) {
  return register_name == "region" || register_name == "account" || register_name == "grant" ||
         register_name == "calendar_year";
}

Viewer Directory::viewer(std::string const& jurisdiction, Uuid account, Instant now) const {
  auto const* known = accounts.find(account);
  bool const is_active = known != nullptr && known->status == AccountStatus::active;
  return make_viewer(jurisdiction, account, is_active ? grants_of(account) : std::vector<Grant>(), *regions,
                     now);
}

std::vector<Grant> const& Directory::grants_of(Uuid account) const {
  static std::vector<Grant> const none;
  auto const* given = grants.find(account);
  return given == nullptr ? none : given->grants;
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
  auto directory = read_all(reader, catalogue, jurisdiction);
  reader.end_snapshot();
  return directory;
}

std::shared_ptr<Directory const> follow_directory(store::Reader& reader, Catalogue const& catalogue,
                                                  std::string const& jurisdiction, Directory const& known,
                                                  std::int64_t since) {
  reader.begin_snapshot();
  auto directory = read_since(reader, catalogue, jurisdiction, known, since);
  if (directory == nullptr) directory = read_all(reader, catalogue, jurisdiction);
  reader.end_snapshot();
  return directory;
}

}  // namespace plumbline::kernel
