// SPDX-License-Identifier: LGPL-2.1-or-later
#include "server/access_policy.hpp"

#include <gtest/gtest.h>

namespace rtcmc::server {
namespace {

using Rules = AccessPolicy::Rules;

HttpRequest request(const std::string& host, const std::string& origin = "", const std::string& fetch_site = "") {
  HttpRequest request;
  for (const auto& [name, value] : {std::pair("host", host), {"origin", origin}, {"sec-fetch-site", fetch_site}}) {
    if (!value.empty()) {
      request.headers.emplace_back(name, value);
    }
  }
  return request;
}

Rules own(std::vector<std::string> origins = {}) {
  return {.origins = std::move(origins), .own_pages_only = true, .host_name = "Shed"};
}

struct Page {
  const char* host;
  const char* origin;
  bool allowed;
};

void expect_pages(const Rules& rules, std::initializer_list<Page> pages) {
  const AccessPolicy policy(rules);
  for (const auto& [host, origin, allowed] : pages) {
    EXPECT_EQ(policy.allows_page(request(host, origin)), allowed) << origin << " at " << host;
  }
}

TEST(AccessPolicy, OwnPagesAreThoseOfTheHostThatIsAsked) {
  expect_pages(own(), {
                          {"127.0.0.1:9001", "http://127.0.0.1:9001", true},
                          {"localhost:9001", "http://localhost:9001", true},
                          {"LocalHost:9001", "http://localhost:9001", true},
                          {"localhost.:9001", "http://localhost.:9001", true},
                          {"[::1]:9001", "http://[::1]:9001", true},
                          {"[0:0:0:0:0:0:0:1]:9001", "http://[::1]:9001", true},
                          {"shed", "http://shed", true},
                          {"shed:80", "http://shed", true},
                          {"shed", "https://shed", true},
                          {"shed:443", "https://shed", true},
                          {"xn--grten-ira.example", "https://xn--grten-ira.example", true},
                          // A tunnel or a router may have another port than we have.
                          {"localhost:8080", "http://localhost:8080", true},
                          {"127.0.0.1:9001", "http://localhost:9001", false},
                          {"127.0.0.1:9001", "http://127.0.0.1:9002", false},
                          {"127.0.0.1:9001", "http://127.0.0.1", false},
                          {"127.0.0.1", "http://127.0.0.1:9001", false},
                          {"shed:443", "http://shed", false},
                          {"shed:80", "https://shed", false},
                          {"[::1]:9001", "http://[::2]:9001", false},
                          {"127.0.0.1:9001", "http://evil.example:9001", false},
                          {"127.0.0.1:9001", "http://127.0.0.1.evil.example", false},
                          {"127.0.0.1:9001", "http://127.0.0.1.evil.example:9001", false},
                          {"127.0.0.1:9001", "http://evil.example", false},
                          {"", "http://127.0.0.1:9001", false},
                      });
}

TEST(AccessPolicy, WhatIsNoOriginIsNoPageOfOurs) {
  constexpr const char* kHost = "127.0.0.1:9001";
  for (const char* origin : {"null",
                             "*",
                             "file://",
                             "127.0.0.1:9001",
                             "//127.0.0.1:9001",
                             "HTTP://127.0.0.1:9001",
                             "ws://127.0.0.1:9001",
                             "chrome-extension://127.0.0.1:9001",
                             "moz-extension://abc",
                             "http://127.0.0.1:9001/",
                             "http://127.0.0.1:9001?",
                             "http://127.0.0.1:9001#",
                             "http://evil.example@127.0.0.1:9001",
                             "http://127.0.0.1:9001@evil.example",
                             "http://127.0.0.1:9001:9001",
                             "http://127.0.0.1:",
                             "http://:9001",
                             "http://",
                             "http:///127.0.0.1:9001",
                             "http://127.0.0.1:+9001",
                             "http://127.0.0.1:09001x",
                             "http://127.0.0.1:74537",
                             "http://127.0.0.1:9001 ",
                             "http://127.0.0.1:9001, http://127.0.0.1:9001",
                             "http://127.0.0.1:9001 http://evil.example",
                             "http://[::1",
                             "http://[127.0.0.1]:9001",
                             "http://[::1]x:9001",
                             "http://g\xC3\xA4rten.example"}) {
    EXPECT_FALSE(AccessPolicy(own()).allows_page(request(kHost, origin))) << origin;
  }
}

TEST(AccessPolicy, WithTlsOwnPagesHaveItToo) {
  Rules rules = own();
  rules.has_tls = true;
  expect_pages(rules, {{"shed:9001", "https://shed:9001", true}, {"shed:9001", "http://shed:9001", false}});
}

TEST(AccessPolicy, ListedPagesAreLetInAsTheyAreWritten) {
  const std::initializer_list<Page> pages{
      {"127.0.0.1:9001", "https://a.example", true},
      {"127.0.0.1:9001", "http://b.example:8080", true},
      {"127.0.0.1:9001", "chrome-extension://abc", true},
      {"127.0.0.1:9001", "http://a.example", false},
      {"127.0.0.1:9001", "https://a.example:8443", false},
      {"127.0.0.1:9001", "https://x.a.example", false},
      {"127.0.0.1:9001", "https://a.example.evil.example", false},
      {"127.0.0.1:9001", "https://A.example", false},
      {"127.0.0.1:9001", "https://a.example/", false},
      {"127.0.0.1:9001", "null", false},
  };
  const std::vector<std::string> origins{"https://a.example", "http://b.example:8080", "chrome-extension://abc"};
  expect_pages(own(origins), pages);
  expect_pages({.origins = origins}, pages);
  expect_pages(own(origins), {{"127.0.0.1:9001", "http://127.0.0.1:9001", true}});
  expect_pages({.origins = origins}, {{"127.0.0.1:9001", "http://127.0.0.1:9001", false}});
}

TEST(AccessPolicy, WhoSendsNoOriginIsNoPageUnlessTheBrowserSaysSo) {
  for (const Rules& rules : {own(), Rules{.origins = {"https://a.example"}}}) {
    const AccessPolicy policy(rules);
    for (const char* site : {"", "same-origin", "none"}) {
      EXPECT_TRUE(policy.allows_page(request("127.0.0.1:9001", "", site))) << site;
    }
    for (const char* site : {"cross-site", "same-site"}) {
      EXPECT_FALSE(policy.allows_page(request("127.0.0.1:9001", "", site))) << site;
    }
    EXPECT_TRUE(policy.allows_page(request("127.0.0.1:9001", "https://a.example", "cross-site")) ==
                !rules.origins.empty());
  }
}

TEST(AccessPolicy, WithoutRulesEverythingIsLetIn) {
  const AccessPolicy policy({});
  EXPECT_TRUE(policy.allows_host(request("evil.example:9001")));
  EXPECT_TRUE(policy.allows_page(request("127.0.0.1:9001", "null", "cross-site")));
}

struct Name {
  const char* host;
  bool on_loopback;
  bool on_network;
};

TEST(AccessPolicy, HostsAreAddressesAndNamesThatNobodyElseCanGive) {
  Rules loopback = own({"https://cam.example:8443"});
  Rules network = loopback;
  network.on_loopback = false;
  Rules tls = network;
  tls.has_tls = true;
  constexpr Name kNames[] = {
      {"127.0.0.1:9001", true, true},
      {"127.0.0.1", true, true},
      {"192.0.2.7:9001", true, true},
      {"[::1]:9001", true, true},
      {"[2001:db8::1]", true, true},
      {"[::ffff:127.0.0.1]:9001", true, true},
      {"localhost:9001", true, true},
      {"LOCALHOST.:9001", true, true},
      {"app.localhost:9001", true, true},
      {"shed:9001", true, true},
      {"SHED.:9001", true, true},
      {"cam.example:8443", true, true},  // what allow-origins names is ours as well
      {"cam.example", true, true},
      {"", true, true},  // curl -H Host:
      {"shed.local:9001", false, true},
      {"other:9001", false, true},
      {"other.lan", false, true},
      {"cam.home.arpa:9001", false, true},
      {"cam.internal", false, true},
      {"evil.example:9001", false, false},
      {"shed.evil.example:9001", false, false},
      {"localhost.evil.example:9001", false, false},
      {"127.0.0.1.evil.example:9001", false, false},
      {"evillocalhost.example:9001", false, false},
      {"cam.example.evil.example", false, false},
      {"xcam.example", false, false},
      {"127.1.evil.example", false, false},
      {"local.evil.example", false, false},
      {"user@127.0.0.1:9001", false, false},
      {"127.0.0.1:9001@evil.example", false, false},
      {"127.0.0.1:", false, false},
      {"127.0.0.1:x", false, false},
      {"127.0.0.1:99999", false, false},
      {"::1", false, false},
      {"[::1", false, false},
      {"[", false, false},
      {":9001", false, false},
      {".", false, false},
      {"evil example", false, false},
      {"localhost, evil.example", false, false},
  };
  for (const auto& [host, on_loopback, on_network] : kNames) {
    EXPECT_EQ(AccessPolicy(loopback).allows_host(request(host)), on_loopback) << host;
    EXPECT_EQ(AccessPolicy(network).allows_host(request(host)), on_network) << host;
    EXPECT_TRUE(AccessPolicy(tls).allows_host(request(host))) << host;
    EXPECT_TRUE(AccessPolicy({.origins = {"https://a.example"}}).allows_host(request(host))) << host;
  }
}

TEST(AccessPolicy, AnOriginIsOneAsBrowsersWriteIt) {
  for (const char* origin : {"https://a.example", "http://b.example:8080", "http://[::1]:9001", "http://localhost",
                             "https://xn--grten-ira.example", "chrome-extension://abc"}) {
    EXPECT_TRUE(is_origin(origin)) << origin;
  }
  for (const char* origin : {"", "*", "null", "a.example", "https://", "https://a.example/", "https://a.example/x",
                             "https://a.example?x", "https://a.example#x", "https://u@a.example", "HTTPS://a.example",
                             "https://A.example", "http://a.example:80", "https://a.example:443"}) {
    EXPECT_FALSE(is_origin(origin)) << origin;
  }
}

}  // namespace
}  // namespace rtcmc::server
