#include "office.hpp"

namespace plumbline::inspection::testing {

namespace fs = std::filesystem;

std::string Office::words_of(Refusal const& refusal) {
  std::string text = refusal.code + " " + refusal.detail;
  for (auto const& problem : refusal.problems) text += "; " + problem.path + " " + problem.code;
  return text;
}

void Office::SetUp() {
  if (catalogue_.registers().empty()) {
    catalogue_.add(kernel::kernel_module());
    catalogue_.add(archive::module());
    catalogue_.add(people::module());
    catalogue_.add(inspection::module());
  }
  folder_ = fs::temp_directory_path() / ("plumbline-office-" + hex_encode(random_bytes(8)));
  kernel::Settings const settings{"3715", "lc.example.gov.cn/log", ""};
  must(kernel::System::init(folder_, settings, catalogue_, clock_));
  system_ = kernel::System::open(folder_, catalogue_, clock_);
  viewer_ = kernel::system_viewer("3715");

  Uuid const keeper = person("keeper", Role::system_administrator);
  bureau_ = done(keeper, "organisation", "create", {},
                 R"({"code":"371500","name":"聊城市市场监督管理局","region":"3715"})");
  quality_ = done(keeper, "department", "create", {},
                  R"({"code":"371500-01","name":"质量监督科","organisation":)" + id_text(bureau_) + "}");
  fire_ = done(keeper, "department", "create", {},
               R"({"code":"371500-02","name":"消防监督科","organisation":)" + id_text(bureau_) + "}");
  item_ = done(
      person("planner", Role::plan_maker), "inspection_item", "create", {},
      R"({"item_no":"SC-01","name":"产品质量监督检查","legal_basis":"《产品质量法》","article":"第十五条",
                   "kind":"general","region":"3715","valid_from":"2026-01-01","lead_department":)" +
          id_text(quality_) + R"(,"joint_departments":[)" + id_text(fire_) +
          R"(],"questions":[{"number":"1","text":"标识"}]})");
}

void Draw::SetUp() {
  Office::SetUp();
  for (int i = 1; i <= 12; ++i) bearings_.push_back(firm(i, R"(,"industry":"C3451")"));
  for (int i = 21; i <= 30; ++i) food_.push_back(firm(i, R"(,"industry":"C1421")"));
  for (int i = 1; i <= 4; ++i) inspector(i, quality_, "工业");
  for (int i = 5; i <= 8; ++i) inspector(i, quality_, "食品");
  drawer_ = person("drawer", Role::drawer);
  leader_ = person("leader", Role::leader);
}

void Office::TearDown() {
  system_.reset();
  fs::remove_all(folder_);
}

Uuid Office::person(std::string const& login, Role role, std::string const& scope) {
  Uuid account;
  if (auto const known = system_->account_of(login)) {
    account = *known;
  } else {
    account = done({}, "account", "create", {}, R"({"login":")" + login + R"(","name":"张三"})");
  }
  if (system_->viewer(account).has_role(role)) return account;
  kernel::Grant grant;
  grant.account = account;
  grant.role = role;
  grant.scope = scope;
  grant.valid_from = make_date(2020, 1, 1);
  grant.reason = "test";
  done({}, "grant", "give", {}, reflect::to_text(grant));
  return account;
}

Result<kernel::Receipt> Office::act(Uuid who, std::string const& register_name, std::string const& action,
                                    Uuid record, std::string const& payload) {
  kernel::Command command;
  command.register_name = register_name;
  command.action = action;
  command.record = record;
  command.payload = payload;
  command.account = who;
  return system_->act(std::move(command));
}

Uuid Office::done(Uuid who, std::string const& register_name, std::string const& action, Uuid record,
                  std::string const& payload) {
  return must(act(who, register_name, action, record, payload)).record;
}

std::string Office::state(std::string const& register_name, Uuid id) {
  auto const found = system_->reads().get(viewer_, register_name, id);
  return found ? found->state : "";
}

Uuid Office::firm(int number, std::string const& more) {
  auto const uscc = *make_uscc("91", "371581", static_cast<std::uint64_t>(number));
  return done(person("officer", Role::officer), "firm", "create", {},
              R"({"name":"企业)" + std::to_string(number) + R"(","region":"371581","uscc":")" + uscc + "\"" +
                  more + "}");
}

Uuid Office::inspector(int number, Uuid department, std::string const& field) {
  Uuid const keeper = person("keeper", Role::system_administrator);
  std::string const login = "inspector-" + std::to_string(number);
  Uuid const account = person(login, Role::inspector);
  Uuid const made =
      done(keeper, "inspector", "create", {},
           R"({"name":"王五","certificate_valid_to":"2028-12-31","certificate":"鲁P-)" +
               std::to_string(1000 + number) + R"(","fields":[)" + quoted(field) + R"(],"department":)" +
               id_text(department) + R"(,"organisation":)" + id_text(bureau_) + "}");
  done(keeper, "inspector", "link_account", made, R"({"account":)" + id_text(account) + "}");
  account_of_inspector_[made] = account;
  return made;
}

