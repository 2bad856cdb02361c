// What an administrator's tools ask: figures in the form Prometheus reads, readiness, and who may ask.
#include <gmock/gmock.h>

#include <map>
#include <sstream>

#include "api_fixture.hpp"

namespace plumbline::http::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

bool is_name(std::string_view name) {
  if (name.empty() || (name[0] >= '0' && name[0] <= '9')) return false;
  return name.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") ==
         std::string_view::npos;
}

// The exposition format 0.0.4, strictly: every sample below its own HELP and TYPE, no line twice, labels
// quoted. What was read, by line head.
struct Exposed {
  std::map<std::string, double> samples;
  std::map<std::string, std::string> types;

  explicit Exposed(std::string const& text) { read(text); }
  void read(std::string const& text) {
    EXPECT_TRUE(text.ends_with('\n'));
    std::istringstream lines(text);
    std::string family;
    for (std::string line; std::getline(lines, line);) {
      if (line.starts_with("# HELP ")) {
        family = line.substr(7, line.find(' ', 7) - 7);
        EXPECT_TRUE(is_name(family)) << line;
        EXPECT_FALSE(types.contains(family)) << "told twice: " << line;
      } else if (line.starts_with("# TYPE ")) {
        std::string const head = "# TYPE " + family + ' ';
        ASSERT_TRUE(line.starts_with(head)) << line;
        types[family] = line.substr(head.size());
        EXPECT_THAT(types[family], ::testing::AnyOf("counter", "gauge", "histogram")) << line;
      } else {
        sample(line, family);
      }
    }
  }
  void sample(std::string const& line, std::string const& family) {
    auto const space = line.rfind(' ');
    ASSERT_NE(space, std::string::npos) << line;
    std::string const head = line.substr(0, space);
    std::string const name = head.substr(0, head.find('{'));
    std::string base = name;
    if (types[family] == "histogram")
      for (std::string const ending : {"_bucket", "_sum", "_count"})
        if (name == family + ending) base = family;
    EXPECT_EQ(base, family) << line;
    if (head.size() > name.size()) labels(std::string_view(head).substr(name.size()));
    std::size_t used = 0;
    double const value = std::stod(line.substr(space + 1), &used);
    EXPECT_EQ(used, line.size() - space - 1) << line;
    EXPECT_TRUE(samples.emplace(head, value).second) << "twice: " << line;
  }
  static void labels(std::string_view text) {
    ASSERT_TRUE(text.starts_with('{') && text.ends_with('}')) << text;
    text = text.substr(1, text.size() - 2);
    while (!text.empty()) {
      auto const equals = text.find("=\"");
      ASSERT_NE(equals, std::string_view::npos) << text;
      EXPECT_TRUE(is_name(text.substr(0, equals))) << text;
      auto const end = text.find('"', equals + 2);
      ASSERT_NE(end, std::string_view::npos) << text;
      text.remove_prefix(end + 1);
      if (!text.empty()) {
        ASSERT_EQ(text[0], ',') << text;
        text.remove_prefix(1);
      }
    }
  }
};

TEST_F(ApiTest, TellsItsFiguresToThisMachine) {
  person("keeper", "system_administrator");
  auto keeper = signed_in("keeper");
  EXPECT_EQ(keeper.get("/api/v1/region?search=%E5%BC%A0%E4%B8%89&limit=3").status, 200);
  EXPECT_EQ(keeper.get("/api/v1/region/no-such-thing").status, 404);
  EXPECT_EQ(keeper.get("/nowhere").status, 404);
  auto const answer = keeper.get("/metrics");
  ASSERT_EQ(answer.status, 200);
  Exposed const told(answer.body);
  auto const& samples = told.samples;
  EXPECT_EQ(samples.at("plumbline_requests_total{route=\"/api/v1/{register}\",method=\"GET\",class=\"2xx\"}"),
            1);
  EXPECT_EQ(
      samples.at("plumbline_requests_total{route=\"/api/v1/{register}/{id}\",method=\"GET\",class=\"4xx\"}"),
      1);
  EXPECT_EQ(samples.at("plumbline_requests_total{route=\"\",method=\"\",class=\"4xx\"}"), 1);
  std::string const list = "{route=\"/api/v1/{register}\",method=\"GET\"";
  EXPECT_EQ(samples.at("plumbline_request_seconds_count" + list + "}"), 1);
  EXPECT_EQ(samples.at("plumbline_request_seconds_bucket" + list + ",le=\"+Inf\"}"), 1);
  EXPECT_EQ(samples.at("plumbline_connections"), 1);
  EXPECT_EQ(samples.at("plumbline_ready"), 1);
  EXPECT_GT(samples.at("plumbline_log_entries"), 3);
  EXPECT_GT(samples.at("process_resident_memory_bytes"), 1'000'000);
  EXPECT_GT(samples.at("process_open_fds"), 3);
  EXPECT_EQ(samples.at("plumbline_clock_behind_seconds"), 0);
  for (auto const* asked : {"张三", "%E5", "keeper", "no-such-thing", "nowhere"})
    EXPECT_THAT(answer.body, Not(HasSubstr(asked)));
  clock_.set(*parse_instant("2026-03-01T01:00:00Z"));  // put back by a day
  EXPECT_EQ(Exposed(keeper.get("/metrics").body).samples.at("plumbline_clock_behind_seconds"), 86'400);
}

TEST_F(ApiTest, TellsNothingToWhomAProxySpeaksFor) {
  auto const answer = client().ask("GET", "/metrics", "", {{"X-Forwarded-For", "192.0.2.1"}});
  EXPECT_EQ(answer.status, 403);
  EXPECT_EQ(answer.text("code"), "forbidden");
}

}  // namespace
}  // namespace plumbline::http::testing
