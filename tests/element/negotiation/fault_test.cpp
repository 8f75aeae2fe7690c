// SPDX-License-Identifier: LGPL-2.1-or-later
#include <gtest/gtest.h>

#include <array>
#include <string>

#include "peer/webrtcbin.hpp"

namespace rtcmc {
namespace {

TEST(ConnectionFault, NamesTheLayerThatIsToBlame) {
  struct Case {
    GstWebRTCPeerConnectionState state;
    GstWebRTCICEConnectionState ice_state;
    const char* part;
  };
  const std::array<Case, 8> cases{{
      {GST_WEBRTC_PEER_CONNECTION_STATE_CONNECTING, GST_WEBRTC_ICE_CONNECTION_STATE_NEW, "yet (ICE)"},
      {GST_WEBRTC_PEER_CONNECTION_STATE_CONNECTING, GST_WEBRTC_ICE_CONNECTION_STATE_CHECKING, "yet (ICE)"},
      {GST_WEBRTC_PEER_CONNECTION_STATE_FAILED, GST_WEBRTC_ICE_CONNECTION_STATE_FAILED, "ICE failed"},
      {GST_WEBRTC_PEER_CONNECTION_STATE_DISCONNECTED, GST_WEBRTC_ICE_CONNECTION_STATE_DISCONNECTED, "interrupted"},
      {GST_WEBRTC_PEER_CONNECTION_STATE_FAILED, GST_WEBRTC_ICE_CONNECTION_STATE_CONNECTED, "encryption failed"},
      {GST_WEBRTC_PEER_CONNECTION_STATE_CONNECTING, GST_WEBRTC_ICE_CONNECTION_STATE_COMPLETED, "not agreed on"},
      {GST_WEBRTC_PEER_CONNECTION_STATE_CLOSED, GST_WEBRTC_ICE_CONNECTION_STATE_CLOSED, "closed"},
      {GST_WEBRTC_PEER_CONNECTION_STATE_CONNECTED, GST_WEBRTC_ICE_CONNECTION_STATE_CONNECTED, "any more"},
  }};
  for (const Case& each : cases) {
    const std::string fault = connection_fault(each.state, each.ice_state);
    EXPECT_NE(fault.find(each.part), std::string::npos) << fault << " does not say " << each.part;
  }
}

}  // namespace
}  // namespace rtcmc
