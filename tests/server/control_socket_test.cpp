#include "server/control_socket.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>

#include "server/stop_watch.hpp"

namespace glisson::server {
namespace {

TEST(ControlSocket, PassesAnOpenSocketAndItsOrigin) {
  auto [supervisor, child] = make_control_sockets();
  std::array<int, 2> connection{};
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, connection.data()), 0);
  const ConnectionOrigin origin{"2001:db8::7", 2762, std::string(64, 'a'), std::string("CN=ct 1\0,O=x", 12),
                                false};
  ASSERT_TRUE(send_connection(supervisor.get(), connection[0], origin));
  ::close(connection[0]);

  const auto handed = receive_connection(child.get());
  ASSERT_TRUE(handed);
  EXPECT_EQ(handed->origin, origin);
  ASSERT_EQ(::write(handed->socket.get(), "x", 1), 1);
  char byte = 0;
  ASSERT_EQ(::read(connection[1], &byte, 1), 1);
  EXPECT_EQ(byte, 'x');
  ::close(connection[1]);
}

TEST(ControlSocket, TellsTheEndOfTheOtherSide) {
  auto [supervisor, child] = make_control_sockets();
  EXPECT_TRUE(report_ready(child.get()));
  supervisor.reset();
  EXPECT_FALSE(receive_connection(child.get()));
  EXPECT_FALSE(report_ready(child.get()));
}

TEST(ControlSocket, TellsTheEndFromAConnectionForWhichThereWasNoDescriptor) {
  auto [supervisor, child] = make_control_sockets();
  EXPECT_FALSE(is_closed(child.get())) << "nothing was sent yet";
  ASSERT_TRUE(send_connection(supervisor.get(), STDIN_FILENO, {"192.0.2.7", 104, {}, {}}));
  rlimit limit{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &limit), 0);
  const rlimit none{0, limit.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &none), 0);
  const bool received = receive_connection(child.get()).has_value();
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &limit), 0);
  EXPECT_FALSE(received);
  EXPECT_FALSE(is_closed(child.get()));
  supervisor.reset();
  EXPECT_TRUE(is_closed(child.get()));
}

TEST(ControlSocket, SendingToADeadProcessFails) {
  auto [supervisor, child] = make_control_sockets();
  child.reset();
  EXPECT_FALSE(send_connection(supervisor.get(), STDIN_FILENO, {"192.0.2.7", 104, {}, {}}));
}

TEST(StopWatch, SeesTheSupervisorGo) {
  auto [supervisor, child] = make_control_sockets();
  const StopWatch watch(child.get());
  EXPECT_FALSE(watch.stopping());
  supervisor.reset();
  watch.pause(std::chrono::seconds(10));  // Ends as soon as the watch has seen it.
  EXPECT_TRUE(watch.stopping());
}

TEST(StopWatch, EndsWithItsObject) {
  auto [supervisor, child] = make_control_sockets();
  { const StopWatch watch(child.get()); }
  EXPECT_TRUE(report_ready(child.get()));
}

}  // namespace
}  // namespace glisson::server
