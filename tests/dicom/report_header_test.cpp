// Reads reports back from their bytes and checks the modules around the content tree (PS3.3 A.35).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "dicom/instance_reader.hpp"
#include "dicom/report/measurement_report.hpp"
#include "engine/errors.hpp"
#include "tests/support/report_example.hpp"
#include "tests/support/report_reader.hpp"
#include "tests/support/temporary_folder.hpp"

namespace glisson::dicom {
namespace {

using tests::ReadReport;
using tests::ReportExample;
using tests::SourcePatient;

constexpr std::array every_iod{ReportIod::comprehensive_3d, ReportIod::comprehensive, ReportIod::enhanced};

ReadReport read_back(const ReportExample& example, ReportIod iod = ReportIod::comprehensive_3d) {
  return ReadReport(encode_report(example.report, iod, "test").part10);
}

TEST(ReportHeader, IsTheSameForTheSameArguments) {
  const ReportExample example;
  for (const auto iod : every_iod) {
    EXPECT_EQ(encode_report(example.report, iod, "a").part10, encode_report(example.report, iod, "a").part10);
  }
}

TEST(ReportHeader, DerivesUidsFromIdentityAndIod) {
  const ReportExample example;
  const auto first = encode_report(example.report, ReportIod::comprehensive_3d, "a");
  const auto other_identity = encode_report(example.report, ReportIod::comprehensive_3d, "b");
  const auto other_iod = encode_report(example.report, ReportIod::enhanced, "a");
  EXPECT_NE(first.sop_instance_uid, other_identity.sop_instance_uid);
  EXPECT_NE(first.series_instance_uid, other_identity.series_instance_uid);
  EXPECT_NE(first.sop_instance_uid, other_iod.sop_instance_uid);
  EXPECT_NE(first.sop_instance_uid.value(), first.series_instance_uid.value());
  const ReadReport read(first.part10);
  EXPECT_EQ(read.attribute("SOPInstanceUID"), first.sop_instance_uid.value());
  EXPECT_EQ(read.attribute("SeriesInstanceUID"), first.series_instance_uid.value());
  EXPECT_EQ(read.attribute("SOPClassUID"), first.sop_class_uid.value());
}

TEST(ReportHeader, WritesTheSopClassOfTheIod) {
  const ReportExample example;
  EXPECT_EQ(read_back(example, ReportIod::comprehensive_3d).attribute("SOPClassUID"),
            "1.2.840.10008.5.1.4.1.1.88.34");
  EXPECT_EQ(read_back(example, ReportIod::comprehensive).attribute("SOPClassUID"),
            "1.2.840.10008.5.1.4.1.1.88.33");
  EXPECT_EQ(read_back(example, ReportIod::enhanced).attribute("SOPClassUID"),
            "1.2.840.10008.5.1.4.1.1.88.22");
}

TEST(ReportHeader, RepeatsPatientAndStudyOfTheImages) {
  const ReportExample example;
  const auto report = read_back(example);
  EXPECT_EQ(report.attribute("StudyInstanceUID"), "1.2.826.0.1.3680043.9.1");
  EXPECT_EQ(report.attribute("PatientName"), "Example^Anna");
  EXPECT_EQ(report.attribute("PatientID"), "P-1");
  EXPECT_EQ(report.attribute("PatientSex"), "F");
  EXPECT_EQ(report.attribute("PatientBirthDate"), "19700101");
  EXPECT_EQ(report.attribute("StudyDate"), "20260131");
  EXPECT_EQ(report.attribute("StudyDescription"), "CT liver");
  EXPECT_EQ(report.attribute("AccessionNumber"), "A-42");
}

TEST(ReportHeader, IsPreliminaryUnverifiedResearch) {
  ReportExample example;
  example.report.assessments = {example.report.assessments[0]};
  const auto report = read_back(example);
  EXPECT_EQ(report.attribute("CompletionFlag"), "COMPLETE");
  EXPECT_EQ(report.attribute("CompletionFlagDescription"), "<absent>");
  EXPECT_EQ(report.attribute("VerificationFlag"), "UNVERIFIED");
  EXPECT_EQ(report.attribute("PreliminaryFlag"), "PRELIMINARY");
  EXPECT_EQ(report.attribute("Modality"), "SR");
  EXPECT_EQ(report.attribute("SeriesDescription"), "RESEARCH, NOT FOR DIAGNOSIS: liver radiomics");
}

TEST(ReportHeader, CarriesTheTimeOfTheAnalysisOnly) {
  const ReportExample example;
  const auto report = read_back(example);
  for (const char* date : {"ContentDate", "InstanceCreationDate", "SeriesDate"})
    EXPECT_EQ(report.attribute(date), "20260201") << date;
  for (const char* time : {"ContentTime", "InstanceCreationTime", "SeriesTime"})
    EXPECT_EQ(report.attribute(time), "120000") << time;
  EXPECT_EQ(report.attribute("TimezoneOffsetFromUTC"), "+0100");
}

TEST(ReportHeader, NamesTheEquipment) {
  const ReportExample example;
  const auto report = read_back(example);
  EXPECT_EQ(report.attribute("Manufacturer"), "Glisson");
  EXPECT_EQ(report.attribute("SoftwareVersions"), "0.1.0");
  EXPECT_EQ(report.attribute("DeviceSerialNumber"), "G-1");
  EXPECT_EQ(report.attribute("ContributingEquipmentSequence[0].Manufacturer"), "Glisson");
  EXPECT_EQ(report.attribute("ContributingEquipmentSequence[0].PurposeOfReferenceCodeSequence[0].CodeValue"),
            "109102");
  EXPECT_EQ(report.attribute("ContributingEquipmentSequence[1].Manufacturer"), "Drawing Ltd");
  EXPECT_EQ(report.attribute("ContributingEquipmentSequence[1].ManufacturerModelName"), "Pencil");
}

TEST(ReportHeader, IsRecognisedAsWrittenByGlisson) {
  const ReportExample example;
  const tests::TemporaryFolder folder;
  const auto encoded = encode_report(example.report, ReportIod::comprehensive_3d, "test");
  std::ofstream(folder / "report.dcm", std::ios::binary)
      .write(reinterpret_cast<const char*>(encoded.part10.data()),
             static_cast<std::streamsize>(encoded.part10.size()));
  const auto header = read_instance_header(folder / "report.dcm");
  EXPECT_TRUE(header.written_by_glisson);
  EXPECT_EQ(header.sop_instance_uid, encoded.sop_instance_uid);
  EXPECT_EQ(header.study_instance_uid, example.images.study_instance_uid);
}

TEST(ReportHeader, IdentifiesItsCodingSchemes) {
  const ReportExample example;
  const auto report = read_back(example);
  EXPECT_EQ(report.attribute("CodingSchemeIdentificationSequence[0].CodingSchemeDesignator"), "99GLISSON");
  EXPECT_EQ(report.attribute("CodingSchemeIdentificationSequence[1].CodingSchemeDesignator"), "IBSI");
  EXPECT_EQ(report.attribute("CodingSchemeIdentificationSequence[1].CodingSchemeUID"),
            "1.2.840.10008.2.16.13");
}

TEST(ReportHeader, ListsEveryImageAndTheSegmentationAsEvidence) {
  const ReportExample example;
  for (const auto iod : every_iod) {
    const auto report = read_back(example, iod);
    const std::string series = "CurrentRequestedProcedureEvidenceSequence[0].ReferencedSeriesSequence";
    for (int i = 0; i < 3; ++i) {
      EXPECT_EQ(report.attribute(series + "[0].ReferencedSOPSequence[" + std::to_string(i) +
                                 "].ReferencedSOPInstanceUID"),
                "1.2.826.0.1.3680043.9.1.2." + std::to_string(i + 1));
    }
    EXPECT_EQ(report.attribute(series + "[1].ReferencedSOPSequence[0].ReferencedSOPInstanceUID"),
              "1.2.826.0.1.3680043.9.1.3.1");
  }
}

TEST(ReportHeader, ReferencesTheRequest) {
  const ReportExample example;
  const auto report = read_back(example);
  EXPECT_EQ(report.attribute("ReferencedRequestSequence[0].AccessionNumber"), "A-42");
  EXPECT_EQ(report.attribute("ReferencedRequestSequence[0].RequestedProcedureID"), "RP-9");
  EXPECT_EQ(report.attribute("ReferencedRequestSequence[0].RequestedProcedureDescription"),
            "Liver, three phases");
  EXPECT_EQ(report.attribute("ReferencedRequestSequence[0].StudyInstanceUID"), "1.2.826.0.1.3680043.9.1");
}

TEST(ReportHeader, LeavesOutWhatTheImagesDoNotCarry) {
  SourcePatient nobody;
  nobody.name = nobody.id = nobody.sex = nobody.birth_date = nobody.accession_number =
      nobody.study_description = "";
  nobody.with_request = false;
  const ReportExample example(nobody);
  const auto report = read_back(example);
  for (const char* empty : {"PatientName", "PatientID", "PatientSex", "PatientBirthDate", "AccessionNumber"})
    EXPECT_EQ(report.attribute(empty), "") << empty;  // Type 2: present, empty.
  EXPECT_EQ(report.attribute("StudyDescription"), "<absent>");
  EXPECT_EQ(report.attribute("ReferencedRequestSequence"), "<absent>");
}

TEST(ReportHeader, LeavesOutValuesThatBreakTheirVr) {
  SourcePatient odd;
  odd.sex = "UNKNOWN";
  odd.birth_date = "1.1.1970";
  odd.accession_number = "AN-ACCESSION-NUMBER-OF-30-CHARS";
  const ReportExample example(odd);
  const auto report = read_back(example);
  EXPECT_EQ(report.attribute("PatientSex"), "");
  EXPECT_EQ(report.attribute("PatientBirthDate"), "");
  EXPECT_EQ(report.attribute("AccessionNumber"), "AN-ACCESSION-NUMBER-OF-30-CHARS");  // Else it is not found.
}

TEST(ReportHeader, KeepsNamesOfAllScripts) {
  SourcePatient german;
  german.name = "M\xFCller^J\xF6rg";
  EXPECT_EQ(read_back(ReportExample(german)).attribute("PatientName"), "Müller^Jörg");

  SourcePatient japanese;  // The example of PS3.5 H.3.1.
  japanese.character_set = "\\ISO 2022 IR 87";
  japanese.name = "Yamada^Tarou=\x1B$B;3ED\x1B(B^\x1B$BB@O:\x1B(B=\x1B$B$d$^$@\x1B(B^\x1B$B$?$m$&\x1B(B";
  EXPECT_EQ(read_back(ReportExample(japanese)).attribute("PatientName"),
            "Yamada^Tarou=山田^太郎=やまだ^たろう");

  SourcePatient unicode;
  unicode.character_set = "ISO_IR 192";
  unicode.name = "Ιωάννου^Μαρία";
  EXPECT_EQ(read_back(ReportExample(unicode)).attribute("PatientName"), "Ιωάννου^Μαρία");
}

TEST(ReportHeader, ReadsUndeclaredBytesAsLatin1) {
  SourcePatient careless;
  careless.character_set = "";
  careless.name = "M\xFCller^J\xF6rg";
  const ReportExample example(careless);
  const auto report = read_back(example);
  EXPECT_EQ(report.attribute("PatientName"), "Müller^Jörg");
  EXPECT_EQ(report.attribute("SpecificCharacterSet"), "ISO_IR 192");

  careless.character_set = "NO SUCH SET";
  EXPECT_EQ(read_back(ReportExample(careless)).attribute("PatientName"), "Müller^Jörg");
}

TEST(ReportHeader, RefusesASourceThatIsNoDicomFile) {
  ReportExample example;
  std::ofstream(example.images.images.front().file) << "not DICOM";
  try {
    encode_report(example.report, ReportIod::enhanced, "test");
    FAIL() << "a text file was taken for an image";
  } catch (const RejectedInput& error) {
    EXPECT_EQ(error.reason(), RejectionReason::not_dicom);
  }
}

}  // namespace
}  // namespace glisson::dicom
