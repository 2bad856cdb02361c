// The registers of this module, each with its table and handlers in the file of its name.
#pragma once
#include <vector>

#include "kernel/register.hpp"

namespace plumbline::inspection {

kernel::Register item_register();
kernel::Register plan_register();
kernel::Register batch_register();
kernel::Register ceremony_register();
kernel::Register task_register();
kernel::Register tally_register();
kernel::Register check_register();
kernel::Register follow_up_register();
kernel::Register recusal_register();
kernel::Register visit_quota_register();
kernel::Register visit_limit_register();
kernel::Register patrol_register();

std::vector<kernel::Indicator> indicators();

}  // namespace plumbline::inspection
