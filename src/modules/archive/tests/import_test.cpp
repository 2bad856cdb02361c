// Firms as they come out of other people's spreadsheets.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "archive/api.hpp"
#include "base/hash.hpp"
#include "base/identifiers.hpp"
#include "kernel/import.hpp"
#include "kernel/registers.hpp"
#include "kernel/system.hpp"

namespace plumbline::archive {
namespace {

namespace fs = std::filesystem;

class FirmImport : public ::testing::Test {
 protected:
  void SetUp() override {
    catalogue_.add(kernel::kernel_module());
    catalogue_.add(module());
    EXPECT_TRUE(kernel::System::init(folder_, {"3715", "firms.example/log", ""}, catalogue_, clock_));
    system_ = kernel::System::open(folder_, catalogue_, clock_);
  }
  void TearDown() override {
    system_.reset();
    fs::remove_all(folder_);
  }

  kernel::ImportReport import(std::string const& rows, kernel::ImportMap const& map = {}) {
    std::ofstream(folder_ / "firms.csv") << rows;
    kernel::ImportOptions options;
    options.register_name = "firm";
    options.file = folder_ / "firms.csv";
    options.map = map;
    auto report = kernel::import_file(*system_, options);
    EXPECT_TRUE(report) << report.refusal().code << report.refusal().detail;
    for (auto const& problem : report->problems)
      ADD_FAILURE() << problem.row << ' ' << problem.column << ' ' << problem.code;
    return *report;
  }
  Firm firm(std::string const& key) {
    auto const found = system_->reads().find(kernel::system_viewer("3715"), "firm", "key", key);
    EXPECT_TRUE(found) << key;
    return found ? found->as<Firm>() : Firm{};
  }

  FixedClock clock_{*parse_instant("2026-03-02T01:00:00Z")};
  fs::path folder_ = fs::temp_directory_path() / ("plumbline-firms-" + hex_encode(random_bytes(8)));
  kernel::Catalogue catalogue_;
  std::unique_ptr<kernel::System> system_;
};

std::string widened(std::string const& text) {
  std::string out;
  for (char c : text) {
    // U+FF00 lies 0xFEE0 above ASCII.
    unsigned const wide = static_cast<unsigned char>(c) + 0xFEE0u;
    out += static_cast<char>(0xE0u | (wide >> 12));
    out += static_cast<char>(0x80u | ((wide >> 6) & 0x3Fu));
    out += static_cast<char>(0x80u | (wide & 0x3Fu));
  }
  return out;
}

TEST_F(FirmImport, ACreditCodeIsReadAsItWasMeant) {
  auto const wide = *make_uscc("91", "371581", std::uint64_t{1});
  auto const spaced = *make_uscc("91", "371581", std::uint64_t{2});
  std::string lower = spaced;
  for (char& c : lower)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  auto const report = import("name,region,uscc\n甲公司,371581," + widened(wide) + "\n乙公司,371581, " +
                             lower.substr(0, 8) + " " + lower.substr(8) + " \n");
  EXPECT_EQ(report.created, 2);
  EXPECT_EQ(firm(wide).name, "甲公司");
  EXPECT_EQ(firm(spaced).name, "乙公司");
}

TEST_F(FirmImport, ALicenceNumberIsKeptBesideTheCreditCode) {
  auto const uscc = *make_uscc("91", "371581", std::uint64_t{3});
  kernel::ImportMap map;
  map.identifier_scheme = "food_licence";
  map.identifier_from = {"许可证"};
  import("name,region,uscc,许可证\n丙公司,371581," + uscc + ",SC12345\n", map);
  auto const& identifiers = firm(uscc).identifiers;
  ASSERT_EQ(identifiers.size(), 1U);
  EXPECT_EQ(identifiers[0].scheme, "food_licence");
  EXPECT_EQ(identifiers[0].value, "SC12345");
}

}  // namespace
}  // namespace plumbline::archive
