// The command line: options in, one function called. The only file that knows CLI11.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>

#include "commands.hpp"
#include "demo_commands.hpp"
#include "serve_commands.hpp"
#include "statsapi/commands.hpp"
#include "support.hpp"
#include "verify_commands.hpp"

namespace plumbline::app {
namespace {

using Run = std::function<int()>;

// Every leaf command stores what to run; options live as long as the parser.
struct CommandLine {
  CLI::App app{"Plumbline 准绳: quality supervision of a city, provable", "plumbline"};
  Run run;
  std::deque<std::shared_ptr<void>> kept;

  template <class Options>
  Options& keep() {
    auto made = std::make_shared<Options>();
    kept.push_back(made);
    return *made;
  }
};

void common_options(CLI::App* command, Common& common) {
  command->add_option("--data", common.data, "data folder")->capture_default_str();
  command->add_option(
      "--as", common.as,
      "login of the account that acts; without it one reads as the operator, who sees everything");
  command->add_option("--at", common.at,
                      "let the clock stand at this instant (folders of demo, replay and init --at)");
  command->add_flag_callback(
      "--json", [&common] { common.output = Output::json; }, "JSON on one line");
}

template <class Options>
CLI::App* add(CommandLine& line, CLI::App& parent, std::string const& name, std::string const& help,
              int (*run)(Options const&), Options*& options) {
  auto* command = parent.add_subcommand(name, help);
  options = &line.keep<Options>();
  common_options(command, options->common);
  command->callback([&line, run, options] { line.run = [run, options] { return run(*options); }; });
  return command;
}

CLI::App* add_plain(CommandLine& line, CLI::App& parent, std::string const& name, std::string const& help,
                    int (*run)(Common const&)) {
  auto* command = parent.add_subcommand(name, help);
  auto& common = line.keep<Common>();
  common_options(command, common);
  command->callback([&line, run, &common] { line.run = [run, &common] { return run(common); }; });
  return command;
}

void add_records(CommandLine& line) {
  DoOptions* act = nullptr;
  auto* command = add(line, line.app, "do", "take a step: REGISTER.ACTION [RECORD] [PAYLOAD]", run_do, act);
  command->add_option("act", act->act, "REGISTER.ACTION")->required();
  command->add_option("record", act->record, "id, or the value of the register's key; '' creates");
  command->add_option("payload", act->payload, "JSON, @FILE or -");
  command->add_option("--key", act->key, "idempotency key");
  command->add_option("--version", act->version, "the version seen");

  ListOptions* list = nullptr;
  command = add(line, line.app, "list", "records of a register", run_list, list);
  command->add_option("register", list->register_name)->required();
  command->add_option("--where", list->where, "FIELD=VALUE, FIELD!=VALUE, FIELD<VALUE …; repeatable");
  command->add_option("--sort", list->sort, "a field, '-' in front for descending");
  command->add_option("--limit", list->limit)->capture_default_str();
  command->add_option("--cursor", list->cursor, "'next' of the page before");
  command->add_flag("--count", list->count_only, "only how many");

  ShowOptions* show = nullptr;
  command =
      add(line, line.app, "show", "one record, its history, or an opening of a version", run_show, show);
  command->add_option("register", show->register_name)->required();
  command->add_option("record", show->record)->required();
  command->add_flag("--history", show->history);
  auto* open = command->add_option("--open", show->open_fields, "fields to open, with commas");
  command->add_option("--version", show->version, "of which the opening is; the latest")->needs(open);
  command->add_option("--evidence", show->evidence, "folder for what `record verify` reads")->needs(open);

  ImportOptions* import = nullptr;
  command = add(line, line.app, "import", "rows of a CSV or XLSX file into a register", run_import, import);
  command->add_option("register", import->register_name)->required();
  command->add_option("file", import->file)->required();
  command->add_option("--map", import->map, "MAP.json: columns, identifier, values");
  command->add_flag("--dry-run", import->dry_run, "check only");
  command->add_option("--errors", import->errors, "where the refused rows go");
  command->add_option("--resume", import->resume, "a batch that was interrupted");

  UndoOptions* undo = nullptr;
  command = add(line, line.app, "undo", "take an import batch back", run_undo, undo);
  command->add_option("batch", undo->batch)->required();

  ExportOptions* out = nullptr;
  command = add(line, line.app, "export", "a register as CSV or XLSX", run_export, out);
  command->add_option("register", out->register_name)->required();
  command->add_option("file", out->file)->required();
  command->add_option("--where", out->where);
  command->add_option("--sort", out->sort);
  command->add_option("--words", out->words, "headings, states and values in words of this language")
      ->check(CLI::IsMember({"zh-CN", "en"}));
  command->add_option("--columns", out->columns, "names of fields, with commas between")->delimiter(',');

  AttachOptions* attach = nullptr;
  command = add(line, line.app, "attach", "store a file with a record", run_attach, attach);
  command->add_option("register", attach->register_name)->required();
  command->add_option("record", attach->record)->required();
  command->add_option("file", attach->file)->required();
  command->add_option("--type", attach->media_type, "media type")->capture_default_str();
}

void add_serve(CommandLine& line) {
  ServeOptions* serve = nullptr;
  auto* command = add(line, line.app, "serve", "the server: API and published files", run_serve, serve);
  command->add_option("--listen", serve->listen, "HOST:PORT; beyond this machine TLS is wanted")
      ->capture_default_str();
  command->add_option(
      "--database", serve->database,
      "postgres://… where it is found now (default: as at init); several servers may use one");
  command->add_option("--unix-socket", serve->unix_socket, "a socket's path, beside the address");
  command->add_option("--log", serve->log, "a line of JSON for each request: FILE, or - for standard error");
  auto* certificate = command->add_option("--certificate", serve->certificate, "PEM: certificate and chain");
  auto* key = command->add_option("--private-key", serve->private_key, "PEM: its key");
  certificate->needs(key);
  key->needs(certificate);
}

void add_doctor(CommandLine& line) {
  DoctorOptions* doctor = nullptr;
  auto* command = add(line, line.app, "doctor",
                      "what is wrong with this installation, and what to do about it", run_doctor, doctor);
  command->add_option("--database", doctor->database, "postgres://… as serve has it");
  command->add_option("--certificate", doctor->certificate, "PEM: as serve has it");
}

void add_tls(CommandLine& line) {
  auto* tls = line.app.add_subcommand("tls", "certificates for the server")->require_subcommand(1);
  auto* command = tls->add_subcommand("init", "an authority of our own, and a certificate from it");
  auto& options = line.keep<TlsOptions>();
  command->add_option("--out", options.out, "folder for the four files")->capture_default_str();
  command->add_option("--name", options.names,
                      "host name or IP address; repeatable (default: this machine's)");
  command->add_option("--days", options.days, "how long the certificate is valid")->capture_default_str();
  command->callback([&line, &options] { line.run = [&options] { return run_tls_init(options); }; });
}

void add_recovery(CommandLine& line) {
  BackupOptions* keep = nullptr;
  auto* command =
      add(line, line.app, "backup", "an online, verified copy of a data folder", run_backup, keep);
  command->add_option("place", keep->place, "a new folder")->required();
  BackupOptions* restore = nullptr;
  command = add(line, line.app, "restore", "a data folder from a backup; it signs after adopting",
                run_restore, restore);
  command->add_option("place", restore->place, "the backup; none: --data is restored already");
  command->add_option("--adopt", restore->adopt, "a copy of what was published");

  MoveOptions* move = nullptr;
  command = add(line, line.app, "move", "a city's data to another database: to PostgreSQL when it grows",
                run_move, move);
  command->add_option("--to", move->to, "an empty database: postgres://…, or sqlite: back into the folder")
      ->required();

  auto& witness = line.keep<WitnessOptions>();
  auto* cosigner =
      line.app.add_subcommand("witness", "cosign a log that grew consistently; without a log: print the key");
  cosigner->add_option("--state", witness.state, "the witness's own folder")->required();
  cosigner->add_option("--name", witness.name, "name of its key, the first time");
  cosigner->add_option("--log", witness.log, "folder or URL of the log");
  cosigner->add_option("--vkey", witness.vkey, "the log's key");
  cosigner->add_option("--out", witness.out, "where the cosigned checkpoint goes");
  cosigner->callback([&line, &witness] { line.run = [&witness] { return run_witness(witness); }; });

  auto with_file = [&line](std::string const& name, std::string const& help,
                           int (*run)(Common const&, fs::path const&)) {
    auto* made = line.app.add_subcommand(name, help);
    auto& common = line.keep<Common>();
    auto& file = line.keep<fs::path>();
    common_options(made, common);
    made->add_option("file", file)->required();
    made->callback(
        [&line, &common, &file, run] { line.run = [&common, &file, run] { return run(common, file); }; });
  };
  with_file("cosigned", "take a cosigned checkpoint in", run_cosigned);
  with_file("policy", "put a tlog-policy into force, --as a system administrator", run_policy);
}

std::string names_of_roles() {
  std::string names;
  for (auto const& role : reflect::type_of<kernel::Role>().enumerators)
    names += (names.empty() ? "" : ", ") + std::string(role.name);
  return names;
}

void add_administration(CommandLine& line) {
  InitOptions* init = nullptr;
  auto* command = add(line, line.app, "init", "a new data folder, keys, first administrator", run_init, init);
  command->add_option("--jurisdiction", init->jurisdiction, "GB/T 2260 code or a park's code")->required();
  command->add_option("--origin", init->origin, "name of the log and its key, as quality.example.gov.cn/log")
      ->required();
  command->add_option("--database", init->database, "postgres://… (default: SQLite in the folder)");

  VerifyOptions* verify = nullptr;
  command = add(line, line.app, "verify", "the log against its checkpoints", run_verify, verify);
  command->add_flag("--deep", verify->deep, "and every table row against the log");

  add_plain(line, line.app, "upgrade", "the database of an older version, after a copy of it", run_upgrade);
  add_plain(line, line.app, "rebuild", "make every derived table again from the log", run_rebuild);
  add_plain(line, line.app, "publish", "publish the log: tiles, checkpoint, cosignatures", run_publish);
  add_plain(line, line.app, "rotate", "new keys for the log, announced under the old ones", run_rotate);
  add_plain(line, line.app, "clocks", "recompute provisional dates, let due clocks decide", run_clocks);

  auto* schema = line.app.add_subcommand(
      "schema", "'registers', 'names' (the persisted ones), or the JSON Schema of REGISTER[.ACTION]");
  auto& schema_common = line.keep<Common>();
  auto& what = line.keep<std::string>();
  common_options(schema, schema_common);
  schema->add_option("what", what)->required();
  schema->callback(
      [&line, &schema_common, &what] { line.run = [&] { return run_schema(schema_common, what); }; });

  auto* user = line.app.add_subcommand("user", "accounts")->require_subcommand(1);
  UserOptions* person = nullptr;
  command = add(line, *user, "add", "a new account", run_user_add, person);
  command->add_option("login", person->login)->required();
  command->add_option("--name", person->name);
  command->add_flag("--password", person->set_password, "and a password for one day, to set another by");

  AccessOptions* access = nullptr;
  command = add(line, *user, "reset", "a password for one day, to set another by", run_user_reset, access);
  command->add_option("login", access->login)->required();
  command->add_option("--reason", access->reason, "why; it stands in the register")->required();
  command = add(line, *user, "remove-second-factor", "of somebody who lost phone and codes",
                run_user_remove_factor, access);
  command->add_option("login", access->login)->required();
  command->add_option("--reason", access->reason, "why; it stands in the register")->required();

  auto* oidc = line.app.add_subcommand("oidc", "OpenID providers; a running server reads them at its start")
                   ->require_subcommand(1);
  ProviderOptions* provider = nullptr;
  command = add(line, *oidc, "add", "one where people may sign in, or other words of a known one",
                run_oidc_add, provider);
  command->add_option("name", provider->name, "in addresses: a-z, 0-9, -")->required();
  command->add_option("--issuer", provider->issuer)->required();
  command->add_option("--client-id", provider->client_id)->required();
  command->add_option("--secret-file", provider->secret_file, "its first line; none: a public client");
  command->add_option("--base-url", provider->base_url, "of this server, as browsers see it")->required();
  command->add_option("--title", provider->title, "on the button");
  command->add_option("--strong-acr", provider->strong_acr, "values of acr that stand for a second factor");
  command->add_option("--strong-amr", provider->strong_amr, "values of amr that stand for a second factor");
  command = add(line, *oidc, "remove", "one; links to it stay and are of no use", run_oidc_remove, provider);
  command->add_option("name", provider->name)->required();
  add_plain(line, *oidc, "list", "without their secrets", run_oidc_list);

  auto* grants = line.app.add_subcommand("grant", "who may do what where")->require_subcommand(1);
  GrantOptions* grant = nullptr;
  command = add(line, *grants, "give", "give a role within a region or for a firm", run_grant, grant);
  command->add_option("login", grant->login)->required();
  command->add_option("role", grant->role, names_of_roles())->required();
  command->add_option("--scope", grant->scope, "region code");
  command->add_option("--party", grant->party, "id of the firm acted for");
  command->add_flag("--personal", grant->clear_personal, "sees personal fields unmasked");
}

void add_notices(CommandLine& line) {
  auto* webhook =
      line.app.add_subcommand("webhook", "where the server may send webhooks to")->require_subcommand(1);
  TargetOptions* allow = nullptr;
  auto* command = add(line, *webhook, "allow", "a host or network beyond public addresses; none: list them",
                      run_webhook_target, allow);
  command->add_option("target", allow->target, "erp.example.cn, 10.1.2.0/24");
  command->add_option("--reason", allow->reason, "why");
  TargetOptions* forbid = nullptr;
  command = add(line, *webhook, "forbid", "take that back", run_webhook_target, forbid);
  command->add_option("target", forbid->target)->required();
  forbid->forbid = true;
}

void add_computing(CommandLine& line) {
  auto* stats = line.app.add_subcommand("stats", "statistics: JSON lines in, JSON lines out");
  auto& list = line.keep<bool>();
  stats->add_flag("--list", list, "every function with its arguments");
  stats->callback([&line, &list] {
    line.run = [&list] {
      return list ? statsapi::stats_list(std::cout) : statsapi::stats_lines(std::cin, std::cout);
    };
  });
  auto* match = line.app.add_subcommand("match", "inspectors to targets")->require_subcommand(1);
  match->add_subcommand("compute", "matches of cases on stdin")->callback([&line] {
    line.run = [] { return statsapi::match_compute(std::cin, std::cout, std::cerr); };
  });
}

void add_verifying(CommandLine& line) {
  auto* log = line.app.add_subcommand("log", "the published log")->require_subcommand(1);
  auto* verify = log->add_subcommand("verify", "a published log, with nothing but its files");
  auto& log_verify = line.keep<LogVerifyCommand>();
  verify->add_option("place", log_verify.place, "DIR or URL")->required();
  verify->add_option("--vkey", log_verify.vkey, "the log's key")->required();
  verify->add_option("--since", log_verify.since, "an older checkpoint or .tlog-proof");
  verify->add_option("--policy", log_verify.policy, "a tlog-policy file");
  verify->add_option("--entries", log_verify.entries, "auto or opaque")->capture_default_str();
  verify->callback([&line, &log_verify] { line.run = [&log_verify] { return run_log_verify(log_verify); }; });

  auto* draw = line.app.add_subcommand("draw", "draws anyone can recompute")->require_subcommand(1);
  draw->add_subcommand("compute", "draws of cases on stdin")->callback([&line] {
    line.run = [] { return statsapi::draw_compute(std::cin, std::cout, std::cerr); };
  });
  verify = draw->add_subcommand("verify", "one published draw, or all of draws/");
  auto& draw_verify = line.keep<DrawVerifyCommand>();
  verify->add_option("place", draw_verify.place, "DIR or URL")->required();
  verify->add_option("--vkey", draw_verify.vkey, "the log's key")->required();
  verify->add_option("--policy", draw_verify.policy, "a tlog-policy file of your own");
  verify->add_option("--at", draw_verify.at, "verify as of this instant");
  verify->add_option("--require", draw_verify.require, "grade 甲, 乙 or 丙")->capture_default_str();
  verify->callback(
      [&line, &draw_verify] { line.run = [&draw_verify] { return run_draw_verify(draw_verify); }; });

  auto* record = line.app.add_subcommand("record", "opened record versions")->require_subcommand(1);
  verify = record->add_subcommand("verify", "an opening against its log entry");
  auto& record_verify = line.keep<RecordVerifyCommand>();
  verify->add_option("opening", record_verify.opening, "OPENING.json")->required();
  verify->add_option("entry", record_verify.entry, "the entry's leaf bytes")->required();
  verify->add_option("--proof", record_verify.proof, "its .tlog-proof: that it stands in the log");
  verify->add_option("--vkey", record_verify.vkey, "the log's key");
  verify->callback(
      [&line, &record_verify] { line.run = [&record_verify] { return run_record_verify(record_verify); }; });
}

void add_demo(CommandLine& line) {
  auto* demo = line.app.add_subcommand("demo", "a demo city: one round finished, one under way");
  auto& city = line.keep<DemoCommand>();
  demo->add_option("--data", city.data, "data folder, made new")->capture_default_str();
  auto* once = line.app.add_subcommand("once", "one round in a fresh demo city, end to end, verified");
  auto& round = line.keep<OnceCommand>();
  once->add_option("--keep", round.keep, "keep the data folder here");
  auto const options = [](CLI::App* command, auto& wanted) {
    command->add_option("--prefecture", wanted.prefecture, "GB/T 2260, four digits")->capture_default_str();
    command->add_option("--seed", wanted.seed, "the same seed, the same city")->capture_default_str();
    command->add_option("--firms", wanted.firms, "60 to 200,000")->capture_default_str();
  };
  options(demo, city);
  options(once, round);
  demo->callback([&line, &city] { line.run = [&city] { return run_demo(city); }; });
  once->callback([&line, &round] { line.run = [&round] { return run_once(round); }; });
}

void add_replays(CommandLine& line) {
  auto* replays =
      line.app.add_subcommand("replay", "real firms through the whole house")->require_subcommand(1);
  ReplayOptions* chicago = nullptr;
  auto* command =
      add(line, *replays, "chicago", "the food inspections of Chicago", run_replay_chicago, chicago);
  chicago->common.data.clear();
  command->add_option("folder", chicago->folder, "folder with inspections.csv")->required();
  command->add_option("--redraws", chicago->redraws, "draws in memory")->capture_default_str();
}

void add_bench(CommandLine& line) {
  auto* bench =
      line.app.add_subcommand("bench", "figures about speed, each beside its reference of the same run");
  auto& options = line.keep<BenchOptions>();
  bench->add_option("names", options.names,
                    "desk, desk_postgres, growth, draw, log_verify, import, start; none: all");
  bench->add_option("--runs", options.runs, "medians over so many")->capture_default_str();
  bench->add_flag("--smoke", options.smoke, "tiny sizes, one run");
  bench->add_option("--postgres", options.postgres, "a database; its schemas plumbline_bench… are replaced");
  bench->add_option("--scratch", options.scratch,
                    "folder to measure in (default: the system's temporary folder)");
  bench->add_flag_callback(
      "--json", [&options] { options.output = Output::json; }, "JSON on one line");
  bench->callback([&line, &options] { line.run = [&options] { return run_bench(options); }; });
}

int guarded(Run const& run) {
  try {
    return run();
  } catch (UsageError const& wrong) {
    std::cerr << "plumbline: " << wrong.what() << '\n';
    return 2;
  } catch (store::Error const& error) {
    return failed(error);
  } catch (kernel::FolderMoves const& moving) {
    return failed(moving);
  } catch (std::system_error const& error) {
    return failed(error);
  } catch (std::exception const& error) {
    std::cerr << "plumbline: " << error.what() << '\n';
    return 1;
  }
}

}  // namespace
}  // namespace plumbline::app

int main(int argc, char** argv) {
  using namespace plumbline::app;
  CommandLine line;
  line.app.require_subcommand(1);
  add_records(line);
  add_administration(line);
  add_serve(line);
  add_doctor(line);
  add_tls(line);
  add_recovery(line);
  add_notices(line);
  add_computing(line);
  add_verifying(line);
  add_demo(line);
  add_replays(line);
  add_bench(line);
  std::vector<std::string> words(argv + 1, argv + argc);
  if (!words.empty() && words.front() == "help") {  // help COMMAND…: COMMAND… --help
    words.erase(words.begin());
    words.emplace_back("--help");
  }
  auto const is_called_so = [&](CLI::App const* command) { return command->get_name() == words.front(); };
  if (!words.empty() && !words.front().starts_with('-') && line.app.get_subcommands(is_called_so).empty()) {
    std::cerr << "plumbline: no command '" << words.front() << "'; plumbline help lists them\n";
    return 2;
  }
  std::ranges::reverse(words);  // as CLI11 takes them
  try {
    line.app.parse(std::move(words));
  } catch (CLI::ParseError const& error) {
    return line.app.exit(error) == 0 ? 0 : 2;
  }
  return guarded(line.run);
}
