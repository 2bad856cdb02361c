#include <gtest/gtest.h>

#include "fixture.hpp"
#include "reflect/describe.hpp"

namespace fixture {
BOOST_DESCRIBE_ENUM(FirmStatus, pending, normal, closed)
BOOST_DESCRIBE_ENUM(State, none, open)
BOOST_DESCRIBE_STRUCT(Contact, (), (name, phone, note))
BOOST_DESCRIBE_STRUCT(Product, (), (code, price_cents, brands, contact))
BOOST_DESCRIBE_STRUCT(Firm, (),
                      (id, name, digest, status, state, large, employees, stars, founded, inspected, parent,
                       legal_person, phone, born, aliases, products, score, fine, rate))

struct Small {
  int number = 7;
  std::string text;
  std::vector<std::string> texts;
};
BOOST_DESCRIBE_STRUCT(Small, (), (number, text))
struct CCCScopeV2 {
  bool on = false;
};
BOOST_DESCRIBE_STRUCT(CCCScopeV2, (), (on))
}  // namespace fixture

namespace plumbline::reflect {

template <>
Type const& type_of<fixture::State>() {
  static Type const type = describe_enum<fixture::State>("firm_state");
  return type;
}

template <>
Type const& type_of<fixture::Contact>() {
  using fixture::Contact;
  static Type const type = describe<Contact>(
      "contact",
      note(&Contact::name, Flag::personal | Flag::required | Flag::published, format(formats::person_name)),
      note(&Contact::phone, Flag::personal, format(formats::phone)));
  return type;
}

template <>
Type const& type_of<fixture::Product>() {
  using fixture::Product;
  static Type const type = describe<Product>(
      "product", note(&Product::code, Flag::required | Flag::published, format(formats::code)),
      note(&Product::price_cents, least(0)),
      note(&Product::brands, Flag::published, most(3), format(formats::ident)));
  return type;
}

template <>
Type const& type_of<fixture::Firm>() {
  using fixture::Firm;
  static Type const type = describe<Firm>(
      "firm", note(&Firm::id, Flag::system),
      note(&Firm::name, Flag::required | Flag::searched | Flag::published, between(2, 20)),
      note(&Firm::digest, Flag::unique, format(formats::sha256_hex)),
      note(&Firm::status, Flag::lifted | Flag::published), note(&Firm::employees, between(0, 1'000'000)),
      note(&Firm::parent, refers("firm")),
      note(&Firm::legal_person, Flag::personal | Flag::published, format(formats::person_name)),
      note(&Firm::phone, Flag::personal | Flag::published, format(formats::phone)),
      note(&Firm::born, Flag::personal), note(&Firm::aliases, Flag::personal),
      note(&Firm::products, Flag::published, most(2)), note(&Firm::fine, least(0)),
      note(&Firm::rate, between(0, 100)));
  return type;
}

namespace {

TEST(Describe, fillsTheTable) {
  Type const& type = type_of<fixture::Firm>();
  EXPECT_EQ(type.kind, Kind::record);
  EXPECT_EQ(type.name, "firm");
  ASSERT_EQ(type.fields.size(), 19U);
  EXPECT_EQ(type.fields[0].name, "id");
  EXPECT_EQ(type.sorted.front()->name, "aliases");
  EXPECT_EQ(type.sorted.back()->name, "status");
  Field const* name = type.find("name");
  ASSERT_NE(name, nullptr);
  EXPECT_EQ(name->minimum, 2);
  EXPECT_EQ(name->maximum, 20);
  EXPECT_TRUE(has(name->flags, Flag::lifted)) << "searched implies lifted";
  EXPECT_TRUE(has(type.find("digest")->flags, Flag::lifted)) << "unique implies lifted";
  EXPECT_EQ(type.find("parent")->refers_to, "firm");
  EXPECT_EQ(type.find("nobody"), nullptr);
  EXPECT_EQ(type.find("digest")->format, &formats::sha256_hex);

  fixture::Firm firm;
  *static_cast<std::string*>(name->at(&firm)) = "新和铸造";
  EXPECT_EQ(firm.name, "新和铸造");
}

TEST(Describe, namesTypesAfterTheirCppNames) {
  EXPECT_EQ(type_of<fixture::FirmStatus>().name, "firm_status");
  EXPECT_EQ(type_of<fixture::CCCScopeV2>().name, "ccc_scope_v2");
  EXPECT_EQ(type_of<fixture::State>().name, "firm_state");
}

TEST(Describe, storesAndLoadsIntegersOfEverySize) {
  fixture::State state{};
  Type const& type = type_of<fixture::State>();
  store_integer(type, &state, 300);
  EXPECT_EQ(state, fixture::State::open);
  store_integer(type, &state, -1);
  EXPECT_EQ(load_integer(type, &state), -1);
  EXPECT_THROW(store_integer(type, &state, 40'000), std::out_of_range);
  EXPECT_EQ(enumerator_of(type, "open")->value, 300);
  EXPECT_EQ(enumerator_of(type, "shut"), nullptr);
  EXPECT_EQ(enumerator_of(type, 2), nullptr);
}

// describe() keeps one table per type, so each wrong note is tried on a table of its own.
template <class... Notes>
void describe_small(Notes... notes) {
  detail::RecordTable table = detail::members<fixture::Small>();
  fixture::Small const object{};
  (detail::apply(table, "small", &object, &(object.*notes.member), notes.parts), ...);
  detail::finish(table, "small");
}

TEST(Describe, refusesNotesThatMakeNoSense) {
  using fixture::Small;
  EXPECT_NO_THROW(
      describe_small(note(&Small::number, between(1, 2)), note(&Small::text, format(formats::code))));
  EXPECT_THROW(describe_small(note(&Small::texts, Flag::required)), std::logic_error) << "not described";
  EXPECT_THROW(describe_small(note(&Small::number, format(formats::code))), std::logic_error);
  EXPECT_THROW(describe_small(note(&Small::number, Flag::searched)), std::logic_error);
  EXPECT_THROW(describe_small(note(&Small::text, refers("firm"))), std::logic_error);
  EXPECT_THROW(describe_small(note(&Small::text, between(5, 4))), std::logic_error);
  EXPECT_THROW(describe_small(note(&Small::text, least(1)), note(&Small::text, most(4))), std::logic_error)
      << "twice";
}

TEST(Object, isBuiltCopiedMovedAndDestroyed) {
  Object a(type_of<fixture::Firm>());
  static_cast<fixture::Firm*>(a.data())->name = "一家名字很长的公司，长到字符串不再放在对象里";
  Object b = a;
  EXPECT_EQ(static_cast<fixture::Firm*>(b.data())->name, static_cast<fixture::Firm*>(a.data())->name);
  Object c = std::move(a);
  b = c;
  EXPECT_EQ(static_cast<fixture::Firm const*>(static_cast<Object const&>(b).data())->status,
            fixture::FirmStatus::normal);
  EXPECT_EQ(&c.type(), &type_of<fixture::Firm>());
  EXPECT_THROW(Object(type_of<std::string>()), std::logic_error);
}

}  // namespace
}  // namespace plumbline::reflect
