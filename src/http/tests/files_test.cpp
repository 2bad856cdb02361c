// Files, tables, many records at once, and the book of who saw personal data. Over real sockets.
#include <set>

#include "api_fixture.hpp"
#include "base/limits.hpp"
#include "kernel/publisher.hpp"

namespace plumbline::http::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;

class Files : public ApiTest {
 protected:
  // Two zones, each seen by those of its county.
  void SetUp() override {
    ApiTest::SetUp();
    made("region", "create", R"({"code":"37158101","name":"临清工业园","parent":"371581"})");
    made("region", "create", R"({"code":"37150201","name":"东昌工业园","parent":"371502"})");
  }
  std::string region(std::string const& code) {
    auto const found = system_->reads().find(kernel::system_viewer("3715"), "region", "code", code);
    return "/api/v1/region/" + to_string(found->id);
  }
  static Answer upload(Client& who, std::string const& record, std::string const& name,
                       std::string const& content) {
    return who.ask("POST", record + "/attachments?name=" + percent_encode(name), content,
                   {{"Content-Type", "application/octet-stream"}});
  }
  static constexpr char const* photo = "\xFF\xD8\xFF\xE0 a photo of a gas stove";
};

TEST_F(Files, AFileIsKeptOnceAndAcknowledgedByItsDigest) {
  person("li", "officer");
  auto li = signed_in("li");
  auto const place = region("37158101");
  auto const kept = upload(li, place, "..\\现场 1.jpg", photo);
  ASSERT_EQ(kept.status, 201) << kept.body;
  EXPECT_EQ(kept.text("sha256"), to_hex(sha256(photo)));
  EXPECT_EQ(kept.text("media_type"), "image/jpeg");
  EXPECT_EQ(kept.text("file_name"), "现场 1.jpg");
  auto const again = upload(li, place, "现场 1.jpg", photo);
  EXPECT_EQ(again.status, 200);
  EXPECT_EQ(again.text("id"), kept.text("id"));
  auto const listed = li.get(place + "/attachments").json();
  EXPECT_THAT(*listed.find("items")->as_array(), SizeIs(1));

  auto const content = "/api/v1/attachment/" + kept.text("id") + "/content";
  auto const whole = li.get(content);
  EXPECT_EQ(whole.body, photo);
  EXPECT_THAT(whole.headers.at("content-disposition"), StartsWith("attachment;"));
  EXPECT_EQ(whole.headers.at("x-content-type-options"), "nosniff");
  auto const tag = whole.headers.at("etag");
  EXPECT_EQ(li.get(content, {{"If-None-Match", tag}}).status, 304);
  EXPECT_EQ(li.get(content, {{"Range", "bytes=5-6"}, {"If-Range", tag}}).body, "a ");
  EXPECT_EQ(li.get(content, {{"Range", "bytes=5-6"}, {"If-Range", "\"other\""}}).body, photo);
  EXPECT_EQ(client().get(content).status, 401);
}

TEST_F(Files, OnlyWhoSeesTheRecordSeesItsFiles) {
  person("li", "officer", "371581");
  person("zhao", "officer", "371502");
  auto li = signed_in("li");
  auto zhao = signed_in("zhao");
  auto const place = region("37158101");
  auto const kept = upload(li, place, "a.jpg", photo);
  ASSERT_EQ(kept.status, 201) << kept.body;
  EXPECT_EQ(zhao.get(place + "/attachments").status, 404);
  EXPECT_EQ(zhao.get("/api/v1/attachment/" + kept.text("id") + "/content").status, 404);
  EXPECT_EQ(upload(zhao, place, "b.jpg", photo).status, 404);
  // Knowing a digest is no right to the content.
  std::string const theft =
      R"({"sha256":")" + kept.text("sha256") +
      R"(","bytes":1,"media_type":"image/jpeg","file_name":"c.jpg","register_name":"region",)" +
      R"("record":")" + region("37150201").substr(15) + "\"}";
  EXPECT_EQ(zhao.ask("POST", "/api/v1/attachment", theft).text("code"), "upload_first");
  std::string const in_bulk =
      R"({"action":"attach","items":[{"id":"00000000-0000-7000-8000-000000000000","payload":)" + theft +
      "}]}";
  EXPECT_EQ(zhao.ask("POST", "/api/v1/attachment/bulk", in_bulk).text("code"), "upload_first");
}

TEST_F(Files, PagesAndProgramsAreNotTaken) {
  person("li", "officer");
  auto li = signed_in("li");
  auto const place = region("37158101");
  for (auto const* content : {"<svg onload=alert(1)>", "  <html></html>", "\xEF\xBB\xBF<?xml version='1.0'?>",
                              "<svgftyp><script>", "MZ\x01\x02  \x01\x01WEBP", "#!/bin/sh\n",
                              "\x7F"
                              "ELF\x02",
                              "MZ\x90\x01", "\xC3\x28"})
    EXPECT_EQ(upload(li, place, "a.svg", content).text("code"), "wrong_media_type") << content;
  EXPECT_EQ(upload(li, place, "说明.txt", "温度 24 ℃").text("media_type"), "text/plain");
  EXPECT_EQ(upload(li, place, "../", photo).text("code"), "required");
  EXPECT_EQ(upload(li, place, "a.jpg", "").status, 415);
}

