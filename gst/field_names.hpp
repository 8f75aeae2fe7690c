// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <atomic>

namespace rtcmc {

/// Names of a GstStructure's fields are never freed again, and participants invent them: how many more we take.
///
/// Threads: any.
class FieldNames {
 public:
  explicit FieldNames(unsigned max_new) : left_(max_new) {}
  /// Whether `name` may be a field's: it is one already, or there is a place for it, which it takes.
  [[nodiscard]] bool admit(const char* name);

 private:
  std::atomic<unsigned> left_;
};

}  // namespace rtcmc
