#include "config/settings.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <functional>
#include <iterator>
#include <limits>
#include <map>
#include <regex>
#include <set>

#include "config/application_entities.hpp"
#include "config/running_settings.hpp"
#include "config/toml_document.hpp"

namespace glisson::config {
namespace {

/// One setting: how it is read, checked, shown and explained.
struct Definition {
  std::string section;
  std::string name;
  std::string meaning;  ///< One sentence, with the unit and the range.
  std::function<void(Settings&, const TomlValue&, const TomlSource&, std::string_view key)> read;
  std::function<std::string(const Settings&)> show;  ///< TOML text.
  bool after_all = false;  ///< Read last, because it starts from what other settings say.

  std::string key() const { return section + "." + name; }
};

[[noreturn]] void refuse_value(const TomlSource& source, const TomlValue& value, std::string_view key,
                               std::string_view expected) {
  source.refuse(value.line, std::string(key) + " must be " + std::string(expected));
}

template <typename Number>
Definition whole_number(std::string section, std::string name, Number Settings::*member, std::int64_t lowest,
                        std::int64_t highest, const std::string& meaning) {
  const std::string range = std::to_string(lowest) + " to " + std::to_string(highest);
  const auto read = [=](Settings& settings, const TomlValue& value, const TomlSource& source,
                        std::string_view key) {
    const std::int64_t number = source.integer(value, key);
    if (number < lowest || number > highest) refuse_value(source, value, key, range);
    settings.*member = static_cast<Number>(number);
  };
  const auto show = [=](const Settings& settings) { return std::to_string(settings.*member); };
  return {std::move(section), std::move(name), meaning + " (" + range + ").", read, show};
}

Definition seconds(std::string section, std::string name, std::chrono::seconds Settings::*member,
                   std::int64_t lowest, std::int64_t highest, const std::string& meaning) {
  const std::string range = std::to_string(lowest) + " to " + std::to_string(highest) + " s";
  const auto read = [=](Settings& settings, const TomlValue& value, const TomlSource& source,
                        std::string_view key) {
    const std::int64_t number = source.integer(value, key);
    if (number < lowest || number > highest) refuse_value(source, value, key, range);
    settings.*member = std::chrono::seconds(number);
  };
  const auto show = [=](const Settings& settings) { return std::to_string((settings.*member).count()); };
  return {std::move(section), std::move(name), meaning + " (" + range + ").", read, show};
}

Definition yes_or_no(std::string section, std::string name, bool Settings::*member, std::string meaning) {
  const auto read = [=](Settings& settings, const TomlValue& value, const TomlSource& source,
                        std::string_view key) { settings.*member = source.boolean(value, key); };
  const auto show = [=](const Settings& settings) { return settings.*member ? "true" : "false"; };
  return {std::move(section), std::move(name), std::move(meaning), read, show};
}

using TextCheck = bool (*)(const std::string&);

template <typename Text>
Definition text(std::string section, std::string name, Text Settings::*member, TextCheck valid,
                const std::string& expected, std::string meaning) {
  const auto read = [=](Settings& settings, const TomlValue& value, const TomlSource& source,
                        std::string_view key) {
    const std::string& content = source.text(value, key);
    if (!valid(content)) refuse_value(source, value, key, expected);
    settings.*member = content;
  };
  const auto show = [=](const Settings& settings) {
    return quoted_toml(std::filesystem::path(settings.*member).string());
  };
  return {std::move(section), std::move(name), std::move(meaning), read, show};
}

bool is_address(const std::string& address) {
  std::array<unsigned char, sizeof(in6_addr)> binary{};
  return inet_pton(AF_INET, address.c_str(), binary.data()) == 1 ||
         inet_pton(AF_INET6, address.c_str(), binary.data()) == 1;
}

bool is_absolute_path(const std::string& path) { return std::filesystem::path(path).is_absolute(); }

bool is_absolute_path_or_empty(const std::string& path) { return path.empty() || is_absolute_path(path); }

bool is_user_name(const std::string& name) {
  static const std::regex form("[a-z_][a-z0-9_-]{0,31}");
  return std::regex_match(name, form);
}

bool is_log_level(const std::string& level) {
  static const std::set<std::string> levels{"trace", "debug", "info", "warn", "error"};
  return levels.contains(level);
}

bool is_log_format(const std::string& format) { return format == "text" || format == "json"; }

bool is_database_url(const std::string& url) {
  return url.empty() || url.starts_with("postgresql://") || url.starts_with("postgres://") ||
         url.find('=') != std::string::npos;
}

/// The URL without what is secret in it: user:password@, ?password= and password= of the keyword form.
std::string without_password(const std::string& url) {
  static const std::regex in_authority("(://[^:/@]*:)(.*)@");
  static const std::regex in_parameter(R"((password\s*=\s*)('(?:[^'\\]|\\.)*'|[^\s&]+))", std::regex::icase);
  return std::regex_replace(std::regex_replace(url, in_authority, "$1***@"), in_parameter, "$1***");
}

LabelRule read_label_rule(const TomlValue& value, const TomlSource& source, std::string_view key) {
  constexpr std::size_t longest_pattern = 200;
  const TomlValue::Table& table = source.table(value, key);
  source.refuse_unknown_keys(table, {"pattern", "role"}, "of a label rule");
  const TomlValue* pattern = find(table, "pattern");
  const TomlValue* role = find(table, "role");
  if (pattern == nullptr || role == nullptr) refuse_value(source, value, key, "rules with pattern and role");
  LabelRule rule{source.text(*pattern, "pattern"), source.text(*role, "role")};
  if (rule.role != "lesion" && rule.role != "liver" && rule.role != "vessel" && rule.role != "ignore") {
    refuse_value(source, *role, "role", "\"lesion\", \"liver\", \"vessel\" or \"ignore\"");
  }
  if (rule.pattern.empty() || rule.pattern.size() > longest_pattern) {
    refuse_value(source, *pattern, "pattern", "1 to 200 characters long");
  }
  try {
    const std::regex expression(rule.pattern, std::regex::ECMAScript | std::regex::icase);
  } catch (const std::regex_error& error) {
    refuse_value(source, *pattern, "pattern", std::string("a regular expression; ") + error.what());
  }
  return rule;
}

void read_label_rules(Settings& settings, const TomlValue& value, const TomlSource& source,
                      std::string_view key) {
  settings.label_rules.clear();
  for (const TomlValue& rule : source.array(value, key)) {
    settings.label_rules.push_back(read_label_rule(rule, source, key));
  }
}

std::string show_label_rules(const Settings& settings) {
  std::string list;
  for (const LabelRule& rule : settings.label_rules) {
    list += list.empty() ? "" : ", ";
    list += "{pattern = " + quoted_toml(rule.pattern) + ", role = " + quoted_toml(rule.role) + "}";
  }
  return "[" + list + "]";
}

Definition further_entities() {
  const auto read = [](Settings& settings, const TomlValue& value, const TomlSource& source,
                       std::string_view) {
    settings.further_entities =
        read_application_entities(settings.application_entities().front(), value, source);
  };
  const auto show = [](const Settings& settings) {
    return show_application_entities(settings.further_entities);
  };
  return {"receive",
          "application_entities",
          "Further AE titles of this node: each a table with `title` and, where they differ from the first "
          "title's, `open_echo`, `settle_time` and `protocol`, which hold for what that title receives; with "
          "`peers`, the names of the peers that may call it (all unless given); and with `any_called_title`.",
          read,
          show,
          true};
}

std::vector<Definition> receive_definitions() {
  using S = Settings;
  constexpr std::int64_t tebibyte = std::int64_t{1} << 40;
  return {
      text("receive", "ae_title", &S::ae_title, is_ae_title, "an AE title (PS3.5, up to 16 characters)",
           "AE title of this node, up to 16 characters; peers call it by this name, and reports go out under "
           "it."),
      yes_or_no("receive", "any_called_title", &S::any_called_title,
                "Answer to every called AE title, not to this node's own only."),
      yes_or_no("receive", "open_echo", &S::open_echo,
                "Answer C-ECHO to everyone, not only to peers that may `echo`."),
      further_entities(),
      whole_number("receive", "port", &S::port, 1, std::numeric_limits<std::uint16_t>::max(),
                   "TCP port for DICOM associations"),
      text("receive", "bind_address", &S::bind_address, is_address, "an IPv4 or IPv6 address",
           "IPv4 or IPv6 address to listen on; `0.0.0.0` and `::` are all."),
      whole_number("receive", "min_associations", &S::min_associations, 1, 1024,
                   "Association processes that wait ready"),
      whole_number("receive", "max_associations", &S::max_associations, 1, 4096,
                   "Associations at one time; more are refused with \"local limit exceeded\""),
      whole_number("receive", "max_associations_per_address", &S::max_associations_per_address, 0, 4096,
                   "Associations of one peer address at one time; 0: three quarters of `max_associations`"),
      whole_number("receive", "max_associations_per_title", &S::max_associations_per_title, 0, 4096,
                   "Associations of one calling AE title at one time, which anybody may claim; 0: no limit "
                   "of its own"),
      seconds("receive", "association_request_timeout", &S::association_request_timeout, 1, 300,
              "Time within which the whole A-ASSOCIATE-RQ must have arrived"),
      seconds(
          "receive", "pdu_timeout", &S::pdu_timeout, 1, 3600,
          "Longest silence in the middle of a message, and how far a peer may fall behind `minimum_rate`"),
      seconds("receive", "idle_timeout", &S::idle_timeout, 1, 86400,
              "Longest silence of an open association between messages"),
      whole_number("receive", "minimum_rate", &S::minimum_rate, 1, 1'000'000'000,
                   "Bytes per second that a peer must send in the middle of a message"),
      whole_number("receive", "largest_data_set", &S::largest_data_set, 1024, tebibyte,
                   "Largest data set that is received, in bytes"),
  };
}

constexpr std::array client_certificate_words{std::pair{ClientCertificates::required, "required"},
                                              std::pair{ClientCertificates::optional, "optional"},
                                              std::pair{ClientCertificates::none, "none"}};

void read_client_certificates(Settings& settings, const TomlValue& value, const TomlSource& source,
                              std::string_view key) {
  const std::string& word = source.text(value, key);
  const auto* known = std::ranges::find(client_certificate_words, word,
                                        [](const auto& entry) { return std::string(entry.second); });
  if (known == client_certificate_words.end()) {
    refuse_value(source, value, key, "\"required\", \"optional\" or \"none\"");
  }
  settings.tls_client_certificates = known->first;
}

std::string show_client_certificates(const Settings& settings) {
  return quoted_toml(std::ranges::find(client_certificate_words, settings.tls_client_certificates,
                                       &std::pair<ClientCertificates, const char*>::first)
                         ->second);
}

std::vector<Definition> tls_definitions() {
  using S = Settings;
  const std::string path = "an absolute path or empty";
  return {
      whole_number("tls", "port", &S::tls_port, 0, std::numeric_limits<std::uint16_t>::max(),
                   "TCP port for DICOM associations over TLS 1.2 or 1.3, beside the plain one; 0: none; "
                   "the registered one is 2762"),
      text("tls", "certificate", &S::tls_certificate, is_absolute_path_or_empty, path,
           "PEM file with this host's certificate, followed by those that lead to its CA; shown to clients "
           "of the TLS port and to the peers that get reports over TLS. Read again when it changes."),
      text("tls", "key", &S::tls_key, is_absolute_path_or_empty, path,
           "PEM file with the private key of that certificate, without a passphrase, not readable by "
           "everyone."),
      text("tls", "trusted", &S::tls_trusted, is_absolute_path_or_empty, path,
           "PEM file with the certificates that are trusted: CAs, or single certificates of peers."),
      {"tls", "client_certificates",
       "Whether clients of the TLS port must show a certificate that `trusted` vouches for: \"required\"; "
       "\"optional\" (none, or a good one); \"none\" (not asked for one).",
       read_client_certificates, show_client_certificates},
  };
}

std::vector<Definition> queue_definitions() {
  using S = Settings;
  constexpr std::int64_t day = 86400;
  return {
      seconds("queue", "settle_time", &S::settle_time, 0, day,
              "Time after the last instance that a segmentation refers to, before the analysis starts"),
      seconds("queue", "incomplete_after", &S::incomplete_after, 1, 30 * day,
              "How long a segmentation waits for the images that it refers to"),
      seconds("queue", "job_deadline", &S::job_deadline, 3, day,
              "Longest run of one job; then its lease is not renewed"),
      seconds("queue", "lease", &S::lease, 2, 3600,
              "How long a job stays claimed by a process that has stopped renewing its lease"),
      seconds("queue", "silence_alert", &S::silence_alert, 1, 30 * day,
              "How long a destination may give no answer before an alert is raised; its reports are kept "
              "and tried on"),
  };
}

std::vector<Definition> resource_definitions() {
  using S = Settings;
  constexpr std::int64_t pebibyte = std::int64_t{1} << 50;
  constexpr std::int64_t day = 86400;
  return {
      whole_number(
          "resources", "least_free", &S::least_free, 0, pebibyte,
          "Space kept free on the disks of the instance store and of the private database, in bytes; "
          "with less nothing is received until there is a tenth more"),
      whole_number("resources", "least_free_percent", &S::least_free_percent, 0, 50,
                   "The same, in percent of each disk; the larger counts"),
      whole_number("resources", "most_due_analyses", &S::most_due_analyses, 1, 10'000'000,
                   "Analyses that are due and have not begun; with more nothing is received until a tenth of "
                   "them is done"),
      seconds("resources", "longest_due", &S::longest_due, 1, 365 * day,
              "How long the oldest of these may have been due; likewise"),
      whole_number("resources", "largest_study", &S::largest_study, 1, 100'000'000,
                   "Instances that are received of one study; more are answered with A700"),
      whole_number("resources", "largest_study_bytes", &S::largest_study_bytes, 1024, pebibyte,
                   "Bytes that are received of one study; more are answered with A700"),
  };
}

bool is_address_or_empty(const std::string& address) { return address.empty() || is_address(address); }

bool is_loopback(const std::string& address) { return address.starts_with("127.") || address == "::1"; }

/// As a browser sends it in Host, in lower case and without a port.
bool is_host_name(const std::string& name) {
  static const std::regex form("[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?");
  return std::regex_match(name, form);
}

void read_host_names(Settings& settings, const TomlValue& value, const TomlSource& source,
                     std::string_view key) {
  settings.web_host_names.clear();
  for (const TomlValue& entry : source.array(value, key)) {
    const std::string& name = source.text(entry, key);
    if (!is_host_name(name)) refuse_value(source, entry, key, "host names in lower case, without a port");
    settings.web_host_names.push_back(name);
  }
}

std::string show_host_names(const Settings& settings) {
  std::string list;
  for (const std::string& name : settings.web_host_names)
    list += (list.empty() ? "" : ", ") + quoted_toml(name);
  return "[" + list + "]";
}

std::vector<Definition> web_definitions() {
  using S = Settings;
  constexpr std::int64_t day = 86400;
  constexpr std::int64_t highest_port = std::numeric_limits<std::uint16_t>::max();
  return {
      text(
          "web", "bind_address", &S::web_bind_address, is_address, "an IPv4 or IPv6 address",
          "Address of the web pages. Passwords must not cross a network in the clear: an address that is not "
          "of this host alone (127.0.0.1, ::1) needs `reverse_proxy`."),
      whole_number("web", "port", &S::web_port, 1, highest_port, "TCP port of the web pages"),
      text("web", "reverse_proxy", &S::web_reverse_proxy, is_address_or_empty,
           "an IPv4 or IPv6 address, or empty",
           "Address of the reverse proxy that speaks TLS with the browsers; only it and this host are served "
           "then, and its X-Forwarded-For and X-Forwarded-Proto are believed. Empty: none."),
      {"web", "host_names",
       "Names by which browsers reach the pages, e.g. of the reverse proxy, beside this host's name, "
       "localhost "
       "and numeric addresses; requests under other names are refused.",
       read_host_names, show_host_names},
      seconds("web", "session_lifetime", &S::web_session_lifetime, 60, 30 * day,
              "How long somebody stays signed in"),
      text("metrics", "bind_address", &S::metrics_bind_address, is_address_or_empty,
           "an IPv4 or IPv6 address, or empty",
           "Address at which /livez, /readyz and /metrics are served to other hosts, without sign-in and "
           "without patient data; empty: only where the web pages are."),
      whole_number("metrics", "port", &S::metrics_port, 1, highest_port, "TCP port of the same"),
  };
}

bool is_host_and_port_or_empty(const std::string& text) {
  static const std::regex form(
      R"(([A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?|\[[0-9A-Fa-f:.]+\]):([0-9]{1,5}))");
  std::smatch parts;
  if (text.empty()) return true;
  if (!std::regex_match(text, parts, form)) return false;
  const int port = std::stoi(parts[3]);
  return port >= 1 && port <= std::numeric_limits<std::uint16_t>::max();
}

bool is_anything(const std::string& /*text*/) { return true; }

std::vector<Definition> audit_definitions() {
  using S = Settings;
  const std::string path = "an absolute path or empty";
  return {
      text("audit", "source", &S::audit_source, is_anything, "",
           "Name under which this node reports (AuditSourceID, DICOM PS3.15 A.5.2); empty: the host's name."),
      text("audit", "collector", &S::audit_collector, is_host_and_port_or_empty,
           "a host name or address, a colon and a port, or empty",
           "Where audit messages are sent: `host:port` of a syslog collector over TLS (RFC 5425; the "
           "registered "
           "port is 6514); its certificate must bear that name. Empty: they are kept in PostgreSQL only."),
      text("audit", "trusted", &S::audit_trusted, is_absolute_path_or_empty, path,
           "PEM file with the CA of the collector's certificate; empty: that of `tls.trusted`."),
      text("audit", "certificate", &S::audit_certificate, is_absolute_path_or_empty, path,
           "PEM file with the certificate that is shown to the collector; empty: that of `tls.certificate`."),
      text("audit", "key", &S::audit_key, is_absolute_path_or_empty, path,
           "PEM file with the private key of that certificate; empty: that of `tls.key`."),
      whole_number(
          "audit", "keep_days", &S::audit_keep_days, 0, 36500,
          "Days after which an event is deleted, once the collector has it where there is one; 0: never"),
  };
}

/// The one table from which settings are parsed, shown and documented.
const std::vector<Definition>& definitions() {
  static const std::vector<Definition> table = [] {
    using S = Settings;
    std::vector<Definition> all{
        text("host", "data", &S::data, is_absolute_path, "an absolute path",
             "Data folder: received instances, the private database, site protocols and models."),
        text("host", "store", &S::store, is_absolute_path_or_empty, "an absolute path or empty",
             "Instance store: received instances; hosts that share a database share it too "
             "(docs/several_hosts.md); empty: `<data>/store`."),
        text("host", "user", &S::user, is_user_name, "a user name",
             "User that the service becomes when it is started as root."),
    };
    std::ranges::move(receive_definitions(), std::back_inserter(all));
    std::ranges::move(tls_definitions(), std::back_inserter(all));
    std::ranges::move(queue_definitions(), std::back_inserter(all));
    std::ranges::move(resource_definitions(), std::back_inserter(all));
    all.push_back(text("analysis", "protocol", &S::protocol, is_protocol_name,
                       "the name of an extraction protocol",
                       "Extraction protocol by which every region is measured; a shipped one or one in "
                       "`<data>/protocols`."));
    all.push_back(whole_number(
        "analysis", "memory_budget", &S::memory_budget, std::int64_t{1} << 26, std::int64_t{1} << 40,
        "Memory that measuring the regions of one study may need, in bytes, by an estimate that is "
        "made before; a region that needs more by itself is refused as too_much_memory"));
    all.push_back(whole_number(
        "analysis", "memory_limit", &S::memory_limit, std::int64_t{1} << 26, std::int64_t{1} << 40,
        "Private memory that the analysis process may have, in bytes (RLIMIT_DATA): images, masks and the "
        "memory budget; a job that needs more ends as out_of_memory"));
    all.push_back(
        {"analysis", "label_rules",
         "What a segment is when its coded property type does not say: the first rule whose "
         "`pattern` (regular expression, case-insensitive, searched in Segment Label) fits gives the "
         "`role` \"lesion\", \"liver\", \"vessel\" (kept out of derived regions) or \"ignore\".",
         read_label_rules, show_label_rules});
    all.push_back(text("database", "url", &S::database_url, is_database_url, "a PostgreSQL URL or empty",
                       "PostgreSQL to use, `postgresql://...`; empty: a private one in the data folder."));
    all.back().show = [](const Settings& settings) {
      return quoted_toml(without_password(settings.database_url));
    };
    std::ranges::move(web_definitions(), std::back_inserter(all));
    std::ranges::move(audit_definitions(), std::back_inserter(all));
    all.push_back(text("log", "level", &S::log_level, is_log_level, "trace, debug, info, warn or error",
                       "Least severe messages that are logged: trace, debug, info, warn or error."));
    all.push_back(text("log", "format", &S::log_format, is_log_format, "text or json",
                       "Form of the log's lines: text, or json, one object a line."));
    return all;
  }();
  return table;
}

std::vector<std::string> sections() {
  std::vector<std::string> names;
  for (const Definition& definition : definitions()) {
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
    for (const Definition& definition : definitions()) {
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
  for (const Definition& definition : definitions()) {
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
