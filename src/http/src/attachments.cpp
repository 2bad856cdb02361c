// Files that belong to records: taken in whole, told by their SHA-256, given out as downloads and never as
// pages.
#include <algorithm>
#include <array>
#include <fstream>

#include "base/limits.hpp"
#include "base/text.hpp"
#include "content.hpp"
#include "kernel/act.hpp"
#include "kernel/blobs.hpp"
#include "kernel/registers.hpp"
#include "kernel/spelling.hpp"
#include "records.hpp"

namespace plumbline::http {
namespace {

using kernel::refuse;

struct Signature {
  std::size_t at;
  std::string_view bytes;
  std::string_view media_type;
};
constexpr std::array signatures{
    Signature{0, "%PDF-", "application/pdf"},
    Signature{0, "\x89PNG\r\n\x1A\n", "image/png"},
    Signature{0, "\xFF\xD8\xFF", "image/jpeg"},
    Signature{0, "GIF8", "image/gif"},
    Signature{8, "WEBP", "image/webp"},
    Signature{4, "ftypheic", "image/heic"},
    Signature{4, "ftypM4A", "audio/mp4"},
    Signature{4, "ftyp", "video/mp4"},
    Signature{0, "PK\x03\x04", "application/zip"},  // also OOXML and OFD
    Signature{8, "WAVE", "audio/wav"},
    Signature{0, "OggS", "audio/ogg"},
    Signature{0, "ID3", "audio/mpeg"},
};

// Marks inside a container count only in one: RIFF, or the first box of an ISO medium (ISO/IEC 14496-12),
// whose length is a small number of 32 bits.
bool begins_soundly(std::string_view head, Signature const& known) {
  if (known.at == 8) return head.starts_with("RIFF");
  return known.at != 4 || head.starts_with(std::string_view("\0\0\0", 3));
}

// What the content is, whatever it is called; nothing for what we do not keep: markup, scripts, programs.
std::optional<std::string_view> media_type_of(std::istream& content) {
  std::string head(4096, '\0');
  content.read(head.data(), static_cast<std::streamsize>(head.size()));
  head.resize(static_cast<std::size_t>(content.gcount()));
  content.clear();
  content.seekg(0);
  for (auto const& known : signatures)
    if (head.size() >= known.at && std::string_view(head).substr(known.at).starts_with(known.bytes) &&
        begins_soundly(head, known))
      return known.media_type;
  while (!head.empty() && (static_cast<unsigned char>(head.back()) & 0xC0U) == 0x80U) head.pop_back();
  if (!head.empty() && static_cast<unsigned char>(head.back()) >= 0xC0U)
    head.pop_back();  // cut in a character
  bool const has_control = std::ranges::any_of(head, [](char c) {
    return static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\r' && c != '\t';
  });
  auto const first = head.find_first_not_of(" \r\n\t\xEF\xBB\xBF");
  if (head.empty() || has_control || !is_utf8(head) || first == std::string::npos) return {};
  // Text that a browser might take for a page: HTML, SVG, XML.
  if (head[first] == '<' || head.starts_with("#!")) return {};
  return "text/plain";
}

// The last part of a path, without what no file system or header should see.
std::string clean_name(std::string_view name) {
  name.remove_prefix(std::min(name.find_last_of("/\\") + 1, name.size()));
  std::string out;
  for (char const c : name)
    if (static_cast<unsigned char>(c) >= 0x20 && c != 0x7F &&
        std::string_view("\"<>|:*?").find(c) == std::string_view::npos)
      out += c;
  return out;
}

Json acknowledged(kernel::Receipt const& done, kernel::Attachment const& file) {
  Json document = receipt_json(done);
  document.set("sha256", file.sha256);
  document.set("bytes", file.bytes);
  document.set("media_type", file.media_type);
  document.set("file_name", file.file_name);
  return document;
}

std::string payload_of(kernel::Attachment const& file) {
  Json document;
  document.set("sha256", file.sha256);
  document.set("bytes", file.bytes);
  document.set("media_type", file.media_type);
  document.set("file_name", file.file_name);
  document.set("register_name", file.register_name);
  document.set("record", to_string(file.record));
  if (file.taken_at) document.set("taken_at", to_string(*file.taken_at));
  return write_json(document);
}

// What the request says of the file, and the file itself in the store.
Result<kernel::Attachment> take_file(Context const& context, Wanted const& owner) {
  kernel::Attachment file;
  file.file_name = clean_name(context.request.parameter("name").value_or(""));
  if (file.file_name.empty()) return refuse("required", "/name");
  if (file.file_name.size() > 255) return refuse("too_long", "/name", "255");
  if (auto const taken = context.request.parameter("taken_at")) {
    file.taken_at = parse_instant(*taken);
    if (!file.taken_at) return refuse("invalid_value", "/taken_at", std::string(*taken));
  }
  std::ifstream content(context.request.body_file, std::ios::binary);
  if (context.request.body_file.empty() || !content) return refuse("required", "");
  auto const media_type = media_type_of(content);
  if (!media_type)
    return refuse("wrong_media_type", "", "pdf, png, jpeg, gif, webp, heic, mp4, zip, wav, ogg, mp3, text");
  auto const stored =
      context.system.blobs().put(content, static_cast<std::int64_t>(limits::attachment_bytes));
  if (!stored) return stored.refusal();
  file.sha256 = to_hex(stored->sha256);
  file.bytes = stored->bytes;
  file.media_type = *media_type;
  file.register_name = owner.reg->name;
  file.record = owner.found.id;
  return file;
}

}  // namespace

// The answer's sha256 is the promise that the content is kept: only then may a device forget it. The same
// content under the same name is kept once.
Response attach_file(Context& context) {
  if (auto allowed = context.allowed("attachment", "attach"); !allowed)
    return context.refused(allowed.refusal());
  auto const owner = wanted_record(context);
  if (!owner) return context.refused(owner.refusal());
  auto query = of_record(*owner);
  query.where.push_back({"state", kernel::Compare::equal, {"active"}});
  query.limit = static_cast<int>(limits::attachments_per_record);
  auto const present = context.system.reads().list(owner->viewer, "attachment", query);
  if (!present) return context.refused(present.refusal());
  auto const file = take_file(context, *owner);
  if (!file) return context.refused(file.refusal());
  for (auto const& known : present->items) {
    auto const& kept = known.as<kernel::Attachment>();
    if (kept.sha256 == file->sha256 && kept.file_name == file->file_name)
      return json(200, acknowledged({known.id, known.version, known.entry, known.state, true}, kept));
  }
  if (present->items.size() >= limits::attachments_per_record)
    return context.refused(
        refuse("too_many_attachments", "", std::to_string(limits::attachments_per_record)));
  auto const key = idempotency_key(context.request);
  if (!key) return context.refused(key.refusal());
  kernel::Command command;
  command.register_name = "attachment";
  command.action = "attach";
  command.payload = payload_of(*file);
  command.account = context.session->account;
  command.idempotency_key = *key;
  auto const done = context.system.act(std::move(command));
  if (!done) return context.refused(done.refusal());
  return json(done->repeated ? 200 : 201, acknowledged(*done, *file));
}

Response list_attachments(Context& context) { return list_of_record(context, "attachment", "active"); }

// Whoever sees the attachment's record reads its content; one that was taken off, nobody.
Response show_content(Context& context) {
  auto const wanted = wanted_record(context);
  if (!wanted) return context.refused(wanted.refusal());
  if (wanted->reg->name == "document") return show_document(context, *wanted);
  if (wanted->reg->name != "attachment" || wanted->found.state != "active")
    return context.refused(refuse("not_found"));
  auto const& file = wanted->found.as<kernel::Attachment>();
  auto const digest = hash_from_hex(file.sha256);
  std::shared_ptr<std::istream> content = digest ? context.system.blobs().open(*digest) : nullptr;
  if (!content) return context.refused(refuse("not_found"));
  Response response;
  response.set("content-type", file.media_type);
  response.set("cache-control", "private, no-cache");
  response.set("content-security-policy", "sandbox");  // beside the policy of every answer
  response.set("content-disposition", "attachment; filename*=UTF-8''" + percent_encode(file.file_name));
  return send_content(context.request, std::move(response), std::move(content), '"' + file.sha256 + '"');
}

}  // namespace plumbline::http
