#include <fstream>
#include <iostream>

#include "config/model_package.hpp"
#include "config/protocol_file.hpp"
#include "engine/errors.hpp"
#include "server/commands/commands.hpp"
#include "server/commands/exit_code.hpp"
#include "server/commands/service_database.hpp"
#include "server/commands/settings_options.hpp"
#include "server/manual/bash_completion.hpp"
#include "server/manual/manual_page.hpp"
#include "storage/peers.hpp"

namespace glisson::server {
namespace {

void write(const std::filesystem::path& path, const std::string& text) {
  std::filesystem::create_directories(path.parent_path());
  std::ofstream file(path, std::ios::binary);
  file << text;
  file.close();
  if (!file) throw TransientError(path.string() + " cannot be written");
}

}  // namespace

int write_manual(const CommandDescription& program, const ManualOptions& options) {
  for (const auto& [name, page] : command_manual(program)) write(options.folder / "man1" / name, page);
  write(options.folder / "man5" / "glisson.toml.5", settings_manual());
  write(options.folder / "completions" / "glisson", bash_completion(program));
  return exit_success;
}

int print_names(const NamesOptions& options) {
  if (options.kind == "PEER") {
    auto database = open_service_database(options.settings, "names");
    for (const auto& peer : storage::list_peers(database)) std::cout << peer.name << '\n';
    return exit_success;
  }
  const config::Settings settings = resolve(options.settings);
  if (options.kind == "PROTOCOL") {
    for (const auto& protocol : config::load_protocols(settings.protocol_folder()))
      std::cout << protocol.name << '\n';
  } else {
    for (const auto& model : config::load_models(settings.model_folder())) std::cout << model.name << '\n';
  }
  return exit_success;
}

}  // namespace glisson::server
