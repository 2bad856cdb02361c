// Fills descriptor tables from Boost.Describe. Include this only in describe.cpp files.
//
//     BOOST_DESCRIBE_STRUCT(Firm, (), (id, name, uscc))
//     template <> Type const& plumbline::reflect::type_of<archive::Firm>() {
//       static Type const type = describe<archive::Firm>("firm",
//           note(&Firm::name, Flag::required | Flag::searched, most(200)),
//           note(&Firm::uscc, Flag::unique, format(formats::uscc)));
//       return type;
//     }
//
// Members may be bool, integers, std::string, Date, Instant, Money, Decimal, Uuid, described enums and
// structs, std::vector and std::optional of these. No floats (money and counts are exact), no
// inheritance, no struct that contains itself. Notes that make no sense (a member that is not
// described, a format on a date …) throw std::logic_error when the table is made, that is in every test.
//
// Notes on an optional speak of the value inside. On a list, least and most count its items and the
// format is for each text.
#pragma once
#include <array>
#include <boost/describe.hpp>
#include <concepts>
#include <cstdint>
#include <new>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "base/decimal.hpp"
#include "base/money.hpp"
#include "base/time.hpp"
#include "base/uuid.hpp"
#include "reflect/formats.hpp"
#include "reflect/type.hpp"

namespace plumbline::reflect {

struct Limits {
  std::int64_t minimum = INT64_MIN;
  std::int64_t maximum = INT64_MAX;
};
constexpr Limits least(std::int64_t minimum) { return {minimum, INT64_MAX}; }
constexpr Limits most(std::int64_t maximum) { return {INT64_MIN, maximum}; }
constexpr Limits between(std::int64_t minimum, std::int64_t maximum) { return {minimum, maximum}; }

struct FormatNote {
  Format const* format;
};
inline FormatNote format(Format const& rule) { return {&rule}; }

struct RefersNote {
  std::string_view register_name;
};
constexpr RefersNote refers(std::string_view register_name) { return {register_name}; }

namespace detail {

struct NoteParts {
  Flag flags = Flag::none;
  Limits limits;
  Format const* format = nullptr;
  std::string_view refers_to;

