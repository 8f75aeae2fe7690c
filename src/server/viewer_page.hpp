// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "server/content.hpp"

namespace rtcmc::server {

/// The page that shows a room, at the path that is the room's name, with its modules and our socket.io.js.
class ViewerPage final : public Content {
 public:
  /// `resource`: with the files below /org/rtcmc/web/; static.
  explicit ViewerPage(GResource* resource) : resource_(resource) {}

  [[nodiscard]] std::optional<Item> find(const std::string& path) override;

 private:
  [[nodiscard]] std::optional<Item> file(const std::string& name) const;

  GResource* const resource_;
};

}  // namespace rtcmc::server
