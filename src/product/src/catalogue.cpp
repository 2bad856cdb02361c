#include "product/catalogue.hpp"

#include "archive/api.hpp"
#include "inspection/api.hpp"
#include "kernel/registers.hpp"
#include "people/api.hpp"
#include "reflect/codec.hpp"

namespace plumbline::product {

kernel::Catalogue const& catalogue() {
  static kernel::Catalogue const all = [] {
    kernel::Catalogue made;
    made.add(kernel::kernel_module());
    made.add(archive::module());
    made.add(people::module());
    made.add(inspection::module());
    return made;
  }();
  return all;
}

std::vector<std::string> persisted_names() {
  std::vector<reflect::Type const*> types;
  for (auto const& reg : catalogue().registers()) types.push_back(reg.type);
  return reflect::persisted_names(types);
}

}  // namespace plumbline::product
