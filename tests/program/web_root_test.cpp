// SPDX-License-Identifier: LGPL-2.1-or-later
// What is safe about it is tested through the program (web_root.test.mjs).
#include "web_root.hpp"

#include <glib/gstdio.h>
#include <gtest/gtest.h>

#include "glib/ref.hpp"

namespace rtcmc::program {

namespace {

class Script final : public server::Content {
 public:
  std::optional<Item> find(const std::string&) override {
    return Item{glib::Ref<GBytes>::adopt(g_bytes_new_static("js", 2)), "text/javascript", {}};
  }
};

TEST(WebRoot, HasTheBuiltInClientScript) {
  const glib::String folder(g_dir_make_tmp("rtcmc-XXXXXX", nullptr));
  WebRoot with(folder.get(), 1000, std::make_unique<Script>());
  EXPECT_TRUE(with.find("/socket.io/socket.io.js"));
  EXPECT_FALSE(with.find("/index.html"));
  EXPECT_FALSE(with.find("/"));
  WebRoot without(folder.get(), 1000, nullptr);
  EXPECT_FALSE(without.find("/socket.io/socket.io.js"));
  g_rmdir(folder.get());
}

TEST(WebRoot, MayVanish) {
  WebRoot root("/nowhere/at/all", 1000, nullptr);
  EXPECT_FALSE(root.find("/"));
  EXPECT_FALSE(root.find("/x"));
}

}  // namespace

}  // namespace rtcmc::program
