// The import lane: rows become ordinary commands, in chunks of one commit each.
#include <algorithm>
#include <fstream>
#include <future>
#include <unordered_map>
#include <unordered_set>

#include "base/limits.hpp"
#include "desk.hpp"
#include "import_rows.hpp"
#include "kernel/import.hpp"
#include "overlay.hpp"
#include "reflect/codec.hpp"
#include "reflect/json.hpp"
#include "table_file.hpp"

namespace plumbline::kernel {
namespace {

using reflect::Field;
using store::Sql;
using store::Value;

constexpr std::string_view row_heading = "行号";
constexpr std::string_view column_heading = "错误列";
constexpr std::string_view reason_heading = "错误原因";

Sql const done_rows_sql = [] {
  std::string text =
      "select key, version from idempotency where jurisdiction = $1 and account = $2 and key in (";
  for (std::size_t i = 0; i < limits::import_chunk_rows; ++i)
    text += (i == 0 ? "$" : ", $") + std::to_string(i + 3);
  return Sql{"import.done", text + ")"};
}();
Sql const batch_page_sql{"import.batch",
                         "select entry, register_name, record from version where jurisdiction = $1 and batch "
                         "= $2 and batch <> '' and entry < $3 order by entry desc limit $4"};

Result<void> may_import(System& system, Uuid account) {
  if (account.is_nil()) return {};
  Viewer const viewer = system.viewer(account);
  if (viewer.has_role(Role::importer) || viewer.has_role(Role::system_administrator)) return {};
  return refuse("forbidden");
}

// Bad rows as they stood in the file, with what is wrong in three columns more. A file that comes back with
// these columns keeps its own and gets new ones.
class ErrorFile {
 public:
  ErrorFile(ImportOptions const& options, std::vector<std::string> const& heading, Instant now)
      : file_(options.errors), language_(options.language), now_(now), heading_(heading) {
    for (std::size_t i = 0; i < heading.size(); ++i)
      if (heading[i] != row_heading && heading[i] != column_heading && heading[i] != reason_heading)
        kept_.push_back(i);
  }

  // Before the first row is taken: a place that cannot be written to stops the import, not its report.
  void try_place() const {
    if (file_.empty()) return;
    bool const is_new = !std::filesystem::exists(file_);
    if (!std::ofstream(file_, std::ios::app)) throw std::runtime_error("cannot write " + file_.string());
    if (is_new) std::filesystem::remove(file_);
  }

  Result<void> add(ImportRow const& row) {
    if (file_.empty()) return {};
    if (!writer_) {
      writer_ = make_table_writer(table_format(file_).value_or(TableFormat::csv), file_, now_);
      auto const begun =
          write(heading_, std::string(row_heading), std::string(column_heading), std::string(reason_heading));
      if (!begun) return begun;
    }
    std::string columns;
    std::string reasons;
    for (auto const& problem : row.problems) {
      if (!problem.column.empty()) columns += (columns.empty() ? "" : "; ") + problem.column;
      reasons += (reasons.empty() ? "" : "; ") + message(problem.code, language_);
      if (!problem.detail.empty()) reasons += ": " + problem.detail;
    }
    return write(row.row.cells, std::to_string(row.row.number), columns, reasons);
  }

  void finish() {
    if (writer_) writer_->finish();
  }

 private:
  Result<void> write(std::vector<std::string> const& cells, std::string const& row, std::string const& column,
                     std::string const& reason) {
    std::vector<TableCell> line;
    for (std::size_t at : kept_) line.push_back({at < cells.size() ? cells[at] : ""});
    line.push_back({row, true});
    if (&cells == &heading_) line.back().is_number = false;
    line.push_back({column});
    line.push_back({reason});
    // Cells beyond the heading: nothing of the row is lost.
    for (std::size_t i = heading_.size(); i < cells.size(); ++i) line.push_back({cells[i]});
    return writer_->write(line);
  }

  std::filesystem::path file_;
  Language language_;
  Instant now_;
  std::vector<std::string> heading_;
  std::vector<std::size_t> kept_;
  std::unique_ptr<TableWriter> writer_;
};

class Importer {
 public:
  Importer(System& system, ImportOptions const& options, Register const& reg, RowReader rows)
      : system_(system),
        options_(options),
        reg_(reg),
        rows_(std::move(rows)),
        viewer_(options.account.is_nil() ? system_viewer(system.settings().jurisdiction)
                                         : system.viewer(options.account)),
        reader_(system.database().reader()),
        errors_(options, rows_.heading(), system.clock().now()) {
    if (!options.dry_run)
      report_.batch =
          options.resume_batch.empty() ? to_string(make_uuid7(system.clock().now())) : options.resume_batch;
  }

