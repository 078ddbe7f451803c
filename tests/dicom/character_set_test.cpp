#include "dicom/character_set.hpp"

#include <gtest/gtest.h>

namespace glisson::dicom {
namespace {

// The names of PS3.5 annexes H (Japanese), I (Korean), J (Chinese) and of its single-byte sets.

TEST(CharacterSet, ReadsSingleByteSets) {
  EXPECT_EQ(to_utf8("Buc^J\xE9r\xF4me", "ISO_IR 100"), "Buc^Jérôme");
  EXPECT_EQ(to_utf8("\xBB\xEE\xDA\x63\x65\xDC\xD1\x79\x70\xD3", "ISO_IR 144"), "Люкceмбypг");
  EXPECT_EQ(to_utf8("\xC4\xE9\xEF\xED\xF5\xF3\xE9\xEF\xF2", "ISO_IR 126"), "Διονυσιος");
  EXPECT_EQ(to_utf8("\xD4\xCF\xC0\xDE^\xC0\xDB\xB3", "ISO_IR 13"), "ﾔﾏﾀﾞ^ﾀﾛｳ");
}

TEST(CharacterSet, ReadsMultiByteSetsWithoutCodeExtensions) {
  EXPECT_EQ(to_utf8("Wang^XiaoDong=王^小东", "ISO_IR 192"), "Wang^XiaoDong=王^小东");
  EXPECT_EQ(to_utf8("Wang^XiaoDong=\xCD\xF5^\xD0\xA1\xB6\xAB", "GB18030"), "Wang^XiaoDong=王^小东");
  EXPECT_EQ(to_utf8("Wang^XiaoDong=\xCD\xF5^\xD0\xA1\xB6\xAB", "GBK"), "Wang^XiaoDong=王^小东");
}

TEST(CharacterSet, ReadsJapaneseCodeExtensions) {
  EXPECT_EQ(to_utf8("Yamada^Tarou=\x1B$B;3ED\x1B(B^\x1B$BB@O:\x1B(B=\x1B$B$d$^$@\x1B(B^\x1B$B$?$m$&\x1B(B",
                    "\\ISO 2022 IR 87"),
            "Yamada^Tarou=山田^太郎=やまだ^たろう");
  EXPECT_EQ(
      to_utf8("\xD4\xCF\xC0\xDE^\xC0\xDB\xB3=\x1B$B;3ED\x1B(J^\x1B$BB@O:\x1B(J=\x1B$B$d$^$@\x1B(J^\x1B$B$?$m"
              "$&\x1B(J",
              "ISO 2022 IR 13\\ISO 2022 IR 87"),
      "ﾔﾏﾀﾞ^ﾀﾛｳ=山田^太郎=やまだ^たろう");
  EXPECT_EQ(to_utf8("\x1B$(D0!\x1B(B", "\\ISO 2022 IR 159"), "丂");
}

TEST(CharacterSet, ReadsKoreanAndChineseCodeExtensions) {
  EXPECT_EQ(
      to_utf8("Hong^Gildong=\x1B$)C\xFB\xF3^\x1B$)C\xD1\xCE\xD4\xD7=\x1B$)C\xC8\xAB^\x1B$)C\xB1\xE6\xB5\xBF",
              "\\ISO 2022 IR 149"),
      "Hong^Gildong=洪^吉洞=홍^길동");
  EXPECT_EQ(to_utf8("Zhang^XiaoDong=\x1B$)A\xD5\xC5^\x1B$)A\xD0\xA1\xB6\xAB", "\\ISO 2022 IR 58"),
            "Zhang^XiaoDong=张^小东");
}

TEST(CharacterSet, ReadsSingleByteCodeExtensions) {
  EXPECT_EQ(to_utf8("M\xFCller^\x1B-F\xC4\xE9\xEF", "ISO 2022 IR 100\\ISO 2022 IR 126"), "Müller^Διο");
  EXPECT_EQ(to_utf8("\x1B-F\xC4\xE9^\xE9", "ISO 2022 IR 100\\ISO 2022 IR 126"), "Δι^é");  // ^ resets.
}

TEST(CharacterSet, NeverFailsOnWhatItCannotExplain) {
  EXPECT_EQ(to_utf8("M\xFCller", ""), "Müller");
  EXPECT_EQ(to_utf8("M\xFCller", "NO SUCH SET"), "Müller");
  EXPECT_EQ(to_utf8("M\xFCller", "ISO_IR 192"), "Müller");
  EXPECT_EQ(to_utf8("Müller", ""), "Müller");
  EXPECT_EQ(to_utf8("a\x1Bzb", "\\ISO 2022 IR 87"), "azb");
  EXPECT_EQ(to_utf8("\x1B$B;", "\\ISO 2022 IR 87"), ";");
  EXPECT_EQ(to_utf8("\x1B", ""), "");
  EXPECT_EQ(to_utf8("", "ISO_IR 100"), "");
}

}  // namespace
}  // namespace glisson::dicom
