#include "codes.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <fstream>
#include <set>
#include <sstream>

namespace plumbline::tests {
namespace {

namespace fs = std::filesystem;

struct Token {
  enum class Kind { word, text, sign };
  Kind kind;
  std::string text;  // of a literal what stands between the quotes
  std::size_t line;
  bool is(std::string_view what) const { return kind != Kind::text && text == what; }
};
using Tokens = std::vector<Token>;

bool word_char(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

// Words, literals and single signs; comments and directives are left out.
class Tokeniser {
 public:
  explicit Tokeniser(std::string_view in) : in_(in) {}

  Tokens run() {
    while (i_ < in_.size()) step();
    return std::move(tokens_);
  }

 private:
  void step() {
    char const c = in_[i_];
    if (std::isspace(static_cast<unsigned char>(c)) != 0) return skip_to(i_ + 1);
    if (starts("//") || c == '#') return skip_to(in_.find('\n', i_));
    if (starts("/*")) return skip_to(after("*/", i_ + 2));
    if (starts("R\"")) return raw();
    if (c == '"' || c == '\'') return literal(c);
    auto end = i_ + 1;
    // 1'000 is one word
    while (word_char(c) && end < in_.size() && (word_char(in_[end]) || (in_[end] == '\'' && digits(end))))
      ++end;
    push(word_char(c) ? Token::Kind::word : Token::Kind::sign, i_, end);
    skip_to(end);
  }
  bool digits(std::size_t at) const {
    return std::isdigit(static_cast<unsigned char>(in_[i_])) != 0 && at + 1 < in_.size() &&
           word_char(in_[at + 1]);
  }
  void literal(char quote) {
    auto end = i_ + 1;
    while (end < in_.size() && in_[end] != quote && in_[end] != '\n') end += in_[end] == '\\' ? 2 : 1;
    if (quote == '"') push(Token::Kind::text, i_ + 1, end);
    skip_to(end + 1);
  }
  void raw() {
    auto const open = in_.find('(', i_);
    if (open == std::string_view::npos) return skip_to(open);
    skip_to(after(")" + std::string(in_.substr(i_ + 2, open - i_ - 2)) + "\"", open));
  }
  void push(Token::Kind kind, std::size_t from, std::size_t to) {
    tokens_.push_back({kind, std::string(in_.substr(from, to - from)), line_});
  }
  bool starts(std::string_view what) const { return in_.substr(i_, what.size()) == what; }
  std::size_t after(std::string_view what, std::size_t from) const {
    auto const p = in_.find(what, from);
    return p == std::string_view::npos ? p : p + what.size();
  }
  void skip_to(std::size_t end) {
    for (end = std::min(end, in_.size()); i_ < end; ++i_)
      if (in_[i_] == '\n') ++line_;
  }

  std::string_view in_;
  Tokens tokens_;
  std::size_t i_ = 0;
  std::size_t line_ = 1;
};

struct Range {
  std::size_t from = 0, to = 0;  // tokens [from, to)
};

bool opens(Token const& token) { return token.is("(") || token.is("{") || token.is("["); }
bool closes(Token const& token) { return token.is(")") || token.is("}") || token.is("]"); }

// The parts between commas of what the bracket at `open` encloses.
std::vector<Range> parts(Tokens const& tokens, std::size_t open) {
  std::vector<Range> out;
  std::size_t depth = 0, from = open + 1, i = open;
  for (; i < tokens.size(); ++i) {
    if (opens(tokens[i])) ++depth;
    if (closes(tokens[i]) && --depth == 0) break;
    if (depth == 1 && tokens[i].is(",")) {
      out.push_back({from, i});
      from = i + 1;
    }
  }
  if (from < i || !out.empty()) out.push_back({from, i});
  return out;
}

// The token behind the bracket that closes the one at `open`.
std::size_t behind(Tokens const& tokens, std::size_t open) {
  std::size_t depth = 0;
  for (auto i = open; i < tokens.size(); ++i) {
    if (opens(tokens[i])) ++depth;
    if (closes(tokens[i]) && --depth == 0) return i + 1;
  }
  return tokens.size();
}

bool in_capitals(std::string_view text) {
  return text.size() >= 5 &&
         std::all_of(text.begin(), text.end(), [](char c) { return (c >= 'A' && c <= 'Z') || c == '_'; });
}

bool looks_like_a_code(std::string_view text) {
  auto const plain = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; };
  if (in_capitals(text)) return true;
  return text.size() > 1 && text[0] >= 'a' && text[0] <= 'z' && std::all_of(text.begin(), text.end(), plain);
}

// Names of variables and parameters that hold a code.
bool holds_a_code(Token const& token) { return token.is("code") || token.is("error"); }

// A function or lambda one of whose parameters is a code.
struct Helper {
  std::string name;
  std::size_t argument;
  friend bool operator<(Helper const& a, Helper const& b) {
    return a.name != b.name ? a.name < b.name : a.argument < b.argument;
  }
};

// Codes of places and offices are none of refusals.
constexpr std::array<std::string_view, 6> other_codes{
    "base/include/base/divisions.hpp", "base/include/base/identifiers.hpp", "base/src/divisions.cpp",
    "base/src/identifiers.cpp",        "kernel/include/kernel/regions.hpp", "kernel/src/regions.cpp"};

// Of `name(` the name; of `name = [&](` too.
std::string name_before(Tokens const& tokens, std::size_t open) {
  if (open == 0) return "";
  if (tokens[open - 1].kind == Token::Kind::word) return tokens[open - 1].text;
  if (!tokens[open - 1].is("]")) return "";
  auto at = open - 1;
  while (at > 0 && !tokens[at].is("[")) --at;
  return at >= 2 && tokens[at - 1].is("=") ? tokens[at - 2].text : "";
}

bool is_text_parameter(Tokens const& tokens, Range part) {
  static std::set<std::string, std::less<>> const types{"string", "string_view", "char"};
  std::size_t name = part.from;  // the last word before a default value
  bool typed = false;
  for (auto i = part.from; i < part.to && !tokens[i].is("="); ++i) {
    if (tokens[i].kind == Token::Kind::text || tokens[i].is("(") || tokens[i].is(".")) return false;
    typed = typed || types.contains(tokens[i].text);
    name = i;
  }
  return typed && name > part.from && holds_a_code(tokens[name]);
}

std::set<Helper> helpers_of(Source const& source, Tokens const& tokens) {
  std::set<Helper> found;
  for (auto const& file : other_codes)
    if (source.path.ends_with(file)) return found;
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    if (!tokens[i].is("(")) continue;
    auto const name = name_before(tokens, i);
    if (name.empty()) continue;
    auto const parameters = parts(tokens, i);
    for (std::size_t n = 0; n < parameters.size(); ++n)
      if (is_text_parameter(tokens, parameters[n])) found.insert({name, n});
  }
  return found;
}

// Whether the file has a function or lambda of its own under the name.
bool defines(Tokens const& tokens, std::string_view name) {
  for (std::size_t i = 0; i + 2 < tokens.size(); ++i) {
    if (!tokens[i].is(name)) continue;
    if (tokens[i + 1].is("=") && tokens[i + 2].is("[")) return true;
    auto const body = tokens[i + 1].is("(") ? behind(tokens, i + 1) : tokens.size();
    if (body < tokens.size() && tokens[body].is("{")) return true;
  }
  return false;
}

// "src/modules/people/src/x.hpp" -> "src/modules/people/"
std::string library_of(std::string const& path) {
  for (std::string_view const part : {"/src/", "/include/"})
    if (auto const at = path.find(part, 4); at != std::string::npos) return path.substr(0, at + 1);
  return path;
}

class Scan {
 public:
  Scan(Source const& source, Tokens const& tokens, std::set<Helper> helpers, Codes& codes)
      : source_(source), tokens_(tokens), helpers_(std::move(helpers)), codes_(codes) {}