  // While the desk writes one chunk, the next one is read and looked up.
  Result<ImportReport> run(TableReader& table) {
    errors_.try_place();
    TableRow row;
    Chunk writing;
    for (bool more = true; more;) {
      Chunk next;
      while (more && next.rows.size() < limits::import_chunk_rows) {
        more = table.next(row);
        if (!more) break;
        if (static_cast<std::size_t>(++report_.rows) > limits::import_rows) {
          row.problem = "too_many_rows";
          more = false;
        }
        next.rows.push_back(rows_.read(std::move(row)));
      }
      if (auto ready = prepare(next); !ready) return ready.refusal();
      if (auto done = finish(writing); !done) return done.refusal();
      writing = std::move(next);
      start(writing);
    }
    if (auto done = finish(writing); !done) return done.refusal();
    errors_.finish();
    report_.encoding = table.encoding();
    return std::move(report_);
  }

 private:
  struct Chunk {
    std::vector<ImportRow> rows;
    std::vector<ImportRow*> sent;  // with a command each
    std::vector<Command> commands;
    std::future<std::vector<Result<Receipt>>> answers;
  };

  Result<void> prepare(Chunk& chunk) {
    std::vector<ImportRow*> open;
    for (auto& row : chunk.rows)
      if (row.problems.empty() && is_first(row)) open.push_back(&row);
    if (!options_.resume_batch.empty() && !options_.dry_run) skip_done(open);
    return look_up(chunk, open);
  }

  Result<void> look_up(Chunk& chunk, std::vector<ImportRow*> const& open) {
    if (auto found = find_records(open); !found) return found;
    chunk.sent.clear();
    chunk.commands.clear();
    for (auto* row : open) {
      std::string payload = rows_.payload(*row);
      if (is_unchanged(*row, payload)) {
        ++report_.unchanged;
      } else if (options_.map.only_new && row->found) {
        add(*row, rows_.column_of(rows_.keys().front()->name), "record_exists", "");
      } else {
        chunk.sent.push_back(row);
        chunk.commands.push_back(command_for(*row, std::move(payload)));
      }
    }
    return {};
  }

  void start(Chunk& chunk) {
    chunk.answers = std::async(std::launch::async, [this, commands = std::move(chunk.commands)]() mutable {
      return options_.dry_run ? try_chunk(system_, std::move(commands))
                              : system_.submit_chunk(std::move(commands));
    });
  }

  // Rows that somebody was faster with are looked up again.
  Result<void> finish(Chunk& chunk) {
    if (!chunk.answers.valid()) return {};
    for (int attempt = 0;; ++attempt) {
      auto again = take_answers(chunk, attempt == limits::transaction_retries);
      if (halted_) return *halted_;
      if (again.empty()) break;
      if (auto ready = look_up(chunk, again); !ready) return ready;
      start(chunk);
    }
    for (auto& row : chunk.rows)
      if (auto kept = settle(row); !kept) return kept;
    done_ += static_cast<std::int64_t>(chunk.rows.size());
    if (options_.progress) options_.progress(done_);
    return {};
  }

  Result<void> settle(ImportRow& row) {
    if (row.problems.empty()) return {};
    ++report_.refused;
    for (auto const& problem : row.problems)
      if (report_.problems.size() < limits::import_problems_reported) report_.problems.push_back(problem);
    return errors_.add(row);
  }

  void add(ImportRow& row, std::string column, std::string code, std::string detail) {
    row.problems.push_back({row.row.number, std::move(column), std::move(code), std::move(detail)});
  }

  // Two rows about one record contradict each other: the first one counts.
  bool is_first(ImportRow& row) {
    for (Field const* key : rows_.keys()) {
      std::string const value = reflect::write_cell(*key, row.values.data());
      if (value.empty()) continue;
      // 128 bits of a hash instead of the key: the memory for two million rows stays small.
      Hash const hash = sha256(std::string(key->name) + '=' + value);
      Uuid digest;
      std::copy_n(hash.begin(), digest.bytes.size(), digest.bytes.begin());
      auto const [known, fresh] = seen_.try_emplace(digest, row.row.number);
      if (!fresh) {
        add(row, rows_.column_of(key->name), "duplicate_in_file", std::to_string(known->second));
        return false;
      }
      return true;
    }
    if (!reg_.import_key.empty()) add(row, rows_.column_of(rows_.keys().front()->name), "required", "");
    return reg_.import_key.empty();
  }

