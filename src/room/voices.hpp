// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "glib/ref.hpp"
#include "socketio/client.hpp"

namespace rtcmc::room {

/// Speaks to participants whose messages have another name than ours (`socketMessageEvent` of their pages). The Node
/// server carries a message under the name that the connection was made with which it came on: so each other name takes
/// a further connection, in no room, on which we speak as who we are. Their messages to us come on our own connection,
/// under their name. Bounded.
///
/// Threads: as socketio::Client.
class Voices {
 public:
  /// Options of a connection under this name, and with a userid of its own.
  using OptionsFor = std::function<socketio::ClientOptions(const std::string& name)>;
  /// Makes our own connection known to the server as the one that this user's messages go to: that is the first one
  /// that speaks to the user. `done` is called once the server has heard it; never if the connection is lost first.
  using Introduce = std::function<void(const std::string& user_id, std::function<void()> done)>;

  Voices(std::string own_name, OptionsFor options_for, Introduce introduce);
  Voices(const Voices&) = delete;
  Voices& operator=(const Voices&) = delete;
  ~Voices();

  /// This user's messages have this name. It stays so until forget(): nobody can have a participant spoken to in vain.
  void learn(const std::string& user_id, std::string_view name);
  void forget(const std::string& user_id);
  /// The user's socket is gone: it may come back with another one.
  void lost(const std::string& user_id);
  [[nodiscard]] bool have_learned(std::string_view user_id, std::string_view name) const;
  /// Nobody is spoken to any more.
  void end();
  /// Our own connection is a new one.
  void begin_anew();

  /// Whether this user listens to another name than ours.
  [[nodiscard]] bool are_needed_for(std::string_view user_id) const;
  /// Says it once the user can be spoken to, in order.
  void say(const std::string& user_id, glib::Ref<JsonNode> envelope);
  void set_extra(const glib::Ref<JsonNode>& extra);

  [[nodiscard]] bool empty() const { return voices_.empty(); }
  /// Closes all connections; see socketio::Client::close().
  void close(std::chrono::milliseconds timeout, const std::function<void()>& done);

 private:
  class Voice;
  using Envelopes = std::vector<glib::Ref<JsonNode>>;
  struct Listener {
    std::string name;
    std::optional<Envelopes> waiting = std::nullopt;  // present while we are being introduced
    bool is_introduced = false;
  };

  [[nodiscard]] Voice* voice(const std::string& name);
  /// Ends the connection for this name if nobody listens to it any more.
  void end_unused(const std::string& name);
  void introduced(const std::string& user_id);

  const std::string own_name_;
  OptionsFor options_for_;
  Introduce introduce_;
  std::map<std::string, Listener, std::less<>> listeners_;  // by userid
  std::map<std::string, std::unique_ptr<Voice>, std::less<>> voices_;
};

}  // namespace rtcmc::room
