// SPDX-License-Identifier: LGPL-2.1-or-later
#include "media/node.hpp"

#include <atomic>
#include <utility>

G_DECLARE_FINAL_TYPE(RtcmcNode, rtcmc_node, RTCMC, NODE, GstElement)

struct _RtcmcNode {
  GstElement parent;
  GstPad* sink_pad;                    // the element's; as long as it lives
  std::shared_ptr<rtcmc::Node>* node;  // set right after construction, never changed
};

// NOLINTNEXTLINE(performance-no-int-to-ptr): the macro is GLib's
G_DEFINE_FINAL_TYPE(RtcmcNode, rtcmc_node, GST_TYPE_ELEMENT)

namespace {

GstStaticPadTemplate sink_template = GST_STATIC_PAD_TEMPLATE("sink", GST_PAD_SINK, GST_PAD_ALWAYS, GST_STATIC_CAPS_ANY);
GstStaticPadTemplate src_template =
    GST_STATIC_PAD_TEMPLATE("src_%u", GST_PAD_SRC, GST_PAD_SOMETIMES, GST_STATIC_CAPS_ANY);

rtcmc::Node& node_of(GstObject* element) {
  return **RTCMC_NODE(element)->node;
}

GstFlowReturn chain(GstPad*, GstObject* parent, GstBuffer* buffer) {
  return node_of(parent).on_buffer(rtcmc::glib::Ref<GstBuffer>::adopt(buffer));
}

GstFlowReturn chain_list(GstPad*, GstObject* parent, GstBufferList* list) {
  return node_of(parent).on_list(rtcmc::glib::Ref<GstBufferList>::adopt(list));
}

gboolean sink_event(GstPad*, GstObject* parent, GstEvent* event) {
  return static_cast<gboolean>(node_of(parent).on_sink_event(rtcmc::glib::Ref<GstEvent>::adopt(event)));
}

gboolean src_event(GstPad* pad, GstObject* parent, GstEvent* event) {
  return static_cast<gboolean>(node_of(parent).on_src_event(pad, rtcmc::glib::Ref<GstEvent>::adopt(event)));
}

gboolean sink_query(GstPad* pad, GstObject* parent, GstQuery* query) {
  const auto answer = node_of(parent).on_sink_query(query);
  return answer ? static_cast<gboolean>(*answer) : gst_pad_query_default(pad, parent, query);
}

gboolean src_query(GstPad* pad, GstObject* parent, GstQuery* query) {
  const auto answer = node_of(parent).on_src_query(pad, query);
  return answer ? static_cast<gboolean>(*answer) : gst_pad_query_default(pad, parent, query);
}

GstPadProbeReturn look_at_caps(GstPad* pad, GstPadProbeInfo* info, gpointer) {
  GstEvent* event = gst_pad_probe_info_get_event(info);
  if (GST_EVENT_TYPE(event) != GST_EVENT_CAPS) {
    return GST_PAD_PROBE_OK;
  }
  const auto target = GST_IS_GHOST_PAD(pad)
                          ? rtcmc::glib::Ref<GstPad>::adopt(gst_ghost_pad_get_target(GST_GHOST_PAD(pad)))
                          : rtcmc::glib::Ref<GstPad>::share(pad);
  const auto element = rtcmc::glib::Ref<GstObject>::adopt(target ? gst_pad_get_parent(target.get()) : nullptr);
  GstCaps* caps = nullptr;
  gst_event_parse_caps(event, &caps);
  if (element && RTCMC_IS_NODE(element.get()) && !gst_pad_query_accept_caps(target.get(), caps)) {
    node_of(element.get()).on_refused(caps);
  }
  return GST_PAD_PROBE_OK;
}

GstStateChangeReturn change_state(GstElement* element, GstStateChange transition) {
  node_of(GST_OBJECT(element)).on_state_change(transition);
  const GstStateChangeReturn result = GST_ELEMENT_CLASS(rtcmc_node_parent_class)->change_state(element, transition);
  if (transition == GST_STATE_CHANGE_PAUSED_TO_READY) {
    node_of(GST_OBJECT(element)).on_reset();
  }
  return result;
}

void finalize(GObject* object) {
  delete RTCMC_NODE(object)->node;
  G_OBJECT_CLASS(rtcmc_node_parent_class)->finalize(object);
}

}  // namespace

static void rtcmc_node_init(RtcmcNode* self) {
  self->sink_pad = gst_pad_new_from_static_template(&sink_template, "sink");
  gst_pad_set_chain_function(self->sink_pad, chain);
  gst_pad_set_chain_list_function(self->sink_pad, chain_list);
  gst_pad_set_event_function(self->sink_pad, sink_event);
  gst_pad_set_query_function(self->sink_pad, sink_query);
  rtcmc::watch_caps(self->sink_pad);
  gst_element_add_pad(GST_ELEMENT(self), self->sink_pad);
}

static void rtcmc_node_class_init(RtcmcNodeClass* klass) {
  G_OBJECT_CLASS(klass)->finalize = finalize;
  auto* element_class = GST_ELEMENT_CLASS(klass);
  element_class->change_state = change_state;
  gst_element_class_add_static_pad_template(element_class, &sink_template);
  gst_element_class_add_static_pad_template(element_class, &src_template);
  gst_element_class_set_static_metadata(element_class, "Private part of rtcmcroom", "Generic",
                                        "Passes one stream on inside rtcmcroom", "The rtcmc authors");
}

void rtcmc::watch_caps(GstPad* pad) {
  gst_pad_add_probe(pad, GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM, look_at_caps, nullptr, nullptr);
}

namespace rtcmc {

glib::Ref<GstPad> Node::make_src_pad(const std::string& name) {
  auto pad = glib::Ref<GstPad>::adopt(
      GST_PAD(gst_object_ref_sink(gst_pad_new_from_static_template(&src_template, name.c_str()))));
  gst_pad_set_event_function(pad.get(), src_event);
  gst_pad_set_query_function(pad.get(), src_query);
  return pad;
}

glib::Ref<GstElement> make_element(std::shared_ptr<Node> node, const std::string& kind) {
  static std::atomic<unsigned> counter = 0;
  const std::string name = kind + "-" + std::to_string(counter++);
  auto* self = RTCMC_NODE(g_object_new(rtcmc_node_get_type(), "name", name.c_str(), nullptr));
  auto element = glib::Ref<GstElement>::adopt(GST_ELEMENT(gst_object_ref_sink(self)));
  node->element_ = element.get();
  node->sink_pad_ = self->sink_pad;
  self->node = new std::shared_ptr<Node>(std::move(node));
  return element;
}

}  // namespace rtcmc
