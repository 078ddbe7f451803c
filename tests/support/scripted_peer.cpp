#include "tests/support/scripted_peer.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <stdexcept>
#include <utility>

namespace glisson::tests {
namespace {

std::string big_endian(std::uint64_t value, int size) {
  std::string bytes;
  for (int i = size - 1; i >= 0; --i) bytes.push_back(static_cast<char>(value >> (8 * i)));
  return bytes;
}

std::string item(std::uint8_t type, std::string_view content) {
  return std::string{static_cast<char>(type), '\0'} + big_endian(content.size(), 2) + std::string(content);
}

std::string title(std::string text) {
  text.resize(16, ' ');
  return text;
}

std::string header(const pdu::Associate& associate) {
  return big_endian(1, 2) + std::string(2, '\0') + title(associate.called) + title(associate.calling) +
         std::string(32, '\0') + item(0x10, associate.application_context);
}

std::string user_information(const pdu::Associate& associate) {
  return item(0x50, item(0x51, big_endian(associate.max_length, 4)) + item(0x52, "1.2.3.4"));
}

}  // namespace

namespace pdu {

std::string make(std::uint8_t type, std::string_view body) {
  return std::string{static_cast<char>(type), '\0'} + big_endian(body.size(), 4) + std::string(body);
}

std::string request(const Associate& associate) {
  std::string body = header(associate);
  for (const auto& context : associate.contexts) {
    std::string content{static_cast<char>(context.id), '\0', '\0', '\0'};
    content += item(0x30, context.abstract_syntax);
    for (const auto& syntax : context.transfer_syntaxes) content += item(0x40, syntax);
    body += item(0x20, content);
  }
  return make(associate_rq, body + user_information(associate));
}

std::string accept(const Associate& associate, const std::vector<std::uint8_t>& refused) {
  std::string body = header(associate);
  for (const auto& context : associate.contexts) {
    const bool is_refused = std::find(refused.begin(), refused.end(), context.id) != refused.end();
    std::string content{static_cast<char>(context.id), '\0', is_refused ? '\3' : '\0', '\0'};
    content += item(0x40, context.transfer_syntaxes.front());
    body += item(0x21, content);
  }
  return make(associate_ac, body + user_information(associate));
}

std::string reject(std::uint8_t result, std::uint8_t source, std::uint8_t reason) {
  return make(associate_rj, std::string{'\0', static_cast<char>(result), static_cast<char>(source),
                                        static_cast<char>(reason)});
}

std::string value(std::uint8_t context_id, bool is_command, bool is_last, std::string_view bytes) {
  const auto control = static_cast<char>((is_command ? 1 : 0) | (is_last ? 2 : 0));
  return big_endian(bytes.size() + 2, 4) + std::string{static_cast<char>(context_id), control} +
         std::string(bytes);
}

std::string data(std::uint8_t context_id, bool is_command, bool is_last, std::string_view bytes) {
  return make(p_data, value(context_id, is_command, is_last, bytes));
}

std::string command(std::uint8_t context_id, const dicom::CommandSet& command) {
  const auto bytes = command.encode();
  return data(context_id, true, true, {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

std::string store_request(std::uint8_t context_id, std::uint16_t message_id, std::string_view sop_class,
                          std::string_view sop_instance) {
  auto request = dicom::CommandSet::request(dicom::dimse::c_store, message_id, true);
  request.set(dicom::CommandElement::priority, 0);
  request.set_uid(dicom::CommandElement::affected_sop_class_uid, sop_class);
  request.set_uid(dicom::CommandElement::affected_sop_instance_uid, sop_instance);
  return command(context_id, request);
}

Associate storing_ct() {
  return {.contexts = {{1, std::string(ct_image_storage), {std::string(explicit_little_endian)}},
                       {3, std::string(verification), {std::string(implicit_little_endian)}}}};
}

std::string store_ct(std::uint16_t message_id, std::string_view sop_instance) {
  return store_request(1, message_id, ct_image_storage, sop_instance);
}

std::string release_request() { return make(release_rq, std::string(4, '\0')); }
std::string release_response() { return make(release_rp, std::string(4, '\0')); }
std::string abort_by_user() { return make(abort, std::string(4, '\0')); }

}  // namespace pdu

ReceivedValue only_value(const ReceivedPdu& pdu) {
  if (pdu.type != pdu::p_data || pdu.body.size() < 6) throw std::runtime_error("no P-DATA-TF");
  return {static_cast<std::uint8_t>(pdu.body[4]), static_cast<std::uint8_t>(pdu.body[5]), pdu.body.substr(6)};
}

dicom::CommandSet command_in(const ReceivedPdu& pdu) {
  const auto value = only_value(pdu);
  auto command = dicom::CommandSet::decode(std::as_bytes(std::span(value.bytes)));
  if (!command || (value.control & 1) == 0) throw std::runtime_error("no command set");
  return *command;
}

ScriptedPeer ScriptedPeer::connect(std::uint16_t port) {
  const int descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  ScriptedPeer peer(descriptor);
  if (::connect(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    throw std::runtime_error("cannot connect to the node under test");
  }
  return peer;
}

ScriptedPeer::ScriptedPeer(ScriptedPeer&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)) {}

ScriptedPeer::~ScriptedPeer() { close(); }

bool ScriptedPeer::send(std::string_view bytes) const {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

ReceivedPdu ScriptedPeer::receive(std::chrono::milliseconds timeout) const {
  const auto deadline = std::chrono::steady_clock::now() + timeout;
  std::string bytes;
  std::size_t expected = 6;
  while (bytes.size() < expected) {
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    pollfd watched{descriptor_, POLLIN, 0};
    if (left.count() <= 0 || ::poll(&watched, 1, static_cast<int>(left.count())) == 0) return {-1, bytes};
    std::string part(expected - bytes.size(), '\0');
    const ssize_t received = ::recv(descriptor_, part.data(), part.size(), 0);
    if (received <= 0) return {0, bytes};
    bytes += part.substr(0, static_cast<std::size_t>(received));
    if (bytes.size() == 6) {
      std::size_t length = 0;
      for (std::size_t i = 2; i < 6; ++i) length = (length << 8) | static_cast<unsigned char>(bytes[i]);
      expected = 6 + length;
    }
  }
  return {static_cast<unsigned char>(bytes[0]), bytes.substr(6)};
}

ReceivedPdu ScriptedPeer::associate(const pdu::Associate& associate) const {
  send(pdu::request(associate));
  return receive();
}

bool ScriptedPeer::is_closed_within(std::chrono::milliseconds timeout) const {
  const auto deadline = std::chrono::steady_clock::now() + timeout;
  for (;;) {
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    pollfd watched{descriptor_, POLLIN, 0};
    if (left.count() <= 0 || ::poll(&watched, 1, static_cast<int>(left.count())) == 0) return false;
    char byte = 0;
    if (::recv(descriptor_, &byte, 1, 0) <= 0) return true;
  }
}

void ScriptedPeer::close() {
  if (descriptor_ >= 0) ::close(descriptor_);
  descriptor_ = -1;
}

void ScriptedPeer::reset() {
  const linger hard{1, 0};
  ::setsockopt(descriptor_, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
  close();
}

int listen_on_loopback(std::uint16_t& port) {
  const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof address;
  if (::bind(listener, reinterpret_cast<const sockaddr*>(&address), length) != 0 ||
      ::listen(listener, 64) != 0 ||
      ::getsockname(listener, reinterpret_cast<sockaddr*>(&address), &length) != 0) {
    throw std::runtime_error("cannot listen on 127.0.0.1");
  }
  port = ntohs(address.sin_port);
  return listener;
}

ScriptedListener::ScriptedListener(std::function<void(ScriptedPeer&)> script)
    : listener_(listen_on_loopback(port_)), thread_([this, script = std::move(script)] {
        for (;;) {
          const int connection = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
          if (connection < 0) return;
          ScriptedPeer peer(connection);
          script(peer);
        }
      }) {}

ScriptedListener::~ScriptedListener() {
  ::shutdown(listener_, SHUT_RDWR);
  thread_.join();
  ::close(listener_);
}

}  // namespace glisson::tests
