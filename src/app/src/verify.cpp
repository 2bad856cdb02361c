#include <iostream>

#include "ledger/files.hpp"
#include "publication/verify_draw.hpp"
#include "publication/verify_log.hpp"
#include "publication/verify_record.hpp"
#include "support.hpp"
#include "url_source.hpp"
#include "verify_commands.hpp"

namespace plumbline::app {
namespace {

template <class Report>
int answer(publication::Verdict<Report> const& verdict) {
  std::cout << write_json(verdict.ok() ? to_json(verdict.report()) : to_json(verdict.failure())) << '\n';
  return verdict.ok() ? 0 : 1;
}

std::optional<std::string> optional_file(fs::path const& path) {
  if (path.empty()) return {};
  return must_read(path);
}

// DIR may be the folder of the log or the public folder above it.
std::string log_place(std::string const& place) {
  if (!is_url(place) && !fs::exists(fs::path(place) / "checkpoint") &&
      fs::exists(fs::path(place) / "log" / "checkpoint"))
    return (fs::path(place) / "log").string();
  return place;
}

}  // namespace

int run_log_verify(LogVerifyCommand const& command) {
  publication::LogVerifyOptions options;
  options.vkey = command.vkey;
  options.policy = optional_file(command.policy);
  options.since = optional_file(command.since);
  if (command.entries != "auto" && command.entries != "opaque")
    throw UsageError("--entries takes auto or opaque");
  if (command.entries == "opaque") options.entries = publication::EntryReading::opaque;
  options.progress = [](std::uint64_t done, std::uint64_t size) {
    std::cerr << done << " / " << size << " entries\n";
  };
  return answer(publication::verify_log(*open_source(log_place(command.place)), options));
}

int run_draw_verify(DrawVerifyCommand const& command) {
  publication::DrawVerifyOptions options;
  options.vkey = command.vkey;
  options.policy = optional_file(command.policy);
  options.at = system_clock().now();
  if (!command.at.empty()) {
    auto const at = parse_instant(command.at);
    if (!at) throw UsageError("--at takes an instant like 2026-03-02T09:00:00Z");
    options.at = *at;
  }
  auto const grade = publication::parse_grade(command.require);
  if (!grade) throw UsageError("--require takes 甲, 乙 or 丙");
  options.require = *grade;
  auto const source = open_source(command.place);
  if (publication::is_draw_folder(*source)) return answer(publication::verify_draw(*source, options));
  if (auto const names = source->folders(); !names.empty())
    return answer(publication::verify_draws(*source, options));
  return answer(publication::verify_draw(*source, options));
}

int run_record_verify(RecordVerifyCommand const& command) {
  if (command.proof.empty() != command.vkey.empty()) throw UsageError("--proof goes with --vkey");
  std::optional<publication::InLog> in_log;
  if (!command.proof.empty()) in_log = {must_read(command.proof), command.vkey};
  return answer(publication::verify_record(must_read(command.opening), must_read(command.entry), in_log));
}

}  // namespace plumbline::app
