#include "publication/bodies.hpp"

#include <gtest/gtest.h>

#include "memory_source.hpp"
#include "publication/csv.hpp"
#include "reflect/json.hpp"

namespace plumbline::publication {
namespace {

namespace fs = std::filesystem;

fs::path const city = fs::path(PLUMBLINE_SOURCE_DIR) / "src/publication/tests/vectors/base/city/draws";

template <class Body>
std::string round_trip(fs::path const& file) {
  auto const body = parse_body<Body>(test::read_disk(file));
  return body ? format_body(*body) : body.refusal().code + " " + body.refusal().detail;
}

TEST(Bodies, published_ones_read_and_write_back) {
  std::size_t seen = 0;
  for (auto const& draw : FolderSource(city).folders()) {
    for (auto const& name : FolderSource(city / draw).list()) {
      if (!name.ends_with(".json")) continue;
      SCOPED_TRACE(draw + "/" + name);
      auto const file = city / draw / name;
      auto const kind = name.substr(0, name.find_first_of("-."));
      std::string written;
      if (kind == "frame") written = round_trip<Frame>(file);
      if (kind == "roster") written = round_trip<Roster>(file);
      if (kind == "plan") written = round_trip<Plan>(file);
      if (kind == "reveal") written = round_trip<Reveal>(file);
      if (kind == "seed") written = round_trip<Seed>(file);
      if (kind == "result") written = round_trip<DrawResult>(file);
      if (kind == "void") written = round_trip<Void>(file);
      if (kind == "recusal") written = round_trip<RecusalBody>(file);
      if (kind == "open") written = round_trip<Open>(file);
      if (kind == "erase") written = round_trip<EraseBody>(file);
      EXPECT_EQ(written, test::read_disk(file));
      ++seen;
    }
  }
  EXPECT_GE(seen, 30U);
}

TEST(Bodies, names_of_what_is_wrong) {
  auto const good = test::read_disk(city / "DR-2025-371500-0002" / "plan.json");
  auto const refused = [](std::string const& text) { return parse_body<Plan>(text).refusal(); };
  auto const changed = [&](std::string const& from, std::string const& to) {
    auto text = good;
    auto const at = text.find(from);
    EXPECT_NE(at, std::string::npos);
    return text.replace(at, from.size(), to);
  };
  EXPECT_EQ(refused(good + "\n").code, "NOT_CANONICAL");
  EXPECT_EQ(refused(changed("{\"alg", "{ \"alg")).code, "NOT_CANONICAL");
  EXPECT_EQ(refused("").code, "NOT_CANONICAL");
  auto const schema = [&](std::string const& from, std::string const& to) {
    auto const refusal = refused(changed(from, to));
    EXPECT_EQ(refusal.code, "SCHEMA");
    return refusal.problems.empty() ? "" : refusal.problems[0].path;
  };
  EXPECT_EQ(schema("\"margin_s\":600,", ""), "/margin_s");
  EXPECT_EQ(schema("\"margin_s\":600,", "\"margin_s\":\"600\","), "/margin_s");
  EXPECT_EQ(schema("\"margin_s\":600,", "\"margin_s\":600,\"mode\":1,"), "/mode");
  EXPECT_EQ(schema("\"v\":1,", "\"v\":3,"), "/v");
  EXPECT_EQ(schema("dr1/sha256", "dr1/sha512"), "/alg");
  EXPECT_EQ(schema("{\"id\":\"A\",\"k\":2,\"n\":2}", "{\"id\":\"A\",\"k\":2,\"n\":2,\"reserves\":1}"),
            "/strata/0/reserves");
  EXPECT_EQ(schema("\"kind\":\"dice\"", "\"kind\":\"coin\""), "/sources/0/kind");
  EXPECT_EQ(schema("\"hi\":9,\"k\":1", "\"hi\":9,\"k\":11"), "/sources/0/pick");
  EXPECT_EQ(schema("2025-03-06T12:00:00Z", "2025-02-30T12:00:00Z"), "/deadline");
}

TEST(Bodies, version_2_carries_reserves) {
  auto plan = parse_body<Plan>(test::read_disk(city / "DR-2025-371500-0002" / "plan.json")).value();
  plan.strata[1].reserves = 2;
  EXPECT_THROW((void)format_body(plan), std::invalid_argument);
  plan.v = 2;
  auto const text = format_body(plan);
  EXPECT_NE(text.find("\"reserves\":2"), std::string::npos);
  EXPECT_EQ(parse_body<Plan>(text).value(), plan);
}

TEST(Bodies, writers_refuse_what_readers_refuse) {
  Assign assign{
      "DR-2025-371500-0002", {}, "few_inspectors", {{std::string(64, 'a'), {std::string(64, 'b')}}}};
  EXPECT_EQ(parse_body<Assign>(format_body(assign)).value(), assign);
  assign.reason = "Few";
  EXPECT_THROW((void)format_body(assign), std::invalid_argument);
}

TEST(Bodies, plans_and_units_ascend) {
  auto seed = parse_body<Seed>(test::read_disk(city / "DR-2025-371500-0002" / "seed.json")).value();
  std::swap(seed.plans[0], seed.plans[1]);
  EXPECT_THROW((void)format_body(seed), std::invalid_argument);
}

TEST(Csv, published_ones_read_and_write_back) {
  auto const folder = city / "DR-2025-371500-0002";
  auto const frame = test::read_disk(folder / "frame.csv");
  auto rows = parse_csv<FrameRow>(frame).value();
  EXPECT_EQ(rows.size(), 40U);
  std::swap(rows[0], rows[7]);
  EXPECT_EQ(format_csv<FrameRow>(rows), frame);
  auto const roster = test::read_disk(folder / "roster.csv");
  EXPECT_EQ(format_csv<RosterRow>(parse_csv<RosterRow>(roster).value()), roster);
  auto const recusals = test::read_disk(folder / "recusals.csv");
  EXPECT_EQ(format_csv<RecusalRow>(parse_csv<RecusalRow>(recusals).value()), recusals);
  auto const excluded = test::read_disk(folder / "excluded.csv");
  EXPECT_EQ(format_csv<ExcludedRow>(parse_csv<ExcludedRow>(excluded).value()), excluded);
  EXPECT_TRUE(parse_csv<FrameRow>("").value().empty());
}

TEST(Csv, forms_refused) {
  std::string const a(64, 'a'), b(64, 'b');
  EXPECT_TRUE(parse_csv<FrameRow>(a + ",S,1\n" + b + ",S,9223372036854775807\n"));
  for (auto const& bad :
       {a + ",S,1", a + ",S,1\n\n", a + ",S,1\r\n", a + ",S,01\n", a + ",S,0\n", a + ",S,\n", a + ",S\n",
        a + ",,1\n", a + ",S,1,2\n", b + ",S,1\n" + a + ",S,1\n", a + ",S,1\n" + a + ",S,1\n",
        "\xEF\xBB\xBF" + a + ",S,1\n", std::string("pid,stratum,w\n"), a + ",S,9223372036854775808\n",
        a + ",\"S\",1\n", " " + a + ",S,1\n"})
    EXPECT_EQ(parse_csv<FrameRow>(bad).refusal().code, "CSV_FORMAT") << bad;
  EXPECT_TRUE(parse_csv<RosterRow>(a + ",1,A|B\n"));
  for (auto const& bad : {a + ",1,\n", a + ",0,A\n", a + ",1,B|A\n", a + ",1,A|A\n", a + ",1,A|\n",
                          a + ",1,|A\n", a + ",4294967296,A\n"})
    EXPECT_FALSE(parse_csv<RosterRow>(bad)) << bad;
  EXPECT_TRUE(parse_csv<RecusalRow>(a + ',' + a + '\n' + a + ',' + b + '\n'));
  EXPECT_FALSE(parse_csv<RecusalRow>(a + ',' + b + '\n' + a + ',' + b + '\n'));
  EXPECT_FALSE(parse_csv<ExcludedRow>(a + ",Moved\n"));
  EXPECT_THROW((void)format_csv<GroupRow>(std::vector<GroupRow>{{a, "x,y"}}), std::invalid_argument);
}

}  // namespace
}  // namespace plumbline::publication
