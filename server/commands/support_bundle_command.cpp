#include <fmt/format.h>

#include <filesystem>
#include <functional>
#include <iostream>

#include "engine/errors.hpp"
#include "server/bundle/host_facts.hpp"
#include "server/bundle/service_facts.hpp"
#include "server/bundle/tar_archive.hpp"
#include "server/commands/commands.hpp"
#include "server/commands/exit_code.hpp"
#include "server/commands/settings_options.hpp"
#include "server/roles.hpp"
#include "server/status/status_screen.hpp"
#include "server/version.hpp"

namespace glisson::server {
namespace {

constexpr std::size_t most_lines = 5000;

constexpr const char* introduction =
    "What this archive holds, for somebody who helps from afar. Inside are this node's settings with "
    "secrets\n"
    "masked, AE titles, host names and addresses of this node and its peers, folder names, and lines of "
    "logs. Not\n"
    "inside are patient data: no names, ids or dates of patients, no UIDs, no pixels, no reports, no "
    "passwords, no\n"
    "keys, and nothing that people or peers wrote in their own words (reasons of pauses, answers of "
    "destinations).\n";

/// Collects the parts; one that cannot be had is told in the manifest, and the others are there all the same.
class Bundle {
 public:
  explicit Bundle(const std::filesystem::path& file) : archive_(file) {}

  void part(const std::string& name, const std::string& meaning,
            const std::function<std::string()>& content) {
    try {
      archive_.add(name, content());
      note(fmt::format("{:<18} {}\n", name, meaning));
    } catch (const TransientError& error) {
      missing(name, error.what());
    } catch (const RejectedInput& error) {
      if (error.reason() == RejectionReason::not_permitted) ++forbidden_;
      missing(name, error.what());
    }
  }
  /// Parts that are missing because this user may not look.
  int forbidden() const { return forbidden_; }
  void note(const std::string& text) { manifest_ += text; }
  void close() {
    archive_.add("manifest.txt", manifest_);
    archive_.close();
  }

 private:
  void missing(const std::string& name, const std::string& why) {
    note(fmt::format("{:<18} MISSING: {}\n", name, why));
    std::cout << fmt::format("{} is missing: {}\n", name, why);
  }

  TarArchive archive_;
  int forbidden_ = 0;
  std::string manifest_ = fmt::format("Glisson {}\n\n{}\n", version(), introduction);
};

std::string settings_listing(const config::Settings& settings) {
  std::string text;
  for (const auto& setting : config::describe_settings(settings)) {
    text += fmt::format("{} = {}{}\n", setting.key, setting.value,
                        setting.value == setting.standard ? "" : "  # standard: " + setting.standard);
  }
  return text;
}

std::string migrations_listing(const std::string& url) {
  std::string text;
  for (const auto& migration : storage::migration_status(url)) {
    text += fmt::format("{:<36} {} {}\n", migration.name,
                        migration.applied_at.empty() ? "not applied" : migration.applied_at,
                        migration.checksum.substr(0, 12));
  }
  return text;
}

void add_host(Bundle& bundle, const config::Settings& settings, const BundleOptions& options) {
  bundle.part("host.txt", "operating system and versions of libraries", host_facts);
  bundle.part("settings.txt", "settings in effect for this command; passwords are masked",
              [&] { return settings_listing(settings); });
  bundle.part("service.log", "last lines of the service's log", [&] {
    return options.log.empty() ? journal(most_lines) : last_lines(options.log, most_lines);
  });
  if (settings.database_url.empty()) {
    bundle.part("postgresql.log", "last lines of the private database's log",
                [&] { return last_lines(settings.data / "postgresql.log", most_lines); });
  }
}

void add_service(Bundle& bundle, const config::Settings& settings, const std::string& settings_error) {
  std::optional<storage::Database> database;
  StatusFacts facts = without_free_text(status_facts(database, settings));
  facts.settings_error = settings_error;
  bundle.part("status.txt", "glisson status", [&] { return status_screen(facts); });
  const auto part = [&](const char* name, const char* meaning,
                        const std::function<std::string(storage::Database&)>& content) {
    bundle.part(name, meaning, [&] {
      if (database) return content(*database);
      if (facts.unknown()) throw RejectedInput(RejectionReason::not_permitted, facts.readiness.detail);
      throw TransientError(facts.readiness.detail);
    });
  };
  part("migrations.txt", "versions of the schema",
       [&](storage::Database&) { return migrations_listing(database_url(settings)); });
  part("queue.json", "jobs that are not done, with the keyword of their reason", queue_json);
  part("figures.json", "counts and sizes", figures_json);
  part("peers.json", "peers: titles, addresses, rights", peers_json);
  part("alerts.json", "alerts, also closed ones", alerts_json);
  part("refused.json", "associations that were turned away", refused_json);
}

}  // namespace

int support_bundle(const BundleOptions& options) {
  const auto [settings, settings_error] = resolve_leniently(options.settings);
  Bundle bundle(options.file);
  if (!settings_error.empty()) {
    bundle.note(fmt::format("The settings file is bad; the lines that are wrong are left out here: {}\n\n",
                            settings_error));
  }
  add_host(bundle, settings, options);
  add_service(bundle, settings, settings_error);
  bundle.close();
  std::cout << fmt::format("{} is written; manifest.txt in it says what is inside\n", options.file.string());
  if (bundle.forbidden() == 0) return exit_success;
  std::cerr << fmt::format(
      "glisson: {} parts are missing because you may not look: give the command again with "
      "sudo, for a new file\n",
      bundle.forbidden());
  return exit_not_permitted;
}

}  // namespace glisson::server
