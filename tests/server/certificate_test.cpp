#include "server/tls/certificate.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <fstream>

#include "server/tls/certificate_watch.hpp"
#include "server/tls/context_in_use.hpp"
#include "server/tls/tls_context.hpp"
#include "tests/support/certificates.hpp"
#include "tests/support/command.hpp"
#include "tests/support/rejection.hpp"

namespace glisson::server {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

/// What `openssl x509` prints, without its "name=" and the end of the line.
std::string printed(const std::filesystem::path& file, const std::vector<std::string>& options) {
  std::vector<std::string> command{"openssl", "x509", "-noout", "-in", file};
  command.insert(command.end(), options.begin(), options.end());
  const std::string line = tests::run_command(command).out;
  return line.substr(line.find('=') + 1, line.size() - line.find('=') - 2);
}

class Certificates : public testing::Test {
 protected:
  static void SetUpTestSuite() { authority_ = new tests::TestAuthority({"node=10", "other", "expired=-1"}); }
  static void TearDownTestSuite() { delete authority_; }

  static config::Settings settings(const std::string& certificate, const std::string& key) {
    config::Settings settings;
    settings.tls_certificate = authority_->certificate(certificate);
    settings.tls_key = authority_->key(key);
    settings.tls_trusted = authority_->authority();
    return settings;
  }

  static std::string refusal(const config::Settings& settings) {
    return tests::rejection_of([&] { make_server_context(settings); }).detail;
  }