  void run() {
    bool const verifier =
        source_.path.starts_with("src/ledger/") || source_.path.starts_with("src/publication/");
    for (std::size_t i = 0; i < tokens_.size(); ++i) {
      if (tokens_[i].is("(")) call(i);
      if (tokens_[i].is("{")) braced(i);
      if (tokens_[i].is("=")) assigned(i);
      if (verifier && tokens_[i].kind == Token::Kind::text && in_capitals(tokens_[i].text) &&
          tokens_[i].text != "README")
        add(tokens_[i]);
    }
  }

 private:
  void add(Token const& token) {
    codes_.places.emplace(token.text, source_.path + ":" + std::to_string(token.line));
  }

  bool compared(std::size_t i) const {
    auto const equals = [&](std::size_t at) {
      return at + 1 < tokens_.size() && tokens_[at + 1].is("=") &&
             (tokens_[at].is("=") || tokens_[at].is("!"));
    };
    return (i >= 2 && equals(i - 2)) || equals(i + 1);
  }

  // The codes in an expression, not those in brackets within; whether there are any.
  bool collect(Range range) {
    bool any = false;
    std::size_t depth = 0;
    for (auto i = range.from; i < range.to; ++i) {
      bool const transparent = i >= 1 && tokens_[i].is("(") && tokens_[i - 1].is("string");
      if (opens(tokens_[i]) && !transparent) ++depth;
      if (closes(tokens_[i]) && depth > 0) --depth;
      if (depth > 0 || tokens_[i].kind != Token::Kind::text || compared(i)) continue;
      if (!looks_like_a_code(tokens_[i].text)) continue;
      add(tokens_[i]);
      any = true;
    }
    return any;
  }

