// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

#include <memory>
#include <optional>
#include <string>

#include "gst_ref.hpp"

namespace rtcmc {

/// What a private element with one sink pad does. The GstElement around it, which owns it, only passes calls on.
///
/// Threads: buffers and serialised events come from one streaming thread at a time, the rest from any thread.
class Node {
 public:
  Node() = default;
  Node(const Node&) = delete;
  Node& operator=(const Node&) = delete;
  virtual ~Node() = default;

  [[nodiscard]] virtual GstFlowReturn on_buffer(glib::Ref<GstBuffer> buffer) = 0;
  [[nodiscard]] virtual GstFlowReturn on_list(glib::Ref<GstBufferList> list) = 0;
  [[nodiscard]] virtual bool on_sink_event(glib::Ref<GstEvent> event) = 0;
  [[nodiscard]] virtual bool on_src_event(GstPad* pad, glib::Ref<GstEvent> event) = 0;
  /// Absent: GStreamer's default answer.
  [[nodiscard]] virtual std::optional<bool> on_sink_query(GstQuery* query) = 0;
  [[nodiscard]] virtual std::optional<bool> on_src_query(GstPad* pad, GstQuery* query) = 0;
  /// Caps have come that the sink pad does not accept. On the streaming thread.
  virtual void on_refused(GstCaps*) {}
  /// A change of state begins; nothing has been done about it yet.
  virtual void on_state_change(GstStateChange) {}
  /// PAUSED→READY: the stream is over, whatever was known of it is to be forgotten.
  virtual void on_reset() = 0;

  [[nodiscard]] GstElement* element() const { return element_; }
  [[nodiscard]] GstPad* sink_pad() const { return sink_pad_; }

 protected:
  /// A new source pad of the element; not yet added to it.
  [[nodiscard]] static glib::Ref<GstPad> make_src_pad(const std::string& name);

 private:
  friend glib::Ref<GstElement> make_element(std::shared_ptr<Node> node, const std::string& kind);

  GstElement* element_ = nullptr;  // owns this
  GstPad* sink_pad_ = nullptr;     // the element's
};

/// Wraps `node` in an element, which is in no registry and whose name begins with `kind`. Once for each node.
[[nodiscard]] glib::Ref<GstElement> make_element(std::shared_ptr<Node> node, const std::string& kind);

/// Tells the node whose sink pad this is, or a ghost pad of, of caps that it does not accept: GStreamer itself refuses
/// them, before any function of the pad's hears of it.
void watch_caps(GstPad* pad);

}  // namespace rtcmc
