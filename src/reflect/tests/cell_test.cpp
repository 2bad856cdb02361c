#include <gmock/gmock.h>

#include "fixture.hpp"
#include "reflect/codec.hpp"

namespace plumbline::reflect {
namespace {

using fixture::Firm;
using testing::ElementsAre;

struct Cells {
  Firm firm;
  Labels const labels = [](Type const&, Enumerator const& enumerator) -> std::string_view {
    return enumerator.name == "normal" ? "在业" : enumerator.name == "closed" ? "注销" : "";
  };

  Field const& field(std::string_view name) const { return *type_of<Firm>().find(name); }
  // The problem's code, or "".
  std::string read(std::string_view name, std::string_view cell) {
    auto const problem = read_cell(cell, field(name), &firm, &labels);
    if (!problem) return "";
    EXPECT_EQ(problem->path.substr(1, name.size()), name);
    return problem->code;
  }
  std::string write(std::string_view name) const { return write_cell(field(name), &firm, &labels); }
  // What a cell reads as, written again.
  std::string again(std::string_view name, std::string_view cell) {
    std::string const code = read(name, cell);
    return code.empty() ? write(name) : code;
  }
};

TEST(Cell, dates) {
  Cells cells;
  for (char const* cell : {"2025-03-01", "2025/3/1", "2025.3.1", "2025年3月1日", "20250301", " 2025-3-01\t",
                           "２０２５－３－１", "2025-03-01 00:00:00", "2025-03-01T00:00",
                           ("\u3000"
                            "2025/03/01\u00A0")})
    EXPECT_EQ(cells.again("founded", cell), "2025-03-01") << cell;
  for (char const* cell :
       {"2025-02-29", "25-3-1", "2025-3", "2025/3-1", "2025年3月1", "45717", "3/1/2025", "2025-03-01 12:00",
        "202503011", "2025-03-01x", "一", "2025-13-01", "1898-01-01", "20251301"})
    EXPECT_EQ(cells.read("founded", cell), "invalid_date") << cell;
  EXPECT_EQ(cells.read("founded", ""), "required") << "a date that is not optional has no empty value";
}

TEST(Cell, instantsAreLegalTime) {
  Cells cells;
  EXPECT_EQ(cells.again("inspected", "2025-03-01T06:30:00Z"), "2025-03-01 14:30:00");
  EXPECT_EQ(cells.again("inspected", "2025/3/1 14:30"), "2025-03-01 14:30:00");
  EXPECT_EQ(cells.again("inspected", "2025-03-01 14:30:05.25"), "2025-03-01 14:30:05.25");
  EXPECT_EQ(cells.firm.inspected->micros_utc, parse_instant("2025-03-01T06:30:05.25Z")->micros_utc);
  EXPECT_EQ(cells.again("inspected", "2025年3月1日"), "2025-03-01 00:00:00");
  for (char const* cell : {"2025-03-01 24:00", "2025-03-01 1:60", "14:30", "2025-03-01 14",
                           "2025-03-01 14:30:05.", "2025-03-01 14:30:05.1234567", "2025-03-01 14:30 x"})
    EXPECT_EQ(cells.read("inspected", cell), "invalid_instant") << cell;
  EXPECT_EQ(cells.read("inspected", " "), "");
  EXPECT_FALSE(cells.firm.inspected.has_value()) << "a blank cell empties an optional";
}

TEST(Cell, numbers) {
  Cells cells;
  EXPECT_EQ(cells.again("employees", "1,234"), "1234");
  EXPECT_EQ(cells.again("employees", "１２，３４５"), "12345");
  EXPECT_EQ(cells.again("employees", "12.0"), "12");
  EXPECT_EQ(cells.again("score", "-1,234,567"), "-1234567");
  for (char const* cell : {"12,5", "1,23", ",123", "1,2345", "12.5", "12.", "1e3", "+1", "十", "0x10", "1 2",
                           "--1", "12,345,67"})
    EXPECT_EQ(cells.read("employees", cell), "invalid_integer") << cell;
  EXPECT_EQ(cells.read("employees", "-1"), "out_of_range");
  EXPECT_EQ(cells.read("stars", "256"), "out_of_range");
  EXPECT_EQ(cells.read("employees", ""), "") << "blank leaves a number alone";
}

TEST(Cell, moneyAndDecimals) {
  Cells cells;
  EXPECT_EQ(cells.again("fine", "¥1,234.5"), "1234.50");
  EXPECT_EQ(cells.again("fine", "１２３４元"), "1234.00");
  EXPECT_EQ(cells.again("fine", "￥0.07"), "0.07");
  for (char const* cell : {"1.234", "12万元", "USD 5", "1,23", "元", "1 元 2"})
    EXPECT_EQ(cells.read("fine", cell), "invalid_money") << cell;
  EXPECT_EQ(cells.read("fine", "-1"), "out_of_range");
  EXPECT_EQ(cells.again("rate", "0.50"), "0.50");
  EXPECT_EQ(cells.again("rate", "００．５"), "invalid_decimal");
  EXPECT_EQ(cells.read("rate", "1,000.5"), "out_of_range");
  EXPECT_EQ(cells.read("rate", "5%"), "invalid_decimal");
}

TEST(Cell, truthAndEnumerators) {
  Cells cells;
  EXPECT_EQ(cells.again("large", "是"), "是");
  EXPECT_EQ(cells.again("large", "FALSE"), "否");
  EXPECT_EQ(cells.read("large", "maybe"), "invalid_boolean");
  EXPECT_EQ(cells.again("status", "注销"), "注销");
  EXPECT_EQ(cells.firm.status, fixture::FirmStatus::closed);
  EXPECT_EQ(cells.again("status", "pending"), "pending") << "without a label the name is shown";
  EXPECT_EQ(cells.read("status", "吊销"), "unknown_value");
}

TEST(Cell, textsAndLists) {
  Cells cells;
  EXPECT_EQ(cells.again("name", "  第一\r\n行 "), "第一\n行");
  EXPECT_EQ(cells.again("name", "Ve\u0301lo"), "V\u00e9lo");
  EXPECT_EQ(cells.again("phone", "１３８ 1234—1234"), "phone") << "folded, but a dash does not belong there";
  EXPECT_EQ(cells.again("phone", "０６３５－２３２１２３４"), "0635-2321234");
  EXPECT_EQ(cells.read("name", ""), "required");
  EXPECT_EQ(cells.read("name", "一"), "too_short");
  EXPECT_EQ(cells.read("digest", "xyz"), "sha256_hex");
  EXPECT_EQ(cells.read("digest", ""), "");
  EXPECT_EQ(cells.again("aliases", "甲； 乙;;丙；"), "甲;乙;丙");
  EXPECT_THAT(cells.firm.aliases, ElementsAre("甲", "乙", "丙"));
  EXPECT_EQ(cells.again("aliases", ""), "");
  EXPECT_EQ(cells.again("parent", "01890A5D-AC96-774B-BCCE-B302099A8057"),
            "01890a5d-ac96-774b-bcce-b302099a8057");
  EXPECT_EQ(cells.read("parent", "x"), "invalid_uuid");
}

TEST(Cell, listItemsObeyTheirFormat) {
  fixture::Product product;
  Field const& brands = *type_of<fixture::Product>().find("brands");
  EXPECT_EQ(read_cell("甲;乙", brands, &product), std::nullopt);
  EXPECT_EQ(read_cell("甲;乙|丙", brands, &product)->code, "ident");
  EXPECT_EQ(read_cell("甲;乙;丙;丁", brands, &product)->code, "too_many");
}

TEST(Cell, refusesWhatHasNoCell) {
  Cells cells;
  EXPECT_EQ(cells.read("products", "x"), "no_cell");
  EXPECT_EQ(cells.read("id", "01890a5d-ac96-774b-bcce-b302099a8057"), "read_only");
  cells.firm.products = {{"p", 1, {}, {}}};
  EXPECT_EQ(cells.write("products"), R"({"code":"p","price_cents":1,"brands":[]})");
}

}  // namespace
}  // namespace plumbline::reflect
