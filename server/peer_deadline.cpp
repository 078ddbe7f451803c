#include "server/peer_deadline.hpp"

#include <boost/asio/steady_timer.hpp>
#include <utility>

namespace glisson::server {
namespace {

constexpr int slices = 10;

}  // namespace

struct PeerDeadline::State {
  boost::asio::steady_timer timer;
  std::chrono::steady_clock::duration slice{};
  int left = 0;
  std::function<void()> over;
};

PeerDeadline::PeerDeadline(const boost::asio::any_io_executor& executor)
    : state_(std::make_shared<State>(State{boost::asio::steady_timer(executor), {}, 0, {}})) {}

void PeerDeadline::start(std::chrono::milliseconds time, std::function<void()> over) {
  state_->slice = std::chrono::steady_clock::duration(time) / slices;
  state_->left = slices;
  state_->over = std::move(over);
  count(state_);
}

void PeerDeadline::count(const std::shared_ptr<State>& state) {
  state->timer.expires_after(state->slice);
  state->timer.async_wait([state](const boost::system::error_code& error) {
    if (error || !state->over) return;
    if (--state->left > 0) return count(state);
    std::exchange(state->over, nullptr)();
  });
}

void PeerDeadline::cancel() {
  state_->over = nullptr;
  state_->timer.cancel();
}

}  // namespace glisson::server
