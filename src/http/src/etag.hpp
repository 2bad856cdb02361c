// Tags of answers. Two viewers may see the same version differently (masked fields, scope), so a tag is made
// from what is sent; a record's tag begins with its version, which If-Match names.
#pragma once
#include <cstdint>
#include <optional>

#include "base/result.hpp"
#include "http/message.hpp"

namespace plumbline::http {

// Gives a 200 its tag, or turns it into a 304 where the request has it already (weak comparison, RFC 9110
// section 13.1.2).
void tag_answer(Request const& request, Response& response, std::optional<std::int64_t> version = {});
// The same content, coded otherwise: its tag is weak from now on.
void weaken_tag(Response& response);
// If-Match: "7", "7-…" or W/"7-…". Nothing where the header is absent or "*". Refused "invalid_value".
Result<std::optional<std::int64_t>> version_seen(Request const& request);

}  // namespace plumbline::http