  static inline tests::TestAuthority* authority_ = nullptr;
};

TEST_F(Certificates, AreDescribedAsOpensslDescribesThem) {
  const auto file = authority_->certificate("node");
  const Certificate certificate = read_certificate(file);
  std::string fingerprint = printed(file, {"-fingerprint", "-sha256"});
  std::erase(fingerprint, ':');
  std::ranges::transform(fingerprint, fingerprint.begin(), [](unsigned char c) { return std::tolower(c); });
  EXPECT_EQ(certificate.fingerprint, fingerprint);
  EXPECT_EQ(certificate.subject, printed(file, {"-subject", "-nameopt", "RFC2253"}));
}

TEST_F(Certificates, TellHowManyDaysAreLeft) {
  const Certificate certificate = read_certificate(authority_->certificate("node"));
  EXPECT_EQ(days_left(certificate), 9);
  EXPECT_EQ(days_left(certificate, certificate.valid_until), 0);
  EXPECT_EQ(days_left(certificate, certificate.valid_until + 1s), -1);
  EXPECT_EQ(days_left(read_certificate(authority_->certificate("expired"))), -2);
}

TEST_F(Certificates, AreNamedByFileFingerprintOrSubject) {
  const auto file = authority_->certificate("node");
  const Certificate certificate = read_certificate(file);
  const std::string binding = "sha256:" + certificate.fingerprint;
  EXPECT_EQ(certificate_binding(file), binding);
  EXPECT_EQ(certificate_binding(certificate.fingerprint), binding);
  EXPECT_EQ(certificate_binding("sha256 Fingerprint=" + printed(file, {"-fingerprint", "-sha256"})), binding);
  EXPECT_EQ(certificate_binding("subject=CN=node,O=Hospital"), "CN=node,O=Hospital");
  EXPECT_EQ(certificate_binding("CN = node, O = Hospital North"), "CN=node,O=Hospital North");
  EXPECT_EQ(certificate_binding(R"(CN=Radiology\, North)"), R"(CN=Radiology\, North)");
  for (const char* wrong : {"", "node", "=node", "sha256:abc", "/nowhere/node.pem", "0123456789abcdef"}) {
    EXPECT_EQ(tests::rejected_as([&] { certificate_binding(wrong); }), "invalid_argument") << wrong;
  }
}

TEST_F(Certificates, AreBoundByFingerprintOrSubjectAndNeverByNothing) {
  const Certificate node = read_certificate(authority_->certificate("node"));
  const Certificate other = read_certificate(authority_->certificate("other"));
  for (const std::string& binding : {"sha256:" + node.fingerprint, node.subject}) {
    EXPECT_TRUE(is_bound_to(binding, node.fingerprint, node.subject));
    EXPECT_FALSE(is_bound_to(binding, other.fingerprint, other.subject));
    EXPECT_FALSE(is_bound_to(binding, "", ""));
    EXPECT_FALSE(is_bound_to(binding, "", node.subject));
  }
}

TEST_F(Certificates, AreUsedWithTheirKeyOnly) {
  EXPECT_EQ(refusal(settings("node", "node")), "");
  EXPECT_THAT(refusal(settings("node", "other")), HasSubstr("is not the key of tls.certificate"));
}

TEST_F(Certificates, AreRefusedWithTheFileAndWhatToDo) {
  config::Settings broken = settings("node", "node");
  broken.tls_key = "/nowhere/key.pem";
  EXPECT_EQ(refusal(broken), "tls.key = /nowhere/key.pem: No such file or directory");
  broken = settings("node", "node");
  broken.tls_trusted = authority_->key("node");
  EXPECT_THAT(refusal(broken), HasSubstr("no certificates in PEM form"));
  broken = settings("node", "node");
  std::filesystem::permissions(broken.tls_key, std::filesystem::perms::others_read,
                               std::filesystem::perm_options::add);
  EXPECT_THAT(refusal(broken), HasSubstr("everyone can read it; take that right away (chmod o= "));
  std::filesystem::permissions(broken.tls_key, std::filesystem::perms::others_read,
                               std::filesystem::perm_options::remove);
}

TEST_F(Certificates, WithAnEncryptedKeyAreRefusedWithoutAskingForThePassphrase) {
  config::Settings encrypted = settings("node", "node");
  encrypted.tls_key = authority_->key("encrypted");
  ASSERT_EQ(tests::run_command({"openssl", "pkcs8", "-topk8", "-in", authority_->key("node"), "-out",
                                encrypted.tls_key, "-passout", "pass:secret"})
                .exit_code,
            0);
  EXPECT_THAT(refusal(encrypted), HasSubstr("no private key in PEM form without a passphrase"));
}

TEST_F(Certificates, ThatAreRewrittenAreNoticedOnceTheyHaveSettled) {
  const config::Settings watched = settings("other", "other");
  CertificateWatch watch(watched);
  EXPECT_FALSE(watch.changed());
  std::ofstream(watched.tls_certificate, std::ios::app) << "\n";
  EXPECT_FALSE(watch.changed()) << "it may still be written";
  std::ofstream(watched.tls_key, std::ios::app) << "\n";
  EXPECT_FALSE(watch.changed()) << "the key came later";
  EXPECT_TRUE(watch.changed());
  EXPECT_FALSE(watch.changed());
}

TEST_F(Certificates, ThatAreSpoiltOnDiskChangeNothingOfWhatIsInUse) {
  const tests::TemporaryFolder folder;
  config::Settings files = settings("node", "node");
  files.tls_certificate = folder / "certificate.pem";
  std::filesystem::copy_file(authority_->certificate("node"), files.tls_certificate);
  ContextInUse in_use(files);
  const TlsContext before = in_use.context();
  std::ofstream(files.tls_certificate) << "-----BEGIN CERTIFICATE-----\nspoilt\n";
  EXPECT_EQ(days_left(in_use.certificate()), 9) << "the daily look asks no file";
  EXPECT_THAT(tests::rejection_of([&] { in_use.read(); }).detail, HasSubstr("certificate.pem"));
  EXPECT_EQ(in_use.context(), before);
  EXPECT_EQ(in_use.certificate().fingerprint, read_certificate(authority_->certificate("node")).fingerprint);
}

}  // namespace
}  // namespace glisson::server
