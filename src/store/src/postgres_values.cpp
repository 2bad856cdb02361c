#include "postgres_values.hpp"

#include <bit>
#include <charconv>

namespace plumbline::store::postgres {
namespace {

// Object identifiers of built-in types; they never change (pg_type.dat).
enum : Oid {
  bool_type = 16,
  bytea_type = 17,
  int8_type = 20,
  int2_type = 21,
  int4_type = 23,
  oid_type = 26,
  float4_type = 700,
  float8_type = 701,
  numeric_type = 1700,
};

std::array<char, 8> big_endian(std::uint64_t bits) {
  std::array<char, 8> out;
  for (int i = 0; i < 8; ++i) out[static_cast<std::size_t>(i)] = static_cast<char>(bits >> (56 - 8 * i));
  return out;
}

template <class Number>
Number parse(std::string_view text, std::string_view label) {
  Number number{};
  auto const [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (problem == std::errc::result_out_of_range && std::is_integral_v<Number>)
    throw Error(Errc::other, label, std::string(label) + ": a sum beyond 64 bits");
  if (end != text.data() + text.size())
    throw Error(Errc::corrupt, label, std::string(label) + ": not a number");
  return number;
}

int nibble(char digit) { return digit <= '9' ? digit - '0' : digit - 'a' + 10; }

Bytes parse_bytea(std::string_view text, std::string_view label) {
  if (!text.starts_with("\\x")) throw Error(Errc::corrupt, label, std::string(label) + ": bytea not in hex");
  text.remove_prefix(2);
  Bytes bytes(text.size() / 2);
  for (std::size_t i = 0; i < bytes.size(); ++i)
    bytes[i] = static_cast<std::uint8_t>(nibble(text[2 * i]) << 4 | nibble(text[2 * i + 1]));
  return bytes;
}

Value parse_value(Oid type, std::string_view text, std::string_view label) {
  switch (type) {
    case bool_type: return std::int64_t{text == "t"};
    case int2_type:
    case int4_type:
    case oid_type:
    case int8_type: return parse<std::int64_t>(text, label);
    case float4_type:
    case float8_type: return parse<double>(text, label);
    // sum(bigint) is numeric here and an integer in SQLite.
    case numeric_type:
      if (text.find_first_not_of("-0123456789") == std::string_view::npos)
        return parse<std::int64_t>(text, label);
      return parse<double>(text, label);
    case bytea_type: return parse_bytea(text, label);
    default: return std::string(text);
  }
}

}  // namespace

Oid type_of(Kind kind) {
  switch (kind) {
    case Kind::integer: return int8_type;
    case Kind::bytes: return bytea_type;
    case Kind::real: return float8_type;
    case Kind::text:
    case Kind::null: break;
  }
  return 0;
}

ParameterBytes parameter_bytes(Value const& value, std::array<char, 8>& number) {
  if (auto const* integer = std::get_if<std::int64_t>(&value)) {
    number = big_endian(static_cast<std::uint64_t>(*integer));
    return {number.data(), number.size(), true};
  }
  if (auto const* text = std::get_if<std::string>(&value)) return {text->c_str(), text->size(), false};
  if (auto const* bytes = std::get_if<Bytes>(&value))  // an empty vector may have no address
    return {bytes->empty() ? "" : reinterpret_cast<char const*>(bytes->data()), bytes->size(), true};
  if (auto const* real = std::get_if<double>(&value)) {
    number = big_endian(std::bit_cast<std::uint64_t>(*real));
    return {number.data(), number.size(), true};
  }
  return {nullptr, 0, false};
}

void append_rows(PGresult const* result, Rows& rows, std::string_view label) {
  int const columns = PQnfields(result);
  int const count = PQntuples(result);
  rows.reserve(rows.size() + static_cast<std::size_t>(count));
  for (int at = 0; at < count; ++at) {
    Row& row = rows.emplace_back(static_cast<std::size_t>(columns));
    for (int i = 0; i < columns; ++i) {
      if (PQgetisnull(result, at, i)) continue;
      std::string_view const text(PQgetvalue(result, at, i),
                                  static_cast<std::size_t>(PQgetlength(result, at, i)));
      row[static_cast<std::size_t>(i)] = parse_value(PQftype(result, i), text, label);
    }
  }
}

}  // namespace plumbline::store::postgres
