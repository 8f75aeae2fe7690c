// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace rtcmc::bench {

/// A file descriptor that is closed with its owner.
class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor();

  [[nodiscard]] int get() const { return fd_; }

 private:
  int fd_;
};

[[nodiscard]] std::string user_id(unsigned index);

/// A Socket.IO packet, as a masked WebSocket frame. The mask is zero, so that it costs the sender nothing; the
/// server cannot know and has its full work.
[[nodiscard]] std::string client_frame(std::string_view text);

/// A Socket.IO client over WebSocket (Engine.IO 4) that does the least that a server expects. Throws
/// std::runtime_error when the server does not do what is expected of it.
class Client {
 public:
  class Listener {
   public:
    /// The server has let it into the default namespace.
    virtual void on_connected(Client& client) = 0;
    /// `text`: an Engine.IO message without its type: a Socket.IO packet.
    virtual void on_packet(Client& client, std::string_view text) = 0;

   protected:
    ~Listener() = default;
  };

  /// Begins to connect to 127.0.0.1, and watches its socket by `epoll`, with itself as data. Its `index` decides on
  /// its userid, and on the address 127.0.0.x that it comes from.
  Client(int epoll, std::uint16_t port, unsigned index, Listener& listener);

  [[nodiscard]] unsigned index() const { return index_; }

  void on_ready(std::uint32_t events);

  /// Sends with the next flush(). `frame` is one of client_frame().
  void queue(std::string_view frame) { outgoing_ += frame; }
  void flush();

 private:
  enum class State { Upgrading, Opening, Connected };

  void read();
  /// What is left over.
  std::string_view take_all(std::string_view bytes);
  void handle(std::string_view text);
  void watch_for_room(bool wanted);
  [[noreturn]] void fail(const std::string& text) const;

  const int epoll_;
  const unsigned index_;
  Listener& listener_;
  Descriptor socket_;
  State state_ = State::Upgrading;
  std::string incoming_;  // the beginning of what has not come whole
  std::string outgoing_;
  bool watches_for_room_ = true;
};

}  // namespace rtcmc::bench
