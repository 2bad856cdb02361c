// Lines of text in the two typefaces of official papers. Sizes in points; the machine's own settings of
// typefaces are never asked.
#pragma once
#include <memory>
#include <string>

extern "C" {
typedef struct _cairo cairo_t;
typedef struct _PangoContext PangoContext;
typedef struct _PangoLayout PangoLayout;
}

namespace plumbline::documents {

struct Style {
  double points = 16;
  double pitch = 29;  // from one line to the next
  bool is_bold = false;
};
enum class Place : std::uint8_t { left, centre, right };

// A text broken into lines of one width; cheap to copy.
class Lines {
 public:
  Lines(std::shared_ptr<PangoLayout> layout, Style style, double width, double indent);
  int count() const { return lines_; }
  double pitch() const { return style_.pitch; }
  double height() const { return lines_ * style_.pitch; }
  double widest() const;
  // Lines [from, to) below `top`, between `left` and left + width.
  void draw(cairo_t* page, int from, int to, double left, double top, Place place) const;

 private:
  std::shared_ptr<PangoLayout> layout_;
  Style style_;
  double width_;
  double indent_;
  int lines_;
};

// The typefaces, found once for all typesetters.
class Typefaces {
 public:
  Typefaces();  // throws std::runtime_error where they are not installed
  ~Typefaces();
  Typefaces(Typefaces const&) = delete;
  Typefaces& operator=(Typefaces const&) = delete;
  bool has(char32_t character) const;

  struct Found;
  Found const& found() const { return *found_; }

 private:
  std::unique_ptr<Found> found_;
};

// One thread at a time.
class Typesetter {
 public:
  explicit Typesetter(Typefaces const& typefaces);
  // `indent`: of the first line of every paragraph.
  Lines set(std::string const& text, Style style, double width, double indent = 0) const;

 private:
  std::shared_ptr<PangoContext> context_;
};

}  // namespace plumbline::documents
