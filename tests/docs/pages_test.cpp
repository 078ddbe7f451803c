#include <gtest/gtest.h>

#include "config/model_manifest.hpp"
#include "config/protocol_file.hpp"
#include "config/settings.hpp"
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

}  // namespace
}  // namespace glisson
