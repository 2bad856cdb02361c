// The forms of the house speak of registers, states and steps that there are.
#include <gtest/gtest.h>

#include "kernel/document.hpp"
#include "product/catalogue.hpp"

namespace plumbline::product {
namespace {

TEST(Forms, NameRegistersStatesAndStepsThatThereAre) {
  int steps = 0;
  auto const forms = kernel::house_forms();
  for (auto const& form : forms.forms()) {
    auto const* reg = catalogue().find(form.register_name);
    ASSERT_NE(reg, nullptr) << form.name << " is made from no register";
    if (auto const* states = form.where.find("state")) {
      for (auto const& state : *states->as_array())
        EXPECT_TRUE(reg->state_value(*state.as_text())) << form.name << ": no state " << *state.as_text();
    }
    for (auto const& field : form.fields) {
      if (field.step.empty()) continue;
      ++steps;
      EXPECT_NE(reg->find_action(field.step), nullptr) << form.name << '/' << field.name;
    }
  }
  EXPECT_GE(steps, 5);
}

}  // namespace
}  // namespace plumbline::product
