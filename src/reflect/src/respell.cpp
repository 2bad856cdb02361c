#include <algorithm>
#include <stdexcept>

#include "base/limits.hpp"
#include "parse.hpp"
#include "reflect/codec.hpp"
#include "sight.hpp"
#include "text.hpp"

namespace plumbline::reflect {
namespace {

[[noreturn]] void broken() { throw std::runtime_error("a stored text is not as it was written"); }

// `at`: of the opening quote. Answers where the text goes on behind the closing one.
std::size_t end_of_text(std::string_view json, std::size_t at) {
  while (true) {
    at = json.find('"', at + 1);
    if (at == std::string_view::npos) broken();
    auto before = at;
    while (json[before - 1] == '\\') --before;
    if ((at - before) % 2 == 0) return at + 1;
  }
}

// JSON without blanks, as write() makes it.
std::size_t end_of_value(std::string_view json, std::size_t at) {
  if (at >= json.size()) broken();
  if (json[at] == '"') return end_of_text(json, at);
  if (json[at] != '[' && json[at] != '{') {
    auto const end = std::min(json.find_first_of(",]}", at), json.size());
    if (end == at) broken();
    return end;
  }
  for (int depth = 0; at < json.size();) {
    char const c = json[at];
    if (c == '"') {
      at = end_of_text(json, at);
      continue;
    }
    ++at;
    if (c == '[' || c == '{') ++depth;
    if ((c == ']' || c == '}') && --depth == 0) return at;
  }
  broken();
}

// The values between the brackets of `json`; `each` is called with where one begins, answers where it ends.
template <class Each>
void walk(std::string_view json, char open, char close, Each each) {
  if (json.size() < 2 || json.front() != open || json.back() != close) broken();
  if (json.size() == 2) return;
  for (std::size_t at = 1; true; ++at) {
    at = each(at);
    if (at + 1 == json.size()) return;
    if (at >= json.size() || json[at] != ',') broken();
  }
}

std::string text_of(std::string_view json) {
  if (json.size() < 2 || json.front() != '"') broken();
  if (json.find('\\') == std::string_view::npos) return std::string(json.substr(1, json.size() - 2));
  auto const parsed = parse_document(json, OnFlaw::allow_nul, limits::json_depth);
  if (!parsed.complete || parsed.document.as_text() == nullptr) broken();
  return *parsed.document.as_text();
}

// Its two spellings are the same, whatever the value.
bool is_spelt_alike(Type const& type) {
  if (type.element != nullptr) return is_spelt_alike(*type.element);
  return type.kind != Kind::boolean && type.kind != Kind::record;
}

class Respelling {
 public:
  Respelling(std::string& out, Sight sight) : out_(out), sight_(sight) {}

  void value(Type const& type, std::string_view json) {
    if (is_spelt_alike(type)) {
      out_ += json;
    } else if (type.kind == Kind::boolean) {
      out_ += json == "1" || json == "true" ? "true" : "false";
    } else if (type.kind == Kind::record) {
      record(type, canonical_members(json));
    } else if (type.kind == Kind::list) {
      list(json, [&](std::string_view item) { value(*type.element, item); });
    } else {
      value(*type.element, json);
    }
  }

  void record(Type const& type, std::vector<Member> const& members) {
    // In the order of the struct: where each member's value stands.
    std::vector<std::string_view> values(type.fields.size());
    auto known = type.sorted.begin();
    for (auto const& member : members) {
      while (known != type.sorted.end() && (*known)->name < member.name) ++known;
      if (known == type.sorted.end()) break;
      if ((*known)->name == member.name)
        values[static_cast<std::size_t>(*known - type.fields.data())] = member.value;
    }
    auto const begin = out_.size();
    for (std::size_t i = 0; i < values.size(); ++i) {
      auto const& field = type.fields[i];
      if (values[i].empty() && field.type->kind == Kind::optional) continue;
      Shown const how = shown(field, sight_);
      if (how == Shown::nothing) continue;
      out_ += out_.size() == begin ? "{\"" : ",\"";
      out_.append(field.name).append("\":");
      if (values[i].empty())
        missing(type, field);
      else if (how == Shown::whole)
        value(*field.type, values[i]);
      else
        mask(field, values[i]);
    }
    out_ += out_.size() == begin ? "{}" : "}";
  }

 private:
  template <class Item>
  void list(std::string_view json, Item item) {
    out_ += '[';
    walk(json, '[', ']', [&](std::size_t at) {
      if (at > 1) out_ += ',';
      auto const end = end_of_value(json, at);
      item(json.substr(at, end - at));
      return end;
    });
    out_ += ']';
  }
  void mask(Field const& field, std::string_view json) {
    auto const one = [&](std::string_view text) { append_quoted(out_, masked(text_of(text), field.format)); };
    if (bare(*field.type).kind == Kind::list)
      list(json, one);
    else
      one(json);
  }
  // Bodies leave out empty texts and lists; what an older body lacks altogether is what a new object holds.
  void missing(Type const& type, Field const& field) {
    if (field.type->kind == Kind::text || field.type->kind == Kind::list) {
      out_ += field.type->kind == Kind::text ? "\"\"" : "[]";
      return;
    }
    Object const fresh(type);
    write(out_, *field.type, field.at_const(fresh.data()), Spelling::ordinary, sight_);
  }

  std::string& out_;
  Sight sight_;
};

}  // namespace

std::vector<Member> canonical_members(std::string_view object) {
  std::vector<Member> members;
  members.reserve(32);
  walk(object, '{', '}', [&](std::size_t at) {
    if (object[at] != '"') broken();
    auto const colon = end_of_text(object, at);
    if (colon >= object.size() || object[colon] != ':') broken();
    auto const end = end_of_value(object, colon + 1);
    members.push_back({object.substr(at + 1, colon - at - 2), object.substr(colon + 1, end - colon - 1)});
    return end;
  });
  return members;
}

void respell(std::string& out, Type const& record, std::vector<Member> const& members, Sight sight) {
  Respelling(out, sight).record(record, members);
}

void respell(std::string& out, Type const& type, std::string_view canonical, Sight sight) {
  Respelling(out, sight).value(type, canonical);
}

}  // namespace plumbline::reflect
