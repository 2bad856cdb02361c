#include "store_testing/scratch.hpp"

#include <libpq-fe.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <mutex>
#include <utility>

#include "base/hash.hpp"

namespace plumbline::store::testing {

std::optional<std::string> postgres_address() {
  char const* address = std::getenv("PLUMBLINE_TEST_POSTGRES");
  if (!address || !*address) return std::nullopt;
  return std::string(address);
}

std::string with_database(std::string const& address, std::string const& database,
                          std::string const& schema) {
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
  std::string settings;
  for (auto const* option = options; option->keyword; ++option) {
    if (!option->val || std::string_view(option->keyword) == "dbname") continue;
    if (std::string_view(option->keyword) == "options")
      settings = option->val;
    else
      add(option->keyword, option->val);
  }
  PQconninfoFree(options);
  add("dbname", database);
  if (!schema.empty()) settings += " -c search_path=" + schema;
  if (!settings.empty()) add("options", settings);
  return out;
}

namespace {

std::string fresh_name() { return "plumbline_scratch_" + hex_encode(random_bytes(8)); }

// The database of this process; dropped when it ends.
class ProcessDatabase {
 public:
  ProcessDatabase() : name_(fresh_name()) {
    server()->script("CREATE DATABASE " + name_ +
                     " TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'");
    database_ = open(address(""));
    writer_ = database_->writer();
  }
  ~ProcessDatabase() {
    if (::getpid() != maker_) return;  // a child that was forked from the test
    try {
      writer_.reset();
      database_.reset();
      server()->script("DROP DATABASE " + name_ + " WITH (FORCE)");
    } catch (std::exception const&) {  // the server is gone, and a throw-away server's data with it
    }
  }
  std::string address(std::string const& schema) const {
    return with_database(postgres_address().value(), name_, schema);
  }
  void script(std::string const& sql) {
    std::lock_guard const lock(mutex_);
    try {
      writer_->script(sql);
    } catch (Error const& error) {  // tests hang up on everybody
      if (error.code() != Errc::connection) throw;
      writer_->script(sql);
    }
  }

 private:
  struct Server {
    std::unique_ptr<Database> database = open(postgres_address().value());
    std::unique_ptr<Writer> writer = database->writer();
    Writer* operator->() { return writer.get(); }
  };
  static Server server() { return {}; }

  pid_t maker_ = ::getpid();
  std::string name_;
  std::mutex mutex_;
  std::unique_ptr<Database> database_;
  std::unique_ptr<Writer> writer_;
};

ProcessDatabase& process_database() {
  static ProcessDatabase made;
  return made;
}

}  // namespace

bool Scratch::available(Engine engine) { return engine == Engine::sqlite || postgres_address(); }

Scratch::Scratch(Engine engine) : engine_(engine) {
  std::string const name = fresh_name();
  if (engine == Engine::sqlite) {
    folder_ = (std::filesystem::temp_directory_path() / name).string();
    std::filesystem::create_directory(folder_);
    path_ = folder_ + "/store.db";
    address_ = "sqlite:" + path_;
    return;
  }
  path_ = name;
  address_ = process_database().address(name);
  process_database().script("CREATE SCHEMA " + name);
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
      process_database().script("DROP SCHEMA " + path_ + " CASCADE");
  } catch (std::exception const&) {  // goes with its database
  }
}

}  // namespace plumbline::store::testing
