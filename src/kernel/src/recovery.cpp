#include "kernel/recovery.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "base/limits.hpp"
#include "batch.hpp"
#include "derive.hpp"
#include "kernel/audit.hpp"
#include "kernel/publisher.hpp"
#include "ledger/checkpoint.hpp"
#include "ledger/files.hpp"
#include "ledger/keys.hpp"
#include "ledger/leaf.hpp"
#include "ledger/proof_file.hpp"
#include "ledger/tile.hpp"
#include "overlay.hpp"
#include "publisher_make.hpp"
#include "tables.hpp"

namespace plumbline::kernel {
namespace {

namespace fs = std::filesystem;
using store::Sql;
using store::Value;

Sql const insert_entry{"recovery.entry",
                       "insert into entry (jurisdiction, seq, leaf_hash, leaf) values ($1, $2, $3, $4)"};
Sql const insert_lost{"recovery.lost",
                      "insert into version (jurisdiction, entry, register_name, record, version, action, "
                      "account, recorded_at, batch, "
                      "body, salts, closed) values ($1, $2, $3, $4, $5, $6, $7, $8, '', '', $9, $10)"};

Sql const raise_number{"recovery.number",
                       "insert into number_series (jurisdiction, series, last_number) values ($1, $2, $3) on "
                       "conflict (jurisdiction, series) do update set last_number = excluded.last_number "
                       "where number_series.last_number < excluded.last_number"};
Sql const select_unseen{
    "recovery.unseen_series",
    "select n.series, n.last_number from number_series n where n.jurisdiction = $1 and not "
    "exists (select 1 from chain_head c where c.jurisdiction = n.jurisdiction and c.chain "
    "= n.series) order by n.series limit $2"};
Sql const keep_checkpoint{"recovery.checkpoint",
                          "insert into checkpoint (jurisdiction, size, note) values ($1, $2, $3) on conflict "
                          "(jurisdiction, size) do nothing"};

// Everything but the database and what is under way, as it stands; what goes meanwhile is left out. Answers
// how many files.
std::int64_t copy_files(fs::path const& from, fs::path const& to, fs::copy_options options) {
  std::int64_t files = 0;
  std::error_code gone;
  for (fs::recursive_directory_iterator entry(from), end; entry != end; entry.increment(gone)) {
    auto const relative = fs::relative(entry->path(), from);
    auto const name = relative.filename().string();
    if (name.starts_with("plumbline.db") || name.starts_with(".tmp.") || relative == "uploads") {
      entry.disable_recursion_pending();
      continue;
    }
    if (entry->is_directory(gone)) {
      fs::create_directories(to / relative);
      fs::permissions(to / relative, fs::status(entry->path()).permissions(), gone);
    } else if (entry->is_regular_file(gone)) {
      fs::create_directories((to / relative).parent_path());
      fs::copy_file(entry->path(), to / relative, options, gone);
      if (gone && fs::exists(entry->path())) throw fs::filesystem_error("copy", entry->path(), to, gone);
      files += gone ? 0 : 1;
    }
  }
  return files;
}

// Records by the id their chain has in the log.
struct Known {
  RegisterPlan const* plan;
  Uuid id;
  std::int64_t version;
};

Todo todo_of(std::string_view register_name, std::string_view action) {
  if (action == "erase") return Todo::erase_again;
  if (register_name == "account") return Todo::judge_account;
  return register_name == "grant" ? Todo::judge_grant : Todo::enter_again;
}

// The checkpoints in which the draws published beside the log are proved, by size. Without them a seed
// logged after its plan could not be shown to have followed a witnessed plan.
using Checkpoints = std::map<std::uint64_t, std::string>;

Checkpoints checkpoints_of_draws(System& system, fs::path const& published_log, std::uint64_t size) {
  Checkpoints notes;
  auto const log = fs::weakly_canonical(published_log);  // without a slash at its end
  auto const draws = log.parent_path() / "draws";
  if (!fs::exists(draws)) return notes;
  for (auto const& file : fs::recursive_directory_iterator(draws)) {
    if (file.path().extension() != ".tlog-proof") continue;
    auto const text = ledger::read_text_file(file.path());
    auto const proof = text ? ledger::parse_proof_file(*text) : std::nullopt;
    auto const read = proof ? ledger::read_checkpoint(proof->checkpoint) : refuse("CHECKPOINT_FORMAT");
    if (!read || read->checkpoint.size > size) continue;
    auto const key =
        ledger::parse_vkey(system.log().vkey_at(static_cast<std::int64_t>(read->checkpoint.size)));
    if (key && ledger::open_checkpoint(proof->checkpoint, *key))
      notes.emplace(read->checkpoint.size, proof->checkpoint);
  }
  return notes;
}

// One transaction under the lock of the log's head: read, check, write.
class Adopter {
 public:
  Adopter(System& system, store::Writer& writer, ledger::TileSource const& source,
          ledger::Checkpoint const& checkpoint, Checkpoints const& proved)
      : system_(system),
        writer_(writer),
        source_(source),
        checkpoint_(checkpoint),
        proved_(proved),
        place_(system.settings().jurisdiction),
        plans_(plans_of(system.catalogue())) {}

