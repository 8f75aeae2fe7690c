// SPDX-License-Identifier: LGPL-2.1-or-later
#include "pages.hpp"

#include <utility>

extern "C" {
#include "rtcmc-web.h"
}

#include "server/viewer_page.hpp"
#include "web_root.hpp"

namespace rtcmc::program {

std::unique_ptr<server::Content> make_pages(const Settings& settings) {
  auto built_in = std::make_unique<server::ViewerPage>(rtcmc_web_get_resource());
  if (settings.web_root.empty()) {
    return built_in;
  }
  return std::make_unique<WebRoot>(settings.web_root, settings.max_file_size, std::move(built_in));
}

}  // namespace rtcmc::program
