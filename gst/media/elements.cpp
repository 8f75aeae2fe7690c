// SPDX-License-Identifier: LGPL-2.1-or-later
#include "media/elements.hpp"

namespace rtcmc {

namespace {

glib::Ref<GstElementFactory> find(const std::string& factory) {
  return glib::Ref<GstElementFactory>::adopt(gst_element_factory_find(factory.c_str()));
}

}  // namespace

bool is_installed(const std::string& factory) {
  return static_cast<bool>(find(factory));
}

bool is_made_by(const char* factory, GstElement* element) {
  GstElementFactory* its = gst_element_get_factory(element);
  return its && g_str_equal(GST_OBJECT_NAME(its), factory);
}

glib::Ref<GstElement> make_installed(const std::string& factory) {
  GstElement* element = gst_element_factory_make(factory.c_str(), nullptr);
  return element ? glib::Ref<GstElement>::adopt(GST_ELEMENT(gst_object_ref_sink(element))) : nullptr;
}

glib::Ref<GstPad> static_pad(GstElement* element, const char* name) {
  return glib::Ref<GstPad>::adopt(gst_element_get_static_pad(element, name));
}

glib::Ref<GstCaps> parse_caps(const std::string& text) {
  return glib::Ref<GstCaps>::adopt(gst_caps_from_string(text.c_str()));
}

glib::Ref<GstCaps> sink_caps_of(const std::string& factory) {
  auto caps = glib::Ref<GstCaps>::adopt(gst_caps_new_empty());
  const auto found = find(factory);
  const GList* templates = found ? gst_element_factory_get_static_pad_templates(found.get()) : nullptr;
  for (const GList* item = templates; item; item = item->next) {
    auto* pad_template = static_cast<GstStaticPadTemplate*>(item->data);
    if (pad_template->direction == GST_PAD_SINK) {
      gst_caps_append(caps.get(), gst_static_pad_template_get_caps(pad_template));
    }
  }
  return caps;
}

void set_if_known(GstElement* element, const std::string& property, const std::string& value) {
  if (g_object_class_find_property(G_OBJECT_GET_CLASS(element), property.c_str())) {
    gst_util_set_object_arg(G_OBJECT(element), property.c_str(), value.c_str());
  }
}

void replace_caps(GstPadProbeInfo* info, GstCaps* caps) {
  const auto replaced = glib::Ref<GstEvent>::adopt(gst_pad_probe_info_get_event(info));
  GstEvent* changed = gst_event_new_caps(caps);
  gst_event_set_seqnum(changed, gst_event_get_seqnum(replaced.get()));
  GST_PAD_PROBE_INFO_DATA(info) = changed;
}

void discard(GstElement* element) {
  const auto parent = glib::Ref<GstObject>::adopt(gst_object_get_parent(GST_OBJECT(element)));
  gst_element_set_locked_state(element, TRUE);
  gst_element_set_state(element, GST_STATE_NULL);
  if (parent) {
    gst_bin_remove(GST_BIN(parent.get()), element);
  }
}

}  // namespace rtcmc
