// Documents through the whole product: made from the records of a supervision round, numbered, kept, given
// out, superseded, withdrawn, and verified by anyone with the paper. On both engines, over real sockets.
#include <gmock/gmock.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <thread>

#include "api_fixture.hpp"
#include "base/bytes.hpp"
#include "demo/city.hpp"
#include "demo/round.hpp"
#include "documents/code.hpp"
#include "inspection/api.hpp"
#include "kernel/audit.hpp"
#include "kernel/blobs.hpp"
#include "kernel/document.hpp"
#include "kernel/publisher.hpp"
#include "product/catalogue.hpp"
#include "publication/file_source.hpp"
#include "publication/verify_log.hpp"
#include "store_testing/scratch.hpp"

namespace plumbline {
namespace {

namespace fs = std::filesystem;
using http::testing::Answer;
using http::testing::Client;
using kernel::Document;
using kernel::DocumentOffice;
using testing::HasSubstr;
using testing::Not;

// A city after one finished round, served.
class Town {
 public:
  explicit Town(store::Engine engine)
      : scratch_(engine),
        folder_(fs::temp_directory_path() / ("plumbline-papers-" + hex_encode(random_bytes(8)))) {
    kernel::Settings settings{"3715", "liaocheng.example/3715",
                              engine == store::Engine::postgres ? scratch_.address() : std::string()};
    auto const made = kernel::System::init(folder_, settings, product::catalogue(), clock_);
    if (!made) throw std::runtime_error(made.refusal().code);
    system_ = kernel::System::open(folder_, product::catalogue(), clock_);
    city_ =
        *demo::build_city(*system_, clock_, {.prefecture = "3715", .seed = 7, .firms = 60, .inspectors = 30});
    round_ = demo::run_round(*system_, clock_, city_, demo::first_round(city_));
    for (auto const* login : {"officer", "leader"})
      (void)kernel::set_password(*system_, account(login), password);
    withdraw_all();
    api_ = http::Api::make(*system_);
    http::ServerOptions options;
    options.clock = &clock_;
    options.port = 0;
    options.uploads = folder_;
    options.stop_seconds = 1;
    server_ = http::Server::start(
        options, [this](http::Request const& request) { return api_->answer(request); },
        [this](http::Request const& request) { return api_->body_rule(request); });
  }
  ~Town() {
    server_.reset();
    api_.reset();
    system_.reset();
    fs::remove_all(folder_);
  }

  // The round's own papers, so that every test may issue what it likes.
  void withdraw_all() {
    for (auto const& paper : all("document")) {
      kernel::Command command;
      command.register_name = "document";
      command.action = "withdraw";
      command.record = paper.id;
      command.account = account("leader");
      command.payload = R"({"reason":"另行制发"})";
      auto const done = system_->act(command);
      if (!done) throw std::runtime_error(done.refusal().code);
    }
  }

  static constexpr char const* password = "correct horse battery";
  Uuid account(std::string const& login) const { return city_.accounts.at(login); }
  Client client() const { return Client(server_->port()); }
  Client signed_in(std::string const& login) const {
    auto made = client();
    EXPECT_EQ(made.sign_in(login, password).status, 201);
    return made;
  }
  kernel::Viewer everything() const { return kernel::system_viewer("3715"); }
  std::vector<kernel::Found> all(std::string const& register_name) const {
    std::vector<kernel::Found> found;
    (void)system_->reads().stream(everything(), register_name, {}, [&](kernel::Found const& one) {
      found.push_back(one);
      return true;
    });
    return found;
  }
  kernel::Found document(Uuid id) const { return *system_->reads().get(everything(), "document", id); }

