// DCMTK as the oracle of the pre-scan: whatever it lets pass, DCMTK must not find nested more deeply than it
// did.
#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dcfilefo.h>
#include <dcmtk/dcmdata/dcistrmb.h>
#include <dcmtk/dcmdata/dcxfer.h>
#include <gtest/gtest.h>

#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "dicom/dicom_file.hpp"
#include "dicom/nesting.hpp"
#include "tests/support/dcmtk_nesting.hpp"

namespace glisson::dicom {
namespace {

using namespace std::string_literals;

/// How deeply DCMTK nests what it makes of the file, also where it gives up half-way.
int depth_by_dcmtk(const std::string& file, bool known_transfer_syntax) {
  DcmInputBufferStream stream;
  stream.setBuffer(file.data(), static_cast<offile_off_t>(file.size()));
  stream.setEos();
  DcmFileFormat parsed;
  parsed.transferInit();
  static_cast<void>(parsed.readUntilTag(stream,
                                        known_transfer_syntax ? EXS_Unknown : EXS_LittleEndianExplicit,
                                        EGL_noChange, DCM_MaxReadLength, DcmTagKey(0x7FE0, 0x0011)));
  parsed.transferEnd();
  return tests::depth_of(*parsed.getDataset());
}

/// Makes files that are nearly right: grammar, and pieces that parsers read differently.
class Generator {
 public:
  explicit Generator(unsigned seed) : random_(seed) {}

  std::string file() {
    static const std::vector<std::string> transfer_syntaxes{
        "1.2.840.10008.1.2.1", "1.2.840.10008.1.2",      "1.2.840.10008.1.2.2",    "1.2.840.10008.1.2.4.70",
        "1.2.3.4.5",           "1.2.840.113619.5.2",     "1.2.840.10008.1.2.1.99", "1.2.840.10008.1.2.4.201",
        "1.2.840.10008.1.2 .", "Little Endian Implicit", "1.2.840.10008.1.2.4.95"};
    const std::string& uid = transfer_syntaxes[below(transfer_syntaxes.size())];
    known = DcmXfer(uid.c_str()).getXfer() != EXS_Unknown;
    explicit_vr_ = uid != "1.2.840.10008.1.2" && uid != "1.2.840.113619.5.2";
    big_endian_ = uid == "1.2.840.10008.1.2.2";
    std::string content = elements(0);
    const auto pieces = 1 + below(3);
    for (unsigned i = 0; i < pieces; ++i) content += trick() + elements(0);
    mutate(content);
    const bool padded = uid.size() % 2 == 1;
    return std::string(128, '\0') + "DICM" + meta(uid + (padded ? "\0"s : ""s)) + content;
  }

  bool known = true;  ///< DCMTK knows the transfer syntax of the last file.

 private:
  unsigned below(std::size_t bound) {
    return static_cast<unsigned>(std::uniform_int_distribution<std::size_t>(0, bound - 1)(random_));
  }
  bool once_in(unsigned n) { return below(n) == 0; }

  std::string number(std::uint32_t value, std::size_t width) const {
    std::string bytes;
    for (std::size_t i = 0; i < width; ++i)
      bytes += static_cast<char>(value >> 8 * (big_endian_ ? width - 1 - i : i));
    return bytes;
  }
  std::string tag(std::uint32_t value) const { return number(value >> 16, 2) + number(value & 0xFFFF, 2); }
  std::string header(std::uint32_t tag_value, const std::string& vr, std::uint32_t length) const {
    if (!explicit_vr_ || tag_value >> 16 == 0xFFFE) return tag(tag_value) + number(length, 4);
    static constexpr std::string_view long_ones = "OB OD OF OL OV OW SQ SV UC UN UR UT UV ZZ";
    const bool is_long = long_ones.find(vr) != std::string_view::npos;
    return tag(tag_value) + vr + (is_long ? number(0, 2) + number(length, 4) : number(length, 2));
  }
  std::uint32_t length_of(const std::string& content) {
    // Half of what is made is right; of the rest, lengths lie by a little.
    return static_cast<std::uint32_t>(content.size()) + (once_in(40) ? 8U : 0U) - (once_in(40) ? 4U : 0U);
  }

  std::string meta(const std::string& uid) const {
    Generator little(0);
    std::string elements = little.header(0x00020010, "UI", static_cast<std::uint32_t>(uid.size())) + uid;
    return little.header(0x00020000, "UL", 4) +
           little.number(static_cast<std::uint32_t>(elements.size()), 4) + elements;
  }

  std::string elements(int depth) {
    std::string content;
    for (unsigned count = below(4); count > 0; --count) content += once_in(3) ? sequence(depth) : value();
    return content;
  }

