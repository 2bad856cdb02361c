// States and payloads of an inspection task.
#pragma once
#include "inspection/task.hpp"
#include "kernel/act.hpp"
#include "planning_types.hpp"

namespace plumbline::inspection {

enum class TaskState : std::uint8_t {
  none,
  draft,
  submitted,
  approved,
  announced,
  frozen,
  planned,
  seeded,
  drawn,
  assigned,
  under_way,
  closed,
  voided
};
enum class TallyState : std::uint8_t { none, counting };

struct TaskData {
  std::string title;
  Uuid item;
  std::int64_t year = 0;
  std::optional<Uuid> batch;
  std::optional<Uuid> parent;
  Uuid department;
  Uuid organisation;
  std::string region;
  Platform platform = Platform::own;
  NoticeMode notice_mode = NoticeMode::unannounced;
  Date period_from;
  Date period_to;
  DrawDesign design;
};

// Counted in the library by inspection::count_pool.
struct SubmitTask {
  std::int64_t pool_size = 0;
  std::int64_t sample_planned = 0;
};

struct Freeze {
  FrozenFrame frame;
  FrozenRoster roster;
  std::vector<FrozenStratum> strata;
};

struct MakePlan {
  Uuid ceremony;
  std::string replaces;
  std::string policy;  // sha256 of the witness policy in force
};

struct DrawOutcome {
  std::string digest;  // of result.json
  std::int64_t drawn = 0;
  std::int64_t load_max = 0;
  std::int64_t hall = 0;
};

struct AssignedPair {
  std::string target;
  std::vector<std::string> inspectors;
};
struct DirectAssign {
  std::string reason;                    // code
  std::vector<AssignedPair> assignment;  // every drawn target, ascending
  std::string private_blob;              // salts of borrowed inspectors
};

struct ChecksMade {
  std::int64_t checks = 0;
};

struct VoidTask {
  std::string reason;  // code
  std::string text;
  std::string result;  // sha256 of the result that is thrown away, after the seed
};

struct OpenDraw {
  std::string digest;  // of open.json
};

struct EraseOpening {
  std::string ground;  // code: why the names go ("retention", "pipl_47" …)
};

// Nothing follows a void, even where a restored copy does not know of it: refused "void_published".
void check_not_void_before(kernel::Act& act, InspectionTask const& task);

}  // namespace plumbline::inspection

namespace plumbline::reflect {
template <>
Type const& type_of<inspection::TaskData>();
template <>
Type const& type_of<inspection::SubmitTask>();
template <>
Type const& type_of<inspection::Freeze>();
template <>
Type const& type_of<inspection::MakePlan>();
template <>
Type const& type_of<inspection::DrawOutcome>();
template <>
Type const& type_of<inspection::DirectAssign>();
template <>
Type const& type_of<inspection::ChecksMade>();
template <>
Type const& type_of<inspection::VoidTask>();
template <>
Type const& type_of<inspection::OpenDraw>();
template <>
Type const& type_of<inspection::EraseOpening>();
}  // namespace plumbline::reflect
