// Subcommand doctor: looks at one installation and says what to put right. It changes nothing; what it finds
// are the causes that people ask us about, before they have to.
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/timex.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <deque>
#include <iostream>

#include "base/limits.hpp"
#include "cosigning.hpp"
#include "documents/press.hpp"
#include "kernel/publisher.hpp"
#include "kernel/room.hpp"
#include "ledger/checkpoint.hpp"
#include "ledger/files.hpp"
#include "ledger/note.hpp"
#include "notices/settings.hpp"
#include "serve_commands.hpp"
#include "store/engine_state.hpp"
#include "support.hpp"

namespace plumbline::app {
namespace {

enum class Weight : std::uint8_t { heed, wrong };

struct Finding {
  Weight weight;
  std::string code;
  std::string detail;
};

// One row of the answer: what was looked at, and what is the matter with it. Nothing: it is well.
struct Look {
  std::string_view what;
  std::string_view in_chinese;
  std::vector<Finding> findings;
  void heed(std::string code, std::string detail = "") {
    findings.push_back({Weight::heed, std::move(code), std::move(detail)});
  }
  void wrong(std::string code, std::string detail = "") {
    findings.push_back({Weight::wrong, std::move(code), std::move(detail)});
  }
};

using Looks = std::deque<Look>;  // a look stays where it is

Look& begin(Looks& looks, std::string_view what, std::string_view in_chinese) {
  return looks.emplace_back(Look{what, in_chinese, {}});
}

bool others_may(fs::path const& place) {
  std::error_code error;
  auto const rights = fs::status(place, error).permissions();
  return !error && (rights & (fs::perms::group_all | fs::perms::others_all)) != fs::perms::none;
}

void look_at_files(Look& look, fs::path const& folder) {
  std::error_code error;
  for (auto const* own : {"keys", "jobs", "uploads"})
    if (others_may(folder / own)) look.wrong("others_may_read", (folder / own).string());
  for (auto const& file : fs::directory_iterator(folder / "keys", error))
    if (others_may(file.path())) look.wrong("others_may_read", file.path().string());
  if (fs::exists(folder / "plumbline.db") && others_may(folder / "plumbline.db"))
    look.wrong("others_may_read", (folder / "plumbline.db").string());
  if (::access(folder.c_str(), R_OK | W_OK | X_OK) != 0) look.wrong("folder_not_writable", folder.string());
}

void look_at_disk(Look& look, fs::path const& folder) {
  auto const free = kernel::free_bytes(folder);
  if (kernel::is_disk_low(folder))
    look.wrong("storage_full", std::to_string(free / 1'048'576) + " MiB");
  else if (free >= 0 && free < static_cast<std::int64_t>(16 * limits::disk_free_bytes_min))
    look.heed("disk_nearly_full", std::to_string(free / 1'048'576) + " MiB");
  // statfs(2): what locks of SQLite cannot be relied on.
  constexpr std::array<std::uint32_t, 4> remote = {0x6969, 0xFF534D42, 0xFE534D42, 0x01021997};
  struct statfs known {};
  if (fs::exists(folder / "plumbline.db") && ::statfs(folder.c_str(), &known) == 0 &&
      std::ranges::find(remote, static_cast<std::uint32_t>(known.f_type)) != remote.end())
    look.wrong("database_on_network", folder.string());
}

void look_at_machine(Look& look) {
  struct timex state {};
  if (::adjtimex(&state) >= 0 && (state.status & STA_UNSYNC) != 0) look.heed("clock_not_synchronised");
  struct rlimit files {};
  constexpr rlim_t wanted = limits::http_connections + 256;
  if (::getrlimit(RLIMIT_NOFILE, &files) == 0 && files.rlim_max < wanted)
    look.heed("too_few_open_files", std::to_string(files.rlim_max) + " < " + std::to_string(wanted));
  try {
    documents::Press const press;
  } catch (std::runtime_error const& missing) {
    look.wrong("typeface_missing", missing.what());
  }
}

// Whoever chose mails waits for them: what keeps them from going out is seen here.
void look_at_notices(Look& look, fs::path const& folder) {
  if (auto const settings = notices::read_settings(folder); !settings) {
    auto const& refusal = settings.refusal();
    auto const place = refusal.problems.empty() ? "" : refusal.problems.front().path;
    look.wrong(refusal.code, place + (refusal.detail.empty() ? "" : " " + refusal.detail));
  }
}

void look_at_certificate(Look& look, fs::path const& path, Instant now) {
  std::unique_ptr<std::FILE, int (*)(std::FILE*)> const file(std::fopen(path.c_str(), "r"), &std::fclose);
  std::unique_ptr<X509, void (*)(X509*)> const certificate(
      file ? ::PEM_read_X509(file.get(), nullptr, nullptr, nullptr) : nullptr, &::X509_free);
  if (!certificate) return look.wrong("certificate_unreadable", path.string());
  auto const instant = [](ASN1_TIME const* time) {
    std::tm parts{};
    ::ASN1_TIME_to_tm(time, &parts);
    return Instant{static_cast<std::int64_t>(::timegm(&parts)) * 1'000'000};
  };
  auto const begins = instant(::X509_get0_notBefore(certificate.get()));
  auto const ends = instant(::X509_get0_notAfter(certificate.get()));
  constexpr std::int64_t day = 86'400LL * 1'000'000;
  if (begins > now) look.wrong("certificate_not_yet_valid", to_string(begins));
  if (ends <= now)
    look.wrong("server_certificate_expired", to_string(ends));
  else if (ends.micros_utc < now.micros_utc + 30 * day)
    look.heed("certificate_ends_soon", to_string(ends));
}

// https://www.postgresql.org/docs/15/runtime-config-wal.html: each of these off may lose or tear what was
// acknowledged.
void look_at_settings(Look& look, store::EngineState& state, Instant now) {
  auto& settings = state.settings;
  for (auto const* name : {"fsync", "full_page_writes", "synchronous_commit"})
    if (settings[name] == "off") look.wrong("postgres_may_lose", std::string(name) + " = off");
  bool const awaits = !settings["synchronous_standby_names"].empty();
  if (state.replicas > 0 && !awaits) look.heed("replicas_not_awaited", std::to_string(state.replicas));
  if (awaits && settings["synchronous_commit"] == "local")
    look.wrong("postgres_may_lose", "synchronous_commit = local");
  if (settings["autovacuum"] == "off") look.heed("postgres_not_as_advised", "autovacuum = off");
  // No setting to reload: pages get their checksums while the server is stopped.
  if (settings["data_checksums"] == "off") look.heed("postgres_without_checksums");
  if (!state.its_time) return;
  auto const apart = std::abs(state.its_time->micros_utc - now.micros_utc) / 1'000'000;
  if (apart > limits::clock_skew_seconds_max) look.wrong("clocks_differ", std::to_string(apart) + " s");
}

void look_at_log(Look& look, kernel::System& system) {
  static store::Sql const head{"doctor.head",
                               "select size, last_time from ledger_head where jurisdiction = $1"};
  if (system.awaits_adoption()) return look.wrong("adopt_first");
  auto const rows = system.database().reader()->query(head, {system.settings().jurisdiction});
  if (rows.empty()) return look.wrong("database_damaged", "ledger_head");
  Instant const last{store::integer(rows[0][1])};
  if (last > system.clock().now()) look.wrong("clock_behind_log", to_string(last));
  auto const text = ledger::read_text_file(system.log().folder() / "log" / "checkpoint");
  auto const note = text ? ledger::parse_note(*text) : std::nullopt;
  auto const checkpoint = note ? ledger::parse_checkpoint(note->text) : std::nullopt;
  if (!checkpoint) return look.wrong("CHECKPOINT_FORMAT", "public/log/checkpoint");
  auto const unpublished = store::integer(rows[0][0]) - static_cast<std::int64_t>(checkpoint->size);
  if (unpublished > 0) look.heed("log_not_published", std::to_string(unpublished));
  auto const policy = ledger::Policy::parse(system.log().policy());
  if (!policy) return look.heed("policy_none");
  auto const lack = lack_of(*policy, *text);
  std::string names;
  for (auto const& name : lack.missing) names += (names.empty() ? "" : ", ") + name;
  if (!names.empty()) look.heed("witnesses_missing", names);
}

void look_at_city(Look& look, kernel::System& system) {
  auto const today = legal_date(system.clock().now());
  auto const calendar = system.calendar();
  // The State Council publishes the next year's days off in autumn: in a month they will be wanted.
  for (int year = year_of(today); year <= year_of(today + 31); ++year)
    if (calendar->empty() || year < calendar->first_year() || year > calendar->last_year())
      look.heed("calendar_year_missing", std::to_string(year));
  auto const viewer = kernel::system_viewer(system.settings().jurisdiction);
  for (auto const* role : {"system_administrator", "security_administrator", "audit_administrator"}) {
    kernel::Query query;
    query.where.push_back({"role", kernel::Compare::equal, {role}});
    query.where.push_back({"state", kernel::Compare::equal, {"active"}});
    auto const total = system.reads().total(viewer, "grant", query);
    if (total && total->count == 0) look.heed("administrator_missing", role);
  }
}

Instant now_of(DoctorOptions const& options) {
  auto const chosen = options.common.at ? parse_instant(*options.common.at) : std::nullopt;
  return chosen ? *chosen : system_clock().now();
}

// Everything that needs the database; what keeps it from being opened is a finding too.
void look_inside(Looks& looks, DoctorOptions const& options) {
  auto& opening = begin(looks, "database", "数据库");
  try {
    Opened system(options.common, options.database);
    auto state = store::engine_state(system->database());
    look_at_settings(opening, state, system->clock().now());
    auto& log = begin(looks, "log", "日志");
    look_at_log(log, *system);
    auto& city = begin(looks, "city", "本市");
    look_at_city(city, *system);
  } catch (UsageError const&) {
    throw;
  } catch (kernel::OutdatedDatabase const&) {
    looks.back().wrong("database_outdated");
  } catch (kernel::FolderMoves const& moving) {
    looks.back().wrong("folder_moves", moving.what());
  } catch (store::Error const& error) {
    looks.back().wrong(std::string(failure_of(error.code())), error.what());
  } catch (std::runtime_error const& error) {
    looks.back().wrong("database_failed", error.what());
  }
}

Json to_json(Looks const& looks, bool is_well) {
  Json::Array rows;
  for (auto const& look : looks) {
    Json row;
    row.set("look", std::string(look.what));
    Json::Array findings;
    for (auto const& finding : look.findings) {
      Json line;
      line.set("weight", finding.weight == Weight::wrong ? "wrong" : "heed");
      line.set("code", finding.code);
      line.set("detail", finding.detail);
      line.set("message", kernel::message(finding.code, user_language()));
      findings.push_back(std::move(line));
    }
    row.set("findings", std::move(findings));
    rows.push_back(std::move(row));
  }
  Json document;
  document.set("ok", is_well);
  document.set("looks", std::move(rows));
  return document;
}

void print_lines(Looks const& looks) {
  bool const english = user_language() == kernel::Language::english;
  for (auto const& look : looks) {
    auto const name = english ? look.what : look.in_chinese;
    if (look.findings.empty()) std::cout << (english ? "well   " : "正常  ") << name << '\n';
    for (auto const& finding : look.findings) {
      bool const wrong = finding.weight == Weight::wrong;
      std::cout << (english ? (wrong ? "WRONG  " : "heed   ") : (wrong ? "错误  " : "注意  ")) << name << ": "
                << in_words(finding.code, finding.detail) << '\n';
    }
  }
}

}  // namespace

int run_doctor(DoctorOptions const& options) {
  auto const& folder = options.common.data;
  if (!fs::exists(folder / "plumbline.json"))
    throw UsageError(folder.string() + " is no data folder: there is no plumbline.json");
  become_owner(folder);
  Looks looks;
  auto& files = begin(looks, "files", "文件");
  look_at_files(files, folder);
  auto& disk = begin(looks, "disk", "磁盘");
  look_at_disk(disk, folder);
  auto& machine = begin(looks, "machine", "本机");
  look_at_machine(machine);
  auto& messages = begin(looks, "notices", "消息通知");
  look_at_notices(messages, folder);
  if (!options.certificate.empty()) {
    auto& certificate = begin(looks, "certificate", "证书");
    look_at_certificate(certificate, options.certificate, now_of(options));
  }
  look_inside(looks, options);
  bool is_well = true;
  for (auto const& look : looks)
    for (auto const& finding : look.findings) is_well = is_well && finding.weight != Weight::wrong;
  if (options.common.output == Output::json)
    print(to_json(looks, is_well), Output::json);
  else
    print_lines(looks);
  return is_well ? 0 : 1;
}

}  // namespace plumbline::app
