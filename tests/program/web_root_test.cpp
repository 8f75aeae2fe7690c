// SPDX-License-Identifier: LGPL-2.1-or-later
// What is safe about it is tested through the program (web_root.test.mjs).
#include "web_root.hpp"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <array>
#include <fstream>
#include <memory>
#include <string>

#include "glib/ref.hpp"

namespace rtcmc::program {

namespace {

class Script final : public server::Content {
 public:
  std::optional<Item> find(const std::string&) override {
    auto bytes = glib::Ref<GBytes>::adopt(g_bytes_new_static("js", 2));
    return Item{.body = std::make_shared<server::BytesBody>(std::move(bytes)), .mime_type = "text/javascript"};
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

/// A folder with one file, which is gone with it.
class FileVersions : public testing::Test {
 protected:
  void SetUp() override { write("one"); }
  void TearDown() override {
    g_remove(path_.c_str());
    g_rmdir(folder_.get());
  }

  /// Always with the same date.
  void write(const std::string& text) { write_to(path_, text); }
  void replace(const std::string& text) {
    write_to(path_ + ".new", text);
    g_rename((path_ + ".new").c_str(), path_.c_str());
  }
  [[nodiscard]] server::Content::Item item() { return root_.find("/file").value(); }
  static std::string text_of(const server::Body& body, std::size_t offset = 0) {
    std::array<char, 100> bytes{};
    return {bytes.data(), body.read(offset, bytes)};
  }

 private:
  static void write_to(const std::string& path, const std::string& text) {
    std::ofstream(path) << text;
    constexpr std::array<timespec, 2> kTimes{{{784111777, 5}, {784111777, 5}}};
    utimensat(AT_FDCWD, path.c_str(), kTimes.data(), 0);
  }

  const glib::String folder_{g_dir_make_tmp("rtcmc-XXXXXX", nullptr)};
  const std::string path_ = std::string(folder_.get()) + "/file";
  WebRoot root_{folder_.get(), 1000, nullptr};
};

TEST_F(FileVersions, HaveOneTagAsLongAsTheFileIsTheSame) {
  const auto first = item();
  EXPECT_TRUE(first.validators.etag.starts_with("W/\"")) << first.validators.etag;
  EXPECT_EQ(first.validators.modified, 784111777);
  EXPECT_EQ(item().validators.etag, first.validators.etag);
}

TEST_F(FileVersions, HaveOtherTagsAfterEachChange) {
  const auto first = item();
  write("longer");
  const auto longer = item();
  EXPECT_NE(longer.validators.etag, first.validators.etag) << "of the same date";
  replace("LONGER");
  EXPECT_NE(item().validators.etag, longer.validators.etag) << "of the same date and size";
  EXPECT_EQ(item().validators.modified, 784111777);
}

TEST_F(FileVersions, AreReadToTheirEndAlthoughReplaced) {
  const auto old = item();
  replace("other");
  EXPECT_EQ(text_of(*old.body), "one");
  EXPECT_EQ(text_of(*old.body, 1), "ne");
  EXPECT_EQ(text_of(*old.body, 3), "");
  EXPECT_EQ(text_of(*item().body), "other");
}

TEST_F(FileVersions, EndWhereTheFileIsCut) {
  const auto whole = item();
  write("o");
  EXPECT_EQ(whole.body->size(), 3U);
  EXPECT_EQ(text_of(*whole.body), "o");
  EXPECT_EQ(text_of(*whole.body, 2), "");
}

TEST(WebRoot, MayVanish) {
  WebRoot root("/nowhere/at/all", 1000, nullptr);
  EXPECT_FALSE(root.find("/"));
  EXPECT_FALSE(root.find("/x"));
}

}  // namespace

}  // namespace rtcmc::program