  void call(std::size_t open) {
    auto const name = name_before(tokens_, open);
    if (name.empty()) return;
    auto const arguments = parts(tokens_, open);
    for (auto const& helper : helpers_) {
      if (helper.name != name || helper.argument >= arguments.size()) continue;
      auto const argument = arguments[helper.argument];
      if (!collect(argument) && (name == "refuse" || name == "Refused")) follow(argument);
    }
  }

  // What is no literal is handed on under a name that tells so: refuse(code), Refused(answer.refusal()).
  void follow(Range argument) {
    for (auto i = argument.from; i < argument.to; ++i)
      if (holds_a_code(tokens_[i]) || tokens_[i].is("refusal") || tokens_[i].is("Refusal")) return;
    codes_.unread.push_back(source_.path + ":" + std::to_string(tokens_[argument.from].line));
  }

  // Whether the bracket at `open` belongs to a value of the type: T{…}, T name{…}, T name = {…}.
  bool made(std::size_t open, std::string_view type) const {
    for (auto i = open; i > 0 && i + 4 > open; --i) {
      if (tokens_[i - 1].is(type)) return true;
      if (tokens_[i - 1].kind != Token::Kind::word && !tokens_[i - 1].is("=")) return false;
    }
    return false;
  }

  void braced(std::size_t open) {
    auto const members = parts(tokens_, open);
    for (std::string_view const type : {"Refusal", "Failure", "Format"})
      if (!members.empty() && made(open, type)) collect(members[0]);
    if (members.size() == 3 && made(open, "Problem")) collect(members[1]);
    if (members.size() == 3) nameless(open, members);
  }

  // {"code", detail, {}} is a Refusal, {path, "code", detail} among problems a Problem.
  void nameless(std::size_t open, std::vector<Range> const& members) {
    auto const last = members[2].from;  // {} or {{…}}
    bool const listed = last + 1 < members[2].to && tokens_[last].is("{") &&
                        (tokens_[last + 1].is("}") || tokens_[last + 1].is("{"));
    bool const detail = members[1].from < members[1].to && !tokens_[members[1].from].is("{");
    if (listed && detail && members[0].to == members[0].from + 1) collect(members[0]);
    auto const within = open >= 1 && tokens_[open - 1].is("{") ? open - 1 : open;  // {{…}}
    bool in_list = within < open && within >= 1 && tokens_[within - 1].is(",");
    for (auto i = within; i > 0 && i + 4 > within; --i)
      in_list = in_list || tokens_[i - 1].is("problems") || tokens_[i - 1].is("problems_");
    if (in_list) collect(members[1]);
  }