  void add(Flag more) { flags = flags | more; }
  void add(Limits more);
  void add(FormatNote more) { format = more.format; }
  void add(RefersNote more) { refers_to = more.register_name; }
};

struct RecordTable {
  std::vector<Field> fields;
  std::vector<Field const*> sorted;
};

// The parts that need no templates (describe.cpp of the reflect library).
void apply(RecordTable& table, std::string_view record, void const* object, void const* member,
           NoteParts const& parts);
void finish(RecordTable& table, std::string_view record);
// "plumbline::archive::FirmStatus" becomes firm_status.
std::string described_name(std::string_view signature);

template <class T>
std::string_view name_of() {
  static std::string const name = described_name(__PRETTY_FUNCTION__);
  return name;
}

template <class>
inline constexpr bool is_vector = false;
template <class T>
inline constexpr bool is_vector<std::vector<T>> = true;
template <class>
inline constexpr bool is_optional = false;
template <class T>
inline constexpr bool is_optional<std::optional<T>> = true;

template <class T, class D>
void* member_at(void* record) {
  return &(static_cast<T*>(record)->*D::pointer);
}

template <class T>
RecordTable members() {
  static_assert(std::default_initializable<T> && std::copyable<T>);
  static_assert(alignof(T) <= __STDCPP_DEFAULT_NEW_ALIGNMENT__);
  RecordTable table;
  using Members = boost::describe::describe_members<T, boost::describe::mod_public>;
  [&]<template <class...> class List, class... D>(List<D...>) {
    table.fields.reserve(sizeof...(D));
    (table.fields.push_back(
         Field{.name = D::name,
               .type = &type_of<std::remove_reference_t<decltype(std::declval<T&>().*D::pointer)>>(),
               .at = &member_at<T, D>}),
     ...);
  }(Members{});
  return table;
}

template <class T>
Type record_type(std::string_view name, RecordTable const& table) {
  return {.kind = Kind::record,
          .name = name,
          .fields = table.fields,
          .sorted = table.sorted,
          .size = sizeof(T),
          .construct = [](void* memory) { new (memory) T(); },
          .destroy = [](void* object) { static_cast<T*>(object)->~T(); },
          .copy = [](void* to, void const* from) { *static_cast<T*>(to) = *static_cast<T const*>(from); }};
}

template <class E>
Type enumeration_type(std::string_view name) {
  static_assert(boost::describe::has_describe_enumerators<E>::value,
                "describe this enum: BOOST_DESCRIBE_ENUM");
  static constexpr auto table = []<template <class...> class List, class... D>(List<D...>) {
    return std::array<Enumerator, sizeof...(D)>{Enumerator{D::name, static_cast<std::int64_t>(D::value)}...};
  }(boost::describe::describe_enumerators<E>{});
  return {.kind = Kind::enumeration,
          .name = name,
          .bytes = sizeof(E),
          .is_signed = std::is_signed_v<std::underlying_type_t<E>>,
          .enumerators = table,
          .size = sizeof(E)};
}

template <class L>
Type list_type() {
  using Element = typename L::value_type;
  static_assert(!std::same_as<Element, bool>, "std::vector<bool> has no addressable elements");
  static_assert(!is_optional<Element>, "a list has no absent elements");
  return {.kind = Kind::list,
          .name = "list",
          .element = &type_of<Element>(),
          .size = sizeof(L),
          .count = [](void const* list) { return static_cast<L const*>(list)->size(); },
          .element_at = [](void* list, std::size_t i) -> void* { return &(*static_cast<L*>(list))[i]; },
          .append = [](void* list) -> void* { return &static_cast<L*>(list)->emplace_back(); },
          .clear = [](void* list) { static_cast<L*>(list)->clear(); }};
}

template <class O>
Type optional_type() {
  using Element = typename O::value_type;
  static_assert(!is_optional<Element>, "absent once is enough");
  return {.kind = Kind::optional,
          .name = "optional",
          .element = &type_of<Element>(),
          .size = sizeof(O),
          .count = [](void const* value) -> std::size_t {
            return static_cast<O const*>(value)->has_value() ? 1 : 0;
          },
          .element_at = [](void* value, std::size_t) -> void* { return &**static_cast<O*>(value); },
          .append = [](void* value) -> void* { return &static_cast<O*>(value)->emplace(); },
          .clear = [](void* value) { static_cast<O*>(value)->reset(); }};
}

template <class T>
Type make_type() {
  static_assert(!std::is_floating_point_v<T>,
                "no floats: use Decimal, Money or an integer with its unit in the name");
  if constexpr (std::same_as<T, bool>) {
    return {.kind = Kind::boolean, .name = "boolean", .bytes = 1, .size = 1};
  } else if constexpr (std::integral<T>) {
    static_assert(!std::same_as<T, char> && !std::same_as<T, wchar_t>, "a character is no number");
    return {.kind = Kind::integer,
            .name = "integer",
            .bytes = sizeof(T),
            .is_signed = std::is_signed_v<T>,
            .size = sizeof(T)};
  } else if constexpr (std::same_as<T, std::string>) {
    return {.kind = Kind::text, .name = "text", .size = sizeof(T)};
  } else if constexpr (std::same_as<T, Date>) {
    return {.kind = Kind::date, .name = "date", .size = sizeof(T)};
  } else if constexpr (std::same_as<T, Instant>) {
    return {.kind = Kind::instant, .name = "instant", .size = sizeof(T)};
  } else if constexpr (std::same_as<T, Money>) {
    return {.kind = Kind::money, .name = "money", .size = sizeof(T)};
  } else if constexpr (std::same_as<T, Decimal>) {
    return {.kind = Kind::decimal, .name = "decimal", .size = sizeof(T)};
  } else if constexpr (std::same_as<T, Uuid>) {
    return {.kind = Kind::uuid, .name = "uuid", .size = sizeof(T)};
  } else if constexpr (std::is_enum_v<T>) {
    return enumeration_type<T>(name_of<T>());
  } else if constexpr (is_vector<T>) {
    return list_type<T>();
  } else if constexpr (is_optional<T>) {
    return optional_type<T>();
  } else {
    static_assert(boost::describe::has_describe_members<T>::value,
                  "describe this struct: BOOST_DESCRIBE_STRUCT");
    static RecordTable const table = [] {
      RecordTable made = members<T>();
      finish(made, name_of<T>());
      return made;
    }();
    return record_type<T>(name_of<T>(), table);
  }
}

}  // namespace detail

template <class T, class M>
struct Note {
  M T::* member;
  detail::NoteParts parts;
};

// Flags, limits, a format and the register referred to, in any order.
template <class T, class M, class... Parts>
Note<T, M> note(M T::* member, Parts... parts) {
  Note<T, M> out{member, {}};
  (out.parts.add(parts), ...);
  return out;
}

// The table of T, made once per T: `name` must outlive the program (a literal).
template <class T, class... M>
Type describe(std::string_view name, Note<T, M> const&... notes) {
  static_assert(boost::describe::has_describe_members<T>::value,
                "describe this struct: BOOST_DESCRIBE_STRUCT");
  static detail::RecordTable const table = [&] {
    detail::RecordTable made = detail::members<T>();
    T const object{};
    (detail::apply(made, name, &object, &(object.*notes.member), notes.parts), ...);
    detail::finish(made, name);
    return made;
  }();
  return detail::record_type<T>(name, table);
}

// An enumeration under another name than its C++ one, for those called just State or Kind:
//     template <> Type const& plumbline::reflect::type_of<sampling::State>() {
//       static Type const type = describe_enum<sampling::State>("sample_state");
template <class E>
Type describe_enum(std::string_view name) {
  return detail::enumeration_type<E>(name);
}

template <class T>
Type const& type_of() {
  static Type const type = detail::make_type<T>();
  return type;
}

// Made once, in the reflect library.
extern template Type const& type_of<bool>();
extern template Type const& type_of<std::int32_t>();
extern template Type const& type_of<std::int64_t>();
extern template Type const& type_of<std::string>();
extern template Type const& type_of<Date>();
extern template Type const& type_of<Instant>();
extern template Type const& type_of<Money>();
extern template Type const& type_of<Decimal>();
extern template Type const& type_of<Uuid>();
extern template Type const& type_of<std::optional<std::int64_t>>();
extern template Type const& type_of<std::optional<std::string>>();
extern template Type const& type_of<std::optional<Date>>();
extern template Type const& type_of<std::optional<Instant>>();
extern template Type const& type_of<std::optional<Uuid>>();
extern template Type const& type_of<std::vector<std::string>>();
extern template Type const& type_of<std::vector<Uuid>>();

}  // namespace plumbline::reflect
