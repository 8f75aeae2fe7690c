// SPDX-License-Identifier: LGPL-2.1-or-later
#include "send/source.hpp"

#include <algorithm>
#include <string_view>

#include "media/elements.hpp"
#include "media/rtp_elements.hpp"
#include "send/encoder_catalog.hpp"

namespace rtcmc::send {

namespace {

const char* raw_name(rtp::Kind kind) {
  return kind == rtp::Kind::Audio ? "audio/x-raw" : "video/x-raw";
}

std::string memory_of(const GstCapsFeatures* features) {
  for (guint i = 0; i < gst_caps_features_get_size(features); ++i) {
    const std::string_view feature = gst_caps_features_get_nth(features, i);
    if (feature.starts_with("memory:")) {
      return std::string(feature);
    }
  }
  return std::string(kSystemMemory);
}

std::optional<Source> classify_rtp(const GstStructure* structure, rtp::Kind kind) {
  const char* name = gst_structure_get_string(structure, "encoding-name");
  const auto codec = name ? rtp::codec_from_name(name) : std::nullopt;
  return codec && rtp::info(*codec).kind == kind ? std::optional(Source{Form::Rtp, codec, ""}) : std::nullopt;
}

/// Opus in more than two channels is another codec in RTP, which browsers do not have.
bool is_multichannel(const GstStructure* structure) {
  int family = 0;
  return gst_structure_get_int(structure, "channel-mapping-family", &family) != FALSE && family != 0;
}

std::vector<rtp::Codec> candidates(const std::vector<rtp::Codec>& allowed, rtp::Kind kind) {
  return allowed.empty() ? automatic_codecs(kind) : allowed;
}

bool is_allowed(rtp::Codec codec, const std::vector<rtp::Codec>& allowed) {
  return allowed.empty() || std::ranges::find(allowed, codec) != allowed.end();
}

}  // namespace

std::optional<Source> classify(GstCaps* caps, rtp::Kind kind) {
  const GstStructure* structure = gst_caps_get_structure(caps, 0);
  const std::string_view name = gst_structure_get_name(structure);
  if (name == raw_name(kind)) {
    return Source{Form::Raw, std::nullopt, memory_of(gst_caps_get_features(caps, 0))};
  }
  if (name == "application/x-rtp") {
    return classify_rtp(structure, kind);
  }
  for (const rtp::CodecInfo& info : rtp::kCodecs) {
    const auto encoded = parse_caps(std::string(rtp_elements(info.codec).encoded));
    if (info.kind == kind && gst_caps_is_subset(caps, encoded.get()) && !is_multichannel(structure)) {
      return Source{Form::Encoded, info.codec, ""};
    }
  }
  return std::nullopt;
}

std::string describe(const Source& source) {
  const std::string codec = source.codec ? std::string(rtp::info(*source.codec).encoding_name) : "raw";
  return source.form == Form::Rtp ? codec + " in RTP" : codec;
}

std::string refused_text(GstCaps* caps, rtp::Kind kind, const std::string& pad) {
  const GstStructure* structure = gst_caps_get_structure(caps, 0);
  const auto source = classify(caps, kind);
  std::string what = gst_structure_get_name(structure);
  std::string advice = "Put a decoder before the room (decodebin).";
  if (source && source->form == Form::Raw) {
    what = "Raw video in " + source->memory;
    advice =
        "No installed encoder takes it from there: have it brought into the system's memory (v4l2src: io-mode=mmap; "
        "vapostproc, gldownload), or install the hardware's encoder.";
  } else if (source) {
    what = describe(*source);
    advice = std::string(kind == rtp::Kind::Video ? "video-codecs" : "audio-codecs") +
             " does not have it: add it there, or put a decoder before the room (decodebin).";
  } else if (const char* name = gst_structure_get_string(structure, "encoding-name")) {
    what = std::string(name) + " in RTP";
  }
  return what + " arrives at " + pad + ", and cannot be sent. " + advice;
}

glib::Ref<GstCaps> acceptable_caps(rtp::Kind kind, const std::vector<rtp::Codec>& allowed) {
  auto result = glib::Ref<GstCaps>::adopt(gst_caps_new_empty());
  if (kind == rtp::Kind::Video) {
    for (const rtp::Codec codec : candidates(allowed, kind)) {
      gst_caps_append(result.get(), special_memory_caps(codec).release());
    }
  }
  gst_caps_append(result.get(), gst_caps_new_empty_simple(raw_name(kind)));
  for (const rtp::CodecInfo& info : rtp::kCodecs) {
    if (info.kind == kind && is_allowed(info.codec, allowed)) {
      gst_caps_append(result.get(), parse_caps(std::string(rtp_elements(info.codec).encoded)).release());
      gst_caps_append(
          result.get(),
          gst_caps_new_simple("application/x-rtp", "media", G_TYPE_STRING, kind == rtp::Kind::Audio ? "audio" : "video",
                              "encoding-name", G_TYPE_STRING, std::string(info.encoding_name).c_str(), nullptr));
    }
  }
  return result;
}

std::vector<rtp::Codec> sendable_codecs(const Source& source, rtp::Kind kind, const std::vector<rtp::Codec>& allowed) {
  if (source.codec) {
    const bool is_sendable =
        is_allowed(*source.codec, allowed) && (source.form == Form::Rtp || can_payload(*source.codec));
    return is_sendable ? std::vector{*source.codec} : std::vector<rtp::Codec>();
  }
  std::vector<rtp::Codec> codecs = candidates(allowed, kind);
  std::erase_if(codecs,
                [&source](rtp::Codec codec) { return !can_payload(codec) || !can_encode(codec, source.memory); });
  return codecs;
}

std::string not_sendable_text(const Source& source, rtp::Kind kind, const std::vector<rtp::Codec>& allowed) {
  if (source.codec) {
    return no_payloader_text(*source.codec);
  }
  const std::vector<rtp::Codec> codecs = candidates(allowed, kind);
  const auto encodable =
      std::ranges::find_if(codecs, [&source](rtp::Codec codec) { return can_encode(codec, source.memory); });
  return encodable == codecs.end() ? no_encoder_text(codecs) : no_payloader_text(*encodable);
}

}  // namespace rtcmc::send
