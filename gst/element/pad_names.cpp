// SPDX-License-Identifier: LGPL-2.1-or-later
#include "element/pad_names.hpp"

#include <utility>

#include "gst_ref.hpp"

namespace rtcmc {

class PadNames::Held {
 public:
  Held(PadNames& names, std::string name) : names_(names), name_(std::move(name)) {}
  Held(const Held&) = delete;
  Held& operator=(const Held&) = delete;
  ~Held() {
    const std::lock_guard lock(names_.mutex_);
    names_.reserved_.erase(name_);
  }

  [[nodiscard]] const std::string* name() const { return &name_; }

 private:
  PadNames& names_;
  const std::string name_;
};

PadNames::Reservation PadNames::reserve_locked(const std::string& name) {
  const auto existing = glib::Ref<GstPad>::adopt(gst_element_get_static_pad(element_, name.c_str()));
  if (existing || !reserved_.insert(name).second) {
    return nullptr;
  }
  const auto held = std::make_shared<Held>(*this, name);
  return {held, held->name()};
}

PadNames::Reservation PadNames::reserve(const std::string& name) {
  const std::lock_guard lock(mutex_);
  return reserve_locked(name);
}

PadNames::Reservation PadNames::reserve_next(const std::string& prefix) {
  const std::lock_guard lock(mutex_);
  for (unsigned number = 0;; ++number) {
    if (auto reservation = reserve_locked(prefix + std::to_string(number))) {
      return reservation;
    }
  }
}

}  // namespace rtcmc
