// Forms of the house filled with values as a city has them, printed and read again by Poppler's tools.
#pragma once
#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "base/hash.hpp"
#include "documents/code.hpp"
#include "documents/form.hpp"
#include "documents/press.hpp"

namespace plumbline::documents {

namespace fs = std::filesystem;

inline std::string content_of(fs::path const& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

inline std::string output_of(std::string const& command) {
  std::string out;
  auto* const pipe = popen(command.c_str(), "r");
  std::array<char, 4096> piece;
  for (std::size_t n = 0; (n = std::fread(piece.data(), 1, piece.size(), pipe)) > 0;)
    out.append(piece.data(), n);
  EXPECT_EQ(pclose(pipe), 0) << command;
  return out;
}

inline std::string without_blanks(std::string_view text) {
  std::string out;
  for (char const c : text)
    if (static_cast<unsigned char>(c) > 0x20) out += c;
  return out;
}

inline Form form_of(std::string const& name) {
  auto form = parse_form(content_of(fs::path(PLUMBLINE_SOURCE_DIR) / "forms" / (name + ".json")));
  if (!form) throw std::runtime_error(name + ": " + form.refusal().detail);
  return *std::move(form);
}

inline Press& press() {
  static Press one;
  return one;
}

inline Imprint imprint() {
  return {"371500检〔2026〕17号", "7K3M-9QRT-1A2B-3C4D-5E6F",
          "https://zhunsheng.example/v/7K3M9QRT1A2B3C4D5E6F", *parse_date("2026-03-10")};
}

class PaperTest : public ::testing::Test {
 protected:
  PaperTest() : folder_(fs::temp_directory_path() / ("paper-" + hex_encode(random_bytes(8)))) {
    fs::create_directory(folder_);
  }
  ~PaperTest() override { fs::remove_all(folder_); }

  fs::path written(std::string const& pdf) const {
    auto const file = folder_ / "paper.pdf";
    std::ofstream(file, std::ios::binary) << pdf;
    return file;
  }
  // As it follows in the page's own order: cell by cell.
  std::string text_of(std::string const& pdf) const {
    return without_blanks(output_of("pdftotext -raw -enc UTF-8 " + written(pdf).string() + " -"));
  }

  fs::path folder_;
};

}  // namespace plumbline::documents
