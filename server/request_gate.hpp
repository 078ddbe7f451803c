#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <chrono>
#include <functional>

namespace glisson::server {

/// Largest A-ASSOCIATE-RQ that is waited for, in bytes.
inline constexpr std::size_t largest_association_request = 65536;

/// Waits until a whole A-ASSOCIATE-RQ (PS3.8 9.3.2) lies in the socket's receive buffer, without taking a
/// byte out of it, so that no association process ever waits for a silent peer. SO_RCVLOWAT keeps the loop
/// asleep until the bytes still needed are there. A connection that shows anything else, ends, or takes
/// longer than the deadline is closed.
/// @param whole called with the socket once the request is complete.
/// @param gone called once when the connection was closed instead.
void await_association_request(boost::asio::ip::tcp::socket socket, std::chrono::milliseconds deadline,
                               std::function<void(boost::asio::ip::tcp::socket)> whole,
                               std::function<void()> gone);

/// Writes an A-ASSOCIATE-RJ: transient, local limit exceeded (PS3.8 9.3.4), and closes the socket.
void reject_for_limit(boost::asio::ip::tcp::socket socket);

}  // namespace glisson::server