  Result<Adoption> run() {
    writer_.begin();
    auto adopted = adopt();
    if (adopted) {
      writer_.commit();
    } else {
      writer_.rollback();
    }
    return adopted;
  }

 private:
  Result<Adoption> adopt() {
    auto head = read_head();
    if (!head) return head.refusal();
    auto const size = static_cast<std::int64_t>(head->range.size());
    Adoption adoption;
    adoption.from = size;
    adoption.to = std::max(size, static_cast<std::int64_t>(checkpoint_.size));
    if (adoption.to == adoption.from && !agrees(head->range.size()))
      return refuse("LOG_FORKED", "", std::to_string(checkpoint_.size));
    if (adoption.to > adoption.from) {
      auto const leaves = missing_leaves(*head);
      if (!leaves) return leaves.refusal();
      if (auto taken = take_over(*leaves, *head, adoption); !taken) return taken.refusal();
    }
    if (auto closed = conclude(*head, adoption); !closed) return closed.refusal();
    return adoption;
  }

  // A publication that is no longer than the database's log must be its beginning.
  bool agrees(std::uint64_t size) {
    static Sql const hashes{"recovery.hashes",
                            "select leaf_hash from entry where jurisdiction = $1 and seq < $2 order by seq"};
    ledger::CompactRange range;
    std::vector<Value> const values{place_, static_cast<std::int64_t>(std::min(size, checkpoint_.size))};
    system_.database().reader()->stream(hashes, values, [&](store::Row const& row) {
      range.append(hash_from(row[0]));
      return true;
    });
    return range.size() == checkpoint_.size && range.root() == checkpoint_.root;
  }

  Result<LogHead> read_head() {
    Sql const lock = head_lock(system_.database().engine());
    store::Statement const ask{&lock, {place_}};
    auto const rows = std::move(writer_.fetch({&ask, 1}).front());
    if (rows.empty()) return refuse("unknown_jurisdiction", "", place_);
    auto head = log_head(rows[0]);
    if (!head) return refuse("backup_damaged");
    return *head;
  }

  // The leaves behind the head's own, which then stands for all of them.
  Result<std::vector<std::string>> missing_leaves(LogHead& head) const {
    auto& range = head.range;
    auto const published = ledger::range_from(ledger::tile_hashes(source_, checkpoint_.size), range.size());
    if (!published) return published.refusal();
    if (!(*published == range)) return refuse("LOG_FORKED", "", std::to_string(range.size()));
    std::vector<std::string> leaves;
    for (auto seq = range.size(); seq < checkpoint_.size; ++seq) {
      auto const bytes = ledger::read_entry(source_, seq, checkpoint_.size);
      if (!bytes) return bytes.refusal();
      leaves.emplace_back(text_of(*bytes));
      range.append(ledger::leaf_hash(*bytes));
    }
    if (range.root() != checkpoint_.root) return refuse("ROOT_MISMATCH");
    return leaves;
  }

