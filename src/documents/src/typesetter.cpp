#include "typesetter.hpp"

#include <fontconfig/fontconfig.h>
#include <pango/pangocairo.h>
#include <pango/pangofc-fontmap.h>

#include <algorithm>
#include <stdexcept>

namespace plumbline::documents {
namespace {

// GB/T 9704 asks for 仿宋; no free FangSong holds all of GB 18030, so Song stands for it.
constexpr char const* family = "Noto Serif CJK SC";

template <class Object>
std::shared_ptr<Object> own(Object* object) {
  return {object, [](Object* held) { g_object_unref(held); }};
}

}  // namespace

Lines::Lines(std::shared_ptr<PangoLayout> layout, Style style, double width, double indent)
    : layout_(std::move(layout)),
      style_(style),
      width_(width),
      indent_(indent),
      lines_(pango_layout_get_line_count(layout_.get())) {}

double Lines::widest() const {
  PangoRectangle logical;
  pango_layout_get_extents(layout_.get(), nullptr, &logical);
  return pango_units_to_double(logical.width);
}

void Lines::draw(cairo_t* page, int from, int to, double left, double top, Place place) const {
  for (int i = from; i < std::min(to, lines_); ++i) {
    auto* const line = pango_layout_get_line_readonly(layout_.get(), i);
    PangoRectangle logical;
    pango_layout_line_get_extents(line, nullptr, &logical);
    double const spare = width_ - pango_units_to_double(logical.width);
    double x = left;
    if (place == Place::centre) x += spare / 2;
    if (place == Place::right) x += spare;
    if (place == Place::left && line->is_paragraph_start) x += indent_;
    // The middle of a Chinese character is 0.38 of its size above the base line.
    double const base = top + (i - from) * style_.pitch + style_.pitch / 2 + style_.points * 0.38;
    cairo_move_to(page, x, base);
    pango_cairo_show_layout_line(page, line);
  }
}

struct Typefaces::Found {
  FcConfig* config = nullptr;
  FcCharSet* characters = nullptr;  // of the config's pattern
};

Typefaces::Typefaces() : found_(std::make_unique<Found>()) {
  found_->config = FcConfigCreate();
  for (auto const* file :
       {PLUMBLINE_FONTS "/NotoSerifCJK-Regular.ttc", PLUMBLINE_FONTS "/NotoSerifCJK-Bold.ttc"})
    if (!FcConfigAppFontAddFile(found_->config, reinterpret_cast<FcChar8 const*>(file)))
      throw std::runtime_error(std::string(file) + " is missing: install fonts-noto-cjk");
  auto const* faces = FcConfigGetFonts(found_->config, FcSetApplication);
  for (int i = 0; i < faces->nfont && found_->characters == nullptr; ++i) {
    FcChar8* name = nullptr;
    if (FcPatternGetString(faces->fonts[i], FC_FAMILY, 0, &name) == FcResultMatch &&
        std::string_view(reinterpret_cast<char const*>(name)) == family)
      FcPatternGetCharSet(faces->fonts[i], FC_CHARSET, 0, &found_->characters);
  }
  if (found_->characters == nullptr) throw std::runtime_error(std::string(family) + " is not installed");
}

Typefaces::~Typefaces() { FcConfigDestroy(found_->config); }

bool Typefaces::has(char32_t character) const {
  return FcCharSetHasChar(found_->characters, character) == FcTrue;
}

Typesetter::Typesetter(Typefaces const& typefaces) {
  auto const map = own(pango_cairo_font_map_new_for_font_type(CAIRO_FONT_TYPE_FT));
  pango_fc_font_map_set_config(PANGO_FC_FONT_MAP(map.get()), typefaces.found().config);
  pango_cairo_font_map_set_resolution(PANGO_CAIRO_FONT_MAP(map.get()), 72);
  context_ = own(pango_font_map_create_context(map.get()));
  pango_context_set_language(context_.get(), pango_language_from_string("zh-cn"));
  pango_context_set_base_dir(context_.get(), PANGO_DIRECTION_LTR);
  pango_context_set_round_glyph_positions(context_.get(), FALSE);
  auto* const options = cairo_font_options_create();
  cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE);
  cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
  cairo_font_options_set_antialias(options, CAIRO_ANTIALIAS_GRAY);
  pango_cairo_context_set_font_options(context_.get(), options);
  cairo_font_options_destroy(options);
}

Lines Typesetter::set(std::string const& text, Style style, double width, double indent) const {
  auto layout = own(pango_layout_new(context_.get()));
  auto* const font = pango_font_description_new();
  pango_font_description_set_family(font, family);
  pango_font_description_set_absolute_size(font, style.points * PANGO_SCALE);
  pango_font_description_set_weight(font, style.is_bold ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL);
  pango_layout_set_font_description(layout.get(), font);
  pango_font_description_free(font);
  auto* const attributes = pango_attr_list_new();
  pango_attr_list_insert(attributes, pango_attr_insert_hyphens_new(FALSE));  // a digest has none
  pango_layout_set_attributes(layout.get(), attributes);
  pango_attr_list_unref(attributes);
  pango_layout_set_auto_dir(layout.get(), FALSE);
  pango_layout_set_wrap(layout.get(), PANGO_WRAP_WORD_CHAR);
  pango_layout_set_width(layout.get(), pango_units_from_double(width));
  pango_layout_set_indent(layout.get(), pango_units_from_double(indent));
  pango_layout_set_text(layout.get(), text.data(), static_cast<int>(text.size()));
  return {std::move(layout), style, width, indent};
}

}  // namespace plumbline::documents
