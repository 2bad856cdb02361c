// Values as PostgreSQL's bytes and back.
#pragma once
#include <libpq-fe.h>

#include <array>
#include <string_view>

#include "postgres_connection.hpp"

namespace plumbline::store::postgres {

// What a parameter is declared as; 0 leaves it to the statement.
Oid type_of(Kind kind);

struct ParameterBytes {
  char const* address;  // null is null
  std::size_t length;
  bool binary;
};
// `number` holds the bytes of a number while they are in use.
ParameterBytes parameter_bytes(Value const& value, std::array<char, 8>& number);

// Adds the rows of a result in text format. Throws Error{corrupt | other} for a number no Value holds.
void append_rows(PGresult const* result, Rows& rows, std::string_view label);

}  // namespace plumbline::store::postgres
