// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "file_body.hpp"
#include "server/content.hpp"

namespace rtcmc::program {

/// The files of a folder. Never one outside of it: no "..", no symbolic link below the folder (it may be one itself,
/// and be changed at any time), no hidden file but what is below /.well-known. A folder's own page is its index.html.
class WebRoot final : public server::Content {
 public:
  /// `built_in`: has /socket.io/socket.io.js in case the folder has not; may be null.
  WebRoot(std::string folder, std::size_t max_file_size, std::unique_ptr<server::Content> built_in)
      : folder_(std::move(folder)), max_file_size_(max_file_size), built_in_(std::move(built_in)) {}

  [[nodiscard]] std::optional<Item> find(const std::string& path) override;

 private:
  [[nodiscard]] std::optional<Item> item(FileDescriptor file, const std::string& path) const;

  std::string folder_;
  std::size_t max_file_size_;
  std::unique_ptr<server::Content> built_in_;
};

}  // namespace rtcmc::program
