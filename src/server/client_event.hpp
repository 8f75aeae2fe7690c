// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "glib/json_text.hpp"
#include "server/outgoing_text.hpp"

namespace rtcmc::server {

using ClientId = std::uint64_t;

/// A Socket.IO event from a client. Borrowed from the text that came.
struct ClientEvent {
  std::string name;
  std::vector<glib::JsonText> arguments;
  std::optional<std::uint64_t> ack_id;

  /// Missing if there are fewer.
  [[nodiscard]] glib::JsonText argument(std::size_t index) const {
    return index < arguments.size() ? arguments[index] : glib::JsonText();
  }
};

/// The way back to the clients.
class ClientOutput {
 public:
  /// `packet`: a whole Engine.IO packet.
  virtual void send(ClientId to, OutgoingText packet) = 0;
  /// To be asked before `client` has others sent so many bytes, all receivers together, more than it has sent itself.
  /// False if that is more than it may cause now; then nothing is to be sent.
  [[nodiscard]] virtual bool charge(ClientId client, std::size_t bytes) = 0;
  /// `client` was sent so many bytes by another one, to which it may have to answer.
  virtual void allow_answer(ClientId client, std::size_t bytes) = 0;
  /// Says goodbye and disconnects; that it is gone is told later, not from within the call.
  virtual void disconnect(ClientId client, std::string_view reason) = 0;

 protected:
  ~ClientOutput() = default;
};

}  // namespace rtcmc::server
