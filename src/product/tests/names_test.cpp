// Records outlive programs: what one release has stored the next one must still read.
#include <gmock/gmock.h>

#include <algorithm>
#include <fstream>

#include "product/catalogue.hpp"
#include "reflect/codec.hpp"

namespace plumbline::product {
namespace {

std::vector<std::string> locked_names() {
  std::ifstream file(std::string(PLUMBLINE_SOURCE_DIR) + "/src/product/names.lock");
  std::vector<std::string> lines;
  for (std::string line; std::getline(file, line);) lines.push_back(line);
  return lines;
}

TEST(Names, NoneGoesAndNoneChangesItsKind) {
  EXPECT_THAT(reflect::broken_promises(locked_names(), persisted_names()), ::testing::IsEmpty())
      << "stored records use these names: keep them, or migrate the bodies and say so in an ADR";
}

TEST(Names, TheLockKnowsThemAll) {
  auto const locked = locked_names();
  EXPECT_GT(locked.size(), 500U);
  for (auto const& name : persisted_names())
    EXPECT_TRUE(std::ranges::find(locked, name) != locked.end())
        << name << ": a new name; write it down with `build/plumbline schema names`";
}

}  // namespace
}  // namespace plumbline::product
