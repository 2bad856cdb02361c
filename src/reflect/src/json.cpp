#include "reflect/json.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "parse.hpp"
#include "text.hpp"

namespace plumbline {

Json const* Json::find(std::string_view name) const {
  if (auto const* object = as_object())
    for (auto const& [key, value] : *object)
      if (key == name) return &value;
  return nullptr;
}

void Json::set(std::string_view name, Json value) {
  if (is_null()) content_ = Object{};
  auto* object = as_object();
  if (object == nullptr) throw std::invalid_argument("set: not an object");
  for (auto& [key, present] : *object)
    if (key == name) {
      present = std::move(value);
      return;
    }
  object->emplace_back(std::string(name), std::move(value));
}

void Json::push(Json value) {
  if (is_null()) content_ = Array{};
  auto* array = as_array();
  if (array == nullptr) throw std::invalid_argument("push: not an array");
  array->push_back(std::move(value));
}

void append_pointer(std::string& path, std::string_view member) {
  path += '/';
  for (char c : member) {
    if (c == '~')
      path += "~0";
    else if (c == '/')
      path += "~1";
    else
      path += c;
  }
}

void append_pointer(std::string& path, std::size_t index) {
  path += '/';
  path += std::to_string(index);
}

Result<Json> parse_json(std::string_view text) {
  Parsed parsed = parse_document(text, OnFlaw::stop, limits::json_depth);
  if (!parsed.complete) return Refusal{"invalid_json", "", std::move(parsed.problems)};
  return std::move(parsed.document);
}

// --- writing ------------------------------------------------------------------------------------------

void append_quoted(std::string& out, std::string_view text) {
  static constexpr auto special = [] {
    std::array<bool, 256> table{};
    for (std::size_t i = 0; i < 0x20; ++i) table[i] = true;
    table['"'] = table['\\'] = true;
    return table;
  }();
  static constexpr std::string_view hex = "0123456789abcdef";
  out += '"';
  std::size_t start = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    auto const c = static_cast<unsigned char>(text[i]);
    if (!special[c]) continue;
    out.append(text, start, i - start);
    start = i + 1;
    out += '\\';
    switch (c) {
      case '"': out += '"'; break;
      case '\\': out += '\\'; break;
      case '\b': out += 'b'; break;
      case '\t': out += 't'; break;
      case '\n': out += 'n'; break;
      case '\f': out += 'f'; break;
      case '\r': out += 'r'; break;
      default:
        out += "u00";
        out += hex[c >> 4];
        out += hex[c & 15];
    }
  }
  out.append(text, start);
  out += '"';
}

void append_integer(std::string& out, std::int64_t value) {
  std::array<char, 24> digits;
  auto const end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
  out.append(digits.data(), end);
}

namespace {

void append_real(std::string& out, double value) {
  if (!std::isfinite(value)) throw std::invalid_argument("JSON has no number that is not finite");
  std::array<char, 32> digits;
  auto const end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
  std::string_view const text(digits.data(), static_cast<std::size_t>(end - digits.data()));
  out += text;
  if (text.find_first_of(".e") == std::string_view::npos) out += ".0";
}

// `indent` < 0: on one line.
class Writer {
 public:
  Writer(std::string& out, int indent) : out_(out), indent_(indent) {}

  void write(Json const& value) {
    switch (value.kind()) {
      case Json::Kind::null: out_ += "null"; break;
      case Json::Kind::boolean: out_ += *value.as_bool() ? "true" : "false"; break;
      case Json::Kind::integer: append_integer(out_, *value.as_integer()); break;
      case Json::Kind::real: append_real(out_, *value.as_real()); break;
      case Json::Kind::text: append_quoted(out_, *value.as_text()); break;
      case Json::Kind::array:
        group('[', ']', *value.as_array(), [this](Json const& item) { write(item); });
        break;
      case Json::Kind::object:
        group('{', '}', *value.as_object(), [this](Json::Member const& member) {
          append_quoted(out_, member.first);
          out_ += indent_ < 0 ? ":" : ": ";
          write(member.second);
        });
        break;
    }
  }

