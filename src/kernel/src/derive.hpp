// The rows of the derived tables that one record stands for. The desk writes them, verify --deep compares
// them, rebuild makes them again: one definition.
#pragma once
#include <vector>

#include "overlay.hpp"
#include "store/store.hpp"

namespace plumbline::kernel {

struct DerivedRows {
  std::vector<store::Value> record;  // values of RegisterPlan::upsert; empty for an undone record
  store::Rows scopes;                // scope
  store::Rows parties;               // party, role
  std::vector<std::string> grams;
  store::Rows clocks;  // position, rule, edition, status, triggered_on, due_on, provisional, ended_on
};

// `at`: when the latest version was recorded.
DerivedRows derive(Working const& working, std::string const& jurisdiction, Instant at);

namespace derived_sql {
extern store::Sql const insert_scope;
extern store::Sql const delete_scope;
extern store::Sql const insert_party;
extern store::Sql const delete_party;
extern store::Sql const insert_gram;
extern store::Sql const delete_gram;
extern store::Sql const upsert_clock;
extern store::Sql const delete_clocks;
extern store::Sql const upsert_number;
extern store::Sql const upsert_chain;
extern store::Sql const insert_adopted;
extern store::Sql const select_adopted;  // seq, leaf_hash, leaf of a chain, oldest first
}  // namespace derived_sql

}  // namespace plumbline::kernel
