// What the service's files share: records by id, blobs, commands, the private lists of a draw.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "archive/firm.hpp"
#include "inspection/service.hpp"
#include "kernel/blobs.hpp"
#include "kernel/reads.hpp"
#include "kernel/system.hpp"
#include "people/people.hpp"
#include "publication/compute.hpp"
#include "publication/csv.hpp"
#include "reflect/codec.hpp"

namespace plumbline::inspection {

using kernel::System;

kernel::Viewer everything(System const& system);

template <class T>
std::optional<T> record_of(System& system, std::string_view register_name, Uuid id) {
  auto found = system.reads().get(everything(system), register_name, id);
  if (!found) return std::nullopt;
  return found->as<T>();
}
std::string state_of(System& system, std::string_view register_name, Uuid id);  // "" when there is none

// Streams all records the conditions name; `each` must not read through the same thread's Reads.
Result<std::int64_t> for_each(System& system, std::string_view register_name,
                              std::vector<kernel::Condition> where,
                              std::function<void(kernel::Found const&)> const& each);

std::string store_blob(System& system, std::string_view content);  // its sha256; throws on failure
Result<std::string> load_blob(System& system, std::string const& sha256);

// A payload as a caller may send it: without the members only the system fills, at any depth.
std::string payload_text(reflect::Type const& type, void const* payload);

template <class Payload>
Result<kernel::Receipt> submit(System& system, Uuid account, std::string_view register_name,
                               std::string_view action, Uuid record, Payload const& payload) {
  kernel::Command command;
  command.register_name = register_name;
  command.action = action;
  command.record = record;
  command.payload = payload_text(reflect::type_of<Payload>(), &payload);
  command.account = account;
  return system.act(std::move(command));
}

// One line of the frame's private list; `code` is empty for firms that may be drawn.
struct PrivateUnit {
  std::string pid;
  Uuid firm;
  std::string identifier;
  std::string salt;  // hex
  std::string code;
  std::optional<Uuid> site;
};
std::string format_private(std::vector<PrivateUnit> const& units);
Result<std::map<std::string, PrivateUnit>> parse_private_units(std::string_view text);

struct PrivateInspector {
  std::string ipid;
  Uuid inspector;
  std::string certificate;
  std::string salt;  // hex
};
std::string format_private(std::vector<PrivateInspector> const& inspectors);
Result<std::map<std::string, PrivateInspector>> parse_private_inspectors(std::string_view text);

// Everything a draw was made from, read back out of the blob store. Views point into the texts.
struct DrawFiles {
  InspectionTask task;
  DrawCeremony ceremony;
  std::string frame_csv, excluded_csv, roster_csv, recusals_csv, groups_csv;
  std::vector<publication::FrameRow> frame;
  std::vector<publication::RosterRow> roster;
  std::vector<publication::RecusalRow> recusals;
  std::vector<publication::GroupRow> groups;
  publication::Plan plan;
  publication::Seed seed;  // only after the ceremony
  publication::DrawInputs inputs() const;
};
// On the heap: the rows are views into the texts beside them.
Result<std::unique_ptr<DrawFiles>> load_draw(System& system, Uuid task);
Result<publication::DrawResult> load_result(System& system, InspectionTask const& task);
// With those borrowed for a direct assignment.
Result<std::map<std::string, PrivateInspector>> load_inspectors(System& system, InspectionTask const& task);
Result<std::map<std::string, PrivateUnit>> load_units(System& system, InspectionTask const& task);
// The draw's assignment: the matching's, or the one named by a person.
Result<std::vector<publication::Assignment>> load_assignment(System& system, InspectionTask const& task,
                                                             publication::DrawResult const& result);
// Recusals granted so far, in their order.
std::vector<Recusal> granted_recusals(System& system, Uuid task);

Refusal refusal(std::string code, std::string detail = "");

}  // namespace plumbline::inspection
