// One plain function per subcommand; main.cpp alone knows the command line library. Each answers the exit
// status: 0 done, 1 refused or found wrong, 2 usage. Results go to stdout, progress and refusals to stderr.
#pragma once
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "kernel/register.hpp"
#include "product/catalogue.hpp"

namespace plumbline::app {

namespace fs = std::filesystem;

using product::catalogue;

enum class Output : std::uint8_t { text, json };

// Options that every command on a data folder has.
struct Common {
  fs::path data = "data";
  std::string as;                 // login; "" = the system itself, where a command allows it
  std::optional<std::string> at;  // the clock stands at this RFC 3339 instant (tests, replays)
  Output output = Output::text;
};

struct InitOptions {
  Common common;
  std::string jurisdiction;
  std::string origin;
  std::string database;
};
int run_init(InitOptions const& options);

int run_upgrade(Common const& common);

struct DoOptions {
  Common common;
  std::string act;      // REGISTER.ACTION
  std::string record;   // id or the value of the register's import key; "" for a step from none
  std::string payload;  // JSON; "-" = stdin, "@FILE"
  std::string key;      // idempotency key
  std::optional<std::int64_t> version;
};
int run_do(DoOptions const& options);

struct ListOptions {
  Common common;
  std::string register_name;
  std::vector<std::string> where;  // FIELD=VALUE, FIELD!=VALUE, FIELD<VALUE …
  std::string sort;
  int limit = 50;
  std::string cursor;
  bool count_only = false;
};
int run_list(ListOptions const& options);

struct ShowOptions {
  Common common;
  std::string register_name;
  std::string record;
  bool history = false;
  std::string open_fields;  // "a,b": an opening of the latest version with these fields
  std::optional<std::int64_t> version;
  fs::path evidence;  // folder for the opening, its log entry and that entry's proof
};
int run_show(ShowOptions const& options);

struct ImportOptions {
  Common common;
  std::string register_name;
  fs::path file;
  fs::path map;
  bool dry_run = false;
  fs::path errors;
  std::string resume;
};
int run_import(ImportOptions const& options);

struct UndoOptions {
  Common common;
  std::string batch;
};
int run_undo(UndoOptions const& options);

struct ExportOptions {
  Common common;
  std::string register_name;
  fs::path file;
  std::vector<std::string> where;
  std::string sort;
  std::string words;
  std::vector<std::string> columns;
};
int run_export(ExportOptions const& options);

struct VerifyOptions {
  Common common;
  bool deep = false;
};
int run_verify(VerifyOptions const& options);
struct BackupOptions {
  Common common;
  fs::path place;  // of the backup
  fs::path adopt;  // a copy of public/log
};
int run_backup(BackupOptions const& options);
int run_restore(BackupOptions const& options);

struct MoveOptions {
  Common common;
  std::string to;  // postgres://… or "sqlite"
};
int run_move(MoveOptions const& options);

struct WitnessOptions {
  fs::path state;    // the witness's folder: key and memory
  std::string name;  // of its key
  std::string log;   // folder or URL of a log
  std::string vkey;  // the log's key
  fs::path out;      // the cosigned checkpoint
};
int run_witness(WitnessOptions const& options);
int run_cosigned(Common const& common, fs::path const& note);
int run_policy(Common const& common, fs::path const& policy);
int run_rotate(Common const& common);
int run_rebuild(Common const& common);
int run_publish(Common const& common);
int run_clocks(Common const& common);
int run_schema(Common const& common, std::string const& what);

struct AttachOptions {
  Common common;
  std::string register_name;
  std::string record;
  fs::path file;
  std::string media_type = "application/octet-stream";
};
int run_attach(AttachOptions const& options);

struct UserOptions {
  Common common;
  std::string login;
  std::string name;
  bool set_password = false;
};
int run_user_add(UserOptions const& options);
struct AccessOptions {
  Common common;
  std::string login;
  std::string reason;
};
struct ProviderOptions {
  Common common;
  std::string name;
  std::string title;
  std::string issuer;
  std::string client_id;
  std::string base_url;
  fs::path secret_file;
  std::vector<std::string> strong_acr;
  std::vector<std::string> strong_amr;
};
int run_oidc_add(ProviderOptions const& options);
int run_oidc_remove(ProviderOptions const& options);
int run_oidc_list(Common const& common);
int run_user_reset(AccessOptions const& options);
int run_user_remove_factor(AccessOptions const& options);
struct GrantOptions {
  Common common;
  std::string login;
  std::string role;
  std::string scope;
  std::string party;
  bool clear_personal = false;
};
int run_grant(GrantOptions const& options);

struct TargetOptions {
  Common common;
  std::string target;  // host or network; "": list them
  std::string reason;
  bool forbid = false;
};
int run_webhook_target(TargetOptions const& options);

struct ReplayOptions {
  Common common;    // data "": a scratch folder, removed at the end
  fs::path folder;  // with inspections.csv
  std::int64_t redraws = 2'000;
};
int run_replay_chicago(ReplayOptions const& options);

struct BenchOptions {
  std::vector<std::string> names;  // empty: all that can run
  unsigned runs = 5;
  bool smoke = false;    // tiny sizes, one run: shows that everything runs
  std::string postgres;  // address of a database whose schemas plumbline_bench… may be replaced
  fs::path scratch;      // "": a folder of its own
  Output output = Output::text;
};
int run_bench(BenchOptions const& options);

}  // namespace plumbline::app
