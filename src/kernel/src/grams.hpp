// Finding by name. Two characters are a word in Chinese, so names are kept as their pairs of neighbouring
// characters: one row of name_gram for each pair of each record.
#pragma once
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "kernel/register.hpp"
#include "tables.hpp"

namespace plumbline::kernel {

// The pairs of every searched field of a record, ascending, each once. Letters and digits only: compatible
// forms (full width, half width) and cases are one (NFKC_Casefold); spaces and punctuation are passed over.
std::vector<std::string> grams_of(std::span<Column const> columns, void const* record);

// The pairs a search asks for; a record must have all of them. Refused "search_too_short" for a word of one
// character, "too_long", "too_many_values" beyond limits::search_words words.
Result<std::vector<std::string>> grams_asked(std::string_view search);

bool is_searchable(Register const& reg);
// Are the names persons'? A register's searched fields are all personal or none is (Catalogue::add).
bool searches_personal(Register const& reg);

}  // namespace plumbline::kernel
