#include "server/commands/service_command_line.hpp"

#include <CLI/CLI.hpp>
#include <memory>

#include "server/commands/commands.hpp"
#include "server/commands/error_report.hpp"
#include "server/commands/exit_code.hpp"
#include "server/supervisor.hpp"

namespace glisson::server {
namespace {

/// A command and the options that it fills; both live as long as the App.
template <typename Options>
struct Action {
  CLI::App* command;
  Options* options;

  Action& with_json() {
    command->add_flag("--json", options->json, "Print JSON instead of text for people");
    return *this;
  }
  Action& with_footer(const char* footer) {
    command->footer(footer);
    return *this;
  }
  /// A required positional argument.
  template <typename Value>
  CLI::Option* argument(const char* name, Value Options::*member, const char* description) {
    return command->add_option(name, options->*member, description)->required()->type_name("");
  }
};

/// Adds the command `name`, which runs `action` on options of its own.
template <typename Options>
Action<Options> add_action(CLI::App& app, int& exit_code, const char* name, const char* description,
                           int (*action)(const Options&)) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand(name, description);
  add_settings_options(*command, options->settings);
  command->callback(
      [options, action, &exit_code] { exit_code = report_errors([&] { return action(*options); }); });
  return {command, options.get()};
}

void add_serve(CLI::App& app, int& exit_code) {
  const auto [command, options] = add_action(
      app, exit_code, "serve", "Run the service: receive studies, analyse them, deliver reports", &serve);
  command->add_option("--port", options->settings.port, "TCP port; overrides the setting `receive.port`")
      ->type_name("N")
      ->check(CLI::Range(1, 65535).description(""));
  command->add_option("--roles", options->roles, "Roles that this host plays (all unless given)")
      ->type_name(CLI::detail::join(all_roles(), "|"))
      ->delimiter(',');
  // How the supervisor starts its children.
  command->add_option("--role", options->role)->group("");
  command->add_option("--predecessor", options->predecessor)->expected(3)->group("");
  command->footer(
      "Examples:\n"
      "  glisson serve --data /var/lib/glisson\n"
      "  glisson serve --config /etc/glisson.toml --roles association,delivery\n"
      "Without a database URL in the settings it keeps a private PostgreSQL in the data folder.\n"
      "SIGTERM ends it in order: associations and jobs in hand are finished first.");
}

constexpr const char* from_meaning =
    "Addresses and networks from which it may call, e.g. 10.20.0.0/16; any: from everywhere";

constexpr const char* may_meaning = "What it may do here; query is reserved: no queries are answered yet";
constexpr const char* tls_meaning = "Reports are sent to it over TLS";
constexpr const char* certificate_meaning =
    "Certificate that it is bound to: its title is accepted over TLS with that one only";
constexpr const char* certificate_form = "FILE|FINGERPRINT|SUBJECT|none";
constexpr const char* purpose_meaning = "What its reports are for; implies --reports";
const std::vector<std::string> purposes{"test", "research", "clinical_study"};

void add_peer_add(CLI::App& app, int& exit_code) {
  auto action = add_action(app, exit_code, "add", "Add a peer", &peer_add);
  action.argument("NAME", &PeerOptions::name, "Name of the peer, for people");
  action.argument("AE-TITLE", &PeerOptions::ae_title, "Its AE title");
  action.argument("HOST", &PeerOptions::host, "Its host name or address");
  action.argument("PORT", &PeerOptions::port, "Its port")->check(CLI::Range(1, 65535).description(""));
  const auto [command, options] = action;
  one_of(command->add_option("--may", options->may, may_meaning), {"store", "query", "echo"})->delimiter(',');
  command->add_option("--from", options->from, std::string(from_meaning) + " (unless given)")
      ->delimiter(',')
      ->type_name("NETWORK");
  command->add_flag("--tls", options->tls, tls_meaning);
  command->add_option("--certificate", options->certificate, certificate_meaning)
      ->type_name(certificate_form);
  command->add_flag("--reports", options->reports, "Receives reports; held until --purpose is declared");
  one_of(command->add_option("--purpose", options->purpose, purpose_meaning), purposes);
  command->add_option("--responsible", options->responsible, "Who answers for the use of the reports")
      ->type_name("WHO");
  command->add_option("--until", options->until, "Last day of that, YYYY-MM-DD")->type_name("DATE");
  command->add_flag("--replace", options->replace, "Put it in the place of a peer of that name, all of it");
  command->footer(
      "Example:\n"
      "  glisson peer add pacs PACS pacs.hospital.example 104 --may store,echo \\\n"
      "    --purpose research --responsible \"Dr. N. N., study 2026-17\" --until 2027-12-31");
}

void add_peer_change(CLI::App& app, int& exit_code) {
  auto action =
      add_action(app, exit_code, "change", "Change a peer; what is not given stays as it is", &peer_change);
  action.argument("PEER", &PeerChangeOptions::name, "Name of the peer");
  const auto [command, options] = action;
  command->add_option("--ae-title", options->ae_title, "Its AE title")->type_name("AE-TITLE");
  command->add_option("--host", options->host, "Its host name or address")->type_name("HOST");
  command->add_option("--port", options->port, "Its port")
      ->type_name("N")
      ->check(CLI::Range(1, 65535).description(""));
  one_of(command->add_option("--may", options->may, may_meaning), {"store", "query", "echo", "nothing"})
      ->delimiter(',');
  command->add_option("--from", options->from, from_meaning)->delimiter(',')->type_name("NETWORK");
  command->add_flag("--tls,!--no-tls", options->tls, tls_meaning);
  command->add_option("--certificate", options->certificate, certificate_meaning)
      ->type_name(certificate_form);
  command->add_flag("--reports,!--no-reports", options->reports, "Receives reports, or none");
  one_of(command->add_option("--purpose", options->purpose, purpose_meaning), purposes);
  command->add_option("--responsible", options->responsible, "Who answers for the use of the reports")
      ->type_name("WHO");
  command->add_option("--until", options->until, "Last day of that, YYYY-MM-DD")->type_name("DATE");
  command->footer("Example:\n  glisson peer change pacs --from 10.20.0.0/16,192.0.2.7");
}

void add_peer(CLI::App& app, int& exit_code) {
  CLI::App* peer = app.add_subcommand("peer", "Who may store here, and who gets reports");
  peer->require_subcommand(1);
  add_peer_add(*peer, exit_code);
  add_peer_change(*peer, exit_code);
  add_action(*peer, exit_code, "list", "List the peers", &peer_list)
      .with_json()
      .with_footer("Example:\n  glisson peer list");
  add_action(*peer, exit_code, "remove", "Remove a peer; its undelivered reports are kept as dead jobs",
             &peer_remove)
      .with_footer("Example:\n  glisson peer remove pacs")
      .argument("PEER", &PeerOptions::name, "Name of the peer");
  add_action(*peer, exit_code, "refused",
             "List the associations that were turned away, and what would admit them", &peer_refused)
      .with_json()
      .with_footer("Example:\n  glisson peer refused");
  add_action(*peer, exit_code, "check",
             "Try a peer step by step and tell what to change on which side; exit code 4 when a step fails",
             &peer_check)
      .with_json()
      .with_footer("Example:\n  glisson peer check pacs\nIt sends no instance and asks for none that exists.")
      .argument("PEER", &PeerOptions::name, "Name of the peer");
  add_action(*peer, exit_code, "echo", "Ask a peer for C-ECHO", &peer_echo)
      .with_footer("Example:\n  glisson peer echo pacs")
      .argument("PEER", &PeerOptions::name, "Name of the peer");
}

void add_job(CLI::App& app, int& exit_code) {
  CLI::App* job = app.add_subcommand("job", "What waits, what failed and why");
  job->require_subcommand(1);
  const auto [list, options] =
      add_action(*job, exit_code, "list", "List jobs; all that are not done unless --state is given",
                 &job_list)
          .with_json()
          .with_footer("Examples:\n  glisson job list\n  glisson job list --state dead");
  one_of(list->add_option("--state", options->state, "Only jobs in this state"),
         {"scheduled", "running", "done", "dead", "blocked", "held"});
  list->add_option("--limit", options->limit, "At most so many")->type_name("N")->capture_default_str();
  add_action(*job, exit_code, "show", "Show a job with its attempts and its reason", &job_show)
      .with_json()
      .with_footer("Example:\n  glisson job show 17")
      .argument("ID", &JobOptions::id, "Number of the job");
  add_action(*job, exit_code, "retry", "Try a dead, blocked or held job again, now", &job_retry)
      .with_footer("Example:\n  glisson job retry 17")
      .argument("ID", &JobOptions::id, "Number of the job");
  auto decide =
      add_action(*job, exit_code, "decide",
                 "Decide which of two objects with one UID and different content is used", &job_decide)
          .with_footer("Example:\n  glisson job decide 17 --keep second");
  decide.argument("ID", &JobOptions::id, "Number of the compare job");
  one_of(
      decide.command->add_option("--keep", decide.options->keep, "The object that came first, or the second"),
      {"first", "second"})
      ->required();
}

void add_explain(CLI::App& app, int& exit_code) {
  add_action(app, exit_code, "explain",
             "Tell a study's story, from the association to the report in the PACS", &explain)
      .with_json()
      .with_footer("Example:\n  glisson explain A1234")
      .argument("STUDY", &ExplainOptions::study, "Accession number or Study Instance UID");
}

void add_deliver(CLI::App& app, int& exit_code) {
  auto action =
      add_action(app, exit_code, "deliver", "Send the reports of a study to a peer, also again", &deliver);
  action.argument("STUDY", &DeliverOptions::study, "Accession number or Study Instance UID");
  action.command->add_option("--to", action.options->peer, "Name of the peer")->required()->type_name("PEER");
  action.command->footer("Example:\n  glisson deliver A1234 --to pacs");
}

void add_account(CLI::App& app, int& exit_code) {
  CLI::App* account = app.add_subcommand("account", "Who may sign in to the web pages");
  account->require_subcommand(1);
  add_action(*account, exit_code, "list", "List the accounts", &account_list)
      .with_json()
      .with_footer("Example:\n  glisson account list");
  auto action = add_action(*account, exit_code, "reset",
                           "Give an account a new password, where the old one was forgotten", &account_reset);
  action.argument("ACCOUNT", &AccountOptions::name, "Name of the account");
  const auto [command, options] = action;
  command->add_flag("--stdin", options->from_stdin,
                    "Take the password from standard input, a line; else one is made and shown once");
  command->add_option("--reason", options->reason, "Why; kept with the change")->type_name("TEXT");
  command->footer(
      "Example:\n"
      "  glisson account reset Ada --reason \"back from holidays\"\n"
      "The account is signed out everywhere. Who did it is kept among the changes and in the audit trail.");
}

void add_status(CLI::App& app, int& exit_code) {
  add_action(app, exit_code, "status",
             "Tell whether this node receives, its resources and open alerts; exit code 4 while it does not",
             &status)
      .with_json()
      .with_footer("Example:\n  glisson status");
}

void add_pauses(CLI::App& app, int& exit_code) {
  const auto add = [&](const char* name, const char* description, int (*action)(const PauseOptions&)) {
    auto added = add_action(app, exit_code, name, description, action);
    added.argument("WORK", &PauseOptions::activity, "receive, analyse or deliver")
        ->check(CLI::IsMember({"receive", "analyse", "deliver"}).description(""));
    auto* const reason =
        added.command->add_option("--reason", added.options->reason, "Why; everybody who looks sees it")
            ->type_name("TEXT");
    return std::pair(added.command, reason);
  };
  const auto [pause_command, reason] =
      add("pause", "Pause work on all hosts until it is resumed, also over restarts", &pause);
  reason->required();
  pause_command->footer(
      "Example:\n"
      "  glisson pause analyse --reason \"the PACS is moved tonight\"\n"
      "What is in hand is finished. receive: new associations that store are rejected for now, so that "
      "their\n"
      "senders try again; C-ECHO is answered. analyse, deliver: jobs wait. glisson status shows what is "
      "paused.");
  add("resume", "Resume work that was paused", &resume).first->footer("Example:\n  glisson resume analyse");
}

void add_support_bundle(CLI::App& app, int& exit_code) {
  auto action =
      add_action(app, exit_code, "support-bundle",
                 "Collect what somebody needs who helps from afar, without patient data", &support_bundle);
  action.argument("FILE", &BundleOptions::file, "Archive to write, FILE.tar.gz; must not exist");
  action.command->add_option("--log", action.options->log, "Log of the service; else journald's")
      ->type_name("FILE")
      ->check(CLI::ExistingFile.description(""));
  action.command->footer(
      "Example:\n"
      "  glisson support-bundle /tmp/glisson.tar.gz\n"
      "manifest.txt in it says what is inside. It works without a database and with bad settings, and says "
      "so.");
}

void add_alert(CLI::App& app, int& exit_code) {
  CLI::App* alert = app.add_subcommand("alert", "What somebody should know although no job stands for it");
  alert->require_subcommand(1);
  const auto [list, options] = add_action(*alert, exit_code, "list", "List the open alerts", &alert_list)
                                   .with_json()
                                   .with_footer("Example:\n  glisson alert list --all");
  list->add_flag("--all", options->all, "Also those that are over");
  list->add_option("--limit", options->limit, "At most so many")->type_name("N")->capture_default_str();
  add_action(*alert, exit_code, "close", "Close an alert", &alert_close)
      .with_footer("Example:\n  glisson alert close 3")
      .argument("ID", &AlertOptions::id, "Number of the alert");
}

void add_db(CLI::App& app, int& exit_code) {
  CLI::App* database = app.add_subcommand("db", "The database schema");
  database->require_subcommand(1);
  add_action(*database, exit_code, "status", "List the migrations and how to connect", &database_status)
      .with_json()
      .with_footer("Example:\n  glisson db status");
  add_action(*database, exit_code, "migrate", "Apply the migrations that are missing", &database_migrate)
      .with_json()
      .with_footer("Example:\n  glisson db migrate");
  add_action(*database, exit_code, "adopt-store",
             "Take this host's instance store for the database's: it was replaced", &database_adopt_store)
      .with_json()
      .with_footer("Example:\n  glisson db adopt-store");
}

}  // namespace

CLI::Option* one_of(CLI::Option* option, const std::vector<std::string>& words) {
  return option->type_name(CLI::detail::join(words, "|"))->check(CLI::IsMember(words).description(""));
}

void add_settings_options(CLI::App& command, SettingsOptions& settings) {
  command
      .add_option("--config", settings.config,
                  "Settings file; else glisson.toml in the data folder, else /etc/glisson")
      ->type_name("FILE");
  command.add_option("--data", settings.data, "Data folder; overrides the setting `data`")->type_name("DIR");
}

void add_service_commands(CLI::App& app, int& exit_code) {
  add_serve(app, exit_code);
  add_peer(app, exit_code);
  add_job(app, exit_code);
  add_explain(app, exit_code);
  add_deliver(app, exit_code);
  add_account(app, exit_code);
  add_status(app, exit_code);
  add_pauses(app, exit_code);
  add_support_bundle(app, exit_code);
  add_alert(app, exit_code);
  add_db(app, exit_code);
}

}  // namespace glisson::server
