// How mails and short messages leave the house: DIR/notices.json, written by whoever runs the machine.
//
//   {"web": "https://quality.example.cn",
//    "authorities": "/etc/ssl/office.pem",
//    "mail": {"url": "smtps://mail.example.cn:465", "from": "plumbline@example.cn",
//             "user": "plumbline", "password_file": "/etc/plumbline/smtp-password"},
//    "sms": {"url": "https://sms.example.cn/send", "content_type": "application/json",
//            "body": "{\"to\":\"{telephone}\",\"text\":\"{text}\"}",
//            "headers_file": "/etc/plumbline/sms-headers", "success": {"member": "code", "value": "0"}}}
//
// Every part may be left out. Secrets lie in files of their own that only their owner may read.
#pragma once
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"

namespace plumbline::notices {

struct MailSettings {
  std::string url;  // smtps://, or smtp:// with STARTTLS demanded beyond this machine
  std::string from;
  std::string user;
  std::string password;
  bool is_near = false;  // a server on this machine's loopback
};

struct SmsSettings {
  std::string url;  // https://, or http:// on this machine's loopback
  std::string content_type = "application/json";
  std::string body;                  // {telephone} and {text} are put in as the content type wants
  std::vector<std::string> headers;  // "Authorization: …"
  std::string success_member;        // of the JSON answer; "": the status is enough
  std::string success_value;
};

struct ChannelSettings {
  std::string web;          // before the paths of links; "": only paths
  std::string authorities;  // PEM; "": those of the machine
  std::optional<MailSettings> mail;
  std::optional<SmsSettings> sms;
};

// Without the file: no mail, no short messages. Refused "settings_invalid" (path: the member at fault),
// "file_too_open".
Result<ChannelSettings> read_settings(std::filesystem::path const& folder);

// The template with both put in: as JSON text, or percent-encoded in a form.
std::string sms_body(SmsSettings const& settings, std::string const& telephone, std::string const& text);

}  // namespace plumbline::notices
