// Saved views over the wire: one's own, those that others share, and what may not be kept.
#include "api_fixture.hpp"
#include "base/limits.hpp"

namespace plumbline::http::testing {
namespace {

class Views : public ApiTest {
 protected:
  void SetUp() override {
    ApiTest::SetUp();
    person("officer1", "officer");
    person("officer2", "officer");
  }
  static std::string view(std::string const& name, std::string const& query, std::string const& more = "") {
    return R"({"register":"region","name":")" + name + R"(","query":")" + query + '"' + more + '}';
  }
  static std::vector<std::string> names(Answer const& page) {
    std::vector<std::string> out;
    auto const document = page.json();
    for (auto const& item : *document.find("items")->as_array()) out.push_back(*item.find("name")->as_text());
    return out;
  }
  static constexpr char const* place = "/api/v1/views";
  static constexpr char const* of_regions = "/api/v1/views?register=region";
};

TEST_F(Views, AreKeptChangedAndDropped) {
  auto officer = signed_in("officer1");
  auto const made =
      officer.ask("POST", place,
                  view("县区", "filter[state]=active&sort=-code", R"(,"columns":["code","name","state"])"));
  ASSERT_EQ(made.status, 201) << made.body;
  auto const page = officer.ask("GET", of_regions);
  ASSERT_EQ(page.status, 200) << page.body;
  auto const document = page.json();
  auto const& item = document.find("items")->as_array()->at(0);
  EXPECT_EQ(*item.find("name")->as_text(), "县区");
  EXPECT_EQ(item.find("columns")->as_array()->size(), 3U);
  EXPECT_TRUE(*item.find("own")->as_bool());
  EXPECT_FALSE(*item.find("shared")->as_bool());
  EXPECT_EQ(officer.ask("GET", "/api/v1/region?" + *item.find("query")->as_text()).status, 200);

  std::string const one = std::string(place) + '/' + made.text("id");
  EXPECT_EQ(officer.ask("PUT", one, view("区域", "sort=code")).status, 204);
  EXPECT_EQ(names(officer.ask("GET", of_regions)), std::vector<std::string>{"区域"});
  EXPECT_EQ(officer.ask("DELETE", one).status, 204);
  EXPECT_TRUE(names(officer.ask("GET", of_regions)).empty());
  EXPECT_EQ(officer.ask("DELETE", one).status, 404);
  EXPECT_EQ(officer.ask("PUT", one, view("区域", "")).status, 404);
}

TEST_F(Views, AreOnesOwnUnlessShared) {
  auto first = signed_in("officer1");
  auto second = signed_in("officer2");
  auto const own = first.ask("POST", place, view("自用", ""));
  auto const shared = first.ask("POST", place, view("共用", "", R"(,"shared":true)"));
  ASSERT_EQ(own.status, 201);
  ASSERT_EQ(shared.status, 201);
  auto const seen = second.ask("GET", of_regions);
  EXPECT_EQ(names(seen), std::vector<std::string>{"共用"});
  EXPECT_EQ(seen.body.find("officer1"), std::string::npos);
  EXPECT_FALSE(*seen.json().find("items")->as_array()->at(0).find("own")->as_bool());
  for (auto const& id : {own.text("id"), shared.text("id")}) {
    std::string const one = std::string(place) + '/' + id;
    EXPECT_EQ(second.ask("PUT", one, view("别人的", "")).status, 404);
    EXPECT_EQ(second.ask("DELETE", one).status, 404);
  }
  EXPECT_EQ(names(first.ask("GET", of_regions)), (std::vector<std::string>{"自用", "共用"}));
}

TEST_F(Views, OfRegistersOneDoesNotReadAreUnknown) {
  auto officer = signed_in("officer1");
  EXPECT_EQ(officer.ask("GET", "/api/v1/views?register=account").text("code"), "unknown_register");
  EXPECT_EQ(officer.ask("GET", "/api/v1/views?register=nothing").text("code"), "unknown_register");
  EXPECT_EQ(officer.ask("GET", place).text("code"), "unknown_register");
  EXPECT_EQ(officer.ask("POST", place, R"({"register":"account","name":"人","query":""})").text("code"),
            "unknown_register");
  EXPECT_EQ(client().ask("GET", of_regions).status, 401);
}

TEST_F(Views, ThatCannotBeAskedAreNotKept) {
  auto officer = signed_in("officer1");
  auto const refused = [&](std::string const& query, std::string const& more = "") {
    auto const answer = officer.ask("POST", place, view("视图", query, more));
    EXPECT_EQ(answer.status / 100, 4) << query;
    return answer.text("code");
  };
  EXPECT_EQ(refused("filter[colour]=red"), "not_filterable");
  EXPECT_EQ(refused("filter[state]=aktive"), "invalid_value") << "a slip, not an empty list";
  EXPECT_EQ(refused("sort=colour"), "not_sortable");
  EXPECT_EQ(refused("cursor=abc"), "unknown_parameter");
  EXPECT_EQ(refused("colour=red"), "unknown_parameter");
  EXPECT_EQ(refused("sort=%zz"), "invalid_value");
  EXPECT_EQ(refused("", R"(,"columns":["colour"])"), "unknown_field");
  EXPECT_EQ(refused("", R"(,"columns":"code")"), "invalid_value");
  EXPECT_EQ(refused("", R"(,"shared":1)"), "invalid_value");
  EXPECT_EQ(refused(std::string(limits::saved_view_bytes + 1, 'a')), "too_long");
  EXPECT_EQ(officer.ask("POST", place, R"({"register":"region","name":"","query":""})").status, 422);
  EXPECT_TRUE(names(officer.ask("GET", of_regions)).empty());
}

TEST_F(Views, AreLimitedAndPaged) {
  auto officer = signed_in("officer1");
  for (std::size_t i = 0; i < limits::saved_views_per_account; ++i)
    ASSERT_EQ(officer.ask("POST", place, view("视图" + std::to_string(i), "")).status, 201);
  EXPECT_EQ(officer.ask("POST", place, view("太多", "")).text("code"), "too_many_views");
  std::size_t seen = 0;
  std::string target = of_regions;
  for (int pages = 0; pages < 10; ++pages) {
    auto const page = officer.ask("GET", target);
    seen += names(page).size();
    auto const next = page.text("next");
    if (next.empty()) break;
    target = std::string(of_regions) + "&cursor=" + next;
  }
  EXPECT_EQ(seen, limits::saved_views_per_account);
  EXPECT_EQ(officer.ask("GET", std::string(of_regions) + "&cursor=x").text("code"), "bad_cursor");
}

}  // namespace
}  // namespace plumbline::http::testing
