// Imports as jobs: the file goes in whole, the answer is where to look.
#include <fstream>

#include "content.hpp"
#include "jobs.hpp"
#include "kernel/act.hpp"
#include "kernel/import.hpp"
#include "members.hpp"
#include "records.hpp"

namespace plumbline::http {
namespace {

using kernel::refuse;

Json job_json(Job const& job) {
  Json document;
  document.set("id", to_string(job.id));
  document.set("kind", job.kind);
  document.set("register", job.register_name);
  document.set("file_name", job.file_name);
  document.set("state", job.state);
  document.set("rows_done", job.rows_done);
  document.set("made_at", to_string(job.made_at));
  document.set("ended_at", instant_json(job.ended_at));
  if (job.ended_at.micros_utc != 0)
    if (auto const report = parse_json(job.report)) document.set("report", *report);
  return document;
}

Response accepted(Uuid id) {
  Json document;
  document.set("id", to_string(id));
  auto response = json(202, document);
  response.set("location", "/api/v1/jobs/" + to_string(id));
  return response;
}

// A program follows what its token could have begun.
bool is_covered(Context const& context, Job const& job) {
  return !context.session->rights || context.session->rights->covers(job.register_name);
}

Result<Job> own_job(Context const& context) {
  auto const id = parse_uuid(context.variable("job"));
  auto job = id ? context.jobs.find(context.session->account, *id) : std::nullopt;
  if (!job || !is_covered(context, *job)) return refuse("not_found");
  return *std::move(job);
}

}  // namespace

// ?name=FILE.csv&dry_run=1&map={…}
Response begin_import(Context& context) {
  auto const reg = register_of(context);
  if (!reg) return context.refused(reg.refusal());
  auto const& request = context.request;
  for (auto const& [name, value] : request.parameters)
    if (name != "name" && name != "dry_run" && name != "map")
      return context.refused(refuse("unknown_parameter", "/" + name, name));
  auto const viewer = context.viewer();
  if (!(*reg)->importable) return context.refused(refuse("not_importable", "", std::string((*reg)->name)));
  if (auto allowed = context.allowed((*reg)->name, "import"); !allowed)
    return context.refused(allowed.refusal());
  if (!viewer.holds_any(kernel::import_lane)) return context.refused(refuse("forbidden"));
  Job wish;
  wish.account = context.session->account;
  wish.kind = request.parameter("dry_run") == std::string_view("1") ? "check" : "import";
  wish.register_name = (*reg)->name;
  wish.file_name = std::string(request.parameter("name").value_or(""));
  wish.map = std::string(request.parameter("map").value_or(""));
  wish.language = language_of(request);
  if (wish.file_name.empty()) return context.refused(refuse("required", "/name"));
  if (wish.file_name.size() > 255) return context.refused(refuse("too_long", "/name", "255"));
  if (!wish.map.empty())
    if (auto const map = kernel::parse_import_map(wish.map); !map) return context.refused(map.refusal());
  if (request.body_file.empty()) return context.refused(refuse("required"));
  auto const key = idempotency_key(request);
  if (!key) return context.refused(key.refusal());
  auto const id = context.jobs.add(std::move(wish), request.body_file, *key);
  return id ? accepted(*id) : context.refused(id.refusal());
}

Response list_jobs(Context& context) {
  Json::Array items;
  for (auto const& job : context.jobs.of(context.session->account))
    if (is_covered(context, job)) items.push_back(job_json(job));
  return json(200, items_json(std::move(items)));
}

Response show_job(Context& context) {
  auto const job = own_job(context);
  return job ? json(200, job_json(*job)) : context.refused(job.refusal());
}

Response show_job_errors(Context& context) {
  auto const job = own_job(context);
  if (!job) return context.refused(job.refusal());
  auto const file = context.jobs.errors_of(*job);
  if (file.empty() || job->ended_at.micros_utc == 0) return context.refused(refuse("not_found"));
  Response response;
  bool const is_sheet = file.extension() == ".xlsx";
  response.set("content-type", is_sheet ? "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
                                        : "text/csv; charset=utf-8");
  response.set("cache-control", "no-store");
  response.set("content-disposition", "attachment; filename=\"errors" + file.extension().string() + "\"");
  return send_content(context.request, std::move(response),
                      std::make_shared<std::ifstream>(file, std::ios::binary), "");
}

Response cancel_job(Context& context) {
  auto const job = own_job(context);
  if (!job) return context.refused(job.refusal());
  if (auto allowed = context.allowed(job->register_name, "import"); !allowed)
    return context.refused(allowed.refusal());
  if (auto noted = context.jobs.cancel(*job); !noted) return context.refused(noted.refusal());
  return accepted(job->id);
}

Response undo_job(Context& context) {
  auto const job = own_job(context);
  if (!job) return context.refused(job.refusal());
  if (auto allowed = context.allowed(job->register_name, "undo_import"); !allowed)
    return context.refused(allowed.refusal());
  if (job->kind != "import" || job->ended_at.micros_utc == 0)
    return context.refused(refuse("illegal_in_state", "", job->state));
  Job wish;
  wish.account = context.session->account;
  wish.kind = "undo";
  wish.register_name = job->register_name;
  wish.batch = job->batch;
  wish.file_name = job->file_name;
  auto const key = idempotency_key(context.request);
  if (!key) return context.refused(key.refusal());
  auto const id = context.jobs.add(std::move(wish), {}, *key);
  return id ? accepted(*id) : context.refused(id.refusal());
}

}  // namespace plumbline::http
