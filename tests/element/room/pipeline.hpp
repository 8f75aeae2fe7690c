// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

#include <string>
#include <vector>

#include "glib/signal_connection.hpp"
#include "gst_ref.hpp"

namespace rtcmc::test {

/// A pipeline whose rtcmcroom is called "room", and everything that it says.
class Pipeline {
 public:
  /// As on gst-launch's command line.
  explicit Pipeline(const std::string& description);
  Pipeline(const Pipeline&) = delete;
  Pipeline& operator=(const Pipeline&) = delete;
  ~Pipeline();

  [[nodiscard]] GstElement* room() const { return room_.get(); }
  [[nodiscard]] GstElement* element() const { return pipeline_.get(); }

  GstStateChangeReturn set_state(GstState state) { return gst_element_set_state(pipeline_.get(), state); }

  /// Whether the element has posted this message. Reads what is on the bus.
  [[nodiscard]] bool posted(const std::string& name) { return count(name) > 0; }
  [[nodiscard]] unsigned count(const std::string& name);
  [[nodiscard]] bool has_ended();

  struct Trouble {
    GQuark domain;
    int code;
    std::string text;
  };
  [[nodiscard]] const std::vector<Trouble>& errors();
  [[nodiscard]] const std::vector<Trouble>& warnings();

  /// Ids in the latest stream collection of the room, in their order.
  [[nodiscard]] std::vector<std::string> streams();
  [[nodiscard]] glib::Ref<GstStreamCollection> collection();
  /// Those in the latest answer to a choice of streams.
  [[nodiscard]] std::vector<std::string> selected();

  /// How many elements in the room are made by this factory, at any depth.
  [[nodiscard]] unsigned elements_of(const std::string& factory) const;
  /// How often the signal encoder-setup came.
  [[nodiscard]] int encoders_made() const { return g_atomic_int_get(&encoders_made_); }

 private:
  void read_bus();

  glib::Ref<GstElement> pipeline_;
  glib::Ref<GstElement> room_;
  std::vector<std::string> messages_;
  std::vector<Trouble> errors_;
  std::vector<Trouble> warnings_;
  bool has_ended_ = false;
  glib::Ref<GstStreamCollection> collection_;
  std::vector<std::string> selected_;
  gint encoders_made_ = 0;
  glib::SignalConnection encoder_setup_;
};

}  // namespace rtcmc::test
