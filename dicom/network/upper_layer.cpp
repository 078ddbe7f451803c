#include "dicom/network/upper_layer.hpp"

#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmnet/assoc.h>
#include <dcmtk/dcmnet/cond.h>
#include <dcmtk/dcmnet/dcmlayer.h>
#include <dcmtk/dcmnet/dcmtrans.h>

#include <algorithm>
#include <mutex>
#include <stdexcept>

#include "dicom/dicom_file.hpp"
#include "engine/errors.hpp"

namespace glisson::dicom {
namespace {

// DCMTK's own time-outs hold for single reads; the socket's deadlines are the ones that count.
constexpr int toolkit_timeout_seconds = 3600;
constexpr int peer_close_seconds = 1;
constexpr std::uint32_t smallest_pdu = 4096;
constexpr std::uint32_t largest_pdu = 131072;

/// Lends a PduSocket to DCMTK, and secures it once DCMTK has connected and set its options.
class Connection final : public DcmTCPConnection {
 public:
  Connection(std::shared_ptr<PduSocket> socket, SecureTransport secure, std::string& problem)
      : DcmTCPConnection(socket->descriptor()),
        socket_(std::move(socket)),
        secure_(std::move(secure)),
        problem_(problem) {}
  ~Connection() override { Connection::closeTransportConnection(); }

  OFCondition clientSideHandshake() override {
    if (!secure_) return EC_Normal;
    try {
      socket_->exchange_descriptor(secure_(socket_->exchange_descriptor(-1)));
    } catch (const TransientError& error) {
      problem_ = error.what();
      return makeDcmnetCondition(DULC_TLSERROR, OF_error, "no secure connection");
    }
    setSocket(socket_->descriptor());
    return EC_Normal;
  }

  ssize_t read(void* buffer, size_t size) override { return socket_->read(buffer, size); }
  ssize_t write(void* buffer, size_t size) override { return socket_->write(buffer, size); }
  OFBool networkDataAvailable(int seconds) override {
    return socket_->readable(std::chrono::seconds(std::max(seconds, 0)));
  }
  void close() override { closeTransportConnection(); }
  void closeTransportConnection() override {
    socket_->close();
    setSocket(-1);
  }

 private:
  std::shared_ptr<PduSocket> socket_;
  SecureTransport secure_;
  std::string& problem_;  ///< Of the TransportLayer, which outlives every connection.
};

/// dcmExternalSocketHandle is one variable for the process; it is ours from setting it until DCMTK has read
/// it.
std::mutex external_socket_mutex;

class TransportLayer final : public DcmTransportLayer {
 public:
  TransportLayer(PduDeadlines deadlines, SecureTransport secure)
      : deadlines_(deadlines), secure_(std::move(secure)) {}
  TransportLayer(int socket, PduDeadlines deadlines)
      : deadlines_(deadlines), socket_(std::make_shared<PduSocket>(socket, deadlines)) {}

  DcmTransportConnection* createConnection(DcmNativeSocketType descriptor, OFBool secure) override {
    release_external_socket();
    if (secure) return nullptr;
    if (!socket_) socket_ = std::make_shared<PduSocket>(descriptor, deadlines_);
    return new Connection(socket_, secure_, problem_);
  }

  void lend_external_socket() {
    lock_ = std::unique_lock(external_socket_mutex);
    dcmExternalSocketHandle.set(socket_->descriptor());
  }
  void release_external_socket() {
    if (!lock_.owns_lock()) return;
    dcmExternalSocketHandle.set(-1);
    lock_.unlock();
  }
  PduSocket* socket() const { return socket_.get(); }
  /// Why the connection could not be made secure; empty: it was, or need not be.
  const std::string& problem() const { return problem_; }

 private:
  PduDeadlines deadlines_;
  SecureTransport secure_;
  std::string problem_;
  std::shared_ptr<PduSocket> socket_;
  std::unique_lock<std::mutex> lock_;
};

/// No host name is looked up for an association: that could take longer than all deadlines.
void configure_toolkit() {
  silence_toolkit();
  dcmDisableGethostbyaddr.set(OFTrue);
}

}  // namespace

struct UpperLayer::State {
  TransportLayer layer;
  T_ASC_Network* network = nullptr;
  T_ASC_Association* association = nullptr;
  bool open = false;
  bool rejected = false;
  std::string problem;