  Result<void> take_over(std::vector<std::string> const& leaves, LogHead& head, Adoption& adoption) {
    std::int64_t seq = adoption.from;
    for (auto const& text : leaves) {
      auto const leaf = ledger::parse_leaf(text);
      if (!leaf) return leaf.refusal();
      Hash const hash = ledger::leaf_hash(bytes_of(text));
      writer_.write(insert_entry, {place_, seq, Bytes(hash.begin(), hash.end()), text});
      head.last_time = std::max(head.last_time, leaf->time_s * 1'000'000);
      take_leaf(*leaf, seq, hash, adoption);
      ++seq;
    }
    for (auto const& [size, note] : proved_) {
      auto const root = ledger::root_from(ledger::tile_hashes(source_, checkpoint_.size), size);
      if (!root || *root != ledger::read_checkpoint(note)->checkpoint.root)
        return refuse("LOG_FORKED", "", std::to_string(size));
      writer_.write(keep_checkpoint, {place_, static_cast<std::int64_t>(size), note});
      ++adoption.checkpoints;
    }
    store::Statement const ask{&select_unseen, {place_, static_cast<std::int64_t>(limits::list_items)}};
    auto const series = std::move(writer_.fetch({&ask, 1}).front());
    for (auto const& row : series)
      adoption.unseen_series.push_back({store::text(row[0]), store::integer(row[1])});
    return {};
  }

  void take_leaf(ledger::LeafView const& leaf, std::int64_t seq, Hash const& hash, Adoption& adoption) {
    std::string const chain(leaf.chain());
    auto const slash = chain.find('/');
    auto const plan = slash == std::string::npos ? plans_.end() : plans_.find(chain.substr(0, slash));
    if (plan == plans_.end()) {
      writer_.write(derived_sql::upsert_chain, {place_, chain, seq, Bytes(hash.begin(), hash.end())});
      writer_.write(derived_sql::insert_adopted, {place_, chain, seq});
      if (auto const number = static_cast<std::int64_t>(leaf.number()); number > 0)
        writer_.write(raise_number, {place_, chain, number});
      adoption.lost_entries.push_back({std::string(leaf.type), std::string(leaf.subject), seq});
      return;
    }
    Known const* known = find(plan->second, chain.substr(slash + 1));
    if (known == nullptr) {
      adoption.records_unknown += unknown_.insert(chain).second ? 1 : 0;
      return;
    }
    std::string const action(leaf.type.substr(leaf.type.find('.') + 1));
    writer_.write(insert_lost, {place_, seq, plan->first, id_bytes(known->id), known->version, action,
                                Bytes(16, 0), leaf.time_s * 1'000'000, Bytes{}, std::string(lost_body)});
    writer_.write(advance_[known->plan], {place_, id_bytes(known->id), seq});
    adoption.lost.push_back({plan->first, known->id, action, seq, todo_of(plan->first, action)});
  }

  Known const* find(RegisterPlan const& plan, std::string const& sid) {
    auto const [position, fresh] = known_.try_emplace(std::string(plan.reg->name) + "/" + sid);
    if (fresh) {
      auto& select = select_[&plan];
      if (select.text.empty()) {
        select = {"recovery.by_sid", "select id, version from " + table_name(*plan.reg) +
                                         " where jurisdiction = $1 and sid = $2"};
        advance_[&plan] = {"recovery.advance", "update " + table_name(*plan.reg) +
                                                   " set entry = $3 where jurisdiction = $1 and id = $2"};
      }
      auto const bytes = hex_decode(sid);
      store::Statement const ask{&select, {place_, bytes.value_or(Bytes{})}};
      auto const rows = std::move(writer_.fetch({&ask, 1}).front());
      if (!rows.empty()) position->second = Known{&plan, uuid_from(rows[0][0]), store::integer(rows[0][1])};
    }
    return position->second ? &*position->second : nullptr;
  }