 private:
  template <class Items, class Write>
  void group(char open, char close, Items const& items, Write write_item) {
    out_ += open;
    ++depth_;
    bool first = true;
    for (auto const& item : items) {
      if (!first) out_ += ',';
      first = false;
      line();
      write_item(item);
    }
    --depth_;
    if (!first) line();
    out_ += close;
  }
  void line() {
    if (indent_ < 0) return;
    out_ += '\n';
    int const width = depth_ * indent_;
    out_.append(static_cast<std::size_t>(width), ' ');
  }

  std::string& out_;
  int indent_;
  int depth_ = 0;
};

bool canonical_key(std::string_view key) {
  auto const letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  auto const other = [&](char c) { return letter(c) || (c >= '0' && c <= '9') || c == '_'; };
  return !key.empty() && key.size() <= limits::canonical_name && letter(key[0]) &&
         std::all_of(key.begin(), key.end(), other);
}

// What CJ cannot hold, or "" after writing it.
std::string_view append_canonical(std::string& out, Json const& value, std::size_t depth) {
  if (depth > limits::canonical_depth) return "canonical JSON nests at most 16 deep";
  switch (value.kind()) {
    case Json::Kind::null: return "canonical JSON has no null";
    case Json::Kind::boolean: return "canonical JSON has no booleans";
    case Json::Kind::real: return "canonical JSON has no fractions";
    case Json::Kind::integer:
      if (!canonical_integer(*value.as_integer())) return "canonical JSON has no integer beyond 2^53-1";
      append_integer(out, *value.as_integer());
      return "";
    case Json::Kind::text:
      if (!is_utf8(*value.as_text())) return "canonical JSON is UTF-8";
      append_quoted(out, *value.as_text());
      return "";
    case Json::Kind::array: {
      out += '[';
      char const* separator = "";
      for (Json const& item : *value.as_array()) {
        out += std::exchange(separator, ",");
        if (auto const flaw = append_canonical(out, item, depth + 1); !flaw.empty()) return flaw;
      }
      out += ']';
      return "";
    }
    case Json::Kind::object: break;
  }
  std::vector<Json::Member const*> members;
  members.reserve(value.as_object()->size());
  for (auto const& member : *value.as_object()) members.push_back(&member);
  auto const by_name = [](auto const* a, auto const* b) { return a->first < b->first; };
  if (!std::is_sorted(members.begin(), members.end(), by_name))
    std::sort(members.begin(), members.end(), by_name);
  out += '{';
  std::string_view last;
  for (auto const* member : members) {
    if (!canonical_key(member->first)) return "a member name does not fit canonical JSON";
    if (member->first == last) return "member names of canonical JSON are unique";
    if (!last.empty()) out += ',';
    last = member->first;
    append_quoted(out, member->first);
    out += ':';
    if (auto const flaw = append_canonical(out, member->second, depth + 1); !flaw.empty()) return flaw;
  }
  out += '}';
  return "";
}

}  // namespace

std::string write_json(Json const& document) {
  std::string out;
  Writer(out, -1).write(document);
  return out;
}

std::string write_json_pretty(Json const& document) {
  std::string out;
  Writer(out, 2).write(document);
  return out;
}

std::string write_canonical(Json const& document) {
  std::string out;
  if (auto const flaw = append_canonical(out, document, 1); !flaw.empty())
    throw std::invalid_argument(std::string(flaw));
  return out;
}

std::optional<Json> parse_canonical(std::string_view text) {
  Parsed parsed = parse_document(text, OnFlaw::allow_nul, limits::canonical_depth);
  if (!parsed.complete) return {};
  std::string again;
  again.reserve(text.size());
  if (!append_canonical(again, parsed.document, 1).empty() || again != text) return {};
  return std::move(parsed.document);
}

}  // namespace plumbline
