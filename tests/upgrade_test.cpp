// A data folder of an older program: it is refused until it was upgraded, and an upgrade that is killed at
// any moment is taken up again. The older program is played by taking away what newer ones have added.
#include "serving.hpp"
#include "store/store.hpp"
#include "store_testing/scratch.hpp"

namespace plumbline::testing {
namespace {

using store::Engine;

class Upgrade : public ::testing::TestWithParam<Engine> {
 protected:
  void SetUp() override {
    if (!store::testing::Scratch::available(GetParam())) GTEST_SKIP() << "no PostgreSQL server named";
    if (GetParam() == Engine::postgres) scratch_.emplace(Engine::postgres);
    auto const made =
        kernel::System::init(folder_, {"3715", "upgrade.example/log", scratch_ ? scratch_->address() : ""},
                             product::catalogue(), system_clock());
    ASSERT_TRUE(made) << made.refusal().code;
    auto const system = kernel::System::open(folder_, product::catalogue(), system_clock());
    std::vector<kernel::Command> commands;
    for (int i = 0; i < 600; ++i) {
      kernel::Command command;
      command.register_name = "firm";
      command.action = "import";
      command.as = kernel::Role::system;
      auto const code = *make_uscc("91", "371581", static_cast<std::uint64_t>(i));
      command.payload =
          R"({"name":"试验企业)" + std::to_string(i) + R"(","region":"371581","uscc":")" + code + "\"}";
      commands.push_back(std::move(command));
    }
    for (auto const& answer : system->submit_chunk(std::move(commands)))
      ASSERT_TRUE(answer) << answer.refusal().code;
  }
  void TearDown() override { fs::remove_all(folder_); }

  std::unique_ptr<store::Database> database() const {
    return store::open(scratch_ ? scratch_->address() : "sqlite:" + (folder_ / "plumbline.db").string());
  }
  void grow_old() const {
    database()->writer()->script(
        "drop table lease; drop table saved_view; drop table webhook; drop table webhook_target;"
        "drop table delivery; drop table notice; drop table notice_choice;"
        "drop table invitation_code; drop table oidc_identity; drop table oidc_sign_in;"
        "alter table api_token drop column actions; alter table credential drop column one_time_until;"
        "alter table session drop column must_change; alter table session drop column is_strong;"
        "delete from schema_migration where number >= 5;"
        "delete from name_gram;"
        "delete from register_schema where column_name = '~grams';"
        "drop index r_firm_region; alter table r_firm drop column region;"
        "delete from register_schema where register_name = 'firm' and column_name = 'region';");
  }
  int run(std::string const& verb, int kill_after_ms = -1) const {
    pid_t const child = ::fork();
    if (child == 0) {
      // What it says is not for the report.
      if (std::freopen("/dev/null", "w", stdout) == nullptr) _exit(126);
      if (std::freopen("/dev/null", "w", stderr) == nullptr) _exit(126);
      ::execl(PLUMBLINE_PROGRAM, PLUMBLINE_PROGRAM, verb.c_str(), "--data", folder_.c_str(),
              static_cast<char*>(nullptr));
      _exit(127);
    }
    if (kill_after_ms >= 0) {
      Pace().wait(milliseconds(kill_after_ms));
      ::kill(child, SIGKILL);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    return status;
  }
  void check() const {
    auto const system = kernel::System::open(folder_, product::catalogue(), system_clock());
    for (auto const& finding : kernel::verify_deep(*system).findings)
      ADD_FAILURE() << finding.code << ' ' << finding.register_name << ' ' << finding.detail;
    kernel::Query query;
    query.where = {{"region", kernel::Compare::equal, {"371581"}}};
    auto const found = system->reads().count(kernel::system_viewer("3715"), "firm", query);
    ASSERT_TRUE(found) << found.refusal().code;
    EXPECT_EQ(*found, 600) << "the lifted column is filled again";
  }

  fs::path folder_ = fs::temp_directory_path() / ("plumbline-upgrade-" + hex_encode(random_bytes(8)));
  std::optional<store::testing::Scratch> scratch_;
};

TEST_P(Upgrade, IsAskedForAndDone) {
  grow_old();
  EXPECT_THROW(kernel::System::open(folder_, product::catalogue(), system_clock()), kernel::OutdatedDatabase);
  EXPECT_NE(run("serve"), 0);
  EXPECT_EQ(run("upgrade"), 0);
  check();
  EXPECT_EQ(run("upgrade"), 0) << "nothing to do";
}

TEST_P(Upgrade, KilledAtAnyMomentIsTakenUpAgain) {
  grow_old();
  int killed = 0;
  for (int after = 5; after <= 120; after += 15) killed += run("upgrade", after) == 0 ? 0 : 1;
  EXPECT_EQ(run("upgrade"), 0);
  check();
  std::cout << killed << " of 8 were killed before they had ended\n";
}

TEST_P(Upgrade, ANewerDatabaseIsRefused) {
  database()->writer()->script(
      "insert into schema_migration (number, name, applied_at) values (99, 'x', 0);");
  EXPECT_THROW(kernel::System::open(folder_, product::catalogue(), system_clock()), store::Error);
  EXPECT_NE(run("upgrade"), 0);
  EXPECT_NE(run("serve"), 0);
}

INSTANTIATE_TEST_SUITE_P(Engines, Upgrade, ::testing::Values(Engine::sqlite, Engine::postgres),
                         [](auto const& engine) {
                           return engine.param == Engine::sqlite ? "sqlite" : "postgres";
                         });

}  // namespace
}  // namespace plumbline::testing
