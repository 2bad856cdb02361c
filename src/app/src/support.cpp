#include "support.hpp"

#include <grp.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <iostream>
#include <iterator>
#include <sstream>

#include "ledger/files.hpp"

namespace plumbline::app {
namespace {

constexpr std::string_view chosen_times = "chosen-times";

}  // namespace

void mark_chosen_times(fs::path const& folder) {
  ledger::write_file_durably(
      folder / chosen_times,
      "本目录中的时间是选定的，不是真实时间：演示、回放或测试。\n"
      "Times in this folder are chosen, not real: a demonstration, a replay, a test.\n");
}

void become_owner(fs::path const& folder) {
  struct stat known{};
  if (::geteuid() != 0 || ::stat(folder.c_str(), &known) != 0 || known.st_uid == 0) return;
  auto const* const owner = ::getpwuid(known.st_uid);
  int const grouped = owner != nullptr ? ::initgroups(owner->pw_name, known.st_gid) : ::setgroups(0, nullptr);
  if (grouped != 0 || ::setgid(known.st_gid) != 0 || ::setuid(known.st_uid) != 0)
    throw std::system_error(errno, std::generic_category(), "the folder's owner cannot be asked");
}

Opened::Opened(Common const& common, std::string const& database) {
  Clock const* clock = &system_clock();
  if (common.at) {
    auto const at = parse_instant(*common.at);
    if (!at)
      throw UsageError("--at takes an instant like 2026-03-02T09:00:00+08:00, not '" + *common.at + "'");
    if (fs::exists(common.data) && !fs::exists(common.data / chosen_times))
      throw UsageError("--at: " + in_words("times_are_real", common.data.string()));
    fixed_ = std::make_unique<FixedClock>(*at);
    clock = fixed_.get();
  }
  system_ = kernel::System::open(common.data, catalogue(), *clock, database);
  if (common.as.empty()) return;
  auto const account = system_->account_of(common.as);
  if (!account) throw UsageError("no account with the login '" + common.as + "'");
  account_ = *account;
}

kernel::Viewer Opened::viewer() {
  return account_.is_nil() ? kernel::system_viewer(system_->settings().jurisdiction)
                           : system_->viewer(account_);
}

Json to_json(Refusal const& refusal) {
  Json document;
  document.set("code", refusal.code);
  if (!refusal.detail.empty()) document.set("detail", refusal.detail);
  if (!refusal.problems.empty()) {
    Json::Array problems;
    for (auto const& problem : refusal.problems) {
      Json row;
      row.set("path", problem.path);
      row.set("code", problem.code);
      if (!problem.detail.empty()) row.set("detail", problem.detail);
      problems.push_back(std::move(row));
    }
    document.set("problems", std::move(problems));
  }
  return document;
}

kernel::Language user_language() {
  for (char const* name : {"LC_ALL", "LC_MESSAGES", "LANG"})
    if (char const* value = std::getenv(name); value != nullptr && *value != '\0')
      return std::string_view(value).starts_with("en") ? kernel::Language::english
                                                       : kernel::Language::chinese;
  return kernel::Language::chinese;
}

std::string in_words(std::string const& code, std::string const& detail) {
  return kernel::message(code, user_language()) + (detail.empty() ? "" : ": " + detail);
}

int refused(Refusal const& refusal, Output output) {
  if (output == Output::json) {
    Json document;
    document.set("error", to_json(refusal));
    std::cout << write_json(document) << '\n';
    return 1;
  }
  std::cerr << "refused: " << in_words(refusal.code, refusal.detail) << '\n';
  for (auto const& problem : refusal.problems)
    std::cerr << "  " << (problem.path.empty() ? "/" : problem.path) << ": "
              << in_words(problem.code, problem.detail) << '\n';
  return 1;
}

int refused(Refusal const& refusal, Common const& common) {
  int const status = refused(refusal, common.output);
  if (refusal.code == "forbidden" && common.as.empty() && common.output == Output::text)
    std::cerr << "  --as: " << in_words("account_not_named", "") << '\n';
  return status;
}

std::string_view failure_of(store::Errc cause) {
  switch (cause) {
    case store::Errc::busy:
    case store::Errc::serialization: return "database_busy";
    case store::Errc::connection: return "database_unreachable";
    case store::Errc::full: return "storage_full";
    case store::Errc::read_only: return "database_read_only";
    case store::Errc::corrupt: return "database_damaged";
    default: return "database_failed";
  }
}

int failed(store::Error const& error) {
  auto const code = failure_of(error.code());
  std::string said = error.what();
  while (said.ends_with('\n')) said.pop_back();
  std::cerr << "plumbline: " << in_words(std::string(code), said) << '\n';
  return 1;
}

int failed(kernel::FolderMoves const& moving) {
  std::cerr << "plumbline: " << in_words("folder_moves", moving.what()) << '\n';
  return 1;
}

int failed(std::system_error const& error) {
  bool const full = error.code() == std::errc::no_space_on_device;
  std::cerr << "plumbline: " << (full ? in_words("storage_full", error.what()) : error.what()) << '\n';
  return 1;
}

void print(Json const& document, Output output) {
  std::cout << (output == Output::json ? write_json(document) : write_json_pretty(document)) << '\n';
}

kernel::Condition parse_condition(std::string const& text) {
  struct Operator {
    std::string_view mark;
    kernel::Compare compare;
  };
  using kernel::Compare;
  static constexpr Operator operators[] = {{"!=", Compare::not_equal},     {"<=", Compare::less_equal},
                                           {">=", Compare::greater_equal}, {"=", Compare::equal},
                                           {"<", Compare::less},           {">", Compare::greater}};
  auto const position = text.find_first_of("!<>=");
  if (position == std::string::npos || position == 0)
    throw UsageError("a condition looks like state=draft or due_on<2026-03-01, not '" + text + "'");
  for (auto const& op : operators)
    if (text.compare(position, op.mark.size(), op.mark) == 0) {
      kernel::Condition condition{text.substr(0, position), op.compare, {}};
      std::istringstream values(text.substr(position + op.mark.size()));
      for (std::string value; std::getline(values, value, ',');) condition.values.push_back(value);
      if (condition.values.empty()) condition.values.emplace_back();
      if (condition.values.size() > 1 && op.compare == Compare::equal) condition.compare = Compare::any_of;
      return condition;
    }
  throw UsageError("unknown comparison in '" + text + "'");
}

Uuid record_of(kernel::System& system, kernel::Viewer const& viewer, std::string const& register_name,
               std::string const& text) {
  if (text.empty()) return {};
  if (auto const id = parse_uuid(text)) return *id;
  auto const* reg = system.catalogue().find(register_name);
  if (reg != nullptr && !reg->import_key.empty())
    if (auto const found = system.reads().find(viewer, register_name, reg->import_key, text))
      return found->id;
  throw UsageError("no record '" + text + "' in register " + register_name);
}

std::string must_read(fs::path const& path) {
  auto text = ledger::read_text_file(path);
  if (!text) throw UsageError("cannot read " + path.string());
  return std::move(*text);
}

std::string read_argument(std::string const& text) {
  if (text == "-") return {std::istreambuf_iterator<char>(std::cin), {}};
  if (text.empty() || text.front() != '@') return text;
  return must_read(text.substr(1));
}

}  // namespace plumbline::app
