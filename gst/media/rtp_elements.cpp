// SPDX-License-Identifier: LGPL-2.1-or-later
#include "media/rtp_elements.hpp"

#include <gst/pbutils/codec-utils.h>
#include <gst/video/video.h>

#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "media/elements.hpp"

namespace rtcmc {

namespace {

// Byte-stream, since h264parse 1.22 would announce AVC before it knows the parameter sets that go with it, upon which
// rtph264pay never comes to an end.
constexpr std::array<RtpElements, rtp::kCodecs.size()> kElements{{
    {rtp::Codec::Vp8, "video/x-vp8", "rtpvp8pay", "rtpvp8depay", "", ""},
    {rtp::Codec::Vp9, "video/x-vp9", "rtpvp9pay", "rtpvp9depay", "vp9parse", ""},
    {rtp::Codec::H264, "video/x-h264", "rtph264pay", "rtph264depay", "h264parse",
     "video/x-h264,stream-format=byte-stream,alignment=au"},
    {rtp::Codec::H265, "video/x-h265", "rtph265pay", "rtph265depay", "h265parse",
     "video/x-h265,stream-format=byte-stream,alignment=au"},
    {rtp::Codec::Av1, "video/x-av1", "rtpav1pay", "rtpav1depay", "av1parse", "video/x-av1,alignment=tu"},
    {rtp::Codec::Opus, "audio/x-opus", "rtpopuspay", "rtpopusdepay", "opusparse", ""},
    {rtp::Codec::G722, "audio/G722,rate=16000,channels=1", "rtpg722pay", "rtpg722depay", "", ""},
    {rtp::Codec::Pcmu, "audio/x-mulaw,rate=8000,channels=1", "rtppcmupay", "rtppcmudepay", "", ""},
    {rtp::Codec::Pcma, "audio/x-alaw,rate=8000,channels=1", "rtppcmapay", "rtppcmadepay", "", ""},
}};

/// Room for SRTP, TURN and a VPN's headers within an Ethernet frame, as browsers leave it.
constexpr std::string_view kMtu = "1200";
constexpr std::string_view kAudioPacketDuration = "20000000";  // ns

/// What all software encoders make for us, and what every browser decodes: constrained baseline, level 3.1.
constexpr std::string_view kDefaultH264Profile = "42e01f";

struct Setting {
  std::string_view property;
  std::string_view value;
};

std::string text(std::string_view view) {
  return std::string(view);
}

void set(GstElement* payloader, std::initializer_list<Setting> settings) {
  for (const auto& [property, value] : settings) {
    set_if_known(payloader, text(property), text(value));
  }
}

/// With `all-headers`, up to GStreamer 1.26 at least, these make rtph264pay and rtph265pay send the parameter sets in
/// front of whatever unit comes next. If that is an access unit delimiter, they go as a picture of their own, marker
/// bit included, which Chromium cannot decode: it asks for a keyframe, and for the next one. Each keyframe has
/// parameter sets in any case (config-interval), so no payloader has any use for these events.
GstPadProbeReturn drop_keyframe_requests(GstPad*, GstPadProbeInfo* info, gpointer) {
  return gst_video_event_is_force_key_unit(gst_pad_probe_info_get_event(info)) ? GST_PAD_PROBE_DROP : GST_PAD_PROBE_OK;
}

/// Of a pause in sound (Opus' DTX), an encoder makes empty packets.
struct Pause {
  bool has_begun = false;
  bool is_to_be_marked = false;
};
constexpr gsize kEmptyOpus = 2;

/// Chromium needs the first one: without, it takes the others for lost, and not for left out. With its property dtx,
/// rtpopuspay would leave out all.
GstPadProbeReturn leave_out_pause(GstPad*, GstPadProbeInfo* info, gpointer data) {
  auto& pause = **static_cast<std::shared_ptr<Pause>*>(data);
  const bool is_empty = gst_buffer_get_size(GST_PAD_PROBE_INFO_BUFFER(info)) <= kEmptyOpus;
  if (is_empty && std::exchange(pause.has_begun, true)) {
    pause.is_to_be_marked = true;
    return GST_PAD_PROBE_DROP;
  }
  pause.has_begun = is_empty;
  return GST_PAD_PROBE_OK;
}

/// RFC 3551, 4.1: the first packet behind a pause has the marker bit.
GstPadProbeReturn mark_end_of_pause(GstPad*, GstPadProbeInfo* info, gpointer data) {
  auto& pause = **static_cast<std::shared_ptr<Pause>*>(data);
  if (std::exchange(pause.is_to_be_marked, false)) {
    GstBuffer* packet = gst_buffer_make_writable(GST_PAD_PROBE_INFO_BUFFER(info));
    GST_PAD_PROBE_INFO_DATA(info) = packet;
    guint8 marker_and_type = 0;
    gst_buffer_extract(packet, 1, &marker_and_type, 1);
    marker_and_type |= 0x80U;
    gst_buffer_fill(packet, 1, &marker_and_type, 1);
  }
  return GST_PAD_PROBE_OK;
}

void leave_out_pauses(GstElement* payloader) {
  const auto pause = std::make_shared<Pause>();
  const auto add = [&pause](const glib::Ref<GstPad>& pad, GstPadProbeCallback probe) {
    gst_pad_add_probe(pad.get(), GST_PAD_PROBE_TYPE_BUFFER, probe, new std::shared_ptr<Pause>(pause),
                      [](gpointer data) { delete static_cast<std::shared_ptr<Pause>*>(data); });
  };
  add(static_pad(payloader, "sink"), leave_out_pause);
  add(static_pad(payloader, "src"), mark_end_of_pause);
}

void set_up(GstElement* payloader, rtp::Codec codec) {
  switch (codec) {
    case rtp::Codec::Vp8:
    case rtp::Codec::Vp9:
      set(payloader, {{"picture-id-mode", "15-bit"}});
      break;
    case rtp::Codec::H264:
    case rtp::Codec::H265:
      set(payloader, {{"config-interval", "-1"}, {"aggregate-mode", "zero-latency"}});
      break;
    case rtp::Codec::Av1:
      break;
    case rtp::Codec::Opus:
      leave_out_pauses(payloader);
      break;
    case rtp::Codec::G722:
    case rtp::Codec::Pcmu:
    case rtp::Codec::Pcma:
      set(payloader, {{"min-ptime", kAudioPacketDuration}, {"max-ptime", kAudioPacketDuration}});
      break;
  }
}

/// What is offered for a level_idc. Chromium refuses a description with 1b (9), which 1.1 (11) includes.
constexpr guint offered_level(guint level_idc) {
  return level_idc == 9 ? 11 : level_idc;
}

struct H264Profile {
  std::string_view name;  // as in video/x-h264 caps
  std::string_view idc_and_flags;
};
constexpr std::array<H264Profile, 13> kH264Profiles{{{"constrained-baseline", "42e0"},
                                                     {"baseline", "4200"},
                                                     {"main", "4d00"},
                                                     {"extended", "5800"},
                                                     {"high", "6400"},
                                                     {"constrained-high", "640c"},
                                                     {"progressive-high", "6408"},
                                                     {"high-10", "6e00"},
                                                     {"high-10-intra", "6e10"},
                                                     {"high-4:2:2", "7a00"},
                                                     {"high-4:2:2-intra", "7a10"},
                                                     {"high-4:4:4", "f400"},
                                                     {"high-4:4:4-intra", "f410"}}};

/// From what a parser or encoder says of the stream in words: profile=high, level=3.1. Of what it does not say, the
/// default takes the place.
std::optional<std::string> h264_profile_in_words(const GstStructure* structure) {
  const char* profile = gst_structure_get_string(structure, "profile");
  const char* level = gst_structure_get_string(structure, "level");
  const guint level_idc = level ? offered_level(gst_codec_utils_h264_get_level_idc(level)) : 0;
  const auto* known = profile ? std::ranges::find(kH264Profiles, profile, &H264Profile::name) : kH264Profiles.end();
  if (known == kH264Profiles.end() && level_idc == 0) {
    return std::nullopt;
  }
  std::string id = text(known == kH264Profiles.end() ? kDefaultH264Profile.substr(0, 4) : known->idc_and_flags);
  const glib::String level_hex(g_strdup_printf("%02x", level_idc));
  return id + (level_idc == 0 ? text(kDefaultH264Profile.substr(4)) : level_hex.get());
}

/// From an RTP payloader's caps, or from an encoded stream's codec_data: bytes 1 to 3 of an
/// AVCDecoderConfigurationRecord (ISO/IEC 14496-15) are those of profile-level-id.
std::optional<std::string> h264_profile(GstCaps* known) {
  if (!known || gst_caps_is_empty(known) || gst_caps_is_any(known)) {
    return std::nullopt;
  }
  const GstStructure* structure = gst_caps_get_structure(known, 0);
  if (const char* id = gst_structure_get_string(structure, "profile-level-id")) {
    const std::string_view said(id);
    return said.size() == 6 && said.ends_with("09") ? text(said.substr(0, 4)) + "0b" : text(said);
  }
  const GValue* value = gst_structure_get_value(structure, "codec_data");
  if (!value || !GST_VALUE_HOLDS_BUFFER(value)) {
    return h264_profile_in_words(structure);
  }
  std::array<std::uint8_t, 4> start{};
  if (gst_buffer_extract(gst_value_get_buffer(value), 0, start.data(), start.size()) != start.size()) {
    return std::nullopt;
  }
  const glib::String hex(g_strdup_printf("%02x%02x%02x", start[1], start[2], offered_level(start[3])));
  return std::string(hex.get());
}

}  // namespace

const RtpElements& rtp_elements(rtp::Codec codec) {
  return kElements.at(static_cast<std::size_t>(codec));
}

bool can_payload(rtp::Codec codec) {
  const RtpElements& elements = rtp_elements(codec);
  return is_installed(text(elements.payloader)) && (elements.parsed.empty() || is_installed(text(elements.parser)));
}

std::string no_payloader_text(rtp::Codec codec) {
  const RtpElements& elements = rtp_elements(codec);
  const bool has_payloader = is_installed(text(elements.payloader));
  const std::string_view missing = has_payloader ? elements.parser : elements.payloader;
  const char* plugin_set = has_payloader ? "bad" : codec == rtp::Codec::Av1 ? "rs" : "good";
  return "The GStreamer element " + text(missing) + " is missing, without which " +
         text(rtp::info(codec).encoding_name) +
         " cannot be sent. On Debian, install the package gstreamer1.0-plugins-" + plugin_set + ".";
}

glib::Ref<GstElement> make_parser(rtp::Codec codec) {
  const std::string_view name = rtp_elements(codec).parser;
  auto parser = name.empty() ? nullptr : make_installed(text(name));
  if (parser && codec == rtp::Codec::H265) {
    // rtph265pay has parameter sets go ahead of IDR pictures, not of the CRA pictures that x265 makes on request.
    set(parser.get(), {{"config-interval", "-1"}});
  }
  return parser;
}

glib::Ref<GstElement> make_payloader(rtp::Codec codec, const RtpStream& stream, std::uint16_t first_sequence) {
  auto payloader = make_installed(text(rtp_elements(codec).payloader));
  if (payloader) {
    set(payloader.get(), {{"mtu", kMtu},
                          {"pt", std::to_string(rtp::info(codec).payload_type)},
                          {"ssrc", std::to_string(stream.ssrc)},
                          {"timestamp-offset", std::to_string(stream.timestamp_offset)},
                          {"seqnum-offset", std::to_string(first_sequence)}});
    set_up(payloader.get(), codec);
    gst_pad_add_probe(static_pad(payloader.get(), "sink").get(), GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM,
                      drop_keyframe_requests, nullptr, nullptr);
  }
  return payloader;
}

glib::Ref<GstCaps> rtp_caps(rtp::Codec codec, std::initializer_list<GstCaps*> known) {
  const rtp::CodecInfo& info = rtp::info(codec);
  auto caps = glib::Ref<GstCaps>::adopt(gst_caps_new_simple(
      "application/x-rtp", "media", G_TYPE_STRING, info.kind == rtp::Kind::Audio ? "audio" : "video", "encoding-name",
      G_TYPE_STRING, text(info.encoding_name).c_str(), "clock-rate", G_TYPE_INT, static_cast<int>(info.clock_rate),
      nullptr));
  const auto add = [&caps](const char* field, const std::string& value) {
    gst_caps_set_simple(caps.get(), field, G_TYPE_STRING, value.c_str(), nullptr);
  };
  if (codec == rtp::Codec::H264) {
    add("packetization-mode", "1");
    add("level-asymmetry-allowed", "1");
    std::string profile = text(kDefaultH264Profile);
    for (GstCaps* source : known) {
      if (const auto said = h264_profile(source)) {
        profile = *said;
        break;
      }
    }
    add("profile-level-id", profile);
  } else if (codec == rtp::Codec::Opus) {
    add("encoding-params", "2");  // RFC 7587: always two, whatever is in the packets
    add("minptime", "10");
  }
  return caps;
}

}  // namespace rtcmc
