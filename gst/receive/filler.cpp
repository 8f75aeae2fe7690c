// SPDX-License-Identifier: LGPL-2.1-or-later
#include "receive/filler.hpp"

#include <string>

#include "media/elements.hpp"
#include "receive/idle_format.hpp"
#include "receive/log.hpp"

#define GST_CAT_DEFAULT rtcmc_receive_debug

namespace rtcmc::receive {

namespace {

constexpr const char* kPictureSource = "videotestsrc pattern=black is-live=true ! capsfilter name=format";
constexpr const char* kSoundSource = "audiotestsrc wave=silence is-live=true ! capsfilter name=format";

}  // namespace

Filler::Filler(GstBin* bin, rtp::Kind kind, GstPad* sink, const glib::Ref<GstCaps>& like) {
  const auto format = like ? like : idle_format(kind, sink);
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