  // code = …; row.problem = …;
  void assigned(std::size_t equals) {
    if (equals == 0 || equals + 1 >= tokens_.size() || tokens_[equals + 1].is("=")) return;
    auto const& name = tokens_[equals - 1];
    bool const variable =
        holds_a_code(name) && equals >= 2 && !tokens_[equals - 2].is(".") && !tokens_[equals - 2].is(">");
    if (!variable && !name.is("problem")) return;
    collect({equals + 1, end_of_expression(equals + 1)});
    if (variable && equals + 2 < tokens_.size() && tokens_[equals + 2].is("("))
      returned_by(tokens_[equals + 1].text);
  }

  std::size_t end_of_expression(std::size_t from) const {
    std::size_t depth = 0;
    for (auto i = from; i < tokens_.size(); ++i) {
      if (depth == 0 && (tokens_[i].is(";") || tokens_[i].is(",") || closes(tokens_[i]))) return i;
      if (opens(tokens_[i])) ++depth;
      if (closes(tokens_[i])) --depth;
    }
    return tokens_.size();
  }

  // What the function of this file returns.
  void returned_by(std::string_view function) {
    for (std::size_t i = 0; i + 1 < tokens_.size(); ++i) {
      if (!tokens_[i].is(function) || !tokens_[i + 1].is("(")) continue;
      auto body = behind(tokens_, i + 1);
      if (body < tokens_.size() && tokens_[body].is("const")) ++body;
      if (body >= tokens_.size() || !tokens_[body].is("{")) continue;
      for (auto at = body; at < behind(tokens_, body); ++at)
        if (tokens_[at].is("return")) collect({at + 1, end_of_expression(at + 1)});
    }
  }

  Source const& source_;
  Tokens const& tokens_;
  std::set<Helper> helpers_;
  Codes& codes_;
};

}  // namespace

Codes codes_of(std::vector<Source> const& sources) {
  std::vector<Tokens> tokens;
  std::vector<std::set<Helper>> helpers;
  std::map<std::string, std::set<Helper>> shared;  // by library; "" for all
  for (auto const& source : sources) {
    tokens.push_back(Tokeniser(source.text).run());
    helpers.push_back(helpers_of(source, tokens.back()));
    if (!source.path.ends_with(".hpp")) continue;
    bool const is_public = source.path.find("/include/") != std::string::npos;
    shared[is_public ? "" : library_of(source.path)].insert(helpers.back().begin(), helpers.back().end());
  }
  Codes codes;
  for (std::size_t i = 0; i < sources.size(); ++i) {
    for (auto const& from : {std::string(), library_of(sources[i].path)})
      for (auto const& helper : shared[from])
        if (!defines(tokens[i], helper.name)) helpers[i].insert(helper);
    Scan(sources[i], tokens[i], helpers[i], codes).run();
  }
  return codes;
}

std::vector<Source> product_sources(fs::path const& root) {
  std::vector<Source> sources;
  for (auto const& entry : fs::recursive_directory_iterator(root / "src")) {
    auto const& file = entry.path();
    if (file.extension() != ".cpp" && file.extension() != ".hpp") continue;
    auto const path = fs::relative(file, root).generic_string();
    auto const in = [&](std::string_view folder) { return path.find(folder) != std::string::npos; };
    if (in("/tests/") || in("/testing/") || in("/bench/") || in("src/scenario/")) continue;
    std::ifstream stream(file, std::ios::binary);
    std::ostringstream text;
    text << stream.rdbuf();
    sources.push_back({path, text.str()});
  }
  std::sort(sources.begin(), sources.end(), [](auto const& a, auto const& b) { return a.path < b.path; });
  return sources;
}

}  // namespace plumbline::tests