  std::string value() {
    static const std::vector<std::string> vrs{"UI", "LO", "OB", "UN", "US",   "UT",
                                              "ox", "ZZ", "??", "na", "\0\0"s};
    static const std::vector<std::uint32_t> tags{0x00080018, 0x00081140, 0x00091001,
                                                 0x7FE00010, 0x7FE10010, 0x00100010};
    const std::string bytes(std::size_t{2} * below(12), static_cast<char>(once_in(2) ? 0 : 'A'));
    const std::string& vr = vrs[below(once_in(4) ? vrs.size() : 5)];
    return header(tags[below(tags.size())], vr, length_of(bytes)) + bytes;
  }

  std::string sequence(int depth) {
    static const std::vector<std::uint32_t> tags{0x00081140, 0x00091002, 0x52009229, 0x7FE00010};
    const bool was_explicit = explicit_vr_;
    const std::string vr = once_in(4) ? "UN" : "SQ";
    std::string items;
    if (vr == "UN") explicit_vr_ = false;
    for (unsigned count = below(3); count > 0; --count) {
      const std::string content = depth < 6 ? elements(depth + 1) : "";
      items += once_in(2) ? header(0xFFFEE000, "", 0xFFFFFFFF) + content + header(0xFFFEE00D, "", 0)
                          : header(0xFFFEE000, "", length_of(content)) + content;
    }
    const bool undefined = vr == "UN" || once_in(2);
    if (undefined) items += header(0xFFFEE0DD, "", 0);
    explicit_vr_ = was_explicit;
    return header(tags[below(tags.size())], vr, undefined ? 0xFFFFFFFF : length_of(items)) + items;
  }

  /// Levels that must not go unseen, behind something that may hide them.
  std::string trick() {
    std::string levels;
    for (int i = 0; i < 12; ++i)
      levels += header(0x00081140, "SQ", 0xFFFFFFFF) + header(0xFFFEE000, "", 0xFFFFFFFF);
    const auto hidden = static_cast<std::uint32_t>(levels.size());
    switch (below(12)) {
      case 0:
        return tag(0x00080005) + "ZZ" + number(0xFFFE, 2) + number(0, 4) + levels;
      case 1:
        return header(0x00020010, "UI", 18) + "1.2.840.10008.1.2\0"s + levels;
      case 2:
        return header(0x7FE10010, "OB", hidden) + levels;
      case 3:
        return header(0x7FE00010, "OB", 0xFFFFFFFF) + levels;
      case 4:
        return header(0x7FE00010, once_in(2) ? "SQ" : "UN", hidden) + levels;
      case 5:
        return header(0x00081140, "SQ", hidden + 8) + header(0xFFFEE0DD, "", 0) + levels;
      case 6:
        return header(0x00081140, "SQ", hidden + 16) + header(0xFFFEE000, "", hidden + 8) +
               header(0xFFFEE00D, "", 0) + levels;
      case 7:
        return header(0x00081140, "UN", hidden) + levels;
      case 8:
        return header(0x00081140, "OB", 0xFFFFFFFF) + levels;
      case 9:
        return tag(0xFFFEE001) + "SQ" + number(0, 2) + number(0xFFFFFFFF, 4) + levels;
      case 10:
        return header(0xFFFEE0DD, "", hidden) + levels;
      default:
        return header(0x00081140, "SQ", hidden) + levels;
    }
  }

  void mutate(std::string& content) {
    if (content.empty() || once_in(2)) return;
    for (unsigned count = 1 + below(3); count > 0; --count) {
      const std::size_t at = below(content.size());
      if (once_in(3)) {
        content.erase(at, 1 + below(4));
      } else if (once_in(2)) {
        content.insert(at, number(0xFFFEE000, 4));
      } else {
        content[at] = static_cast<char>(below(256));
      }
      if (content.empty()) return;
    }
  }

  std::mt19937 random_;
  bool explicit_vr_ = true;
  bool big_endian_ = false;
};

TEST(Nesting, IsNeverDeeperForDcmtkThanThePreScanSays) {
  silence_toolkit();
  int passed = 0;
  int nested = 0;
  for (unsigned seed = 0; seed < 60'000; ++seed) {
    Generator generator(seed);
    const std::string file = generator.file();
    const auto found = data_set_structure({reinterpret_cast<const std::uint8_t*>(file.data()), file.size()},
                                          deepest_nesting, most_elements);
    if (found.inconsistent || found.depth > deepest_nesting) continue;
    ++passed;
    nested += found.depth > 0 ? 1 : 0;
    ASSERT_LE(depth_by_dcmtk(file, generator.known), found.depth) << "seed " << seed;
  }
  // It lets enough pass, nested data sets too, for the comparison to mean something.
  EXPECT_GT(passed, 6'000);
  EXPECT_GT(nested, 2'000);
}

}  // namespace
}  // namespace glisson::dicom