  store::testing::Scratch scratch_;
  fs::path folder_;
  demo::SteppingClock clock_{start_of_legal_day(demo::first_day())};
  std::unique_ptr<kernel::System> system_;
  demo::City city_;
  demo::RoundReport round_;
  std::unique_ptr<http::Api> api_;
  std::unique_ptr<http::Server> server_;
};

Json said(std::initializer_list<std::pair<char const*, char const*>> members) {
  Json object{Json::Object{}};
  for (auto const& [name, value] : members) object.set(name, value);
  return object;
}
Json site_words() {
  return said({{"place", "该单位生产车间"},
               {"from", "9时05分"},
               {"to", "11时40分"},
               {"present", "刘志强"},
               {"situation", "生产设备运行正常，出厂检验记录齐全。"}});
}

class Documents : public testing::TestWithParam<store::Engine> {
 protected:
  void SetUp() override {
    if (!store::testing::Scratch::available(GetParam())) GTEST_SKIP() << "no PostgreSQL server named";
    auto& kept = towns()[GetParam()];
    if (!kept) kept = std::make_unique<Town>(GetParam());
    town_ = kept.get();
  }
  static void TearDownTestSuite() { towns().clear(); }
  static std::map<store::Engine, std::unique_ptr<Town>>& towns() {
    static std::map<store::Engine, std::unique_ptr<Town>> kept;
    return kept;
  }

  kernel::System& system() { return *town_->system_; }
  DocumentOffice& office() {
    if (!office_) office_ = std::make_unique<DocumentOffice>(system());
    return *office_;
  }
  // Checks that were carried out; no test uses the same one for the same form.
  std::vector<kernel::Found> checks() {
    std::vector<kernel::Found> done;
    for (auto& check : town_->all("check"))
      if (check.as<inspection::Check>().task == town_->round_.task && check.state != "void")
        done.push_back(std::move(check));
    return done;
  }
  Result<kernel::Receipt> issue(std::string const& form, std::string const& register_name, Uuid record,
                                Json written = {}, std::string const& login = "officer",
                                std::optional<Uuid> supersedes = {}) {
    return office().issue(town_->account(login),
                          {form, register_name, record, std::move(written), supersedes, ""});
  }
  Uuid made(std::string const& form, std::string const& register_name, Uuid record, Json written = {},
            std::optional<Uuid> supersedes = {}) {
    auto const done = issue(form, register_name, record, std::move(written), "officer", supersedes);
    if (!done) {
      std::string why = form + ": " + done.refusal().code + ' ' + done.refusal().detail;
      for (auto const& problem : done.refusal().problems) why += ' ' + problem.path;
      throw std::runtime_error(why);
    }
    EXPECT_EQ(done->state, "issued");
    return done->record;
  }
  Result<kernel::Receipt> act(std::string const& login, std::string const& action, Uuid id,
                              Json const& payload) {
    kernel::Command command;
    command.register_name = "document";
    command.action = action;
    command.record = id;
    command.account = town_->account(login);
    command.payload = write_json(payload);
    return system().act(command);
  }
  void must(Uuid account, std::string const& action, Uuid check, Json const& payload = Json(Json::Object{})) {
    kernel::Command command;
    command.register_name = "check";
    command.action = action;
    command.record = check;
    command.account = account;
    command.payload = write_json(payload);
    auto const done = system().act(command);
    ASSERT_TRUE(done) << action << ' ' << done.refusal().code << ' ' << write_json(payload);
  }
  // One more check, whose result is a correction order: which firms of the round have one is left to chance.
  Uuid ordered_to_correct() {
    (void)demo::run_round(system(), town_->clock_, town_->city_, demo::second_round(town_->city_));
    auto const all = town_->all("check");
    auto const found = std::ranges::find(all, "assigned", &kernel::Found::state);
    if (found == all.end()) throw std::runtime_error("no check is left to be done");
    auto const& check = found->as<inspection::Check>();
    Json start = said({{"entry_scan", "scanned"}, {"body_camera", "JLY-1"}});
    Json shown{Json::Array{}};
    for (auto const& certificate : check.certificates) shown.push(certificate);
    start.set("certificates_shown", shown);
    auto const item = system().reads().get(town_->everything(), "inspection_item", *check.item);
    Json answers{Json::Array{}};
    for (auto const& question : item->as<inspection::InspectionItem>().questions)
      answers.push(
          said({{"question", question.number.c_str()}, {"finding", "problem"}, {"note", "不符合要求"}}));
    auto const photo = system().blobs().put("a photo");
    Json evidence{Json::Array{}};
    evidence.push(said({{"sha256", to_hex(photo->sha256).c_str()}, {"kind", "photo"}}));
    Json result = said(
        {{"result", "ordered_to_correct"}, {"result_text", "索证索票不全"}, {"sign_off", "signed_by_firm"}});
    auto const today = to_string(legal_date(town_->clock_.now()));
    result.set("ended_on", today);
    result.set("answers", answers);
    result.set("evidence", evidence);
    auto const inspector = town_->city_.account_of.at(check.inspectors.front());
    must(town_->account("officer"), "issue_notice", found->id);
    must(inspector, "start", found->id, start);
    must(inspector, "enter_result", found->id, result);
    must(town_->account("reviewer"), "review", found->id);
    must(town_->account("publisher"), "publish", found->id);
    must(town_->account("officer"), "open_follow_up", found->id,
         said({{"kind", "correction_order"},
               {"text", "未按规定查验供货者许可证。"},
               {"due_on", "2026-12-31"}}));
    auto const after = system().reads().get(town_->everything(), "check", found->id);
    return after->as<inspection::Check>().follow_ups.back();
  }
  std::string address(Uuid document) { return "/v/" + town_->document(document).as<Document>().code; }
  Json verified(Uuid document) {
    return town_->client().get(address(document), {{"Accept", "application/json"}}).json();
  }
  std::string text_of(std::string const& pdf) const {
    auto const file = town_->folder_ / "paper.pdf";
    std::ofstream(file, std::ios::binary) << pdf;
    std::string out;
    auto* const pipe = popen(("pdftotext -raw -enc UTF-8 " + file.string() + " -").c_str(), "r");
    for (int c = 0; (c = std::fgetc(pipe)) != EOF;)
      if (static_cast<unsigned char>(c) > 0x20) out += static_cast<char>(c);
    EXPECT_EQ(pclose(pipe), 0);
    return out;
  }

