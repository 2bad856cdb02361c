// Imports as jobs, over real sockets: checked first, brought in with progress, undone, taken up after a stop.
#include "jobs.hpp"
#include "api_fixture.hpp"

namespace plumbline::http::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::SizeIs;

class Imports : public ApiTest {
 protected:
  static std::string zones(int count) {
    std::string file = "编码,名称,上级\n";
    for (int i = 0; i < count; ++i)
      file += "3715" + std::to_string(10'000 + i) + ",园区" + std::to_string(i) + ",3715\n";
    return file;
  }
  static std::string address(std::string const& extra = "") {
    return "/api/v1/region/import?name=zones.csv" + extra +
           "&map=" + percent_encode(R"({"columns":{"code":"编码","name":"名称","parent":"上级"}})");
  }
  static Answer send(Client& who, std::string const& target, std::string const& file) {
    return who.ask("POST", target, file, {{"Content-Type", "text/csv"}});
  }
  Answer ended(Client& who, std::string const& id) {
    for (int i = 0; i < 100'000; ++i) {
      auto const job = who.get("/api/v1/jobs/" + id);
      auto const state = job.text("state");
      if (job.status != 200 || (state != "waiting" && state != "running" && state != "cancelling"))
        return job;
    }
    return {};
  }
};

TEST_F(Imports, AreCheckedBroughtInAndUndone) {
  person("keeper", "system_administrator");
  auto keeper = signed_in("keeper");
  auto const file = zones(600) + "371599,,3715\n";
  auto const checked = send(keeper, address("&dry_run=1"), file);
  ASSERT_EQ(checked.status, 202) << checked.body;
  EXPECT_EQ(checked.headers.at("location"), "/api/v1/jobs/" + checked.text("id"));
  auto const preview = ended(keeper, checked.text("id"));
  EXPECT_THAT(preview.body, AllOf(HasSubstr(R"("created":600)"), HasSubstr(R"("refused":1)")));
  EXPECT_THAT(keeper.get("/api/v1/region?search=" + percent_encode("园区599")).body,
              HasSubstr(R"("items":[])"));

  auto const begun = send(keeper, address(), file);
  auto const done = ended(keeper, begun.text("id"));
  EXPECT_EQ(done.text("state"), "done") << done.body;
  EXPECT_THAT(done.body, HasSubstr(R"("created":600)"));
  EXPECT_THAT(keeper.get("/api/v1/region?search=" + percent_encode("园区599")).body, HasSubstr("371510599"));
  auto const errors = keeper.get("/api/v1/jobs/" + begun.text("id") + "/errors");
  EXPECT_EQ(errors.status, 200);
  EXPECT_THAT(errors.body, AllOf(HasSubstr("371599"), HasSubstr("602")));

  auto const undo = keeper.ask("POST", "/api/v1/jobs/" + begun.text("id") + "/undo");
  ASSERT_EQ(undo.status, 202) << undo.body;
  EXPECT_THAT(ended(keeper, undo.text("id")).body, HasSubstr(R"("withdrawn":600)"));
  EXPECT_THAT(keeper.get("/api/v1/region?search=" + percent_encode("园区599")).body,
              HasSubstr(R"("items":[])"));
  auto const all = keeper.get("/api/v1/jobs").json();
  EXPECT_THAT(*all.find("items")->as_array(), SizeIs(3));
}

TEST_F(Imports, UnderAKeyAreBegunOnce) {
  person("keeper", "system_administrator");
  auto keeper = signed_in("keeper");
  auto const begin = [&](std::string const& file, std::string const& extra = "") {
    return keeper.ask("POST", address(extra), file, {{"Content-Type", "text/csv"}, {"Idempotency-Key", "k"}});
  };
  auto const first = begin(zones(3));
  ASSERT_EQ(first.status, 202) << first.body;
  EXPECT_EQ(begin(zones(3)).text("id"), first.text("id"));
  EXPECT_THAT(ended(keeper, first.text("id")).body, HasSubstr(R"("created":3)"));
  EXPECT_EQ(begin(zones(3)).text("id"), first.text("id"));
  EXPECT_EQ(begin(zones(4)).text("code"), "idempotency_mismatch");
  EXPECT_EQ(begin(zones(3), "&dry_run=1").text("code"), "idempotency_mismatch");
  EXPECT_THAT(*keeper.get("/api/v1/jobs").json().find("items")->as_array(), SizeIs(1));
}

TEST_F(Imports, BelongToWhoeverBeganThem) {
  person("keeper", "system_administrator");
  person("other", "system_administrator");
  person("li", "officer");
  auto keeper = signed_in("keeper");
  auto other = signed_in("other");
  auto const begun = send(keeper, address(), zones(3));
  ended(keeper, begun.text("id"));
  EXPECT_EQ(other.get("/api/v1/jobs/" + begun.text("id")).status, 404);
  EXPECT_EQ(other.ask("POST", "/api/v1/jobs/" + begun.text("id") + "/undo").status, 404);
  EXPECT_THAT(other.get("/api/v1/jobs").body, HasSubstr(R"("items":[])"));
  auto li = signed_in("li");
  EXPECT_EQ(send(li, address(), zones(3)).text("code"), "forbidden");
  EXPECT_EQ(send(keeper, "/api/v1/account/import?name=a.csv", "login\nx\n").text("code"), "not_importable");
  EXPECT_EQ(send(keeper, "/api/v1/region/import?name=a.pdf", "code\n1\n").text("code"), "unsupported_format");
  EXPECT_EQ(send(keeper, "/api/v1/region/import?name=a.csv&map=%7B", "code\n1\n").status, 422);
  auto const refused =
      ended(keeper, send(keeper, "/api/v1/region/import?name=a.csv", "no,such\n1,2\n").text("id"));
  EXPECT_EQ(refused.text("state"), "refused");
  EXPECT_EQ(keeper.get("/api/v1/jobs/" + begun.text("id") + "/errors").status, 404) << "every row was good";
}

TEST_F(Imports, GoOnAfterTheServerWasStopped) {
  person("keeper", "system_administrator");
  auto keeper = signed_in("keeper");
  auto const begun = send(keeper, address(), zones(1'200));
  ASSERT_EQ(begun.status, 202);
  server_.reset();
  api_.reset();  // wherever it was
  api_ = Api::make(*system_);
  start_server();
  keeper = signed_in("keeper");
  auto const done = ended(keeper, begun.text("id"));
  EXPECT_EQ(done.text("state"), "done") << done.body;
  auto const total = keeper.get("/api/v1/region?total=1&search=" + percent_encode("园区")).json();
  EXPECT_EQ(*total.find("total")->as_integer(), 1'200);
}

TEST_F(Imports, EndWhereTheirOwnerCancelsThem) {
  person("keeper", "system_administrator");
  auto keeper = signed_in("keeper");
  auto const begun = send(keeper, address(), zones(3'000));
  ASSERT_EQ(begun.status, 202);
  std::string const job = "/api/v1/jobs/" + begun.text("id");
  while (*keeper.get(job).json().find("rows_done")->as_integer() == 0) {
  }
  EXPECT_EQ(keeper.ask("POST", job + "/cancel").status, 202);
  auto const done = ended(keeper, begun.text("id"));
  EXPECT_EQ(done.text("state"), "cancelled") << done.body;
  auto const rows = *done.json().find("rows_done")->as_integer();
  EXPECT_LT(rows, 3'000);
  auto const total = keeper.get("/api/v1/region?total=1&search=" + percent_encode("园区")).json();
  EXPECT_EQ(*total.find("total")->as_integer(), rows);
  EXPECT_EQ(keeper.ask("POST", job + "/cancel").text("code"), "illegal_in_state");

  auto const undo = keeper.ask("POST", job + "/undo");
  ASSERT_EQ(undo.status, 202) << undo.body;
  EXPECT_EQ(keeper.ask("POST", "/api/v1/jobs/" + undo.text("id") + "/cancel").text("code"),
            "illegal_in_state");
  EXPECT_THAT(ended(keeper, undo.text("id")).body, HasSubstr("\"withdrawn\":" + std::to_string(rows)));
}

TEST_F(Imports, OfAProgramEndWhereItsTokenMayImport) {
  person("keeper", "system_administrator");
  auto keeper = signed_in("keeper");
  auto const program = [&](std::string const& rights) {
    auto const made = token(keeper, R"({"name":"导入","days":1,)" + rights + '}');
    EXPECT_EQ(made.status, 201) << made.body;
    auto who = client();
    who.always = {{"Authorization", "Bearer " + made.text("token")}};
    return who;
  };
  auto importer = program(R"("writes":true,"actions":["region.import"])");
  auto const begun = send(importer, address(), zones(3'000));
  ASSERT_EQ(begun.status, 202) << begun.body;
  std::string const cancel = "/api/v1/jobs/" + begun.text("id") + "/cancel";
  EXPECT_EQ(importer.ask("POST", cancel).status, 202);
  EXPECT_EQ(ended(importer, begun.text("id")).text("state"), "cancelled");
  EXPECT_EQ(program(R"("writes":false)").ask("POST", cancel).text("code"), "token_too_narrow");
  EXPECT_EQ(program(R"("writes":true,"actions":["region.rename"])").ask("POST", cancel).text("detail"),
            "region.import");
  EXPECT_EQ(program(R"("writes":true,"registers":["calendar_year"])").ask("POST", cancel).status, 404);
}

TEST_F(Imports, CancelledBeforeAStopDoNotBeginAgain) {
  person("keeper", "system_administrator");
  auto keeper = signed_in("keeper");
  auto const begun = send(keeper, address(), zones(3'000));
  EXPECT_EQ(keeper.ask("POST", "/api/v1/jobs/" + begun.text("id") + "/cancel").status, 202);
  server_.reset();
  api_.reset();
  api_ = Api::make(*system_);
  start_server();
  keeper = signed_in("keeper");
  EXPECT_EQ(ended(keeper, begun.text("id")).text("state"), "cancelled");
}

}  // namespace
}  // namespace plumbline::http::testing
