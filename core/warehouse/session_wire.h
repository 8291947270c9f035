// The wire between server, session parent and sessions: frames of one type byte, a length and a payload over stream
// sockets, and descriptors beside single bytes.  Blocking with a deadline; one thread at a time per direction.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/files.h"
#include "core/base/status.h"

namespace cvg {

// What a frame is; its value is the byte on the wire.
enum class FrameType : char {
  ready = 'R',      // parent -> server: warm; session -> server: open
  spawn = 'S',      // server -> parent, with the session's socket
  process = 'P',    // parent -> server, with a pidfd of the session
  open = 'O',       // server -> session: the request of cvg_session.open
  query = 'Q',      // server -> session: the request of cvg_session.query
  interrupt = 'I',  // server -> session
  body = 'B',       // session -> server: the answer
  meta = 'M',       // session -> server: the answer's end
  error = 'E',      // {"code","message"}
};

struct Frame {
  FrameType type = FrameType::error;
  std::string payload;
};

constexpr std::int64_t frame_bytes_max = std::int64_t{1} << 30;

Status send_frame(int fd, FrameType type, std::string_view payload);
// wait_ms < 0 waits for ever.  Code::deadline when nothing came, Code::peer_died at the other side's end.
Result<Frame> receive_frame(int fd, std::int64_t wait_ms);

Status send_descriptor(int fd, FrameType type, int passed);
// The byte and the descriptor (which may be missing).
Result<std::pair<FrameType, Fd>> receive_descriptor(int fd, std::int64_t wait_ms);

}  // namespace cvg
