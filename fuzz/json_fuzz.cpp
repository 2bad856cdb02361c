// Whatever bytes arrive: what is taken is written and taken again, and canonical text is a fixed point.
#include <cstdlib>
#include <optional>
#include <string>
#include <vector>

#include "reflect/codec.hpp"
#include "reflect/describe.hpp"

namespace fuzz {

enum class Colour : std::uint8_t { red, green };
BOOST_DESCRIBE_ENUM(Colour, red, green)

struct Inner {
  std::string text;
  std::vector<std::string> texts;
};
BOOST_DESCRIBE_STRUCT(Inner, (), (text, texts))

struct Outer {
  bool flag = false;
  std::int64_t number = 0;
  std::uint8_t small = 0;
  Colour colour = Colour::red;
  std::optional<plumbline::Date> date;
  std::optional<plumbline::Instant> instant;
  std::optional<plumbline::Uuid> id;
  std::optional<plumbline::Decimal> decimal;
  plumbline::Money money;
  std::vector<Inner> inner;
};
BOOST_DESCRIBE_STRUCT(Outer, (), (flag, number, small, colour, date, instant, id, decimal, money, inner))

void require(bool holds) {
  if (!holds) std::abort();
}

void check_documents(std::string_view text) {
  if (auto const json = plumbline::parse_json(text)) {
    auto const again = plumbline::parse_json(plumbline::write_json(*json));
    require(again.ok() && *again == *json);
  }
  if (auto const json = plumbline::parse_canonical(text)) require(plumbline::write_canonical(*json) == text);
}

void check_objects(std::string_view text) {
  using namespace plumbline::reflect;
  Outer outer;
  if (!from_text(text, outer).empty()) return;
  for (Spelling spelling : {Spelling::ordinary, Spelling::canonical}) {
    std::string const written = to_text(outer, spelling);
    Outer again;
    require(from_text(written, again).empty());
    require(to_text(again, spelling) == written);
    require(diff(type_of<Outer>(), &outer, &again).empty());
  }
  require(plumbline::parse_canonical(to_text(outer, Spelling::canonical)).has_value());
}

void check_cells(std::string_view text) {
  using namespace plumbline::reflect;
  Outer outer;
  for (Field const& field : type_of<Outer>().fields) {
    if (read_cell(text, field, &outer)) continue;
    std::string const written = write_cell(field, &outer);
    Outer again;
    require(!read_cell(written, field, &again) || written.empty());
    require(canonical_member(field, &again) == canonical_member(field, &outer));
  }
}

}  // namespace fuzz

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  std::string_view const text(reinterpret_cast<char const*>(data), size);
  fuzz::check_documents(text);
  fuzz::check_objects(text);
  fuzz::check_cells(text);
  return 0;
}
