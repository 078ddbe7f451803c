#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace glisson::config {

/// Which segments are analysed, and as what, when the coded property type does not say.
struct LabelRule {
  std::string pattern;  ///< Case-insensitive ECMAScript regular expression, searched in Segment Label.
  std::string role;     ///< "lesion", "liver", "vessel" or "ignore".
};

/// What the TLS port asks of its clients (RFC 8446 4.3.2).
enum class ClientCertificates { required, optional, none };

/// One of this node's own AE titles, and what holds for the associations that call it.
struct ApplicationEntity {
  std::string title;
  bool any_called_title = false;   ///< Also answers to titles that are none of this node's.
  bool open_echo = true;           ///< Everyone may verify (C-ECHO); else peers with that right only.
  std::vector<std::string> peers;  ///< Names of the peers that may call it; empty: all.
  std::chrono::seconds settle_time{};
  std::string protocol;  ///< Of the analyses of what it receives.
};

/// Everything that belongs to one host (glisson.toml). Peers live in PostgreSQL.
struct Settings {
  std::filesystem::path data = "/var/lib/glisson";
  std::filesystem::path store;       ///< Empty: in the data folder.
  std::string ae_title = "GLISSON";  ///< The first of this node's titles; reports go out under it.
  bool any_called_title = false;
  bool open_echo = true;
  std::vector<ApplicationEntity> further_entities;  ///< Beside ae_title.
  std::uint16_t port = 11112;
  std::string bind_address = "0.0.0.0";
  std::string user = "glisson";  ///< Service user when started as root.
  std::string database_url;      ///< Empty: private PostgreSQL cluster in the data folder.
  int min_associations = 8;      ///< Pre-forked association processes.
  int max_associations = 128;
  int max_associations_per_address = 0;  ///< 0: a fair share.
  int max_associations_per_title = 0;    ///< Of one calling AE title; 0: no limit of its own.
  std::chrono::seconds association_request_timeout{5};
  std::chrono::seconds pdu_timeout{30};
  std::chrono::seconds idle_timeout{60};
  std::chrono::seconds longest_without_storing{60};  ///< Since the last instance.
  std::uint32_t minimum_rate = 1000;  ///< Bytes per second that a peer must send in the middle of a message.
  std::uint64_t largest_data_set = std::uint64_t{4} << 30;
  std::uint16_t tls_port = 0;             ///< 0: no DICOM over TLS is accepted.
  std::filesystem::path tls_certificate;  ///< PEM, ours first, then what leads to its CA.
  std::filesystem::path tls_key;          ///< PEM, without a passphrase.
  std::filesystem::path tls_trusted;      ///< PEM of the CAs, or of single certificates, that are trusted.
  ClientCertificates tls_client_certificates = ClientCertificates::required;
  std::chrono::seconds settle_time{10};            ///< After the last instance that a segmentation refers to.
  std::chrono::seconds incomplete_after{30 * 60};  ///< Waiting for images of a segmentation.
  std::chrono::seconds job_deadline{10 * 60};
  std::chrono::seconds lease{15};
  std::chrono::seconds silence_alert{15 * 60};  ///< A destination that is silent for longer is alerted to.
  std::uint64_t least_free = std::uint64_t{1} << 30;  ///< Bytes kept free on each disk, and ...
  int least_free_percent = 1;                         ///< ... percent of it; the larger counts.
  int most_due_analyses = 10'000;                     ///< Due and not begun; more refuse what is sent.
  std::chrono::seconds longest_due{24 * 60 * 60};     ///< Since the oldest of these was due.
  int largest_study = 20'000;                         ///< Instances that are received of one study.
  std::uint64_t largest_study_bytes = std::uint64_t{64} << 30;
  std::string protocol = "pyradiomics-native";  ///< Extraction protocol by which every region is measured.
  std::vector<LabelRule> label_rules;
  std::uint64_t memory_budget = std::uint64_t{4}
                                << 30;  ///< Bytes that measuring the regions of a study may need.
  std::uint64_t memory_limit = std::uint64_t{8} << 30;  ///< Bytes of private memory of the analysis process.
  std::string web_bind_address = "127.0.0.1";           ///< Of the web pages.
  std::uint16_t web_port = 11180;
  std::string web_reverse_proxy;            ///< Address of the proxy that ends TLS; empty: none.
  std::vector<std::string> web_host_names;  ///< By which browsers reach the pages, beside the host's own.
  std::chrono::seconds web_session_lifetime{12 * 60 * 60};
  std::string metrics_bind_address;  ///< Of health and metrics alone; empty: with the web pages only.
  std::uint16_t metrics_port = 11181;
  std::string audit_source;                 ///< AuditSourceID of audit messages; empty: the host's name.
  std::string audit_collector;              ///< "host:port" of a syslog collector over TLS; empty: none.
  std::filesystem::path audit_trusted;      ///< For the collector; empty: tls_trusted.
  std::filesystem::path audit_certificate;  ///< Shown to it; empty: tls_certificate.
  std::filesystem::path audit_key;          ///< Of that certificate; empty: tls_key.
  int audit_keep_days = 0;                  ///< Older events are deleted; 0: none.
  std::string log_level = "info";
  std::string log_format = "text";  ///< "text" or "json".

  /// The table of this node's own AE titles. The first is made of ae_title, any_called_title, open_echo,
  /// settle_time and protocol.
  std::vector<ApplicationEntity> application_entities() const;

  std::filesystem::path instances() const { return store.empty() ? data / "store" : store; }
  std::filesystem::path protocol_folder() const { return data / "protocols"; }
  std::filesystem::path model_folder() const { return data / "models"; }
};

/// One setting, for `glisson config show` and the configuration reference.
struct SettingDescription {
  std::string key;       ///< As in the file, e.g. "receive.idle_timeout".
  std::string value;     ///< Effective value as TOML text; passwords in database URLs are masked.
  std::string standard;  ///< Value when nothing is set.
  std::string meaning;   ///< One sentence, with the unit.
};

/// Reads a settings file over the standard values. Unknown keys and values out of range are refused.
/// @throws RejectedInput invalid_settings, with file and line.
Settings load_settings(const std::filesystem::path& file);

/// Parses settings from text; `source` is named in errors.
/// @throws RejectedInput invalid_settings, with source and line.
Settings parse_settings(std::string_view toml, std::string_view source);

/// Every setting with its effective value, in the order of the configuration reference.
std::vector<SettingDescription> describe_settings(const Settings& settings);

/// The configuration reference (docs/configuration.md), from the table that drives the parser.
std::string configuration_reference();

}  // namespace glisson::config
