// States and payloads of the archive's actions.
#pragma once
#include "archive/firm.hpp"

namespace plumbline::archive {

enum class FirmState : std::uint8_t { none, active, merged };
enum class SiteState : std::uint8_t { none, open, closed };

// What a person enters about a firm. Status and class have actions of their own.
struct FirmData {
  std::string name;
  std::optional<std::string> uscc;
  std::vector<Identifier> identifiers;
  std::vector<std::string> former_names;
  std::string region;
  std::string address;
  std::string industry;
  std::vector<std::string> tags;
  std::string park;
  std::string legal_representative;
  std::vector<Contact> contacts;
};

struct SetStatus {
  RegistrationStatus status = RegistrationStatus::normal;
  Date since;
  std::string reason;
};

struct ProposeClass {
  RiskClass risk_class = RiskClass::unclassified;
  std::string reason;
  Date effective_from;
};

struct RejectClass {
  std::string reason;
};

struct Merge {
  Uuid into;
  std::string reason;
};

struct Unmerge {
  std::string reason;
};

struct SiteData {
  Uuid firm;
  std::string name;
  std::string address;
  std::string region;
  std::optional<std::int64_t> latitude_microdegrees;
  std::optional<std::int64_t> longitude_microdegrees;
  std::vector<std::string> tags;
};

struct SiteChange {
  std::string name;
  std::string address;
  std::string region;
  std::optional<std::int64_t> latitude_microdegrees;
  std::optional<std::int64_t> longitude_microdegrees;
  std::vector<std::string> tags;
};

struct CloseSite {
  std::string reason;
};

}  // namespace plumbline::archive

namespace plumbline::reflect {
template <>
Type const& type_of<archive::FirmData>();
template <>
Type const& type_of<archive::SetStatus>();
template <>
Type const& type_of<archive::ProposeClass>();
template <>
Type const& type_of<archive::RejectClass>();
template <>
Type const& type_of<archive::Merge>();
template <>
Type const& type_of<archive::Unmerge>();
template <>
Type const& type_of<archive::SiteData>();
template <>
Type const& type_of<archive::SiteChange>();
template <>
Type const& type_of<archive::CloseSite>();
}  // namespace plumbline::reflect
