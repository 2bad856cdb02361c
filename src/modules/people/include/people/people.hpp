// Who supervises: organisations and their departments, inspectors, experts, and who must stay away from whom.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "base/uuid.hpp"
#include "reflect/type.hpp"

namespace plumbline::people {

enum class OrganisationKind : std::uint8_t {
  bureau,         // city market supervision bureau and other departments of the city
  county_bureau,  // 县级市场监督管理部门
  station,        // 市场监督管理所
  institute,      // metrology or inspection institute
  laboratory,
  workstation,  // 质量兴园工作站
  other
};
enum class Level : std::uint8_t { province, city, county, station };

// Register "organisation": none → active ⇄ retired.
struct Organisation {
  std::string code;  // unique; a GB/T 2260 code or USCC of the office where it holds draws of its own
  std::string name;
  OrganisationKind kind = OrganisationKind::bureau;
  Level level = Level::city;
  std::optional<Uuid> superior;
  std::string superior_code;  // in files: the code of the superior
  std::string region;
  std::string address;
};

// Register "department": none → active ⇄ retired. The lead and joint departments of inspections.
struct Department {
  std::string code;  // unique
  std::string name;
  std::optional<Uuid> organisation;
  std::string organisation_code;  // in files, instead of the id
  std::string region;             // of the organisation
};

// Register "inspector": none → active ⇄ suspended, → retired. Holder of an enforcement certificate
// (Penalty Law article 42).
struct Inspector {
  std::string name;         // personal
  std::string certificate;  // unique; shown at every check (Penalty Law article 55)
  Date certificate_valid_to;
  std::vector<std::string> fields;  // enforcement fields and skills; groups of draws (执法领域)
  std::optional<Uuid> organisation;
  std::string organisation_code;  // in files, instead of the id
  std::optional<Uuid> department;
  std::string department_code;
  std::string region;           // of the organisation
  std::int64_t draw_cap = 20;   // most targets in one draw
  std::optional<Uuid> account;  // unique: the person's account
  std::string phone;            // personal
  std::string status_reason;
};

// Register "expert": none → active → retired. Named in notices; an opinion, never a result.
struct Expert {
  std::string name;    // personal
  std::string number;  // unique
  std::vector<std::string> fields;
  std::string employer;
  std::string title;
  std::string phone;  // personal
  std::string region;
  std::optional<Date> valid_to;
};

// Penalty Law article 43: a direct interest, or another relation that may affect fair handling.
enum class RecusalGround : std::uint8_t {
  direct_interest,
  shareholding,
  relative,
  former_employment,
  other_relation
};

// Register "recusal_relation": none → in_force → ended.
struct RecusalRelation {
  std::string key;  // unique "<inspector>:<firm>"
  Uuid inspector;
  Uuid firm;
  RecusalGround ground = RecusalGround::direct_interest;
  std::string reason;  // personal
  std::string region;  // of the inspector
};

}  // namespace plumbline::people

namespace plumbline::reflect {
template <>
Type const& type_of<people::Organisation>();
template <>
Type const& type_of<people::Department>();
template <>
Type const& type_of<people::Inspector>();
template <>
Type const& type_of<people::Expert>();
template <>
Type const& type_of<people::RecusalRelation>();
}  // namespace plumbline::reflect