Uuid Office::task(std::string const& design, std::string const& more) {
  std::string const department = more.empty() ? R"(,"department":)" + id_text(quality_) : "";
  return done(person("planner", Role::plan_maker), "inspection_task", "draft", {},
              R"({"title":"三月抽查","year":2026,"region":"3715","period_from":"2026-03-10",
                  "period_to":"2026-06-30","item":)" +
                  id_text(item_) + R"(,"organisation":)" + id_text(bureau_) + department + more +
                  R"(,"design":)" + design + "}");
}

void Office::approve_and_announce(Uuid task) {
  must(submit_task(*system_, person("planner", Role::plan_maker), task));
  done(person("leader", Role::leader), "inspection_task", "approve", task);
  done(person("publisher", Role::publisher), "inspection_task", "announce", task);
}

Uuid Office::ceremony(std::string const& event, std::string const& deadline) {
  Uuid const drawer = person("drawer", Role::drawer);
  Uuid const made = done(drawer, "draw_ceremony", "call", {},
                         R"({"title":"抽签","organisation":)" + id_text(bureau_) + "}");
  done(drawer, "draw_ceremony", "set_sources", made,
       R"({"sources":[{"source":"dice","kind":"dice","place":"三楼","time":")" + event +
           R"(","pick":[{"times":20,"k":1,"low":0,"high":9}]}],"deadline":")" + deadline + "\"}");
  return made;
}

void Office::throw_dice(Uuid ceremony, std::string const& digits) {
  std::string const value = hex_encode(bytes_of(digits));
  std::string const evidence =
      R"(,"evidence":[{"kind":"sheet","sha256":")" + to_hex(sha256(digits)) + R"(","size_bytes":20}])";
  done(person("drawer", Role::drawer), "draw_ceremony", "record", ceremony,
       R"({"values":[{"source":"dice","value":")" + value + "\"" + evidence + "}]}");
  done(person("leader", Role::leader), "draw_ceremony", "confirm", ceremony,
       R"({"values":[{"source":"dice","value":")" + value + "\"}]}");
}

Uuid Office::seeded(std::string const& design, std::string const& event, std::string const& deadline) {
  Uuid const made = task(design);
  approve_and_announce(made);
  Uuid const drawer = person("drawer", Role::drawer);
  must(freeze_task(*system_, drawer, made));
  Uuid const called = ceremony(event, deadline);
  must(make_plan(*system_, drawer, made, called));
  clock_.set(*parse_instant(event) + std::chrono::minutes(5));
  throw_dice(called, "27182818284590452353");
  return made;
}

std::vector<kernel::Found> Office::checks_of(Uuid task) {
  std::vector<kernel::Found> checks;
  kernel::Query query;
  query.where = {{"task", kernel::Compare::equal, {to_string(task)}}};
  must(system_->reads().stream(viewer_, "check", query, [&](kernel::Found const& found) {
    checks.push_back(found);
    return true;
  }));
  return checks;
}

void Office::visit(kernel::Found const& found, std::string const& result) {
  auto const check = record<Check>("check", found.id);
  done(person("officer", Role::officer), "check", "issue_notice", found.id);
  Uuid const account = account_of_inspector_.at(check.inspectors.front());
  std::string shown;
  for (auto const& certificate : check.certificates)
    shown += (shown.empty() ? "" : ",") + quoted(certificate);
  done(account, "check", "start", found.id,
       R"({"entry_scan":"scanned","certificates_shown":[)" + shown + "]}");
  std::string const finding = result == "no_problem" ? "ok" : "problem";
  done(account, "check", "enter_result", found.id,
       R"({"result":")" + result + R"(","ended_on":")" + to_string(legal_date(clock_.now())) +
           R"(","answers":[{"question":"1","finding":")" + finding + R"("}],"sign_off":"signed_by_firm",
           "evidence":[{"kind":"photo","sha256":")" +
           to_hex(sha256("photo")) + "\"}]}");
}

void Office::publish(Uuid check) {
  done(person("reviewer", Role::reviewer), "check", "review", check);
  done(person("publisher", Role::publisher), "check", "publish", check, "{}");
}

fs::path Office::backed_up() {
  auto const copy = fs::path(folder_.string() + "-backup");
  must(kernel::backup(*system_, copy));
  return copy;
}

kernel::Adoption Office::restored(fs::path const& backup) {
  must(publish_folders(*system_));
  auto const published = fs::path(folder_.string() + "-published");
  fs::rename(folder_ / "public", published);
  system_.reset();
  fs::remove_all(folder_);
  fs::rename(backup, folder_);
  system_ = kernel::System::open(folder_, catalogue_, clock_);
  auto adoption = must(kernel::adopt(*system_, published / "log"));
  fs::remove_all(published);
  return adoption;
}

publication::Verdict<publication::DrawsReport> Office::verify() {
  publication::DrawVerifyOptions options;
  options.vkey = system_->log().vkey();
  options.at = clock_.now();
  options.require = publication::Grade::bing;
  return publication::verify_draws(publication::FolderSource(system_->log().folder() / "draws"), options);
}

}  // namespace plumbline::inspection::testing
