#include "composer.hpp"

#include <cairo-pdf.h>

#include <algorithm>
#include <memory>
#include <stdexcept>

#include "base/limits.hpp"
#include "qr.hpp"

namespace plumbline::documents {
namespace {

constexpr double mm = 72 / 25.4;
// GB/T 9704-2012, 5.2: A4, 37 mm above, 28 mm left, an area of 156 mm × 225 mm, 22 lines of 28 characters.
constexpr double page_width = 210 * mm;
constexpr double page_height = 297 * mm;
constexpr double left_edge = 28 * mm;
constexpr double top_edge = 37 * mm;
constexpr double area_width = 156 * mm;
constexpr double area_height = 225 * mm;
constexpr double right_edge = left_edge + area_width;
constexpr double bottom_edge = top_edge + area_height;

constexpr Style title_style{22, 36, true};                // 2号
constexpr Style body_style{16, area_height / 22, false};  // 3号
constexpr Style number_style{14, 26, false};              // 4号
constexpr Style dense_style{12, 20, false};               // 小四
constexpr Style note_style{9, 14, false};                 // 小五
constexpr Style code_style{7.5, 10, false};

constexpr double pad_x = 5;
constexpr double pad_y = 4;
constexpr double frame_line = 0.6;
constexpr double label_width = 25 * mm;
constexpr double qr_side = 22 * mm;
constexpr double seal_side = 42 * mm;  // GB/T 33481: the round seal of a bureau
constexpr double gap = 5;              // between a text and a frame
constexpr double signing_width = 76 * mm;

// A heading stays with the row below it, and with the words above it.
constexpr double table_start = 4 * dense_style.pitch;

Style style_of(Size size) {
  if (size == Size::body) return body_style;
  return size == Size::dense ? dense_style : note_style;
}

void draw_qr(cairo_t* page, std::string const& text, double left, double top) {
  auto const modules = qr_modules(text);
  double const side = qr_side / static_cast<double>(modules.size());
  for (std::size_t y = 0; y < modules.size(); ++y)
    for (std::size_t x = 0; x < modules.size(); ++x)
      if (modules[y][x])
        cairo_rectangle(page, left + static_cast<double>(x) * side, top + static_cast<double>(y) * side, side,
                        side);
  cairo_fill(page);
}

void draw_line(cairo_t* page, double x0, double y0, double x1, double y1, double width) {
  cairo_set_line_width(page, width);
  cairo_move_to(page, x0, y0);
  cairo_line_to(page, x1, y1);
  cairo_stroke(page);
}

cairo_status_t append_to(void* out, unsigned char const* bytes, unsigned int count) {
  auto& text = *static_cast<std::string*>(out);
  if (text.size() + count > limits::document_bytes) return CAIRO_STATUS_WRITE_ERROR;
  text.append(reinterpret_cast<char const*>(bytes), count);
  return CAIRO_STATUS_SUCCESS;
}

void name_document(cairo_surface_t* surface, Form const& form, Imprint const& imprint) {
  auto const set = [&](cairo_pdf_metadata_t what, std::string const& value) {
    cairo_pdf_surface_set_metadata(surface, what, value.c_str());
  };
  set(CAIRO_PDF_METADATA_TITLE, form.title + ' ' + imprint.number);
  set(CAIRO_PDF_METADATA_SUBJECT, form.name + ' ' + form.edition);
  set(CAIRO_PDF_METADATA_KEYWORDS, imprint.code);
  set(CAIRO_PDF_METADATA_CREATOR, "Plumbline");
  // Of the document, not of the printing: the bytes must come out again.
  auto const day = to_string(imprint.issued_on) + "T00:00:00+08:00";
  set(CAIRO_PDF_METADATA_CREATE_DATE, day);
  set(CAIRO_PDF_METADATA_MOD_DATE, day);
}

}  // namespace

void Composer::new_page() {
  pages_.emplace_back();
  y_ = top_edge;
}

// Past the limit nothing is kept; print() refuses.
void Composer::add(Drawing drawing) {
  if (pages_.size() <= limits::document_pages) pages_.back().push_back(std::move(drawing));
}

double Composer::room() const { return bottom_edge - y_; }

void Composer::put(Lines const& lines, double left, double top, Place place) {
  add([=](cairo_t* page) { lines.draw(page, 0, lines.count(), left, top, place); });
}

// The code stands in the margin above, out of the text's way.
void Composer::head() {
  double const qr_left = right_edge - qr_side;
  double const qr_top = 11 * mm;
  add([=, address = imprint_.address](cairo_t* page) { draw_qr(page, address, qr_left, qr_top); });
  auto const how = typesetter_.set("扫码查验本文书，或打开 " + imprint_.address + "\n核验码 " + imprint_.code,
                                   code_style, area_width - qr_side - 3 * mm);
  put(how, left_edge, qr_top + qr_side - how.height(), Place::right);
  for (auto const& line : {filling_.text("${authority}"), form_.title}) {
    auto const set = typesetter_.set(line, title_style, area_width);
    put(set, left_edge, y_, Place::centre);
    y_ += set.height();
  }
  auto const number = typesetter_.set(imprint_.number, number_style, area_width);
  y_ += 4;
  put(number, left_edge, y_, Place::right);
  y_ += number.height() + 8;
}

void Composer::foot(cairo_t* page, int number) const {
  double const top = bottom_edge + 7 * mm;
  auto const of = std::to_string(pages_.size());
  auto const left = typesetter_.set(imprint_.number + "  核验码 " + imprint_.code, note_style, area_width);
  auto const right =
      typesetter_.set("第 " + std::to_string(number) + " 页  共 " + of + " 页", note_style, area_width);
  draw_line(page, left_edge, top - 4, right_edge, top - 4, 0.4);
  bool const fits = left.count() == 1 && left.widest() + right.widest() + 10 < area_width;
  left.draw(page, 0, left.count(), left_edge, fits ? top : top + right.height(), Place::left);
  right.draw(page, 0, 1, left_edge, top, Place::right);
}

Composer::Box Composer::box(std::string const& text, Style style, double left, double width,
                            Place place) const {
  return {typesetter_.set(text, style, width - 2 * pad_x), left, width, place};
}

void Composer::frame(std::vector<Box> const& boxes, int from, int to, double height) {
  for (auto const& each : boxes) {
    int const end = std::min(to, each.lines.count());
    double const text_height = std::max(0, end - from) * each.lines.pitch();
    add([=, top = y_](cairo_t* page) {
      cairo_set_line_width(page, frame_line);
      cairo_rectangle(page, each.left, top, each.width, height);
      cairo_stroke(page);
      each.lines.draw(page, from, end, each.left + pad_x, top + (height - text_height) / 2, each.place);
    });
  }
  y_ += height;
}

void Composer::row(std::vector<Box> const& boxes, double height_least, double keep,
                   std::function<void()> const& again) {
  int lines = 0;
  double pitch = 0;
  for (auto const& each : boxes) {
    lines = std::max(lines, each.lines.count());
    pitch = std::max(pitch, each.lines.pitch());
  }
  double const whole = std::max(height_least, lines * pitch + 2 * pad_y);
  bool const is_short = whole + keep <= area_height / 2;
  if (room() < whole + (is_short ? keep : 0) && is_short) {
    new_page();
    again();
  }
  int from = 0;
  while (pages_.size() <= limits::document_pages) {
    double const rest = std::max(from == 0 ? height_least : 0, (lines - from) * pitch + 2 * pad_y);
    bool const leaves_seal_alone = rest + keep > room() && lines - from > 3;
    if (rest <= room() && !leaves_seal_alone) return frame(boxes, from, lines, rest);
    int fitting = static_cast<int>((room() - 2 * pad_y) / pitch);
    if (leaves_seal_alone) fitting = std::min(fitting, lines - from - 2);
    if (fitting >= 2 && lines - from > fitting) {
      frame(boxes, from, from + fitting, fitting * pitch + 2 * pad_y);
      from += fitting;
    }
    new_page();
    again();
  }
}

Lines Composer::set(Block const& paragraph) const {
  auto const style = style_of(paragraph.size);
  double const indent = paragraph.align == Align::body ? 2 * style.points : 0;
  return typesetter_.set(filling_.text(paragraph.text), style, area_width, indent);
}

void Composer::paragraph(Block const& block, double keep) {
  auto const style = style_of(block.size);
  Place place = Place::left;
  if (block.align == Align::centre) place = Place::centre;
  if (block.align == Align::right) place = Place::right;
  auto const lines = set(block);
  // A seal never stands on a page without text (GB/T 9704-2012, 7.3.5.4): the last lines go with it, as they
  // do with a table they speak of.
  int const carried = std::max(0, lines.count() - 2);
  int const to = lines.count();
  for (int i = 0; i < to && pages_.size() <= limits::document_pages; ++i) {
    bool const carries = i == carried && keep > 0;
    double const need = carries ? (to - i) * style.pitch + keep : style.pitch;
    if (room() + 0.01 < need) new_page();
    add([=, top = y_](cairo_t* page) { lines.draw(page, i, i + 1, left_edge, top, place); });
    y_ += style.pitch;
  }
}

void Composer::pairs(Block const& block, double keep) {
  y_ += gap;
  for (auto const& written : block.rows) {
    std::vector<Box> boxes;
    double const share = area_width / static_cast<double>(written.cells.size());
    double left = left_edge;
    for (auto const& cell : written.cells) {
      double const label = cell.label.empty() ? 0 : label_width;
      if (label > 0) boxes.push_back(box(cell.label, dense_style, left, label, Place::centre));
      boxes.push_back(box(filling_.text(cell.text), dense_style, left + label, share - label, Place::left));
      left += share;
    }
    bool const is_last = &written == &block.rows.back();
    row(boxes, written.height_mm * mm, is_last ? keep : 0, [] {});
  }
  y_ += gap;
}

void Composer::table(Block const& block, double keep) {
  double shares = 0;
  for (auto const& column : block.columns) shares += column.width;
  auto const style = style_of(block.size);
  auto const cells = [&](auto const& text_of, bool is_heading) {
    Style const shown{style.points, style.pitch, is_heading};
    std::vector<Box> boxes;
    double left = left_edge;
    for (auto const& column : block.columns) {
      double const width = area_width * column.width / shares;
      bool const is_number = column.text == "${#}";
      boxes.push_back(
          box(text_of(column), shown, left, width, is_heading || is_number ? Place::centre : Place::left));
      left += width;
    }
    return boxes;
  };
  auto const headings = cells([](Column const& column) { return column.heading; }, true);
  auto const heading = [&] { row(headings, 0, 0, [] {}); };
  y_ += gap;
  if (room() < table_start) new_page();
  heading();
  auto const count = filling_.rows(block.list);
  for (std::size_t i = 0; i < count && pages_.size() <= limits::document_pages; ++i) {
    auto const text_of = [&](Column const& column) { return filling_.row_text(column.text, block.list, i); };
    row(cells(text_of, false), 0, i + 1 == count ? keep : 0, heading);
  }
  if (count == 0) row({box("（无）", dense_style, left_edge, area_width, Place::centre)}, 0, keep, heading);
  y_ += gap;
}

double Composer::signature_height(Block const& block) const {
  double const left = static_cast<double>(block.left.size()) * body_style.pitch;
  return std::max(left, seal_side) + 4 * mm;
}

// The seal goes over the date, its upper edge on the authority's name (7.3.5.1).
void Composer::signature(Block const& block) {
  double const height = signature_height(block);
  if (room() < height) new_page();
  double top = y_ + 3 * mm;
  for (auto const& line : block.left) {
    put(typesetter_.set(filling_.text(line), dense_style, area_width - signing_width - 4 * mm), left_edge,
        top, Place::left);
    top += body_style.pitch;
  }
  double const left = right_edge - signing_width;
  double const seal_top = y_ + 3 * mm;
  add([=](cairo_t* page) {
    double const dashes[] = {2, 3};
    cairo_save(page);
    cairo_set_source_rgb(page, 0.72, 0.72, 0.72);
    cairo_set_dash(page, dashes, 2, 0);
    cairo_set_line_width(page, 0.5);
    cairo_new_path(page);
    cairo_arc(page, left + signing_width / 2, seal_top + seal_side / 2, seal_side / 2, 0, 6.283185307179586);
    cairo_stroke(page);
    cairo_restore(page);
  });
  auto const hint = typesetter_.set("（印章）", note_style, signing_width);
  put(hint, left, seal_top + 5 * mm, Place::centre);
  auto const authority = typesetter_.set(filling_.text(block.authority), dense_style, signing_width);
  put(authority, left, seal_top + seal_side / 2 - authority.height(), Place::centre);
  auto const day = typesetter_.set(legal_day(imprint_.issued_on), dense_style, signing_width);
  put(day, left, seal_top + seal_side / 2 + 2 * mm, Place::centre);
  y_ += height;
}

// How much of what follows must stand on the same page: signatures go with the words before them, and these,
// a paragraph of few lines, with what they speak of.
double Composer::kept_with(std::span<Block const* const> following) const {
  if (following.empty()) return 0;
  auto const& next = *following.front();
  if (next.kind == BlockKind::signature) return signature_height(next) + gap;
  if (next.kind == BlockKind::table) return table_start + gap;
  bool const is_closing =
      next.kind == BlockKind::paragraph && following.size() > 1 && following[1]->kind == BlockKind::signature;
  return is_closing ? gap + set(next).height() + kept_with(following.subspan(1)) : 0;
}

void Composer::block(Block const& each, double keep) {
  switch (each.kind) {
    case BlockKind::paragraph: return paragraph(each, keep);
    case BlockKind::pairs: return pairs(each, keep);
    case BlockKind::table: return table(each, keep);
    case BlockKind::signature: return signature(each);
  }
}

Result<Printed> Composer::print() {
  new_page();
  head();
  std::vector<Block const*> shown;
  for (auto const& each : form_.blocks)
    if (each.only_with.empty() || filling_.has(each.only_with)) shown.push_back(&each);
  for (std::size_t i = 0; i < shown.size(); ++i) {
    block(*shown[i], kept_with(std::span(shown).subspan(i + 1)));
    if (pages_.size() > limits::document_pages)
      return Refusal{"document_too_long", std::to_string(limits::document_pages), {}};
  }
  Printed printed;
  printed.pages = static_cast<int>(pages_.size());
  std::unique_ptr<cairo_surface_t, decltype(&cairo_surface_destroy)> const surface(
      cairo_pdf_surface_create_for_stream(append_to, &printed.pdf, page_width, page_height),
      &cairo_surface_destroy);
  cairo_pdf_surface_restrict_to_version(surface.get(), CAIRO_PDF_VERSION_1_5);
  name_document(surface.get(), form_, imprint_);
  std::unique_ptr<cairo_t, decltype(&cairo_destroy)> const page(cairo_create(surface.get()), &cairo_destroy);
  for (std::size_t i = 0; i < pages_.size(); ++i) {
    cairo_set_source_rgb(page.get(), 0, 0, 0);
    for (auto const& drawing : pages_[i]) drawing(page.get());
    foot(page.get(), static_cast<int>(i) + 1);
    cairo_show_page(page.get());
  }
  cairo_surface_finish(surface.get());
  auto const status = cairo_surface_status(surface.get());
  if (status == CAIRO_STATUS_WRITE_ERROR)
    return Refusal{"document_too_large", std::to_string(limits::document_bytes), {}};
  if (status != CAIRO_STATUS_SUCCESS) throw std::runtime_error(cairo_status_to_string(status));
  return printed;
}

}  // namespace plumbline::documents
