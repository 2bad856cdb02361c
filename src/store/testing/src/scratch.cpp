#include "store_testing/scratch.hpp"

#include <libpq-fe.h>

#include <cstdlib>
#include <filesystem>
#include <utility>

#include "base/hash.hpp"

namespace plumbline::store::testing {

std::optional<std::string> postgres_address() {
  char const* address = std::getenv("PLUMBLINE_TEST_POSTGRES");
  if (!address || !*address) return std::nullopt;
  return std::string(address);
}

std::string with_database(std::string const& address, std::string const& database) {
  char* problem = nullptr;
  PQconninfoOption* const options = PQconninfoParse(address.c_str(), &problem);
  if (!options) {
    std::string const what = problem ? problem : "out of memory";
    PQfreemem(problem);
    throw Error(Errc::connection, "open", what);
  }
  std::string out;
  auto const add = [&](std::string_view keyword, std::string_view value) {
    out.append(keyword).append("='");
    for (char c : value) {
      if (c == '\'' || c == '\\') out += '\\';
      out += c;
    }
    out += "' ";
  };
  for (auto const* option = options; option->keyword; ++option)
    if (option->val && std::string_view(option->keyword) != "dbname") add(option->keyword, option->val);
  PQconninfoFree(options);
  add("dbname", database);
  return out;
}

bool Scratch::available(Engine engine) { return engine == Engine::sqlite || postgres_address(); }

Scratch::Scratch(Engine engine) : engine_(engine) {
  std::string const name = "plumbline_scratch_" + hex_encode(random_bytes(8));
  if (engine == Engine::sqlite) {
    folder_ = (std::filesystem::temp_directory_path() / name).string();
    std::filesystem::create_directory(folder_);
    path_ = folder_ + "/store.db";
    address_ = "sqlite:" + path_;
    return;
  }
  path_ = name;
  address_ = with_database(postgres_address().value(), name);
  open(*postgres_address())
      ->writer()
      ->script("CREATE DATABASE " + name + " TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'");
}

Scratch::Scratch(Scratch&& other) noexcept
    : engine_(other.engine_),
      folder_(std::exchange(other.folder_, {})),
      path_(std::exchange(other.path_, {})),
      address_(std::move(other.address_)) {}

Scratch::~Scratch() {
  if (path_.empty()) return;
  try {
    if (engine_ == Engine::sqlite)
      std::filesystem::remove_all(folder_);
    else
      open(*postgres_address())->writer()->script("DROP DATABASE " + path_ + " WITH (FORCE)");
  } catch (std::exception const&) {  // the server is gone: the whole cluster is thrown away with it
  }
}

}  // namespace plumbline::store::testing
