// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rtcmc::room {

/// STUN and TURN servers, by the URIs that webrtcbin takes. Pure.
///
/// A server is added by such a URI or by a browser's (RFC 7064, RFC 7065), which has no slashes: stun:example.org.
struct IceServers {
  std::vector<std::string> stun;  // stun://host:port
  std::vector<std::string> turn;  // turn(s)://user:password@host:port?transport=…

  /// What is wrong with it, if anything is; then it is not added. `userinfo` ("user:password", percent-encoded) is for
  /// a TURN server whose URI has none.
  [[nodiscard]] std::optional<std::string> add(const std::string& uri, const std::string& userinfo = {});

  /// Adds those of a page's `connection.iceServers` in JSON: a list of RTCIceServer (WebRTC 1.0, 4.2.4), whose `urls`
  /// is a string or a list. What is wrong with it, if anything is.
  [[nodiscard]] std::optional<std::string> add_list(std::string_view json);
};

}  // namespace rtcmc::room
