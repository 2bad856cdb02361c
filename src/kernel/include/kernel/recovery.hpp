// Backups, and taking over what was published after one was restored. A restored copy is older than what
// the world has seen: it signs nothing before it has adopted the published leaves.
#pragma once
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "kernel/system.hpp"
#include "ledger/tile.hpp"

namespace plumbline::kernel {

struct BackupReport {
  std::int64_t entries = 0;
  std::int64_t files = 0;
};
// An online, consistent copy of the data folder (SQLite), keys included: keep it as safe as the original.
// The copy is opened and its log verified before it gets its name: there is a whole one or none. Refused
// "folder_in_use", "use_pg_dump", "backup_damaged".
Result<BackupReport> backup(System& system, std::filesystem::path const& out);

// A gap-free series whose numbers stand in no leaf.
struct UnseenSeries {
  std::string series;
  std::int64_t last = 0;  // given out before the backup; what was given out since is on paper only
};

// What a person must do about a lost version.
enum class Todo : std::uint8_t {
  erase_again,    // values were erased: the restored copy holds them, and the leaf does not say which
  judge_account,  // the account is blocked: unblock or close it
  judge_grant,    // the grant is withdrawn: give it again where it is still due
  enter_again,    // the act is to be entered again
};
std::string_view to_string(Todo todo);

struct LostVersion {
  std::string register_name;
  Uuid record;
  std::string action;
  std::int64_t seq = 0;
  Todo todo = Todo::enter_again;
};

// An entry that is no version of a record (a draw's plan, seed or result). Whoever does the act again in the
// same words is given this entry (Act::log).
struct LostEntry {
  std::string type;
  std::string subject;
  std::int64_t seq = 0;
};

struct Adoption {
  std::int64_t from = 0;  // entries the database had
  std::int64_t to = 0;    // entries that were published
  // Versions of the database's records whose bodies are gone: marked so. In the order of the log.
  std::vector<LostVersion> lost;
  std::int64_t records_unknown = 0;  // made after the backup: of these there is nothing
  std::vector<LostEntry> lost_entries;
  // Of draws' proofs found beside the published log; 0 where only the log itself was at hand.
  std::int64_t checkpoints = 0;
  // Blocked and withdrawn in the adoption, since a lost act may have closed or withdrawn them.
  std::vector<Uuid> blocked_accounts;
  std::vector<Uuid> withdrawn_grants;
  // Series that leaves show (draws) go on behind the last number shown. These a person compares with the
  // office's paper; at most limits::list_items by name.
  std::vector<UnseenSeries> unseen_series;
};
// Takes over the leaves published beyond the database's own: they must continue its log and lead to the
// signed root. Checkpoints in the proofs of draws published beside the log are kept too. What the lost acts
// may have taken from somebody is taken again at once: accounts are blocked, grants withdrawn. Bodies cannot
// be recovered from leaves; the records concerned keep their last known body and their chains go on after
// the lost versions. One transaction with the log's head locked, which ends in a ledger.adopt entry; a
// second adoption at the same time finds nothing more to take over.
// Refused "CHECKPOINT_SIGNATURE" …, "LOG_FORKED", "FILE_MISSING".
Result<Adoption> adopt(System& system, std::filesystem::path const& published_log);

// Entries of a chain that is no record's which an adoption took over, oldest first.
std::vector<LostEntry> adopted_entries(System& system, std::string const& chain);

// The mark of a lost body in version.closed.
inline constexpr std::string_view lost_body = "lost";

}  // namespace plumbline::kernel
