// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

#include <string>

#include "gst_ref.hpp"

namespace rtcmc {

[[nodiscard]] bool is_installed(const std::string& factory);
[[nodiscard]] bool is_made_by(const char* factory, GstElement* element);
/// Null if it is not installed.
[[nodiscard]] glib::Ref<GstElement> make_installed(const std::string& factory);
[[nodiscard]] glib::Ref<GstPad> static_pad(GstElement* element, const char* name);
[[nodiscard]] glib::Ref<GstCaps> parse_caps(const std::string& text);
/// What the sink pads of a factory take by their templates; empty caps if it is not installed.
[[nodiscard]] glib::Ref<GstCaps> sink_caps_of(const std::string& factory);
/// Sets a property from text, as gst-launch does, if the installed version of the element has it.
void set_if_known(GstElement* element, const std::string& property, const std::string& value);

/// In a probe of events: a CAPS event with these caps goes on in place of the one that came.
void replace_caps(GstPadProbeInfo* info, GstCaps* caps);

/// Stops an element whatever its parent's state, and takes it out of the parent. Waits until none of its own threads
/// runs, so it must not be called on one of these.
void discard(GstElement* element);

/// Calls it with each element of this factory in the bin and the bins in it. Again, if elements come or go meanwhile.
template <typename Action>
void for_each_made_by(const char* factory, GstElement* bin, Action action) {
  const glib::IteratorPtr found(gst_bin_iterate_all_by_element_factory_name(GST_BIN(bin), factory));
  const auto visit = [](const GValue* element, gpointer data) {
    (*static_cast<Action*>(data))(GST_ELEMENT(g_value_get_object(element)));
  };
  while (gst_iterator_foreach(found.get(), visit, &action) == GST_ITERATOR_RESYNC) {
    gst_iterator_resync(found.get());
  }
}

}  // namespace rtcmc
