// States and payloads of a check, its follow-ups and recusals.
#pragma once
#include "inspection/check.hpp"
#include "planning_types.hpp"

namespace plumbline::inspection {

enum class CheckState : std::uint8_t {
  none,
  proposed,
  assigned,
  checking,
  result_entered,
  sent_back,
  reviewed,
  published,
  withdrawn,
  follow_up,
  closed,
  voided
};
enum class FollowUpState : std::uint8_t { none, open, reported, closed };
enum class RecusalState : std::uint8_t { none, requested, granted, refused };

// What a draw says of one target; only the product itself makes such a check.
struct AssignCheck {
  Uuid task;
  Uuid firm;
  std::optional<Uuid> site;
  std::string pid;
  std::string stratum;
  std::string pi;
  Selection selection = Selection::random;
  std::vector<Uuid> inspectors;
  AssignmentMode assignment = AssignmentMode::matched;
  std::string assignment_reason;
  std::optional<Uuid> substitutes;  // the void check a reserve steps in for
  std::int64_t reserve_number = 0;  // 1, 2 … in ticket order within the stratum
  std::optional<Uuid> visit;        // of the lead department's check of the same firm
};

struct ProposeCheck {
  CheckKind kind = CheckKind::special;
  Uuid item;
  Uuid firm;
  std::optional<Uuid> site;
  Uuid department;
  NoticeMode notice_mode = NoticeMode::unannounced;
  std::string purpose;
  std::string clue;           // case
  std::optional<Uuid> batch;  // special
  std::vector<Uuid> inspectors;
};

struct Combine {
  Uuid with;  // a check of the same firm
};

struct NameExperts {
  std::vector<Uuid> experts;
};

struct SelfCheckAnswer {
  std::string sha256;
};

struct StartCheck {
  std::vector<std::string> certificates_shown;
  EntryScan entry_scan = EntryScan::none;
  std::string entry_scan_reason;
  std::string body_camera;
};

struct EnterResult {
  ResultCode result = ResultCode::none;
  std::string result_text;
  Date ended_on;
  std::vector<Answer> answers;
  std::vector<CheckEvidence> evidence;
  SignOff sign_off = SignOff::none;
  std::string sign_off_note;
  std::vector<ExpertOpinion> opinions;
  std::string body_camera;
};

struct PublishResult {
  std::string receipt;  // of the national system; host and guest mode
};

struct Republish {
  ResultCode result = ResultCode::none;
  std::string result_text;
  std::string receipt;
};

struct OpenFollowUp {
  FollowUpKind kind = FollowUpKind::correction_order;
  std::string text;
  std::optional<Date> due_on;
};

struct VoidCheck {
  std::string reason;  // code
  std::string text;
};

// Follow-ups
struct ReportCorrection {
  std::string report;
  std::vector<CheckEvidence> evidence;
};
struct ExtendFollowUp {
  Date due_on;
  std::string reason;
};
struct CloseFollowUp {
  std::string outcome;
  std::vector<CheckEvidence> evidence;
};

// Recusals
struct RequestRecusal {
  Uuid check_record;
  Uuid inspector;
  RecusalBy requested_by = RecusalBy::inspector;
  std::string ground;
  std::string reason;
};
struct GrantRecusal {
  std::optional<Uuid> replacement;
  std::string salt;
  // In draws, as the rule of draw-publication.md section 5 gives them
  std::int64_t number = 0;
  std::string target_pid;
  std::string inspector_pid;
  std::string replacement_pid;
  std::int64_t limit = 0;
  std::string decision;
};

}  // namespace plumbline::inspection

namespace plumbline::reflect {
template <>
Type const& type_of<inspection::AssignCheck>();
template <>
Type const& type_of<inspection::ProposeCheck>();
template <>
Type const& type_of<inspection::Combine>();
template <>
Type const& type_of<inspection::NameExperts>();
template <>
Type const& type_of<inspection::SelfCheckAnswer>();
template <>
Type const& type_of<inspection::StartCheck>();
template <>
Type const& type_of<inspection::EnterResult>();
template <>
Type const& type_of<inspection::PublishResult>();
template <>
Type const& type_of<inspection::Republish>();
template <>
Type const& type_of<inspection::OpenFollowUp>();
template <>
Type const& type_of<inspection::VoidCheck>();
template <>
Type const& type_of<inspection::ReportCorrection>();
template <>
Type const& type_of<inspection::ExtendFollowUp>();
template <>
Type const& type_of<inspection::CloseFollowUp>();
template <>
Type const& type_of<inspection::RequestRecusal>();
template <>
Type const& type_of<inspection::GrantRecusal>();
}  // namespace plumbline::reflect
