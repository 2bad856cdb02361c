// What is computed from the tables: differences, JSON Schema, the lock file.
#include <gmock/gmock.h>

#include "fixture.hpp"
#include "reflect/codec.hpp"
#include "reflect/describe.hpp"

namespace other {
enum class FirmStatus { on };
BOOST_DESCRIBE_ENUM(FirmStatus, on)
struct Clash {
  FirmStatus status = FirmStatus::on;
  fixture::Firm firm;
};
BOOST_DESCRIBE_STRUCT(Clash, (), (status, firm))
}  // namespace other

namespace plumbline::reflect {

void PrintTo(Change const& change, std::ostream* out) {
  *out << change.path << ": " << change.before << " -> " << change.after
       << (change.personal ? " personal" : "");
}
bool operator==(Change const& a, Change const& b) {
  return a.path == b.path && a.before == b.before && a.after == b.after && a.personal == b.personal;
}

namespace {

using fixture::Contact;
using fixture::Firm;
using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;

std::vector<Change> changes(Firm const& before, Firm const& after) {
  return diff(type_of<Firm>(), &before, &after);
}

TEST(Diff, namesEveryMember) {
  Firm before;
  before.name = "甲";
  before.phone = "13812341234";
  before.products = {{"p", 1, {}, Contact{"李四", "", {}}}};
  EXPECT_THAT(changes(before, before), IsEmpty());
  Firm after = before;
  after.name = "乙";
  after.large = true;
  after.phone.reset();
  after.parent = Uuid{};
  after.products[0].price_cents = 2;
  after.products[0].contact->name = "王五";
  EXPECT_THAT(
      changes(before, after),
      ElementsAre(Change{"/name", "\"甲\"", "\"乙\"", false}, Change{"/large", "false", "true", false},
                  Change{"/parent", "", "\"00000000-0000-0000-0000-000000000000\"", false},
                  Change{"/phone", "\"13812341234\"", "", true},
                  Change{"/products/0/price_cents", "1", "2", false},
                  Change{"/products/0/contact/name", "\"李四\"", "\"王五\"", true}));
  after = before;
  after.products[0].contact.reset();
  EXPECT_THAT(changes(before, after),
              ElementsAre(Change{"/products/0/contact", R"({"name":"李四","phone":""})", "", false}));
}

TEST(Diff, oneItemMoreOrLessIsOneRow) {
  Firm before;
  before.aliases = {"a", "b", "c"};
  auto const with = [&](std::vector<std::string> aliases) {
    Firm after = before;
    after.aliases = std::move(aliases);
    return changes(before, after);
  };
  EXPECT_THAT(with({"b", "c"}), ElementsAre(Change{"/aliases/0", "\"a\"", "", true}));
  EXPECT_THAT(with({"a", "x", "b", "c"}), ElementsAre(Change{"/aliases/1", "", "\"x\"", true}));
  EXPECT_THAT(with({"a", "x", "c"}), ElementsAre(Change{"/aliases/1", "\"b\"", "\"x\"", true}));
  EXPECT_THAT(with({"a", "b", "c", "c"}), ElementsAre(Change{"/aliases/3", "", "\"c\"", true}));
  EXPECT_THAT(with({}), testing::SizeIs(3));
}

// --- JSON Schema ------------------------------------------------------------------------------------

Json const& at(Json const& json, std::initializer_list<std::string_view> path) {
  static Json const nothing("nothing there");
  Json const* found = &json;
  for (auto name : path) {
    found = found->find(name);
    if (found == nullptr) return nothing;
  }
  return *found;
}

TEST(Schema, ofARecord) {
  Json const schema = json_schema(type_of<Firm>());
  EXPECT_EQ(at(schema, {"$schema"}), Json("https://json-schema.org/draft/2020-12/schema"));
  EXPECT_EQ(at(schema, {"type"}), Json("object"));
  EXPECT_EQ(at(schema, {"additionalProperties"}), Json(false));
  EXPECT_EQ(at(schema, {"required"}), Json(Json::Array{"name", "founded"}));
  auto const property = [&](std::string_view name) { return write_json(at(schema, {"properties", name})); };
  EXPECT_EQ(property("id"), R"({"type":"string","format":"uuid","readOnly":true})");
  EXPECT_EQ(property("name"),
            R"({"type":"string","maxLength":20,"minLength":2,"x-lifted":true,"x-published":true,)"
            R"("x-searched":true})");
  EXPECT_EQ(property("digest"), R"({"type":"string","maxLength":20000,"x-format":"sha256_hex",)"
                                R"("pattern":"^$|^[0-9a-f]{64}$","x-unique":true,"x-lifted":true})");
  EXPECT_EQ(property("status"), R"({"$ref":"#/$defs/firm_status","x-lifted":true,"x-published":true})");
  EXPECT_EQ(property("large"), R"({"type":"boolean"})");
  EXPECT_EQ(property("employees"), R"({"type":"integer","minimum":0,"maximum":1000000})");
  EXPECT_EQ(property("stars"), R"({"type":"integer","minimum":0,"maximum":255})");
  EXPECT_EQ(property("founded"), R"({"type":"string","format":"date"})");
  EXPECT_EQ(property("inspected"), R"({"type":"string","format":"date-time"})");
  EXPECT_EQ(property("parent"), R"({"type":"string","format":"uuid","x-refers-to":"firm"})");
  EXPECT_EQ(property("products"),
            R"({"type":"array","items":{"$ref":"#/$defs/product"},"maxItems":2,"x-published":true})");
  EXPECT_EQ(property("score"),
            R"({"type":"integer","minimum":-9007199254740991,"maximum":9007199254740991})");
  EXPECT_EQ(property("fine"),
            R"({"type":"integer","x-kind":"money","minimum":0,"maximum":9007199254740991})");
  EXPECT_EQ(property("rate"),
            R"({"type":"string","pattern":"^-?(?:0|[1-9][0-9]*)(?:\\.[0-9]{1,9})?$","x-kind":"decimal",)"
            R"("x-minimum":0,"x-maximum":100})");
  EXPECT_EQ(at(schema, {"$defs", "firm_status", "enum"}), Json(Json::Array{"pending", "normal", "closed"}));
  EXPECT_EQ(at(schema, {"$defs", "product", "required"}), Json(Json::Array{"code"}));
  EXPECT_EQ(at(schema, {"$defs", "contact", "properties", "name", "x-personal"}), Json(true));
  EXPECT_EQ(at(schema, {"$defs", "firm_state", "type"}), Json("string"));
  EXPECT_EQ(at(schema, {"$defs", "firm"}), Json("nothing there"));
}

// Every reference leads somewhere, every required name is a property.
void check_schema(Json const& root, Json const& schema) {
  if (auto const* items = schema.as_array()) {
    for (Json const& item : *items) check_schema(root, item);
    return;
  }
  auto const* members = schema.as_object();
  if (members == nullptr) return;
  if (Json const* reference = schema.find("$ref"); reference != nullptr && reference->as_text() != nullptr) {
    std::string const name = reference->as_text()->substr(std::string_view("#/$defs/").size());
    EXPECT_NE(at(root, {"$defs", name}).as_object(), nullptr) << name;
  }
  Json const* required = schema.find("required");
  if (required != nullptr && required->as_array() != nullptr) {
    for (Json const& name : *required->as_array())
      EXPECT_NE(at(schema, {"properties"}).find(*name.as_text()), nullptr);
  }
  for (auto const& [name, value] : *members) check_schema(root, value);
}

TEST(Schema, isSoundAllThrough) {
  Json const schema = json_schema(type_of<Firm>());
  check_schema(schema, schema);
}

TEST(Schema, ofOtherTypes) {
  EXPECT_EQ(write_json(json_schema(type_of<std::vector<std::string>>())),
            R"({"$schema":"https://json-schema.org/draft/2020-12/schema","title":"list","type":"array",)"
            R"("items":{"type":"string","maxLength":20000},"maxItems":1000})");
  EXPECT_EQ(write_json(json_schema(*type_of<Firm>().find("status")->type)),
            R"({"$schema":"https://json-schema.org/draft/2020-12/schema","title":"firm_status",)"
            R"("type":"string","enum":["pending","normal","closed"]})");
}

// --- lock file --------------------------------------------------------------------------------------

TEST(Lock, oneLinePerName) {
  auto const lines = persisted_names({&type_of<fixture::Product>()});
  EXPECT_THAT(lines,
              ElementsAre("contact record", "contact.name text", "contact.note text", "contact.phone text",
                          "product record", "product.brands list:text", "product.code text",
                          "product.contact record:contact", "product.price_cents integer"));
  auto const firm = persisted_names({&type_of<Firm>(), &type_of<fixture::Product>()});
  EXPECT_THAT(firm, Contains("firm_status.pending enumerator"));
  EXPECT_THAT(firm, Contains("firm.status enumeration:firm_status"));
  EXPECT_TRUE(std::is_sorted(firm.begin(), firm.end()));
  EXPECT_EQ(std::adjacent_find(firm.begin(), firm.end()), firm.end());
}

TEST(Lock, findsBrokenPromises) {
  std::vector<std::string> const now = persisted_names({&type_of<fixture::Product>()});
  EXPECT_THAT(broken_promises(now, now), IsEmpty());
  EXPECT_THAT(broken_promises({"# comment", "", "product.code text"}, now), IsEmpty());
  EXPECT_THAT(broken_promises({"product.code integer", "product.colour text", "product record"}, now),
              ElementsAre("product.code integer", "product.colour text"));
}

TEST(Lock, twoTypesOfOneNameAreADefect) {
  EXPECT_THROW(persisted_names({&type_of<other::Clash>()}), std::logic_error);
  EXPECT_THROW(json_schema(type_of<other::Clash>()), std::logic_error);
}

}  // namespace
}  // namespace plumbline::reflect