  std::string key_of(ImportRow const& row) const {
    return "import/" + report_.batch + "/" + std::to_string(row.row.number);
  }

  // Rows that an earlier run of this batch has brought in.
  void skip_done(std::vector<ImportRow*>& open) {
    std::vector<Value> values{system_.settings().jurisdiction, id_bytes(options_.account)};
    for (auto const* row : open) values.emplace_back(key_of(*row));
    values.resize(limits::import_chunk_rows + 2, Value(std::string()));
    std::unordered_map<std::string, std::int64_t> done;
    for (auto const& row : reader_->query(done_rows_sql, values))
      done.emplace(store::text(row[0]), store::integer(row[1]));
    std::erase_if(open, [&](ImportRow const* row) {
      auto const found = done.find(key_of(*row));
      if (found == done.end()) return false;
      ++(found->second == 1 ? report_.created : report_.changed);
      return true;
    });
  }

  // By the import key; a row or a record without it by another unique field both have.
  Result<void> find_records(std::vector<ImportRow*> const& open) {
    for (auto* row : open) row->found.reset();
    for (Field const* key : rows_.keys()) {
      std::unordered_map<std::string, ImportRow*> wanted;
      for (auto* row : open) {
        std::string value = reflect::write_cell(*key, row->values.data());
        if (!row->found && !value.empty()) wanted.emplace(std::move(value), row);
      }
      Query query;
      query.limit = static_cast<int>(limits::page_size_max);
      query.where.push_back({std::string(key->name), Compare::any_of, {}});
      auto& values = query.where.front().values;
      for (auto next = wanted.begin(); next != wanted.end();) {
        values.clear();
        for (; next != wanted.end() && values.size() < limits::page_size_max; ++next)
          values.push_back(next->first);
        auto page = system_.reads().list(system_viewer(system_.settings().jurisdiction), reg_.name, query);
        if (!page) return page.refusal();
        for (auto& found : page->items) {
          auto const row = wanted.find(reflect::write_cell(*key, found.record.data()));
          if (row != wanted.end()) row->second->found = std::move(found);
        }
      }
    }
    return {};
  }

  // Nothing to do where the record says the same already. Not told to those who may not see the record:
  // for them the desk answers.
  bool is_unchanged(ImportRow const& row, std::string const& payload) const {
    return row.found && payload.empty() && viewer_.sees(reg_, row.found->envelope);
  }

  void note(ImportRow& row, std::vector<Problem> const& problems) {
    for (auto const& problem : problems)
      add(row, rows_.column_of(problem.path), problem.code, problem.detail);
  }

  std::vector<ImportRow*> take_answers(Chunk& chunk, bool last) {
    auto const answers = chunk.answers.get();
    std::vector<ImportRow*> again;
    for (std::size_t i = 0; i < answers.size(); ++i) {
      ImportRow& row = *chunk.sent[i];
      if (answers[i]) {
        bool const kept = row.found && answers[i]->version == row.found->version;
        ++(kept ? report_.unchanged : row.found ? report_.changed : report_.created);
        if (!kept && row.found && report_.changes.size() < limits::import_problems_reported)
          report_.changes.push_back({row.row.number, row.found->id, row.changed});
        continue;
      }
      auto const& refusal = answers[i].refusal();
      if (may_pass(refusal.code)) halted_ = refusal;
      if (!last && (refusal.code == "version_conflict" || refusal.code == "busy"))
        again.push_back(&row);
      else if (refusal.problems.empty())
        add(row, "", refusal.code, refusal.detail);
      else
        note(row, refusal.problems);
    }
    return again;
  }

  Command command_for(ImportRow const& row, std::string payload) const {
    Command command;
    command.register_name = reg_.name;
    command.action = "import";
    command.payload = std::move(payload);
    if (!options_.dry_run) command.idempotency_key = key_of(row);
    command.account = options_.account;
    command.as = Role::importer;
    command.batch = report_.batch;
    if (row.found) {
      command.record = row.found->id;
      command.version_seen = row.found->version;
    }
    return command;
  }

