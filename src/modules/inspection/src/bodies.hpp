// From records to the bodies of draw-publication.md section 5. Handlers and the publishing service make
// the same bytes with these, so a digest in the log can never differ from its file.
#pragma once
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "inspection/check.hpp"
#include "inspection/task.hpp"
#include "publication/bodies.hpp"

namespace plumbline::inspection {

// Each throws kernel::Refused at `path` when a text of the record has not the form of the body.
publication::Source source_body(SeedSource const& source, std::string const& path);
std::vector<publication::Source> source_bodies(DrawCeremony const& ceremony);
std::vector<publication::PlanRef> plan_refs(DrawCeremony const& ceremony);  // ascending by draw

publication::Frame frame_body(InspectionTask const& task, FrozenFrame const& frame);
publication::Roster roster_body(InspectionTask const& task, FrozenFrame const& frame,
                                FrozenRoster const& roster);
publication::Plan plan_body(InspectionTask const& task, DrawCeremony const& ceremony);
publication::Reveal reveal_body(DrawCeremony const& ceremony);
publication::Seed seed_body(DrawCeremony const& ceremony);
publication::Void void_body(InspectionTask const& task);
publication::EraseBody erase_body(InspectionTask const& task);
publication::RecusalBody recusal_body(InspectionTask const& task, Recusal const& recusal);

HashSuite suite_of(InspectionTask const& task);
std::string weight_rule_text(WeightRule const& rule);  // canonical JSON
// Of an optional hash text; an empty one is the zero hash.
Hash hash_of_text(std::string_view hex);
Hash required_hash(std::string_view hex, std::string const& path);

template <class Body>
std::string text_of_body(Body const& body) {
  return publication::format_body(body);
}

}  // namespace plumbline::inspection
