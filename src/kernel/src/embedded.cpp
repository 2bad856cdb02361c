#include "kernel/embedded.hpp"

#include <stdexcept>
#include <string>

namespace plumbline::kernel {

std::string_view embedded(std::string_view path) {
  for (auto const& file : embedded_files())
    if (file.path == path) return file.content;
  throw std::logic_error("not embedded: " + std::string(path));
}

}  // namespace plumbline::kernel
