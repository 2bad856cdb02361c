// What an administrator writes, and what leaves the house by it.
#include "notices/settings.hpp"

#include <gtest/gtest.h>

#include <fstream>

#include "base/bytes.hpp"
#include "base/hash.hpp"
#include "mail.hpp"
#include "notices/choices.hpp"
#include "reflect/json.hpp"

namespace plumbline::notices {
namespace {

namespace fs = std::filesystem;

class SettingsTest : public ::testing::Test {
 protected:
  void SetUp() override { fs::create_directories(folder_); }
  void TearDown() override { fs::remove_all(folder_); }
  std::string said(std::string const& text) {
    std::ofstream(folder_ / "notices.json") << text;
    auto const read = read_settings(folder_);
    if (read) return "fine";
    return read.refusal().code + " " +
           (read.refusal().problems.empty() ? "" : read.refusal().problems.front().path);
  }
  std::string secret(std::string const& content, fs::perms mode) {
    auto const file = folder_ / "secret";
    std::ofstream(file) << content;
    fs::permissions(file, mode);
    return file.string();
  }

  fs::path folder_ = fs::temp_directory_path() / ("plumbline-settings-" + hex_encode(random_bytes(8)));
};

TEST_F(SettingsTest, NothingIsConfiguredWithoutTheFile) {
  auto const read = read_settings(folder_);
  ASSERT_TRUE(read);
  EXPECT_FALSE(read->mail);
  EXPECT_FALSE(read->sms);
}

TEST_F(SettingsTest, FaultsAreNamed) {
  EXPECT_EQ(said("{}"), "fine");
  EXPECT_EQ(said("{"), "settings_invalid ");
  EXPECT_EQ(said(R"({"post":{}})"), "settings_invalid /post");
  EXPECT_EQ(said(R"({"mail":{"from":"a@b.cn"}})"), "settings_invalid /mail/url");
  EXPECT_EQ(said(R"({"mail":{"url":"http://m.cn","from":"a@b.cn"}})"), "settings_invalid /mail/url");
  EXPECT_EQ(said(R"({"mail":{"url":"smtps://m.cn","from":"a@b.cn\r\nBcc: x@y.cn"}})"),
            "settings_invalid /mail/from");
  EXPECT_EQ(said(R"({"sms":{"url":"http://gateway.cn/","body":"x"}})"), "settings_invalid /sms/url");
  EXPECT_EQ(said(R"({"sms":{"url":"https://gateway.cn/","body":"x","success":{"member":"code"}}})"),
            "settings_invalid /sms/success/value");
}

TEST_F(SettingsTest, SecretsLieInFilesThatOnlyTheirOwnerReads) {
  auto const mail = [](std::string const& file) {
    return R"({"mail":{"url":"smtps://m.cn:465","from":"a@b.cn","user":"u","password_file":")" + file +
           "\"}}";
  };
  EXPECT_EQ(said(mail(secret("s3cret\n", fs::perms::owner_read | fs::perms::group_read))),
            "file_too_open /mail/password_file");
  EXPECT_EQ(said(mail((folder_ / "none").string())), "settings_invalid /mail/password_file");
  EXPECT_EQ(said(mail(secret("s3cret\n", fs::perms::owner_read | fs::perms::owner_write))), "fine");
  auto const read = read_settings(folder_);
  EXPECT_EQ(read->mail->password, "s3cret");
  EXPECT_FALSE(read->mail->is_near);
}

TEST_F(SettingsTest, OnlyThisMachineIsNear) {
  auto const is_near = [&](std::string const& host) {
    EXPECT_EQ(said(R"({"mail":{"url":"smtp://)" + host + R"(","from":"a@b.cn"}})"), "fine") << host;
    return read_settings(folder_)->mail->is_near;
  };
  for (auto const* host : {"127.0.0.1:25", "localhost", "[::1]:2525"}) EXPECT_TRUE(is_near(host)) << host;
  for (auto const* host : {"127.evil.example", "10.0.0.1"}) EXPECT_FALSE(is_near(host)) << host;
}

TEST(ShortMessages, WhatIsPutInCannotBreakOut) {
  SmsSettings settings;
  settings.body = R"({"to":"{telephone}","text":"{text}"})";
  auto const json = parse_json(sms_body(settings, "13800001234", "\"},{\"to\":\"1\n{telephone}"));
  ASSERT_TRUE(json);
  EXPECT_EQ(*json->find("text")->as_text(), "\"},{\"to\":\"1\n{telephone}");
  settings.content_type = "application/x-www-form-urlencoded";
  settings.body = "to={telephone}&text={text}";
  EXPECT_EQ(sms_body(settings, "1", "a&b=到"), "to=1&text=a%26b%3d%e5%88%b0");
}

std::string header_of(std::string const& mail, std::string const& name) {
  auto const at = mail.find("\r\n" + name + ": ");
  if (at == std::string::npos) return "";
  auto end = mail.find("\r\n", at + 2);
  while (mail[end + 2] == ' ') end = mail.find("\r\n", end + 2);
  return mail.substr(at + 4 + name.size(), end - at - 4 - name.size());
}

TEST(Mails, HoldWhatTheyAreGivenAndNothingMore) {
  std::string subject = "提醒\r\nBcc: someone@else.example\r\n\r\n";
  for (int i = 0; i < 60; ++i) subject += "准绳";
  std::string const text = "第一行\n.\nFrom here\n" + std::string(2'000, 'x');
  auto const mail = write_mail({"plumbline@city.example", "one@office.example", "id-1",
                                *parse_instant("2026-03-02T01:05:09Z"), subject, text});
  EXPECT_EQ(header_of(mail, "Date"), "");  // it comes first
  EXPECT_TRUE(mail.starts_with("Date: Mon, 2 Mar 2026 09:05:09 +0800\r\n"));
  EXPECT_EQ(header_of(mail, "To"), "<one@office.example>");
  EXPECT_EQ(header_of(mail, "Message-ID"), "<id-1@city.example>");
  EXPECT_EQ(header_of(mail, "Auto-Submitted"), "auto-generated");
  EXPECT_EQ(header_of(mail, "Bcc"), "");
  std::string back;
  auto const words = header_of(mail, "Subject");
  for (std::size_t at = 0; (at = words.find("=?UTF-8?B?", at)) != std::string::npos; ++at) {
    auto const end = words.find("?=", at + 10);
    EXPECT_LE(end + 2 - at, 75U);
    auto const piece = base64_decode(words.substr(at + 10, end - at - 10));
    ASSERT_TRUE(piece);
    EXPECT_TRUE(is_utf8(text_of(*piece)));
    back += text_of(*piece);
  }
  EXPECT_EQ(back, subject);
  auto body = mail.substr(mail.find("\r\n\r\n") + 4);
  std::erase_if(body, [](char c) { return c == '\r' || c == '\n'; });
  EXPECT_EQ(text_of(*base64_decode(body)), text);
  for (std::size_t at = 0; at < mail.size();) {
    auto const end = mail.find("\r\n", at);
    EXPECT_LE(end - at, 76U);
    at = end + 2;
  }
}

TEST(MailAddresses, AreOneMailboxAndNothingElse) {
  for (auto const* good : {"a@b.cn", "first.last+tag@sub.example.com", "O'Neil@x-y.example"})
    EXPECT_TRUE(is_mail_address(good)) << good;
  for (auto const* bad :
       {"", "@", "a@", "@b", "a b@c.cn", "a@b c", "a@b.cn\r\nX: y", "<a@b.cn>", "a@b.cn,c@d.cn", "a@b@c",
        "\"a\"@b.cn", "a@[127.0.0.1]", "张@b.cn", "-a@b.cn", ".a@b.cn", "a@-b.cn"})
    EXPECT_FALSE(is_mail_address(bad)) << bad;
  EXPECT_FALSE(is_mail_address(std::string(65, 'a') + "@b.cn"));
}

}  // namespace
}  // namespace plumbline::notices