  System& system_;
  ImportOptions const& options_;
  Register const& reg_;
  RowReader rows_;
  Viewer viewer_;
  std::unique_ptr<store::Reader> reader_;
  ErrorFile errors_;
  ImportReport report_;
  std::int64_t done_ = 0;
  std::optional<Refusal> halted_;  // by something no row is to blame for
  std::unordered_map<Uuid, std::int64_t> seen_;
};

}  // namespace

Json report_json(ImportReport const& report, Language language) {
  Json document;
  document.set("rows", report.rows);
  document.set("created", report.created);
  document.set("changed", report.changed);
  document.set("unchanged", report.unchanged);
  document.set("refused", report.refused);
  document.set("encoding", report.encoding);
  Json::Array problems;
  for (auto const& problem : report.problems) {
    Json row;
    row.set("row", problem.row);
    row.set("column", problem.column);
    row.set("code", problem.code);
    row.set("message", message(problem.code, language));
    row.set("detail", problem.detail);
    problems.push_back(std::move(row));
  }
  document.set("problems", std::move(problems));
  Json::Array changes;
  for (auto const& change : report.changes) {
    Json row;
    row.set("row", change.row);
    row.set("id", to_string(change.record));
    row.set("fields", Json::Array(change.fields.begin(), change.fields.end()));
    changes.push_back(std::move(row));
  }
  document.set("changes", std::move(changes));
  return document;
}

bool may_pass(std::string_view code) {
  return code == "unavailable" || code == "outcome_unknown" || code == "storage_full" ||
         code == "read_only" || code == "stopping";
}

Result<ImportReport> import_file(System& system, ImportOptions const& options) {
  Register const* reg = system.catalogue().find(options.register_name);
  if (reg == nullptr) return refuse("unknown_register", "", options.register_name);
  Action const* action = reg->find_action("import");
  if (!reg->importable || action == nullptr || action->payload != reg->type)
    return refuse("not_importable", "", options.register_name);
  if (auto allowed = may_import(system, options.account); !allowed) return allowed.refusal();
  if (!options.resume_batch.empty() && !parse_uuid(options.resume_batch))
    return refuse("unknown_batch", "", options.resume_batch);
  if (!options.errors.empty() && !table_format(options.errors))
    return refuse("unsupported_format", "", options.errors.extension().string());

  auto table = open_table(options.file);
  if (!table) return table.refusal();
  TableRow heading;
  if (!(*table)->next(heading)) return refuse("empty_file", "", options.file.filename().string());
  if (!heading.problem.empty()) return refuse("bad_heading", "", heading.problem);
  auto rows = RowReader::make(*reg, options.map, heading.cells, options.language);
  if (!rows) return rows.refusal();
  return Importer(system, options, *reg, std::move(*rows)).run(**table);
}

Result<UndoReport> undo_import(System& system, std::string const& batch, Uuid account) {
  if (auto allowed = may_import(system, account); !allowed) return allowed.refusal();
  if (!parse_uuid(batch)) return refuse("unknown_batch", "", batch);
  auto const reader = system.database().reader();
  UndoReport report;
  std::unordered_set<Uuid> seen;
  Value before = INT64_MAX;
  while (true) {
    auto const page = reader->query(batch_page_sql, {system.settings().jurisdiction, batch, before,
                                                     static_cast<std::int64_t>(limits::import_chunk_rows)});
    if (page.empty()) break;
    before = page.back()[0];
    std::vector<Command> commands;
    std::vector<Uuid> records;
    for (auto const& row : page) {
      // One undo takes back all the batch did to the record.
      if (!seen.insert(uuid_from(row[2])).second) continue;
      Command command;
      command.register_name = store::text(row[1]);
      command.action = "undo_import";
      command.record = uuid_from(row[2]);
      command.payload = R"({"batch":")" + batch + "\"}";
      // Taken up again after an interruption, every record answers as the first time.
      command.idempotency_key = "undo/" + batch + "/" + to_string(command.record);
      command.account = account;
      command.as = Role::importer;
      records.push_back(command.record);
      commands.push_back(std::move(command));
    }
    auto const answers = system.submit_chunk(std::move(commands));
    for (std::size_t i = 0; i < answers.size(); ++i) {
      if (answers[i]) {
        if (answers[i]->repeated)
          ++report.before;
        else
          ++(answers[i]->state == state_undone ? report.withdrawn : report.restored);
        continue;
      }
      // "duplicate": the value the record had before is another one's by now.
      auto const& code = answers[i].refusal().code;
      if (code != "changed_since" && code != "duplicate" && code != "not_found") return answers[i].refusal();
      report.kept.push_back(records[i]);
    }
  }
  if (seen.empty()) return refuse("unknown_batch", "", batch);
  return report;
}

}  // namespace plumbline::kernel