  // Behind what was taken over: the entry of the adoption itself, then what must not stay open.
  Result<void> conclude(LogHead const& head, Adoption& adoption) {
    std::unordered_map<std::string, RegisterPlan const*> plans;
    for (auto const& [name, plan] : plans_) plans.emplace(name, &plan);
    auto const directory = load_directory(*system_.database().reader(), system_.catalogue(), place_);
    Instant const at{std::max(system_.clock().now().micros_utc, head.last_time)};
    BatchContext const context{place_, at, legal_date(at), *directory, system_.rules(), plans};
    BatchRun run(context, writer_, head.range, head.schema_seq);
    Prepared entry;
    entry.raw = {"ledger.adopt", "ledger", sha256(write_report(adoption))};
    if (auto logged = run.decide(entry); !logged) return logged.refusal();
    for (auto const& lost : adoption.lost) {
      Result<bool> done = false;
      if (lost.register_name == "account") {
        done = take_step(run, lost, "block");
        if (done && *done) adoption.blocked_accounts.push_back(lost.record);
      } else if (lost.register_name == "grant") {
        done = take_step(run, lost, "withdraw");
        if (done && *done) adoption.withdrawn_grants.push_back(lost.record);
      }
      if (!done) return done.refusal();
    }
    run.write();
    return {};
  }

  // By the system, where the record's state has the step: false where it has not (again).
  Result<bool> take_step(BatchRun& run, LostVersion const& lost, std::string const& action) {
    auto const& plan = plans_.find(lost.register_name)->second;
    auto const state = run.overlay().get({&plan, lost.record}).state();
    if (plan.reg->find_step(state, action) == nullptr) return false;
    Prepared step;
    step.plan = &plan;
    step.action = plan.reg->find_action(action);
    step.command.register_name = lost.register_name;
    step.command.action = action;
    step.command.record = lost.record;
    step.payload.emplace(*step.action->payload);
    static_cast<Closing*>(step.payload->data())->reason = "adopted";
    if (auto taken = run.decide(step); !taken) return taken.refusal();
    return true;
  }

  // The file that the entry of the adoption stands for.
  std::string write_report(Adoption const& adoption) const {
    Json body;
    body.set("from", adoption.from);
    body.set("to", adoption.to);
    body.set("v", 1);
    std::string const text = write_canonical(body);
    auto const own = system_.folder() / "public" / "log";
    fs::create_directories(own);
    ledger::write_file_durably(own / ("adopt-" + std::to_string(adoption.to) + ".json"), text);
    return text;
  }

