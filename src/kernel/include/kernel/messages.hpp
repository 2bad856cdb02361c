// What a code means in words, from locales/zh-CN.json: one source for the command line, the error files of
// imports and the server.
#pragma once
#include <string>
#include <string_view>

namespace plumbline::kernel {

// "必填 (required)"; the code alone where the locale has no text.
std::string message(std::string_view code);

}  // namespace plumbline::kernel
