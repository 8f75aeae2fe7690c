// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <libsoup/soup.h>

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "glib/ref.hpp"

namespace rtcmc::test {

/// What calls itself a WHIP endpoint, and gives whatever answer the test wants. On the test's thread, whose main
/// context must be iterated.
class BadWhipServer {
 public:
  struct Request {
    std::string method;
    std::string path;
    std::string authorization;
    std::string content_type;
    std::string body;
  };
  struct Reply {
    unsigned status = 200;
    std::string content_type = {};
    std::string body = {};
    std::vector<std::pair<std::string, std::string>> headers = {};
    bool never_comes = false;
  };
  using Answer = std::function<Reply(const Request&)>;

  explicit BadWhipServer(Answer answer);
  BadWhipServer(const BadWhipServer&) = delete;
  BadWhipServer& operator=(const BadWhipServer&) = delete;
  ~BadWhipServer();

  /// Of a path that begins with a slash.
  [[nodiscard]] std::string url(const std::string& path = "/whip") const;
  [[nodiscard]] const std::vector<Request>& requests() const { return requests_; }
  [[nodiscard]] unsigned count(const std::string& method) const;

 private:
  void handle(SoupServerMessage* message, const char* path);

  const Answer answer_;
  std::vector<Request> requests_;
  std::vector<glib::Ref<SoupServerMessage>> unanswered_;
  glib::Ref<SoupServer> server_;
  guint port_ = 0;
};

}  // namespace rtcmc::test
