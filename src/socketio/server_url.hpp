// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <glib.h>

#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "glib/ref.hpp"

namespace rtcmc::socketio {

/// Keys and values of a URL's query, not yet percent-encoded.
using Query = std::vector<std::pair<std::string, std::string>>;

enum class Scheme { Http, WebSocket };

/// Where a Socket.IO server is. The URL's path is a prefix for `socket.io/` (or ends with it already), its query is
/// sent along, its fragment is not.
class ServerUrl {
 public:
  /// The URL, or a sentence that says what is wrong with it.
  [[nodiscard]] static std::variant<ServerUrl, std::string> parse(const std::string& url);

  /// The URL of one request, with TLS or without as the server's own.
  [[nodiscard]] glib::Ref<GUri> request(Scheme scheme, const Query& query) const;

  [[nodiscard]] std::string host() const { return g_uri_get_host(uri_.get()); }

  /// For people: without user, password and query.
  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  ServerUrl(glib::Ref<GUri> uri, bool tls);

  glib::Ref<GUri> uri_;
  bool tls_;
  std::string path_;
  std::string text_;
};

}  // namespace rtcmc::socketio
