#include "registers.hpp"

namespace plumbline::inspection {

std::vector<kernel::Indicator> indicators() {
  return {
      {"inspection.items_in_force", "inspection_item", R"({"state":"in_force"})"},
      {"inspection.tasks_under_way", "inspection_task", R"({"state":["assigned","under_way"]})"},
      {"inspection.draws_void", "inspection_task",
       R"({"state":"void","void_stage":["before_event","after_seed"]})"},
      {"inspection.checks_planned", "check", R"({"state":["proposed","assigned"]})"},
      {"inspection.checks_done", "check",
       R"({"state":["result_entered","sent_back","reviewed","published","withdrawn","follow_up","closed"]})"},
      {"inspection.checks_with_problem", "check",
       R"({"result":["annual_report_missing","information_missing","information_false","unreachable",)"
       R"("ordered_to_correct","refused","follow_up_pending"]})"},
      {"inspection.checks_to_publish", "check", R"({"state":["result_entered","sent_back","reviewed"]})"},
      {"inspection.checks_published", "check", R"({"state":["published","follow_up","closed"]})"},
      {"inspection.checks_elsewhere", "check", R"({"origin":"elsewhere"})"},
      {"inspection.case_checks", "check", R"({"kind":"case_check"})"},
      {"inspection.follow_ups_open", "follow_up", R"({"state":["open","reported"]})"},
      {"inspection.recusals_granted", "recusal", R"({"state":"granted"})"},
  };
}

}  // namespace plumbline::inspection
