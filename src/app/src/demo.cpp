// Subcommands demo and once.
#include <chrono>
#include <iostream>

#include "demo/city.hpp"
#include "demo/round.hpp"
#include "demo_commands.hpp"
#include "inspection/service.hpp"
#include "kernel/audit.hpp"
#include "kernel/credentials.hpp"
#include "kernel/grants.hpp"
#include "kernel/publisher.hpp"
#include "ledger/files.hpp"
#include "publication/file_source.hpp"
#include "publication/verify_draw.hpp"
#include "publication/verify_log.hpp"
#include "support.hpp"

namespace plumbline::app {

namespace {

constexpr std::string_view disclaimer =
    "演示数据：单位、人员、电话均为虚构，掷骰点数由演示种子算出。\n"
    "两个见证人与本机同处一处、同出一手，只为演示见证的做法，不构成任何证明。\n"
    "(Demonstration: firms, people and dice are invented from the seed. Both witnesses stand on this "
    "machine, in\n"
    "the same hand as the log: they show how witnessing works and vouch for nothing.)\n";

// A data folder made for the story, its clock at the story's beginning.
class Stage {
 public:
  Stage(fs::path folder, std::string const& prefecture)
      : folder_(std::move(folder)), clock_(start_of_legal_day(demo::first_day())) {
    auto const made = kernel::System::init(folder_, {prefecture, "demo.example/" + prefecture + "/log", ""},
                                           catalogue(), clock_);
    if (!made) {
      refusal_ = made.refusal();
      return;
    }
    mark_chosen_times(folder_);
    system_ = kernel::System::open(folder_, catalogue(), clock_);
    demo::use_demo_witnesses(*system_, clock_);
  }
  // Null when the folder could not be made.
  kernel::System* system() { return system_.get(); }
  Refusal const& refusal() const { return refusal_; }
  demo::SteppingClock& clock() { return clock_; }

 private:
  fs::path folder_;
  demo::SteppingClock clock_;
  Refusal refusal_;
  std::unique_ptr<kernel::System> system_;
};

class Stopwatch {
 public:
  // "建城 3.2 s" on stderr: progress, no result.
  void lap(std::string_view what) {
    auto const now = std::chrono::steady_clock::now();
    std::cerr << what << ' ' << std::chrono::duration_cast<std::chrono::milliseconds>(now - last_).count()
              << " ms\n";
    last_ = now;
  }

