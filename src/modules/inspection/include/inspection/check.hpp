// A check of one firm and what follows from it.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.hpp"
#include "base/uuid.hpp"
#include "inspection/task.hpp"
#include "reflect/type.hpp"

namespace plumbline::inspection {

// 国办发〔2024〕54号: drawn at random, by an approved plan, on a complaint or clue.
enum class CheckKind : std::uint8_t { daily, special, case_check };
enum class DepartmentPart : std::uint8_t { lead, joint };
enum class Selection : std::uint8_t {
  none,     // not drawn: special and case checks
  certain,  // drawn with probability 1
  random,
  reserve,   // a substitute; outside estimates
  elsewhere  // drawn by another platform
};
enum class AssignmentMode : std::uint8_t { matched, direct, named, elsewhere };

// The nine codes of the credit system, rules.md section 1; the value is the code.
enum class ResultCode : std::uint8_t {
  none = 0,
  no_problem = 1,             // 未发现问题
  annual_report_missing = 2,  // 未按规定公示年度报告
  information_missing = 3,    // 未按规定公示其他应当公示的信息
  information_false = 4,      // 公示信息隐瞒真实情况、弄虚作假
  unreachable = 5,            // 通过登记的住所无法联系
  ordered_to_correct = 6,     // 发现问题已责令改正
  refused = 7,                // 不配合检查情节严重
  activity_absent = 8,        // 未发现开展本次抽查涉及的经营活动
  follow_up_pending = 9       // 发现问题待后续处理
};
bool is_problem(ResultCode code);           // 2–7, 9: numerator of the problem rate
bool needs_follow_up(ResultCode code);      // 2–7, 9
bool allows_open_answers(ResultCode code);  // 5, 7, 8: nothing could be looked at

enum class EntryScan : std::uint8_t { none, scanned, not_scanned };
enum class Finding : std::uint8_t { ok, problem, not_applicable };
enum class SignOff : std::uint8_t { none, signed_by_firm, refused };
enum class Timeliness : std::uint8_t { open, on_time, late };  // of the publication, DR.PUBLISH
enum class Disclosure : std::uint8_t { sealed, disclosed };

struct Answer {
  std::string question;  // number of the check sheet's question
  Finding finding = Finding::ok;
  std::string note;
  friend bool operator==(Answer const&, Answer const&) = default;
};
struct CheckEvidence {
  std::string sha256;  // attachment in the blob store
  std::string kind;    // "photo", "site_record", "check_sheet", "receipt" …
  std::string note;
  friend bool operator==(CheckEvidence const&, CheckEvidence const&) = default;
};
struct ExpertOpinion {
  Uuid expert;
  std::string sha256;
  friend bool operator==(ExpertOpinion const&, ExpertOpinion const&) = default;
};
struct Withdrawal {
  Date withdrawn_on;
  std::string reason;
  ResultCode result = ResultCode::none;  // that was withdrawn
  std::optional<Date> republished_on;
  friend bool operator==(Withdrawal const&, Withdrawal const&) = default;
};

// 行政检查审批表, 行政检查通知书, 企业自查.
struct CheckPapers {
  std::string purpose;
  std::string clue;  // case checks: number of the complaint, tip or file
  std::string approval_number;
  std::string notice_number;
  std::optional<Date> notice_on;
  std::vector<Uuid> experts;  // named in the notice
  std::optional<Date> self_check_sent_on;
  std::string self_check_answer;  // sha256 of the firm's sheet
};

// 现场笔录 and 检查表.
struct SiteRecord {
  EntryScan entry_scan = EntryScan::none;
  std::string entry_scan_reason;
  std::vector<std::string> certificates_shown;
  std::string body_camera;  // file number
  std::vector<Answer> answers;
  std::vector<CheckEvidence> evidence;
  SignOff sign_off = SignOff::none;
  std::string sign_off_note;
  std::vector<ExpertOpinion> opinions;
};

// Register "check": firm × item × department. none → proposed → assigned → checking → result_entered (⇄
// sent_back) → reviewed → published (⇄ withdrawn) → follow_up → closed; void before checking.
struct Check {
  CheckKind kind = CheckKind::daily;
  Origin origin = Origin::here;
  Platform platform = Platform::own;
  std::optional<Uuid> task;
  std::string task_number;                   // in files of the province: the task's number there
  std::optional<std::string> origin_number;  // unique: of the check on the province's platform
  std::optional<Uuid> batch;                 // line of the plan
  std::optional<Uuid> item;
  std::string item_no;
  std::int64_t year = 0;
  std::optional<Uuid> firm;
  std::string firm_key;
  std::optional<Uuid> site;
  std::optional<Uuid> department;
  std::string department_code;
  DepartmentPart part = DepartmentPart::lead;
  std::string region;  // of the firm
  std::string department_region;
  NoticeMode notice_mode = NoticeMode::unannounced;
  Disclosure disclosure = Disclosure::sealed;  // sealed: the firm does not see the record yet
  std::optional<Uuid> visit;                   // checks with one visit are one visit (综合查一次)

