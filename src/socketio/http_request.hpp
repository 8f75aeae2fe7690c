// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <variant>

#include "glib/async.hpp"
#include "socketio/connect_error.hpp"
#include "socketio/http_session.hpp"
#include "socketio/transport.hpp"

namespace rtcmc::socketio {

struct HttpAnswer {
  unsigned status;
  std::string reason;
  std::string body;
  std::string redirected_to;  // empty: it is the answer of what was asked
};

/// One HTTP request, begun on construction; destroying it cancels. An answer larger than `max_size` is an error.
class HttpRequest {
 public:
  using Result = std::variant<HttpAnswer, ConnectError>;
  using Callback = std::function<void(Result result)>;  // may destroy the request; never called by the constructor

  /// `url` is the server's, for errors.
  HttpRequest(HttpSession session, glib::Ref<SoupMessage> message, std::string url, Callback callback,
              std::size_t max_size = kMaxIncoming);

 private:
  void read();
  void on_read(GObject* source, GAsyncResult* result);
  void finish(Result result);
  [[nodiscard]] std::string redirection() const;

  HttpSession session_;
  glib::Ref<SoupMessage> message_;
  const glib::Ref<GUri> asked_;
  std::string url_;
  Callback callback_;
  const std::size_t max_size_;
  glib::Ref<GInputStream> stream_;
  std::string body_;
  glib::AsyncScope async_;
};

}  // namespace rtcmc::socketio
