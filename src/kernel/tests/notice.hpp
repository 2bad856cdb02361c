// A small register to try the kernel on: a notice that is drafted, issued and objected to.
#pragma once
#include <optional>
#include <string>

#include "kernel/register.hpp"

namespace plumbline::kernel::testing {

enum class NoticeState : std::uint8_t { none, draft, issued, objected, final, withdrawn };

struct Notice {
  std::string title;
  std::string reference;     // unique
  std::string region;        // scope
  std::string contact;       // personal
  std::optional<Uuid> firm;  // party
  std::int64_t pages = 0;
  std::string number;  // from a gap-free series
  std::optional<Date> signed_on;
};
struct Objection {
  std::string ground;
};
struct Copy {
  std::string reference;
};

Module notice_module();

}  // namespace plumbline::kernel::testing

namespace plumbline::reflect {
template <>
Type const& type_of<kernel::testing::Notice>();
template <>
Type const& type_of<kernel::testing::Objection>();
template <>
Type const& type_of<kernel::testing::Copy>();
}  // namespace plumbline::reflect
