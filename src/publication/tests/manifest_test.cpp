// Every case of vectors/publication/manifest.json (draw-publication.md section 9): our copy of it, and the
// shared folder's where that is present.
#include <gtest/gtest.h>

#include "ledger/leaf.hpp"
#include "memory_source.hpp"
#include "publication/verify_draw.hpp"
#include "publication/verify_log.hpp"
#include "publication/verify_record.hpp"
#include "reflect/json.hpp"

namespace plumbline::publication::test {
namespace {

namespace fs = std::filesystem;

std::string text_at(Json const& json, std::string_view name) {
  auto const* member = json.find(name);
  return member != nullptr && member->as_text() != nullptr ? *member->as_text() : "";
}

void apply_overlay(Files& files, Json const& overlay) {
  if (auto const* names = overlay.find("delete"))
    for (auto const& name : *names->as_array()) files.erase(*name.as_text());
  if (auto const* patches = overlay.find("patch"))
    for (auto const& [name, changes] : *patches->as_object())
      for (auto const& change : *changes.as_array()) {
        auto const& pair = *change.as_array();
        files.at(name).at(static_cast<std::size_t>(*pair[0].as_integer())) =
            static_cast<char>(*pair[1].as_integer());
      }
  if (auto const* texts = overlay.find("put"))
    for (auto const& [name, text] : *texts->as_object()) files[name] = *text.as_text();
  if (auto const* blobs = overlay.find("put_base64"))
    for (auto const& [name, blob] : *blobs->as_object())
      files[name] = std::string(text_of(base64_decode(*blob.as_text()).value()));
}

template <class Report>
std::string word_of(Verdict<Report> const& verdict) {
  return verdict ? "ok" : verdict.failure().error;
}

struct Args {
  std::string vkey;
  std::optional<std::string> policy, since;
  Instant at;
};

Args args_of(Json const& json, Files const& files) {
  Args args;
  args.vkey = text_at(json, "vkey");
  if (json.find("policy") != nullptr) args.policy = files.at(text_at(json, "policy"));
  if (json.find("since") != nullptr) args.since = files.at(text_at(json, "since"));
  if (json.find("at") != nullptr) args.at = parse_instant(text_at(json, "at")).value();
  return args;
}

std::string answer(Json const& one, fs::path const& root) {
  Files files = load_folder(root / text_at(one, "base"));
  if (auto const overlay = text_at(one, "overlay"); !overlay.empty())
    apply_overlay(files, parse_json(read_disk(root / overlay)).value());
  auto const args = args_of(*one.find("args"), files);
  auto const tool = text_at(one, "tool"), dir = text_at(one, "dir");
  if (tool == "opening") return word_of(verify_record(files.at(dir + ".json"), files.at(dir + ".entry")));
  auto const source = MemorySource(files).folder(dir);
  if (tool == "log") {
    LogVerifyOptions options;
    options.vkey = args.vkey;
    options.policy = args.policy;
    options.since = args.since;
    return word_of(verify_log(*source, options));
  }
  DrawVerifyOptions const options{args.vkey, args.policy, args.at, Grade::jia};
  return tool == "draw" ? word_of(verify_draw(*source, options)) : word_of(verify_draws(*source, options));
}

void run_all(fs::path const& root, std::size_t least) {
  auto const manifest = parse_json(read_disk(root / "manifest.json")).value();
  auto const& cases = *manifest.find("cases")->as_array();
  EXPECT_GE(cases.size(), least);
  for (auto const& one : cases) {
    SCOPED_TRACE(text_at(one, "name"));
    EXPECT_EQ(answer(one, root), text_at(one, "expected"));
  }
}

TEST(Manifest, our_copy) { run_all(fs::path(PLUMBLINE_SOURCE_DIR) / "src/publication/tests/vectors", 69); }

TEST(Manifest, shared) {
  auto const root = fs::path(PLUMBLINE_SHARED_DIR) / "vectors/publication";
  if (!fs::exists(root / "manifest.json")) GTEST_SKIP() << "no shared vectors here";
  run_all(root, 1);
}

}  // namespace
}  // namespace plumbline::publication::test
