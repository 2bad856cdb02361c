// The command-line face of the statistics (contract.md, stats-api.md): JSON in, JSON out. The front end
// hands over its streams; nothing else is touched.
#pragma once
#include <iosfwd>

namespace plumbline::statsapi {

// `plumbline draw compute`, `plumbline match compute`. In: a JSON array of cases as in the published
// vectors, without the expected members (those present are replaced). Out: the same array with them, or
// with `error`, in plain words, where a case is refused. 0; or 1, a reason on `err` and nothing on
// `out`, when the input is not a JSON array.
int draw_compute(std::istream& in, std::ostream& out, std::ostream& err);
int match_compute(std::istream& in, std::ostream& out, std::ostream& err);

// `plumbline stats`: every line {"fn": NAME, …arguments} gives one line {"result": {…}} or
// {"error": {"code", "message"}}, in order; blank lines give nothing. Always 0.
int stats_lines(std::istream& in, std::ostream& out);

// `plumbline stats --list`: one function a line: name, arguments → results, method and source.
int stats_list(std::ostream& out);

}  // namespace plumbline::statsapi
