#include "inspection/api.hpp"
#include "registers.hpp"

namespace plumbline::inspection {

kernel::Module module() {
  return {
      .name = "inspection",
      .registers = {item_register(), plan_register(), batch_register(), ceremony_register(), task_register(),
                    tally_register(), check_register(), follow_up_register(), recusal_register(),
                    visit_quota_register(), visit_limit_register(), patrol_register()},
      .indicators = indicators()};
}

}  // namespace plumbline::inspection
