// SPDX-License-Identifier: LGPL-2.1-or-later
#include "send/reduction.hpp"

#include <utility>

#include "send/fit.hpp"

namespace rtcmc::send {

void Reduction::set(int divisor) {
  glib::Ref<GstElement> filter;
  glib::Ref<GstCaps> caps;
  {
    const std::lock_guard lock(mutex_);
    if (std::exchange(divisor_, divisor) == divisor) {
      return;
    }
    filter = filter_;
    caps = caps_;
  }
  if (filter) {
    g_object_set(filter.get(), "caps", fitting_size(caps.get(), divisor).get(), nullptr);
  }
}

glib::Ref<GstCaps> Reduction::on_caps(GstElement* filter, GstCaps* caps) {
  const std::lock_guard lock(mutex_);
  filter_ = glib::Ref<GstElement>::share(filter);
  caps_ = glib::Ref<GstCaps>::share(caps);
  return fitting_size(caps, divisor_);
}

}  // namespace rtcmc::send
