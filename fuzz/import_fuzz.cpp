// Files of other programs: CSV and XLSX as a whole, the parts of a workbook by themselves, and the map that
// names columns. The first byte says which.
#include <unistd.h>
#include <zip.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "base/limits.hpp"
#include "kernel/import.hpp"

namespace {

using namespace plumbline;
namespace fs = std::filesystem;

void require(bool holds) {
  if (!holds) std::abort();
}

fs::path const& scratch() {
  static fs::path const folder = [] {
    auto const made = fs::temp_directory_path() / ("plumbline-fuzz-" + std::to_string(::getpid()));
    fs::create_directories(made);
    return made;
  }();
  return folder;
}

void read_rows(fs::path const& file) {
  auto const table = kernel::open_table(file);
  if (!table) return require(!table.refusal().code.empty());
  kernel::TableRow row;
  std::int64_t rows = 0;
  while ((*table)->next(row)) {
    require(row.cells.size() <= limits::import_columns);
    std::size_t bytes = 0;
    for (auto const& cell : row.cells) bytes += cell.size();
    // Text of another encoding grows when it becomes UTF-8.
    require(bytes <= 3 * limits::import_row_bytes);
    require(++rows < 2'000'000);
  }
}

void read_file(std::string_view content, char const* name) {
  auto const file = scratch() / name;
  std::ofstream(file, std::ios::binary) << content;
  read_rows(file);
}

// Between two bytes FF the parts: workbook, shared texts, styles, sheet. Around them what a reader needs.
void read_workbook(std::string_view content) {
  static constexpr char const* names[] = {"xl/worksheets/s.xml", "xl/sharedStrings.xml", "xl/styles.xml",
                                          "xl/workbook.xml"};
  std::vector<std::string_view> parts;
  for (auto const* name : names) {
    (void)name;
    auto const end = content.find('\xff');
    parts.push_back(content.substr(0, end));
    content = end == std::string_view::npos ? std::string_view() : content.substr(end + 1);
  }
  static constexpr std::string_view book =
      R"(<workbook xmlns:r="x"><sheets><sheet name="s" r:id="r7"/></sheets></workbook>)";
  static constexpr std::string_view relations =
      R"(<Relationships><Relationship Id="r7" Target="worksheets/s.xml"/></Relationships>)";
  if (parts[3].empty()) parts[3] = book;
  auto const file = scratch() / "parts.xlsx";
  int error = 0;
  zip_t* archive = zip_open(file.c_str(), ZIP_CREATE | ZIP_TRUNCATE, &error);
  require(archive != nullptr);
  auto const add = [&](char const* name, std::string_view part) {
    auto const index = zip_file_add(archive, name, zip_source_buffer(archive, part.data(), part.size(), 0),
                                    ZIP_FL_OVERWRITE);
    zip_set_file_compression(archive, static_cast<zip_uint64_t>(index), ZIP_CM_STORE, 0);
  };
  for (std::size_t i = 0; i < parts.size(); ++i)
    if (!parts[i].empty()) add(names[i], parts[i]);
  add("xl/_rels/workbook.xml.rels", relations);
  require(zip_close(archive) == 0);
  read_rows(file);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  if (size == 0) return 0;
  std::string_view const content(reinterpret_cast<char const*>(data) + 1, size - 1);
  switch (data[0] % 4) {
    case 0: read_file(content, "file.csv"); break;
    case 1: read_file(content, "file.xlsx"); break;
    case 2: read_workbook(content); break;
    default: (void)kernel::parse_import_map(std::string(content)); break;
  }
  return 0;
}