  Town* town_ = nullptr;
  std::unique_ptr<DocumentOffice> office_;
};

TEST_P(Documents, WholePaperSetComesFromOneRound) {
  auto const check = checks().at(0);
  std::vector<Uuid> papers = {made("inspection_approval", "check", check.id),
                              made("inspection_notice", "check", check.id),
                              made("site_record", "check", check.id, site_words()),
                              made("check_sheet", "check", check.id),
                              made("draw_record", "inspection_task", town_->round_.task),
                              made("inspection_summary", "inspection_task", town_->round_.task)};
  papers.push_back(made("correction_order", "follow_up", ordered_to_correct()));
  papers.push_back(made("service_receipt", "document", papers.back(),
                        said({{"recipient", "某公司"}, {"place", "该公司"}, {"method", "直接送达"}})));
  for (auto const& id : papers) {
    auto const found = town_->document(id);
    auto const& paper = found.as<Document>();
    auto const pdf = office().content(paper);
    ASSERT_TRUE(pdf);
    EXPECT_EQ(to_hex(sha256(*pdf)), paper.pdf_blob);
    EXPECT_EQ(static_cast<std::int64_t>(pdf->size()), paper.bytes);
    EXPECT_EQ(*office().printed_again(paper), *pdf) << paper.form;
    auto const text = text_of(*pdf);
    EXPECT_THAT(text, HasSubstr(paper.number));
    EXPECT_THAT(text, HasSubstr(documents::show_code(paper.code)));
    EXPECT_THAT(text, HasSubstr(paper.title));
    EXPECT_EQ(paper.address, "https://liaocheng.example/v/" + paper.code);
  }
}

TEST_P(Documents, HasOneThatStandsAndSaysWhatBecameOfTheOthers) {
  auto const check = checks().at(1);
  auto const first = made("check_sheet", "check", check.id);
  EXPECT_EQ(*verified(first).find("status")->as_text(), "valid");
  auto const refused = issue("check_sheet", "check", check.id).refusal();
  EXPECT_EQ(refused.code, "document_exists");
  EXPECT_EQ(refused.problems.at(0).detail, to_string(first)) << "the one to supersede";
  auto const second = made("check_sheet", "check", check.id, {}, first);
  EXPECT_EQ(*verified(first).find("status")->as_text(), "superseded");
  EXPECT_EQ(*verified(second).find("status")->as_text(), "valid");
  EXPECT_EQ(issue("check_sheet", "check", check.id, {}, "officer", first).refusal().code, "document_exists");
  EXPECT_EQ(act("officer", "withdraw", second, said({{"reason", "检查结果有误"}})).refusal().code,
            "forbidden");
  ASSERT_TRUE(act("leader", "withdraw", second, said({{"reason", "检查结果有误"}})));
  auto const told = verified(second);
  EXPECT_EQ(*told.find("status")->as_text(), "withdrawn");
  EXPECT_NE(told.find("ended_on"), nullptr);
  EXPECT_EQ(write_json(told).find("有误"), std::string::npos);
  EXPECT_EQ(act("officer", "reprint", second, said({{"reason", "遗失"}})).refusal().code, "illegal_in_state");
  (void)made("check_sheet", "check", check.id);
}

TEST_P(Documents, ReprintsAreActsAndTheBytesStayTheSame) {
  auto const id = made("check_sheet", "check", checks().at(2).id);
  auto const before = town_->document(id).as<Document>();
  EXPECT_FALSE(act("officer", "reprint", id, Json(Json::Object{})));
  ASSERT_TRUE(act("officer", "reprint", id, said({{"reason", "当事人遗失，申请补发"}})));
  auto const after = town_->document(id).as<Document>();
  EXPECT_EQ(after.reprints, 1);
  EXPECT_EQ(after.pdf_blob, before.pdf_blob);
  auto const history = system().reads().history(town_->everything(), "document", id);
  ASSERT_TRUE(history);
  EXPECT_EQ(history->back().action, "reprint");
}

TEST_P(Documents, PrintsAgainWhatTheStoreLostAndOnlyTheSame) {
  auto const id = made("check_sheet", "check", checks().at(3).id);
  auto paper = town_->document(id).as<Document>();
  auto const kept = *office().content(paper);
  ASSERT_TRUE(system().blobs().remove(*hash_from_hex(paper.pdf_blob)));
  EXPECT_EQ(*office().content(paper), kept);
  ASSERT_TRUE(system().blobs().put(kept));
  paper.pdf_blob = to_hex(sha256("another paper"));
  EXPECT_EQ(office().content(paper).refusal().code, "not_found");
}

TEST_P(Documents, NumbersHaveNoGapHoweverManyIssueAtOnce) {
  auto const all = checks();
  std::atomic<std::size_t> next{4};
  std::atomic<int> refused{0};
  (void)office();
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 6; ++i)
      threads.emplace_back([&] {
        for (std::size_t k = next++; k < all.size(); k = next++) {
          // What cannot be printed takes no number.
          auto broken = site_words();
          broken.set("situation", "\u202E");
          refused += issue("site_record", "check", all[k].id, broken) ? 0 : 1;
          for (;;) {
            auto const done = issue("site_record", "check", all[k].id, site_words());
            if (done || done.refusal().code != "busy") break;
          }
        }
      });
  }
  std::set<std::string> numbers;
  std::size_t count = 0;
  for (auto const& paper : town_->all("document"))
    if (paper.as<Document>().form == "site_record") {
      if (paper.state == "drawn_up") (void)office().finish(town_->account("officer"), paper.id);
      numbers.insert(paper.as<Document>().number);
      ++count;
    }
  EXPECT_EQ(numbers.size(), count);
  EXPECT_GE(count, all.size() - 4);
  EXPECT_EQ(refused, static_cast<int>(all.size()) - 4);
  for (std::size_t i = 1; i <= count; ++i)
    EXPECT_TRUE(numbers.contains("3715检录〔2026〕" + std::to_string(i) + "号")) << i;
}

