// Channel: messages over a socket between the server and one worker.  A message is a type and bytes; it travels as frames
// of at most frame_bytes_max, so that neither side reserves more than what has arrived.  One thread receives; sends of
// several threads are kept apart by their callers.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "core/base/files.h"
#include "core/base/status.h"

namespace cvg {

// What a message is; its value stands on the wire.
enum class MessageType : std::uint16_t {
  load = 1,     // server -> worker: the plugin's row
  loaded,       // worker -> server: what it offers, or why it is refused
  create,       // server -> worker: an instance
  destroy,      // server -> worker
  call,         // server -> worker: a function of the instance
  answer,       // worker -> server: of create, destroy, call
  service,      // worker -> server: a function of the host
  served,       // server -> worker: its answer
  note,         // worker -> server: log, progress, a warning; not answered
  pull,         // either: the schema or the next batch of a stream that the other side holds
  pulled,       // the answer to pull
};
constexpr MessageType last_message_type = MessageType::pulled;

struct Message {
  MessageType type = MessageType::note;
  std::string body;
};

constexpr std::size_t frame_bytes_most = std::size_t{4} << 20;
constexpr std::size_t message_bytes_max = std::size_t{256} << 20;

class Channel {
 public:
  // Asked about every 20 ms while the channel waits; what is not ok ends the wait with that Status.
  using Tick = std::function<Status()>;
  explicit Channel(Fd socket);
  void set_tick(Tick tick) { tick_ = std::move(tick); }

  // Code::limit: the message is larger than message_bytes_max and nothing was sent.  Code::peer_died: the other side is
  // gone, or what it sends is no frame; the channel is of no use then.
  Status send(MessageType type, std::string_view body);
  Result<Message> receive();
  void close() { socket_.reset(); }

 private:
  Status wait(short events);
  Status send_bytes(const char* p, std::size_t n);
  Status receive_bytes(char* p, std::size_t n);
  Fd socket_;
  Tick tick_;
};

}  // namespace cvg
