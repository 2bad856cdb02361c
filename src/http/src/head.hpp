// What is refused before any parser sees it: heads that two programs could read differently (RFC 9112
// sections 2.2, 5.2, 6.1, 6.3, 3.2; the parser of Boost 1.81 lets several of them through).
#pragma once
#include <cstdint>
#include <string_view>

namespace plumbline::http {

// Of a head with the empty line at its end: the status to refuse it with, 0 when it is sound.
int fault_of_head(std::string_view head);

}  // namespace plumbline::http
