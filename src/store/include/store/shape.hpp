// What a database holds, as its own catalogue tells it: for those who copy or compare whole databases.
#pragma once
#include <string>
#include <vector>

#include "store/store.hpp"

namespace plumbline::store {

struct ColumnShape {
  std::string name;
  std::string type;  // integer, text, bytes, or what the engine calls it
  friend auto operator<=>(ColumnShape const&, ColumnShape const&) = default;
};
struct TableShape {
  std::string name;
  std::vector<ColumnShape> columns;  // by name: columns that were added later stand elsewhere
  std::vector<std::string> key;      // columns of the primary key, in its order
  friend auto operator<=>(TableShape const&, TableShape const&) = default;
};

// Every table that lies where statements without a schema's name look, by name. Throws Error.
std::vector<TableShape> tables_of(Reader& reader, Engine engine);

// "database.schema" of a server's database, "" of a file. Throws Error.
std::string place_of(Reader& reader, Engine engine);

}  // namespace plumbline::store