  System& system_;
  store::Writer& writer_;
  ledger::TileSource const& source_;
  ledger::Checkpoint const& checkpoint_;
  Checkpoints const& proved_;
  std::string place_;
  Plans plans_;
  std::map<RegisterPlan const*, Sql> select_;
  std::map<RegisterPlan const*, Sql> advance_;
  std::map<std::string, std::optional<Known>> known_;
  std::set<std::string> unknown_;
};

}  // namespace

std::string_view to_string(Todo todo) {
  constexpr std::string_view names[] = {"erase_again", "judge_account", "judge_grant", "enter_again"};
  return names[static_cast<std::size_t>(todo)];
}

namespace {

// Is everything there that the checkpoint speaks of?
Result<void> check_published(fs::path const& log) {
  auto const note = ledger::read_text_file(log / "checkpoint");
  if (!note) return {};  // nothing published yet
  auto const read = ledger::read_checkpoint(*note);
  if (!read) return refuse("backup_damaged", "", read.refusal().code);
  ledger::TileFolder const tiles(log);
  auto const size = read->checkpoint.size;
  auto const root = ledger::root_from(ledger::tile_hashes(tiles, size), size);
  if (!root || *root != read->checkpoint.root) return refuse("backup_damaged", "", "public/log");
  Result<void> bundles;
  ledger::for_each_tile(size, [&](ledger::TileName const& name) {
    if (bundles && name.kind == ledger::TileKind::entries)
      if (auto const bundle = ledger::read_bundle(tiles, name.index, name.width); !bundle)
        bundles = refuse("backup_damaged", "", ledger::tile_path(name));
  });
  return bundles;
}

}  // namespace

// The log grows meanwhile, so in this order: what was signed, the database with at least that, then the
// tiles, with at least that again. A second look finds full tiles that took the place of partial ones.
Result<BackupReport> backup(System& system, fs::path const& out) {
  if (fs::exists(out)) return refuse("folder_in_use", "", out.string());
  if (system.database().engine() != store::Engine::sqlite) return refuse("use_pg_dump");
  auto const& from = system.folder();
  ledger::Aside copy(out);
  fs::create_directories(copy.folder());
  std::map<fs::path, std::string> signed_files;
  for (fs::path const file : {"public/log/checkpoint", "keys/last-checkpoint"})
    if (auto content = ledger::read_text_file(from / file)) signed_files.emplace(file, *std::move(content));
  system.exclusive([&](store::Writer& writer) {
    writer.script("vacuum into " + text_literal((copy.folder() / "plumbline.db").string()) + ";");
  });
  fs::permissions(copy.folder() / "plumbline.db", fs::perms::owner_read | fs::perms::owner_write);
  BackupReport report;
  report.files = copy_files(from, copy.folder(), fs::copy_options::none);
  report.files += copy_files(from / "public", copy.folder() / "public", fs::copy_options::skip_existing);
  for (auto const& [file, content] : signed_files)
    ledger::write_file_durably(copy.folder() / file, content,
                               static_cast<mode_t>(fs::status(from / file).permissions()));
  ledger::write_file_durably(copy.folder() / adoption_mark, "");
  {
    auto const opened = System::open(copy.folder(), system.catalogue(), system.clock());
    auto const audit = verify_deep(*opened);
    // A lost file is as lost in the original; it must not stop what is left from being kept.
    auto const first = std::ranges::find_if(
        audit.findings, [](Finding const& finding) { return finding.code != "file_missing"; });
    if (first != audit.findings.end())
      return refuse("backup_damaged", "", first->code + " " + first->register_name + " " + first->record);
    report.entries = audit.entries;
  }
  if (auto const log = check_published(copy.folder() / "public" / "log"); !log) return log.refusal();
  copy.put_in_place();
  return report;
}

std::vector<LostEntry> adopted_entries(System& system, std::string const& chain) {
  std::vector<LostEntry> entries;
  for (auto const& row : system.database().reader()->query(derived_sql::select_adopted,
                                                           {system.settings().jurisdiction, chain}))
    if (auto const leaf = ledger::parse_leaf(store::text(row[2])))
      entries.push_back({std::string(leaf->type), std::string(leaf->subject), store::integer(row[0])});
  return entries;
}

Result<Adoption> adopt(System& system, fs::path const& published_log) {
  auto const note = ledger::read_text_file(published_log / "checkpoint");
  if (!note) return refuse("FILE_MISSING", "", (published_log / "checkpoint").string());
  auto const key = ledger::parse_vkey(system.log().vkey());
  auto const opened = ledger::open_checkpoint(*note, *key);
  if (!opened) return opened.refusal();
  // A rotation after the backup: the copy holds keys that may not sign any more.
  auto const present = ledger::KeyHistory::of(published_log).present();
  if (present && *present != *key) return refuse("keys_rotated", "", ledger::format_vkey(*present));
  ledger::TileFolder const source(published_log);
  auto const proved = checkpoints_of_draws(system, published_log, opened->checkpoint.size);
  Result<Adoption> adoption = refuse("internal");
  system.exclusive([&](store::Writer& writer) {
    adoption = Adopter(system, writer, source, opened->checkpoint, proved).run();
  });
  if (!adoption) return adoption;
  auto const own = system.folder() / "public" / "log";
  if (!fs::exists(own) || !fs::equivalent(own, published_log))
    fs::copy(published_log, own, fs::copy_options::recursive | fs::copy_options::overwrite_existing);
  system.adoption_done();
  return adoption;
}

}  // namespace plumbline::kernel
