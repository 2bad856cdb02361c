#include "table_file.hpp"

#include <gmock/gmock.h>
#include <xlsxwriter.h>
#include <zip.h>

#include <fstream>

#include "base/hash.hpp"
#include "base/limits.hpp"

namespace plumbline::kernel {
namespace {

using ::testing::ElementsAre;

class TableFile : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ = std::filesystem::temp_directory_path() / ("plumbline-table-" + hex_encode(random_bytes(8)));
    std::filesystem::create_directories(folder_);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::filesystem::path put(std::string const& name, std::string const& content) {
    std::ofstream(folder_ / name, std::ios::binary) << content;
    return folder_ / name;
  }

  // "number|cell|cell !problem"
  std::vector<std::string> rows(std::filesystem::path const& file) {
    auto table = open_table(file);
    if (!table) return {table.refusal().code};
    std::vector<std::string> out;
    for (TableRow row; (*table)->next(row);) {
      std::string line = std::to_string(row.number);
      for (auto const& cell : row.cells) line += "|" + cell;
      if (!row.problem.empty()) line += " !" + row.problem;
      out.push_back(line);
    }
    return out;
  }
  std::vector<std::string> csv(std::string const& content) { return rows(put("a.csv", content)); }

  // A workbook of the given parts.
  std::filesystem::path workbook(std::vector<std::pair<std::string, std::string>> parts) {
    auto const path = folder_ / "made.xlsx";
    parts.emplace_back("xl/_rels/workbook.xml.rels",
                       R"(<Relationships><Relationship Id="r7" Target="worksheets/s.xml"/></Relationships>)");
    int error = 0;
    zip_t* archive = zip_open(path.c_str(), ZIP_CREATE | ZIP_TRUNCATE, &error);
    for (auto const& [name, content] : parts)
      zip_file_add(archive, name.c_str(), zip_source_buffer(archive, content.data(), content.size(), 0),
                   ZIP_FL_OVERWRITE);
    EXPECT_EQ(zip_close(archive), 0);
    return path;
  }

