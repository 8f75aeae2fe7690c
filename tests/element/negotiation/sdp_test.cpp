// SPDX-License-Identifier: LGPL-2.1-or-later
#include "peer/sdp.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "glib/ref.hpp"

namespace rtcmc {
namespace {

constexpr const char* kFingerprint =
    "a=fingerprint:sha-256 "
    "5C:1F:8B:A0:37:6A:2D:5D:0B:37:6E:64:8C:0A:1E:35:6B:DC:8D:22:5C:1F:8B:A0:37:6A:2D:5D:0B:37:6E:64\r\n";

std::string session(const std::string& bundle) {
  return "v=0\r\no=- 46117317 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE " + bundle + "\r\n";
}

std::string transport(const std::string& mid) {
  return "c=IN IP4 0.0.0.0\r\na=ice-ufrag:Ab1d\r\na=ice-pwd:0123456789abcdef01234567\r\n" + std::string(kFingerprint) +
         "a=setup:actpass\r\na=mid:" + mid + "\r\na=rtcp-mux\r\n";
}

std::string video(const std::string& mid, const std::string& direction = "recvonly") {
  return "m=video 9 UDP/TLS/RTP/SAVPF 96 97 102 104 98\r\n" + transport(mid) +
         "a=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid\r\n"
         "a=extmap:3 http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01\r\n"
         "a=extmap:5 http://www.webrtc.org/experiments/rtp-hdrext/playout-delay\r\n"
         "a=" +
         direction +
         "\r\n"
         "a=rtpmap:96 VP8/90000\r\na=rtcp-fb:96 nack\r\na=rtcp-fb:96 nack pli\r\na=rtcp-fb:96 transport-cc\r\n"
         "a=rtpmap:97 rtx/90000\r\na=fmtp:97 apt=96\r\n"
         "a=rtpmap:102 H264/90000\r\na=fmtp:102 packetization-mode=0;profile-level-id=42e01f\r\n"
         "a=rtpmap:104 H264/90000\r\na=fmtp:104 packetization-mode=1;profile-level-id=42e01f\r\n"
         "a=rtpmap:98 VP9/90000\r\na=fmtp:98 profile-id=2\r\n";
}

std::string audio(const std::string& mid) {
  return "m=audio 9 UDP/TLS/RTP/SAVPF 111 0\r\n" + transport(mid) +
         "a=recvonly\r\na=rtpmap:111 opus/48000/2\r\na=fmtp:111 minptime=10;useinbandfec=1\r\na=rtpmap:0 PCMU/8000\r\n";
}

sdp::Description parsed(const std::string& text) {
  auto result = sdp::parse(text);
  if (const auto* fault = std::get_if<std::string>(&result)) {
    ADD_FAILURE() << *fault;
    return {};
  }
  return std::move(std::get<sdp::Description>(result));
}

TEST(Sdp, OnlyTheCandidatesAskedForStay) {
  const std::string candidate = "a=candidate:1 1 udp 2122260223 127.0.0.1 ";
  const sdp::Description offer = parsed(session("0 1") + audio("0") + candidate + "1001 typ host\r\n" + candidate +
                                        "1002 typ host\r\n" + video("1") + candidate + "1003 typ host\r\n");
  std::vector<std::size_t> asked;
  sdp::filter_candidates(offer.message.get(), [&asked](std::size_t section, std::string_view text) {
    asked.push_back(section);
    return text.find("1002") != std::string_view::npos;
  });
  EXPECT_EQ(asked, (std::vector<std::size_t>{0, 0, 1}));
  const glib::String text(gst_sdp_message_as_text(offer.message.get()));
  const std::string_view left = text.get();
  EXPECT_EQ(left.find("1001"), std::string_view::npos);
  EXPECT_NE(left.find("1002"), std::string_view::npos);
  EXPECT_EQ(left.find("1003"), std::string_view::npos);
}

TEST(Sdp, ReadsWhatABrowserOffers) {
  const sdp::Description offer = parsed(session("0 1") + audio("0") + video("1"));
  ASSERT_EQ(offer.sections.size(), 2U);
  const sdp::Section& section = offer.sections[1];
  EXPECT_EQ(section.kind, sdp::MediaKind::Video);
  EXPECT_EQ(section.mid, "1");
  EXPECT_EQ(section.direction, sdp::Direction::RecvOnly);
  EXPECT_FALSE(section.rejected);
  EXPECT_EQ(section.mid_extension_id, 4);
  EXPECT_EQ(section.transport_number_id, 3);
  EXPECT_EQ(section.playout_delay_extension_id, 5);
  EXPECT_EQ(offer.sections[0].playout_delay_extension_id, std::nullopt);
  EXPECT_EQ(section.ice_ufrag, "Ab1d");
}

TEST(Sdp, FindsTheFormatThatOurPacketsFit) {
  const sdp::Description offer = parsed(session("0 1") + audio("0") + video("1"));
  const sdp::Format* h264 = sdp::find_format(offer.sections[1], rtp::Codec::H264);
  ASSERT_NE(h264, nullptr);
  EXPECT_EQ(h264->payload_type, 104) << "packetization-mode=0 cannot carry our packets";
  EXPECT_EQ(sdp::find_format(offer.sections[1], rtp::Codec::Vp9), nullptr) << "profile 2 is not what we encode";
  EXPECT_EQ(sdp::find_format(offer.sections[1], rtp::Codec::Vp8)->payload_type, 96);
  EXPECT_EQ(sdp::find_format(offer.sections[0], rtp::Codec::Opus)->payload_type, 111);
  EXPECT_EQ(sdp::find_format(offer.sections[0], rtp::Codec::Pcmu)->payload_type, 0);
  EXPECT_EQ(sdp::find_format(offer.sections[0], rtp::Codec::Vp8), nullptr);
}

TEST(Sdp, RefusesWhatWebrtcbinCannotTake) {
  const std::string good = session("0") + video("0");
  const auto without = [&good](const std::string& line) {
    std::string text = good;
    for (auto at = text.find(line); at != std::string::npos; at = text.find(line)) {
      text.erase(at, text.find("\r\n", at) + 2 - at);
    }
    return sdp::parse(text);
  };
  const auto is_refused = [](const auto& result) { return std::holds_alternative<std::string>(result); };
  EXPECT_FALSE(is_refused(sdp::parse(good)));
  EXPECT_TRUE(is_refused(sdp::parse("")));
  EXPECT_TRUE(is_refused(sdp::parse("not SDP at all")));
  EXPECT_TRUE(is_refused(without("a=mid:")));
  EXPECT_TRUE(is_refused(without("a=ice-ufrag:")));
  EXPECT_TRUE(is_refused(without("a=ice-pwd:")));
  EXPECT_TRUE(is_refused(without("a=fingerprint:")));
  EXPECT_TRUE(is_refused(without("a=setup:")));
  EXPECT_TRUE(is_refused(sdp::parse(session("0") + video("0") + video("0")))) << "two sections of one name";
  const auto data = [](const std::string& mid) {
    return "m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\n" + transport(mid) + "a=sctp-port:5000\r\n";
  };
  EXPECT_FALSE(is_refused(sdp::parse(session("0") + data("0"))));
  EXPECT_TRUE(is_refused(sdp::parse(session("0 1") + data("0") + data("1")))) << "two for data";
}

TEST(Sdp, ARejectedSectionNeedsNoTransport) {
  const std::string rejected = "m=audio 0 UDP/TLS/RTP/SAVPF 0\r\nc=IN IP4 0.0.0.0\r\na=inactive\r\na=mid:1\r\n";
  const sdp::Description answer = parsed(session("0") + video("0") + rejected);
  ASSERT_EQ(answer.sections.size(), 2U);
  EXPECT_TRUE(answer.sections[1].rejected);
  EXPECT_EQ(answer.sections[1].ice_ufrag, answer.sections[0].ice_ufrag);
}

TEST(Sdp, ADescriptionMustContinueTheOneBefore) {
  const auto one = parsed(session("0") + video("0"));
  const auto two = parsed(session("0 1") + video("0") + video("1"));
  const auto renamed = parsed(session("5") + video("5"));
  EXPECT_FALSE(sdp::check_continuity(one.sections, two.sections, false));
  EXPECT_TRUE(sdp::check_continuity(one.sections, two.sections, true)) << "an answer adds nothing";
  EXPECT_TRUE(sdp::check_continuity(two.sections, one.sections, false)) << "a section is gone";
  EXPECT_TRUE(sdp::check_continuity(one.sections, renamed.sections, true));
}

TEST(Sdp, OpusIsPublishedAsStereo) {
  const sdp::PublishedSection taken{sdp::Direction::RecvOnly, false, "", "t", {}, {}, {}};
  for (const char* given : {"minptime=10;useinbandfec=1", "minptime=10;useinbandfec=1;stereo=0"}) {
    std::string section = audio("0");
    section.replace(section.find("minptime=10;useinbandfec=1"), 26, given);
    const std::string text = sdp::publish(parsed(session("0") + section).message.get(), {taken});
    EXPECT_NE(text.find("a=fmtp:111 minptime=10;useinbandfec=1;stereo=1;sprop-stereo=1\r\n"), std::string::npos)
        << text;
    EXPECT_EQ(text.find("stereo=0"), std::string::npos) << text;
  }
}

struct OpusCase {
  const char* given;
  sdp::OpusWish wish;
  const char* said;
  bool takes_repetitions;  // who gave it
};

TEST(Sdp, OfOpusWeSayWhatWeWouldHave) {
  constexpr sdp::OpusWish kUsual{};
  constexpr sdp::OpusWish kAll{.repetitions = true, .pauses = true};
  constexpr sdp::OpusWish kNone{.repetitions = false, .pauses = false};
  const std::vector<OpusCase> cases{
      {"", kUsual, "useinbandfec=1;stereo=1;sprop-stereo=1", false},
      {"minptime=10", kUsual, "minptime=10;useinbandfec=1;stereo=1;sprop-stereo=1", false},
      {"minptime=10;useinbandfec=1", kUsual, "minptime=10;useinbandfec=1;stereo=1;sprop-stereo=1", true},
      {"minptime=10;useinbandfec=1", kAll, "minptime=10;useinbandfec=1;usedtx=1;stereo=1;sprop-stereo=1", true},
      {"minptime=10;useinbandfec=1", kNone, "minptime=10;useinbandfec=0;stereo=1;sprop-stereo=1", true},
      {"useinbandfec=0;usedtx=1", kUsual, "useinbandfec=1;stereo=1;sprop-stereo=1", false},
      {"minptime=10;useinbandfec=1; stereo=1; sprop-stereo=1; useinbandfec=0", kUsual,
       "minptime=10;useinbandfec=1;stereo=1;sprop-stereo=1", false},
      {" usedtx=1 ; useinbandfec=1; maxaveragebitrate=20000;;", kUsual,
       "maxaveragebitrate=20000;useinbandfec=1;stereo=1;sprop-stereo=1", true},
      {"x-useinbandfec=1;useinbandfec=10", kUsual, "x-useinbandfec=1;useinbandfec=1;stereo=1;sprop-stereo=1", false},
  };
  for (const OpusCase& each : cases) {
    EXPECT_EQ(sdp::opus_parameters(each.given, each.wish), each.said) << each.given;
    EXPECT_EQ(sdp::takes_repetitions(each.given), each.takes_repetitions) << each.given;
  }
  std::string section = audio("0");
  section.replace(section.find("minptime=10;useinbandfec=1"), 26, "minptime=10;useinbandfec=0");
  const sdp::PublishedSection taken{sdp::Direction::RecvOnly, false, "", "t", {}, {}, {}};
  const std::string text = sdp::publish(parsed(session("0") + section).message.get(), {taken}, kAll);
  EXPECT_NE(text.find("a=fmtp:111 minptime=10;useinbandfec=1;usedtx=1;stereo=1;sprop-stereo=1\r\n"), std::string::npos)
      << text;
}

TEST(Sdp, PublishesTrueDirectionsAndOurStreamId) {
  const auto local = parsed(session("0") + video("0", "sendrecv"));
  const std::string text = sdp::publish(local.message.get(), {{.direction = sdp::Direction::SendOnly,
                                                               .rejected = false,
                                                               .stream_id = "garden",
                                                               .track_id = "cam",
                                                               .mid_extension_id = 4,
                                                               .transport_number_id = std::nullopt,
                                                               .format = std::nullopt,
                                                               .playout_delay_extension_id = 6}});
  EXPECT_NE(text.find("a=sendonly"), std::string::npos) << text;
  EXPECT_EQ(text.find("a=sendrecv"), std::string::npos) << text;
  EXPECT_NE(text.find("a=msid:garden cam"), std::string::npos) << text;
  EXPECT_NE(text.find("urn:ietf:params:rtp-hdrext:sdes:mid"), std::string::npos) << text;
  EXPECT_NE(text.find("a=extmap:6 http://www.webrtc.org/experiments/rtp-hdrext/playout-delay"), std::string::npos);
  EXPECT_EQ(text.find("transport-wide-cc"), std::string::npos) << text;
  EXPECT_EQ(text.find("transport-cc"), std::string::npos) << text;
}

TEST(Sdp, ReadsHowMuchIsWantedAtMost) {
  struct Case {
    const char* lines;
    std::optional<std::uint64_t> expected;
  };
  for (const auto& [lines, expected] : std::vector<Case>{{"", std::nullopt},
                                                         {"b=TIAS:500000\r\n", 500'000},
                                                         {"b=AS:500\r\n", 459'000},
                                                         {"b=AS:500\r\nb=TIAS:300000\r\n", 300'000},
                                                         {"b=TIAS:300000\r\nb=AS:500\r\n", 300'000},
                                                         {"b=AS:10\r\n", 5'000},
                                                         {"b=AS:4294967\r\n", 4'080'202'650},
                                                         {"b=AS:0\r\n", std::nullopt},
                                                         {"b=TIAS:0\r\n", std::nullopt},
                                                         {"b=RS:0\r\nb=RR:1000\r\n", std::nullopt},
                                                         {"b=X-YZ:128\r\n", std::nullopt}}) {
    // Pages write them in the place where the grammar has them, and in others.
    for (const char* place : {"c=IN IP4 0.0.0.0\r\n", "a=mid:0\r\n"}) {
      std::string text = session("0") + video("0");
      text.insert(text.find(place) + std::string_view(place).size(), lines);
      EXPECT_EQ(parsed(text).sections.at(0).max_bitrate, expected) << text;
    }
  }
}

TEST(Sdp, PublishesHowMuchIsWantedAtMost) {
  const auto local = parsed(session("0") + video("0", "sendrecv"));
  const auto published = [&](sdp::Direction direction) {
    return sdp::publish(local.message.get(), {{.direction = direction,
                                               .rejected = false,
                                               .stream_id = "garden",
                                               .track_id = "cam",
                                               .mid_extension_id = std::nullopt,
                                               .transport_number_id = std::nullopt,
                                               .format = std::nullopt,
                                               .max_bitrate = 250'000}});
  };
  const std::string text = published(sdp::Direction::SendRecv);
  EXPECT_NE(text.find("\r\nb=TIAS:250000\r\nb=AS:250\r\n"), std::string::npos) << text;
  EXPECT_EQ(parsed(text).sections.at(0).max_bitrate, 250'000);
  EXPECT_EQ(published(sdp::Direction::SendOnly).find("b="), std::string::npos) << "nothing is to be sent";
}

TEST(Sdp, PublishesTransportWideNumbersWithTheirFeedback) {
  const auto local = parsed(session("0 1") + audio("0") + video("1"));
  EXPECT_EQ(local.sections[0].transport_number_id, std::nullopt);
  const sdp::PublishedSection numbered{sdp::Direction::SendOnly, false, "s", "t", {}, std::uint8_t{7}, {}};
  sdp::say_transport_numbers(local.message.get(), {numbered, numbered});
  const sdp::Description published = parsed(sdp::publish(local.message.get(), {numbered, numbered}));
  const glib::String text(gst_sdp_message_as_text(published.message.get()));
  for (const sdp::Section& section : published.sections) {
    EXPECT_EQ(section.transport_number_id, 7) << text.get();
  }
  for (const char* feedback : {"a=rtcp-fb:111 transport-cc", "a=rtcp-fb:96 transport-cc"}) {
    EXPECT_NE(std::string_view(text.get()).find(feedback), std::string_view::npos) << text.get();
  }
}

TEST(Sdp, TransportWideNumbersAreOfNoUseWithoutFeedback) {
  std::string section = video("0");
  constexpr std::string_view kFeedback = "a=rtcp-fb:96 transport-cc\r\n";
  section.erase(section.find(kFeedback), kFeedback.size());
  EXPECT_EQ(parsed(session("0") + section).sections.front().transport_number_id, std::nullopt);
}

TEST(Sdp, TheDtlsRoleIsSetForAllSections) {
  const auto offer = parsed(session("0 1") + audio("0") + video("1"));
  EXPECT_EQ(offer.sections.front().dtls_setup, sdp::DtlsSetup::ActPass);
  sdp::set_dtls_setup(offer.message.get(), sdp::DtlsSetup::Passive);
  const glib::String text(gst_sdp_message_as_text(offer.message.get()));
  EXPECT_EQ(std::string_view(text.get()).find("a=setup:actpass"), std::string_view::npos) << text.get();
  for (const sdp::Section& section : parsed(text.get()).sections) {
    EXPECT_EQ(section.dtls_setup, sdp::DtlsSetup::Passive);
  }
}

TEST(Sdp, ARejectedSectionHasPortZero) {
  const auto local = parsed(session("0 1") + video("0") + video("1"));
  const sdp::PublishedSection kept{sdp::Direction::SendOnly, false, "s", "t", {}, {}, {}};
  const sdp::PublishedSection rejected{sdp::Direction::Inactive, true, "", "t", {}, {}, {}};
  const std::string text = sdp::publish(local.message.get(), {kept, rejected});
  EXPECT_NE(text.find("m=video 0 "), std::string::npos) << text;
}

}  // namespace
}  // namespace rtcmc
