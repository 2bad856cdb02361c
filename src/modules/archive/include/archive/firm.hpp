// A firm under supervision and its sites: the spine on which everything else hangs (M1).
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "base/uuid.hpp"
#include "reflect/type.hpp"

namespace plumbline::archive {

// As the business register has it (登记状态). `abnormal` is listed in 经营异常名录 and still trading.
enum class RegistrationStatus : std::uint8_t { normal, abnormal, deregistered, revoked, moved };

// Credit-risk class (企业信用风险分类, 国市监信规〔2022〕6号): A low … D high. Internal: never published.
enum class RiskClass : std::uint8_t { unclassified, A, B, C, D };

enum class ClassSource : std::uint8_t { none, confirmed, imported };

// "scheme" is a code ("uscc", "licence", "chicago_license"), "value" the public number in it.
struct Identifier {
  std::string scheme;
  std::string value;
  friend bool operator==(Identifier const&, Identifier const&) = default;
};

struct Contact {
  std::string person;  // personal
  std::string phone;   // personal
  std::string post;    // "质量安全总监", "法定代表人" …
  friend bool operator==(Contact const&, Contact const&) = default;
};

struct ClassProposal {
  RiskClass risk_class = RiskClass::unclassified;
  std::string reason;
  Date effective_from;
  Date proposed_on;
  friend bool operator==(ClassProposal const&, ClassProposal const&) = default;
};

struct ClassChange {
  RiskClass risk_class = RiskClass::unclassified;
  std::string reason;
  Date effective_from;
  Date decided_on;
  ClassSource source = ClassSource::none;
  friend bool operator==(ClassChange const&, ClassChange const&) = default;
};

struct SitePlace {
  Uuid site;
  std::string region;
  friend bool operator==(SitePlace const&, SitePlace const&) = default;
};

// What a merge added to its target, so that the undo takes exactly that away again.
struct Absorbed {
  Uuid firm;
  std::vector<Identifier> identifiers;
  std::vector<std::string> former_names;
  std::vector<std::string> former_usccs;
  friend bool operator==(Absorbed const&, Absorbed const&) = default;
};

// Register "firm": none → active ⇄ merged.
struct Firm {
  std::string key;  // one per firm: the USCC, else "scheme:value" of the first identifier
  std::string name;
  std::optional<std::string> uscc;
  std::vector<Identifier> identifiers;
  std::vector<std::string> former_names;
  std::vector<std::string> former_usccs;
  std::string region;  // code of the jurisdiction's region tree
  std::string address;
  std::string industry;  // GB/T 4754 class "C3670", or the words of a foreign register
  std::vector<std::string> tags;
  std::string park;
  std::string legal_representative;  // personal
  std::vector<Contact> contacts;
  RegistrationStatus status = RegistrationStatus::normal;
  std::optional<Date> status_since;
  std::string status_reason;
  RiskClass risk_class = RiskClass::unclassified;  // in force from `risk_class_from`
  std::optional<Date> risk_class_from;
  std::string risk_class_reason;
  std::optional<ClassProposal> proposed_class;  // waits for a person to confirm it (PIPL article 24)
  std::vector<ClassChange> class_history;       // oldest first
  std::vector<SitePlace> site_places;
  std::optional<Uuid> merged_into;
  std::vector<Absorbed> absorbed;
};

// Register "site": none → open ⇄ closed. A place of business of a firm, numbered 1, 2, 3 … within it.
struct Site {
  std::string key;  // "<key of the firm>/<number>"
  Uuid firm;
  std::int64_t number = 0;
  std::string name;
  std::string address;
  std::string region;
  std::optional<std::int64_t> latitude_microdegrees;
  std::optional<std::int64_t> longitude_microdegrees;
  std::vector<std::string> tags;
};

// The class in force on a day: a confirmed class counts from its effective date.
RiskClass class_on(Firm const& firm, Date day);

}  // namespace plumbline::archive

namespace plumbline::reflect {
template <>
Type const& type_of<archive::Firm>();
template <>
Type const& type_of<archive::Site>();
}  // namespace plumbline::reflect
