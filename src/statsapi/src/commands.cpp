#include "statsapi/commands.hpp"

#include <istream>
#include <iterator>
#include <ostream>
#include <string>

#include "statsapi/functions.hpp"

namespace plumbline::statsapi {
namespace {

std::string read_all(std::istream& in) {
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

int compute(std::istream& in, std::ostream& out, std::ostream& err, Json (*one)(Json)) {
  auto document = parse_json(read_all(in));
  auto* cases = document ? document->as_array() : nullptr;
  if (cases == nullptr) {
    err << "standard input must be a JSON array of cases: "
        << (document ? "it is another kind of value" : document.refusal().detail) << '\n';
    return 1;
  }
  // Case by case, so that only one answer is held at a time.
  out << '[';
  for (std::size_t i = 0; i < cases->size(); ++i)
    out << (i == 0 ? "\n" : ",\n") << write_json(one(std::move((*cases)[i])));
  out << "\n]\n";
  return 0;
}

Json error_json(std::string_view code, std::string_view message) {
  Json error;
  error.set("code", code);
  error.set("message", message);
  Json out;
  out.set("error", std::move(error));
  return out;
}

Json answer(std::string const& line) {
  auto const document = parse_json(line);
  if (!document) return error_json(document.refusal().code, document.refusal().detail);
  auto const* name = document->find("fn");
  if (name == nullptr || name->as_text() == nullptr)
    return error_json("missing_argument", "fn: name a function of plumbline stats --list");
  auto const* function = find_function(*name->as_text());
  if (function == nullptr)
    return error_json("unknown_function", "fn: not a function of plumbline stats --list");
  auto result = function->call(*document);
  if (!result) return error_json(result.refusal().code, result.refusal().detail);
  Json out;
  out.set("result", std::move(*result));
  return out;
}

}  // namespace

int draw_compute(std::istream& in, std::ostream& out, std::ostream& err) {
  return compute(in, out, err, computed_draw);
}

int match_compute(std::istream& in, std::ostream& out, std::ostream& err) {
  return compute(in, out, err, computed_match);
}

int stats_lines(std::istream& in, std::ostream& out) {
  std::string line;
  while (std::getline(in, line)) {
    if (line.find_first_not_of(" \t\r") == std::string::npos) continue;
    out << write_json(answer(line)) << '\n';
    if (in.rdbuf()->in_avail() <= 0) out.flush();  // somebody may be waiting for this answer
  }
  out.flush();
  return 0;
}

int stats_list(std::ostream& out) {
  for (auto const& function : functions())
    out << function.name << '(' << function.arguments << ") → " << function.results << " — "
        << function.method << '\n';
  return 0;
}

}  // namespace plumbline::statsapi
