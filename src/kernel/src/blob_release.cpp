#include "blob_release.hpp"

#include "base/limits.hpp"

namespace plumbline::kernel {
namespace {

using store::Sql;
using store::Value;

Sql const select_notes{
    "blob.notes",
    "select sha256 from blob_release where jurisdiction = $1 and sha256 > $2 order by sha256 "
    "limit $3"};
Sql const delete_note{"blob.released", "delete from blob_release where jurisdiction = $1 and sha256 = $2"};
Sql const select_size{"blob.head", "select size from ledger_head where jurisdiction = $1"};
Sql const lock_size{"blob.lock", "select size from ledger_head where jurisdiction = $1 for update"};
// Log entries count too: those outside any record (draw.plan, ledger.policy) stand for a file by its digest.
Sql const select_mention{
    "blob.mention",
    "select 1 from version where jurisdiction = $1 and entry >= $2 and body like $3 "
    "union all "
    "select 1 from entry where jurisdiction = $1 and seq >= $2 and leaf like $3 limit 1"};

class BlobRelease {
 public:
  explicit BlobRelease(System& system)
      : system_(system), place_(system.settings().jurisdiction), reader_(system.database().reader()) {}

  void run() {
    std::string last;
    while (true) {
      auto const notes = reader_->query(
          select_notes, {place_, last, static_cast<std::int64_t>(limits::blob_releases_per_page)});
      if (notes.empty()) return;
      for (auto const& note : notes) release(store::text(note[0]));
      last = store::text(notes.back()[0]);
    }
  }

 private:
  void release(std::string const& name) {
    auto const hash = hash_from_hex(name);
    if (!hash || system_.blobs().open(*hash) == nullptr) return forget(name);
    // The long search passes the desk by; what came in meanwhile is looked through under the head's lock,
    // where nobody can attach the file between the last look and its removal.
    std::int64_t const size = store::integer(reader_->query(select_size, {place_}).at(0).at(0));
    if (!reader_->query(select_mention, {place_, std::int64_t{0}, pattern(name)}).empty())
      return forget(name);
    system_.exclusive([&](store::Writer& writer) {
      writer.begin();
      bool const server = system_.database().engine() == store::Engine::postgres;
      store::Statement const asks[] = {{server ? &lock_size : &select_size, {place_}},
                                       {&select_mention, {place_, size, pattern(name)}}};
      if (writer.fetch(asks)[1].empty()) system_.blobs().remove(*hash);
      writer.write(delete_note, {place_, name});
      writer.commit();
    });
  }

  void forget(std::string const& name) { (void)system_.write_unlogged(delete_note, {place_, name}); }
  static std::string pattern(std::string const& name) { return '%' + name + '%'; }

  System& system_;
  std::string place_;
  std::unique_ptr<store::Reader> reader_;
};

}  // namespace

void release_blobs(System& system) {
  if (system.awaits_adoption()) return;
  BlobRelease(system).run();
}

}  // namespace plumbline::kernel
