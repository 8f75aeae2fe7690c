// SPDX-License-Identifier: LGPL-2.1-or-later
#include "receive/filler.hpp"

#include <string>

#include "media/elements.hpp"
#include "receive/log.hpp"

#define GST_CAT_DEFAULT rtcmc_receive_debug

namespace rtcmc::receive {

namespace {

/// What an empty slot shows if nobody prefers anything else.
constexpr const char* kPicture = "video/x-raw,format=I420,width=640,height=360,framerate=15/1";
constexpr const char* kSound = "audio/x-raw,format=S16LE,layout=interleaved,rate=48000,channels=1";

constexpr const char* kPictureSource = "videotestsrc pattern=black is-live=true ! capsfilter name=format";
constexpr const char* kSoundSource = "audiotestsrc wave=silence is-live=true ! capsfilter name=format";

/// Null if downstream takes no raw media in system memory.
glib::Ref<GstCaps> format_for(rtp::Kind kind, GstPad* sink, const glib::Ref<GstCaps>& like) {
  if (like) {
    return like;
  }
  auto usual = parse_caps(kind == rtp::Kind::Video ? kPicture : kSound);
  const auto any = parse_caps(kind == rtp::Kind::Video ? "video/x-raw" : "audio/x-raw");
  const auto accepted = glib::Ref<GstCaps>::adopt(gst_pad_query_caps(sink, any.get()));
  if (gst_caps_can_intersect(accepted.get(), usual.get())) {
    return usual;
  }
  if (gst_caps_is_empty(accepted.get())) {
    return nullptr;
  }
  auto chosen = glib::Ref<GstCaps>::adopt(gst_caps_make_writable(gst_caps_truncate(gst_caps_copy(accepted.get()))));
  GstStructure* structure = gst_caps_get_structure(chosen.get(), 0);
  if (kind == rtp::Kind::Video) {
    gst_structure_fixate_field_nearest_int(structure, "width", 640);
    gst_structure_fixate_field_nearest_int(structure, "height", 360);
    gst_structure_fixate_field_nearest_fraction(structure, "framerate", 15, 1);
  } else {
    gst_structure_fixate_field_nearest_int(structure, "rate", 48000);
    gst_structure_fixate_field_nearest_int(structure, "channels", 1);
  }
  return chosen;
}

}  // namespace

Filler::Filler(GstBin* bin, rtp::Kind kind, GstPad* sink, const glib::Ref<GstCaps>& like) {
  const auto format = format_for(kind, sink, like);
  if (!format) {
    GST_INFO_OBJECT(sink, "nothing to fill an empty slot with: downstream takes no raw media");
    return;
  }
  glib::Error error;
  GstElement* made =
      gst_parse_bin_from_description(kind == rtp::Kind::Video ? kPictureSource : kSoundSource, TRUE, error.out());
  if (!made) {
    GST_WARNING_OBJECT(sink, "an empty slot stays empty: %s", error.message());
    return;
  }
  bin_ = glib::Ref<GstElement>::adopt(GST_ELEMENT(gst_object_ref_sink(made)));
  const auto filter = glib::Ref<GstElement>::adopt(gst_bin_get_by_name(GST_BIN(made), "format"));
  g_object_set(filter.get(), "caps", format.get(), nullptr);
  // It must not run before it is linked, though the bin may be on its way up.
  gst_element_set_locked_state(made, TRUE);
  gst_bin_add(bin, made);
  const auto source = static_pad(made, "src");
  if (GST_PAD_LINK_FAILED(gst_pad_link(source.get(), sink))) {
    GST_WARNING_OBJECT(sink, "an empty slot stays empty: downstream takes no raw media");
  }
  gst_element_set_locked_state(made, FALSE);
  gst_element_sync_state_with_parent(made);
}

Filler::~Filler() {
  if (bin_) {
    discard(bin_.get());
  }
}

}  // namespace rtcmc::receive
