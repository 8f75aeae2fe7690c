// SPDX-License-Identifier: LGPL-2.1-or-later
#include "peer/hearing.hpp"

#include "media/elements.hpp"

namespace rtcmc {

void Hearing::serve(GstElement* added, const std::shared_ptr<Hearing>& hearing) {
  if (!is_made_by("nicesrc", added)) {
    return;
  }
  using Shared = std::shared_ptr<Hearing>;
  gst_pad_add_probe(
      static_pad(added, "src").get(),
      static_cast<GstPadProbeType>(GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_BUFFER_LIST),
      [](GstPad*, GstPadProbeInfo*, gpointer hearing) {
        (*static_cast<Shared*>(hearing))->last_ = Clock::now().time_since_epoch().count();
        return GST_PAD_PROBE_OK;
      },
      new Shared(hearing), [](gpointer hearing) { delete static_cast<Shared*>(hearing); });
}

std::optional<Hearing::Clock::time_point> Hearing::last() const {
  const Clock::rep last = last_;
  return last == 0 ? std::nullopt : std::optional(Clock::time_point(Clock::duration(last)));
}

}  // namespace rtcmc
