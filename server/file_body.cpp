// SPDX-License-Identifier: LGPL-2.1-or-later
#include "file_body.hpp"

#include <unistd.h>

#include <algorithm>

namespace rtcmc::program {

FileDescriptor::~FileDescriptor() {
  if (fd_ >= 0) {
    close(fd_);
  }
}

std::size_t FileBody::read(std::size_t offset, std::span<char> into) const {
  const auto wanted = into.first(std::min(into.size(), size_ - offset));
  std::size_t have = 0;
  while (have < wanted.size()) {
    const auto rest = wanted.subspan(have);
    const ssize_t got = pread(file_.get(), rest.data(), rest.size(), static_cast<off_t>(offset + have));
    if (got <= 0) {
      break;
    }
    have += static_cast<std::size_t>(got);
  }
  return have;
}

}  // namespace rtcmc::program
