// A fresh, empty database of either engine for one test; gone when the object goes.
#pragma once
#include <optional>
#include <string>

#include "store/store.hpp"
#include "store_testing/postgres.hpp"

namespace plumbline::store::testing {

class Scratch {
 public:
  // On PostgreSQL a schema of its own, in a database that this process made on the server at
  // postgres_address() and drops when it ends: a database takes 200 ms, a schema 1 ms. Ask available()
  // before.
  explicit Scratch(Engine engine);
  ~Scratch();
  Scratch(Scratch&& other) noexcept;
  Scratch& operator=(Scratch&&) = delete;

  Engine engine() const { return engine_; }
  std::string const& address() const { return address_; }  // for store::open
  std::string const& path() const { return path_; }        // SQLite: the file; PostgreSQL: the schema's name

  // False for PostgreSQL where no server is named: skip the test.
  static bool available(Engine engine);

 private:
  Engine engine_;
  std::string folder_;
  std::string path_;
  std::string address_;
};

}  // namespace plumbline::store::testing
