// Records and their history as JSON, the same for the command line and the API.
#pragma once
#include <string>
#include <vector>

#include "kernel/reads.hpp"
#include "reflect/json.hpp"

namespace plumbline::kernel {

// id, version, state, entry, updated_at, the fields as far as `sight` goes, scopes, clocks.
Json record_json(Register const& reg, Stored const& stored, reflect::Sight sight);
// The same as text, without reading the body: lists are made of nothing else.
void append_record(std::string& out, Register const& reg, Stored const& stored, reflect::Sight sight);
// Does such a sight of this register show personal data as it is?
bool shows_personal(Register const& reg, reflect::Sight sight);
// One item for each version, oldest first.
Json::Array history_json(std::vector<HistoryRow> const& history);

}  // namespace plumbline::kernel
