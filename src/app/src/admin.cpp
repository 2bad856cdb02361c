// Subcommands for administrators: init, verify, rebuild, clocks, schema, user, grant.
#include <iostream>

#include "kernel/audit.hpp"
#include "kernel/credentials.hpp"
#include "kernel/identity.hpp"
#include "kernel/publisher.hpp"
#include "product/catalogue.hpp"
#include "support.hpp"

namespace plumbline::app {
namespace {

void show_progress(std::int64_t done, std::int64_t total) { std::cerr << done << " / " << total << '\n'; }

Json audit_json(kernel::Audit const& audit) {
  Json document;
  document.set("ok", audit.findings.empty());
  document.set("entries", audit.entries);
  document.set("versions", audit.versions);
  document.set("rows", audit.rows);
  document.set("erased_fields", audit.erased_fields);
  Json::Array findings;
  for (auto const& finding : audit.findings) {
    Json row;
    row.set("code", finding.code);
    row.set("register", finding.register_name);
    row.set("record", finding.record);
    row.set("detail", finding.detail);
    findings.push_back(std::move(row));
  }
  document.set("findings", std::move(findings));
  return document;
}

// Acts of the command line on accounts: as somebody, or as the system where nobody is named.
// What the receipt says, for the answer.
Result<Json> submit(Opened& system, std::string register_name, std::string action, std::string payload) {
  kernel::Command command;
  command.register_name = std::move(register_name);
  command.action = std::move(action);
  command.payload = std::move(payload);
  command.account = system.account();
  auto const receipt = system->act(std::move(command));
  if (!receipt) return receipt.refusal();
  Json document;
  document.set("id", to_string(receipt->record));
  document.set("entry", receipt->entry);
  return document;
}

int answer(Result<Json> const& document, Common const& common) {
  if (!document) return refused(document.refusal(), common);
  print(*document, common.output);
  return 0;
}

int print_new_password(Opened& system, Uuid account, std::string const& login) {
  std::string const password = kernel::make_password();
  if (auto kept = kernel::set_password(*system, account, password); !kept)
    return refused(kept.refusal(), Output::text);
  std::cout << "login " << login << ", password " << password << " (shown once)\n";
  return 0;
}

// Whoever made it cannot go on using it: it is good for setting another.
Result<Json> with_one_time_password(Opened& system, Uuid account, std::string const& login, Json document) {
  auto const made = kernel::set_one_time_password(*system, account);
  if (!made) return made.refusal();
  document.set("login", login);
  document.set("password", made->password);
  document.set("expires_at", to_string(made->expires_at));
  return document;
}

}  // namespace

int run_init(InitOptions const& options) {
  Clock const* clock = &system_clock();
  std::optional<FixedClock> fixed;
  if (options.common.at) {
    auto const at = parse_instant(*options.common.at);
    if (!at) throw UsageError("--at takes an instant like 2026-03-02T09:00:00+08:00");
    clock = &fixed.emplace(*at);
  }
  auto const administrator = kernel::System::init(
      options.common.data, {options.jurisdiction, options.origin, options.database}, catalogue(), *clock);
  if (!administrator) return refused(administrator.refusal(), options.common);
  if (options.common.at) mark_chosen_times(options.common.data);
  Opened system(options.common);
  if (auto const published = system->log().publish(); !published)
    return refused(published.refusal(), options.common);
  std::cout << "log key " << system->log().vkey() << '\n';
  return print_new_password(system, *administrator, "admin");
}

int run_upgrade(Common const& common) {
  auto const copy = kernel::System::upgrade(common.data, catalogue(), system_clock());
  if (!copy) return refused(copy.refusal(), common);
  Json document;
  document.set("upgraded", copy->has_value());
  document.set("copy", copy->has_value() ? (*copy)->string() : "");
  print(document, common.output);
  return 0;
}

int run_verify(VerifyOptions const& options) {
  Opened system(options.common);
  auto const audit =
      options.deep ? kernel::verify_deep(*system, show_progress) : kernel::verify_log(*system, show_progress);
  print(audit_json(audit), options.common.output);
  return audit.findings.empty() ? 0 : 1;
}

int run_rebuild(Common const& common) {
  Opened system(common);
  kernel::rebuild(*system, show_progress);
  return 0;
}

int run_clocks(Common const& common) {
  Opened system(common);
  Json document;
  document.set("recomputed", std::int64_t{system->recompute_provisional()});
  document.set("lapsed", std::int64_t{system->run_clocks()});
  print(document, common.output);
  return 0;
}

int run_schema(Common const& common, std::string const& what) {
  if (what == "names") {
    for (auto const& line : product::persisted_names()) std::cout << line << '\n';
    return 0;
  }
  if (what == "registers") {
    Json::Array names;
    for (auto const& reg : catalogue().registers()) {
      Json row;
      row.set("register", std::string(reg.name));
      Json::Array states;
      for (auto const& state : reg.states) states.emplace_back(std::string(state));
      row.set("states", std::move(states));
      Json::Array actions;
      for (auto const& action : reg.actions) actions.emplace_back(std::string(action.name));
      row.set("actions", std::move(actions));
      names.push_back(std::move(row));
    }
    print(Json(std::move(names)), common.output);
    return 0;
  }
  auto const dot = what.find('.');
  auto const* reg = catalogue().find(what.substr(0, dot));
  if (reg == nullptr) throw UsageError("no register '" + what.substr(0, dot) + "'");
  reflect::Type const* type = reg->type;
  if (dot != std::string::npos) {
    auto const* action = reg->find_action(what.substr(dot + 1));
    if (action == nullptr) throw UsageError("no action '" + what + "'");
    if (action->payload == nullptr) {
      print(Json(Json::Object{}), common.output);
      return 0;
    }
    type = action->payload;
  }
  print(reflect::json_schema(*type), common.output);
  return 0;
}

int run_user_add(UserOptions const& options) {
  Opened system(options.common);
  if (system->account_of(options.login))
    return refused(kernel::refuse("account_exists", "/login", options.login), options.common);
  kernel::Account account;
  account.login = options.login;
  account.name = options.name.empty() ? options.login : options.name;
  Json payload;
  payload.set("login", account.login);
  payload.set("name", account.name);
  auto made = submit(system, "account", "create", write_json(payload));
  if (made && options.set_password)
    made =
        with_one_time_password(system, *system->account_of(options.login), options.login, *std::move(made));
  return answer(made, options.common);
}

namespace {

// Whose ways in are meant, once the measure is told to the log.
Result<Uuid> measure(Opened& system, AccessOptions const& options, kernel::AccessKind kind) {
  auto const account = system->account_of(options.login);
  if (!account) return kernel::refuse("unknown_account", "/login", options.login);
  if (auto taken = kernel::take_measure(*system, system.account(), {*account, kind, options.reason}); !taken)
    return taken.refusal();
  return *account;
}

}  // namespace

int run_user_reset(AccessOptions const& options) {
  Opened system(options.common);
  auto const account = measure(system, options, kernel::AccessKind::one_time_password);
  if (!account) return refused(account.refusal(), options.common);
  return answer(with_one_time_password(system, *account, options.login, Json(Json::Object{})),
                options.common);
}

// Their sessions end, as where the security administrator does it in the browser.
int run_user_remove_factor(AccessOptions const& options) {
  Opened system(options.common);
  auto const account = measure(system, options, kernel::AccessKind::second_factor_removed);
  if (!account) return refused(account.refusal(), options.common);
  if (auto gone = kernel::remove_second_factor(*system, *account); !gone)
    return refused(gone.refusal(), options.common);
  if (auto ended = kernel::end_sessions(*system, *account); !ended)
    return refused(ended.refusal(), options.common);
  return 0;
}

int run_grant(GrantOptions const& options) {
  Opened system(options.common);
  auto const account = system->account_of(options.login);
  if (!account) throw UsageError("no account with the login '" + options.login + "'");
  Json payload;
  payload.set("account", to_string(*account));
  payload.set("role", options.role);
  if (!options.scope.empty()) payload.set("scope", options.scope);
  if (!options.party.empty()) payload.set("party", options.party);
  payload.set("personal", options.clear_personal ? "clear" : "masked");
  payload.set("valid_from", to_string(legal_date(system->clock().now())));
  return answer(submit(system, "grant", "give", write_json(payload)), options.common);
}

}  // namespace plumbline::app
