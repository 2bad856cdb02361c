// States and payloads of the acts on people.
#pragma once
#include "people/people.hpp"

namespace plumbline::people {

enum class OrganisationState : std::uint8_t { none, active, retired };
enum class DepartmentState : std::uint8_t { none, active, retired };
enum class InspectorState : std::uint8_t { none, active, suspended, retired };
enum class ExpertState : std::uint8_t { none, active, retired };
enum class RelationState : std::uint8_t { none, in_force, ended };

struct Retire {
  std::string reason;
};

struct LinkAccount {
  std::optional<Uuid> account;  // absent: takes the link away
};

struct DeclareRelation {
  Uuid inspector;
  Uuid firm;
  RecusalGround ground = RecusalGround::direct_interest;
  std::string reason;
};

}  // namespace plumbline::people

namespace plumbline::reflect {
template <>
Type const& type_of<people::Retire>();
template <>
Type const& type_of<people::LinkAccount>();
template <>
Type const& type_of<people::DeclareRelation>();
}  // namespace plumbline::reflect