TEST_F(Files, AListIsATable) {
  person("li", "officer");
  person("zhao", "officer", "371581");
  auto li = signed_in("li");
  auto const table = li.get("/api/v1/region/export?sort=code");
  ASSERT_EQ(table.status, 200) << table.body;
  EXPECT_THAT(table.headers.at("content-type"), HasSubstr("text/csv"));
  EXPECT_THAT(table.body, AllOf(HasSubstr("37158101"), HasSubstr("临清工业园"), HasSubstr("37150201")));
  EXPECT_THAT(signed_in("zhao").get("/api/v1/region/export").body,
              AllOf(HasSubstr("37158101"), Not(HasSubstr("37150201"))));
  EXPECT_THAT(li.get("/api/v1/region/export?filter%5Bcode%5D=37158101").body, Not(HasSubstr("37150201")));
  EXPECT_THAT(li.get("/api/v1/region/export?format=xlsx").body, StartsWith("PK"));
  EXPECT_EQ(li.get("/api/v1/region/export?format=pdf").status, 400);
  EXPECT_EQ(li.get("/api/v1/region/export?page=1").status, 400);
  EXPECT_TRUE(std::filesystem::is_empty(folder_ / "uploads"));
}

TEST_F(Files, ManyRecordsGetAnAnswerEach) {
  person("keeper", "system_administrator");
  auto keeper = signed_in("keeper");
  std::string items;
  for (int i = 10; i < 40; ++i) {
    auto const made =
        keeper.ask("POST", "/api/v1/region",
                   R"({"code":"3715)" + std::to_string(i) + R"(9","name":"区","parent":"3715"})");
    ASSERT_EQ(made.status, 201) << made.body;
    items += R"({"id":")" + made.text("id") + "\"},";
  }
  items += R"({"id":"00000000-0000-7000-8000-000000000000"})";
  std::string const wish = R"({"action":"close","payload":{"reason":"撤并"},"items":[)" + items + "]}";
  auto const answer = keeper.ask("POST", "/api/v1/region/bulk", wish, {{"Idempotency-Key", "b1"}});
  ASSERT_EQ(answer.status, 200) << answer.body;
  auto const document = answer.json();
  EXPECT_EQ(*document.find("done")->as_integer(), 30);
  EXPECT_EQ(*document.find("refused")->as_integer(), 1);
  auto const& last = document.find("results")->as_array()->back();
  EXPECT_EQ(*last.find("status")->as_integer(), 404);
  EXPECT_EQ(*last.find("problem")->find("code")->as_text(), "not_found");
  auto const again = keeper.ask("POST", "/api/v1/region/bulk", wish, {{"Idempotency-Key", "b1"}});
  EXPECT_EQ(*again.json().find("done")->as_integer(), 30) << "the same acts, not new ones";
  EXPECT_THAT(again.body, HasSubstr(R"("repeated":true)"));
  for (auto const* bad : {R"({"items":[]})", R"({"action":"close","items":[]})",
                          R"({"action":"close","items":[{"id":"x"}]})", R"({"action":"close","items":{}})"})
    EXPECT_GE(keeper.ask("POST", "/api/v1/region/bulk", bad).status, 400) << bad;
  std::string const fly = R"({"action":"fly","items":[{"id":"00000000-0000-7000-8000-000000000000"}]})";
  EXPECT_EQ(keeper.ask("POST", "/api/v1/region/bulk", fly).text("code"), "unknown_action");
  std::string many;
  for (std::size_t i = 0; i <= limits::bulk_records; ++i)
    many += std::string(i == 0 ? "" : ",") + R"({"id":"00000000-0000-7000-8000-000000000000"})";
  EXPECT_EQ(
      keeper.ask("POST", "/api/v1/region/bulk", R"({"action":"close","items":[)" + many + "]}").text("code"),
      "out_of_range");
}

TEST_F(Files, EveryUnmaskedSightOfPersonalDataIsWrittenDown) {
  Uuid const clear = made("account", "create", R"({"login":"clear","name":"赵六"})");
  made("grant", "give",
       R"({"account":")" + to_string(clear) +
           R"(","role":"security_administrator","scope":"3715","valid_from":"2020-01-01",)" +
           R"("personal":"clear"})");
  ASSERT_TRUE(kernel::set_password(*system_, clear, password));
  person("masked", "security_administrator");
  person("judge", "audit_administrator");
  auto judge = signed_in("judge");
  EXPECT_THAT(signed_in("masked").get("/api/v1/account").body, Not(HasSubstr("赵六")));
  auto const none = judge.get("/api/v1/personal-reads").json();
  EXPECT_THAT(*none.find("items")->as_array(), SizeIs(0));

  auto seer = signed_in("clear");
  EXPECT_THAT(seer.get("/api/v1/account").body, HasSubstr("赵六"));
  EXPECT_EQ(seer.get("/api/v1/account/" + to_string(clear)).status, 200);
  EXPECT_EQ(seer.get("/api/v1/account/" + to_string(clear) + "/history").status, 200);
  EXPECT_EQ(seer.get("/api/v1/account/export").status, 200);
  EXPECT_EQ(seer.get("/api/v1/personal-reads").status, 403);
  auto const book = judge.get("/api/v1/personal-reads").json();
  std::set<std::string> seen;
  for (auto const& row : *book.find("items")->as_array()) {
    EXPECT_EQ(*row.find("account")->as_text(), to_string(clear));
    seen.insert(*row.find("what")->as_text());
  }
  EXPECT_EQ(seen, (std::set<std::string>{"list", "record", "history", "export"}));
  EXPECT_EQ(judge.get("/api/v1/personal-reads?cursor=x").status, 400);
}

}  // namespace
}  // namespace plumbline::http::testing
