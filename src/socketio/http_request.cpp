// SPDX-License-Identifier: LGPL-2.1-or-later
#include "socketio/http_request.hpp"

namespace rtcmc::socketio {

namespace {

constexpr gsize kChunk = gsize{64} * 1024;

}  // namespace

HttpRequest::HttpRequest(HttpSession session, glib::Ref<SoupMessage> message, std::string url, Callback callback,
                         std::size_t max_size)
    : session_(std::move(session)),
      message_(std::move(message)),
      asked_(glib::Ref<GUri>::share(soup_message_get_uri(message_.get()))),
      url_(std::move(url)),
      callback_(std::move(callback)),
      max_size_(max_size) {
  soup_session_send_async(
      session_.get(), message_.get(), G_PRIORITY_DEFAULT, async_.cancellable(), glib::AsyncScope::ready,
      async_.callback([this](GObject* source, GAsyncResult* result) {
        glib::Error error;
        stream_ = glib::Ref<GInputStream>::adopt(soup_session_send_finish(SOUP_SESSION(source), result, error.out()));
        if (auto failure = session_.failure(message_, error.get(), url_)) {
          finish(*std::move(failure));
        } else {
          read();
        }
      }));
}

void HttpRequest::read() {
  g_input_stream_read_bytes_async(
      stream_.get(), kChunk, G_PRIORITY_DEFAULT, async_.cancellable(), glib::AsyncScope::ready,
      async_.callback([this](GObject* source, GAsyncResult* result) { on_read(source, result); }));
}

void HttpRequest::on_read(GObject* source, GAsyncResult* result) {
  glib::Error error;
  const auto bytes =
      glib::Ref<GBytes>::adopt(g_input_stream_read_bytes_finish(G_INPUT_STREAM(source), result, error.out()));
  if (error) {
    finish(transfer_error(url_, error.get(), G_TLS_CERTIFICATE_NO_FLAGS));
    return;
  }
  gsize size = 0;
  const auto* data = static_cast<const char*>(g_bytes_get_data(bytes.get(), &size));
  if (size == 0) {
    const char* reason = soup_message_get_reason_phrase(message_.get());
    finish(HttpAnswer{soup_message_get_status(message_.get()), reason ? reason : "", std::move(body_), redirection()});
    return;
  }
  if (body_.size() + size > max_size_) {
    finish(connection_lost(url_, "it sent more than " + std::to_string(max_size_) + " bytes at once"));
    return;
  }
  body_.append(data, size);
  read();
}

/// Without the query, which has our userid and other things that are nobody's business.
std::string HttpRequest::redirection() const {
  GUri* const answered = soup_message_get_uri(message_.get());
  if (soup_uri_equal(asked_.get(), answered) != FALSE) {
    return {};
  }
  constexpr auto kHidden = GUriHideFlags(G_URI_HIDE_USERINFO | G_URI_HIDE_QUERY | G_URI_HIDE_FRAGMENT);
  return glib::String(g_uri_to_string_partial(answered, kHidden)).get();
}

void HttpRequest::finish(Result result) {
  const Callback callback = std::move(callback_);
  callback(std::move(result));
}

}  // namespace rtcmc::socketio
