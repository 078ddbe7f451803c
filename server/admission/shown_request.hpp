#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace glisson::server {

/// Of an A-ASSOCIATE-RQ: PDU header, protocol version, titles and reserved bytes, before the variable items
/// (PS3.8 table 9-11).
inline constexpr std::size_t fixed_part_of_request = 74;

/// What an A-ASSOCIATE-RQ shows before it is handed to anybody. What a stranger sent: not checked otherwise,
/// any bytes. The titles stand at fixed offsets (PS3.8 9.3.2), without their padding: spaces (PS3.5 6.2 AE),
/// and the NULs that some send behind a title in their place.
struct ShownRequest {
  std::string called;
  std::string calling;
  /// False where something stands behind a NUL in a title: who reads such a field as C does sees another
  /// title than who reads all of it.
  bool sound = true;
  /// Proposes an abstract syntax other than Verification (PS3.8 9.3.2.2): more than a C-ECHO may come of it.
  bool beyond_verification = false;
};

/// @param request a whole A-ASSOCIATE-RQ, of fixed_part_of_request bytes at least.
ShownRequest read_shown_request(std::span<const std::uint8_t> request);

}  // namespace glisson::server
