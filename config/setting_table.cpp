#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <limits>
#include <regex>
#include <set>

#include "config/application_entities.hpp"
#include "config/setting_definition.hpp"

namespace glisson::config {
namespace {

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
      whole_number(
          "receive", "max_associations_per_address", &S::max_associations_per_address, 0, 4096,
          "Associations of one peer address at one time; 0: a fair share, three times what it leaves free"),
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
      seconds("receive", "longest_without_storing", &S::longest_without_storing, 1, 86400,
              "Longest time that an association lasts without storing, from its last stored instance; where "
              "it may store at least `idle_timeout`"),
      whole_number("receive", "minimum_rate", &S::minimum_rate, 1, 1'000'000'000,
                   "Bytes per second that a peer must send in the middle of a message"),
      whole_number("receive", "largest_data_set", &S::largest_data_set, 1024, tebibyte,
                   "Largest data set that is received, in bytes; refused ones are kept up to so many in all"),
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

}  // namespace

const std::vector<Definition>& setting_definitions() {
  static const std::vector<Definition> table = [] {
    using S = Settings;
    std::vector<Definition> all{
        text("host", "data", &S::data, is_absolute_path, "an absolute path",
             "Data folder: received instances, the private database, site protocols and models."),
        text("host", "store", &S::store, is_absolute_path_or_empty, "an absolute path or empty",
             "Instance store: received instances; hosts that share a database share it too "
             "(/usr/share/doc/glisson/docs/several_hosts.md); empty: `<data>/store`."),
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

}  // namespace glisson::config
