#include "indicators.hpp"

namespace plumbline::people {

std::vector<kernel::Indicator> indicators() {
  return {
      {"people.organisations", "organisation", R"({"state":"active"})"},
      {"people.inspectors", "inspector", R"({"state":"active"})"},
      {"people.inspectors_suspended", "inspector", R"({"state":"suspended"})"},
      {"people.experts", "expert", R"({"state":"active"})"},
      {"people.recusal_relations", "recusal_relation", R"({"state":"in_force"})"},
  };
}

}  // namespace plumbline::people
