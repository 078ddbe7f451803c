// DCMTK's own tools as clients of serve_association() and as the server that send_instance() speaks to.
#include <gtest/gtest.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <map>
#include <thread>

#include "dicom/network/part10.hpp"
#include "dicom/network/sender.hpp"
#include "tests/support/scripted_peer.hpp"
#include "tests/support/storage_node.hpp"

namespace glisson::dicom {
namespace {

using namespace std::chrono_literals;
using namespace tests;

/// Exit code of a command on PATH; its output goes where failures are looked for.
int run(const std::string& command) {
  const int status = std::system((command + " 2>&1").c_str());
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

std::string content_of(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

std::string little_endian(std::size_t value, int size) {
  std::string bytes;
  for (int i = 0; i < size; ++i) bytes.push_back(static_cast<char>(value >> (8 * i)));
  return bytes;
}

struct Element {
  std::uint16_t group;
  std::uint16_t element;
  std::string vr;
  std::string value;
};

std::string encoded(const Element& element, bool is_explicit) {
  std::string bytes = little_endian(element.group, 2) + little_endian(element.element, 2);
  if (!is_explicit) return bytes + little_endian(element.value.size(), 4) + element.value;
  bytes += element.vr;
  if (element.vr == "OW")
    return bytes + std::string(2, '\0') + little_endian(element.value.size(), 4) + element.value;
  return bytes + little_endian(element.value.size(), 2) + element.value;
}

/// A CT image of 64 x 64 pixels without its pixel data.
std::string image_header(const std::string& instance_uid, bool is_explicit) {
  const std::string columns("\x40\x00", 2);
  const std::string bits("\x10\x00", 2);
  const std::vector<Element> elements{
      {0x0008, 0x0016, "UI", std::string(ct_image_storage) + '\0'},
      {0x0008, 0x0018, "UI", instance_uid.size() % 2 == 0 ? instance_uid : instance_uid + '\0'},
      {0x0008, 0x0060, "CS", "CT"},
      {0x0010, 0x0010, "PN", "Doe^Jane"},
      {0x0020, 0x000D, "UI", "1.2.826.0.1.3680043.10.1"},
      {0x0020, 0x000E, "UI", "1.2.826.0.1.3680043.10.2"},
      {0x0028, 0x0002, "US", std::string("\x01\x00", 2)},
      {0x0028, 0x0004, "CS", "MONOCHROME2 "},
      {0x0028, 0x0010, "US", columns},
      {0x0028, 0x0011, "US", columns},
      {0x0028, 0x0100, "US", bits},
      {0x0028, 0x0101, "US", bits},
      {0x0028, 0x0102, "US", std::string("\x0F\x00", 2)},
      {0x0028, 0x0103, "US", std::string(2, '\0')},
  };
  std::string bytes;
  for (const auto& element : elements) bytes += encoded(element, is_explicit);
  return bytes;
}

std::string pixels() {
  std::string bytes;
  for (int i = 0; i < 64 * 64; ++i) bytes += little_endian(static_cast<std::size_t>(i * 31 % 4096), 2);
  return bytes;
}

std::string item(const std::string& content) {
  return std::string("\xFE\xFF\x00\xE0", 4) + little_endian(content.size(), 4) + content;
}

/// Looks like a JPEG to no one but those who do not look.
std::string encapsulated_pixels() {
  return std::string("\xE0\x7F\x10\x00OB\x00\x00\xFF\xFF\xFF\xFF", 12) + item("") +
         item("\xFF\xD8 not a jpeg \xFF\xD9") + std::string("\xFE\xFF\xDD\xE0\x00\x00\x00\x00", 8);
}

class DcmtkTools : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (std::filesystem::temp_directory_path() / "glisson-clients-XXXXXX").string();
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  /// Writes a file to send and remembers its data set.
  std::string add(const std::string& instance_uid, std::string_view transfer_syntax, std::string data_set) {
    const auto file = folder_ / (instance_uid + ".dcm");
    std::ofstream(file, std::ios::binary) << encode_file_header({SopClassUid(ct_image_storage),
                                                                 SopInstanceUid(instance_uid),
                                                                 TransferSyntaxUid(transfer_syntax),
                                                                 {}})
                                          << data_set;
    sent_[instance_uid] = std::move(data_set);
    return file.string();
  }

  /// What the node has is what was sent, every byte of it.
  void expect_all_received(std::string_view transfer_syntax) const {
    ASSERT_EQ(node_.stored().size(), sent_.size());
    for (const auto& stored : node_.stored()) {
      const auto& uid = stored.request.sop_instance_uid.value();
      EXPECT_EQ(stored.request.transfer_syntax_uid.value(), transfer_syntax);
      const std::string file = content_of(stored.file);
      const auto parts = split_part10(std::as_bytes(std::span(file)));
      EXPECT_EQ(parts.meta.sop_instance_uid.value(), uid);
      EXPECT_EQ(parts.meta.transfer_syntax_uid.value(), transfer_syntax);
      EXPECT_TRUE(std::ranges::equal(parts.data_set, std::as_bytes(std::span(sent_.at(uid))))) << uid;
      EXPECT_EQ(stored.received.digest, sha256(sent_.at(uid)));
      EXPECT_EQ(stored.received.bytes, sent_.at(uid).size());
    }
  }

  std::string to_node() const { return " 127.0.0.1 " + std::to_string(node_.port()) + " "; }

  StorageNode node_;
  std::filesystem::path folder_;
  std::map<std::string, std::string> sent_;
};

TEST_F(DcmtkTools, EchoscuIsAnswered) {
  EXPECT_EQ(run("echoscu -to 5" + to_node()), 0);
  EXPECT_EQ(node_.summary(0).echoes, 1U);
  EXPECT_EQ(node_.summary(0).end, "released");
}

TEST_F(DcmtkTools, StorescuSendsExplicitLittleEndian) {
  const auto file = add("1.2.3.1", explicit_little_endian,
                        image_header("1.2.3.1", true) + encoded({0x7FE0, 0x0010, "OW", pixels()}, true));
  EXPECT_EQ(run("storescu -R -to 5" + to_node() + file), 0);
  expect_all_received(explicit_little_endian);
  EXPECT_EQ(node_.summary(0).stored, 1U);
}

TEST_F(DcmtkTools, StorescuSendsImplicitLittleEndian) {
  const auto file = add("1.2.3.1", implicit_little_endian,
                        image_header("1.2.3.1", false) + encoded({0x7FE0, 0x0010, "OW", pixels()}, false));
  EXPECT_EQ(run("storescu -R -xi -to 5" + to_node() + file), 0);
  expect_all_received(implicit_little_endian);
}

TEST_F(DcmtkTools, StorescuSendsCompressedPixelsAsTheyAre) {
  const auto file =
      add("1.2.3.1", "1.2.840.10008.1.2.4.70", image_header("1.2.3.1", true) + encapsulated_pixels());
  EXPECT_EQ(run("storescu -R -xs -to 5" + to_node() + file), 0);
  expect_all_received("1.2.840.10008.1.2.4.70");
}

TEST_F(DcmtkTools, DcmsendSendsAWholeStudyInOneAssociation) {
  for (int i = 10; i < 40; ++i) {
    const std::string uid = "1.2.3." + std::to_string(i);
    add(uid, explicit_little_endian,
        image_header(uid, true) + encoded({0x7FE0, 0x0010, "OW", pixels()}, true));
  }
  EXPECT_EQ(run("dcmsend +sd -to 5" + to_node() + folder_.string()), 0);
  expect_all_received(explicit_little_endian);
  EXPECT_EQ(node_.summary(0).stored, 30U);
}

TEST_F(DcmtkTools, SmallPdusMakeNoDifference) {
  const auto file = add("1.2.3.1", explicit_little_endian,
                        image_header("1.2.3.1", true) + encoded({0x7FE0, 0x0010, "OW", pixels()}, true));
  EXPECT_EQ(run("storescu -R -to 5 --max-send-pdu 4096" + to_node() + file), 0);
  expect_all_received(explicit_little_endian);
}

TEST_F(DcmtkTools, StorescuIsToldOfARefusal) {
  node_.outcome = [](const auto&) { return StoreOutcome{DimseStatus::out_of_resources, "disk full"}; };
  const auto file = add("1.2.3.1", explicit_little_endian, image_header("1.2.3.1", true));
  EXPECT_NE(run("storescu -R -to 5" + to_node() + file), 0);
  EXPECT_EQ(node_.summary(0).refused, 1U);
}

Destination pacs_at(std::uint16_t port) {
  return {AeTitle("GLISSON"), AeTitle("PACS"), "127.0.0.1", port, 5s};
}

/// DCMTK's storescp on a free port, in a folder of its own.
class Storescp {
 public:
  explicit Storescp(std::vector<std::string> options = {}) {
    std::string pattern = (std::filesystem::temp_directory_path() / "glisson-storescp-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("no temporary folder");
    folder_ = pattern;
    ::close(listen_on_loopback(port_));
    std::vector<std::string> words{"storescp", "--bit-preserving", "-od", folder_.string()};
    words.insert(words.end(), options.begin(), options.end());
    words.push_back(std::to_string(port_));
    std::vector<char*> arguments;
    for (auto& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    if (::posix_spawnp(&process_, "storescp", nullptr, nullptr, arguments.data(), environ) != 0) {
      throw std::runtime_error("no storescp on PATH");
    }
  }
  ~Storescp() {
    ::kill(process_, SIGTERM);
    ::waitpid(process_, nullptr, 0);
    std::filesystem::remove_all(folder_);
  }
  Storescp(const Storescp&) = delete;
  Storescp& operator=(const Storescp&) = delete;

  std::uint16_t port() const { return port_; }
  std::string only_file() const {
    for (const auto& entry : std::filesystem::directory_iterator(folder_)) {
      std::ifstream stream(entry.path(), std::ios::binary);
      return {std::istreambuf_iterator<char>(stream), {}};
    }
    return {};
  }
  void wait_until_it_answers() const {
    for (int i = 0; i < 100 && echo(pacs_at(port_)).result != SendResult::accepted; ++i) {
      std::this_thread::sleep_for(50ms);
    }
  }

 private:
  std::filesystem::path folder_;
  std::uint16_t port_ = 0;
  pid_t process_ = -1;
};

TEST_F(DcmtkTools, StorescpGetsEveryByte) {
  Storescp pacs;
  pacs.wait_until_it_answers();
  const auto file =
      content_of(add("1.2.3.1", explicit_little_endian,
                     image_header("1.2.3.1", true) + encoded({0x7FE0, 0x0010, "OW", pixels()}, true)));
  const auto outcome = send_instance(pacs_at(pacs.port()), std::as_bytes(std::span(file)));
  EXPECT_EQ(outcome.result, SendResult::accepted) << outcome.detail;
  const std::string received = pacs.only_file();
  const auto parts = split_part10(std::as_bytes(std::span(received)));
  EXPECT_EQ(parts.meta.sop_instance_uid.value(), "1.2.3.1");
  EXPECT_TRUE(std::ranges::equal(parts.data_set, std::as_bytes(std::span(sent_.at("1.2.3.1")))));
}

TEST(Storescp, ThatRefusesAssociationsIsNotAdmitted) {
  Storescp pacs({"--refuse"});
  auto outcome = echo(pacs_at(pacs.port()));
  for (int i = 0; i < 100 && outcome.result == SendResult::transient; ++i) {
    std::this_thread::sleep_for(50ms);
    outcome = echo(pacs_at(pacs.port()));
  }
  EXPECT_EQ(outcome.result, SendResult::not_admitted);
}

}  // namespace
}  // namespace glisson::dicom
