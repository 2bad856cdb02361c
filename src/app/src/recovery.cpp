// Subcommands around keeping and proving a log: publish, witness, policy, cosigned notes, backup, restore,
// move.
#include <iostream>

#include "cosigning.hpp"
#include "inspection/service.hpp"
#include "kernel/move.hpp"
#include "kernel/publisher.hpp"
#include "kernel/recovery.hpp"
#include "ledger/files.hpp"
#include "ledger/keys.hpp"
#include "ledger/policy.hpp"
#include "ledger/witness.hpp"
#include "support.hpp"
#include "url_source.hpp"

namespace plumbline::app {
namespace {

// Also what must happen before outsiders believe the checkpoint.
int print_published(kernel::System& system, Result<kernel::LogPublisher::Published> const& published,
                    Common const& common) {
  if (!published) return refused(published.refusal(), common);
  auto const policy = ledger::Policy::parse(system.log().policy());
  Lack const lack = policy ? lack_of(*policy, published->note) : Lack{};
  Json document;
  document.set("size", published->size);
  document.set("cosignatures", std::int64_t{published->cosignatures});
  document.set("cosignatures_wanted", static_cast<std::int64_t>(lack.wanted));
  Json::Array missing;
  for (auto const& name : lack.missing) missing.emplace_back(name);
  for (auto const& reason : published->missing) missing.emplace_back(reason);
  document.set("missing", std::move(missing));
  document.set("vkey", system.log().vkey());
  print(document, common.output);
  if (!policy) {
    std::cerr << in_words("policy_none", "") << '\n';
  } else if (!lack.missing.empty()) {
    auto const log = system.log().folder() / "log";
    std::cerr << in_words("cosignatures_missing", "\n  plumbline witness --state DIR --log " + log.string() +
                                                      " --vkey " + system.log().vkey() +
                                                      " --out NOTE\n  plumbline cosigned --data " +
                                                      common.data.string() + " NOTE\n");
  }
  return 0;
}

// Made on first use: whoever runs the witness makes its key, and nobody else has it.
ledger::SecretKey witness_key(WitnessOptions const& options) {
  if (!fs::exists(options.state / "witness.key")) {
    if (options.name.empty())
      throw UsageError("--name is wanted the first time: the name of the witness's key");
    if (!ledger::is_key_name(options.name))
      throw UsageError("'" + options.name + "' cannot name a key: no spaces, no '+', no control characters");
    auto const made = ledger::SecretKey::generate(options.name, ledger::KeyType::cosignature_v1);
    if (auto saved = ledger::save_key(options.state, "witness", made); !saved)
      throw std::runtime_error("the key cannot be kept: " + saved.refusal().code);
  }
  auto key = ledger::load_key(options.state, "witness");
  if (!key) throw std::runtime_error("the key cannot be used: " + key.refusal().code);
  return std::move(*key);
}

Json to_json(std::vector<Uuid> const& records) {
  Json::Array ids;
  for (auto const& record : records) ids.emplace_back(to_string(record));
  return ids;
}

Json to_json(kernel::LostVersion const& lost) {
  Json row;
  row.set("register", lost.register_name);
  row.set("record", to_string(lost.record));
  row.set("action", lost.action);
  row.set("seq", lost.seq);
  return row;
}

// What was taken over, then what people must do, one member for each kind of work.
Json to_json(kernel::Adoption const& adoption) {
  Json document;
  document.set("from", adoption.from);
  document.set("to", adoption.to);
  document.set("lost_bodies", static_cast<std::int64_t>(adoption.lost.size()));
  document.set("records_unknown", adoption.records_unknown);
  document.set("checkpoints_kept", adoption.checkpoints);
  document.set("blocked_accounts", to_json(adoption.blocked_accounts));
  document.set("withdrawn_grants", to_json(adoption.withdrawn_grants));
  for (auto const todo : {kernel::Todo::erase_again, kernel::Todo::judge_account, kernel::Todo::judge_grant,
                          kernel::Todo::enter_again}) {
    Json::Array versions;
    for (auto const& lost : adoption.lost)
      if (lost.todo == todo) versions.push_back(to_json(lost));
    document.set(std::string(to_string(todo)), std::move(versions));
  }
  // Entries that stand in the log and in no record: the same act in the same words finds its entry again.
  Json::Array entries;
  for (auto const& lost : adoption.lost_entries) {
    // The log's own, and lists whose salts are lost, cannot be said again.
    if (!lost.type.starts_with("draw.") || lost.type == "draw.frame" || lost.type == "draw.roster") continue;
    Json row;
    row.set("type", lost.type);
    row.set("subject", lost.subject);
    row.set("seq", lost.seq);
    entries.push_back(std::move(row));
  }
  document.set("do_again_as_published", std::move(entries));
  Json::Array series;
  for (auto const& unseen : adoption.unseen_series) {
    Json row;
    row.set("series", unseen.series);
    row.set("last", unseen.last);
    series.push_back(std::move(row));
  }
  document.set("compare_numbers", std::move(series));
  return document;
}

}  // namespace

int run_backup(BackupOptions const& options) {
  Opened system(options.common);
  auto const report = kernel::backup(*system, options.place);
  if (!report) return refused(report.refusal(), options.common);
  Json document;
  document.set("entries", report->entries);
  document.set("files", report->files);
  print(document, options.common.output);
  return 0;
}

namespace {

Result<void> copy_backup(BackupOptions const& options) {
  if (!fs::is_regular_file(options.place / "plumbline.json"))
    return kernel::refuse("no_backup", "", options.place.string());
  ledger::Aside aside(options.common.data);
  fs::copy(options.place, aside.folder(), fs::copy_options::recursive);
  // The backup may be of an older version; it is its own copy.
  auto const upgraded = kernel::System::upgrade(aside.folder(), catalogue(), system_clock());
  if (!upgraded) return upgraded.refusal();
  if (*upgraded) fs::remove(**upgraded);
  Common unfinished = options.common;
  unfinished.data = aside.folder();
  {
    Opened const tried(unfinished);
  }  // throws where it is of no use
  aside.put_in_place();
  return {};
}

}  // namespace

int run_restore(BackupOptions const& options) {
  if (!options.place.empty()) {
    if (fs::exists(options.common.data))
      return refused(kernel::refuse("folder_in_use", "", options.common.data.string()),
                     options.common.output);
    if (auto copied = copy_backup(options); !copied) return refused(copied.refusal(), options.common);
  }
  Opened system(options.common);
  Json document;
  if (options.adopt.empty()) {
    document.set("awaits_adoption", system->awaits_adoption());
  } else {
    auto const place =
        fs::exists(options.adopt / "log" / "checkpoint") ? options.adopt / "log" : options.adopt;
    auto const adoption = kernel::adopt(*system, place);
    if (!adoption) return refused(adoption.refusal(), options.common);
    if (auto hidden = inspection::hide_erased_names(*system); !hidden)
      return refused(hidden.refusal(), options.common.output);
    document = to_json(*adoption);
  }
  print(document, options.common.output);
  return 0;
}

int run_move(MoveOptions const& options) {
  if (fs::exists(options.common.data)) become_owner(options.common.data);
  auto const moved = kernel::move_city(
      options.common.data, options.to, catalogue(), system_clock(),
      [](std::int64_t done, std::int64_t total) { std::cerr << done << " / " << total << '\n'; });
  if (!moved) return refused(moved.refusal(), options.common);
  Json document;
  document.set("tables", moved->tables);
  document.set("rows", moved->rows);
  document.set("entries", moved->entries);
  document.set("kept", moved->kept);
  print(document, options.common.output);
  std::cerr << in_words(moved->left == store::Engine::sqlite ? "old_file_stays" : "old_database_stays",
                        moved->kept)
            << '\n';
  return 0;
}

int run_witness(WitnessOptions const& options) {
  auto const key = witness_key(options);
  auto const signer = key.signer();
  if (options.log.empty()) {
    std::cout << ledger::format_vkey(key.key()) << '\n';
    return 0;
  }
  auto log = ledger::parse_vkey(options.vkey);
  if (!log) throw UsageError("--vkey is no key: " + options.vkey);
  ledger::Witness witness(options.state / "memory", *signer, {std::move(*log)});
  auto const cosigned = witness.cosign_log(*open_source(options.log), system_clock().now());
  if (!cosigned) return refused(cosigned.refusal(), Output::text);
  if (options.out.empty()) {
    std::cout << *cosigned;
  } else {
    ledger::write_file_durably(options.out, *cosigned);
  }
  return 0;
}

int run_cosigned(Common const& common, fs::path const& note) {
  Opened system(common);
  return print_published(*system, system->log().add_cosignatures(must_read(note)), common);
}

int run_policy(Common const& common, fs::path const& policy) {
  Opened system(common);
  // Whose witnesses are believed is a person's decision, never the machine's own.
  if (system.account().is_nil()) return refused(kernel::refuse("forbidden"), common);
  if (auto set = kernel::set_policy(*system, system.account(), must_read(policy)); !set)
    return refused(set.refusal(), common);
  return print_published(*system, system->log().publish(), common);
}

int run_publish(Common const& common) {
  Opened system(common);
  return print_published(*system, system->log().publish(), common);
}

int run_rotate(Common const& common) {
  Opened system(common);
  if (system.account().is_nil())
    throw UsageError("--as is wanted: new keys are a system administrator's act");
  auto const published = kernel::rotate_log_keys(*system, system.account());
  if (!published) return refused(published.refusal(), common);
  Json document;
  document.set("size", published->size);
  document.set("vkey", system->log().vkey());
  document.set("sm2_vkey", system->log().sm2_vkey());
  document.set("keys_by_size", (system->folder() / "public" / "log" / "vkeys").string());
  print(document, common.output);
  return 0;
}

}  // namespace plumbline::app
