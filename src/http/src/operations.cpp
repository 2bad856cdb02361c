// What an administrator's tools ask of the server: is it alive, can it work, what are its figures.
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

#include "address.hpp"
#include "context.hpp"
#include "figures.hpp"
#include "kernel/publisher.hpp"
#include "kernel/room.hpp"
#include "notices/outbox.hpp"

namespace plumbline::http {
namespace {

namespace fs = std::filesystem;

store::Rows head_of_log(kernel::System& system) {
  static store::Sql const ask{"operations.head",
                              "select size, last_time from ledger_head where jurisdiction = $1"};
  return system.database().reader()->query(ask, {system.settings().jurisdiction});
}

// A proxy of this machine comes from here too, and speaks for others: it says so.
bool is_from_here(Request const& request) {
  for (auto const& header : request.headers)
    if (header.name == "x-forwarded-for" || header.name == "forwarded") return false;
  return is_near(request.peer);
}

std::optional<Refusal> why_unready(kernel::System& system) {
  try {
    if (head_of_log(system).empty()) return kernel::refuse("unavailable");
  } catch (store::Error const&) {
    return kernel::refuse("unavailable");
  }
  if (system.awaits_adoption()) return kernel::refuse("adopt_first");
  if (kernel::is_disk_low(system.folder())) return kernel::refuse("storage_full");
  return {};
}

void write_process(Exposition& out) {
  std::ifstream statm("/proc/self/statm");
  std::int64_t pages = 0;
  statm >> pages >> pages;
  out.gauge("process_resident_memory_bytes", "Memory of the process.", pages * ::sysconf(_SC_PAGESIZE));
  std::error_code error;
  int files = 0;
  for (fs::directory_iterator at("/proc/self/fd", error), end; !error && at != end; at.increment(error))
    ++files;
  out.gauge("process_open_fds", "Files and sockets the process has open.", files);
}

void write_jobs(kernel::System& system, Exposition& out) {
  static store::Sql const ask{
      "operations.jobs",
      "select state, count(*) from job where jurisdiction = $1 group by state order by state"};
  out.family("plumbline_jobs", "gauge", "Imports and their undoing, by state.");
  for (auto const& row : system.database().reader()->query(ask, {system.settings().jurisdiction}))
    out.line("plumbline_jobs", "state=\"" + store::text(row[0]) + '"', store::integer(row[1]));
}

void write_deliveries(kernel::System& system, Exposition& out) {
  auto const figures = notices::Outbox(system).figures();
  out.family("plumbline_deliveries", "gauge", "Webhooks, mails and short messages, by state.");
  out.line("plumbline_deliveries", "state=\"waiting\"", figures.waiting);
  out.line("plumbline_deliveries", "state=\"dead\"", figures.dead);
  out.gauge("plumbline_delivery_oldest_seconds", "How long the oldest has waited.", figures.oldest_seconds);
}

// Leaves of the log never go back in time: what is ahead of this clock says that the clock was put back.
void write_log(kernel::System& system, Exposition& out) {
  auto const now = system.clock().now();
  if (auto const rows = head_of_log(system); !rows.empty()) {
    out.family("plumbline_log_entries", "counter", "Official acts and what else the log holds.");
    out.line("plumbline_log_entries", "", store::integer(rows[0][0]));
    out.gauge("plumbline_clock_behind_seconds", "How far the last act is ahead of this clock.",
              std::max(std::int64_t{0}, store::integer(rows[0][1]) - now.micros_utc) / 1'000'000);
  }
  struct ::stat published{};
  auto const checkpoint = system.log().folder() / "log" / "checkpoint";
  if (::stat(checkpoint.c_str(), &published) == 0)
    out.gauge("plumbline_checkpoint_age_seconds", "Since the log was last published.",
              now.seconds() - published.st_mtim.tv_sec);
}

}  // namespace

Response show_health(Context&) { return text(200, "text/plain; charset=utf-8", "ok\n"); }

// Ready: the database answers, and acts may be taken. 503 is what balancers understand.
Response show_readiness(Context& context) {
  auto const reason = why_unready(context.system);
  if (!reason) return text(200, "text/plain; charset=utf-8", "ready\n");
  auto response = context.refused(*reason);
  response.status = 503;
  return response;
}

Response show_metrics(Context& context) {
  if (!is_from_here(context.request)) return context.refused(kernel::refuse("forbidden"));
  auto const reason = why_unready(context.system);
  Exposition out;
  out.family("plumbline_build_info", "gauge", "Which program this is.");
  out.line("plumbline_build_info", "version=\"" PLUMBLINE_VERSION "\"", 1);
  out.gauge("plumbline_ready", "Acts can be taken.", reason ? 0 : 1);
  out.gauge("plumbline_disk_free_bytes", "Where the data folder lies.",
            kernel::free_bytes(context.system.folder()));
  out.gauge("plumbline_exports", "Tables being written now.", context.exporting);
  context.figures.write(out);
  if (!reason || reason->code != "unavailable") {
    write_log(context.system, out);
    write_jobs(context.system, out);
    write_deliveries(context.system, out);
  }
  write_process(out);
  return text(200, "text/plain; version=0.0.4; charset=utf-8", out.text());
}

}  // namespace plumbline::http
