#include "notices/settings.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <fstream>
#include <iterator>

#include "base/bytes.hpp"
#include "base/limits.hpp"
#include "kernel/act.hpp"
#include "notices/choices.hpp"
#include "notices/targets.hpp"
#include "reflect/json.hpp"

namespace plumbline::notices {
namespace {

namespace fs = std::filesystem;
using kernel::refuse;

Refusal invalid(std::string const& path, std::string const& detail = "") {
  return refuse("settings_invalid", path, detail);
}

// At most so much: what is larger is no such file.
std::optional<std::string> read(fs::path const& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) return {};
  std::string text{std::istreambuf_iterator<char>(in), {}};
  if (text.size() > limits::delivery_bytes) return {};
  return text;
}

// The lines of a file of secrets.
Result<std::vector<std::string>> read_secret(std::string const& path, std::string const& file) {
  struct ::stat about{};
  if (::stat(file.c_str(), &about) != 0) return invalid(path, file);
  if ((about.st_mode & (S_IRWXG | S_IRWXO)) != 0) return refuse("file_too_open", path, file);
  auto const text = read(file);
  if (!text) return invalid(path, file);
  std::vector<std::string> lines(1);
  for (char const c : *text) {
    if (c == '\n')
      lines.emplace_back();
    else if (c != '\r')
      lines.back() += c;
  }
  std::erase(lines, "");
  return lines;
}

// The members of one object, each of them text.
class Part {
 public:
  Part(Json const& document, std::string path) : document_(document), path_(std::move(path)) {}

  Result<std::string> text(std::string_view name, bool must = false) const {
    Json const* found = document_.find(name);
    if (found == nullptr && !must) return std::string();
    if (found == nullptr || found->as_text() == nullptr) return invalid(at(name));
    bool const is_line =
        std::ranges::none_of(*found->as_text(), [](char c) { return c == '\n' || c == '\r'; });
    if (!is_line && name != "body") return invalid(at(name));
    return *found->as_text();
  }
  Result<void> knows(std::initializer_list<std::string_view> names) const {
    if (document_.as_object() == nullptr) return invalid(path_);
    for (auto const& [name, value] : *document_.as_object())
      if (std::ranges::find(names, name) == names.end()) return invalid(at(name));
    return {};
  }
  std::string at(std::string_view name) const { return path_ + "/" + std::string(name); }
  Json const* find(std::string_view name) const { return document_.find(name); }

 private:
  Json const& document_;
  std::string path_;
};

// Host of "scheme://host:port/…".
std::string host_of(std::string const& url) {
  auto const start = url.find("://");
  if (start == std::string::npos) return "";
  auto const host = url.substr(start + 3, url.find('/', start + 3) - start - 3);
  if (host.starts_with('[')) return host.substr(1, host.find(']') - 1);
  return host.substr(0, host.find(':'));
}
bool is_near(std::string const& url) {
  auto const host = host_of(url);
  bool const is_literal = parse_address(host).has_value();
  return host == "localhost" || (is_literal && (host == "::1" || host.starts_with("127.")));
}

Result<MailSettings> mail_of(Part const& part) {
  if (auto known = part.knows({"url", "from", "user", "password_file"}); !known) return known.refusal();
  auto const url = part.text("url", true);
  auto const from = part.text("from", true);
  auto const user = part.text("user");
  auto const file = part.text("password_file");
  for (auto const* one : {&url, &from, &user, &file})
    if (!*one) return one->refusal();
  MailSettings out{*url, *from, *user, "", is_near(*url)};
  if ((!url->starts_with("smtp://") && !url->starts_with("smtps://")) || host_of(*url).empty())
    return invalid(part.at("url"), "smtp:// smtps://");
  if (!is_mail_address(*from)) return invalid(part.at("from"));
  if (file->empty()) return out;
  auto const lines = read_secret(part.at("password_file"), *file);
  if (!lines) return lines.refusal();
  if (lines->size() != 1) return invalid(part.at("password_file"), *file);
  out.password = lines->front();
  return out;
}

Result<SmsSettings> sms_of(Part const& part) {
  if (auto known = part.knows({"url", "content_type", "body", "headers_file", "success"}); !known)
    return known.refusal();
  auto const url = part.text("url", true);
  auto const type = part.text("content_type");
  auto const body = part.text("body", true);
  auto const file = part.text("headers_file");
  for (auto const* one : {&url, &type, &body, &file})
    if (!*one) return one->refusal();
  auto const parsed = parse_url(*url);
  if (!parsed || (!parsed->is_encrypted && !is_near(*url))) return invalid(part.at("url"), "https://");
  SmsSettings out;
  out.url = parsed->text;
  if (!type->empty()) out.content_type = *type;
  out.body = *body;
  if (!file->empty()) {
    auto const lines = read_secret(part.at("headers_file"), *file);
    if (!lines) return lines.refusal();
    out.headers = *lines;
  }
  if (Json const* wanted = part.find("success")) {
    Part const success(*wanted, part.at("success"));
    auto const member = success.text("member", true);
    auto const value = success.text("value", true);
    if (!member) return member.refusal();
    if (!value) return value.refusal();
    out.success_member = *member;
    out.success_value = *value;
  }
  return out;
}

std::string form_encode(std::string const& text) {
  std::string out;
  for (char const c : text) {
    bool const is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    auto const byte = static_cast<std::uint8_t>(c);
    out += is_plain ? std::string(1, c) : "%" + hex_encode(ByteView(&byte, 1));
  }
  return out;
}

}  // namespace

Result<ChannelSettings> read_settings(fs::path const& folder) {
  ChannelSettings out;
  auto const text = read(folder / "notices.json");
  if (!text) return out;
  auto const document = parse_json(*text);
  if (!document) return invalid("", "notices.json");
  Part const whole(*document, "");
  if (auto known = whole.knows({"web", "authorities", "mail", "sms"}); !known) return known.refusal();
  auto const web = whole.text("web");
  if (!web) return web.refusal();
  out.web = *web;
  while (out.web.ends_with('/')) out.web.pop_back();
  auto const authorities = whole.text("authorities");
  if (!authorities) return authorities.refusal();
  out.authorities = *authorities;
  if (Json const* part = whole.find("mail")) {
    auto mail = mail_of(Part(*part, "/mail"));
    if (!mail) return mail.refusal();
    out.mail = *std::move(mail);
  }
  if (Json const* part = whole.find("sms")) {
    auto sms = sms_of(Part(*part, "/sms"));
    if (!sms) return sms.refusal();
    out.sms = *std::move(sms);
  }
  return out;
}

std::string sms_body(SmsSettings const& settings, std::string const& telephone, std::string const& text) {
  bool const is_json = settings.content_type.find("json") != std::string::npos;
  auto const spelt = [&](std::string const& value) {
    if (!is_json) return form_encode(value);
    auto const quoted = write_json(Json(value));
    return quoted.substr(1, quoted.size() - 2);
  };
  std::string out;
  for (std::size_t i = 0; i < settings.body.size();) {
    std::string_view const rest = std::string_view(settings.body).substr(i);
    if (rest.starts_with("{telephone}")) {
      out += spelt(telephone);
      i += std::string_view("{telephone}").size();
    } else if (rest.starts_with("{text}")) {
      out += spelt(text);
      i += std::string_view("{text}").size();
    } else {
      out += settings.body[i++];
    }
  }
  return out;
}

}  // namespace plumbline::notices
