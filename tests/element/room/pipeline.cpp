// SPDX-License-Identifier: LGPL-2.1-or-later
#include "pipeline.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string_view>

#include "element/rtcmcroom.hpp"
#include "element/rtcmcsrc.hpp"

namespace rtcmc::test {

namespace {

using Parse = void (*)(GstMessage*, GError**, gchar**);

Pipeline::Trouble trouble_in(GstMessage* message, Parse parse) {
  glib::Error error;
  glib::String detail;
  gchar* raw = nullptr;
  parse(message, error.out(), &raw);
  detail.reset(raw);
  return {error.get()->domain, error.get()->code, error.message()};
}

}  // namespace

Pipeline::Pipeline(const std::string& description) {
  static const bool registered = GST_ELEMENT_REGISTER(rtcmcroom, nullptr) && GST_ELEMENT_REGISTER(rtcmcsrc, nullptr);
  EXPECT_TRUE(registered);
  glib::Error error;
  pipeline_ = glib::Ref<GstElement>::adopt(
      GST_ELEMENT(gst_object_ref_sink(gst_parse_launch(description.c_str(), error.out()))));
  EXPECT_FALSE(error) << error.message();
  if (!GST_IS_BIN(pipeline_.get()) || RTCMC_IS_ROOM(pipeline_.get())) {
    room_ = pipeline_;
    pipeline_ = glib::Ref<GstElement>::adopt(GST_ELEMENT(gst_object_ref_sink(gst_pipeline_new(nullptr))));
    gst_bin_add(GST_BIN(pipeline_.get()), room_.get());
  } else {
    room_ = glib::Ref<GstElement>::adopt(gst_bin_get_by_name(GST_BIN(pipeline_.get()), "room"));
  }
  encoder_setup_ = glib::SignalConnection(
      room_.get(), "encoder-setup", G_CALLBACK(+[](GstElement*, GstElement*, gint* count) { g_atomic_int_inc(count); }),
      &encoders_made_);
}

Pipeline::~Pipeline() {
  set_state(GST_STATE_NULL);
}

void Pipeline::read_bus() {
  const auto bus = glib::Ref<GstBus>::adopt(gst_element_get_bus(pipeline_.get()));
  while (const auto message = glib::Ref<GstMessage>::adopt(gst_bus_pop(bus.get()))) {
    switch (GST_MESSAGE_TYPE(message.get())) {
      case GST_MESSAGE_ELEMENT:
        if (GST_MESSAGE_SRC(message.get()) == GST_OBJECT(room_.get())) {
          messages_.emplace_back(gst_structure_get_name(gst_message_get_structure(message.get())));
        }
        break;
      case GST_MESSAGE_ERROR:
        errors_.push_back(trouble_in(message.get(), gst_message_parse_error));
        break;
      case GST_MESSAGE_WARNING:
        warnings_.push_back(trouble_in(message.get(), gst_message_parse_warning));
        break;
      case GST_MESSAGE_STREAM_COLLECTION:
        if (GST_MESSAGE_SRC(message.get()) == GST_OBJECT(room_.get())) {
          gst_message_parse_stream_collection(message.get(), collection_.out());
        }
        break;
      case GST_MESSAGE_STREAMS_SELECTED:
        selected_.clear();
        for (guint i = 0; i < gst_message_streams_selected_get_size(message.get()); ++i) {
          const auto stream = glib::Ref<GstStream>::adopt(gst_message_streams_selected_get_stream(message.get(), i));
          selected_.emplace_back(gst_stream_get_stream_id(stream.get()));
        }
        break;
      case GST_MESSAGE_EOS:
        has_ended_ = true;
        break;
      default:
        break;
    }
  }
}

unsigned Pipeline::count(const std::string& name) {
  read_bus();
  return static_cast<unsigned>(std::ranges::count(messages_, name));
}

bool Pipeline::has_ended() {
  read_bus();
  return has_ended_;
}

glib::Ref<GstStreamCollection> Pipeline::collection() {
  read_bus();
  return collection_;
}

std::vector<std::string> Pipeline::streams() {
  std::vector<std::string> ids;
  const auto all = collection();
  for (guint i = 0; all && i < gst_stream_collection_get_size(all.get()); ++i) {
    ids.emplace_back(gst_stream_get_stream_id(gst_stream_collection_get_stream(all.get(), i)));
  }
  return ids;
}

std::vector<std::string> Pipeline::selected() {
  read_bus();
  return selected_;
}

const std::vector<Pipeline::Trouble>& Pipeline::errors() {
  read_bus();
  return errors_;
}

const std::vector<Pipeline::Trouble>& Pipeline::warnings() {
  read_bus();
  return warnings_;
}

unsigned Pipeline::elements_of(const std::string& factory) const {
  struct Search {
    std::string_view factory;
    unsigned found;
  } search{factory, 0};
  const glib::IteratorPtr elements(gst_bin_iterate_recurse(GST_BIN(room_.get())));
  GstIteratorResult result = GST_ITERATOR_RESYNC;
  while (result == GST_ITERATOR_RESYNC) {
    search.found = 0;
    gst_iterator_resync(elements.get());
    result = gst_iterator_foreach(
        elements.get(),
        [](const GValue* value, gpointer data) {
          auto* search = static_cast<Search*>(data);
          GstElementFactory* made_by = gst_element_get_factory(GST_ELEMENT(g_value_get_object(value)));
          search->found += made_by && search->factory == GST_OBJECT_NAME(made_by) ? 1U : 0U;
        },
        &search);
  }
  return search.found;
}

}  // namespace rtcmc::test