  std::filesystem::path folder_;
};

std::string const book = R"(<workbook xmlns:r="x"><workbookPr date1904="1"/>)"
                         R"(<sheets><sheet name="s" r:id="r7"/></sheets></workbook>)";

TEST_F(TableFile, SeparatorsQuotesAndLineEnds) {
  EXPECT_THAT(csv("a,b\n1,2\n"), ElementsAre("1|a|b", "2|1|2"));
  EXPECT_THAT(csv("a;\"b;,\"\r\n1;2,5"), ElementsAre("1|a|b;,", "2|1|2,5"));
  EXPECT_THAT(csv("a\tb\n\n \t\n1\t\"x\"\"y\"\n"), ElementsAre("1|a|b", "4|1|x\"y"));
  EXPECT_THAT(csv("a,b\n\"1\n\n2\",3\n4,5\n"), ElementsAre("1|a|b", "2|1\n\n2|3", "3|4|5"));
  EXPECT_THAT(csv("a\n\"\"\"\"\n"), ElementsAre("1|a", "2|\""));
}

TEST_F(TableFile, AFaultCostsItsRowOnly) {
  EXPECT_THAT(csv("a,b\n1,\"2\n3,4\n5,\"6\"\n"),
              ElementsAre("1|a|b", "2|1|\"2 !stray_quote", "3|3|4", "4|5|6"));
  EXPECT_THAT(csv("a,b\n1,\"2\n3,4"), ElementsAre("1|a|b", "2|1|\"2 !stray_quote", "3|3|4"));
  EXPECT_THAT(csv("a,b\n1,\"2\" x\n3,4"), ElementsAre("1|a|b", "2|1|\"2\" x !stray_quote", "3|3|4"));
  EXPECT_THAT(csv("a,b\n1,5\" pipe\n3,4"), ElementsAre("1|a|b", "2|1|5\" pipe !stray_quote", "3|3|4"));
  // Two quotes that have nothing to do with each other enclose a line end.
  EXPECT_THAT(csv("a,b\n1,\"2\n3,4\"\n5,6\n"), ElementsAre("1|a|b", "2|1|2\n3,4", "3|5|6"));
  EXPECT_THAT(csv("a,b\n\"1,2\n3,4\"\n5,6\n"),
              ElementsAre("1|a|b", "2|\"1|2 !stray_quote", "3|3|4\" !stray_quote", "4|5|6"));
  EXPECT_THAT(csv("a,b\n1\n1,2,3\n1,2,,\n"),
              ElementsAre("1|a|b", "2|1 !column_count", "3|1|2|3 !column_count", "4|1|2"));
}

TEST_F(TableFile, RowsAndQuotesHaveLimits) {
  std::string const long_cell(limits::import_row_bytes + 1, 'x');
  auto const cut = csv("a,b\n1," + long_cell + "\n3,4\n");
  ASSERT_EQ(cut.size(), 3U);
  EXPECT_TRUE(cut[1].ends_with(" !row_too_long"));
  EXPECT_EQ(cut[2], "3|3|4");
  std::string open = "a,b\n1,\"2\n";
  while (open.size() < 2 * limits::import_cell_bytes) open += "3,4\n";
  auto const many = csv(open);
  EXPECT_EQ(many[1], "2|1|\"2 !stray_quote");
  EXPECT_EQ(many[2], "3|3|4");
}

TEST_F(TableFile, EncodingsChangeFromLineToLineAndFromCellToCell) {
  std::string const gb_notice = "\xCD\xA8\xD6\xAA";  // 通知; well-formed UTF-8 as well
  std::string const gb_city = "\xC1\xC4\xB3\xC7";    // 聊城
  EXPECT_THAT(csv("名,b\n·,2\n" + gb_city + ",通知\n" + gb_notice + ",1\n\xFF,3\n"),
              ElementsAre("1|名|b", "2|·|2", "3|聊城|通知", "4|通知|1", "5|\xEF\xBF\xBD|3 !encoding"));
  EXPECT_THAT(csv("a,b\n" + gb_notice + ",1\n"), ElementsAre("1|a|b", "2|通知|1"));
  EXPECT_THAT(csv("a,b\nΦ20×3,1\n"), ElementsAre("1|a|b", "2|Φ20×3|1"));
  EXPECT_THAT(csv(std::string("\xFE\xFF\0a\0,\0b\0\n\x90\x1A\0,\x77\xE5", 16)),
              ElementsAre("1|a|b", "2|通|知"));
}

TEST_F(TableFile, ReadsWhatASpreadsheetWrites) {
  auto const path = folder_ / "a.xlsx";
  lxw_workbook* made = workbook_new(path.c_str());
  lxw_worksheet* sheet = workbook_add_worksheet(made, nullptr);
  lxw_worksheet* other = workbook_add_worksheet(made, nullptr);
  lxw_format* date = workbook_add_format(made);
  format_set_num_format(date, "yyyy\"年\"m\"月\"d\"日\"");
  lxw_format* builtin = workbook_add_format(made);
  format_set_num_format_index(builtin, 22);
  lxw_format* red = workbook_add_format(made);
  format_set_num_format(red, "[Red]0.00\"dm\"");
  worksheet_write_string(sheet, 0, 0, "名称", nullptr);
  for (lxw_col_t column = 1; column < 6; ++column)
    worksheet_write_string(sheet, 0, column, ("c" + std::to_string(column)).c_str(), nullptr);
  worksheet_write_string(sheet, 2, 0, "通知\n&<", nullptr);
  worksheet_write_number(sheet, 2, 1, 45717, date);
  worksheet_write_number(sheet, 2, 2, 45717.604166666664, builtin);
  worksheet_write_number(sheet, 2, 3, 45.3 - 1e-14, red);
  worksheet_write_number(sheet, 2, 4, 13800001234.0, nullptr);
  worksheet_write_formula_num(sheet, 2, 5, "=1+1", nullptr, 2);
  worksheet_write_number(sheet, 3, 0, 1e-7, nullptr);
  worksheet_write_boolean(sheet, 3, 1, 1, nullptr);
  worksheet_write_number(sheet, 3, 2, 59, date);
  worksheet_write_formula_str(sheet, 3, 3, "=\"a\"", nullptr, "a");
  worksheet_write_string(other, 0, 0, "not this one", nullptr);
  ASSERT_EQ(workbook_close(made), LXW_NO_ERROR);
  EXPECT_THAT(rows(path), ElementsAre("1|名称|c1|c2|c3|c4|c5",
                                      "3|通知\n&<|2025-03-01|2025-03-01 14:30:00|45.3|13800001234|2",
                                      "4|0.0000001|TRUE|1900-02-28|a||"));
}

TEST_F(TableFile, ReadsOtherProgramsSheets) {
  auto const path = workbook(
      {{"xl/workbook.xml", book},
       {"xl/styles.xml",
        R"(<styleSheet><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs></styleSheet>)"},
       {"xl/worksheets/s.xml",
        R"(<worksheet><sheetData><row><c t="inlineStr"><is><r><t>a</t></r><r><t>b</t></r><rPh><t>x</t></rPh>)"
        R"(</is></c><c t="str"><v>d</v></c></row><row r="9"><c s="1"><v>0</v></c>)"
        R"(<c t="d"><v>2025-03-01</v></c>)"
        R"(</row><row><c r="B10" t="e"><v>#N/A</v></c></row><row><c r="C11"><v>1</v></c></row>)"
        R"(</sheetData></worksheet>)"}});
  EXPECT_THAT(rows(path), ElementsAre("1|ab|d", "9|1904-01-01|2025-03-01", "10||#N/A !cell_error",
                                      "11|||1 !column_count"));
}

TEST_F(TableFile, RefusesWhatIsNoWorkbook) {
  EXPECT_THAT(rows(put("a.xlsx", "PK\x03\x04")), ElementsAre("damaged_file"));
  EXPECT_THAT(rows(put("a.xls", "\xD0\xCF\x11\xE0 old")), ElementsAre("unsupported_format"));
  EXPECT_THAT(rows(folder_ / "absent.csv"), ElementsAre("unreadable_file"));
  EXPECT_THAT(rows(workbook({{"xl/workbook.xml", "<workbook/>"}})), ElementsAre("damaged_file"));
  // Entities that multiply.
  std::string const bomb =
      R"(<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]>)"
      R"(<worksheet><sheetData><row><c t="str"><v>&b;</v></c></row></sheetData></worksheet>)";
  EXPECT_THAT(rows(workbook({{"xl/workbook.xml", book}, {"xl/worksheets/s.xml", bomb}})),
              ElementsAre("1 !damaged_file"));
  // Broken in the middle: what came before counts.
  EXPECT_THAT(
      rows(workbook({{"xl/workbook.xml", book},
                     {"xl/worksheets/s.xml",
                      "<worksheet><sheetData><row><c><v>1</v></c></row><row><c><v>2</v></c></row><ro"}})),
      ElementsAre("1|1", "2|2", "3 !damaged_file"));
}

std::size_t resident_kilobytes() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);)
    if (line.starts_with("VmRSS:")) return std::stoul(line.substr(6));
  return 0;
}

