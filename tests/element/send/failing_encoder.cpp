// SPDX-License-Identifier: LGPL-2.1-or-later
#include "send/failing_encoder.hpp"

#include <atomic>
#include <optional>

G_DECLARE_FINAL_TYPE(RtcmcFailingEncoder, rtcmc_failing_encoder, RTCMC, FAILING_ENCODER, GstElement)

struct _RtcmcFailingEncoder {
  GstElement parent;
};

// NOLINTNEXTLINE(performance-no-int-to-ptr): the macro is GLib's
G_DEFINE_FINAL_TYPE(RtcmcFailingEncoder, rtcmc_failing_encoder, GST_TYPE_ELEMENT)

namespace {

using rtcmc::glib::Ref;
using rtcmc::send::testing::Failure;

GstStaticPadTemplate sink_template =
    GST_STATIC_PAD_TEMPLATE("sink", GST_PAD_SINK, GST_PAD_ALWAYS, GST_STATIC_CAPS("video/x-raw"));
GstStaticPadTemplate src_template =
    GST_STATIC_PAD_TEMPLATE("src", GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS("video/x-vp8"));

std::atomic<std::optional<Failure>> failure;
std::atomic<bool> was_opened = false;  // whether its hardware is there is asked once for all

GstFlowReturn chain(GstPad*, GstObject* element, GstBuffer* buffer) {
  const auto held = Ref<GstBuffer>::adopt(buffer);
  if (failure.load() == Failure::WithMessage) {
    GST_ELEMENT_ERROR(element, STREAM, ENCODE, ("The chip is on fire."), (nullptr));
  }
  return failure.load() == Failure::Caps ? GST_FLOW_NOT_NEGOTIATED : GST_FLOW_ERROR;
}

gboolean sink_event(GstPad* pad, GstObject* element, GstEvent* event) {
  if (GST_EVENT_TYPE(event) == GST_EVENT_CAPS) {
    const auto held = Ref<GstEvent>::adopt(event);
    return static_cast<gboolean>(failure.load() != Failure::Caps);
  }
  return gst_pad_event_default(pad, element, event);
}

gboolean sink_query(GstPad* pad, GstObject* element, GstQuery* query) {
  if (GST_QUERY_TYPE(query) == GST_QUERY_CAPS && failure.load() == Failure::Format) {
    const auto caps = Ref<GstCaps>::adopt(gst_caps_from_string("video/x-raw,format=NOBODYS"));
    gst_query_set_caps_result(query, caps.get());
    return TRUE;
  }
  return gst_pad_query_default(pad, element, query);
}

GstStateChangeReturn change_state(GstElement* element, GstStateChange transition) {
  const bool fails =
      (transition == GST_STATE_CHANGE_NULL_TO_READY && failure.load() == Failure::Busy && was_opened.exchange(true)) ||
      (transition == GST_STATE_CHANGE_READY_TO_PAUSED && failure.load() == Failure::NoStart);
  was_opened = true;
  return fails ? GST_STATE_CHANGE_FAILURE
               : GST_ELEMENT_CLASS(rtcmc_failing_encoder_parent_class)->change_state(element, transition);
}

}  // namespace

static void rtcmc_failing_encoder_init(RtcmcFailingEncoder* self) {
  GstPad* sink = gst_pad_new_from_static_template(&sink_template, "sink");
  gst_pad_set_chain_function(sink, chain);
  gst_pad_set_event_function(sink, sink_event);
  gst_pad_set_query_function(sink, sink_query);
  gst_element_add_pad(GST_ELEMENT(self), sink);
  gst_element_add_pad(GST_ELEMENT(self), gst_pad_new_from_static_template(&src_template, "src"));
}

static void rtcmc_failing_encoder_class_init(RtcmcFailingEncoderClass* klass) {
  auto* element_class = GST_ELEMENT_CLASS(klass);
  element_class->change_state = change_state;
  gst_element_class_add_static_pad_template(element_class, &sink_template);
  gst_element_class_add_static_pad_template(element_class, &src_template);
  gst_element_class_set_static_metadata(element_class, "Failing encoder", "Codec/Encoder/Video/Hardware",
                                        "Encodes nothing", "The rtcmc authors");
}

namespace rtcmc::send::testing {

FailingEncoder::FailingEncoder(Failure how) {
  failure = how;
  // The class of the elements knows the factory that was the first, and does not hold it.
  static glib::Ref<GstPluginFeature> factory;
  if (factory) {
    EXPECT_TRUE(gst_registry_add_feature(gst_registry_get(), factory.get()));
  } else {
    EXPECT_TRUE(gst_element_register(nullptr, kFactory, GST_RANK_PRIMARY, rtcmc_failing_encoder_get_type()));
    factory = glib::Ref<GstPluginFeature>::adopt(gst_registry_lookup_feature(gst_registry_get(), kFactory));
  }
}

FailingEncoder::~FailingEncoder() {
  const auto feature = glib::Ref<GstPluginFeature>::adopt(gst_registry_lookup_feature(gst_registry_get(), kFactory));
  gst_registry_remove_feature(gst_registry_get(), feature.get());
}

}  // namespace rtcmc::send::testing
