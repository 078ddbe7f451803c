#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace glisson::server {

/// Where the settings come from; every command that needs them takes these options.
struct SettingsOptions {
  std::filesystem::path config;  ///< Settings file; empty: as settings_file() finds it, else standard values.
  std::filesystem::path data;    ///< Overrides the setting `data`.
  std::optional<int> port;       ///< Overrides the setting `port`.
};

/// `glisson extract`: prints features without a service or database.
struct ExtractOptions {
  std::filesystem::path images;
  std::filesystem::path segmentation;
  std::vector<int> segments;  ///< Empty: all.
  std::string protocol = "pyradiomics-native";
  std::string format = "csv";  ///< "csv" or "json".
  bool timing = false;         ///< Print the time of each stage to standard error.
  SettingsOptions settings;
};
int extract(const ExtractOptions& options);

/// `glisson phantom DIR`: writes a synthetic liver study with two lesions, arterial and portal series, and
/// its SEG.
struct PhantomOptions {
  std::filesystem::path folder;
};
int phantom(const PhantomOptions& options);

/// `glisson analyse DIR --out DIR`: the whole recipe on a folder.
struct AnalyseOptions {
  std::filesystem::path folder;
  std::filesystem::path out;
  SettingsOptions settings;
  bool json = false;
};
int analyse(const AnalyseOptions& options);

/// `glisson model list|show|check`.
struct ModelOptions {
  std::string name;               ///< show: the model.
  std::filesystem::path package;  ///< check: folder or manifest.
  SettingsOptions settings;
  bool json = false;
};
int model_list(const ModelOptions& options);
int model_show(const ModelOptions& options);
int model_check(const ModelOptions& options);

/// `glisson config check|show`.
struct ConfigOptions {
  SettingsOptions settings;
  bool json = false;
};
int config_check(const ConfigOptions& options);
int config_show(const ConfigOptions& options);
/// `glisson config template`.
int config_template();

/// `glisson serve` and the roles that it starts.
struct ServeOptions {
  SettingsOptions settings;
  std::vector<std::string> roles;  ///< Empty: all.
  std::string role;                ///< Set in the child processes: the one role that this process plays.
  /// Likewise: how the process ended whose place this one takes (predecessor_from()).
  std::vector<std::string> predecessor;
};
int serve(const ServeOptions& options);

/// `glisson peer add|list|remove|echo|check|refused`.
struct PeerOptions {
  std::string name;
  std::string ae_title;
  std::string host;
  int port = 0;
  std::vector<std::string> may;   ///< "store", "query", "echo".
  std::vector<std::string> from;  ///< Addresses and networks, or "any".
  bool tls = false;
  std::string certificate;  ///< PEM file, fingerprint or subject; empty or "none": bound to none.
  bool reports = false;     ///< Receives reports.
  bool replace = false;     ///< Of the same name, if there is one.
  std::string purpose;      ///< "test", "research", "clinical_study".
  std::string responsible;
  std::string until;  ///< YYYY-MM-DD.
  SettingsOptions settings;
  bool json = false;
};
int peer_add(const PeerOptions& options);
int peer_list(const PeerOptions& options);
int peer_remove(const PeerOptions& options);
int peer_echo(const PeerOptions& options);
int peer_check(const PeerOptions& options);
int peer_refused(const PeerOptions& options);

/// `glisson peer change`: what is not given stays.
struct PeerChangeOptions {
  std::string name;
  std::optional<std::string> ae_title;
  std::optional<std::string> host;
  std::optional<int> port;
  std::vector<std::string> may;   ///< As in PeerOptions, or "nothing".
  std::vector<std::string> from;  ///< As in PeerOptions.
  std::optional<bool> tls;
  std::optional<std::string> certificate;
  std::optional<bool> reports;
  std::optional<std::string> purpose;
  std::optional<std::string> responsible;
  std::optional<std::string> until;
  SettingsOptions settings;
};
int peer_change(const PeerChangeOptions& options);

/// `glisson job list|show|retry|decide`.
struct JobOptions {
  long long id = 0;
  std::string state;
  int limit = 50;
  std::string keep;  ///< decide: "first" or "second".
  SettingsOptions settings;
  bool json = false;
};
int job_list(const JobOptions& options);
int job_show(const JobOptions& options);
int job_retry(const JobOptions& options);
int job_decide(const JobOptions& options);

/// `glisson explain ACCESSION|STUDY-UID`.
struct ExplainOptions {
  std::string study;
  SettingsOptions settings;
  bool json = false;
};
int explain(const ExplainOptions& options);

/// `glisson account list|reset`.
struct AccountOptions {
  std::string name;
  bool from_stdin = false;  ///< reset: the new password is a line of standard input; else it is made here.
  std::string reason;
  SettingsOptions settings;
  bool json = false;
};
int account_list(const AccountOptions& options);
/// Prints a password only where it made it.
int account_reset(const AccountOptions& options);

/// `glisson deliver STUDY --to PEER`.
struct DeliverOptions {
  std::string study;  ///< Accession number or Study Instance UID.
  std::string peer;   ///< Name of the peer.
  SettingsOptions settings;
};
int deliver(const DeliverOptions& options);

/// `glisson status`: whether this node receives, its resources, and the alerts that are open.
/// Exit code 4 while it does not receive.
struct StatusOptions {
  SettingsOptions settings;
  bool json = false;
};
int status(const StatusOptions& options);

/// `glisson pause|resume receive|analyse|deliver --reason TEXT`.
struct PauseOptions {
  std::string activity;
  std::string reason;
  SettingsOptions settings;
};
int pause(const PauseOptions& options);
int resume(const PauseOptions& options);

/// `glisson support-bundle FILE.tar.gz`.
struct BundleOptions {
  std::filesystem::path file;
  std::filesystem::path log;  ///< Of the service; empty: journald's.
  SettingsOptions settings;
};
int support_bundle(const BundleOptions& options);

/// `glisson alert list|close`.
struct AlertOptions {
  long long id = 0;
  bool all = false;  ///< list: closed ones too.
  int limit = 50;
  SettingsOptions settings;
  bool json = false;
};
int alert_list(const AlertOptions& options);
int alert_close(const AlertOptions& options);

/// `glisson manual DIR`, for the build: man1/, man5/ and completions/ below a folder, from the command line
/// itself.
struct CommandDescription;
struct ManualOptions {
  std::filesystem::path folder;
};
int write_manual(const CommandDescription& program, const ManualOptions& options);

/// `glisson names KIND`, for the completion: a name a line.
struct NamesOptions {
  std::string kind;  ///< "PEER", "PROTOCOL" or "MODEL".
  SettingsOptions settings;
};
int print_names(const NamesOptions& options);

/// `glisson db status|migrate`.
struct DatabaseOptions {
  SettingsOptions settings;
  bool json = false;
};
int database_status(const DatabaseOptions& options);
int database_migrate(const DatabaseOptions& options);
/// The database speaks of this host's instance store from now on: the store was replaced on purpose.
int database_adopt_store(const DatabaseOptions& options);

}  // namespace glisson::server
