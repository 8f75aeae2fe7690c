// SPDX-License-Identifier: LGPL-2.1-or-later
#include "send/log.hpp"

#include <mutex>

GST_DEBUG_CATEGORY(rtcmc_send_debug);

namespace rtcmc::send {

void init_logging() {
  static std::once_flag once;
  std::call_once(once,
                 [] { GST_DEBUG_CATEGORY_INIT(rtcmc_send_debug, "rtcmcsend", 0, "RTCMultiConnection room: tracks"); });
}

}  // namespace rtcmc::send
