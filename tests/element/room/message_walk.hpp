// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <array>
#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "dice.hpp"

namespace rtcmc::test {

/// What some who mean ill or know no better do in a room, one step after the other: each message that participants have
/// for each other, sound or put together anew, in their own names and in each other's, before they are in the room, in
/// it, gone, and back again. Pure: what they hear goes in, what they do comes out, and the same for the same seed.
///
/// They leave alone what nothing but the server can keep from them: to speak in the name of `resident` or of its
/// viewers, or to take those names.
class MessageWalk {
 public:
  static constexpr std::size_t kClients = 5;

  struct Step {
    enum class Kind { Emit, Reconnect };
    Kind kind;
    std::size_t client;
    std::string event = {};      // of Emit
    std::string arguments = {};  // of Emit: a JSON array
  };

  /// All that they say is meant for `resident`. Those in `borrowed` are others in whose names they speak, too.
  MessageWalk(unsigned seed, std::string room, std::string resident, const std::vector<std::string>& borrowed);

  [[nodiscard]] Step next();
  [[nodiscard]] Step enter_room(std::size_t client);
  /// What ends all that they have begun, in every name that they have used.
  [[nodiscard]] std::vector<Step> goodbyes();

  /// The client's own userid.
  [[nodiscard]] const std::string& name(std::size_t client) const { return names_.at(client); }
  /// The server has somebody else of its name: it comes back under another one.
  void is_taken(std::size_t client);
  /// The resident's latest description for `name`.
  void hear_description(const std::string& name, std::string sdp) { descriptions_[name] = std::move(sdp); }
  void hear_invitation(std::string invitation) { invitation_ = std::move(invitation); }

 private:
  /// A message's members, as JSON.
  using Body = std::map<std::string, std::string>;

  [[nodiscard]] Step message();
  [[nodiscard]] Step emit(std::size_t client, std::string event, const std::string& arguments) const;
  [[nodiscard]] std::string sender(std::size_t client);
  [[nodiscard]] Body body(const std::string& name);
  [[nodiscard]] Body renaming(const std::string& name);
  [[nodiscard]] Body request();
  [[nodiscard]] Body description(const std::string& name);
  [[nodiscard]] Body candidate();
  [[nodiscard]] Body stream_sync();
  [[nodiscard]] std::string sdp(const std::string& name, bool is_answer, bool is_first);
  [[nodiscard]] std::string invitation();
  [[nodiscard]] std::string odd_value();
  void distort(Body& body, const std::string& name);

  Dice dice_;
  const std::string room_;
  const std::string resident_;
  std::vector<std::string> names_;             // of the clients, and then of nobody in particular
  std::set<std::string> used_{"x", "\u00e9"};  // as a sender's name; these are odd values, too
  std::array<bool, kClients> is_in_room_{};
  std::map<std::string, std::string> descriptions_;
  std::string invitation_ = "none";
  std::string last_arguments_;
  unsigned names_made_ = 0;
};

}  // namespace rtcmc::test
