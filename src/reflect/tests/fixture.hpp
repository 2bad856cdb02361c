// A described struct with everything in it.
#pragma once
#include <cstdint>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "base/decimal.hpp"
#include "base/money.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "base/uuid.hpp"
#include "reflect/type.hpp"

namespace fixture {

enum class FirmStatus : std::uint8_t { pending, normal, closed };
enum class State : std::int16_t { none = -1, open = 300 };

struct Contact {
  std::string name;
  std::string phone;
  std::optional<std::string> note;
};

struct Product {
  std::string code;
  std::int64_t price_cents = 0;
  std::vector<std::string> brands;
  std::optional<Contact> contact;
};

struct Firm {
  plumbline::Uuid id;
  std::string name;
  std::string digest;
  FirmStatus status = FirmStatus::normal;
  State state = State::none;
  bool large = false;
  std::int32_t employees = 0;
  std::uint8_t stars = 0;
  plumbline::Date founded{};
  std::optional<plumbline::Instant> inspected;
  std::optional<plumbline::Uuid> parent;
  std::string legal_person;
  std::optional<std::string> phone;
  std::optional<plumbline::Date> born;
  std::vector<std::string> aliases;
  std::vector<Product> products;
  std::int64_t score = 0;
  plumbline::Money fine;
  std::optional<plumbline::Decimal> rate;
};

}  // namespace fixture

namespace plumbline {
inline void PrintTo(Problem const& problem, std::ostream* out) {
  *out << problem.path << " " << problem.code << " (" << problem.detail << ")";
}
}  // namespace plumbline

template <>
plumbline::reflect::Type const& plumbline::reflect::type_of<fixture::Firm>();
template <>
plumbline::reflect::Type const& plumbline::reflect::type_of<fixture::Contact>();
template <>
plumbline::reflect::Type const& plumbline::reflect::type_of<fixture::Product>();
template <>
plumbline::reflect::Type const& plumbline::reflect::type_of<fixture::State>();
