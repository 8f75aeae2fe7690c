// SPDX-License-Identifier: LGPL-2.1-or-later
#include "send/encoder_catalog.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <mutex>
#include <set>
#include <thread>

#include "media/elements.hpp"
#include "send/log.hpp"

#define GST_CAT_DEFAULT rtcmc_send_debug

namespace rtcmc::send {

namespace {

/// More threads than this gain nothing in pictures of a conversation's size, and cost latency and bits.
constexpr unsigned kMaxThreads = 4;

glib::Ref<GstPluginFeature> find(const EncoderSpec& spec) {
  GstElementFactory* factory = gst_element_factory_find(std::string(spec.factory).c_str());
  return glib::Ref<GstPluginFeature>::adopt(factory ? GST_PLUGIN_FEATURE(factory) : nullptr);
}

bool is_in(const GstCapsFeatures* features, std::string_view memory) {
  return gst_caps_features_contains(features, std::string(memory).c_str()) != FALSE;
}

bool takes(const EncoderSpec& spec, std::string_view memory) {
  const auto caps = sink_caps_of(std::string(spec.factory));
  for (guint i = 0; i < gst_caps_get_size(caps.get()); ++i) {
    if (is_in(gst_caps_get_features(caps.get(), i), memory)) {
      return true;
    }
  }
  return false;
}

/// The installed encoders of a codec, best first.
std::vector<const EncoderSpec*> candidates(rtp::Codec codec) {
  struct Candidate {
    const EncoderSpec* spec;
    guint rank;
  };
  std::vector<Candidate> found;
  for (const EncoderSpec& spec : encoder_specs()) {
    if (spec.codec != codec) {
      continue;
    }
    if (const auto feature = find(spec)) {
      found.push_back({&spec, gst_plugin_feature_get_rank(feature.get())});
    }
  }
  std::ranges::stable_sort(found, [](const Candidate& a, const Candidate& b) {
    return a.spec->is_hardware != b.spec->is_hardware ? a.spec->is_hardware : a.rank > b.rank;
  });
  std::vector<const EncoderSpec*> specs;
  std::ranges::transform(found, std::back_inserter(specs), &Candidate::spec);
  return specs;
}

std::string v4l2_controls(std::uint32_t bitrate) {
  const std::string rate = std::to_string(bitrate);
  return "controls,video_bitrate=(int)" + rate +
         ",video_bitrate_mode=(int)1,repeat_sequence_header=(int)1,video_gop_size=(int)3000,h264_i_frame_period=(int)"
         "3000;";
}

/// As near as the encoder's property can come to it.
std::string within_range(GstElement* encoder, const std::string& property, std::uint32_t value) {
  GParamSpec* spec = g_object_class_find_property(G_OBJECT_GET_CLASS(encoder), property.c_str());
  std::int64_t result = value;
  if (spec && G_IS_PARAM_SPEC_INT(spec)) {
    result = std::clamp<std::int64_t>(result, G_PARAM_SPEC_INT(spec)->minimum, G_PARAM_SPEC_INT(spec)->maximum);
  } else if (spec && G_IS_PARAM_SPEC_UINT(spec)) {
    result = std::clamp<std::int64_t>(result, G_PARAM_SPEC_UINT(spec)->minimum, G_PARAM_SPEC_UINT(spec)->maximum);
  }
  return std::to_string(result);
}

void set_bitrate(GstElement* encoder, const EncoderSpec& spec, std::uint32_t bitrate) {
  const std::string property(spec.bitrate_property);
  switch (spec.bitrate_unit) {
    case BitrateUnit::Bits:
      set_if_known(encoder, property, within_range(encoder, property, bitrate));
      break;
    case BitrateUnit::Kilobits:
      set_if_known(encoder, property, within_range(encoder, property, bitrate / 1000));
      break;
    case BitrateUnit::V4l2Control:
      set_if_known(encoder, property, v4l2_controls(bitrate));
      break;
    case BitrateUnit::None:
      break;
  }
}

void set_up(GstElement* encoder, const EncoderSpec& spec, std::uint32_t bitrate) {
  for (const EncoderSetting& setting : spec.settings) {
    set_if_known(encoder, std::string(setting.property), std::string(setting.value));
  }
  set_bitrate(encoder, spec, bitrate);
  if (!spec.threads_property.empty()) {
    const unsigned threads = std::clamp(std::thread::hardware_concurrency(), 1U, kMaxThreads);
    set_if_known(encoder, std::string(spec.threads_property), std::to_string(threads));
  }
}

/// A plugin may be installed where its hardware is not: only READY tells.
bool opens(GstElement* encoder) {
  const bool ok = gst_element_set_state(encoder, GST_STATE_READY) != GST_STATE_CHANGE_FAILURE;
  gst_element_set_state(encoder, GST_STATE_NULL);
  return ok;
}

/// Opening hardware takes a while, and what fails once is not asked again.
bool works(const EncoderSpec& spec) {
  if (!spec.is_hardware) {
    return true;
  }
  static std::mutex mutex;  // also serialises the attempts
  static std::map<std::string_view, bool> results;
  const std::lock_guard lock(mutex);
  const auto known = results.find(spec.factory);
  if (known != results.end()) {
    return known->second;
  }
  const auto encoder = make_installed(std::string(spec.factory));
  const bool ok = encoder && opens(encoder.get());
  if (!ok) {
    GST_INFO("%s does not open its hardware: passed over", std::string(spec.factory).c_str());
  }
  results.emplace(spec.factory, ok);
  return ok;
}

}  // namespace

bool can_encode(rtp::Codec codec, std::string_view memory) {
  return std::ranges::any_of(candidates(codec),
                             [memory](const EncoderSpec* spec) { return takes(*spec, memory) && works(*spec); });
}

Encoder make_encoder(rtp::Codec codec, std::string_view memory, std::uint32_t bitrate,
                     const std::vector<std::string>& except) {
  std::vector<std::string> busy;
  for (const EncoderSpec* spec : candidates(codec)) {
    if (!takes(*spec, memory) || !works(*spec) || std::ranges::find(except, spec->factory) != except.end()) {
      continue;
    }
    auto element = make_installed(std::string(spec->factory));
    // What works in principle may be busy now.
    if (element && (!spec->is_hardware || opens(element.get()))) {
      set_up(element.get(), *spec, bitrate);
      return {spec, std::move(element), std::move(busy)};
    }
    busy.emplace_back(spec->factory);
  }
  return {nullptr, nullptr, std::move(busy)};
}

void change_bitrate(GstElement* encoder, const EncoderSpec& spec, std::uint64_t bitrate) {
  // libvpx and libaom take another one at any time, which their properties do not say.
  constexpr std::array<std::string_view, 3> kUnsaid{"vp8enc", "vp9enc", "av1enc"};
  const GParamSpec* property =
      g_object_class_find_property(G_OBJECT_GET_CLASS(encoder), std::string(spec.bitrate_property).c_str());
  const bool is_said = property && (property->flags & GST_PARAM_MUTABLE_PLAYING) != 0;
  if (is_said || std::ranges::find(kUnsaid, spec.factory) != kUnsaid.end()) {
    set_bitrate(encoder, spec, static_cast<std::uint32_t>(std::min<std::uint64_t>(bitrate, G_MAXINT)));
  }
}

void expect_loss(GstElement* encoder, unsigned percent) {
  set_if_known(encoder, "packet-loss-percentage", std::to_string(percent));
}

void leave_out_silence(GstElement* encoder) {
  if (g_object_class_find_property(G_OBJECT_GET_CLASS(encoder), "dtx")) {
    set_if_known(encoder, "dtx", "true");
    // Below, libopus (1.3 to 1.5) does not look at what it hears, and takes nothing for silence.
    set_if_known(encoder, "complexity", "7");
  }
}

glib::Ref<GstCaps> special_memory_caps(rtp::Codec codec) {
  auto result = glib::Ref<GstCaps>::adopt(gst_caps_new_empty());
  for (const EncoderSpec* spec : candidates(codec)) {
    if (!spec->is_hardware || !works(*spec)) {
      continue;
    }
    const auto caps = sink_caps_of(std::string(spec->factory));
    for (guint i = 0; i < gst_caps_get_size(caps.get()); ++i) {
      GstCapsFeatures* features = gst_caps_get_features(caps.get(), i);
      if (!is_in(features, kSystemMemory)) {
        gst_caps_append_structure_full(result.get(), gst_structure_copy(gst_caps_get_structure(caps.get(), i)),
                                       gst_caps_features_copy(features));
      }
    }
  }
  return result;
}

std::vector<rtp::Codec> automatic_codecs(rtp::Kind kind) {
  using rtp::Codec;
  if (kind == rtp::Kind::Audio) {
    return {Codec::Opus, Codec::G722, Codec::Pcmu, Codec::Pcma};
  }
  std::vector<Codec> codecs;
  for (const Codec codec : {Codec::H264, Codec::Vp8, Codec::Vp9, Codec::H265, Codec::Av1}) {
    const auto found = candidates(codec);
    if (std::ranges::any_of(found, [](const EncoderSpec* spec) { return spec->is_hardware && works(*spec); })) {
      codecs.push_back(codec);
    }
  }
  for (const Codec codec : {Codec::Vp8, Codec::H264}) {
    if (std::ranges::find(codecs, codec) == codecs.end()) {
      codecs.push_back(codec);
    }
  }
  return codecs;
}

std::string no_encoder_text(const std::vector<rtp::Codec>& codecs) {
  std::set<std::string> suggestions;
  for (const EncoderSpec& spec : encoder_specs()) {
    if (!spec.package.empty() && std::ranges::find(codecs, spec.codec) != codecs.end()) {
      suggestions.insert(std::string(spec.package) + " (" + std::string(spec.factory) + ")");
    }
  }
  std::string text = "No encoder is installed for any allowed codec: install ";
  for (auto item = suggestions.begin(); item != suggestions.end(); ++item) {
    text += (item == suggestions.begin() ? "" : " or ") + *item;
  }
  return text + ".";
}

}  // namespace rtcmc::send
