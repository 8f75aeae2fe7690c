// SPDX-License-Identifier: LGPL-2.1-or-later
#include "glib/random.hpp"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <string_view>

namespace {

using rtcmc::glib::random_id;
using rtcmc::glib::random_number;
namespace fs = std::filesystem;

constexpr std::size_t kDraws = 2000;

TEST(Random, AnIdHasAllItsDigitsAndNoneComesTwice) {
  std::set<std::string> ids;
  std::array<std::set<char>, 32> digits;
  for (std::size_t i = 0; i < kDraws; ++i) {
    const std::string id = random_id();
    ASSERT_EQ(id.size(), digits.size());
    ASSERT_EQ(id.find_first_not_of("0123456789abcdef"), std::string::npos) << id;
    for (std::size_t place = 0; place < id.size(); ++place) {
      digits.at(place).insert(id[place]);
    }
    ids.insert(id);
  }
  EXPECT_EQ(ids.size(), kDraws);
  for (const auto& of_place : digits) {
    EXPECT_EQ(of_place.size(), 16U) << "a digit that is not random";
  }
}

TEST(Random, ANumberHasAllItsBits) {
  std::uint32_t ones = 0;
  std::uint32_t zeros = 0;
  for (std::size_t i = 0; i < kDraws; ++i) {
    const std::uint32_t number = random_number();
    ones |= number;
    zeros |= ~number;
  }
  EXPECT_EQ(ones, 0xFFFFFFFFU);
  EXPECT_EQ(zeros, 0xFFFFFFFFU);
}

/// A generator with a state in the process would give both the same.
TEST(Random, AForkedProcessDrawsOtherOnes) {
  const std::string before = random_id();
  std::array<int, 2> ends{};
  ASSERT_EQ(pipe(ends.data()), 0);
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    const std::string id = random_id();
    _exit(write(ends[1], id.data(), id.size()) == static_cast<ssize_t>(id.size()) ? 0 : 1);
  }
  std::string theirs(before.size(), '\0');
  EXPECT_EQ(read(ends[0], theirs.data(), theirs.size()), static_cast<ssize_t>(theirs.size()));
  EXPECT_NE(theirs, random_id());
  close(ends[0]);
  close(ends[1]);
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
}

/// What protects something must not come from elsewhere, and nobody can tell in general what does.
TEST(Random, NothingOfOursDrawsFromAnyOtherSource) {
  constexpr std::array<std::string_view, 9> kOthers{"g_random_",      "g_rand_", "g_uuid_string_random",
                                                    "mt19937",        "rand48",  "random_device",
                                                    "default_random", "rand_r(", "std::rand("};
  std::size_t files = 0;
  for (const char* folder : {"src", "gst", "server"}) {
    for (const auto& entry : fs::recursive_directory_iterator(fs::path(SOURCE_DIR) / folder)) {
      const std::string extension = entry.path().extension();
      if ((extension != ".cpp" && extension != ".hpp") || entry.path().filename() == "random.hpp") {
        continue;
      }
      ++files;
      std::ifstream file(entry.path());
      const std::string text(std::istreambuf_iterator<char>(file), {});
      for (const std::string_view other : kOthers) {
        EXPECT_EQ(text.find(other), std::string::npos)
            << entry.path() << " uses " << other << ": use glib/random.hpp, which nobody can guess";
      }
    }
  }
  EXPECT_GT(files, 100U) << "not where the sources are";
}

}  // namespace
