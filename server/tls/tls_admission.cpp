#include "server/tls/tls_admission.hpp"

#include <sys/socket.h>

#include <boost/asio/buffer.hpp>
#include <cerrno>
#include <cstring>

#include "engine/errors.hpp"
#include "server/request_gate.hpp"

namespace glisson::server {

using boost::asio::ip::tcp;
using boost::system::error_code;

TlsAdmission::TlsAdmission(tcp::socket socket, ConnectionOrigin origin, TlsContext context)
    : socket_(std::move(socket)),
      origin_(std::move(origin)),
      context_(std::move(context)),
      deadline_(socket_.get_executor()) {}

void TlsAdmission::start(std::chrono::milliseconds deadline, AdmissionEvents events) {
  events_ = std::move(events);
  deadline_.start(deadline, [weak = weak_from_this()] {
    const auto self = weak.lock();
    if (!self) return;
    self->refuse(!self->spoke_up_         ? "silent: no TLS handshake within the deadline"
                 : !self->stream_         ? "too many handshakes of its address at once"
                 : self->request_.empty() ? "the TLS handshake did not end within the deadline"
                                          : "no whole A-ASSOCIATE-RQ within the deadline");
  });
  await_first_byte();
}

void TlsAdmission::await_first_byte() {
  socket_.async_wait(tcp::socket::wait_read, [self = shared_from_this()](const error_code& failed) {
    if (failed || self->finished_) return;
    char byte = 0;
    const ssize_t there = ::recv(self->socket_.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    if (there == 0) return self->refuse("");
    // Woken for nothing is no end.
    if (there < 0 && (errno == EAGAIN || errno == EINTR)) return self->await_first_byte();
    if (there < 0) return self->refuse(std::strerror(errno));
    self->spoke_up_ = true;
    self->events_.spoke_up();
  });
}

void TlsAdmission::shake_hands() {
  if (finished_) return;
  stream_ = std::make_unique<TlsStream>(std::move(socket_), *context_);
  send_at_once(*stream_);
  stream_->async_handshake(TlsStream::server, [self = shared_from_this()](const error_code& error) {
    if (self->finished_) return;
    if (error) return self->refuse(failure_of(*self->stream_, error));
    try {
      if (const auto certificate = peer_certificate(*self->stream_)) {
        self->origin_.certificate_fingerprint = certificate->fingerprint;
        self->origin_.certificate_subject = certificate->subject;
      }
    } catch (const RejectedInput& unreadable) {
      return self->refuse(unreadable.what());
    }
    self->request_.resize(largest_association_request);
    self->read_request();
  });
}

void TlsAdmission::read_request() {
  const auto room = boost::asio::buffer(request_) + received_;
  stream_->async_read_some(room, [self = shared_from_this()](const error_code& error, std::size_t size) {
    if (self->finished_) return;
    if (error) return self->refuse(failure_of(*self->stream_, error));
    self->received_ += size;
    acknowledge_at_once(*self->stream_);
    if (self->received_ < pdu_header_size) return self->read_request();
    const auto whole = association_request_size(std::span(self->request_).first<pdu_header_size>());
    if (!whole) return self->refuse("what comes over TLS begins with no A-ASSOCIATE-RQ, or too large a one");
    if (self->received_ < *whole) return self->read_request();
    self->finish();
    self->request_.resize(self->received_);
    self->events_.admitted({std::move(self->stream_), std::move(self->origin_), std::move(self->request_)});
  });
}

void TlsAdmission::refuse(const std::string& reason) {
  if (!finish()) return;
  drop();
  events_.refused(reason);
}

void TlsAdmission::drop() {
  finish();
  error_code ignored;
  (stream_ ? stream_->next_layer() : socket_).close(ignored);
}

/// False when it was finished already.
bool TlsAdmission::finish() {
  if (finished_) return false;
  finished_ = true;
  deadline_.cancel();
  return true;
}

}  // namespace glisson::server
