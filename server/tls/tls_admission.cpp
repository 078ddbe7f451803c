#include "server/tls/tls_admission.hpp"

#include <boost/asio/buffer.hpp>

#include "engine/errors.hpp"
#include "server/request_gate.hpp"

namespace glisson::server {

using boost::asio::ip::tcp;
using boost::system::error_code;

TlsAdmission::TlsAdmission(tcp::socket socket, ConnectionOrigin origin, TlsContext context,
                           std::function<void(AdmittedPeer)> admitted,
                           std::function<void(const std::string&)> refused)
    : socket_(std::move(socket)),
      origin_(std::move(origin)),
      context_(std::move(context)),
      admitted_(std::move(admitted)),
      refused_(std::move(refused)),
      deadline_(socket_.get_executor()) {}

void TlsAdmission::start(std::chrono::milliseconds deadline) {
  deadline_.expires_after(deadline);
  deadline_.async_wait([self = shared_from_this()](const error_code& error) {
    if (error) return;
    self->refuse(!self->stream_           ? "silent: no TLS handshake within the deadline"
                 : self->request_.empty() ? "the TLS handshake did not end within the deadline"
                                          : "no whole A-ASSOCIATE-RQ within the deadline");
  });
  socket_.async_wait(tcp::socket::wait_read, [self = shared_from_this()](const error_code& error) {
    if (!error && !self->finished_) self->shake_hands();
  });
}

void TlsAdmission::shake_hands() {
  if (error_code error; socket_.available(error) == 0) return refuse("");
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
    self->admitted_({std::move(self->stream_), std::move(self->origin_), std::move(self->request_)});
  });
}

void TlsAdmission::refuse(const std::string& reason) {
  if (!finish()) return;
  drop();
  refused_(reason);
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
