#include "kernel/system.hpp"

#include <algorithm>
#include <atomic>
#include <fstream>
#include <map>
#include <mutex>
#include <sstream>
#include <stdexcept>
#include <thread>

#include "base/divisions.hpp"
#include "base/hash.hpp"
#include "base/identifiers.hpp"
#include "blob_release.hpp"
#include "data_folder.hpp"
#include "desk.hpp"
#include "kernel/blobs.hpp"
#include "kernel/embedded.hpp"
#include "kernel/publisher.hpp"
#include "kernel/registers.hpp"
#include "kernel/room.hpp"
#include "ledger/files.hpp"
#include "ledger/keys.hpp"
#include "publisher_make.hpp"
#include "reflect/json.hpp"
#include "tables.hpp"

namespace plumbline::kernel {
namespace {

namespace fs = std::filesystem;
using store::Sql;
using store::Value;

constexpr std::size_t clock_page = 500;  // as the two statements below say

Sql const insert_head{
    "head.insert",
    "insert into ledger_head (jurisdiction, size, last_time, frontier, schema_seq) values ($1, 0, 0, $2, 0)"};
Sql const due_clocks_sql{"clock.due",
                         "select register_name, record, position, rule, triggered_on from clock where "
                         "jurisdiction = $1 and status = "
                         "'running' and due_on < $2 and (register_name, record, position) > ($3, $4, $5) "
                         "order by register_name, record, "
                         "position limit 500"};
Sql const provisional_clocks_sql{"clock.provisional",
                                 "select register_name, record, position, rule, due_on from clock where "
                                 "jurisdiction = $1 and status = 'running' "
                                 "and provisional = 1 and (register_name, record, position) > ($2, $3, $4) "
                                 "order by register_name, record, position "
                                 "limit 500"};

// Entries and instants grow together: the oldest rows are those of the lowest entries.
Sql const oldest_key_sql{
    "idempotency.oldest",
    "select recorded_at from idempotency where jurisdiction = $1 order by entry limit 1"};
Sql const prune_keys_sql{
    "idempotency.prune",
    "delete from idempotency where jurisdiction = $1 and recorded_at < $2 and entry <= (select max(entry) "
    "from "
    "(select entry from idempotency where jurisdiction = $1 order by entry limit $3) as oldest)"};

bool is_host_name(std::string_view text) {
  bool const dotted = text.find('.') != std::string_view::npos;
  char before = '.';
  for (char c : text) {
    bool const is_edge = c == '.' || c == '-';
    if (!is_edge && !(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9')) return false;
    if ((c == '.' && (before == '.' || before == '-')) || (c == '-' && before == '.')) return false;
    before = c;
  }
  return dotted && before != '.' && before != '-';
}

// Names of logs are also names of keys: no space, no plus (C2SP signed-note). A host name of one's own makes
// them unique in the world, an address without https:// (C2SP tlog-checkpoint).
bool is_origin(std::string_view text) {
  if (text.size() > 200) return false;
  auto const slash = text.find('/');
  if (!is_host_name(text.substr(0, slash))) return false;
  if (slash == std::string_view::npos) return true;
  auto const path = text.substr(slash);
  constexpr std::string_view marks = "/-._~";
  return !path.ends_with('/') && path.find("//") == std::string_view::npos &&
         std::ranges::all_of(path, [&](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  marks.find(c) != std::string_view::npos;
         });
}

Command system_command(std::string_view register_name, std::string_view action, std::string payload) {
  Command command;
  command.register_name = register_name;
  command.action = action;
  command.payload = std::move(payload);
  command.as = Role::system;
  return command;
}

class SystemImpl final : public System {
 public:
  SystemImpl(std::optional<ledger::FileLock> lock, fs::path folder, Settings settings,
             Catalogue const& catalogue, Clock const& clock)
      : lock_(std::move(lock)),
        folder_(std::move(folder)),
        settings_(std::move(settings)),
        catalogue_(catalogue),
        clock_(clock),
        rules_(RuleBook::parse(embedded("rules/deadlines.json"))),
        database_(store::open(database_address(folder_, settings_))),
        reads_(*database_, catalogue_) {
    if (store::missing_migrations(*database_, kernel_migrations()) > 0 ||
        !has_registers(*database_, catalogue_))
      throw OutdatedDatabase();
    blobs_ = open_blob_folder(folder_ / "blobs");
    desk_ = std::make_unique<Desk>(*database_, catalogue_, rules_, clock_, settings_.jurisdiction);
  }
  ~SystemImpl() override {
    desk_.reset();  // finishes what it accepted
  }

  Settings const& settings() const override { return settings_; }
  fs::path const& folder() const override { return folder_; }
  Catalogue const& catalogue() const override { return catalogue_; }
  Clock const& clock() const override { return clock_; }
  store::Database& database() override { return *database_; }

  std::future<Result<Receipt>> submit(Command command) override {
    if (!awaits_adoption()) {
      bool const erases = command.action == "erase";
      auto answer = desk_->submit(std::move(command));
      if (!erases) return answer;
      // On the thread that asks for the answer: the search for other mentions is no work for the desk.
      return std::async(std::launch::deferred, [this, answer = std::move(answer)]() mutable {
        auto receipt = answer.get();
        if (receipt) try_release();
        return receipt;
      });
    }
    std::promise<Result<Receipt>> refused;
    refused.set_value(refuse("adopt_first"));
    return refused.get_future();
  }
  std::vector<Result<Receipt>> submit_chunk(std::vector<Command> commands) override {
    if (awaits_adoption()) return std::vector<Result<Receipt>>(commands.size(), refuse("adopt_first"));
    // An import may be long under way when the disk fills: it stops while reading still has room.
    if (is_disk_low(folder_)) return std::vector<Result<Receipt>>(commands.size(), refuse("storage_full"));
    return desk_->submit_chunk(std::move(commands));
  }
  std::vector<Result<Receipt>> try_chunk(std::vector<Command> commands) {
    if (awaits_adoption()) return std::vector<Result<Receipt>>(commands.size(), refuse("adopt_first"));
    return desk_->submit_chunk(std::move(commands), Purpose::trial);
  }
  bool awaits_adoption() const override { return awaits_adoption_; }
  void adoption_done() override {
    fs::remove(folder_ / adoption_mark);
    awaits_adoption_ = false;
  }

  Reads& reads() override { return reads_; }
  Viewer viewer(Uuid account) override {
    return desk_->current_directory()->viewer(settings_.jurisdiction, account, clock_.now());
  }
  std::optional<Uuid> account_of(std::string_view login) override {
    static Sql const by_login{"account.by_login", "select id from " +
                                                      table_name(*catalogue_.find("account")) +
                                                      " where jurisdiction = $1 and login = $2"};
    auto const rows = database_->reader()->query(by_login, {settings_.jurisdiction, std::string(login)});
    if (rows.empty()) return {};
    return uuid_from(rows[0][0]);
  }
  std::shared_ptr<RegionTree const> regions() const override {
    return desk_->directory()->regions;
  }
  RuleBook const& rules() const override { return rules_; }
  std::shared_ptr<WorkdayCalendar const> calendar() const override {
    return desk_->directory()->calendar;
  }
  BlobStore& blobs() override { return *blobs_; }
  LogPublisher& log() override {
    std::lock_guard const lock(publisher_mutex_);
    if (!publisher_)
      publisher_ =
          make_publisher(*database_, folder_, settings_, [this](Sql const& sql, std::vector<Value> values) {
            return write_unlogged(sql, std::move(values));
          });
    return *publisher_;
  }

  int run_clocks() override;
  int recompute_provisional() override;

  Result<void> write_unlogged(Sql const& sql, std::vector<Value> values) override {
    if (awaits_adoption()) return refuse("adopt_first");
    auto const done = Crew::wait_for(desk_->submit_unlogged({&sql, std::move(values)}));
    if (!done) return done.refusal();
    return {};
  }
  Result<void> write_together(std::function<Result<void>(store::Writer&)> work) override {
    if (awaits_adoption()) return refuse("adopt_first");
    return desk_->write_together(std::move(work));
  }
  void exclusive(std::function<void(store::Writer&)> work) override {
    auto const done = desk_->submit_exclusive(std::move(work)).get();
    if (!done) throw std::runtime_error("the desk takes no repairs now: " + done.refusal().code);
  }
  Result<Logged> log_entry(Uuid account, std::string_view type, std::string_view subject,
                           Hash const& digest) override;
  void try_release();

 private:
  std::string lapse_action(Register const& reg, std::string_view state, std::string_view rule) const;
  bool lapse(store::Row const& row);
  void prune_keys();
  void page_clocks(Sql const& sql, std::vector<Value> const& fixed,
                   std::function<void(store::Row const&)> const& each);

  std::optional<ledger::FileLock> lock_;  // nothing: whoever opened it holds the folder's lock
  fs::path folder_;
  Settings settings_;
  Catalogue const& catalogue_;
  Clock const& clock_;
  RuleBook rules_;
  std::unique_ptr<store::Database> database_;
  Reads reads_;
  std::unique_ptr<BlobStore> blobs_;
  std::unique_ptr<Desk> desk_;
  std::atomic<bool> awaits_adoption_{fs::exists(folder_ / adoption_mark)};
  std::mutex publisher_mutex_;
  std::unique_ptr<LogPublisher> publisher_;
};

Result<System::Logged> SystemImpl::log_entry(Uuid account, std::string_view type, std::string_view subject,
                                             Hash const& digest) {
  if (awaits_adoption()) return refuse("adopt_first");
  auto const receipt = desk_->submit_raw(account, {std::string(type), std::string(subject), digest}).get();
  if (!receipt) return receipt.refusal();
  static Sql const find{"entry.hash", "select leaf_hash from entry where jurisdiction = $1 and seq = $2"};
  auto const rows = database_->reader()->query(find, {settings_.jurisdiction, receipt->entry});
  return Logged{receipt->entry, hash_from(rows.at(0).at(0))};
}

// The step of the table that a clock takes when silence decides: open to Role::clock, stopping that rule.
std::string SystemImpl::lapse_action(Register const& reg, std::string_view state,
                                     std::string_view rule) const {
  auto const from = reg.state_value(state);
  for (auto const& step : reg.steps) {
    if (!from || step.from != *from || !step.by.contains(Role::clock)) continue;
    for (auto const& op : step.clocks.ops)
      if (op.tick != Tick::start && op.tick != Tick::none && op.rule == rule) return std::string(step.action);
  }
  return "";
}

bool SystemImpl::lapse(store::Row const& row) {
  Register const* reg = catalogue_.find(store::text(row[0]));
  auto const triggered_on = parse_date(store::text(row[4]));
  if (reg == nullptr || !triggered_on) return false;
  auto const& rule_id = store::text(row[3]);
  RuleEdition const* rule = rules_.find(rule_id, *triggered_on);
  if (rule == nullptr || rule->on_lapse != OnLapse::decides) return false;
  Uuid const id = uuid_from(row[1]);
  auto const found = reads().get(system_viewer(settings_.jurisdiction), reg->name, id);
  if (!found) return false;
  // The clock as it is now: it may have been paused, extended or stopped since the list was read.
  auto const position = static_cast<std::size_t>(store::integer(row[2]));
  if (position >= found->envelope.clocks.size()) return false;
  auto const& clock = found->envelope.clocks[position];
  if (clock.rule != rule_id || clock.status != ClockStatus::running || clock.provisional != 0 ||
      clock.due_on >= legal_date(clock_.now()))
    return false;
  std::string const action = lapse_action(*reg, found->state, rule_id);
  if (action.empty()) return false;
  Command command;
  command.register_name = reg->name;
  command.action = action;
  command.record = id;
  command.as = Role::clock;
  command.version_seen = found->version;
  command.idempotency_key =
      "lapse/" + std::string(reg->name) + "/" + to_string(id) + "/" + std::to_string(store::integer(row[2]));
  auto const receipt = act(std::move(command));
  return receipt && !receipt->repeated;
}

// Page after page, since `each` acts: no statement stays open meanwhile. The statement ends in the three
// values of the row before: register, record, position.
void SystemImpl::page_clocks(Sql const& sql, std::vector<Value> const& fixed,
                             std::function<void(store::Row const&)> const& each) {
  auto const reader = database_->reader();
  std::vector<Value> last{std::string(), Bytes{}, std::int64_t{-1}};
  while (true) {
    std::vector<Value> values = fixed;
    values.insert(values.end(), last.begin(), last.end());
    auto const rows = reader->query(sql, values);
    for (auto const& row : rows) each(row);
    if (rows.size() < clock_page) return;
    last.assign(rows.back().begin(), rows.back().begin() + 3);
  }
}

// What fails stays noted and is tried again; an erasure that is committed has succeeded all the same.
void SystemImpl::try_release() {
  try {
    release_blobs(*this);
  } catch (std::exception const&) {
    // The disk, the database: whoever needs them next will hear of it.
  }
}

// Bite by bite, so that nobody waits; what is left goes next time.
void SystemImpl::prune_keys() {
  auto const reader = database_->reader();
  std::int64_t const before =
      clock_.now().micros_utc - std::int64_t{limits::idempotency_kept_days} * 86'400 * 1'000'000;
  for (int bite = 0; bite < limits::idempotency_bites; ++bite) {
    auto const oldest = reader->query(oldest_key_sql, {settings_.jurisdiction});
    if (oldest.empty() || store::integer(oldest[0][0]) >= before) return;
    if (!write_unlogged(prune_keys_sql, {settings_.jurisdiction, before, limits::idempotency_rows_per_bite}))
      return;
  }
}

int SystemImpl::run_clocks() {
  prune_keys();
  try_release();
  int fired = 0;
  page_clocks(due_clocks_sql, {settings_.jurisdiction, to_string(legal_date(clock_.now()))},
              [&](store::Row const& row) { fired += lapse(row) ? 1 : 0; });
  return fired;
}

int SystemImpl::recompute_provisional() {
  auto const days = calendar();
  int recomputed = 0;
  page_clocks(provisional_clocks_sql, {settings_.jurisdiction}, [&](store::Row const& row) {
    auto const due = parse_date(store::text(row[4]));
    if (!due || !days->covers(*due)) return;
    Json payload;
    payload.set("rule", store::text(row[3]));
    Command command = system_command(store::text(row[0]), "recompute_clock", write_json(payload));
    command.record = uuid_from(row[1]);
    recomputed += act(std::move(command)) ? 1 : 0;
  });
  return recomputed;
}

// The jurisdiction itself and its counties, where the reference data know them.
Result<void> plant_regions(System& system, std::string const& root) {
  auto put = [&](std::string code, std::string name, std::string parent, RegionKind kind) -> Result<void> {
    Region const region{std::move(code), std::move(name), std::move(parent), kind};
    auto const done = system.act(system_command("region", "create", reflect::to_text(region)));
    if (!done) return done.refusal();
    return {};
  };
  std::string const name(division_name(root).value_or(root));
  if (auto done = put(root, name, "", root.size() <= 2 ? RegionKind::province : RegionKind::city); !done)
    return done;
  for (auto const& county : division_children(root))
    if (auto done = put(std::string(county.code), std::string(county.name), root, RegionKind::county); !done)
      return done;
  return {};
}

Result<Uuid> make_first_administrator(System& system) {
  Account account;
  account.login = "admin";
  account.name = "管理员";
  auto const made = system.act(system_command("account", "create", reflect::to_text(account)));
  if (!made) return made.refusal();
  Grant grant;
  grant.account = made->record;
  grant.role = Role::security_administrator;
  grant.scope = system.settings().jurisdiction;
  grant.valid_from = legal_date(system.clock().now());
  grant.reason = "init";
  auto const given = system.act(system_command("grant", "give", reflect::to_text(grant)));
  if (!given) return given.refusal();
  return made->record;
}

}  // namespace

OutdatedDatabase::OutdatedDatabase()
    : std::runtime_error("the database is of an older version: run 'plumbline upgrade'") {}

Result<std::optional<fs::path>> System::upgrade(fs::path const& folder, Catalogue const& catalogue,
                                                Clock const& clock) {
  read_settings(folder);
  auto const lock = share_folder(folder);
  auto const settings = read_settings(folder);
  if (settings.database.empty() && !fs::exists(folder / database_file))
    return refuse("file_missing", "", (folder / database_file).string());
  auto const database = store::open(database_address(folder, settings));
  if (store::missing_migrations(*database, kernel_migrations()) == 0 && has_registers(*database, catalogue))
    return std::optional<fs::path>();
  fs::path copy;
  if (database->engine() == store::Engine::sqlite) {
    copy = folder /
           ("plumbline.db.before-" + to_string(legal_date(clock.now())) + "-" + hex_encode(random_bytes(4)));
    database->writer()->script("vacuum into " + text_literal(copy.string()) + ";");
    fs::permissions(copy, fs::perms::owner_read | fs::perms::owner_write);
  }
  store::migrate(*database, kernel_migrations(), clock);
  ensure_registers(*database, catalogue);
  return std::optional(copy);
}

// Every system is made by open().
std::vector<Result<Receipt>> try_chunk(System& system, std::vector<Command> commands) {
  return static_cast<SystemImpl&>(system).try_chunk(std::move(commands));
}

namespace {

// What init makes goes again when it fails: a folder with keys and no city would be in the way of the next
// attempt. What was there before stays.
class NewFolder {
 public:
  explicit NewFolder(fs::path const& folder) {
    auto missing = fs::absolute(folder).lexically_normal();
    if (!missing.has_filename()) missing = missing.parent_path();  // "DIR/"
    if (!fs::exists(missing)) {
      while (missing.has_parent_path() && !fs::exists(missing.parent_path())) missing = missing.parent_path();
      made_.push_back(missing);
      return;
    }
    for (auto const* name :
         {"keys", "keys/log-ed25519.key", "keys/log-sm2.key", "keys/in-use", "public", "public/log", "blobs",
          "plumbline.db", "plumbline.db-wal", "plumbline.db-shm", "plumbline.json"})
      if (!fs::exists(missing / name)) made_.push_back(missing / name);
  }
  ~NewFolder() {
    std::error_code ignored;
    for (auto const& place : made_) fs::remove_all(place, ignored);
  }
  NewFolder(NewFolder const&) = delete;
  NewFolder& operator=(NewFolder const&) = delete;
  void keep() { made_.clear(); }

 private:
  std::vector<fs::path> made_;
};

Result<Uuid> fill_folder(fs::path const& folder, Settings const& settings, Catalogue const& catalogue,
                         Clock const& clock) {
  fs::create_directories(folder / "public" / "log");
  // Records hold personal data; -wal and -shm get the permissions of the database. public/ stays readable.
  if (settings.database.empty()) {
    std::ofstream(folder / database_file).flush();
    fs::permissions(folder / database_file, fs::perms::owner_read | fs::perms::owner_write);
  }
  if (auto made = make_log_keys(folder, settings.origin); !made) return made.refusal();

  {
    auto database = store::open(database_address(folder, settings));
    store::migrate(*database, kernel_migrations());
    ensure_registers(*database, catalogue);
    auto const writer = database->writer();
    writer->begin();
    writer->write(insert_head, {settings.jurisdiction, ledger::CompactRange{}.serialise()});
    writer->commit();
  }
  write_settings(folder, settings);

  auto system = System::open(folder, catalogue, clock);
  Json genesis;
  genesis.set("jurisdiction", settings.jurisdiction);
  genesis.set("origin", settings.origin);
  genesis.set("v", 1);
  std::string const text = write_canonical(genesis);
  ledger::write_file_durably(folder / "public" / "log" / "genesis.json", text);
  if (auto logged = system->log_entry({}, "ledger.genesis", "ledger", sha256(text)); !logged)
    return logged.refusal();
  if (auto planted = plant_regions(*system, settings.jurisdiction); !planted) return planted.refusal();
  return make_first_administrator(*system);
}

}  // namespace

Result<Uuid> System::init(fs::path const& folder, Settings const& settings, Catalogue const& catalogue,
                          Clock const& clock) {
  for (auto const name : {settings_file, database_file})
    if (fs::exists(folder / name)) return refuse("folder_in_use", "", (folder / name).string());
  if (!is_origin(settings.origin)) return refuse("bad_origin", "/origin", settings.origin);
  if (settings.jurisdiction.empty() || settings.jurisdiction.size() > 18)
    return refuse("bad_jurisdiction", "/jurisdiction", settings.jurisdiction);
  if (!settings.database.empty())
    if (auto free = require_free(*store::open(settings.database), catalogue); !free) return free.refusal();
  NewFolder made(folder);
  auto administrator = fill_folder(folder, settings, catalogue, clock);
  if (administrator) made.keep();
  return administrator;
}

std::unique_ptr<System> open_unshared(fs::path const& folder, Settings settings, Catalogue const& catalogue,
                                      Clock const& clock) {
  return std::make_unique<SystemImpl>(std::nullopt, folder, std::move(settings), catalogue, clock);
}

std::unique_ptr<System> System::open(fs::path const& folder, Catalogue const& catalogue, Clock const& clock,
                                     std::string const& database) {
  read_settings(folder);  // nothing is made in what is no data folder
  auto lock = share_folder(folder);
  auto settings = read_settings(folder);
  if (!database.empty()) {
    if (settings.database.empty())
      throw std::runtime_error("the data of " + folder.string() +
                               " lie in its own plumbline.db; 'plumbline move' takes them to a server");
    settings.database = database;
  }
  // SQLite would make an empty one.
  if (settings.database.empty() && !fs::exists(folder / database_file))
    throw std::runtime_error((folder / database_file).string() +
                             " is missing: restore it from a backup (plumbline restore)");
  auto system = std::make_unique<SystemImpl>(std::move(lock), folder, std::move(settings), catalogue, clock);
  system->try_release();
  if (!system->awaits_adoption()) finish_policy(*system);
  return system;
}

}  // namespace plumbline::kernel
