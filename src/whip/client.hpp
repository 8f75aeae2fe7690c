// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <variant>

#include "glib/timer.hpp"
#include "socketio/http_request.hpp"
#include "whip/answer.hpp"

namespace rtcmc::whip {

struct Endpoint {
  std::string url;    // without url_fault()
  std::string token;  // for its origin alone; empty: none
  socketio::CertificateRules certificates = {};
};

/// One WHIP session, from the offer to the end of it at the server. It never takes a redirection for granted: to
/// another origin no token goes along.
///
/// Threads: one, on whose thread-default GMainContext everything runs. Destroying it cancels what is under way.
class Client {
 public:
  /// How long an endpoint may take to answer, wherever it sends us.
  static constexpr std::chrono::milliseconds kTimeout{8000};

  using Result = std::variant<Accepted, Refused>;
  /// May end the client, but not destroy it.
  using Published = std::function<void(Result result)>;

  explicit Client(Endpoint endpoint) : endpoint_(std::move(endpoint)), url_(endpoint_.url) {}

  /// Once, with all our candidates in it.
  void publish(std::string offer, Published published);
  /// Deletes the session. `ended` runs when the server knows, after `limit` at the latest; at once if it knows of none.
  void end(std::chrono::milliseconds limit, std::function<void()> ended);

 private:
  [[nodiscard]] glib::Ref<SoupMessage> message(const char* method, const std::string& url) const;
  void post();
  void on_answer(const glib::Ref<SoupMessage>& message, const socketio::HttpRequest::Result& result);
  void remove();
  void finish(Result result);
  void finish_ending();

  const Endpoint endpoint_;
  std::unique_ptr<socketio::HttpSession> session_;
  std::string url_;  // where the offer is posted to
  std::string offer_;
  unsigned redirects_ = 0;
  std::string session_url_;  // empty: the server has none
  Published published_;      // not null: the endpoint is being asked
  std::function<void()> ended_;
  bool is_ending_ = false;
  std::unique_ptr<socketio::HttpRequest> request_;
  glib::Timer deadline_;
};

}  // namespace rtcmc::whip