TEST_P(Documents, RefusesBeforeANumberIsTaken) {
  auto const check = checks().at(0);
  auto words = site_words();
  words.set("situation", "正常\u202E常正");
  auto const turned = issue("site_record", "check", check.id, words);
  EXPECT_EQ(turned.refusal().code, "not_printable");
  EXPECT_EQ(turned.refusal().problems.at(0).path, "/situation");
  EXPECT_EQ(issue("site_record", "check", check.id).refusal().code, "missing_field");
  words = site_words();
  words.set("firm", "另一家公司");
  EXPECT_EQ(issue("site_record", "check", check.id, words).refusal().code, "read_only");
  EXPECT_EQ(issue("site_record", "inspection_task", town_->round_.task).refusal().code, "unknown_form");
  EXPECT_EQ(issue("licence", "check", check.id).refusal().code, "unknown_form");
  EXPECT_EQ(issue("check_sheet", "check", town_->round_.task).refusal().code, "not_found");
}

TEST_P(Documents, GoesOnWhereACrashCameBetween) {
  auto const check = checks().at(5);
  auto const values = system().blobs().put(R"({"authority":"x"})");
  Json payload = said({{"form", "inspection_approval"},
                       {"edition", "2025-1"},
                       {"title", "行政检查审批表"},
                       {"authority", "某局"},
                       {"series", "检审"},
                       {"site", "https://liaocheng.example"},
                       {"register_name", "check"}});
  payload.set("record", to_string(check.id));
  payload.set("record_version", check.version);
  payload.set("values_blob", to_hex(values->sha256));
  kernel::Command command;
  command.register_name = "document";
  command.action = "draw_up";
  command.account = town_->account("officer");
  command.payload = write_json(payload);
  auto const drawn_up = system().act(command);
  ASSERT_TRUE(drawn_up);
  EXPECT_EQ(town_->client().get(address(drawn_up->record)).status, 404) << "nothing is issued yet";
  // These values fill no form; such a number is spoilt, and stays.
  EXPECT_EQ(office().finish(town_->account("officer"), drawn_up->record).refusal().code, "missing_field");
  ASSERT_TRUE(act("officer", "spoil", drawn_up->record, said({{"reason", "内容有误"}})));
  EXPECT_EQ(town_->client().get(address(drawn_up->record)).status, 404);
  EXPECT_EQ(office().finish(town_->account("officer"), drawn_up->record)->state, "spoiled");
}

