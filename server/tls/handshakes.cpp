#include "server/tls/handshakes.hpp"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <utility>

#include "server/admission/counted_network.hpp"

namespace glisson::server {

using boost::asio::ip::tcp;

Handshakes::Handshakes(boost::asio::io_context& loop, HandshakeLimits limits,
                       std::function<void(AdmittedPeer)> admitted,
                       std::function<void(const std::string&, const std::string&)> refused)
    : loop_(loop),
      limits_(limits),
      admitted_(std::move(admitted)),
      refused_(std::move(refused)),
      second_(loop) {}

void Handshakes::begin(HandedConnection connection, const TlsContext& context) {
  if (waiting_ >= limits_.room) make_room();
  const std::string sender = connection.origin.address;
  const std::string address = counted_network(sender);
  auto& all = lines_[address].all;
  const auto place = all.insert(all.end(), nullptr);
  ++waiting_;
  *place = std::make_shared<TlsAdmission>(tcp::socket(loop_, tcp::v4(), connection.socket.release()),
                                          std::move(connection.origin), context);
  (*place)->start(limits_.deadline, {[this, address, place] {
                                       lines_[address].spoke_up.push_back(*place);
                                       queue_up(address);
                                     },
                                     [this, address, place](AdmittedPeer peer) {
                                       leave(address, place);
                                       admitted_(std::move(peer));
                                     },
                                     [this, sender, address, place](const std::string& reason) {
                                       leave(address, place);
                                       refused_(sender, reason);
                                     }});
}

void Handshakes::make_room() {
  const auto longest = std::max_element(lines_.begin(), lines_.end(), [](const auto& a, const auto& b) {
    return a.second.all.size() < b.second.all.size();
  });
  if (longest == lines_.end()) return;
  // A share of it, because it leaves the line.
  const Admission oldest = longest->second.all.front();
  oldest->refuse("the oldest of too many connections without an A-ASSOCIATE-RQ");
}

void Handshakes::leave(const std::string& address, std::list<Admission>::iterator place) {
  const auto line = lines_.find(address);
  line->second.all.erase(place);
  if (line->second.all.empty()) lines_.erase(line);
  --waiting_;
}

void Handshakes::queue_up(const std::string& address) {
  const auto begun = begun_.find(address);
  const bool rests = begun != begun_.end() && begun->second >= limits_.a_second;
  if (rests || std::find(turns_.begin(), turns_.end(), address) != turns_.end()) return;
  turns_.push_back(address);
  give_turns();
}

void Handshakes::give_turns() {
  if (turn_is_posted_ || held_ || turns_.empty()) return;
  turn_is_posted_ = true;
  boost::asio::post(loop_, [this] {
    turn_is_posted_ = false;
    if (!held_ && !turns_.empty()) take_turn();
    give_turns();
  });
}

void Handshakes::take_turn() {
  const std::string address = std::move(turns_.front());
  turns_.pop_front();
  const auto line = lines_.find(address);
  if (line == lines_.end()) return;
  if (begun_.empty()) begin_second();
  auto& spoke_up = line->second.spoke_up;
  Admission next;
  while (!next && !spoke_up.empty()) {
    next = spoke_up.front().lock();
    spoke_up.pop_front();
  }
  if (!next) return;
  ++begun_[address];
  if (!spoke_up.empty()) queue_up(address);
  next->shake_hands();
}

void Handshakes::begin_second() {
  second_.expires_after(std::chrono::seconds(1));
  second_.async_wait([this](const boost::system::error_code& error) {
    if (error) return;
    for (const auto& [address, begun] : std::exchange(begun_, {})) {
      const auto line = lines_.find(address);
      if (line != lines_.end() && !line->second.spoke_up.empty()) queue_up(address);
    }
  });
}

void Handshakes::hold(bool held) {
  held_ = held;
  give_turns();
}

void Handshakes::stop() {
  for (const auto& [address, line] : std::exchange(lines_, {})) {
    for (const Admission& admission : line.all) admission->drop();
  }
  waiting_ = 0;
  turns_.clear();
  begun_.clear();
  second_.cancel();
}

}  // namespace glisson::server
