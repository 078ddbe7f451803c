#include "config/settings.hpp"

#include <functional>
#include <map>

#include "config/running_settings.hpp"
#include "config/setting_definition.hpp"

namespace glisson::config {
namespace {

std::vector<std::string> sections() {
  std::vector<std::string> names;
  for (const Definition& definition : setting_definitions()) {
    if (names.empty() || names.back() != definition.section) names.push_back(definition.section);
  }
  return names;
}

using Refuse =
    std::function<void(const std::string& first, const std::string& second, const std::string& what)>;

void refuse_tls_contradictions(const Settings& settings, const Refuse& refuse) {
  const bool certificate = !settings.tls_certificate.empty();
  const bool key = !settings.tls_key.empty();
  if (certificate != key) {
    refuse(certificate ? "tls.certificate" : "tls.key", certificate ? "tls.key" : "tls.certificate",
           "not be set without");
  }
  if (settings.audit_certificate.empty() != settings.audit_key.empty()) {
    const bool only_key = settings.audit_certificate.empty();
    refuse(only_key ? "audit.key" : "audit.certificate", only_key ? "audit.certificate" : "audit.key",
           "not be set without");
  }
  if (!settings.audit_collector.empty() && settings.audit_trusted.empty() && settings.tls_trusted.empty()) {
    refuse("audit.collector", "audit.trusted", "be empty without");
  }
  if (settings.tls_port == 0) return;
  if (!certificate) refuse("tls.port", "tls.certificate", "be 0 without");
  if (settings.tls_port == settings.port) refuse("tls.port", "receive.port", "differ from");
  if (settings.tls_client_certificates != ClientCertificates::none && settings.tls_trusted.empty()) {
    refuse("tls.client_certificates", "tls.trusted", "be \"none\" without");
  }
}

bool is_loopback(const std::string& address) { return address.starts_with("127.") || address == "::1"; }

/// Settings that are right each by itself but contradict each other.
void refuse_contradictions(const Settings& settings, const std::map<std::string, int>& lines,
                           const TomlSource& source) {
  const auto refuse = [&](const std::string& first, const std::string& second, const std::string& what) {
    const int line = lines.contains(first) ? lines.at(first) : lines.contains(second) ? lines.at(second) : 1;
    source.refuse(line, first + " must " + what + " " + second);
  };
  if (settings.min_associations > settings.max_associations) {
    refuse("receive.min_associations", "receive.max_associations", "not exceed");
  }
  if (settings.memory_budget > settings.memory_limit) {
    refuse("analysis.memory_budget", "analysis.memory_limit", "not exceed");
  }
  if (settings.lease >= settings.job_deadline) refuse("queue.lease", "queue.job_deadline", "be shorter than");
  refuse_tls_contradictions(settings, refuse);
  if (!is_loopback(settings.web_bind_address) && settings.web_reverse_proxy.empty()) {
    refuse("web.bind_address", "web.reverse_proxy", "be 127.0.0.1 or ::1 without");
  }
}

}  // namespace

std::vector<ApplicationEntity> Settings::application_entities() const {
  std::vector<ApplicationEntity> entities{{ae_title, any_called_title, open_echo, {}, settle_time, protocol}};
  entities.insert(entities.end(), further_entities.begin(), further_entities.end());
  return entities;
}

Settings parse_settings(std::string_view toml, std::string_view source_name) {
  const TomlSource source{std::string(source_name), RejectionReason::invalid_settings};
  const TomlValue document = parse_toml(toml, source);
  const std::vector<std::string> section_names = sections();
  source.refuse_unknown_keys(*document.table(), {section_names.begin(), section_names.end()},
                             "at the top level");
  Settings settings;
  std::map<std::string, int> lines;
  std::vector<std::function<void()>> last;
  for (const TomlEntry& section : *document.table()) {
    const TomlValue::Table& entries = source.table(section.value, section.key);
    std::vector<std::string_view> known;
    for (const Definition& definition : setting_definitions()) {
      if (definition.section != section.key) continue;
      known.push_back(definition.name);
      if (const TomlValue* value = find(entries, definition.name)) {
        const auto read = [&settings, &definition, &source, value] {
          definition.read(settings, *value, source, definition.key());
        };
        if (definition.after_all) {
          last.emplace_back(read);
        } else {
          read();
        }
        lines[definition.key()] = value->line;
      }
    }
    source.refuse_unknown_keys(entries, known, "in [" + section.key + "]");
  }
  for (const auto& read : last) read();
  refuse_contradictions(settings, lines, source);
  return settings;
}

Settings load_settings(const std::filesystem::path& file) {
  return parse_settings(read_text(file, RejectionReason::invalid_settings), file.string());
}

std::vector<SettingDescription> describe_settings(const Settings& settings) {
  const Settings standard;
  std::vector<SettingDescription> descriptions;
  for (const Definition& definition : setting_definitions()) {
    descriptions.push_back(
        {definition.key(), definition.show(settings), definition.show(standard), definition.meaning});
  }
  return descriptions;
}

std::string configuration_reference() {
  std::string text;
  std::string section;
  for (const SettingDescription& setting : describe_settings(Settings{})) {
    const std::size_t dot = setting.key.find('.');
    if (setting.key.substr(0, dot) != section) {
      section = setting.key.substr(0, dot);
      text += (text.empty() ? "## [" : "\n## [") + section +
              "]\n\n| key | standard value | meaning |\n|---|---|---|\n";
    }
    text += "| `" + setting.key.substr(dot + 1) + "` | `" + setting.standard + "` | " + setting.meaning +
            (needs_restart(setting.key) ? " Needs a restart. |\n" : " |\n");
  }
  return text;
}

}  // namespace glisson::config
