// Where the tests find a PostgreSQL server. scripts/postgres.sh starts one.
#pragma once
#include <optional>
#include <string>

namespace plumbline::store::testing {

// PLUMBLINE_TEST_POSTGRES: a libpq address of a server on which databases may be created. Nothing when
// it is unset; tests then skip.
std::optional<std::string> postgres_address();

// The same server: another database, and only that schema in the search path ("" is the default one).
std::string with_database(std::string const& address, std::string const& database, std::string const& schema);

}  // namespace plumbline::store::testing
