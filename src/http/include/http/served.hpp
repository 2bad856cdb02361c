// What is told of a request once it is answered: enough to run a server by, and nothing of what was asked. No
// path, no parameter, no name: logs lie about for years and are read by people who may not see records.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace plumbline::http {

struct Served {
  std::string id;
  std::string method;      // "" of a head that could not be read
  std::string_view route;  // the pattern that answered, "" where none did
  int status = 0;
  std::int64_t micros = 0;  // from its first byte until the answer stood
  std::int64_t bytes = 0;   // sent, heads included
  std::string account;      // its id, "" for strangers
};

}  // namespace plumbline::http
