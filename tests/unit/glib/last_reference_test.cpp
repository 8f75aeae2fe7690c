// SPDX-License-Identifier: LGPL-2.1-or-later
#include "glib/last_reference.hpp"

#include <glib-object.h>
#include <gtest/gtest.h>

#include <thread>
#include <utility>
#include <vector>

namespace rtcmc::glib::test {
namespace {

/// What was given, by one test after the other.
std::vector<Ref<GObject>>& given() {
  static std::vector<Ref<GObject>> given;
  return given;
}

class LastReference : public ::testing::Test {
 protected:
  LastReference() : object_(Ref<GObject>::adopt(static_cast<GObject*>(g_object_new(G_TYPE_OBJECT, nullptr)))) {
    give_last_reference(object_.get(), [](Ref<GObject> last) { given().push_back(std::move(last)); });
    g_object_weak_ref(
        object_.get(), [](gpointer ended, GObject*) { *static_cast<bool*>(ended) = true; }, &ended_);
  }
  ~LastReference() override { given().clear(); }

  Ref<GObject> object_;
  bool ended_ = false;
};

TEST_F(LastReference, IsGivenWhenAllOthersAreGone) {
  auto other = Ref<GObject>::share(object_.get());
  object_ = nullptr;
  EXPECT_TRUE(given().empty());
  other = nullptr;
  EXPECT_EQ(given().size(), 1);
  EXPECT_FALSE(ended_);
  given().clear();
  EXPECT_TRUE(ended_);
}

TEST_F(LastReference, IsGivenOnce) {
  object_ = nullptr;
  ASSERT_EQ(given().size(), 1);
  { const auto again = Ref<GObject>::share(given().front().get()); }
  EXPECT_EQ(given().size(), 1);
}

TEST_F(LastReference, IsGivenOnTheThreadThatLetsGo) {
  std::thread([object = std::move(object_)]() mutable { object = nullptr; }).join();
  EXPECT_EQ(given().size(), 1);
  EXPECT_FALSE(ended_);
}

}  // namespace
}  // namespace rtcmc::glib::test