  template <typename... Arguments>
  explicit State(Arguments... arguments) : layer(arguments...) {}
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() {
    if (association != nullptr) ASC_destroyAssociation(&association);
    if (network != nullptr) ASC_dropNetwork(&network);
  }

  void initialize(T_ASC_NetworkRole role) {
    OFCondition condition = ASC_initializeNetwork(role, 0, toolkit_timeout_seconds, &network);
    if (condition.good()) condition = ASC_setTransportLayer(network, &layer, 0);
    if (condition.bad()) throw TransientError("the DICOM upper layer could not be initialised");
  }
};

UpperLayer::UpperLayer(std::unique_ptr<State> state) noexcept : state_(std::move(state)) {}
UpperLayer::UpperLayer(UpperLayer&&) noexcept = default;
UpperLayer::~UpperLayer() = default;

UpperLayer UpperLayer::receive(int socket, PduDeadlines deadlines, std::uint32_t max_pdu_length) {
  // DCMTK takes 0 for "no socket given".
  if (socket <= 0) throw std::logic_error("an association needs a connected socket above 0");
  configure_toolkit();
  auto state = std::make_unique<State>(socket, deadlines);
  // An acceptor's network opens no listening socket of its own while an external one is set.
  state->layer.lend_external_socket();
  state->initialize(NET_ACCEPTOR);
  const OFCondition condition =
      ASC_receiveAssociation(state->network, &state->association,
                             static_cast<long>(std::clamp(max_pdu_length, smallest_pdu, largest_pdu)));
  state->layer.release_external_socket();
  if (condition.bad()) {
    state->problem = condition.text();
  } else if (state->association->params->DULparams.requestedPresentationContext == nullptr) {
    // DCMTK is content with any PDU, but reads presentation contexts from an A-ASSOCIATE-RQ only.
    state->problem = "the first PDU was no A-ASSOCIATE-RQ";
  } else {
    state->open = true;
  }
  return UpperLayer(std::move(state));
}

UpperLayer UpperLayer::request(const std::function<void(T_ASC_Parameters&)>& propose, PduDeadlines deadlines,
                               const SecureTransport& secure) {
  configure_toolkit();
  auto state = std::make_unique<State>(deadlines, secure);
  const auto seconds = std::chrono::ceil<std::chrono::seconds>(deadlines.pdu).count();
  dcmConnectionTimeout.set(static_cast<Sint32>(std::clamp<std::int64_t>(seconds, 1, 3600)));
  state->initialize(NET_REQUESTOR);
  T_ASC_Parameters* created = nullptr;
  if (ASC_createAssociationParameters(&created, requestor_pdu).bad()) throw std::bad_alloc();
  const auto destroy = [](T_ASC_Parameters* unused) { ASC_destroyAssociationParameters(&unused); };
  std::unique_ptr<T_ASC_Parameters, decltype(destroy)> parameters(created, destroy);
  propose(*parameters);
  const OFCondition condition =
      ASC_requestAssociation(state->network, parameters.release(), &state->association);
  state->open = condition.good();
  state->rejected = condition == DUL_ASSOCIATIONREJECTED;
  if (condition.bad()) {
    state->problem = state->layer.problem().empty() ? condition.text() : state->layer.problem();
  }
  return UpperLayer(std::move(state));
}

T_ASC_Association* UpperLayer::association() const noexcept {
  return state_->open ? state_->association : nullptr;
}

bool UpperLayer::rejected() const noexcept { return state_->rejected; }

T_ASC_Parameters* UpperLayer::parameters() const noexcept {
  return state_->association != nullptr ? state_->association->params : nullptr;
}

const std::string& UpperLayer::problem() const noexcept { return state_->problem; }

PduSocket* UpperLayer::socket() const noexcept { return state_->layer.socket(); }

void UpperLayer::close_after_peer() noexcept {
  if (state_->association == nullptr) return;
  if (auto* connection = socket()) connection->await_message();
  static_cast<void>(ASC_dropSCPAssociation(state_->association, peer_close_seconds));
}

}  // namespace glisson::dicom
