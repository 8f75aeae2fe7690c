// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <memory>

#include "server/content.hpp"
#include "settings.hpp"

namespace rtcmc::program {

/// What browsers see: the folder that the settings name, or else what is built in.
[[nodiscard]] std::unique_ptr<server::Content> make_pages(const Settings& settings);

}  // namespace rtcmc::program
