// What a code means in words, from locales/: one source for the command line, the error files of imports
// and the server.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace plumbline::kernel {

enum class Language : std::uint8_t { chinese, english };

// "必填 (required)"; the code alone where the locale has no text.
std::string message(std::string_view code, Language language = Language::chinese);

}  // namespace plumbline::kernel
