#include "jobs.hpp"

#include <algorithm>
#include <iostream>

#include "base/limits.hpp"
#include "kernel/act.hpp"
#include "kernel/import.hpp"

namespace plumbline::http {
namespace {

namespace fs = std::filesystem;
using kernel::refuse;
using store::Sql;

constexpr std::int64_t micros_per_day = 86'400'000'000;
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
Sql const old_jobs{"job.old",
                   "select " + std::string(columns) +
                       " from job where jurisdiction = $1 and ended_at > 0 and ended_at < $2 limit 100"};
Sql const delete_job{"job.delete", "delete from job where jurisdiction = $1 and id = $2"};

// Thrown by the progress of an import when the server stops.
struct Stopped {};

Bytes bytes_of(Uuid id) { return {id.bytes.begin(), id.bytes.end()}; }
Uuid uuid_of(store::Value const& value) {
  Uuid id;
  std::ranges::copy(store::blob(value), id.bytes.begin());
  return id;
}

Job job_of(store::Row const& row) {
  Job job;
  job.id = uuid_of(row[0]);
  job.account = uuid_of(row[1]);
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
  return job;
}

Json report_json(kernel::ImportReport const& report) {
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
    row.set("detail", problem.detail);
    problems.push_back(std::move(row));
  }
  document.set("problems", std::move(problems));
  return document;
}

Json problem_report(Refusal const& refusal) {
  Json document;
  document.set("code", refusal.code);
  document.set("detail", refusal.detail);
  return document;
}

}  // namespace

Jobs::Jobs(kernel::System& system) : system_(system), folder_(system.folder() / "jobs") {
  fs::create_directories(folder_);
  auto const rows = system_.database().reader()->query(
      unfinished_jobs, {system_.settings().jurisdiction, static_cast<std::int64_t>(limits::jobs_waiting)});
  for (auto const& row : rows) waiting_.push_back(job_of(row));
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

Result<Uuid> Jobs::add(Job wish, fs::path const& file) {
  forget_old();
  auto const ending = fs::path(wish.file_name).extension().string();
  if (!file.empty() && ending != ".csv" && ending != ".xlsx")
    return refuse("unsupported_format", "/name", ending);
  auto const open =
      std::ranges::count_if(of(wish.account), [](Job const& job) { return job.ended_at.micros_utc == 0; });
  std::lock_guard const lock(mutex_);
  if (waiting_.size() >= limits::jobs_waiting || static_cast<std::size_t>(open) >= limits::jobs_per_account)
    return refuse("too_many_jobs", "", std::to_string(limits::jobs_per_account));
  auto const now = system_.clock().now();
  wish.id = make_uuid7(now);
  // Known from the start: a run that was cut off goes on under the same one.
  if (wish.kind == "import") wish.batch = to_string(make_uuid7(now));
  if (!file.empty()) fs::rename(file, file_of(wish));
  auto const kept = system_.write_unlogged(
      insert_job, {system_.settings().jurisdiction, bytes_of(wish.id), bytes_of(wish.account), wish.kind,
                   wish.register_name, wish.batch, wish.file_name, wish.map,
                   std::string(wish.language == kernel::Language::english ? "en" : "zh-CN"), now.micros_utc});
  if (!kept) {
    fs::remove(file_of(wish));
    return kept.refusal();
  }
  Uuid const id = wish.id;
  waiting_.push_back(std::move(wish));
  wake_.notify_one();
  return id;
}

std::optional<Job> Jobs::find(Uuid account, Uuid id) {
  auto const rows =
      system_.database().reader()->query(select_job, {system_.settings().jurisdiction, bytes_of(id)});
  if (rows.empty()) return {};
  Job job = job_of(rows[0]);
  if (job.account != account) return {};
  std::lock_guard const lock(mutex_);
  if (auto const running = progress_.find(id); running != progress_.end() && job.ended_at.micros_utc == 0) {
    job.state = "running";
    job.rows_done = running->second;
  }
  return job;
}

std::vector<Job> Jobs::of(Uuid account) {
  std::vector<Job> jobs;
  auto const rows = system_.database().reader()->query(
      jobs_of_account, {system_.settings().jurisdiction, bytes_of(account),
                        static_cast<std::int64_t>(limits::page_size_default)});
  for (auto const& row : rows) jobs.push_back(job_of(row));
  return jobs;
}

void Jobs::work(std::stop_token const& stop) {
  while (true) {
    std::unique_lock lock(mutex_);
    if (!wake_.wait(lock, stop, [this] { return !waiting_.empty(); })) return;
    if (stop.stop_requested()) return;
    Job const job = std::move(waiting_.front());
    waiting_.pop_front();
    progress_[job.id] = 0;
    lock.unlock();
    run(job, stop);
    lock.lock();
    progress_.erase(job.id);
  }
}

void Jobs::run(Job const& job, std::stop_token const& stop) {
  try {
    auto const report = job.kind == "undo" ? run_undo(job) : run_import(job, stop);
    settle(job.id, report.find("code") == nullptr ? "done" : "refused", write_json(report));
  } catch (Stopped const&) {
    // Its row says that it is not done: the next start takes it up.
  } catch (std::exception const& broken) {
    std::cerr << "job " << to_string(job.id) << ": " << broken.what() << '\n';
    settle(job.id, "refused", write_json(problem_report(refuse("internal"))));
  }
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
    if (!map) return problem_report(map.refusal());
    options.map = *std::move(map);
  }
  std::error_code ignored;
  fs::remove(options.errors, ignored);  // of a run that was cut off
  options.progress = [&](std::int64_t rows) {
    if (stop.stop_requested()) throw Stopped{};
    std::lock_guard const lock(mutex_);
    progress_[job.id] = rows;
  };
  auto const report = kernel::import_file(system_, options);
  return report ? report_json(*report) : problem_report(report.refusal());
}

Json Jobs::run_undo(Job const& job) {
  auto const undone = kernel::undo_import(system_, job.batch, job.account);
  if (!undone) return problem_report(undone.refusal());
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
      system_.write_unlogged(settle_job, {system_.settings().jurisdiction, bytes_of(id), state, report, now});
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
    (void)system_.write_unlogged(delete_job, {system_.settings().jurisdiction, bytes_of(job.id)});
  }
}

}  // namespace plumbline::http
