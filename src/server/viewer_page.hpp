// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <optional>
#include <string>
#include <unordered_map>

#include "server/content.hpp"

namespace rtcmc::server {

/// The page that shows a room, at the path that is the room's name, with its modules and our socket.io.js.
class ViewerPage final : public Content {
 public:
  /// `resource`: with the files below /org/rtcmc/web/; static.
  explicit ViewerPage(GResource* resource) : resource_(resource) {}

  [[nodiscard]] std::optional<Item> find(const std::string& path) override;
  /// Of a room's page, relative to that of the list of rooms. As addressOf() in web/viewer/words.js.
  [[nodiscard]] static std::string address_of(const std::string& room_id);

 private:
  [[nodiscard]] std::optional<Item> file(const std::string& name);

  GResource* const resource_;
  std::unordered_map<std::string, Item> files_;  // those that somebody has asked for
};

}  // namespace rtcmc::server
