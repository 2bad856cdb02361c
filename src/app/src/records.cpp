// Subcommands on records: do, list, show, import, undo, export, attach.
#include <fstream>
#include <iostream>

#include "base/limits.hpp"
#include "kernel/audit.hpp"
#include "kernel/blobs.hpp"
#include "kernel/import.hpp"
#include "kernel/publisher.hpp"
#include "kernel/registers.hpp"
#include "kernel/spelling.hpp"
#include "ledger/files.hpp"
#include "support.hpp"

namespace plumbline::app {
namespace {

Json receipt_json(kernel::Receipt const& receipt) {
  Json document;
  document.set("id", to_string(receipt.record));
  document.set("version", receipt.version);
  document.set("entry", receipt.entry);
  document.set("state", receipt.state);
  if (receipt.repeated) document.set("repeated", true);
  return document;
}

kernel::Register const& must_find_register(std::string const& name) {
  auto const* reg = catalogue().find(name);
  if (reg == nullptr) throw UsageError("no register '" + name + "'; 'plumbline schema registers' lists them");
  return *reg;
}

kernel::Query query_of(std::vector<std::string> const& where, std::string const& sort) {
  kernel::Query query;
  for (auto const& text : where) query.where.push_back(parse_condition(text));
  query.sort = sort;
  return query;
}

}  // namespace

int run_do(DoOptions const& options) {
  auto const dot = options.act.find('.');
  if (dot == std::string::npos) throw UsageError("an act looks like firm.create, not '" + options.act + "'");
  Opened system(options.common);
  kernel::Command command;
  command.register_name = options.act.substr(0, dot);
  command.action = options.act.substr(dot + 1);
  command.record = record_of(*system, system.viewer(), command.register_name, options.record);
  command.payload = read_argument(options.payload);
  command.idempotency_key = options.key;
  command.version_seen = options.version;
  command.account = system.account();
  command.as = kernel::Role::system;
  auto const receipt = system->act(std::move(command));
  if (!receipt) return refused(receipt.refusal(), options.common);
  print(receipt_json(*receipt), options.common.output);
  return 0;
}

int run_list(ListOptions const& options) {
  Opened system(options.common);
  auto const& reg = must_find_register(options.register_name);
  auto const viewer = system.viewer();
  kernel::Query query = query_of(options.where, options.sort);
  query.limit = options.limit;
  query.cursor = options.cursor;
  Json document;
  if (options.count_only) {
    auto const count = system->reads().count(viewer, options.register_name, query);
    if (!count) return refused(count.refusal(), options.common);
    document.set("count", *count);
  } else {
    auto const page = system->reads().list(viewer, options.register_name, query);
    if (!page) return refused(page.refusal(), options.common);
    Json::Array items;
    for (auto const& item : page->items) items.push_back(kernel::record_json(reg, item, viewer.sight(reg)));
    document.set("items", std::move(items));
    document.set("next", page->next);
  }
  print(document, options.common.output);
  return 0;
}

namespace {

// opening.json, entry and tlog-proof, for `record verify`.
int write_evidence(Opened& system, ShowOptions const& options, std::string const& opening) {
  auto const seq = *parse_json(opening)->find("seq")->as_integer();
  auto const proof = system->log().proof(seq);
  if (!proof) return refused(kernel::refuse("nothing_published"), options.common);
  fs::create_directories(options.evidence);
  ledger::write_file_durably(options.evidence / "opening.json", opening, 0600);
  ledger::write_file_durably(options.evidence / "entry", system->log().leaf(seq));
  ledger::write_file_durably(options.evidence / "tlog-proof", proof->file);
  Json document;
  document.set("folder", options.evidence.string());
  document.set("entry", seq);
  print(document, options.common.output);
  return 0;
}

int show_history(Opened& system, ShowOptions const& options, Uuid id) {
  auto const history = system->reads().history(system.viewer(), options.register_name, id);
  if (!history) return refused(history.refusal(), options.common);
  print(Json(kernel::history_json(*history)), options.common.output);
  return 0;
}

}  // namespace

int run_show(ShowOptions const& options) {
  Opened system(options.common);
  auto const& reg = must_find_register(options.register_name);
  auto const viewer = system.viewer();
  Uuid const id = record_of(*system, viewer, options.register_name, options.record);
  if (options.history) return show_history(system, options, id);
  auto const found = system->reads().get(viewer, options.register_name, id);
  if (!found) return refused(kernel::refuse("not_found"), options.common);
  if (!options.open_fields.empty()) {
    std::vector<std::string> fields;
    std::istringstream names(options.open_fields);
    for (std::string name; std::getline(names, name, ',');) fields.push_back(name);
    auto const file = kernel::opening(*system, viewer, options.register_name, id,
                                      options.version.value_or(found->version), fields);
    if (!file) return refused(file.refusal(), options.common);
    if (!options.evidence.empty()) return write_evidence(system, options, *file);
    std::cout << *file;
    return 0;
  }
  print(kernel::record_json(reg, *found, viewer.sight(reg)), options.common.output);
  return 0;
}

int run_import(ImportOptions const& options) {
  Opened system(options.common);
  must_find_register(options.register_name);
  kernel::ImportOptions wish;
  wish.register_name = options.register_name;
  wish.file = options.file;
  wish.dry_run = options.dry_run;
  wish.errors = options.errors;
  wish.account = system.account();
  wish.resume_batch = options.resume;
  wish.language = user_language();
  if (!options.map.empty()) {
    auto map = kernel::parse_import_map(read_argument("@" + options.map.string()));
    if (!map) return refused(map.refusal(), options.common);
    wish.map = std::move(*map);
  }
  wish.progress = [](std::int64_t rows) { std::cerr << rows << " rows\n"; };
  auto const report = kernel::import_file(*system, wish);
  if (!report) return refused(report.refusal(), options.common);
  Json document;
  document.set("batch", report->batch);
  Json told = kernel::report_json(*report, wish.language);
  for (auto& [name, value] : *told.as_object()) document.set(name, std::move(value));
  print(document, options.common.output);
  // Where every row was refused, the file was.
  return report->rows > 0 && report->refused == report->rows ? 1 : 0;
}

int run_undo(UndoOptions const& options) {
  Opened system(options.common);
  auto const report = kernel::undo_import(*system, options.batch, system.account());
  if (!report) return refused(report.refusal(), options.common);
  Json document;
  document.set("withdrawn", report->withdrawn);
  document.set("restored", report->restored);
  document.set("undone_before", report->before);
  Json::Array kept;
  for (auto const& id : report->kept) kept.emplace_back(to_string(id));
  document.set("kept", std::move(kept));
  print(document, options.common.output);
  return 0;
}

int run_export(ExportOptions const& options) {
  Opened system(options.common);
  must_find_register(options.register_name);
  kernel::ExportWish const wish{options.file, kernel::parse_language(options.words), options.columns};
  auto const rows = kernel::export_register(*system, system.viewer(), options.register_name,
                                            query_of(options.where, options.sort), wish);
  if (!rows) return refused(rows.refusal(), options.common);
  Json document;
  document.set("rows", *rows);
  document.set("file", options.file.string());
  print(document, options.common.output);
  return 0;
}

int run_attach(AttachOptions const& options) {
  Opened system(options.common);
  if (!std::filesystem::is_regular_file(options.file))
    throw UsageError(options.file.string() + " is no regular file");
  std::ifstream content(options.file, std::ios::binary);
  if (!content) throw UsageError("cannot read " + options.file.string());
  auto const stored = system->blobs().put(content, static_cast<std::int64_t>(limits::attachment_bytes));
  if (!stored) return refused(stored.refusal(), options.common);
  kernel::Attachment attachment;
  attachment.sha256 = to_hex(stored->sha256);
  attachment.bytes = stored->bytes;
  attachment.media_type = options.media_type;
  attachment.file_name = options.file.filename().string();
  attachment.register_name = options.register_name;
  attachment.record = record_of(*system, system.viewer(), options.register_name, options.record);
  kernel::Command command;
  command.register_name = "attachment";
  command.action = "attach";
  command.account = system.account();
  command.payload = reflect::to_text(attachment);
  auto const receipt = system->act(std::move(command));
  if (!receipt) return refused(receipt.refusal(), options.common);
  // An erasure may have removed the same content after it was put and before it was mentioned.
  if (system->blobs().open(stored->sha256) == nullptr) {
    content.clear();
    content.seekg(0);
    (void)system->blobs().put(content, static_cast<std::int64_t>(limits::attachment_bytes));
  }
  print(receipt_json(*receipt), options.common.output);
  return 0;
}

}  // namespace plumbline::app
