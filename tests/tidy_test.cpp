// The house rules as a test. Every ban names its replacement. The rules are pure functions on one file's
// path and text; the last tests apply them to the tree, the first show that each rule sees what it bans.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

namespace {

namespace fs = std::filesystem;

constexpr std::size_t line_length_max = 110;
constexpr std::size_t function_lines_max = 70;
constexpr std::uintmax_t file_bytes_max = 512 * 1024;

// Data that is larger than a source file should be, each with its reason beside it.
constexpr std::array<std::string_view, 1> large_files{
    "package-lock.json",  // written by npm
};

struct SourceFile {
  std::string path;  // relative to the root, with '/'
  std::vector<std::string> lines;
  std::vector<std::string> code;  // the same lines; comments and the insides of literals are blanks
  bool is(std::string_view ending) const { return path.ends_with(ending); }
  bool below(std::string_view folder) const { return path.starts_with(folder); }
  bool has(std::string_view part) const { return ("/" + path).find(part) != std::string::npos; }
  bool cpp() const { return is(".cpp") || is(".hpp"); }
  bool test() const { return has("/tests/") || has("/bench/") || has("/fuzz/"); }
};

using Problems = std::vector<std::string>;

std::string at(SourceFile const& file, std::size_t index, std::string_view what) {
  return file.path + ":" + std::to_string(index + 1) + ": " + std::string(what);
}

bool word_char(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

// Position of `needle` in `line` where no identifier goes on at either end that is itself a word
// character; npos if there is none.
std::size_t find_word(std::string_view line, std::string_view needle, std::size_t from = 0) {
  for (auto p = line.find(needle, from); p != std::string_view::npos; p = line.find(needle, p + 1)) {
    bool const starts = p == 0 || !word_char(needle.front()) || !word_char(line[p - 1]);
    auto const end = p + needle.size();
    bool const ends = end == line.size() || !word_char(needle.back()) || !word_char(line[end]);
    if (starts && ends) return p;
  }
  return std::string_view::npos;
}

std::vector<std::string> split_lines(std::string_view text) {
  std::vector<std::string> lines;
  for (std::size_t start = 0; start < text.size();) {
    auto const end = std::min(text.find('\n', start), text.size());
    lines.emplace_back(text.substr(start, end - start));
    start = end + 1;
  }
  return lines;
}

// Blanks comments and the insides of string and character literals, raw strings included.
class Blanker {
 public:
  explicit Blanker(std::string_view text) : in_(text), out_(text) {}

  std::string run() {
    while (i_ < in_.size()) step();
    return std::move(out_);
  }

 private:
  void step() {
    if (starts("//")) return blank_to(in_.find('\n', i_));
    if (starts("/*")) return blank_to(after("*/", i_ + 2));
    if (starts("R\"") && (i_ == 0 || !word_char(in_[i_ - 1]))) {
      auto const open = in_.find('(', i_);
      if (open == std::string_view::npos) return blank_to(open);
      return blank_to(after(")" + std::string(in_.substr(i_ + 2, open - i_ - 2)) + "\"", open));
    }
    bool const separator = in_[i_] == '\'' && i_ > 0 && word_char(in_[i_ - 1]);  // 1'000'000
    if (in_[i_] == '"' || (in_[i_] == '\'' && !separator)) return literal(in_[i_]);
    ++i_;
  }
  void literal(char quote) {
    auto end = i_ + 1;
    while (end < in_.size() && in_[end] != quote && in_[end] != '\n') end += in_[end] == '\\' ? 2 : 1;
    ++i_;  // the quotes stay
    blank_to(std::min(end, in_.size()));
    if (i_ < in_.size()) ++i_;
  }
  bool starts(std::string_view what) const { return in_.substr(i_, what.size()) == what; }
  std::size_t after(std::string_view what, std::size_t from) const {
    auto const p = in_.find(what, from);
    return p == std::string_view::npos ? p : p + what.size();
  }
  void blank_to(std::size_t end) {
    for (end = std::min(end, in_.size()); i_ < end; ++i_)
      if (in_[i_] != '\n') out_[i_] = ' ';
  }

  std::string_view in_;
  std::string out_;
  std::size_t i_ = 0;
};

SourceFile make_file(std::string path, std::string_view text) {
  SourceFile file{std::move(path), split_lines(text), {}};
  if (file.cpp()) file.code = split_lines(Blanker(text).run());
  return file;
}

// ---- bans on words ------------------------------------------------------------------------------------

struct Ban {
  std::vector<std::string_view> words;
  bool (*allowed)(SourceFile const&);  // files where the words may stand
  std::string_view instead;
};

bool nowhere(SourceFile const&) { return false; }
bool in_http(SourceFile const& file) { return file.below("src/http/"); }
bool in_store(SourceFile const& file) { return file.below("src/store/"); }
bool in_app(SourceFile const& file) { return file.below("src/app/"); }
bool in_tests(SourceFile const& file) { return file.test(); }

std::vector<Ban> const& word_bans() {
  static std::vector<Ban> const bans{
      {{"system_clock::now", "gettimeofday", "CLOCK_REALTIME", "std::time", "time(nullptr)", "time(NULL)"},
       [](SourceFile const& file) { return file.path == "src/base/src/time.cpp"; },
       "time is given, not read: take a Clock const& (base/time.hpp)"},
      {{"std::stod", "std::stof", "std::stoi", "std::stol", "std::stoul", "std::stoll", "std::stoull", "atoi",
        "atol", "atoll", "atof", "strtol", "strtoll", "strtoul", "strtoull", "strtod", "sscanf"},
       in_tests,
       "these read \" 12abc\" as 12 or throw: use std::from_chars and look at where it stopped"},
      {{"getenv", "secure_getenv", "setenv", "putenv"},
       [](SourceFile const& file) {
         return file.below("src/app/") || (file.below("src/store/") && file.has("testing"));
       },
       "only the command line reads the environment (src/app); elsewhere take an argument"},
      {{"co_await", "co_return", "co_yield"},
       in_http,
       "handlers are blocking functions; coroutines stay in src/http (g++ 12 destroys their temporaries "
       "twice)"},
      {{"std::regex", "std::wregex"}, nowhere, "std::regex is slow and overflows the stack: write a parser"},
      {{"rand", "srand", "mt19937", "mt19937_64", "minstd_rand", "default_random_engine", "random_device",
        "random_shuffle"},
       in_tests,
       "secrets: fill_random (base/hash.hpp); choices anyone can repeat: a hash of a seed"},
      {{"sleep_for", "sleep_until", "usleep", "nanosleep"},
       [](SourceFile const& file) { return !file.test(); },
       "a test does not sleep: inject a FixedClock, or wait on a condition variable"},
  };
  return bans;
}

struct IncludeBan {
  std::vector<std::string_view> headers;
  bool (*allowed)(SourceFile const&);
  std::string_view instead;
};

std::vector<IncludeBan> const& include_bans() {
  static std::vector<IncludeBan> const bans{
      {{"boost/asio", "boost/beast"}, in_http, "the network is src/http's alone"},
      {{"libpq-fe.h", "postgresql/", "sqlite3.h"}, in_store, "databases are reached through store/store.hpp"},
      {{"regex", "boost/regex"}, nowhere, "std::regex is slow and overflows the stack: write a parser"},
      {{"boost/json"},
       [](SourceFile const& file) { return file.below("src/reflect/") || file.below("src/epcis/"); },
       "JSON is read and written through reflect/json.hpp and reflect/codec.hpp"},
      {{"boost/describe"},
       [](SourceFile const& file) {
         return file.below("src/reflect/") || file.is("/describe.cpp") || file.test();
       },
       "describe structs in the library's describe.cpp (reflect/describe.hpp)"},
      {{"CLI/"}, in_app, "the command line is src/app's alone"},
      {{"openssl/", "sodium.h"},
       [](SourceFile const& file) { return file.cpp() && !file.is(".hpp"); },
       "keep OpenSSL and libsodium out of headers: base/hash.hpp, or a pointer to a private struct"},
      {{"random"}, in_tests, "use fill_random (base/hash.hpp)"},
  };
  return bans;
}

Problems banned_words(SourceFile const& file) {
  Problems problems;
  if (!file.cpp()) return problems;
  for (auto const& ban : word_bans()) {
    if (ban.allowed(file)) continue;
    for (std::size_t i = 0; i < file.code.size(); ++i)
      for (auto word : ban.words)
        if (!file.code[i].starts_with('#') && find_word(file.code[i], word) != std::string::npos)
          problems.push_back(at(file, i, std::string(word) + ": " + std::string(ban.instead)));
  }
  return problems;
}

std::string_view included(std::string_view line) {
  auto const open = line.find_first_of("<\"");
  if (!line.starts_with("#include") || open == std::string_view::npos) return {};
  return line.substr(open + 1, line.find_first_of(">\"", open + 1) - open - 1);
}

Problems banned_includes(SourceFile const& file) {
  Problems problems;
  if (!file.cpp()) return problems;
  for (std::size_t i = 0; i < file.lines.size(); ++i) {
    auto const header = included(file.lines[i]);
    if (header.empty()) continue;
    for (auto const& ban : include_bans())
      for (auto name : ban.headers) {
        bool const folder = name.find('/') != std::string_view::npos;
        if ((folder ? header.starts_with(name) : header == name) && !ban.allowed(file))
          problems.push_back(at(file, i, "#include " + std::string(name) + ": " + std::string(ban.instead)));
      }
  }
  return problems;
}

// ---- other rules on one file --------------------------------------------------------------------------

bool names_money_or_count(std::string_view line) {
  for (std::string_view word : {"money", "cents", "count", "amount", "counts", "amounts"}) {
    for (auto p = line.find(word); p != std::string_view::npos; p = line.find(word, p + 1)) {
      auto alone = [](char c) { return std::isalpha(static_cast<unsigned char>(c)) == 0; };
      auto const end = p + word.size();
      if ((p == 0 || alone(line[p - 1])) && (end == line.size() || alone(line[end]))) return true;
    }
  }
  return false;
}

// Statistics turn counts into rates; everywhere else money and counts stay integers.
Problems floats_in_money(SourceFile const& file) {
  Problems problems;
  if (!file.cpp() || file.below("src/stats/") || file.test()) return problems;
  for (std::size_t i = 0; i < file.code.size(); ++i) {
    auto const& line = file.code[i];
    bool const floating =
        find_word(line, "double") != std::string::npos || find_word(line, "float") != std::string::npos;
    if (floating && names_money_or_count(line))
      problems.push_back(at(
          file, i, "floating point beside money or a count: use std::int64_t (cents), Decimal or src/stats"));
  }
  return problems;
}

Problems header_rules(SourceFile const& file) {
  Problems problems;
  if (!file.is(".hpp")) return problems;
  bool once = false;
  for (std::size_t i = 0; i < file.code.size(); ++i) {
    once = once || file.code[i] == "#pragma once";
    if (find_word(file.code[i], "using namespace") != std::string::npos)
      problems.push_back(at(file, i, "using namespace in a header: write the names out"));
  }
  if (!once) problems.push_back(at(file, 0, "a header needs #pragma once"));
  return problems;
}

std::size_t code_points(std::string_view line) {
  return static_cast<std::size_t>(std::count_if(
      line.begin(), line.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

bool limited_lines(SourceFile const& file) {
  static std::set<std::string_view> const scripts{"run", "test", ".ci/run"};
  return file.cpp() || file.is(".cmake") || file.is("CMakeLists.txt") || file.is(".sh") || file.is(".mjs") ||
         file.is(".ts") || scripts.contains(file.path);
}

// Vectors and golden files are other people's bytes.
bool kept_as_is(SourceFile const& file) {
  return file.has("/vectors/") || file.has("/seeds/") || file.has("/golden/") || file.has("/fixtures/") ||
         file.is("package-lock.json");
}

Problems layout(SourceFile const& file) {
  Problems problems;
  if (kept_as_is(file)) return problems;
  for (std::size_t i = 0; i < file.lines.size(); ++i) {
    auto const& line = file.lines[i];
    if (limited_lines(file) && code_points(line) > line_length_max)
      problems.push_back(at(file, i, "longer than 110 characters: break the line"));
    if (line.find('\t') != std::string::npos && !file.is(".tsv"))
      problems.push_back(at(file, i, "a tab: use spaces"));
    if (!line.empty() && (line.back() == ' ' || line.back() == '\r'))
      problems.push_back(at(file, i, "blanks at the end of the line: delete them"));
  }
  return problems;
}

// Words this file must not hold itself, else it would ban itself.
std::string join(std::string_view begin, std::string_view end) {
  std::string word(begin);
  return word.append(end);
}

Problems unfinished(SourceFile const& file) {
  static std::array<std::string, 4> const words{join("TO", "DO"), join("FIX", "ME"), join("XX", "X"),
                                                join("HA", "CK")};
  Problems problems;
  for (std::size_t i = 0; i < file.lines.size(); ++i)
    for (auto const& word : words)
      if (find_word(file.lines[i], word) != std::string::npos)
        problems.push_back(at(file, i, word + ": do it now, or file an issue"));
  return problems;
}

Problems machine_names(SourceFile const& file) {
  static std::array<std::string, 4> const folders{join("/wo", "rk/"), join("/ro", "ot/"), join("/ho", "me/"),
                                                  join("/fa", "rm/")};
  static std::array<std::string, 6> const hosts{
      join("deb.deb", "ian.org"),     join("snapshot.deb", "ian.org"),
      join("registry.np", "mjs.org"), join("npmm", "irror"),
      join("py", "pi.org"),           join("pythonhos", "ted.org")};
  Problems problems;
  for (std::size_t i = 0; i < file.lines.size(); ++i) {
    auto const& line = file.lines[i];
    for (auto const& folder : folders) {
      auto const p = line.find(folder);
      if (p != std::string::npos &&
          (p == 0 || (!word_char(line[p - 1]) && line[p - 1] != '.' && line[p - 1] != '}')))
        problems.push_back(
            at(file, i, folder + ": a path of one machine; use a path relative to the project"));
    }
    for (auto const& host : hosts)
      if (line.find(host) != std::string::npos)
        problems.push_back(
            at(file, i, host + ": a registry's host; let the client's own configuration name it"));
  }
  return problems;
}

// ---- long functions -----------------------------------------------------------------------------------

struct Function {
  std::string name;
  std::size_t first_line;  // of the opening brace, from 0
  std::size_t lines;
};

// Name of the function a `{` opens after `head`, the text since the last ; { or }; "" for anything else.
std::string function_name(std::string_view head) {
  auto const paren = head.find('(');
  if (paren == std::string_view::npos) return {};
  for (std::string_view word : {"namespace", "enum"})
    if (find_word(head, word) != std::string_view::npos) return {};
  auto end = paren;
  while (end > 0 && head[end - 1] == ' ') --end;
  auto start = end;
  while (start > 0 && (word_char(head[start - 1]) || head[start - 1] == ':' || head[start - 1] == '~'))
    --start;
  auto name = std::string(head.substr(start, end - start));
  if (name == "TEST" || name == "TEST_F" || name == "TEST_P") {
    name = std::string(head.substr(start, head.find(')', paren) + 1 - start));
    std::erase(name, ' ');
  }
  return name.empty() ? "(unnamed)" : name;
}

// Good enough for formatted code: a brace that opens at declaration level after a parenthesis opens a
// function; braces of namespaces, classes and enums keep us at declaration level; all others do not.
std::vector<Function> functions_of(std::vector<std::string> const& code) {
  std::vector<Function> found;
  std::string head;
  std::vector<bool> declarations{true};  // for every open brace: does it hold declarations?
  std::size_t function_depth = 0;        // 0: not in a function
  for (std::size_t i = 0; i < code.size(); ++i) {
    if (code[i].starts_with('#')) continue;
    for (char c : code[i] + " ") {
      if (c == '{') {
        auto const name = declarations.back() ? function_name(head) : std::string{};
        bool const scope =
            declarations.back() && name.empty() &&
            (find_word(head, "namespace") != std::string::npos ||
             find_word(head, "class") != std::string::npos || find_word(head, "struct") != std::string::npos);
        declarations.push_back(scope);
        if (!name.empty() && function_depth == 0) {
          function_depth = declarations.size();
          found.push_back({name, i, 0});
        }
        head.clear();
      } else if (c == '}') {
        if (function_depth != 0 && declarations.size() == function_depth) {
          found.back().lines = i - found.back().first_line + 1;
          function_depth = 0;
        }
        if (declarations.size() > 1) declarations.pop_back();
        head.clear();
      } else if (c == ';') {
        head.clear();
      } else {
        head += c;
      }
    }
  }
  return found;
}

// tests/long_functions.txt: "path name lines" for each function that was long when the rule came. A
// number may only fall, and the row goes when the function is short.
std::map<std::string, std::size_t> parse_ratchet(std::vector<std::string> const& lines) {
  std::map<std::string, std::size_t> allowed;
  for (auto const& line : lines) {
    if (line.empty() || line.starts_with('#')) continue;
    std::istringstream in(line);
    std::string path;
    std::string name;
    std::size_t count = 0;
    in >> path >> name >> count;
    allowed[path + " " + name] = count;
  }
  return allowed;
}

Problems long_functions(std::vector<SourceFile> const& files, std::map<std::string, std::size_t> allowed) {
  Problems problems;
  for (auto const& file : files) {
    if (!file.cpp()) continue;
    for (auto const& function : functions_of(file.code)) {
      if (function.lines <= function_lines_max) continue;
      auto const key = file.path + " " + function.name;
      auto const row = allowed.find(key);
      if (row == allowed.end() || row->second < function.lines)
        problems.push_back(
            at(file, function.first_line,
               function.name + " has " + std::to_string(function.lines) + " lines, 70 are enough: split it"));
      else if (row->second > function.lines)
        problems.push_back("tests/long_functions.txt: " + key + " fell to " + std::to_string(function.lines) +
                           ": lower its row");
      if (row != allowed.end()) allowed.erase(row);
    }
  }
  for (auto const& [key, count] : allowed)
    problems.push_back("tests/long_functions.txt: " + key + " is short now or gone: delete its row");
  return problems;
}

// ---- the tree -----------------------------------------------------------------------------------------

fs::path root() { return PLUMBLINE_SOURCE_DIR; }

std::vector<std::string> listed_by_git() {
  std::string const command =
      "git -C '" + root().string() + "' ls-files -z --cached --others --exclude-standard 2>/dev/null";
  std::unique_ptr<FILE, int (*)(FILE*)> const pipe(popen(command.c_str(), "r"), pclose);
  std::vector<std::string> paths(1);
  for (int c = 0; pipe && (c = std::fgetc(pipe.get())) != EOF;)
    if (c == 0)
      paths.emplace_back();
    else
      paths.back() += static_cast<char>(c);
  paths.pop_back();
  return paths;
}

std::vector<std::string> listed_by_walking() {
  std::vector<std::string> paths;
  for (auto it = fs::recursive_directory_iterator(root()); it != fs::recursive_directory_iterator(); ++it) {
    auto const name = it->path().filename().string();
    bool const ours = it.depth() > 0 || !(name.starts_with("build") || name == "data" || name == ".git" ||
                                          name == "node_modules" || name == ".cache");
    if (it->is_directory() && !ours) it.disable_recursion_pending();
    if (it->is_regular_file()) paths.push_back(fs::relative(it->path(), root()).generic_string());
  }
  return paths;
}

std::vector<std::string> const& tracked_paths() {
  static auto const paths = [] {
    auto list = listed_by_git();
    if (list.empty()) list = listed_by_walking();
    std::erase_if(list, [](auto const& path) { return !fs::is_regular_file(root() / path); });
    std::sort(list.begin(), list.end());
    return list;
  }();
  return paths;
}

std::string contents(fs::path const& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

// Every tracked text file that is not too large.
std::vector<SourceFile> const& tree() {
  static auto const files = [] {
    std::vector<SourceFile> list;
    for (auto const& path : tracked_paths()) {
      if (fs::file_size(root() / path) > file_bytes_max) continue;
      auto const text = contents(root() / path);
      if (text.find('\0') == std::string::npos) list.push_back(make_file(path, text));
    }
    return list;
  }();
  return files;
}

void expect_none(Problems const& problems) {
  for (auto const& problem : problems) ADD_FAILURE() << problem;
}

void expect_clean(Problems (*rule)(SourceFile const&)) {
  ASSERT_GT(tree().size(), 20U) << "the tree was not found";
  for (auto const& file : tree()) expect_none(rule(file));
}

std::set<std::string> folders_below(fs::path const& folder) {
  std::set<std::string> names;
  for (auto const& path : tracked_paths()) {
    auto const inside = fs::path(path).lexically_relative(folder);
    if (!path.starts_with(folder.generic_string() + "/") || std::distance(inside.begin(), inside.end()) < 2)
      continue;
    names.insert((folder / *inside.begin()).generic_string());
  }
  return names;
}

// First column of a Markdown table, in back quotes: | `base` | … |
std::set<std::string> table_rows(std::string const& text) {
  std::set<std::string> rows;
  for (auto const& line : split_lines(text)) {
    if (!line.starts_with("| `")) continue;
    rows.insert("src/" + line.substr(3, line.find('`', 3) - 3));
  }
  return rows;
}

// ---- the rules see what they ban ----------------------------------------------------------------------

TEST(TidyRules, SeeWhatTheyBan) {
  struct Case {
    Problems (*rule)(SourceFile const&);
    std::string path;
    std::string text;
    std::size_t problems;
  };
  std::vector<Case> const cases{
      {banned_words, "src/a/src/a.cpp", "auto t = std::chrono::system_clock::now();\n", 1},
      {banned_words, "src/base/src/time.cpp", "auto t = std::chrono::system_clock::now();\n", 0},
      {banned_words, "src/a/src/a.cpp",
       "// system_clock::now\nauto s = \"atoi\"; char c = '\"'; auto r = R\"x(getenv)x\";\n", 0},
      {banned_words, "src/a/src/a.cpp", "int n = atoi(text);\nint m = my_atoi(text);\n", 1},
      {banned_words, "src/app/main.cpp", "auto home = std::getenv(name);\n", 0},
      {banned_words, "src/a/src/a.cpp", "auto home = std::getenv(name);\n", 1},
      {banned_words, "src/a/src/a.cpp", "std::mt19937 r;\n", 1},
      {banned_words, "src/a/tests/a_test.cpp", "std::mt19937 r;\n", 0},
      {banned_words, "src/a/tests/a_test.cpp", "std::this_thread::sleep_for(1ms);\n", 1},
      {banned_words, "src/a/src/a.cpp", "co_await x;\nint operand = 1'000'000; rand();\n", 2},
      {banned_includes, "src/kernel/src/a.cpp",
       "#include <boost/asio.hpp>\n#include \"libpq-fe.h\"\n#include <regex>\n", 3},
      {banned_includes, "src/store/src/a.cpp", "#include <sqlite3.h>\n#include <string>\n", 0},
      {banned_includes, "src/base/include/base/a.hpp", "#include <openssl/evp.h>\n", 1},
      {floats_in_money, "src/a/src/a.cpp", "double amount_cents = 0;\n", 1},
      {floats_in_money, "src/a/src/a.cpp", "double discount = 0; // count\nint account = 0;\n", 0},
      {header_rules, "src/a/include/a/a.hpp", "#pragma once\nusing namespace std;\n", 1},
      {header_rules, "src/a/include/a/a.hpp", "// #pragma once\n", 1},
      {layout, "src/a/src/a.cpp", std::string(111, 'x') + "\n", 1},
      {layout, "src/a/src/a.cpp", "// " + std::string(107, 'x') + "\n\tx;\nx; \n", 2},
      {layout, "README.zh-CN.md", std::string(300, 'x') + "\n", 0},
      {unfinished, "docs/a.md", join("TO", "DO later\n"), 1},
      {unfinished, "docs/a.md", join("mktemp plumbline.XXXX", "XX\n"), 0},
      {machine_names, "docs/a.md", join("see /wo", "rk/shared\n"), 1},
      {machine_names, "docs/a.md", join("see ./wo", "rk/shared\n"), 0},
      {machine_names, "docs/a.md", join("https://registry.np", "mjs.org/vue\n"), 1},
  };
  for (auto const& test : cases) {
    auto const problems = test.rule(make_file(test.path, test.text));
    EXPECT_EQ(problems.size(), test.problems)
        << test.path << ": " << test.text << ::testing::PrintToString(problems);
  }
}

TEST(TidyRules, CodePointsCountOnceEach) { EXPECT_EQ(code_points("准绳 “x”"), 6U); }

TEST(TidyRules, LongFunctionsAreFound) {
  std::string const body = [] {
    std::string text;
    for (int i = 0; i < 80; ++i) text += "  if (x) { call(); }\n";
    return text;
  }();
  auto const file = make_file("src/a/src/a.cpp",
                              "namespace a {\nstruct S {\n  int f() const {\n  return 1;\n  }\n};\n"
                              "std::vector<int> const table{\n" +
                                  body +
                                  "};\n"
                                  "Result<int> S::long_one(int a,\n   int b) {\n" +
                                  body +
                                  "}\n"
                                  "TEST(Suite, Name) {\n" +
                                  body + "}\n}\n");
  EXPECT_EQ(long_functions({file}, {}).size(), 2U);
  std::map<std::string, std::size_t> allowed{{"src/a/src/a.cpp S::long_one", 82},
                                             {"src/a/src/a.cpp TEST(Suite,Name)", 82}};
  EXPECT_EQ(long_functions({file}, allowed).size(), 0U);
  allowed["src/a/src/a.cpp S::long_one"] = 81;
  EXPECT_EQ(long_functions({file}, allowed).size(), 1U);
  allowed["src/a/src/a.cpp S::long_one"] = 90;
  allowed["src/a/src/a.cpp gone"] = 90;
  EXPECT_EQ(long_functions({file}, allowed).size(), 2U);
}

// ---- the tree keeps them ------------------------------------------------------------------------------

TEST(Tidy, BannedWords) { expect_clean(banned_words); }
TEST(Tidy, BannedIncludes) { expect_clean(banned_includes); }
TEST(Tidy, NoFloatsInMoneyOrCounts) { expect_clean(floats_in_money); }
TEST(Tidy, Headers) { expect_clean(header_rules); }
TEST(Tidy, Layout) { expect_clean(layout); }
TEST(Tidy, NothingUnfinished) { expect_clean(unfinished); }
TEST(Tidy, NoNamesOfOneMachine) { expect_clean(machine_names); }

TEST(Tidy, FunctionsFitOnAScreen) {
  expect_none(
      long_functions(tree(), parse_ratchet(split_lines(contents(root() / "tests/long_functions.txt")))));
}

TEST(Tidy, FilesAreSmall) {
  for (auto const& path : tracked_paths()) {
    bool const listed = std::find(large_files.begin(), large_files.end(), path) != large_files.end();
    EXPECT_TRUE(listed || fs::file_size(root() / path) <= file_bytes_max)
        << path
        << ": larger than 512 kB: make it at build time, or list it in tests/tidy_test.cpp with the reason";
  }
}

TEST(Tidy, EveryFolderHasItsRow) {
  auto folders = folders_below("src");
  folders.erase("src/modules");
  folders.merge(folders_below("src/modules"));
  auto const rows = table_rows(contents(root() / "src/README.md"));
  for (auto const& folder : folders)
    EXPECT_TRUE(rows.contains(folder)) << folder << ": add its row to src/README.md";
  for (auto const& row : rows)
    EXPECT_TRUE(fs::is_directory(root() / row)) << row << ": stands in src/README.md but does not exist";
}

TEST(Tidy, EveryModuleHasAReadme) {
  for (auto const& folder : folders_below("src/modules"))
    EXPECT_TRUE(fs::exists(root() / folder / "README.md")) << folder << ": write its README.md, one screen";
}

}  // namespace
