#include <libpq-fe.h>
#include <poll.h>

#include <memory>

#include "storage/database.hpp"

namespace glisson::storage {

// libpq by itself: libpqxx 6 can only wait for the server, two seconds at least.
bool answers_within(const std::string& url, std::chrono::milliseconds at_most) {
  const auto until = std::chrono::steady_clock::now() + at_most;
  const std::unique_ptr<PGconn, decltype(&PQfinish)> connection(PQconnectStart(url.c_str()), &PQfinish);
  auto state = PGRES_POLLING_WRITING;
  while (connection && PQstatus(connection.get()) != CONNECTION_BAD && state != PGRES_POLLING_FAILED) {
    if (state == PGRES_POLLING_OK) return true;
    const short awaited = state == PGRES_POLLING_READING ? POLLIN : POLLOUT;
    pollfd socket{PQsocket(connection.get()), awaited, 0};
    const auto rest = std::chrono::ceil<std::chrono::milliseconds>(until - std::chrono::steady_clock::now());
    if (rest.count() <= 0 || ::poll(&socket, 1, static_cast<int>(rest.count())) < 0) return false;
    if (socket.revents != 0) state = PQconnectPoll(connection.get());
  }
  return false;
}

}  // namespace glisson::storage
