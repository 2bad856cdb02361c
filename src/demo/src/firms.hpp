// The city's firms and their sites.
#pragma once
#include <vector>

#include "demo/city.hpp"
#include "hand.hpp"

namespace plumbline::demo {

// Counties of a prefecture; the prefecture itself where it has none.
std::vector<std::string> counties_of(std::string const& prefecture);

// Imports the firms as a business register would send them, then some firms' second places of business,
// entered by `officer`. Answers the firms' ids.
std::vector<Uuid> settle_firms(Hand& hand, CityOptions const& options, Uuid officer);

}  // namespace plumbline::demo
