// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

#include <memory>

#include "glib/ref.hpp"

namespace rtcmc::glib {

template <>
struct RefTraits<GstCaps> {
  static GstCaps* ref(GstCaps* caps) { return gst_caps_ref(caps); }
  static void unref(GstCaps* caps) { gst_caps_unref(caps); }
};

template <>
struct RefTraits<GstBuffer> {
  static GstBuffer* ref(GstBuffer* buffer) { return gst_buffer_ref(buffer); }
  static void unref(GstBuffer* buffer) { gst_buffer_unref(buffer); }
};

template <>
struct RefTraits<GstBufferList> {
  static GstBufferList* ref(GstBufferList* list) { return gst_buffer_list_ref(list); }
  static void unref(GstBufferList* list) { gst_buffer_list_unref(list); }
};

template <>
struct RefTraits<GstEvent> {
  static GstEvent* ref(GstEvent* event) { return gst_event_ref(event); }
  static void unref(GstEvent* event) { gst_event_unref(event); }
};

template <>
struct RefTraits<GstQuery> {
  static GstQuery* ref(GstQuery* query) { return gst_query_ref(query); }
  static void unref(GstQuery* query) { gst_query_unref(query); }
};

template <>
struct RefTraits<GstMessage> {
  static GstMessage* ref(GstMessage* message) { return gst_message_ref(message); }
  static void unref(GstMessage* message) { gst_message_unref(message); }
};

template <>
struct RefTraits<GstTagList> {
  static GstTagList* ref(GstTagList* tags) { return gst_tag_list_ref(tags); }
  static void unref(GstTagList* tags) { gst_tag_list_unref(tags); }
};

template <>
struct RefTraits<GstPromise> {
  static GstPromise* ref(GstPromise* promise) { return gst_promise_ref(promise); }
  static void unref(GstPromise* promise) { gst_promise_unref(promise); }
};

struct IteratorDeleter {
  void operator()(GstIterator* iterator) const { gst_iterator_free(iterator); }
};
using IteratorPtr = std::unique_ptr<GstIterator, IteratorDeleter>;

struct ClockIdDeleter {
  void operator()(gpointer id) const { gst_clock_id_unref(id); }
};
using ClockIdPtr = std::unique_ptr<void, ClockIdDeleter>;

}  // namespace rtcmc::glib
