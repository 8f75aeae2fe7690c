// SPDX-License-Identifier: LGPL-2.1-or-later
#include "receive/log.hpp"

#include <mutex>

GST_DEBUG_CATEGORY(rtcmc_receive_debug);

namespace rtcmc::receive {

void init_logging() {
  static std::once_flag once;
  std::call_once(once, [] {
    GST_DEBUG_CATEGORY_INIT(rtcmc_receive_debug, "rtcmcreceive", 0, "RTCMultiConnection room: remote streams");
  });
}

}  // namespace rtcmc::receive
