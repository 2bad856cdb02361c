// Data files of the repository that travel inside the binary.
#pragma once
#include <string_view>
#include <vector>

namespace plumbline::kernel {

struct EmbeddedFile {
  std::string_view path;  // as in the repository: "rules/deadlines.json"
  std::string_view content;
};
std::vector<EmbeddedFile> const& embedded_files();

// Throws std::logic_error for a path that was not embedded.
std::string_view embedded(std::string_view path);

}  // namespace plumbline::kernel
