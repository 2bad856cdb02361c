#include "engines.hpp"

namespace plumbline::store {

std::unique_ptr<Database> open(std::string const& address, Options const& options) {
  constexpr std::string_view sqlite = "sqlite:";
  if (address.starts_with(sqlite)) return open_sqlite(address.substr(sqlite.size()), options);
  return open_postgres(address, options);
}

}  // namespace plumbline::store
