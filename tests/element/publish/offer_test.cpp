// SPDX-License-Identifier: LGPL-2.1-or-later
#include "publish/offer.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace rtcmc {
namespace {

const std::string kSession = "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\n";
const std::string kVideo = "m=video 9 UDP/TLS/RTP/SAVPF 96\r\na=mid:video0\r\n";
const std::string kAudio = "m=audio 9 UDP/TLS/RTP/SAVPF 97\r\na=mid:audio1\r\n";
const std::string kHost = "candidate:1 1 UDP 2015363327 192.0.2.1 40000 typ host";
const std::string kRelay = "candidate:2 1 UDP 2015363326 192.0.2.2 40001 typ relay";

TEST(Offer, HasCandidatesWhereTheyBelong) {
  EXPECT_EQ(with_candidates(kSession + kVideo + kAudio, {{kHost, "video0", 0}, {kRelay, "video0", 0}}),
            kSession + kVideo + "a=" + kHost + "\r\na=" + kRelay + "\r\na=end-of-candidates\r\n" + kAudio);
  EXPECT_EQ(with_candidates(kSession + kVideo + kAudio, {{kHost, "audio1", 1}}),
            kSession + kVideo + kAudio + "a=" + kHost + "\r\na=end-of-candidates\r\n");
}

TEST(Offer, StaysAsItIsWithoutThem) {
  for (const std::string& sdp : {kSession + kVideo + kAudio, kSession, std::string()}) {
    EXPECT_EQ(with_candidates(sdp, {}), sdp);
  }
  EXPECT_EQ(with_candidates(kSession + kVideo, {{kHost, "none", 7}}), kSession + kVideo);
}

}  // namespace
}  // namespace rtcmc
