#include "engines.hpp"
namespace plumbline::store {
std::unique_ptr<Database> open_postgres(std::string const&, Options const&) {
  throw Error(Errc::connection, "open", "not built");
}
}  // namespace plumbline::store
