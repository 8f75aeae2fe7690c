// SPDX-License-Identifier: LGPL-2.1-or-later
#include "session/returns.hpp"

namespace rtcmc {

namespace {

/// What a page sent before it was left may come after what the new one says through the server, which is quick.
constexpr int kPartUnderWay = 5;  // of the patience, this part

}  // namespace

void Returns::add(const std::string& user_id) {
  auto& returned = returned_[user_id];
  if (!returned) {
    returned = std::make_unique<Return>();
    returned->time = Clock::now();
    returned->end.start_once(patience_, [this, id = user_id] { judge(std::string(id)); });
  }
}

void Returns::rename(const std::string& old_id, const std::string& new_id) {
  if (returned_.erase(old_id) > 0) {
    add(new_id);  // its timer goes by the name
  }
}

void Returns::judge(const std::string& user_id) {
  const auto since = returned_.at(user_id)->time + patience_ / kPartUnderWay;
  returned_.erase(user_id);
  const auto heard = last_heard_(user_id);
  if (!heard || *heard < since) {
    anew_(user_id);
  }
}

}  // namespace rtcmc
