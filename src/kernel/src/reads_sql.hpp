// Pieces of the statements that read: every one of them keeps its viewer to what is theirs.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "kernel/grants.hpp"
#include "kernel/register.hpp"
#include "store/store.hpp"

namespace plumbline::kernel {

// A statement under construction: text with $1 … and the values in order.
struct Building {
  std::string text;
  std::vector<store::Value> values;
  std::string place(store::Value value) {
    values.push_back(std::move(value));
    return "$" + std::to_string(values.size());
  }
  std::string places(std::vector<store::Value> many) {
    std::string out;
    for (auto& value : many) out += (out.empty() ? "" : ", ") + place(std::move(value));
    return out;
  }
};

// The record's table is `r`.
// The part of the statement that keeps a viewer to what is theirs. "" shows everything; nothing shows
// nothing at all. A file shows to whoever reads files where its record lies now, and reads that record.
std::optional<std::string> visible(Building& sql, Viewer const& viewer, Register const& reg,
                                   Catalogue const& catalogue);
// A record `r` that belongs to one of these regions, or to one of these parties.
std::string within(Building& sql, Register const& reg, std::vector<std::string> const& scopes);
std::string concerning(Building& sql, Register const& reg, std::vector<Uuid> const& parties);

}  // namespace plumbline::kernel
