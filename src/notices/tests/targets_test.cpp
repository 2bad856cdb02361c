// Where the server may send: many spellings of what it must not reach.
#include "notices/targets.hpp"

#include <gtest/gtest.h>

namespace plumbline::notices {
namespace {

TEST(Addresses, OnlyGlobalOnesArePublic) {
  for (auto const* text : {"0.0.0.0",
                           "0.1.2.3",
                           "10.0.0.1",
                           "10.255.255.255",
                           "100.64.0.1",
                           "100.127.255.255",
                           "127.0.0.1",
                           "127.255.0.9",
                           "169.254.169.254",
                           "172.16.0.1",
                           "172.31.255.255",
                           "192.0.0.8",
                           "192.0.2.1",
                           "192.88.99.1",
                           "192.168.1.1",
                           "198.18.0.1",
                           "198.19.255.255",
                           "198.51.100.7",
                           "203.0.113.9",
                           "224.0.0.1",
                           "239.255.255.255",
                           "240.0.0.1",
                           "255.255.255.255",
                           "::",
                           "::1",
                           "::ffff:127.0.0.1",
                           "::ffff:10.0.0.1",
                           "::ffff:a9fe:a9fe",
                           "::127.0.0.1",
                           "64:ff9b::7f00:1",
                           "64:ff9b:1::1",
                           "100::1",
                           "2001::1",
                           "2001:10::1",
                           "2001:db8::1",
                           "2002:7f00:1::",
                           "3fff::1",
                           "fc00::1",
                           "fd12:3456::1",
                           "fe80::1",
                           "fec0::1",
                           "ff02::1",
                           "5f00::1"}) {
    auto const address = parse_address(text);
    ASSERT_TRUE(address) << text;
    EXPECT_FALSE(is_public(*address)) << text;
  }
  for (auto const* text :
       {"1.1.1.1", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "172.15.255.255",
        "172.32.0.0", "192.167.255.255", "192.169.0.0", "198.17.255.255", "198.20.0.0", "223.255.255.255",
        "2400:3200::1", "2606:4700::1111", "::ffff:1.1.1.1"}) {
    auto const address = parse_address(text);
    ASSERT_TRUE(address) << text;
    EXPECT_TRUE(is_public(*address)) << text;
  }
}

std::string said_of(Guard const& guard, std::string const& text) {
  auto const url = parse_url(text);
  if (!url) return url.refusal().code;
  auto const may = check_target(guard, *url);
  return may ? "may" : may.refusal().code;
}

TEST(Urls, SpellingsThatHideAnAddressAreSeenThrough) {
  Guard const guard({});
  for (auto const* text :
       {"https://127.0.0.1/", "https://127.1/", "https://2130706433/", "https://0x7f000001/",
        "https://0177.0.0.1/", "https://0x7f.1/", "https://[::1]/", "https://[::ffff:127.0.0.1]/",
        "https://[::ffff:7f00:1]/", "https://[0:0:0:0:0:0:0:1]/", "https://169.254.169.254/latest/meta-data",
        "https://[fd00::1]/", "https://[64:ff9b::7f00:1]/", "https://0/", "https://192.168.0.1:8443/x",
        "http://erp.example.cn/", "http://1.1.1.1/"})
    EXPECT_EQ(said_of(guard, text), "target_not_allowed") << text;
  for (auto const* text :
       {"", "hook", "//erp.example.cn/", "ftp://erp.example.cn/", "file:///etc/passwd",
        "gopher://127.0.0.1:25/", "https://", "https://user@erp.example.cn/",
        "https://user:pass@erp.example.cn/", "https://erp.example.cn/#x", "https://erp example.cn/",
        "https://erp.example.cn/\r\nX: y", "https://[fe80::1%25eth0]/", "https://erp_example.cn\\@127.0.0.1/",
        "https://.example.cn/", "javascript:1", "https://例子.cn/"})
    EXPECT_EQ(said_of(guard, text), "invalid_value") << text;
  EXPECT_EQ(said_of(guard, "https://" + std::string(3'000, 'a') + ".cn/"), "invalid_value");
  EXPECT_EQ(said_of(guard, "https://ERP.example.cn:8443/hook?x=1"), "may");
  EXPECT_EQ(said_of(guard, "https://1.1.1.1/"), "may");
}

Target allowed(std::string text) { return {std::move(text), {}, "test", {}}; }

TEST(Guarding, JudgesWhatIsReallyConnectedTo) {
  Guard const nobody({});
  auto const loopback = *parse_address("127.0.0.1");
  auto const office = *parse_address("10.1.2.3");
  auto const world = *parse_address("1.1.1.1");
  // The name is innocent; what it means is not.
  EXPECT_FALSE(nobody.may_connect("erp.example.cn", true, loopback));
  EXPECT_FALSE(nobody.may_connect("erp.example.cn", true, office));
  EXPECT_TRUE(nobody.may_connect("erp.example.cn", true, world));
  EXPECT_FALSE(nobody.may_connect("erp.example.cn", false, world)) << "in the clear";
  Guard const some({allowed("10.1.2.0/24"), allowed("erp.example.cn"), allowed("fd00::/8")});
  EXPECT_TRUE(some.may_connect("erp.example.cn", false, loopback));
  EXPECT_TRUE(some.may_connect("other.example.cn", false, office));
  EXPECT_FALSE(some.may_connect("other.example.cn", true, *parse_address("10.1.3.1")));
  EXPECT_FALSE(some.may_connect("sub.erp.example.cn", true, loopback));
  EXPECT_TRUE(some.may_connect("other.example.cn", true, *parse_address("fd12::1")));
  EXPECT_TRUE(some.may_connect("other.example.cn", true, *parse_address("::ffff:10.1.2.9"))) << "the same";
}

}  // namespace
}  // namespace plumbline::notices
