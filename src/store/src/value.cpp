#include <cmath>

#include "engines.hpp"

namespace plumbline::store {

std::string_view to_string(Errc code) {
  switch (code) {
    case Errc::unique: return "unique";
    case Errc::foreign_key: return "foreign_key";
    case Errc::check: return "check";
    case Errc::busy: return "busy";
    case Errc::serialization: return "serialization";
    case Errc::connection: return "connection";
    case Errc::full: return "full";
    case Errc::read_only: return "read_only";
    case Errc::corrupt: return "corrupt";
    case Errc::other: return "other";
  }
  return "other";
}

namespace {

template <class T>
T const& stored(Value const& value, char const* wanted) {
  if (auto const* found = std::get_if<T>(&value)) return *found;
  constexpr char const* kinds[] = {"null", "integer", "text", "blob", "real"};
  throw Error(Errc::corrupt, "",
              std::string("stored ") + kinds[value.index()] + " where " + wanted + " belongs");
}

}  // namespace

std::int64_t integer(Value const& value) { return stored<std::int64_t>(value, "an integer"); }
std::string const& text(Value const& value) { return stored<std::string>(value, "text"); }
Bytes const& blob(Value const& value) { return stored<Bytes>(value, "a blob"); }
bool is_null(Value const& value) { return std::holds_alternative<std::monostate>(value); }

void require_storable(std::span<Value const> values, std::string_view statement) {
  for (std::size_t i = 0; i < values.size(); ++i) {
    auto const refuse = [&](char const* why) {
      throw Error(Errc::check, statement, "parameter $" + std::to_string(i + 1) + ": " + why);
    };
    if (auto const* written = std::get_if<std::string>(&values[i])) {
      if (written->find('\0') != std::string::npos) refuse("text with NUL");
      if (!is_utf8(*written)) refuse("text that is not UTF-8");
    } else if (auto const* real = std::get_if<double>(&values[i])) {
      if (std::isnan(*real)) refuse("not a number");
    }
  }
}

}  // namespace plumbline::store