TEST_P(Documents, OverHttpFromTheRecordToThePdf) {
  auto officer = town_->signed_in("officer");
  auto const check = checks().at(6);
  auto const place = "/api/v1/check/" + to_string(check.id) + "/documents";
  auto const forms = officer.get("/api/v1/forms?register=check").json();
  EXPECT_EQ(forms.find("items")->as_array()->size(), 4U);
  auto const done = officer.ask("POST", place, R"({"form":"check_sheet"})", {{"Idempotency-Key", "k-1"}});
  ASSERT_EQ(done.status, 201) << done.body;
  auto const again = officer.ask("POST", place, R"({"form":"check_sheet"})", {{"Idempotency-Key", "k-1"}});
  EXPECT_EQ(again.status, 200) << again.body;
  EXPECT_EQ(again.text("id"), done.text("id"));
  auto const listed = officer.get(place).json();
  EXPECT_EQ(std::ranges::count_if(*listed.find("items")->as_array(),
                                  [](Json const& item) {
                                    return *item.find("form")->as_text() == "check_sheet" &&
                                           *item.find("state")->as_text() == "issued";
                                  }),
            1);
  auto const content = "/api/v1/document/" + done.text("id") + "/content";
  auto const pdf = officer.get(content);
  EXPECT_EQ(pdf.status, 200);
  EXPECT_EQ(pdf.headers.at("content-type"), "application/pdf");
  EXPECT_TRUE(pdf.body.starts_with("%PDF-"));
  EXPECT_EQ(town_->client().get(content).status, 401);
  for (auto const* wrong :
       {"", "[]", "{}", R"({"form":7})", R"({"form":"check_sheet","x":1})",
        R"({"form":"check_sheet","supersedes":"x"})", R"({"form":"check_sheet","written":3})"})
    EXPECT_GE(officer.ask("POST", place, wrong).status, 400) << wrong;
  // Nobody puts words of their own on a paper of the city.
  for (auto const* forged : {"/api/v1/document?action=draw_up", "/api/v1/document"})
    EXPECT_EQ(officer.ask("POST", forged, "{}").text("code"), "documents_from_records");
  auto const many = R"({"action":"issue","items":[{"id":")" + done.text("id") + R"(","payload":{}}]})";
  EXPECT_EQ(officer.ask("POST", "/api/v1/document/bulk", many).text("code"), "documents_from_records");
}

