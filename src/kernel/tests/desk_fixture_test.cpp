#include "desk_fixture.hpp"

namespace plumbline::kernel::testing {

void DeskTest::SetUp() {
  if (!store::testing::Scratch::available(GetParam())) GTEST_SKIP() << "no PostgreSQL server named";
  if (catalogue_.registers().empty()) {
    catalogue_.add(kernel_module());
    catalogue_.add(notice_module());
  }
  scratch_.emplace(GetParam());
  folder_ = std::filesystem::temp_directory_path() / ("plumbline-desk-" + hex_encode(random_bytes(8)));
  Settings settings{"3715", "lc.example.gov.cn/log",
                    GetParam() == store::Engine::postgres ? scratch_->address() : std::string()};
  auto const made = System::init(folder_, settings, catalogue_, clock_);
  ASSERT_TRUE(made) << made.refusal().code << made.refusal().detail;
  reopen();
}

void DeskTest::TearDown() {
  system_.reset();
  std::filesystem::remove_all(folder_);
}

void DeskTest::reopen() {
  system_.reset();
  system_ = System::open(folder_, catalogue_, clock_);
}

Uuid DeskTest::person(std::string const& login, Role role, std::string const& scope,
                      std::optional<Uuid> firm) {
  if (auto const known = system_->account_of(login)) return *known;
  Command make;
  make.register_name = "account";
  make.action = "create";
  make.as = Role::system;
  make.payload = R"({"login":")" + login + R"(","name":"张三"})";
  auto const account = system_->act(make);
  EXPECT_TRUE(account) << (account ? "" : account.refusal().code);
  Grant grant;
  grant.account = account->record;
  grant.role = role;
  if (firm) {
    grant.party = firm;
  } else {
    grant.scope = scope;
  }
  grant.valid_from = make_date(2020, 1, 1);
  grant.reason = "test";
  Command give;
  give.register_name = "grant";
  give.action = "give";
  give.as = Role::system;
  give.payload = reflect::to_text(grant);
  auto const given = system_->act(give);
  EXPECT_TRUE(given) << (given ? "" : given.refusal().code + given.refusal().problems.front().path);
  return account->record;
}

Result<Receipt> DeskTest::act(Uuid who, std::string const& action, Uuid record, std::string const& payload,
                              std::string const& key) {
  Command command;
  command.register_name = "notice";
  command.action = action;
  command.record = record;
  command.payload = payload;
  command.account = who;
  command.idempotency_key = key;
  return system_->act(std::move(command));
}

Uuid DeskTest::draft(Uuid who, std::string const& reference, std::string const& region) {
  auto const made = act(who, "draft", {},
                        R"({"title":"通知","contact":"13800001234","pages":2,"reference":")" + reference +
                            R"(","region":")" + region + "\"}");
  EXPECT_TRUE(made) << (made ? "" : made.refusal().code);
  return made ? made->record : Uuid{};
}

Found DeskTest::must_find(Uuid id) {
  auto found = system_->reads().get(system_viewer("3715"), "notice", id);
  EXPECT_TRUE(found);
  return std::move(*found);
}

}  // namespace plumbline::kernel::testing
