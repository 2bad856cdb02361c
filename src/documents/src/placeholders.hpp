// ${name} in the texts of a form.
#pragma once
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace plumbline::documents {

// The text with every ${name} replaced by what `value` says. A "${" without its end stands for itself.
std::string replaced(std::string_view text, std::function<std::string(std::string_view name)> const& value);
std::vector<std::string> placeholders(std::string_view text);

}  // namespace plumbline::documents
