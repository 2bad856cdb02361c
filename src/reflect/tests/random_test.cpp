// Properties over random objects: every spelling comes back, every canonical text is canonical JSON.
#include <gmock/gmock.h>

#include <random>

#include "fixture.hpp"
#include "reflect/codec.hpp"

namespace plumbline::reflect {
namespace {

class RandomObjects {
 public:
  fixture::Firm firm() {
    Object object(type_of<fixture::Firm>());
    fill(type_of<fixture::Firm>(), object.data());
    return *static_cast<fixture::Firm*>(object.data());
  }
  std::uint64_t below(std::uint64_t n) { return random_() % n; }

 private:
  std::string text() {
    static constexpr std::string_view pieces[] = {"a", "\"", "\\", "\n", "\t", "é", "质", "\xF0\x9F\x98\x80",
                                                  "/", " ",  "~"};
    std::string out;
    for (auto n = below(8); n > 0; --n) out += pieces[below(std::size(pieces))];
    return out;
  }
  void fill(Type const& type, void* value) {
    switch (type.kind) {
      case Kind::boolean: *static_cast<bool*>(value) = below(2) != 0; break;
      case Kind::integer: {
        int const bits = std::min(type.bytes * 8, 53) - (type.is_signed ? 1 : 0);
        auto const number = static_cast<std::int64_t>(below(std::uint64_t{1} << bits));
        store_integer(type, value, type.is_signed && below(2) != 0 ? -number : number);
        break;
      }
      case Kind::text: *static_cast<std::string*>(value) = text(); break;
      case Kind::date:
        *static_cast<Date*>(value) = make_date(1900, 1, 1) + static_cast<int>(below(109'000));
        break;
      case Kind::instant:
        *static_cast<Instant*>(value) =
            Instant{static_cast<std::int64_t>(below(7'000'000'000'000'000)) - 2'000'000'000'000'000};
        break;
      case Kind::money:
        static_cast<Money*>(value)->cents = static_cast<std::int64_t>(below(1ULL << 53));
        break;
      case Kind::decimal:
        *static_cast<Decimal*>(value) = {static_cast<std::int64_t>(random_()),
                                         static_cast<std::uint8_t>(below(10))};
        break;
      case Kind::uuid:
        for (auto& byte : static_cast<Uuid*>(value)->bytes) byte = static_cast<std::uint8_t>(random_());
        break;
      case Kind::enumeration:
        store_integer(type, value, type.enumerators[below(type.enumerators.size())].value);
        break;
      case Kind::optional:
        type.clear(value);
        if (below(2) != 0) fill(*type.element, type.append(value));
        break;
      case Kind::list:
        for (auto n = below(4); n > 0; --n) fill(*type.element, type.append(value));
        break;
      case Kind::record:
        for (Field const& field : type.fields) fill(*field.type, field.at(value));
        break;
    }
  }

  std::mt19937_64 random_{42};
};

TEST(Property, everySpellingComesBack) {
  RandomObjects make;
  Type const& type = type_of<fixture::Firm>();
  for (int i = 0; i < 2'000; ++i) {
    fixture::Firm const firm = make.firm();
    std::string const ordinary = to_text(firm);
    std::string const canonical = to_text(firm, Spelling::canonical);
    for (std::string const& text : {ordinary, canonical}) {
      fixture::Firm again;
      ASSERT_THAT(read(text, type, &again, Source::history), testing::IsEmpty()) << text;
      ASSERT_EQ(to_text(again), ordinary);
      ASSERT_THAT(diff(type, &firm, &again), testing::IsEmpty());
    }
    auto const json = parse_canonical(canonical);
    ASSERT_TRUE(json) << canonical;
    for (Field const* field : type.sorted) {
      Json const* member = json->find(field->name);
      auto const alone = canonical_member(*field, &firm);
      ASSERT_EQ(member != nullptr, alone.has_value()) << field->name;
      if (alone) {
        ASSERT_EQ(write_canonical(*member), *alone);
      }
    }
  }
}

// As bodies are stored: empty texts and lists left out, members of others among them.
std::string stored(fixture::Firm const& firm) {
  std::string out = R"({"aaa":[{"x":"\\\"]}"}])";
  for (Field const* field : type_of<fixture::Firm>().sorted) {
    auto const value = canonical_member(*field, &firm);
    if (value && *value != "\"\"" && *value != "[]")
      out.append(",\"").append(field->name).append("\":").append(*value);
  }
  return out + R"(,"zzz":1})";
}

TEST(Property, respellingIsReadingAndWriting) {
  RandomObjects make;
  Type const& type = type_of<fixture::Firm>();
  for (int i = 0; i < 2'000; ++i) {
    fixture::Firm const firm = make.firm();
    std::string const text = stored(firm);
    fixture::Firm kept;  // an empty text in an optional has gone
    read(text, type, &kept, Source::history);
    for (auto const sight : {Sight::all, Sight::masked, Sight::published_only}) {
      std::string written, copied, whole;
      write(written, type, &kept, Spelling::ordinary, sight);
      respell(copied, type, canonical_members(text), sight);
      ASSERT_EQ(copied, written) << text;
      respell(whole, type, to_text(kept, Spelling::canonical), sight);
      ASSERT_EQ(whole, written);
    }
  }
}

TEST(Property, respellingFillsWhatOlderBodiesLack) {
  std::string copied, written;
  respell(copied, type_of<fixture::Firm>(), "{}", Sight::all);
  fixture::Firm const fresh;
  write(written, type_of<fixture::Firm>(), &fresh, Spelling::ordinary);
  EXPECT_EQ(copied, written);
}

// What no writer made is refused or copied in part; nothing is read beyond its end.
TEST(Property, respellingDamagedTexts) {
  RandomObjects make;
  Type const& type = type_of<fixture::Firm>();
  int refused = 0;
  for (int i = 0; i < 5'000; ++i) {
    std::string text = to_text(make.firm(), Spelling::canonical);
    for (auto n = 1 + make.below(4); n > 0; --n)
      text[make.below(text.size())] = static_cast<char>(make.below(256));
    if (make.below(2) != 0) text.resize(make.below(text.size()));
    std::string out;
    try {
      respell(out, type, text, Sight::masked);
    } catch (std::runtime_error const&) {
      ++refused;
    }
  }
  EXPECT_GT(refused, 2'500);
}

TEST(Property, readingAndValidatingAgree) {
  RandomObjects make;
  Type const& type = type_of<fixture::Firm>();
  auto const less = [](Problem const& a, Problem const& b) {
    return std::tie(a.path, a.code) < std::tie(b.path, b.code);
  };
  for (int i = 0; i < 2'000; ++i) {
    fixture::Firm const firm = make.firm();
    auto validated = validate(type, &firm);
    fixture::Firm again;
    auto found = read(to_text(firm), type, &again, Source::stored);
    std::sort(validated.begin(), validated.end(), less);
    std::sort(found.begin(), found.end(), less);
    ASSERT_EQ(found, validated) << to_text(firm);
  }
}

TEST(Property, diffsAreEmptyOnlyForEqualObjects) {
  RandomObjects make;
  Type const& type = type_of<fixture::Firm>();
  for (int i = 0; i < 500; ++i) {
    fixture::Firm const a = make.firm();
    fixture::Firm const b = make.firm();
    ASSERT_EQ(diff(type, &a, &b).empty(), to_text(a) == to_text(b));
  }
}

// Whatever bytes arrive: no crash, and a value that was read without problems is written and read the same.
TEST(Property, damagedDocuments) {
  RandomObjects make;
  Type const& type = type_of<fixture::Firm>();
  for (int i = 0; i < 5'000; ++i) {
    std::string text = to_text(make.firm());
    for (auto n = 1 + make.below(4); n > 0; --n)
      text[make.below(text.size())] = static_cast<char>(make.below(256));
    fixture::Firm firm;
    if (!read(text, type, &firm, Source::history).empty()) continue;
    fixture::Firm again;
    ASSERT_THAT(read(to_text(firm), type, &again, Source::history), testing::IsEmpty());
  }
}

TEST(Property, cellsComeBack) {
  RandomObjects make;
  Type const& type = type_of<fixture::Firm>();
  for (int i = 0; i < 500; ++i) {
    fixture::Firm const firm = make.firm();
    for (Field const& field : type.fields) {
      Type const& inner = bare(*field.type);
      if (inner.kind == Kind::text || inner.kind == Kind::list || has(field.flags, Flag::system)) continue;
      std::string const cell = write_cell(field, &firm);
      fixture::Firm again;
      if (read_cell(cell, field, &again)) continue;  // out of range, or required and absent
      ASSERT_EQ(write_cell(field, &again), cell) << field.name;
      ASSERT_EQ(canonical_member(field, &again), canonical_member(field, &firm)) << field.name << " " << cell;
    }
  }
}

}  // namespace
}  // namespace plumbline::reflect
