// SPDX-License-Identifier: LGPL-2.1-or-later
#include "whip/client.hpp"

#include <utility>

namespace rtcmc::whip {

namespace {

constexpr const char* kSdpType = "application/sdp";

std::string header(SoupMessageHeaders* headers, const char* name) {
  const char* value = soup_message_headers_get_one(headers, name);
  return value ? value : "";
}

std::string headers_joined(SoupMessageHeaders* headers, const char* name) {
  const char* value = soup_message_headers_get_list(headers, name);
  return value ? value : "";
}

Answer answer_of(SoupMessage* message, const socketio::HttpAnswer& http) {
  SoupMessageHeaders* const headers = soup_message_get_response_headers(message);
  return {.status = http.status,
          .reason = http.reason,
          .content_type = header(headers, "Content-Type"),
          .location = header(headers, "Location"),
          .retry_after = header(headers, "Retry-After"),
          .links = headers_joined(headers, "Link"),
          .body = http.body};
}

Refused failure(const std::string& url, SoupMessage* message, const socketio::ConnectError& error) {
  if (error.kind == socketio::ConnectError::Kind::NotSocketIo) {
    return {Refused::Kind::Nonsense, "What answers at " + shown_url(url) +
                                         " speaks no HTTP: check host and port in publish-url, and whether it has to "
                                         "begin with https."};
  }
  if (error.kind == socketio::ConnectError::Kind::Unreachable && soup_message_get_status(message) != 0) {
    return {Refused::Kind::Nonsense, "What answers at " + shown_url(url) +
                                         " breaks its answer off, or says more than a WHIP endpoint has to say: check "
                                         "that publish-url is the URL of one."};
  }
  return {Refused::Kind::Unreachable, error.text};
}

}  // namespace

void Client::publish(std::string offer, Published published) {
  offer_ = std::move(offer);
  published_ = std::move(published);
  const auto uri = glib::Ref<GUri>::adopt(g_uri_parse(url_.c_str(), GUriFlags(SOUP_HTTP_URI_FLAGS), nullptr));
  auto session = socketio::HttpSession::create(endpoint_.certificates, g_uri_get_host(uri.get()));
  if (const auto* fault = std::get_if<std::string>(&session)) {
    finish(Refused{Refused::Kind::Unreachable, *fault});
    return;
  }
  session_ = std::make_unique<socketio::HttpSession>(std::get<socketio::HttpSession>(std::move(session)));
  deadline_.start_once(kTimeout, [this] {
    request_.reset();
    finish(Refused{Refused::Kind::Unreachable, "The media server at " + shown_url(url_) + " did not answer within " +
                                                   socketio::seconds_text(kTimeout) +
                                                   ": check publish-url, the network and that it runs."});
  });
  post();
}

glib::Ref<SoupMessage> Client::message(const char* method, const std::string& url) const {
  const auto uri = glib::Ref<GUri>::adopt(g_uri_parse(url.c_str(), GUriFlags(SOUP_HTTP_URI_FLAGS), nullptr));
  auto message = session_->message(method, uri);
  // A redirection is followed by us, who look where it leads.
  soup_message_add_flags(message.get(), SOUP_MESSAGE_NO_REDIRECT);
  if (!endpoint_.token.empty() && is_same_origin(endpoint_.url, url)) {
    soup_message_headers_replace(soup_message_get_request_headers(message.get()), "Authorization",
                                 ("Bearer " + endpoint_.token).c_str());
  }
  return message;
}

void Client::post() {
  const auto asked = message("POST", url_);
  const auto body = glib::Ref<GBytes>::adopt(g_bytes_new(offer_.data(), offer_.size()));
  soup_message_set_request_body_from_bytes(asked.get(), kSdpType, body.get());
  soup_message_headers_replace(soup_message_get_request_headers(asked.get()), "Accept", kSdpType);
  request_ = std::make_unique<socketio::HttpRequest>(
      *session_, asked, shown_url(url_), [this, asked](const auto& result) { on_answer(asked, result); }, kMaxAnswer);
}

void Client::on_answer(const glib::Ref<SoupMessage>& message, const socketio::HttpRequest::Result& result) {
  if (const auto* error = std::get_if<socketio::ConnectError>(&result)) {
    finish(failure(url_, message.get(), *error));
    return;
  }
  Verdict verdict = judge(url_, answer_of(message.get(), std::get<socketio::HttpAnswer>(result)));
  if (auto* accepted = std::get_if<Accepted>(&verdict)) {
    session_url_ = accepted->session_url;
    finish(std::move(*accepted));
  } else if (auto* refused = std::get_if<Refused>(&verdict)) {
    finish(std::move(*refused));
  } else if (++redirects_ > kMaxRedirects) {
    finish(Refused{Refused::Kind::Nonsense, "The media server at " + shown_url(endpoint_.url) +
                                                " sends us from one place to another without end: set publish-url to "
                                                "where its WHIP endpoint is."});
  } else {
    url_ = std::get<Redirected>(verdict).url;
    post();
  }
}

void Client::finish(Result result) {
  const Published published = std::exchange(published_, nullptr);
  if (!is_ending_) {
    deadline_.cancel();
    published(std::move(result));
  } else if (session_url_.empty()) {
    finish_ending();
  } else {
    remove();
  }
}

void Client::end(std::chrono::milliseconds limit, std::function<void()> ended) {
  ended_ = std::move(ended);
  is_ending_ = true;
  if (!published_ && session_url_.empty()) {
    finish_ending();
    return;
  }
  deadline_.start_once(limit, [this] { finish_ending(); });
  if (!published_) {
    remove();
  }
}

void Client::remove() {
  request_ = std::make_unique<socketio::HttpRequest>(
      *session_, message("DELETE", std::exchange(session_url_, "")), shown_url(url_),
      [this](const auto&) { finish_ending(); }, kMaxAnswer);
}

void Client::finish_ending() {
  deadline_.cancel();
  request_.reset();
  published_ = nullptr;
  session_url_.clear();
  if (const auto ended = std::exchange(ended_, nullptr)) {
    ended();
  }
}

}  // namespace rtcmc::whip
