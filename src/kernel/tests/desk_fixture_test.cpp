#include "desk_fixture.hpp"

#include "kernel/blobs.hpp"

#include "kernel/audit.hpp"
#include "ledger/files.hpp"

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

Result<Receipt> DeskTest::administer(std::string const& register_name, std::string const& action,
                                     Uuid record) {
  Command command;
  command.register_name = register_name;
  command.action = action;
  command.record = record;
  command.payload = R"({"reason":"test"})";
  command.account = *system_->account_of("admin");
  return system_->act(std::move(command));
}

Uuid DeskTest::grant_of(Uuid account) {
  Query query;
  query.where = {{"account", Compare::equal, {to_string(account)}}};
  auto const page = system_->reads().list(system_viewer("3715"), "grant", query);
  EXPECT_TRUE(page);
  return page->items.at(0).id;
}

Result<Receipt> DeskTest::attach(Uuid who, Uuid notice, std::string const& content) {
  auto const stored = system_->blobs().put(content);
  EXPECT_TRUE(stored);
  Attachment file;
  file.sha256 = to_hex(stored->sha256);
  file.bytes = stored->bytes;
  file.media_type = "image/png";
  file.file_name = "a.png";
  file.register_name = "notice";
  file.record = notice;
  Command command;
  command.register_name = "attachment";
  command.action = "attach";
  command.account = who;
  command.payload = reflect::to_text(file);
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

DeskTest::Moment DeskTest::moment() {
  static store::Sql const head{"test.head",
                               "select size, last_time, frontier from ledger_head where jurisdiction = $1"};
  return {system_->database().reader()->query(head, {"3715"}).at(0)};
}

void DeskTest::go_back_to(Moment const& moment) {
  static store::Sql const statements[] = {
      {"test.versions", "delete from version where jurisdiction = $1 and entry >= $2"},
      {"test.entries", "delete from entry where jurisdiction = $1 and seq >= $2"},
      {"test.head",
       "update ledger_head set size = $2, last_time = $3, frontier = $4, schema_seq = 0 where jurisdiction = "
       "$1"}};
  system_->exclusive([&](store::Writer& writer) {
    writer.begin();
    for (auto const& statement : statements) {
      std::vector<store::Value> values{"3715", moment.head[0]};
      if (statement.name == "test.head") values.insert(values.end(), {moment.head[1], moment.head[2]});
      writer.write(statement, std::move(values));
    }
    writer.commit();
  });
  rebuild(*system_);
  ledger::write_file_durably(folder_ / "awaits-adoption", "");
  reopen();
}

}  // namespace plumbline::kernel::testing
