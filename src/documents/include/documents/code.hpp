// Codes to verify a document by: who has the paper has the code, and nobody else. 19 random characters of
// GB 32100's alphabet (no letter looks like a digit) are 94 bits; the 20th is GB 32100's check character, so
// one wrong character and two exchanged neighbours are found before anything is looked up.
#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace plumbline::documents {

inline constexpr std::size_t code_characters = 20;

std::string make_code();
// As people type it: any case and width, with or without dashes and blanks. Nothing for what is no code.
std::optional<std::string> parse_code(std::string_view typed);
// "7K3M-9QRT-1A2B-3C4D-5E6F"
std::string show_code(std::string_view code);

}  // namespace plumbline::documents
