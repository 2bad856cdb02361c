// Which statements are slow: told by name, never with their values.
#pragma once
#include <chrono>
#include <functional>
#include <string_view>

namespace plumbline::store {

using TellSlow = std::function<void(std::string_view statement, std::chrono::microseconds took)>;

// For the whole process, once. Tells of single reads; what the desk writes goes in batches. `tell` is called
// on the thread that asked, after the answer came; any number of threads at once.
void watch_slow_statements(std::chrono::milliseconds at_least, TellSlow tell);

}  // namespace plumbline::store
