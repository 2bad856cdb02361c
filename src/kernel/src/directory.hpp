// What the desk needs in memory for every act: the region tree, accounts, grants and the calendar. A
// snapshot is never changed; an act on one of these registers makes the next one.
#pragma once
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/calendar.hpp"
#include "kernel/grants.hpp"
#include "kernel/regions.hpp"
#include "store/store.hpp"

namespace plumbline::kernel {

struct Directory {
  std::int64_t seq = -1;  // ledger_head.schema_seq that it stands for
  RegionTree regions;
  std::unordered_map<Uuid, Account> accounts;
  std::map<std::string, Uuid, std::less<>> logins;
  std::unordered_map<Uuid, std::vector<Grant>> grants;  // by account, active ones only
  WorkdayCalendar calendar;

  Viewer viewer(std::string const& jurisdiction, Uuid account, Instant now) const;
};

// Do acts on this register change the directory?
bool in_directory(std::string_view register_name);

// What Directory::seq would be if it were loaded now; -1 where there is no such jurisdiction.
std::int64_t directory_seq(store::Reader& reader, std::string const& jurisdiction);
// All of it from one snapshot.
std::shared_ptr<Directory const> load_directory(store::Reader& reader, Catalogue const& catalogue,
                                                std::string const& jurisdiction);

}  // namespace plumbline::kernel
