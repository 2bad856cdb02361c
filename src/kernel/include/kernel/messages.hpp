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

// What people call a thing: the word its owner has for it ("field.document.code"), else the common one
// ("field.code"), else its name. Kinds: register, field (of a type), action and state (of a register), value
// (of an enumeration), operation.
std::string label(std::string_view kind, std::string_view owner, std::string_view name, Language language);

}  // namespace plumbline::kernel
