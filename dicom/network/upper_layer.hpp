#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "dicom/network/pdu_socket.hpp"

struct T_ASC_Association;  // DCMTK's; only this room's .cpp files look inside
struct T_ASC_Parameters;

namespace glisson::dicom {

/// What makes a connection secure: given the connected TCP socket, which it takes, it returns the stream on
/// which DICOM is spoken.
/// @throws TransientError saying why there is none.
using SecureTransport = std::function<int(int socket)>;

/// Maximum length of P-DATA that we receive as a requestor, to which responses only are sent.
inline constexpr long requestor_pdu = 16384;

/// An association of DCMTK's upper layer over a connection with our deadlines. Whatever is still open when it
/// is destroyed is closed.
class UpperLayer {
 public:
  UpperLayer(UpperLayer&&) noexcept;
  UpperLayer& operator=(UpperLayer&&) = delete;
  ~UpperLayer();

  /// Reads the A-ASSOCIATE-RQ from a connected socket, which it takes. Threads may do this side by side.
  /// @param max_pdu_length of P-DATA that we receive, clamped to what DCMTK can (4 to 128 KiB).
  static UpperLayer receive(int socket, PduDeadlines deadlines, std::uint32_t max_pdu_length);

  /// Connects, sends the A-ASSOCIATE-RQ that `propose` fills in and waits for the answer.
  /// @param secure empty: plain DICOM.
  static UpperLayer request(const std::function<void(T_ASC_Parameters&)>& propose, PduDeadlines deadlines,
                            const SecureTransport& secure);

  /// None unless an A-ASSOCIATE-RQ was received (or answered, for a requestor); problem() says why.
  T_ASC_Association* association() const noexcept;
  /// The answer to our request was an A-ASSOCIATE-RJ.
  bool rejected() const noexcept;
  /// The parameters of the association, also of a rejected one; none where there never was any.
  T_ASC_Parameters* parameters() const noexcept;
  const std::string& problem() const noexcept;

  /// None before there was a connection.
  PduSocket* socket() const noexcept;

  /// Waits shortly for the peer to close first, as an acceptor shall (PS3.8 9.2, Sta13), then closes.
  void close_after_peer() noexcept;

 private:
  struct State;
  explicit UpperLayer(std::unique_ptr<State> state) noexcept;
  std::unique_ptr<State> state_;
};

}  // namespace glisson::dicom
