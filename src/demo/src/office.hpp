// The bureau: organisations, departments, accounts, inspectors, items, the annual plan.
#pragma once
#include "demo/city.hpp"
#include "hand.hpp"

namespace plumbline::demo {

void found_bureau(Hand& hand, City& city);
// Role accounts of the city, one officer for each county.
void employ_staff(Hand& hand, City& city);
void employ_inspectors(Hand& hand, City& city);
// Relations of some inspectors to some of the firms (Penalty Law article 43).
void declare_relations(Hand& hand, City& city, std::vector<Uuid> const& firms);
void list_items(Hand& hand, City& city);
// Drafted, approved, filed, announced; its batches sent down and signed for.
void plan_year(Hand& hand, City& city);
// Somebody who acts for one of the firms.
void represent_firm(Hand& hand, City& city, Uuid firm);

}  // namespace plumbline::demo