// A bomb: sixty megabytes of words from a file a thousand times smaller, and rows that use them all.
TEST_F(TableFile, SharedTextsDoNotFillTheMemory) {
  constexpr int texts = 60'000;
  auto const file = [&] {
    std::string strings = "<sst>";
    std::string cells = "<worksheet><sheetData>";
    for (int i = 0; i < texts; ++i) {
      strings += "<si><t>" + std::to_string(i) + std::string(1'000, 'a') + "</t></si>";
      // Asked for out of order, some of them again.
      auto const asked = std::to_string(i * 7'919LL % texts);
      cells += "<row><c t=\"s\"><v>" + asked + "</v></c><c t=\"s\"><v>0</v></c></row>";
    }
    return workbook({{"xl/workbook.xml", book},
                     {"xl/sharedStrings.xml", strings + "</sst>"},
                     {"xl/worksheets/s.xml", cells + "</sheetData></worksheet>"}});
  }();
  auto const before = resident_kilobytes();
  auto table = open_table(file);
  ASSERT_TRUE(table);
  std::int64_t number = 0;
  for (TableRow row; (*table)->next(row); ++number) {
    ASSERT_EQ(row.cells.size(), 2U);
    ASSERT_EQ(row.cells[0], std::to_string(number * 7'919 % texts) + std::string(1'000, 'a'));
    ASSERT_EQ(row.cells[1], "0" + std::string(1'000, 'a'));
  }
  EXPECT_EQ(number, texts);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)  // they keep what was freed
  EXPECT_LT(resident_kilobytes(), before + 24'000) << "kilobytes, of 60,000 of text";
#else
  (void)before;
#endif
  EXPECT_THAT(rows(workbook({{"xl/workbook.xml", book},
                             {"xl/sharedStrings.xml", "<sst><si><t>a</t></si></sst>"},
                             {"xl/worksheets/s.xml",
                              "<worksheet><sheetData><row><c t=\"s\"><v>1</v></c></row></sheetData>"
                              "</worksheet>"}})),
              ElementsAre("1 !damaged_file"));
}

TEST_F(TableFile, FormatsHaveALimit) {
  std::string styles = "<styleSheet><numFmts>";
  for (int i = 0; i < 70'000; ++i)
    styles += "<numFmt numFmtId=\"" + std::to_string(200 + i) + "\" formatCode=\"y\"/>";
  EXPECT_THAT(rows(workbook({{"xl/workbook.xml", book},
                             {"xl/styles.xml", styles + "</numFmts></styleSheet>"},
                             {"xl/worksheets/s.xml", "<worksheet><sheetData/></worksheet>"}})),
              ElementsAre("damaged_file"));
}

TEST_F(TableFile, WritersKeepTheTextAndHarmNobody) {
  std::vector<TableCell> const cells{{"=cmd()"}, {"-5", true}, {"a,\"b\"\r\nc"}, {" x "}, {"通知"}};
  for (auto const format : {TableFormat::csv, TableFormat::xlsx}) {
    auto const path = folder_ / (format == TableFormat::csv ? "w.csv" : "w.xlsx");
    auto writer = make_table_writer(format, path, {});
    ASSERT_TRUE(writer->write(cells));
    EXPECT_FALSE(std::filesystem::exists(path));
    writer->finish();
    auto const read = rows(path);
    ASSERT_EQ(read.size(), 1U);
    if (format == TableFormat::csv)
      EXPECT_EQ(read[0], "1|'=cmd()|-5|a,\"b\"\nc| x |通知");
    else
      EXPECT_EQ(read[0], "1|=cmd()|-5|a,\"b\"\r\nc| x |通知");
  }
  {
    auto const dropped = make_table_writer(TableFormat::csv, folder_ / "dropped.csv", {});
  }
  EXPECT_FALSE(std::filesystem::exists(folder_ / "dropped.csv.part"));
  EXPECT_EQ(without_protection("'=1"), "=1");
  EXPECT_EQ(without_protection("'n Roll"), "'n Roll");
}

}  // namespace
}  // namespace plumbline::kernel