 private:
  std::chrono::steady_clock::time_point last_ = std::chrono::steady_clock::now();
};

int print_failure(std::string_view what, publication::Failure const& failure) {
  std::cout << what << "：不通过 " << failure.error << ' ' << failure.file << ' ' << failure.why << '\n';
  return 1;
}

// As somebody outside would: published files, the log's key, nothing else.
int verify_published(kernel::System& system, demo::RoundReport const& round) {
  auto const folder = system.log().folder();
  publication::LogVerifyOptions log_options;
  log_options.vkey = system.log().vkey();
  auto const log = publication::verify_log(publication::FolderSource(folder / "log"), log_options);
  if (!log) return print_failure("公开日志核验", log.failure());
  std::cout << "公开日志核验：通过，" << log.report().size << "条，根 " << to_hex(log.report().root)
            << "，见证等级" << publication::to_string(log.report().grade) << '\n';
  publication::DrawVerifyOptions draw_options{
      system.log().vkey(), {}, system.clock().now(), publication::Grade::jia};
  auto const draw = publication::verify_draw(publication::FolderSource(folder / round.folder), draw_options);
  if (!draw) return print_failure("抽签核验", draw.failure());
  std::cout << "抽签核验：通过，" << draw.report().draw << "，阶段 "
            << publication::to_string(draw.report().stage) << "，等级"
            << publication::to_string(draw.report().grade) << '\n';
  for (auto const& work : draw.report().by_hand) std::cout << "  仍须人工查看：" << work << '\n';
  for (auto const& warning : draw.report().warnings) std::cout << "  提示：" << warning << '\n';
  return 0;
}

int verify_tables(kernel::System& system) {
  auto const audit = kernel::verify_deep(system);
  if (audit.findings.empty()) {
    std::cout << "内部核验：通过，日志" << audit.entries << "条，版本" << audit.versions << "个，表行"
              << audit.rows << "行，逐一与日志相符\n";
    return 0;
  }
  for (auto const& finding : audit.findings)
    std::cout << "内部核验：不通过 " << finding.code << ' ' << finding.register_name << ' ' << finding.record
              << ' ' << finding.detail << '\n';
  return 1;
}

int print_bulletin(kernel::System& system, demo::RoundReport const& round) {
  auto const figures =
      inspection::bulletin(system, kernel::system_viewer(system.settings().jurisdiction), round.task);
  if (!figures) return refused(figures.refusal(), Output::text);
  std::cout << inspection::bulletin_text(*figures) << '\n';
  return 0;
}

// One password for all of them. It lies beside the invented data, for whoever starts the demo again.
void print_accounts(kernel::System& system, demo::City const& city) {
  std::string const password = kernel::make_password();
  std::string text = "演示账户，共用口令 " + password + "：\n";
  for (auto const& person : city.people) {
    auto const kept = kernel::set_password(system, city.accounts.at(person.login), password);
    if (!kept) throw std::runtime_error("set_password: " + kept.refusal().code);
    text += "  " + person.login + "  " + person.role + "  " + person.scope + '\n';
  }
  std::cout << text;
  auto const file = system.folder() / "demo-accounts.txt";
  ledger::write_file_durably(file, text);
  fs::permissions(file, fs::perms::owner_read | fs::perms::owner_write);
}

int play_once(OnceCommand const& command, fs::path const& folder) {
  Stopwatch watch;
  Stage stage(folder, command.prefecture);
  if (stage.system() == nullptr) return refused(stage.refusal(), Output::text);
  auto& system = *stage.system();
  auto const city =
      demo::build_city(system, stage.clock(), {command.prefecture, command.seed, command.firms});
  if (!city) return refused(city.refusal(), Output::text);
  watch.lap("city");
  auto const round = demo::run_round(system, stage.clock(), *city, demo::first_round(*city));
  watch.lap("round");
  int status = print_bulletin(system, round);
  status |= verify_published(system, round);
  watch.lap("verify published");
  status |= verify_tables(system);
  watch.lap("verify tables");
  std::cout << disclaimer;
  return status;
}

int build_demo(DemoCommand const& command, fs::path const& folder) {
  Stopwatch watch;
  Stage stage(folder, command.prefecture);
  if (stage.system() == nullptr) return refused(stage.refusal(), Output::text);
  auto& system = *stage.system();
  auto const city =
      demo::build_city(system, stage.clock(), {command.prefecture, command.seed, command.firms});
  if (!city) return refused(city.refusal(), Output::text);
  watch.lap("city");
  auto const finished = demo::run_round(system, stage.clock(), *city, demo::first_round(*city));
  auto const open = demo::run_round(system, stage.clock(), *city, demo::second_round(*city));
  watch.lap("rounds");
  std::cout << city->name << "：" << command.firms << "户，数据目录 " << command.data.string()
            << "\n日志公钥 " << system.log().vkey() << '\n';
  int status = print_bulletin(system, finished);
  status |= print_bulletin(system, open);
  print_accounts(system, *city);
  std::cout << disclaimer;
  return status;
}

struct Removal {
  fs::path const& folder;
  ~Removal() {
    std::error_code ignored;
    fs::remove_all(folder, ignored);
  }
};

}  // namespace

int run_demo(DemoCommand const& command) {
  if (fs::exists(command.data)) return refused({"folder_in_use", command.data.string(), {}}, Output::text);
  ledger::Aside aside(command.data);
  int const status = build_demo(command, aside.folder());
  if (status == 0) aside.put_in_place();
  return status;
}

int run_once(OnceCommand const& command) {
  if (!command.keep.empty()) return play_once(command, command.keep);
  fs::path const folder = fs::temp_directory_path() / ("plumbline-once-" + hex_encode(random_bytes(8)));
  Removal const removal{folder};
  return play_once(command, folder);
}

}  // namespace plumbline::app
