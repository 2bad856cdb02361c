#include "kernel/record.hpp"

#include "kernel/act.hpp"

namespace plumbline::kernel {

RunningClock const* Envelope::clock(std::string_view rule) const {
  for (auto it = clocks.rbegin(); it != clocks.rend(); ++it)
    if (it->rule == rule) return &*it;
  return nullptr;
}

Refusal refuse(std::string code, std::string path, std::string detail) {
  Refusal refusal{code, detail, {}};
  if (!path.empty()) refusal.problems.push_back({std::move(path), std::move(code), std::move(detail)});
  return refusal;
}

Refused::Refused(std::string code, std::string path, std::string detail)
    : refusal_(refuse(std::move(code), std::move(path), std::move(detail))) {}

}  // namespace plumbline::kernel