  std::string pid;
  std::string stratum;
  std::string pi;  // "4/30"; "" outside draws
  Selection selection = Selection::none;
  std::optional<Uuid> substitutes;  // unique: the void check this reserve steps in for
  std::vector<Uuid> inspectors;
  std::vector<std::string> certificates;
  AssignmentMode assignment = AssignmentMode::matched;
  std::string assignment_reason;
  std::int64_t recusals_pending = 0;
  std::vector<Uuid> recused;  // inspectors taken off this check

  CheckPapers papers;
  std::optional<Date> started_on;
  SiteRecord site_record;
  std::optional<Date> ended_on;
  ResultCode result = ResultCode::none;
  std::string result_text;
  std::string send_back_reason;
  std::optional<Date> publish_by;  // due day of DR.PUBLISH when the result was entered
  std::optional<Date> published_on;
  Timeliness timeliness = Timeliness::open;
  std::string publication_receipt;  // of the national system, host and guest mode
  std::vector<Withdrawal> withdrawals;
  std::vector<Uuid> follow_ups;
  std::string void_reason;  // code
  std::string void_text;
  std::int64_t tallied_published = 0;  // 1: the task's tally has it
  std::int64_t tallied_closed = 0;
};

// Register "follow_up": none → open → reported → closed.
enum class FollowUpKind : std::uint8_t { correction_order, case_clue, abnormal_list, seizure };
struct FollowUp {
  Uuid check_record;
  Uuid firm;
  std::string region;
  FollowUpKind kind = FollowUpKind::correction_order;
  std::string document_number;  // gap-free for correction orders
  std::string text;
  std::optional<Date> opened_on;
  std::optional<Date> due_on;  // correction order: the day it names
  std::int64_t extensions = 0;
  std::string extension_reason;
  std::optional<Date> reported_on;
  std::string report;
  std::vector<CheckEvidence> evidence;
  std::optional<Date> closed_on;
  std::string outcome;  // case number, list decision, result of the re-check
};

// Register "recusal": none → requested → granted | refused.
enum class RecusalBy : std::uint8_t { inspector, firm, bureau };
struct Recusal {
  Uuid check_record;
  std::optional<Uuid> task;
  Uuid firm;
  Uuid inspector;
  std::string region;
  RecusalBy requested_by = RecusalBy::inspector;
  std::string ground;  // code: Penalty Law article 43
  std::string reason;  // personal
  std::string salt;    // of the reason's commitment in the log; personal
  std::string decision;
  std::optional<Uuid> replacement;
  std::int64_t number = 0;  // 1, 2, 3 … in its draw; 0 outside draws
  std::string target_pid;   // in draws: what the log's entry names
  std::string inspector_pid;
  std::string replacement_pid;
  std::int64_t limit = 0;  // highest load the rule allowed
  std::string digest;
};

// Register "visit_quota": visits of one firm in one year, over all departments.
struct VisitCount {
  Uuid visit;
  Uuid check_record;
  Uuid item;
  CheckKind kind = CheckKind::daily;
  Date visited_on;
  friend bool operator==(VisitCount const&, VisitCount const&) = default;
};
struct VisitQuota {
  std::string key;  // "<firm>/<year>"
  Uuid firm;
  std::int64_t year = 0;
  std::string region;
  std::vector<VisitCount> counted;
  std::int64_t visits = 0;       // distinct, without case checks
  std::int64_t case_visits = 0;  // distinct, case checks alone: exempt from the cap
};

// Register "visit_limit": the yearly maximum of visits by risk class (国办发〔2024〕54号): none → in_force → ended.
struct VisitLimit {
  std::string key;  // "<year>/<class>"
  std::int64_t year = 0;
  std::string risk_class;  // "A" … "D", "unclassified"
  std::int64_t visits_max = 0;
  std::string basis;
  std::string region;
};

// Register "patrol" (巡查): imported history only, patrols were replaced (国发〔2019〕5号).
struct Patrol {
  std::string number;  // unique, of the old register
  std::optional<Uuid> firm;
  std::string firm_key;
  std::string region;
  Date patrolled_on;
  std::string by_whom;
  std::string findings;
};

std::string visit_quota_key(Uuid firm, int year);

}  // namespace plumbline::inspection

namespace plumbline::reflect {
template <>
Type const& type_of<inspection::Check>();
template <>
Type const& type_of<inspection::FollowUp>();
template <>
Type const& type_of<inspection::Recusal>();
template <>
Type const& type_of<inspection::VisitQuota>();
template <>
Type const& type_of<inspection::VisitLimit>();
template <>
Type const& type_of<inspection::Patrol>();
}  // namespace plumbline::reflect
