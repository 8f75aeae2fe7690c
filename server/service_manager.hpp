// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <string_view>

namespace rtcmc::program {

/// Tells systemd what goes on, like "READY=1" (sd_notify(3)), if it waits for that.
void tell_service_manager(std::string_view state);

}  // namespace rtcmc::program
