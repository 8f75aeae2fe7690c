// SPDX-License-Identifier: LGPL-2.1-or-later
#include "receive/decoding.hpp"

#include <gst/video/video.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <iterator>
#include <optional>
#include <utility>
#include <vector>

#include "media/elements.hpp"
#include "media/rtp_elements.hpp"
#include "receive/log.hpp"
#include "receive/pauses.hpp"

#define GST_CAT_DEFAULT rtcmc_receive_debug

namespace rtcmc::receive {

namespace {

struct DecoderPackage {
  rtp::Codec codec;
  const char* package;  // Debian's
};
constexpr std::array<DecoderPackage, rtp::kCodecs.size()> kDecoderPackages{{
    {rtp::Codec::Vp8, "gstreamer1.0-plugins-good"},
    {rtp::Codec::Vp9, "gstreamer1.0-plugins-good"},
    {rtp::Codec::H264, "gstreamer1.0-libav"},
    {rtp::Codec::H265, "gstreamer1.0-libav"},
    {rtp::Codec::Av1, "gstreamer1.0-plugins-bad"},
    {rtp::Codec::Opus, "gstreamer1.0-plugins-base"},
    {rtp::Codec::G722, "gstreamer1.0-libav"},
    {rtp::Codec::Pcmu, "gstreamer1.0-plugins-good"},
    {rtp::Codec::Pcma, "gstreamer1.0-plugins-good"},
}};

std::string name_of(rtp::Codec codec) {
  return std::string(rtp::info(codec).encoding_name);
}

bool is_video(rtp::Codec codec) {
  return rtp::info(codec).kind == rtp::Kind::Video;
}

glib::Ref<GstCaps> raw_caps(rtp::Codec codec) {
  return parse_caps(is_video(codec) ? "video/x-raw(ANY)" : "audio/x-raw(ANY)");
}

struct FactoryListDeleter {
  void operator()(GList* list) const { gst_plugin_feature_list_free(list); }
};
using FactoryList = std::unique_ptr<GList, FactoryListDeleter>;

/// The best-ranked decoder that works: those for hardware are often installed where there is none.
glib::Ref<GstElement> make_decoder(rtp::Codec codec) {
  auto encoded = parse_caps(std::string(rtp_elements(codec).encoded));
  if (is_video(codec)) {
    // Nobody in a room sends transparent pictures, which some decoders are for.
    gst_caps_set_simple(encoded.get(), "codec-alpha", G_TYPE_BOOLEAN, FALSE, nullptr);
  }
  const FactoryList all(gst_element_factory_list_get_elements(
      GST_ELEMENT_FACTORY_TYPE_DECODER |
          (is_video(codec) ? GST_ELEMENT_FACTORY_TYPE_MEDIA_VIDEO : GST_ELEMENT_FACTORY_TYPE_MEDIA_AUDIO),
      GST_RANK_MARGINAL));
  const FactoryList fitting(gst_element_factory_list_filter(all.get(), encoded.get(), GST_PAD_SINK, FALSE));
  for (const GList* item = fitting.get(); item; item = item->next) {
    auto decoder = make_installed(GST_OBJECT_NAME(item->data));
    if (!decoder) {
      continue;
    }
    if (gst_element_set_state(decoder.get(), GST_STATE_READY) != GST_STATE_CHANGE_FAILURE) {
      set_if_known(decoder.get(), "use-inband-fec", "true");
      set_if_known(decoder.get(), "plc", "true");
      return decoder;
    }
    gst_element_set_state(decoder.get(), GST_STATE_NULL);
  }
  return nullptr;
}

/// As the caps come along to a decoder.
GstPadProbeReturn add_colours(GstPad*, GstPadProbeInfo* info, gpointer) {
  GstEvent* event = gst_pad_probe_info_get_event(info);
  if (GST_EVENT_TYPE(event) != GST_EVENT_CAPS) {
    return GST_PAD_PROBE_OK;
  }
  GstCaps* caps = nullptr;
  gst_event_parse_caps(event, &caps);
  const auto coloured = glib::Ref<GstCaps>::adopt(gst_caps_copy(caps));
  gst_caps_set_simple(coloured.get(), "colorimetry", G_TYPE_STRING, GST_VIDEO_COLORIMETRY_BT601, nullptr);
  replace_caps(info, coloured.get());
  return GST_PAD_PROBE_OK;
}

std::string missing(const std::string& what, rtp::Codec codec, const char* package) {
  return "There is no " + what + " for " + name_of(codec) + ". On Debian, install the package " + package + ".";
}

/// The elements in their order, or what is missing.
std::variant<std::vector<glib::Ref<GstElement>>, std::string> make_elements(rtp::Codec codec, Form form) {
  std::vector<glib::Ref<GstElement>> elements;
  auto depayloader = make_installed(std::string(rtp_elements(codec).depayloader));
  if (!depayloader) {
    return missing("depayloader", codec,
                   codec == rtp::Codec::Av1 ? "gstreamer1.0-plugins-rs" : "gstreamer1.0-plugins-good");
  }
  // A picture with a hole in it is of no use: the next keyframe is asked for at once.
  set_if_known(depayloader.get(), "request-keyframe", "true");
  set_if_known(depayloader.get(), "wait-for-keyframe", "true");
  elements.push_back(std::move(depayloader));
  if (auto parser = make_parser(codec)) {
    elements.push_back(std::move(parser));
  }
  if (form == Form::Raw) {
    auto decoder = make_decoder(codec);
    if (!decoder) {
      const auto* known = std::ranges::find(kDecoderPackages, codec, &DecoderPackage::codec);
      return missing("decoder", codec, known->package);
    }
    // VP8 has no other colours, and says none: whoever shows the pictures would guess by their size.
    if (codec == rtp::Codec::Vp8) {
      gst_pad_add_probe(static_pad(decoder.get(), "sink").get(), GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM, add_colours,
                        nullptr, nullptr);
    }
    if (codec == rtp::Codec::Opus) {
      fill_pauses(static_pad(elements.back().get(), "src").get());
    }
    elements.push_back(std::move(decoder));
  }
  return elements;
}

glib::Ref<GstElement> bin_of(const std::vector<glib::Ref<GstElement>>& elements,
                             std::shared_ptr<Containment> containment) {
  static std::atomic<unsigned> counter = 0;
  auto bin = make_decoding_bin("decoding-" + std::to_string(counter++), std::move(containment));
  for (const auto& element : elements) {
    gst_bin_add(GST_BIN(bin.get()), element.get());
  }
  for (std::size_t i = 1; i < elements.size(); ++i) {
    gst_element_link_pads(elements[i - 1].get(), "src", elements[i].get(), "sink");
  }
  add_contained_sink(bin.get(), static_pad(elements.front().get(), "sink").get());
  GstPad* source = gst_ghost_pad_new("src", static_pad(elements.back().get(), "src").get());
  gst_pad_set_active(source, TRUE);
  gst_element_add_pad(bin.get(), source);
  return bin;
}

}  // namespace

Form choose_form(rtp::Codec codec, GstCaps* accepted) {
  if (gst_caps_is_any(accepted)) {
    return Form::Raw;
  }
  struct Choice {
    Form form;
    glib::Ref<GstCaps> caps;
  };
  const std::array<Choice, 3> choices{{{Form::Raw, raw_caps(codec)},
                                       {Form::Encoded, parse_caps(std::string(rtp_elements(codec).encoded))},
                                       {Form::Rtp, rtp_caps(codec)}}};
  for (guint i = 0; i < gst_caps_get_size(accepted); ++i) {
    const auto wish = glib::Ref<GstCaps>::adopt(gst_caps_copy_nth(accepted, i));
    for (const auto& [form, caps] : choices) {
      if (gst_caps_can_intersect(wish.get(), caps.get())) {
        return form;
      }
    }
  }
  return Form::Raw;
}

std::variant<std::unique_ptr<Decoding>, std::string> Decoding::make(GstBin* bin, const DecodingSettings& settings,
                                                                    FaultHandler on_fault) {
  auto made = make_elements(settings.codec, settings.form);
  if (auto* fault = std::get_if<std::string>(&made)) {
    return std::move(*fault);
  }
  const auto& elements = std::get<0>(made);
  auto containment = std::make_shared<Containment>(std::move(on_fault));
  auto inner = bin_of(elements, containment);
  if (settings.form == Form::Raw && is_video(settings.codec)) {
    // Before the decoder by the stream's own headers; behind it in case that these were not what is decoded.
    for (const auto& element : {*std::prev(elements.end(), 2), elements.back()}) {
      add_size_check(static_pad(element.get(), "src").get(), containment, settings.max_picture_size);
    }
  }
  gst_element_set_locked_state(inner.get(), TRUE);
  gst_bin_add(bin, inner.get());
  return std::unique_ptr<Decoding>(new Decoding(std::move(inner), std::move(containment)));
}

Decoding::Decoding(glib::Ref<GstElement> bin, std::shared_ptr<Containment> containment)
    : containment_(std::move(containment)),
      bin_(std::move(bin)),
      sink_(static_pad(bin_.get(), "sink")),
      src_(static_pad(bin_.get(), "src")) {}

Decoding::~Decoding() {
  discard(bin_.get());
}

void Decoding::start() {
  // Like the webrtcbin, it goes on in a paused pipeline.
  if (gst_element_set_state(bin_.get(), GST_STATE_PLAYING) == GST_STATE_CHANGE_FAILURE) {
    containment_->fail({GST_STREAM_ERROR_DECODE, "The stream cannot be decoded.", "an element does not start"});
  }
}

}  // namespace rtcmc::receive
