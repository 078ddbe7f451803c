#include <gtest/gtest.h>

#include "config/model_manifest.hpp"
#include "config/protocol_file.hpp"
#include "config/settings.hpp"
#include "tests/docs/network_tables.hpp"
#include "tests/docs/report_tables.hpp"
#include "tests/support/committed_page.hpp"

namespace glisson {
namespace {

using tests::expect_page;

TEST(CommittedPage, OfTheConfigurationSaysWhatTheParserReads) {
  expect_page("configuration.md", {{"settings", config::configuration_reference()}});
}

TEST(CommittedPage, OfTheProtocolsSaysWhatTheParserReads) {
  expect_page("protocols.md", {{"protocols", config::protocol_reference()}});
}

TEST(CommittedPage, OfTheModelsSaysWhatTheParserReads) {
  expect_page("models.md", {{"manifest", config::manifest_reference()}});
}

TEST(CommittedPage, OfAdmissionSaysWhatTheGateDoes) {
  expect_page("admission.md", {{"access-refusals", tests::access_refusals()}});
}

TEST(CommittedPage, OfConformanceSaysWhatTheNodeDoes) {
  const tests::ReportTables reports;
  expect_page("conformance_statement.md",
              {{"services", tests::service_overview()},
               {"implementation", tests::implementation()},
               {"rejections", tests::rejections()},
               {"transfer-syntaxes", tests::transfer_syntaxes()},
               {"store-statuses", tests::store_statuses()},
               {"report-contexts", tests::report_contexts()},
               {"status-meanings", tests::status_meanings()},
               {"check-contexts", tests::check_contexts()},
               {"settings", tests::settings_of({"receive", "tls", "queue", "resources"})},
               {"access-refusals", tests::access_refusals()},
               {"attributes", reports.attributes()},
               {"content-tree", reports.content_tree()},
               {"private-codes", reports.private_codes()},
               {"coding-schemes", reports.coding_schemes()},
               {"sop-classes", tests::sop_classes()}});
}

}  // namespace
}  // namespace glisson
