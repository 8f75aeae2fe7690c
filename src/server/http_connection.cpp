// SPDX-License-Identifier: LGPL-2.1-or-later
#include "server/http_connection.hpp"

#include <libsoup/soup.h>
#include <sys/epoll.h>

#include <algorithm>
#include <array>
#include <span>

namespace rtcmc::server {

namespace {

constexpr std::size_t kPiece = std::size_t{64} * 1024;
constexpr unsigned kWritesAtOnce = 16;                   // then others have their turn
constexpr std::chrono::milliseconds kLastReading{1000};  // for a client to read the last answer

void add_header(std::string& head, std::string_view name, std::string_view value) {
  head.append(name).append(": ").append(value).append("\r\n");
}

std::string response_head(const HttpResponse& response, bool keep_alive) {
  const auto now = glib::Ref<GDateTime>::adopt(g_date_time_new_now_utc());
  const glib::String date(soup_date_time_to_string(now.get(), SOUP_DATE_HTTP));
  std::string head = "HTTP/1.1 " + std::to_string(response.status) + ' ' + soup_status_get_phrase(response.status) +
                     "\r\nDate: " + date.get() + "\r\nX-Content-Type-Options: nosniff\r\n";
  for (const auto& [name, value] : response.headers) {
    add_header(head, name, value);
  }
  if (!response.mime_type.empty()) {
    head += "Content-Type: " + response.mime_type + "\r\n";
  }
  if (response.status != SOUP_STATUS_NO_CONTENT && response.status != SOUP_STATUS_NOT_MODIFIED) {
    const std::size_t size = response.shared_body ? response.shared_body->size() : response.body.size();
    head += "Content-Length: " + std::to_string(size) + "\r\n";
  }
  return head + "Connection: " + (keep_alive ? "keep-alive" : "close") + "\r\n\r\n";
}

}  // namespace

HttpConnection::HttpConnection(Poller& poller, NetStream stream, std::string address, GTlsCertificate* certificate,
                               std::size_t max_body, QueueBudget& budget, Listener& listener)
    : poller_(poller),
      listener_(listener),
      address_(std::move(address)),
      stream_(std::move(stream)),
      reader_(max_body),
      share_(budget, address_, [this] { close(); }) {
  if (certificate) {
    handshake(certificate);
  } else {
    start_reading();
  }
}

HttpConnection::~HttpConnection() {
  watch(0);
  poller_.forget(*this);
}

void HttpConnection::handshake(GTlsCertificate* certificate) {
  const auto plain =
      glib::Ref<GSocketConnection>::adopt(g_socket_connection_factory_create_connection(stream_.socket()));
  const auto tls =
      glib::Ref<GIOStream>::adopt(g_tls_server_connection_new(G_IO_STREAM(plain.get()), certificate, nullptr));
  if (!tls) {
    return;  // closed when its time is over
  }
  g_tls_connection_set_require_close_notify(G_TLS_CONNECTION(tls.get()), FALSE);
  g_tls_connection_handshake_async(
      G_TLS_CONNECTION(tls.get()), G_PRIORITY_DEFAULT, async_.cancellable(), glib::AsyncScope::ready,
      async_.callback([this](GObject* source, GAsyncResult* result) {
        if (state_ != State::Handshaking) {
          return;
        }
        if (!g_tls_connection_handshake_finish(G_TLS_CONNECTION(source), result, nullptr)) {
          close();
          return;
        }
        stream_.use_tls(glib::Ref<GTlsConnection>::share(G_TLS_CONNECTION(source)));
        start_reading();
        poller_.call_soon(*this);
      }));
}

void HttpConnection::start_reading() {
  state_ = State::Reading;
  watch(EPOLLIN);
}

void HttpConnection::respond(const HttpResponse& response) {
  if (state_ != State::Waiting) {
    return;
  }
  hang_up_ = nullptr;
  last_ = last_ || !request_.keep_alive;
  output_ = response_head(response, !last_);
  if (request_.method != "HEAD") {
    body_ = response.shared_body;
    output_ += body_ ? std::string_view() : response.body;
  }
  request_ = {};
  state_ = State::Writing;
  last_progress_ = Clock::now();
  share_.add(output_.size());
  share_.keep_limits();
  if (state_ == State::Writing) {
    flush();
  }
}

UpgradedStream HttpConnection::upgrade(const std::vector<std::pair<std::string, std::string>>& headers) {
  std::string head = "HTTP/1.1 101 Switching Protocols\r\n";
  for (const auto& [name, value] : headers) {
    add_header(head, name, value);
  }
  head += "\r\n";
  const GOutputVector part{head.data(), head.size()};
  // Into the empty buffer of a socket on which the client waits; if it does not fit, the client is gone.
  static_cast<void>(stream_.write({&part, 1}));
  watch(0);
  state_ = State::Closed;
  hang_up_ = nullptr;
  listener_.on_http_closed(*this);
  return {std::move(stream_), reader_.take_rest()};
}

void HttpConnection::close_if_idle(Clock::time_point now, std::chrono::milliseconds patience) {
  const auto limit = state_ == State::Closing ? std::min(patience, kLastReading) : patience;
  if (state_ != State::Waiting && now - last_progress_ > limit) {
    close();
  }
}

void HttpConnection::on_ready(std::uint32_t events) {
  switch (state_) {
    case State::Reading:
      take_request();
      if (state_ == State::Reading) {
        read();
      }
      break;
    case State::Closing:
      read();
      break;
    case State::Waiting:
      if (events != 0) {
        close();
      }
      break;
    case State::Writing:
      flush();
      break;
    default:
      break;
  }
}

void HttpConnection::read() {
  static thread_local std::array<char, kPiece> chunk;
  const auto [status, bytes] = stream_.read(chunk);
  if (status == NetStream::Status::WouldBlock) {
    return;
  }
  if (status == NetStream::Status::Lost) {
    close();
    return;
  }
  if (state_ == State::Closing) {
    return;  // what nobody will read any more
  }
  reader_.feed({chunk.data(), bytes});
  take_request();
  if (state_ == State::Reading && stream_.buffers()) {
    poller_.call_soon(*this);
  }
  count_unfinished();
}

void HttpConnection::count_unfinished() {
  const std::size_t before = std::exchange(unfinished_, state_ == State::Reading ? reader_.unfinished() : 0);
  if (unfinished_ > before) {
    share_.add(unfinished_ - before);
    share_.keep_limits();
  } else {
    share_.remove(before - unfinished_);
  }
}

void HttpConnection::take_request() {
  auto request = reader_.next();
  if (request) {
    last_progress_ = Clock::now();
    request_ = *std::move(request);
    state_ = State::Waiting;
    watch(EPOLLRDHUP);
    listener_.on_http_request(*this);
  } else if (const auto status = reader_.error()) {
    last_ = true;
    state_ = State::Waiting;
    respond({*status, "text/plain; charset=utf-8", std::string(soup_status_get_phrase(*status)) + ".\n"});
  }
}

/// What of a shared body does not fit into the socket is forgotten, and read again. On this thread: what is read in one
/// turn is small, and hardly ever still on a disk when others are sent it too.
void HttpConnection::flush() {
  static thread_local std::array<char, kPiece> piece;
  const std::size_t body_size = body_ ? body_->size() : 0;
  for (unsigned i = 0; written_ < output_.size() + body_size; ++i) {
    if (i == kWritesAtOnce) {
      watch(EPOLLOUT);
      return;
    }
    const auto head = std::string_view(output_).substr(std::min(written_, output_.size()));
    const std::size_t offset = written_ + head.size() - output_.size();
    const std::size_t wanted = std::min(piece.size(), body_size - offset);
    if (wanted > 0 && body_->read(offset, std::span(piece).first(wanted)) < wanted) {
      close();
      return;
    }
    std::array<GOutputVector, 2> parts{};
    std::size_t count = 0;
    for (const std::string_view part : {head, std::string_view(piece.data(), wanted)}) {
      if (!part.empty()) {
        parts.at(count++) = {part.data(), part.size()};
      }
    }
    const auto [status, bytes] = stream_.write(std::span(parts).first(count));
    if (status == NetStream::Status::Lost) {
      close();
      return;
    }
    if (status == NetStream::Status::WouldBlock) {
      watch(EPOLLOUT);
      return;
    }
    written_ += bytes;
    last_progress_ = Clock::now();
  }
  forget_output();
  if (last_) {
    // A client that still sends must be let finish, or it never reads the answer.
    stream_.end_output();
    state_ = State::Closing;
    watch(EPOLLIN);
    return;
  }
  start_reading();
  // The next request may be here already.
  poller_.call_soon(*this);
}

void HttpConnection::forget_output() {
  output_ = {};
  share_.remove(share_.bytes() - unfinished_);
  body_.reset();
  written_ = 0;
}

void HttpConnection::watch(std::uint32_t events) {
  if (events == watched_) {
    return;
  }
  if (watched_ == 0) {
    poller_.add(stream_.fd(), *this, events);
  } else if (events == 0) {
    poller_.remove(stream_.fd(), *this);
  } else {
    poller_.change(stream_.fd(), *this, events);
  }
  watched_ = events;
}

void HttpConnection::close() {
  if (state_ == State::Closed) {
    return;
  }
  watch(0);
  state_ = State::Closed;
  forget_output();
  count_unfinished();
  if (const auto hang_up = std::exchange(hang_up_, nullptr)) {
    hang_up();
  }
  listener_.on_http_closed(*this);
}

}  // namespace rtcmc::server
