#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "engine/extraction_protocol.hpp"

namespace glisson::config {

/// Parses a protocol file (TOML). Unknown keys, contradictions and absurd sizes are refused.
/// @param source named in errors, e.g. the file's path.
/// @throws RejectedInput invalid_protocol, with source and line.
engine::ExtractionProtocol parse_protocol(std::string_view toml, std::string_view source);

/// The protocols that ship with the binary and those in `folder` (may be absent), by name.
/// @throws RejectedInput invalid_protocol; also when a file in `folder` bears a shipped name.
std::vector<engine::ExtractionProtocol> load_protocols(const std::filesystem::path& folder);

/// A protocol that ships is found whatever lies in `folder`.
/// @throws RejectedInput unknown_protocol, naming those that exist; invalid_protocol as load_protocols().
engine::ExtractionProtocol find_protocol(std::string_view name, const std::filesystem::path& folder);

/// The reference of protocol files (docs/protocols.md), from the table that drives the parser.
std::string protocol_reference();

}  // namespace glisson::config
