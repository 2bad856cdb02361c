// Any byte of any published file may be changed by anybody. A changed copy is refused, or it means the
// same: the answer is the one given for the original, to the letter.
#include <gtest/gtest.h>

#include "memory_source.hpp"
#include "office.hpp"
#include "publication/verify_draw.hpp"
#include "publication/verify_log.hpp"
#include "publication/verify_record.hpp"
#include "reflect/json.hpp"

namespace plumbline::publication::test {
namespace {

// Repeatable choices: a counter hashed.
class Choices {
 public:
  std::uint64_t below(std::uint64_t end) {
    auto const hash = sha256("choice " + std::to_string(next_++));
    std::uint64_t value = 0;
    for (int i = 0; i < 8; ++i) value = value << 8 | hash[static_cast<std::size_t>(i)];
    return value % end;
  }

 private:
  std::uint64_t next_ = 0;
};

// One change: a bit, a byte removed, a byte doubled, the file cut.
void mutate(std::string& text, Choices& choices) {
  if (text.empty()) {
    text = "x";
    return;
  }
  auto const place = choices.below(text.size());
  switch (choices.below(8)) {
    case 0: text.erase(place, 1); break;
    case 1: text.insert(place, 1, text[place]); break;
    case 2: text.resize(place); break;
    default: text[place] = static_cast<char>(text[place] ^ 1 << choices.below(8)); break;
  }
}

template <class Answer>
void expect_no_other_meaning(Files const& good, std::size_t per_file, Answer answer) {
  auto const original = answer(good);
  ASSERT_FALSE(original.starts_with("{\"error\"")) << original;
  Choices choices;
  std::size_t refused = 0;
  for (auto const& [name, content] : good) {
    for (std::size_t i = 0; i < per_file; ++i) {
      auto files = good;
      mutate(files[name], choices);
      if (files[name] == content) continue;
      auto const given = answer(files);
      if (given.starts_with("{\"error\"")) {
        ++refused;
      } else {
        EXPECT_EQ(given, original) << name;
      }
    }
  }
  EXPECT_GT(refused, good.size());
}

template <class Report>
std::string text_of_verdict(Verdict<Report> const& verdict) {
  return verdict ? write_json(to_json(verdict.report())) : write_json(to_json(verdict.failure()));
}

void mutate_draw(Script const& script, Disclosure disclosure = Disclosure::full) {
  auto published = publish(script);
  published.draw.disclosure = disclosure;
  auto const now = parse_time("2025-03-04T11:00:00Z").value();
  expect_no_other_meaning(files_of(published), 25, [&](Files const& files) {
    return text_of_verdict(verify_draw(MemorySource(files), {published.vkey, {}, now, Grade::jia}));
  });
}

TEST(Mutation, of_a_draw) {
  Script script;
  script.has_commitments = true;
  mutate_draw(script);
}

TEST(Mutation, of_a_draw_with_reserves) {
  Script script;
  script.reserves = 1;
  mutate_draw(script);
}

TEST(Mutation, of_a_direct_assignment) {
  Script script;
  script.inspectors = 1;
  script.is_unmatched = true;
  mutate_draw(script);
}

TEST(Mutation, of_a_sealed_draw) {
  Script script;
  script.until = Until::recusal;
  mutate_draw(script, Disclosure::sealed);
}

TEST(Mutation, of_every_draw_of_the_city) {
  auto const root = std::filesystem::path(PLUMBLINE_SOURCE_DIR) / "src/publication/tests/vectors";
  auto const vkey = *parse_json(read_disk(root / "manifest.json")).value().find("vkey")->as_text();
  auto const now = parse_time("2025-03-17T00:00:00Z").value();
  for (auto const& draw : FolderSource(root / "base/city/draws").folders()) {
    SCOPED_TRACE(draw);
    expect_no_other_meaning(load_folder(root / "base/city/draws" / draw), 8, [&](Files const& files) {
      return text_of_verdict(verify_draw(MemorySource(files), {vkey, {}, now, Grade::jia}));
    });
  }
}

TEST(Mutation, of_a_log) {
  Script script;
  script.records_after = 280;
  auto const published = publish(script);
  LogVerifyOptions options;
  options.vkey = published.vkey;
  options.policy = published.draw.policy;
  expect_no_other_meaning(log_files_of(published), 60, [&](Files const& files) {
    return text_of_verdict(verify_log(MemorySource(files), options));
  });
}

TEST(Mutation, of_an_opening) {
  auto const records =
      std::filesystem::path(PLUMBLINE_SOURCE_DIR) / "src/publication/tests/vectors/base/city/records";
  Files const good{{"opening", read_disk(records / "opening-1.json")},
                   {"entry", read_disk(records / "opening-1.entry")}};
  // The entry's other members are the log's to prove; what it says of the record is its digest and seq.
  expect_no_other_meaning(good, 400, [&](Files const& files) {
    auto const verdict = verify_record(files.at("opening"), files.at("entry"));
    if (!verdict) return text_of_verdict(verdict);
    auto json = to_json(verdict.report());
    for (auto const* name : {"subject", "type", "time"}) json.set(name, "");
    return write_json(json);
  });
}

}  // namespace
}  // namespace plumbline::publication::test
