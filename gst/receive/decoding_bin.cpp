// SPDX-License-Identifier: LGPL-2.1-or-later
#include "receive/decoding_bin.hpp"

#include <utility>

#include "receive/log.hpp"

#define GST_CAT_DEFAULT rtcmc_receive_debug

G_DECLARE_FINAL_TYPE(RtcmcDecodingBin, rtcmc_decoding_bin, RTCMC, DECODING_BIN, GstBin)

struct _RtcmcDecodingBin {
  GstBin parent;
  std::shared_ptr<rtcmc::receive::Containment>* containment;  // set right after construction, never changed
};

// NOLINTNEXTLINE(performance-no-int-to-ptr): the macro is GLib's
G_DEFINE_FINAL_TYPE(RtcmcDecodingBin, rtcmc_decoding_bin, GST_TYPE_BIN)

namespace {

using rtcmc::glib::Ref;
using rtcmc::receive::Containment;

Containment& containment_of(GstObject* bin) {
  return **RTCMC_DECODING_BIN(bin)->containment;
}

/// Any thread.
void handle_message(GstBin* bin, GstMessage* message) {
  switch (GST_MESSAGE_TYPE(message)) {
    case GST_MESSAGE_ERROR: {
      const auto held = Ref<GstMessage>::adopt(message);
      rtcmc::glib::Error error;
      gchar* detail = nullptr;
      gst_message_parse_error(message, error.out(), &detail);
      const rtcmc::glib::String owned(detail);
      const std::string debug = std::string(GST_MESSAGE_SRC_NAME(message)) + ": " + (detail ? detail : "");
      containment_of(GST_OBJECT(bin))
          .fail({GST_STREAM_ERROR_DECODE, "The stream cannot be decoded: " + std::string(error.message()), debug});
      return;
    }
    case GST_MESSAGE_WARNING:
    case GST_MESSAGE_INFO:
    case GST_MESSAGE_QOS: {
      const auto held = Ref<GstMessage>::adopt(message);
      GST_DEBUG_OBJECT(bin, "keeps a message of %s to itself", GST_MESSAGE_SRC_NAME(message));
      return;
    }
    default:
      GST_BIN_CLASS(rtcmc_decoding_bin_parent_class)->handle_message(bin, message);
  }
}

void finalize(GObject* object) {
  delete RTCMC_DECODING_BIN(object)->containment;
  G_OBJECT_CLASS(rtcmc_decoding_bin_parent_class)->finalize(object);
}

/// Some elements post no message for what they return.
GstFlowReturn contained(GstObject* bin, GstFlowReturn flow) {
  if (flow < GST_FLOW_EOS) {
    containment_of(bin).fail({GST_STREAM_ERROR_DECODE, "The stream cannot be decoded.",
                              std::string("its elements say: ") + gst_flow_get_name(flow)});
  }
  return flow;
}

GstFlowReturn chain(GstPad* pad, GstObject* bin, GstBuffer* buffer) {
  if (containment_of(bin).has_failed()) {
    const auto dropped = Ref<GstBuffer>::adopt(buffer);
    return GST_FLOW_FLUSHING;
  }
  return contained(bin, gst_proxy_pad_chain_default(pad, bin, buffer));
}

GstFlowReturn chain_list(GstPad* pad, GstObject* bin, GstBufferList* list) {
  if (containment_of(bin).has_failed()) {
    const auto dropped = Ref<GstBufferList>::adopt(list);
    return GST_FLOW_FLUSHING;
  }
  return contained(bin, gst_proxy_pad_chain_list_default(pad, bin, list));
}

struct SizeCheck {
  const std::shared_ptr<Containment> containment;
  const std::uint32_t max_size;
};

bool is_above(std::uint32_t max_size, const GstStructure* caps, int& width, int& height) {
  return gst_structure_get_int(caps, "width", &width) && gst_structure_get_int(caps, "height", &height) &&
         (static_cast<std::uint32_t>(width) > max_size || static_cast<std::uint32_t>(height) > max_size);
}

/// Drops everything from caps with a picture that is too large on.
GstPadProbeReturn check_size(GstPad*, GstPadProbeInfo* info, gpointer data) {
  const auto& check = *static_cast<SizeCheck*>(data);
  if (check.containment->has_failed()) {
    return GST_PAD_PROBE_DROP;
  }
  GstEvent* event = GST_IS_EVENT(info->data) ? gst_pad_probe_info_get_event(info) : nullptr;
  if (!event || GST_EVENT_TYPE(event) != GST_EVENT_CAPS) {
    return GST_PAD_PROBE_OK;
  }
  GstCaps* caps = nullptr;
  gst_event_parse_caps(event, &caps);
  int width = 0;
  int height = 0;
  if (!is_above(check.max_size, gst_caps_get_structure(caps, 0), width, height)) {
    return GST_PAD_PROBE_OK;
  }
  const std::string bound = std::to_string(check.max_size);
  check.containment->fail({GST_STREAM_ERROR_FORMAT,
                           "Pictures of " + std::to_string(width) + "×" + std::to_string(height) +
                               " are not decoded: max-picture-size=" + bound + " allows " + bound + "×" + bound +
                               ". If they are wanted, set max-picture-size higher.",
                           "the bound is there since a picture's memory is asked for before it is seen"});
  return GST_PAD_PROBE_DROP;
}

}  // namespace

static void rtcmc_decoding_bin_init(RtcmcDecodingBin*) {}

static void rtcmc_decoding_bin_class_init(RtcmcDecodingBinClass* klass) {
  G_OBJECT_CLASS(klass)->finalize = finalize;
  GST_BIN_CLASS(klass)->handle_message = handle_message;
  gst_element_class_set_static_metadata(GST_ELEMENT_CLASS(klass), "Private part of rtcmcroom", "Generic/Bin",
                                        "Decodes what one participant sends", "The rtcmc authors");
}

namespace rtcmc::receive {

void Containment::fail(const DecodingFault& fault) {
  if (!has_failed_.exchange(true)) {
    GST_INFO("%s (%s)", fault.text.c_str(), fault.debug.c_str());
    on_fault_(fault);
  }
}

glib::Ref<GstElement> make_decoding_bin(const std::string& name, std::shared_ptr<Containment> containment) {
  auto* self = RTCMC_DECODING_BIN(g_object_new(rtcmc_decoding_bin_get_type(), "name", name.c_str(), nullptr));
  self->containment = new std::shared_ptr<Containment>(std::move(containment));
  return glib::Ref<GstElement>::adopt(GST_ELEMENT(gst_object_ref_sink(self)));
}

void add_contained_sink(GstElement* decoding_bin, GstPad* target) {
  GstPad* ghost = gst_ghost_pad_new("sink", target);
  gst_pad_set_chain_function(ghost, chain);
  gst_pad_set_chain_list_function(ghost, chain_list);
  gst_pad_set_active(ghost, TRUE);
  gst_element_add_pad(decoding_bin, ghost);
}

void add_size_check(GstPad* pad, std::shared_ptr<Containment> containment, std::uint32_t max_size) {
  gst_pad_add_probe(
      pad,
      GstPadProbeType(GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM | GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_BUFFER_LIST),
      check_size, new SizeCheck{std::move(containment), max_size},
      [](gpointer check) { delete static_cast<SizeCheck*>(check); });
}

}  // namespace rtcmc::receive
