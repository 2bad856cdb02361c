// What the desk needs in memory for every act: the region tree, who may act, grants and the calendar. A
// snapshot is never changed; an act on one of these registers makes the next one, which shares with it
// whatever stayed: an account more costs the same among a hundred as among a million.
#pragma once
#include <array>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/calendar.hpp"
#include "kernel/grants.hpp"
#include "kernel/regions.hpp"
#include "store/store.hpp"

namespace plumbline::kernel {

// A map by id in parts that copies share; a change copies one part.
template <class Value>
class SharedMap {
 public:
  using Map = std::unordered_map<Uuid, Value>;

  SharedMap() = default;
  explicit SharedMap(Map all) {
    std::array<Map, parts> split;
    while (!all.empty()) {
      auto node = all.extract(all.begin());
      split[part_of(node.key())].insert(std::move(node));
    }
    for (std::size_t i = 0; i < parts; ++i)
      if (!split[i].empty()) parts_[i] = std::make_shared<Map const>(std::move(split[i]));
  }

  Value const* find(Uuid const& id) const {
    auto const& part = parts_[part_of(id)];
    if (part == nullptr) return nullptr;
    auto const found = part->find(id);
    return found == part->end() ? nullptr : &found->second;
  }
  void put(Uuid const& id, Value value) {
    auto& part = parts_[part_of(id)];
    Map changed = part == nullptr ? Map() : *part;
    changed.insert_or_assign(id, std::move(value));
    part = std::make_shared<Map const>(std::move(changed));
  }

 private:
  static constexpr std::size_t parts = 1'024;
  static std::size_t part_of(Uuid const& id) { return std::hash<Uuid>{}(id) % parts; }
  std::array<std::shared_ptr<Map const>, parts> parts_;
};

struct KnownAccount {
  std::string log_id;
  AccountStatus status = AccountStatus::active;
};

// The active ones of an account, with their ids beside them.
struct KnownGrants {
  std::vector<Uuid> ids;
  std::vector<Grant> grants;
};

struct Directory {
  std::int64_t seq = -1;  // ledger_head.schema_seq that it stands for
  std::shared_ptr<RegionTree const> regions;
  SharedMap<KnownAccount> accounts;
  SharedMap<KnownGrants> grants;  // by account
  std::shared_ptr<WorkdayCalendar const> calendar;

  // The grants in force of an active account.
  Viewer viewer(std::string const& jurisdiction, Uuid account, Instant now) const;
  std::vector<Grant> const& grants_of(Uuid account) const;
};

// Do acts on this register change the directory?
bool in_directory(std::string_view register_name);

// What Directory::seq would be if it were loaded now; -1 where there is no such jurisdiction.
std::int64_t directory_seq(store::Reader& reader, std::string const& jurisdiction);
// All of it from one snapshot.
std::shared_ptr<Directory const> load_directory(store::Reader& reader, Catalogue const& catalogue,
                                                std::string const& jurisdiction);
// Likewise, read from what is known of all entries before `since` and from the acts that came after.
std::shared_ptr<Directory const> follow_directory(store::Reader& reader, Catalogue const& catalogue,
                                                  std::string const& jurisdiction, Directory const& known,
                                                  std::int64_t since);

}  // namespace plumbline::kernel
