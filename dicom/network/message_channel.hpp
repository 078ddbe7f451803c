#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <stdexcept>

#include "dicom/network/command_set.hpp"
#include "dicom/network/upper_layer.hpp"

namespace glisson::dicom {

/// The association ended otherwise than by a release between two messages; what() says how, e.g. "aborted by
/// peer".
class AssociationEnded : public std::runtime_error {
 public:
  using runtime_error::runtime_error;
};

/// A command set as received, and where.
struct Command {
  std::uint8_t context_id = 0;  ///< Presentation Context ID.
  CommandSet set;
};

/// DIMSE messages (PS3.7 6.3) over an association. Command sets are bounded and flat, and data sets are
/// handed on piece by piece, so that nothing a peer sends makes this process parse deeply or hold much; the
/// transfer syntax plays no part. That is why this does not use DCMTK's DIMSE functions, which parse nested
/// command sets without limit and know fewer transfer syntaxes than the standard.
class MessageChannel {
 public:
  /// The association must outlive the channel.
  explicit MessageChannel(UpperLayer& association) : association_(association) {}

  /// The next command set; none when the peer asks for release.
  /// @throws AssociationEnded
  std::optional<Command> receive_command();

  /// Every fragment of the data set that follows a command on the same presentation context.
  /// @throws AssociationEnded, and what `take` throws.
  void receive_data_set(std::uint8_t context_id, const std::function<void(std::span<const std::byte>)>& take);

  /// @throws AssociationEnded
  void send(std::uint8_t context_id, const CommandSet& command, std::span<const std::byte> data_set = {});

 private:
  struct Fragment {
    std::uint8_t context_id = 0;
    bool is_command = false;
    bool is_last = false;
    std::span<const std::byte> bytes;  ///< Valid until the next fragment is read.
  };
  std::optional<Fragment> next_fragment();
  void send_fragments(std::uint8_t context_id, bool is_command, std::span<const std::byte> bytes);

  UpperLayer& association_;
  int empty_fragments_ = 0;  ///< In succession.
};

}  // namespace glisson::dicom
