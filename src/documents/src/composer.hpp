// A filled form on pages of A4, in the layout of GB/T 9704-2012: margins, sizes, lines to a page; beside it
// what a form of law enforcement has: framed tables, lines for signatures, room for the seal, a code to
// verify by.
#pragma once
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "documents/press.hpp"
#include "filling.hpp"
#include "typesetter.hpp"

namespace plumbline::documents {

class Composer {
 public:
  Composer(Typesetter const& typesetter, Form const& form, Filling const& filling, Imprint const& imprint)
      : typesetter_(typesetter), form_(form), filling_(filling), imprint_(imprint) {}

  // Refused "document_too_long", "document_too_large".
  Result<Printed> print();

 private:
  using Drawing = std::function<void(cairo_t*)>;
  struct Box {
    Lines lines;
    double left = 0;  // of the text's area
    double width = 0;
    Place place = Place::left;
  };

  void new_page();
  void add(Drawing drawing);
  double room() const;
  void put(Lines const& lines, double left, double top, Place place);

  void head();
  void block(Block const& block, double keep);
  void paragraph(Block const& block, double keep);
  void pairs(Block const& block, double keep);
  void table(Block const& block, double keep);
  void signature(Block const& block);
  double signature_height(Block const& block) const;
  double kept_with(std::span<Block const* const> following) const;
  Lines set(Block const& paragraph) const;
  void foot(cairo_t* page, int number) const;

  Box box(std::string const& text, Style style, double left, double width, Place place) const;
  // A row of framed boxes; `keep`: what must stand on the page of its end; `again` begins the next page.
  void row(std::vector<Box> const& boxes, double height_least, double keep,
           std::function<void()> const& again);
  void frame(std::vector<Box> const& boxes, int from, int to, double height);

  Typesetter const& typesetter_;
  Form const& form_;
  Filling const& filling_;
  Imprint const& imprint_;
  std::vector<std::vector<Drawing>> pages_;
  double y_ = 0;
};

}  // namespace plumbline::documents
