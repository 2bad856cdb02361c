// Any list as a table: written beside in constant memory, then sent.
#include <filesystem>
#include <fstream>

#include "base/hash.hpp"
#include "base/limits.hpp"
#include "base/text.hpp"
#include "counted.hpp"
#include "kernel/act.hpp"
#include "kernel/import.hpp"
#include "ledger/files.hpp"
#include "records.hpp"

namespace plumbline::http {
namespace {

namespace fs = std::filesystem;
using kernel::refuse;

struct Format {
  std::string_view name;
  std::string_view media_type;
};
constexpr Format formats[] = {
    {"csv", "text/csv; charset=utf-8"},
    {"xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"},
};

}  // namespace

Response export_records(Context& context) {
  auto const reg = register_of(context);
  if (!reg) return context.refused(reg.refusal());
  auto const wish = context.request.parameter("format").value_or("csv");
  Format const* format = nullptr;
  for (auto const& known : formats)
    if (known.name == wish) format = &known;
  if (format == nullptr) return context.refused(refuse("unsupported_format", "/format", std::string(wish)));
  auto const listing = listing_of(context.request, {"format", "words", "columns"});
  if (!listing) return context.refused(listing.refusal());
  kernel::ExportWish table;
  if (auto const words = context.request.parameter("words")) {
    table.words = kernel::parse_language(*words);
    if (!table.words) return context.refused(refuse("invalid_value", "/words", "zh-CN, en"));
  }
  table.columns = split_names(std::string(context.request.parameter("columns").value_or("")));
  Counted const exporting(context.exporting);
  if (exporting.others() >= static_cast<int>(limits::exports_at_once)) return context.refused(refuse("busy"));
  auto const viewer = context.viewer();
  if (auto noted = note_personal_read(context, **reg, viewer, "export", "*"); !noted)
    return context.refused(noted.refusal());

  auto const folder = context.system.folder() / "uploads";
  ledger::make_private_folder(folder);
  table.file = folder / ("export-" + hex_encode(random_bytes(16)) + "." + std::string(format->name));
  auto const given = kernel::export_register(context.system, viewer, (*reg)->name, listing->query, table);
  if (!given) return context.refused(given.refusal());
  auto content = std::make_shared<std::ifstream>(table.file, std::ios::binary);
  auto const bytes = static_cast<std::int64_t>(fs::file_size(table.file));
  fs::remove(table.file);  // what is open stays readable, and goes when the answer is sent or given up
  Response response;
  response.set("content-type", std::string(format->media_type));
  response.set("cache-control", "no-store");
  response.set("content-disposition", "attachment; filename=\"" + std::string((*reg)->name) + "." +
                                          std::string(format->name) + "\"");
  response.set("x-records", std::to_string(*given));
  response.content = FileContent{std::move(content), bytes};
  return response;
}

}  // namespace plumbline::http
