// Published files over HTTP or HTTPS: GET and nothing else.
#pragma once
#include <memory>
#include <string>

#include "publication/file_source.hpp"

namespace plumbline::app {

bool is_url(std::string const& place);
// A folder or a URL.
std::unique_ptr<publication::FileSource> open_source(std::string const& place);

}  // namespace plumbline::app
