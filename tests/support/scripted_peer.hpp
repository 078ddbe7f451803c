#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "dicom/network/command_set.hpp"

namespace glisson::tests {

inline constexpr std::string_view verification = "1.2.840.10008.1.1";
inline constexpr std::string_view ct_image_storage = "1.2.840.10008.5.1.4.1.1.2";
inline constexpr std::string_view implicit_little_endian = "1.2.840.10008.1.2";
inline constexpr std::string_view explicit_little_endian = "1.2.840.10008.1.2.1";

/// PDUs as they go over the wire (PS3.8 9.3), made to be broken by the caller where a test needs it.
namespace pdu {

enum Type : std::uint8_t {
  associate_rq = 1,
  associate_ac = 2,
  associate_rj = 3,
  p_data = 4,
  release_rq = 5,
  release_rp = 6,
  abort = 7,
};

struct Context {
  std::uint8_t id = 1;
  std::string abstract_syntax;
  std::vector<std::string> transfer_syntaxes;
};

struct Associate {
  std::string calling = "SCRIPT";
  std::string called = "GLISSON";
  std::vector<Context> contexts;
  std::string application_context = "1.2.840.10008.3.1.1.1";
  std::uint32_t max_length = 16384;
};

std::string make(std::uint8_t type, std::string_view body);
std::string request(const Associate& associate);
/// Accepts the contexts named, each with its first transfer syntax; others are refused (abstract syntax).
std::string accept(const Associate& associate, const std::vector<std::uint8_t>& refused = {});
std::string reject(std::uint8_t result, std::uint8_t source, std::uint8_t reason);
std::string value(std::uint8_t context_id, bool is_command, bool is_last, std::string_view bytes);
/// P-DATA-TF of one presentation data value.
std::string data(std::uint8_t context_id, bool is_command, bool is_last, std::string_view bytes);
std::string command(std::uint8_t context_id, const dicom::CommandSet& command);
std::string store_request(std::uint8_t context_id, std::uint16_t message_id, std::string_view sop_class,
                          std::string_view sop_instance);
/// Proposes CT Image Storage (context 1, explicit VR little endian) and Verification (context 3).
Associate storing_ct();
/// The C-STORE-RQ that goes with it, without the data set.
std::string store_ct(std::uint16_t message_id, std::string_view sop_instance = "1.2.3.4");
std::string release_request();
std::string release_response();
std::string abort_by_user();

}  // namespace pdu

/// One PDU as received; type 0 when the connection was closed, -1 when nothing came in time.
struct ReceivedPdu {
  int type = 0;
  std::string body;
};

/// What a P-DATA-TF with one presentation data value holds.
struct ReceivedValue {
  std::uint8_t context_id = 0;
  std::uint8_t control = 0;  ///< Bit 0: command, bit 1: last.
  std::string bytes;
};
ReceivedValue only_value(const ReceivedPdu& pdu);
dicom::CommandSet command_in(const ReceivedPdu& pdu);

/// A peer that says exactly what the test says, right or wrong.
class ScriptedPeer {
 public:
  /// Connects to 127.0.0.1.
  static ScriptedPeer connect(std::uint16_t port);
  explicit ScriptedPeer(int descriptor) : descriptor_(descriptor) {}
  ~ScriptedPeer();
  ScriptedPeer(ScriptedPeer&& other) noexcept;
  ScriptedPeer& operator=(ScriptedPeer&&) = delete;

  /// False when the other side has closed.
  bool send(std::string_view bytes) const;
  ReceivedPdu receive(std::chrono::milliseconds timeout = std::chrono::seconds(10)) const;
  /// Sends the request and returns the answer.
  ReceivedPdu associate(const pdu::Associate& associate) const;
  /// True when the other side closes (or resets) within the time.
  bool is_closed_within(std::chrono::milliseconds timeout) const;
  void close();
  void reset();  ///< Closes with a TCP RST.

 private:
  int descriptor_;
};

/// A listener on 127.0.0.1 that plays a script to each of its connections, one after the other.
class ScriptedListener {
 public:
  explicit ScriptedListener(std::function<void(ScriptedPeer&)> script);
  ~ScriptedListener();
  ScriptedListener(const ScriptedListener&) = delete;
  ScriptedListener& operator=(const ScriptedListener&) = delete;
  std::uint16_t port() const { return port_; }

 private:
  std::uint16_t port_ = 0;
  int listener_ = -1;
  std::thread thread_;
};

/// A listening socket on a free port of 127.0.0.1.
int listen_on_loopback(std::uint16_t& port);

}  // namespace glisson::tests
