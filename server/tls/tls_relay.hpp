#pragma once

#include <chrono>
#include <functional>
#include <memory>

#include "server/tls/tls_stream.hpp"

namespace glisson::server {

/// Carries bytes between a TLS connection whose handshake is done and a local stream, both ways, until both
/// have ended. Each way holds one buffer and reads again only once it is written, so that a slow side slows
/// the other and memory stays as it is. The end of one side is passed on as the end of the stream; the other
/// way goes on. What the peer still sends when nobody reads it any more is dropped for a moment, so that no
/// reset overtakes our last words.
/// @param stall longest time in which the peer may take nothing of what is sent to it.
/// @param ended called once when both streams are closed; with what the peer said against us, where it did:
/// in
///        TLS 1.3 a server looks at a client's certificate only after the client's handshake has ended.
void relay(std::unique_ptr<TlsStream> peer, PlainStream plain, std::chrono::milliseconds stall,
           std::function<void(const std::string&)> ended);

}  // namespace glisson::server
