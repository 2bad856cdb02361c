// Every form of the house on paper: what stands there, how it looks, and that it comes out the same again.
#include <cairo.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <iostream>
#include <memory>
#include <sstream>
#include <thread>

#include "base/bytes.hpp"
#include "paper_fixture.hpp"

namespace plumbline::documents {
namespace {

fs::path const tests = fs::path(PLUMBLINE_SOURCE_DIR) / "src/documents/tests";

Json sample_of(std::string const& form) {
  static Json const all = *parse_json(content_of(tests / "samples.json"));
  return *all.find(form);
}

std::vector<std::string> form_names() {
  std::vector<std::string> names;
  for (auto const& file : fs::directory_iterator(fs::path(PLUMBLINE_SOURCE_DIR) / "forms"))
    if (file.path().extension() == ".json") names.push_back(file.path().stem().string());
  std::ranges::sort(names);
  return names;
}

// With the number that the record itself has, where it has one.
Imprint imprint_of(std::string const& name) {
  auto made = imprint();
  auto const form = form_of(name);
  if (!form.number_from.empty()) made.number = *sample_of(name).find(form.number_from)->as_text();
  return made;
}

// The texts of a value as paper shows them.
void each_text(std::vector<Field> const& fields, Json const& values,
               std::function<void(std::string const&)> const& use) {
  for (auto const& field : fields) {
    auto const* value = values.find(field.name);
    if (value == nullptr) continue;
    if (auto const* rows = value->as_array())
      for (auto const& row : *rows) each_text(field.columns, row, use);
    if (auto const* number = value->as_integer()) use(std::to_string(*number));
    if (auto const* text = value->as_text()) {
      auto const day = parse_date(*text);
      if (field.kind != FieldKind::date)
        use(*text);
      else
        use(std::to_string(static_cast<int>(std::chrono::year_month_day(day->value).year())) + "年");
    }
  }
}

struct Pixels {
  std::unique_ptr<cairo_surface_t, decltype(&cairo_surface_destroy)> surface;
  int width() const { return cairo_image_surface_get_width(surface.get()); }
  int height() const { return cairo_image_surface_get_height(surface.get()); }
  int at(int x, int y) const {  // green of what pdftoppm wrote
    auto const* bytes = cairo_image_surface_get_data(surface.get());
    return bytes[y * cairo_image_surface_get_stride(surface.get()) + x * 4 + 1];
  }
};
Pixels pixels_of(fs::path const& png) {
  return {{cairo_image_surface_create_from_png(png.c_str()), &cairo_surface_destroy}};
}

class Papers : public PaperTest, public ::testing::WithParamInterface<std::string> {
 protected:
  Printed print() const {
    auto printed = press().print(form_of(GetParam()), sample_of(GetParam()), imprint_of(GetParam()));
    if (!printed) throw std::runtime_error(printed.refusal().code);
    return *std::move(printed);
  }
  // All pages, at 60 dots to the inch.
  std::vector<fs::path> images_of(std::string const& pdf) const {
    output_of("pdftoppm -r 60 -png " + written(pdf).string() + ' ' + (folder_ / "page").string());
    std::vector<fs::path> images;
    for (auto const& file : fs::directory_iterator(folder_))
      if (file.path().extension() == ".png") images.push_back(file.path());
    std::ranges::sort(images);
    return images;
  }
  fs::path golden(std::size_t page) const {
    return tests / "golden" / (GetParam() + '-' + std::to_string(page + 1) + ".png");
  }
};

TEST_P(Papers, holds_every_value_and_number_code_and_title) {
  auto const form = form_of(GetParam());
  auto const text = text_of(print().pdf);
  each_text(form.fields, sample_of(GetParam()), [&](std::string const& value) {
    EXPECT_NE(text.find(without_blanks(value)), text.npos) << value << "\n" << text;
  });
  for (auto const& always : {form.title, imprint_of(GetParam()).number, imprint().code})
    EXPECT_NE(text.find(without_blanks(always)), text.npos) << always;
}

TEST_P(Papers, embeds_its_typefaces_and_nothing_else) {
  auto const fonts = output_of("pdffonts " + written(print().pdf).string() + " | tail -n +3");
  int lines = 0;
  std::istringstream in(fonts);
  for (std::string line; std::getline(in, line); ++lines) {
    EXPECT_NE(line.find("NotoSerifCJK"), line.npos) << line;
    EXPECT_NE(line.find("yes yes yes"), line.npos) << line;  // embedded, a subset, with its characters
  }
  EXPECT_GE(lines, 1);
}

TEST_P(Papers, comes_out_byte_for_byte_again) {
  auto const first = print().pdf;
  EXPECT_EQ(print().pdf, first);
  Press another;
  auto const again = another.print(form_of(GetParam()), sample_of(GetParam()), imprint_of(GetParam()));
  ASSERT_TRUE(again);
  EXPECT_EQ(again->pdf, first);
}

// The same typefaces and libraries draw the same; another FreeType may shade edges otherwise. So at most one
// pixel in two hundred may differ by more than a quarter, which a missing word or a moved line exceeds.
TEST_P(Papers, looks_as_it_did) {
  auto const images = images_of(print().pdf);
  ASSERT_FALSE(images.empty());
  EXPECT_FALSE(fs::exists(golden(images.size())));
  for (std::size_t page = 0; page < images.size(); ++page) {
    auto const now = pixels_of(images[page]);
    auto const then = pixels_of(golden(page));
    ASSERT_EQ(now.width(), then.width()) << golden(page);
    ASSERT_EQ(now.height(), then.height());
    int differ = 0;
    for (int y = 0; y < now.height(); ++y)
      for (int x = 0; x < now.width(); ++x) differ += std::abs(now.at(x, y) - then.at(x, y)) > 64 ? 1 : 0;
    EXPECT_LE(differ, now.width() * now.height() / 200) << golden(page);
  }
}

// Run by hand after a form was changed, and look at every picture: --gtest_also_run_disabled_tests.
TEST_P(Papers, DISABLED_becomes_golden) {
  auto const images = images_of(print().pdf);
  fs::create_directories(tests / "golden");
  for (std::size_t page = 0; page < images.size(); ++page)
    fs::copy_file(images[page], golden(page), fs::copy_options::overwrite_existing);
}

INSTANTIATE_TEST_SUITE_P(House, Papers, ::testing::ValuesIn(form_names()),
                         [](auto const& each) { return each.param; });

TEST(Samples, are_there_for_the_whole_paper_set) { EXPECT_EQ(form_names().size(), 8U); }

class LongPapers : public PaperTest {};

TEST_F(LongPapers, repeats_a_tables_heading_on_every_page) {
  auto values = sample_of("inspection_summary");
  Json::Array rows;
  for (int i = 1; i <= 300; ++i) {
    Json row;
    row.set("firm", "第" + std::to_string(i) + "号企业有限责任公司");
    row.set("firm_key", "91371502MA3C4D" + std::to_string(1000 + i));
    row.set("result", "未发现问题");
    rows.push_back(std::move(row));
  }
  values.set("rows", std::move(rows));
  auto const printed = press().print(form_of("inspection_summary"), values, imprint());
  ASSERT_TRUE(printed) << printed.refusal().code;
  EXPECT_GT(printed->pages, 10);
  auto const text = text_of(printed->pdf);
  int headings = 0;
  for (auto at = text.find("检查结果公示日期"); at != text.npos; at = text.find("检查结果公示日期", at + 1))
    ++headings;
  EXPECT_GE(headings, printed->pages - 1);
  for (int i = 1; i <= 300; ++i)
    EXPECT_NE(text.find("第" + std::to_string(i) + "号企业有限责任公司"), text.npos) << i;
  EXPECT_NE(text.find("第1页共" + std::to_string(printed->pages) + "页"), text.npos);
}

TEST_F(LongPapers, breaks_a_cell_of_two_thousand_characters_and_loses_none) {
  std::string reason;
  for (int i = 0; i < 200; ++i) reason += "第" + std::to_string(1000 + i) + "项问题长";
  auto values = sample_of("site_record");
  values.set("situation", reason);
  auto const printed = press().print(form_of("site_record"), values, imprint());
  ASSERT_TRUE(printed);
  EXPECT_GE(printed->pages, 3);
  auto const text = text_of(printed->pdf);
  for (int i = 0; i < 200; ++i)  // a number may stand on both sides of a page's end
    EXPECT_NE(text.find(std::to_string(1000 + i).substr(1)), text.npos) << i;
  // The seal is not alone on the last page.
  auto const last = without_blanks(output_of("pdftotext -raw -f " + std::to_string(printed->pages) + ' ' +
                                             written(printed->pdf).string() + " -"));
  EXPECT_NE(last.find("以上笔录"), last.npos) << last;
}

TEST_F(LongPapers, takes_text_along_with_the_seal_wherever_the_page_ends) {
  for (int lines = 1; lines <= 60; lines += 1) {
    std::string facts;
    for (int i = 0; i < lines; ++i) facts += "所查问题之" + std::to_string(i) + "。\n";
    auto values = sample_of("correction_order");
    values.set("facts", facts + "问题到此为止。");
    auto const printed = press().print(form_of("correction_order"), values, imprint());
    ASSERT_TRUE(printed);
    if (printed->pages < 2) continue;
    auto const last = without_blanks(output_of("pdftotext -raw -f " + std::to_string(printed->pages) + ' ' +
                                               written(printed->pdf).string() + " -"));
    EXPECT_NE(last.find("印章"), last.npos) << lines;
    EXPECT_FALSE(last.starts_with("签收人") || last.starts_with("（印章）")) << lines << last;
  }
}

TEST_F(LongPapers, refuses_what_no_clip_would_hold) {
  auto values = sample_of("inspection_summary");
  Json::Array rows;
  Json row;
  row.set("firm", "企业");
  row.set("firm_key", "91371502MA3C4D5E6F");
  row.set("result", "未发现问题");
  for (int i = 0; i < 4000; ++i) rows.push_back(row);
  values.set("rows", std::move(rows));
  auto const printed = press().print(form_of("inspection_summary"), values, imprint());
  ASSERT_FALSE(printed);
  EXPECT_EQ(printed.refusal().code, "document_too_long");
}

struct Hostile {
  std::string text;
  std::string detail;
};
class HostileTexts : public ::testing::TestWithParam<Hostile> {};

TEST_P(HostileTexts, are_refused_with_their_place) {
  auto values = sample_of("inspection_notice");
  values.set("firm", "鲁西" + GetParam().text + "公司");
  auto const refused = press().check(form_of("inspection_notice"), values);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.refusal().code, "not_printable");
  ASSERT_EQ(refused.refusal().problems.size(), 1U);
  EXPECT_EQ(refused.refusal().problems[0].path, "/firm");
  EXPECT_EQ(refused.refusal().problems[0].detail, GetParam().detail);
}

INSTANTIATE_TEST_SUITE_P(All, HostileTexts,
                         ::testing::Values(Hostile{"\x01", "U+0001"}, Hostile{"\x1B[2J", "U+001B"},
                                           Hostile{"\u202E", "U+202E"}, Hostile{"\u2066", "U+2066"},
                                           Hostile{"\u200B", "U+200B"}, Hostile{"\uFEFF", "U+FEFF"},
                                           Hostile{"\u0085", "U+0085"}, Hostile{"\u2028", "U+2028"},
                                           Hostile{"\U0001F600", "U+1F600"}, Hostile{"\U000E0041", "U+E0041"},
                                           Hostile{"\xFF", "UTF-8"}, Hostile{"\u0627", "U+0627"}));

TEST(Values, are_asked_for_by_name) {
  auto values = sample_of("inspection_notice");
  values.set("firm", Json());
  values.set("notice_on", "gestern");
  values.set("unasked", "x");
  auto const refused = press().check(form_of("inspection_notice"), values);
  ASSERT_FALSE(refused);
  std::string all;
  for (auto const& problem : refused.refusal().problems) all += problem.path + ' ' + problem.code + '\n';
  EXPECT_EQ(all, "/notice_on wrong_kind\n/firm missing_field\n/unasked unknown_field\n");
}

TEST(Values, that_look_like_placeholders_stay_texts) {
  auto values = sample_of("inspection_notice");
  values.set("firm", "${department}公司 ${nothing}");
  EXPECT_TRUE(press().print(form_of("inspection_notice"), values, imprint()));
}

TEST(Papers100, are_notices_in_ten_seconds) {
  auto const form = form_of("inspection_notice");
  auto values = sample_of("inspection_notice");
  auto const begin = std::chrono::steady_clock::now();
  for (int i = 0; i < 100; ++i) {
    values.set("firm", "聊城市第" + std::to_string(i) + "号企业有限公司");
    ASSERT_TRUE(press().print(form, values, imprint()));
  }
  auto const took = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  std::cout << "100 notices on one thread: " << took << " s (order: 10 s)\n";
  RecordProperty("seconds_per_100_notices", std::to_string(took));
  EXPECT_LE(took, 60) << "six times the order: not a loaded machine but a broken press";
}

TEST(Papers100, come_out_the_same_from_many_threads) {
  auto const form = form_of("inspection_notice");
  auto const values = sample_of("inspection_notice");
  auto const expected = press().print(form, values, imprint())->pdf;
  std::atomic<int> same{0};
  std::atomic<int> busy{0};
  std::vector<std::jthread> threads;
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([&] {
      for (int k = 0; k < 8; ++k) {
        auto const printed = press().print(form, values, imprint());
        if (printed)
          same += printed->pdf == expected ? 1 : 0;
        else
          busy += printed.refusal().code == "busy" ? 1 : 0;
      }
    });
  threads.clear();
  EXPECT_EQ(same + busy, 32);
  EXPECT_GE(same, 8);
}

}  // namespace
}  // namespace plumbline::documents
