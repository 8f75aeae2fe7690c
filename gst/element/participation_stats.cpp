// SPDX-License-Identifier: LGPL-2.1-or-later
#include "element/participation.hpp"

namespace rtcmc {

StructurePtr Participation::stats() {
  get_stats(nullptr);
  const auto latest = [this] {
    const std::lock_guard lock(mutex_);
    return stats_;
  }();
  return stats::structure_of(*latest);
}

void Participation::get_stats(const std::shared_ptr<PromiseReply>& reply) {
  {
    const std::lock_guard lock(mutex_);
    if (room_) {
      room_->get_stats([this, reply](const auto& snapshot) {
        {
          const std::lock_guard lock(mutex_);
          stats_ = snapshot;
        }
        if (reply) {
          reply->answer(stats::structure_of(*snapshot));
        }
      });
      return;
    }
  }
  if (reply) {
    reply->answer(stats::structure_of(stats::Snapshot()));
  }
}

}  // namespace rtcmc