TEST_P(Documents, ThePublicPageSaysEnoughAndNoMore) {
  auto const check = checks().at(7);
  auto const id = made("check_sheet", "check", check.id);
  auto const paper = town_->document(id).as<Document>();
  auto anyone = town_->client();
  auto const page = anyone.get("/v/" + documents::show_code(paper.code));
  EXPECT_EQ(page.status, 200);
  EXPECT_THAT(page.headers.at("content-type"), HasSubstr("text/html"));
  EXPECT_THAT(page.headers.at("content-security-policy"), HasSubstr("style-src 'sha256-"));
  for (auto const& shown : {std::string("有效"), std::string("Valid"), paper.number, paper.pdf_blob,
                            std::string("<html lang=\"zh-CN\">"), std::string("<h1>")})
    EXPECT_THAT(page.body, HasSubstr(shown));
  EXPECT_THAT(page.body, Not(HasSubstr("<script")));
  for (auto const& firm : town_->all("firm")) {
    auto const name = *parse_json(firm.body)->find("name")->as_text();
    EXPECT_EQ(page.body.find(name), std::string::npos);
  }
  auto typo = paper.code;
  typo.back() = typo.back() == '7' ? '8' : '7';
  for (auto const& unknown : {typo, documents::make_code(), std::string("x"), std::string("%3Cscript%3E")}) {
    auto const none = anyone.get("/v/" + unknown);
    EXPECT_EQ(none.status, 404);
    EXPECT_THAT(none.body, HasSubstr("查无此核验码"));
    EXPECT_THAT(none.body, Not(HasSubstr("script")));
    EXPECT_EQ(anyone.get("/v/" + unknown, {{"Accept", "application/json"}}).text("code"), "not_found");
  }
}

TEST_P(Documents, TheLogHoldsCodeAndBytesTogether) {
  auto const id = made("check_sheet", "check", checks().at(8).id);
  auto const paper = town_->document(id).as<Document>();
  ASSERT_TRUE(system().log().publish());
  auto const digest = to_hex(kernel::document_digest(paper.code, paper.pdf_blob));
  bool is_there = false;
  for (auto entry = town_->document(id).entry; entry >= 0 && entry > town_->document(id).entry - 4; --entry)
    is_there = is_there || system().log().leaf(entry).find(digest) != std::string::npos;
  EXPECT_TRUE(is_there);
  auto const deep = kernel::verify_deep(system());
  for (auto const& finding : deep.findings)
    ADD_FAILURE() << finding.code << ' ' << finding.record << finding.detail;
  kernel::rebuild(system());
  EXPECT_TRUE(kernel::verify_deep(system()).findings.empty());
  EXPECT_EQ(*verified(id).find("status")->as_text(), "valid");
}

INSTANTIATE_TEST_SUITE_P(Engines, Documents, testing::Values(store::Engine::sqlite, store::Engine::postgres),
                         [](auto const& each) {
                           return std::string(each.param == store::Engine::sqlite ? "Sqlite" : "Postgres");
                         });

}  // namespace
}  // namespace plumbline
