// SPDX-License-Identifier: LGPL-2.1-or-later
#include "config_file.hpp"

#include <glib/gstdio.h>
#include <gtest/gtest.h>

#include "glib/ref.hpp"

namespace rtcmc::program {

namespace {

class ConfigFileTest : public testing::Test {
 public:
  ConfigFileTest(const ConfigFileTest&) = delete;
  ConfigFileTest& operator=(const ConfigFileTest&) = delete;

 protected:
  ConfigFileTest() {
    gchar* name = nullptr;
    const int fd = g_file_open_tmp("rtcmc-XXXXXX", &name, nullptr);
    g_close(fd, nullptr);
    path_.reset(name);
  }
  ~ConfigFileTest() override { g_unlink(path_.get()); }

  std::variant<std::vector<Assignment>, std::string> read(std::string_view text) {
    g_file_set_contents(path_.get(), text.data(), static_cast<gssize>(text.size()), nullptr);
    return read_config_file(path_.get());
  }
  std::string fault(std::string_view text) {
    const auto result = read(text);
    const auto* fault = std::get_if<std::string>(&result);
    return fault ? *fault : "";
  }

 private:
  glib::String path_;
};

TEST_F(ConfigFileTest, AssignsInOrder) {
  const auto result = read("# a remark\n[server]\nport = 80 \n\nlisten=::1\n");
  const auto& assignments = std::get<std::vector<Assignment>>(result);
  ASSERT_EQ(assignments.size(), 2U);
  EXPECT_STREQ(assignments[0].setting->name, "port");
  EXPECT_EQ(assignments[0].value, "80");
  EXPECT_STREQ(assignments[1].setting->name, "listen");
}

TEST_F(ConfigFileTest, MayBeEmpty) {
  EXPECT_EQ(fault(""), "");
  EXPECT_EQ(fault("[server]\n"), "");
  EXPECT_EQ(fault("# nothing\n"), "");
}

TEST_F(ConfigFileTest, GuessesWhatIsMeant) {
  EXPECT_NE(fault("[server]\nlsiten=::\n").find("Is \"listen\" meant?"), std::string::npos);
  EXPECT_NE(fault("[server]\nmax_rooms=1\n").find("Is \"max-rooms\" meant?"), std::string::npos);
  EXPECT_EQ(fault("[server]\ncompletely-different=1\n").find("meant"), std::string::npos);
  EXPECT_EQ(fault("[server]\nx=1\n").find("meant"), std::string::npos);
}

TEST_F(ConfigFileTest, ComplainsOfWhatIsNoText) {
  EXPECT_NE(fault("[server]\nport=\xff\n"), "");
}

}  // namespace

}  // namespace rtcmc::program
