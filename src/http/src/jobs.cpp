#include "jobs.hpp"

#include <algorithm>
#include <fstream>
#include <iostream>
#include <iterator>

#include "base/hash.hpp"
#include "base/limits.hpp"
#include "kernel/act.hpp"
#include "kernel/ids.hpp"
#include "kernel/import.hpp"
#include "ledger/files.hpp"

namespace plumbline::http {
namespace {

namespace fs = std::filesystem;
using kernel::id_bytes;
using kernel::refuse;
using kernel::uuid_from;
using store::Sql;

constexpr std::int64_t micros_per_day = 86'400'000'000;
constexpr std::int64_t tell_every = 2'000'000;      // microseconds
constexpr std::chrono::seconds look_every(1);       // for jobs that other processes took in
constexpr std::chrono::seconds try_again_after(5);  // where the database was away
constexpr int looks_per_cleaning = 3'600;
constexpr std::string_view columns =
    "id, account, kind, register_name, batch, file_name, map, language, state, report, made_at, ended_at";

Sql const insert_job{
    "job.insert",
    "insert into job (jurisdiction, id, account, kind, register_name, batch, file_name, map, "
    "language, state, report, made_at, ended_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, "
    "'waiting', '{}', $10, 0)"};
Sql const settle_job{
    "job.settle",
    "update job set state = $3, report = $4, ended_at = $5 where jurisdiction = $1 and id = $2"};
Sql const select_job{"job.select",
                     "select " + std::string(columns) + " from job where jurisdiction = $1 and id = $2"};
Sql const jobs_of_account{"job.of_account", "select " + std::string(columns) +
                                                " from job where jurisdiction = $1 and account = $2 order by "
                                                "made_at desc, id desc limit $3"};
Sql const unfinished_jobs{
    "job.unfinished", "select " + std::string(columns) +
                          " from job where jurisdiction = $1 and ended_at = 0 order by made_at, id limit $2"};
Sql const progress_of_job{
    "job.progress",
    "update job set state = case when state = 'cancelling' then state else 'running' end, report = $3 "
    "where jurisdiction = $1 and id = $2 and ended_at = 0"};
Sql const cancel_job{
    "job.cancel", "update job set state = 'cancelling' where jurisdiction = $1 and id = $2 and ended_at = 0"};
Sql const old_jobs{"job.old",
                   "select " + std::string(columns) +
                       " from job where jurisdiction = $1 and ended_at > 0 and ended_at < $2 limit 100"};
Sql const delete_job{"job.delete", "delete from job where jurisdiction = $1 and id = $2"};

// Thrown when the database is away: what was done stays done, and the rest follows later.
struct Interrupted {};

// Thrown by the progress of an import when the server stops or another one has taken over.
struct Stopped {};

// Likewise, when its owner wants no more of it.
struct Cancelled {
  std::int64_t rows;
};

Job job_of(store::Row const& row) {
  Job job;
  job.id = uuid_from(row[0]);
  job.account = uuid_from(row[1]);
  job.kind = store::text(row[2]);
  job.register_name = store::text(row[3]);
  job.batch = store::text(row[4]);
  job.file_name = store::text(row[5]);
  job.map = store::text(row[6]);
  job.language = store::text(row[7]) == "en" ? kernel::Language::english : kernel::Language::chinese;
  job.state = store::text(row[8]);
  job.report = store::text(row[9]);
  job.made_at = Instant{store::integer(row[10])};
  job.ended_at = Instant{store::integer(row[11])};
  if (auto const report = parse_json(job.report))
    for (auto const* member : {"rows_done", "rows"})  // while it runs, and of what has ended
      if (auto const* rows = report->find(member); rows != nullptr && rows->as_integer() != nullptr)
        job.rows_done = *rows->as_integer();
  return job;
}

// The same key makes the same id, whichever process is asked.
Uuid id_under_key(Uuid account, std::string_view key) {
  Hash const hash = sha256("job/" + to_string(account) + "/" + std::string(key));
  Uuid id;
  std::copy_n(hash.begin(), id.bytes.size(), id.bytes.begin());
  id.bytes[6] = static_cast<std::uint8_t>((id.bytes[6] & 0x0FU) | 0x80U);  // RFC 9562, version 8
  id.bytes[8] = static_cast<std::uint8_t>((id.bytes[8] & 0x3FU) | 0x80U);
  return id;
}

bool same_content(fs::path const& one, fs::path const& other) {
  std::error_code error;
  if (fs::file_size(one, error) != fs::file_size(other, error) || error) return false;
  std::ifstream a(one, std::ios::binary);
  std::ifstream b(other, std::ios::binary);
  return std::equal(std::istreambuf_iterator<char>(a), {}, std::istreambuf_iterator<char>(b));
}

Json progress_report(std::int64_t rows) {
  Json report;
  report.set("rows_done", rows);
  return report;
}

Json problem_report(Refusal const& refusal, kernel::Language language) {
  if (kernel::may_pass(refusal.code)) throw Interrupted{};
  Json document;
  document.set("code", refusal.code);
  document.set("message", kernel::message(refusal.code, language));
  document.set("detail", refusal.detail);
  return document;
}

}  // namespace

Jobs::Jobs(kernel::System& system)
    : system_(system), folder_(system.folder() / "jobs"), lease_(system, "jobs") {
  ledger::make_private_folder(folder_);  // files of imports: names, telephones
  for (std::size_t i = 0; i < limits::jobs_at_once; ++i)
    threads_.emplace_back([this](std::stop_token const& stop) { work(stop); });
}

Jobs::~Jobs() {
  for (auto& thread : threads_) thread.request_stop();
  threads_.clear();
}

fs::path Jobs::file_of(Job const& job) const {
  return folder_ / (to_string(job.id) + fs::path(job.file_name).extension().string());
}
fs::path Jobs::errors_of(Job const& job) const {
  auto const file = folder_ / (to_string(job.id) + "-errors" + fs::path(job.file_name).extension().string());
  return fs::exists(file) ? file : fs::path();
}

Result<Uuid> Jobs::add(Job wish, fs::path const& file, std::string_view key) {
  auto const ending = fs::path(wish.file_name).extension().string();
  if (!file.empty() && ending != ".csv" && ending != ".xlsx")
    return refuse("unsupported_format", "/name", ending);
  std::lock_guard const lock(mutex_);
  auto const now = system_.clock().now();
  wish.id = key.empty() ? make_uuid7(now) : id_under_key(wish.account, key);
  if (auto const known = key.empty() ? std::nullopt : row_of(wish.id)) {
    bool const same = known->kind == wish.kind && known->register_name == wish.register_name &&
                      known->file_name == wish.file_name && known->map == wish.map &&
                      (wish.kind != "undo" || known->batch == wish.batch) &&
                      (file.empty() || same_content(file, file_of(wish)));
    if (!same) return refuse("idempotency_mismatch", "/Idempotency-Key");
    return wish.id;
  }
  auto const open =
      std::ranges::count_if(of(wish.account), [](Job const& job) { return job.ended_at.micros_utc == 0; });
  auto const all = system_.database().reader()->query(
      unfinished_jobs, {system_.settings().jurisdiction, static_cast<std::int64_t>(limits::jobs_waiting)});
  if (all.size() >= limits::jobs_waiting || static_cast<std::size_t>(open) >= limits::jobs_per_account)
    return refuse("too_many_jobs", "", std::to_string(limits::jobs_per_account));
  // Known from the start: a run that was cut off goes on under the same one.
  if (wish.kind == "import") wish.batch = to_string(make_uuid7(now));
  wish.made_at = now;
  return keep(wish, file);
}

Result<Uuid> Jobs::keep(Job const& wish, fs::path const& file) {
  if (!file.empty()) fs::rename(file, file_of(wish));
  auto const kept = system_.write_unlogged(
      insert_job,
      {system_.settings().jurisdiction, id_bytes(wish.id), id_bytes(wish.account), wish.kind,
       wish.register_name, wish.batch, wish.file_name, wish.map,
       std::string(wish.language == kernel::Language::english ? "en" : "zh-CN"), wish.made_at.micros_utc});
  if (!kept) {
    fs::remove(file_of(wish));
    return kept.refusal();
  }
  wake_.notify_one();
  return wish.id;
}

std::optional<Job> Jobs::row_of(Uuid id) {
  auto const rows =
      system_.database().reader()->query(select_job, {system_.settings().jurisdiction, id_bytes(id)});
  if (rows.empty()) return {};
  return job_of(rows[0]);
}

std::optional<Job> Jobs::find(Uuid account, Uuid id) {
  auto job = row_of(id);
  if (!job || job->account != account) return {};
  std::lock_guard const lock(mutex_);
  if (auto const running = running_.find(id); running != running_.end() && job->ended_at.micros_utc == 0) {
    if (job->state != "cancelling") job->state = "running";
    job->rows_done = running->second.rows;
  }
  return job;
}

std::vector<Job> Jobs::of(Uuid account) {
  std::vector<Job> jobs;
  auto const rows = system_.database().reader()->query(
      jobs_of_account, {system_.settings().jurisdiction, id_bytes(account),
                        static_cast<std::int64_t>(limits::page_size_default)});
  for (auto const& row : rows) jobs.push_back(job_of(row));
  return jobs;
}

void Jobs::work(std::stop_token const& stop) {
  for (int look = 0; !stop.stop_requested(); ++look) {
    try {
      if (auto const job = next()) {
        bool const is_over = run(*job, stop);
        std::unique_lock lock(mutex_);
        running_.erase(job->id);
        if (!is_over) wake_.wait_for(lock, stop, try_again_after, [] { return false; });
        continue;
      }
      if (look % looks_per_cleaning == 0 && lease_.hold()) forget_old();
    } catch (std::exception const& broken) {
      std::cerr << "jobs: " << broken.what() << '\n';  // the database is away: they wait
    }
    std::unique_lock lock(mutex_);
    wake_.wait_for(lock, stop, look_every, [] { return false; });
  }
}

// The oldest that nobody does, if they are ours to do.
std::optional<Job> Jobs::next() {
  if (!lease_.hold()) return {};
  std::lock_guard const lock(mutex_);
  auto const rows = system_.database().reader()->query(
      unfinished_jobs, {system_.settings().jurisdiction, static_cast<std::int64_t>(limits::jobs_at_once)});
  for (auto const& row : rows) {
    Job job = job_of(row);
    if (running_.contains(job.id)) continue;
    running_[job.id] = {};
    return job;
  }
  return {};
}

void Jobs::note_progress(Job const& job, std::int64_t rows) {
  auto const now = system_.clock().now();
  {
    std::lock_guard const lock(mutex_);
    auto& progress = running_[job.id];
    progress.rows = rows;
    if (now.micros_utc - progress.told_at.micros_utc < tell_every) return;
    progress.told_at = now;
  }
  (void)system_.write_unlogged(progress_of_job, {system_.settings().jurisdiction, id_bytes(job.id),
                                                 write_json(progress_report(rows))});
  if (auto const known = row_of(job.id); known && known->state == "cancelling") throw Cancelled{rows};
}

Result<void> Jobs::cancel(Job const& job) {
  if (job.ended_at.micros_utc != 0 || job.kind == "undo")
    return refuse("illegal_in_state", "", job.kind == "undo" ? job.kind : job.state);
  auto noted = system_.write_unlogged(cancel_job, {system_.settings().jurisdiction, id_bytes(job.id)});
  std::lock_guard const lock(mutex_);
  if (auto const running = running_.find(job.id); running != running_.end()) running->second.told_at = {};
  return noted;
}

// False when it is to be tried again later.
bool Jobs::run(Job const& job, std::stop_token const& stop) {
  try {
    if (job.state == "cancelling") throw Cancelled{job.rows_done};
    auto const report = job.kind == "undo" ? run_undo(job) : run_import(job, stop);
    settle(job.id, report.find("code") == nullptr ? "done" : "refused", write_json(report));
  } catch (Stopped const&) {
    // Its row says that it is not done: the next start takes it up, or another process.
  } catch (Cancelled const& cancelled) {
    settle(job.id, "cancelled", write_json(progress_report(cancelled.rows)));
  } catch (Interrupted const&) {
    return false;
  } catch (store::Error const& error) {
    using store::Errc;
    if (error.code() != Errc::other && error.code() != Errc::corrupt) return false;
    std::cerr << "job " << to_string(job.id) << ": " << error.what() << '\n';
    settle(job.id, "refused", write_json(problem_report(refuse("internal"), job.language)));
  } catch (std::exception const& broken) {
    std::cerr << "job " << to_string(job.id) << ": " << broken.what() << '\n';
    settle(job.id, "refused", write_json(problem_report(refuse("internal"), job.language)));
  }
  return true;
}

Json Jobs::run_import(Job const& job, std::stop_token const& stop) {
  kernel::ImportOptions options;
  options.register_name = job.register_name;
  options.file = file_of(job);
  options.errors = folder_ / (to_string(job.id) + "-errors" + options.file.extension().string());
  options.dry_run = job.kind == "check";
  options.account = job.account;
  options.language = job.language;
  if (!options.dry_run) options.resume_batch = job.batch;
  if (!job.map.empty()) {
    auto map = kernel::parse_import_map(job.map);
    if (!map) return problem_report(map.refusal(), job.language);
    options.map = *std::move(map);
  }
  std::error_code ignored;
  fs::remove(options.errors, ignored);  // of a run that was cut off
  options.progress = [&](std::int64_t rows) {
    // Somebody else goes on where the lease was lost: every row has its key, none is brought in twice.
    if (stop.stop_requested() || !lease_.hold()) throw Stopped{};
    note_progress(job, rows);
  };
  auto const report = kernel::import_file(system_, options);
  return report ? report_json(*report, job.language) : problem_report(report.refusal(), job.language);
}

Json Jobs::run_undo(Job const& job) {
  auto const undone = kernel::undo_import(system_, job.batch, job.account);
  if (!undone) return problem_report(undone.refusal(), job.language);
  Json document;
  document.set("withdrawn", undone->withdrawn);
  document.set("restored", undone->restored);
  document.set("before", undone->before);
  Json::Array kept;
  for (Uuid const record : undone->kept)
    if (kept.size() < limits::import_problems_reported) kept.emplace_back(to_string(record));
  document.set("kept", std::move(kept));
  return document;
}

void Jobs::settle(Uuid id, std::string const& state, std::string const& report) {
  auto const now = system_.clock().now().micros_utc;
  auto const kept =
      system_.write_unlogged(settle_job, {system_.settings().jurisdiction, id_bytes(id), state, report, now});
  if (!kept) std::cerr << "job " << to_string(id) << " ended, but: " << kept.refusal().code << '\n';
}

void Jobs::forget_old() {
  auto const before = system_.clock().now().micros_utc - limits::job_kept_days * micros_per_day;
  auto const rows = system_.database().reader()->query(old_jobs, {system_.settings().jurisdiction, before});
  for (auto const& row : rows) {
    Job const job = job_of(row);
    std::error_code ignored;
    fs::remove(file_of(job), ignored);
    if (auto const errors = errors_of(job); !errors.empty()) fs::remove(errors, ignored);
    (void)system_.write_unlogged(delete_job, {system_.settings().jurisdiction, id_bytes(job.id)});
  }
}

}  // namespace plumbline::http
