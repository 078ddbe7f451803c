#include <cctype>

#include "dicom/report/measurement_report.hpp"
#include "dicom/report/report_content.hpp"
#include "dicom/report/report_text.hpp"
#include "dicom/report/report_words.hpp"

namespace glisson::dicom {
namespace {

/// A paragraph of the summary: a heading and its lines.
std::string section(const std::string& heading, const std::vector<std::string>& lines) {
  std::string text = "\n" + heading + "\n";
  for (const auto& line : lines) text += "- " + line + "\n";
  return text;
}

std::string opening(const MeasurementReport& report) {
  std::string text = "RESEARCH, NOT FOR DIAGNOSIS. Computed by Glisson " + report.software_version +
                     " from a drawn segmentation; reviewed by no one.\n";
  if (shows_demonstration(report))
    text += "DEMONSTRATION: scores so marked come from coefficients that come from no patients.\n";
  return text;
}

std::vector<std::string> missing_lines(const MeasurementReport& report) {
  auto lines = missing_in_words(report);
  for (auto& line : ignored_in_words(report)) lines.push_back(std::move(line));
  if (lines.empty()) lines.emplace_back("Nothing: every region was measured and every model gave a score.");
  return lines;
}

std::vector<std::string> region_lines(const MeasurementReport& report) {
  std::vector<std::string> lesions;
  std::vector<std::string> organs;
  for (const auto& region : report.regions) {
    auto line = region_in_words(report, region) + ": ";
    if (region.size.voxels == 0) {
      line += "not measured";
    } else if (region.is_lesion) {
      line += "long axis " + millimetres_in_words(region.size.long_axis.length) + ", short axis " +
              millimetres_in_words(region.size.short_axis.length) + ", volume " +
              millilitres_in_words(region.size.volume);
      const auto parts = parts_in_words(region.size);
      if (!parts.empty()) line += "; " + parts;
    } else {
      line += "volume " + millilitres_in_words(region.size.volume);
    }
    (region.is_lesion ? lesions : organs).push_back(std::move(line));
  }
  if (lesions.empty()) lesions.emplace_back("The segmentation draws no lesion that was analysed.");
  lesions.insert(lesions.end(), organs.begin(), organs.end());
  return lesions;
}

std::string with_full_stop(const std::string& text) {
  return text.empty() || text.back() == '.' ? text : text + ".";
}

/// The number as people read it; none of criteria, whose 0 and 1 the category puts into words.
std::string value_in_words(const engine::RiskAssessment& assessment) {
  const auto& model = *assessment.model;
  if (model.predictor == engine::Predictor::criteria && assessment.category) return {};
  if (assessment.probability && !is_demonstration(model))
    return probability_in_words(*assessment.probability);
  const bool has_unit = !model.score_unit.empty() && model.score_unit != "1";
  return number_in_words(*assessment.score) + (has_unit ? " " + model.score_unit : "");
}

std::string score_line(const MeasurementReport& report, const engine::RiskAssessment& assessment) {
  const auto& model = *assessment.model;
  auto line = title_in_report(model);
  if (assessment.segment_number > 0) line += ", " + segment_in_words(report, assessment.segment_number);
  const auto add_sentence = [&](const std::string& sentence) {
    if (!sentence.empty()) line += " " + with_full_stop(sentence);
  };
  const auto value = value_in_words(assessment);
  const auto category = category_in_words(assessment);
  line += ":";
  // Wordings of packages are sentences, those made here go on after the number.
  const bool goes_on =
      !value.empty() && !category.empty() && std::islower(static_cast<unsigned char>(category.front())) != 0;
  if (goes_on) {
    add_sentence(value + "; " + category);
  } else {
    add_sentence(value);
    add_sentence(category);
  }
  if (is_demonstration(model)) {
    add_sentence(status_in_words(model));
  } else {
    if (category.empty()) add_sentence(model.proviso);
    add_sentence("Population: " + (model.population.empty() ? "not stated" : model.population));
  }
  return line;
}

std::vector<std::string> score_lines(const MeasurementReport& report) {
  std::vector<std::string> lines;
  for (const auto& assessment : report.assessments) {
    if (assessment.score) lines.push_back(score_line(report, assessment));
  }
  if (lines.empty()) lines.emplace_back("None.");
  return lines;
}

std::vector<std::string> limits(const MeasurementReport& report) {
  std::vector<std::string> lines{
      "Counts and sizes are those of the drawn lesions; lesions that were not drawn are not counted.",
      "The diagnosis was not assessed: scores for hepatocellular carcinoma hold only if it is one.",
      "Macrovascular invasion and spread beyond the liver were not assessed.",
  };
  const auto& images = *report.images;
  if (images.lossy_images > 0) {
    lines.push_back("Lossy compression: " + std::to_string(images.lossy_images) + " of " +
                    std::to_string(images.images.size()) +
                    " images had been compressed with loss, which changes features, texture most of all.");
  }
  return lines;
}

std::vector<std::string> technique_lines(const MeasurementReport& report) {
  const auto& images = *report.images;
  const auto& spacing = images.volume.grid.spacing;
  std::string drawn;
  for (const auto& region : report.regions) {
    const auto* segment = find_segment(report, region.segment_number);
    if (segment == nullptr || segment->algorithm.empty() || drawn.find(segment->algorithm) == 0) continue;
    if (drawn.find(", " + segment->algorithm) != std::string::npos) continue;
    drawn += (drawn.empty() ? "" : ", ") + segment->algorithm;
  }
  return {
      images.modality + ", " + std::to_string(images.images.size()) + " images, voxels " +
          number_in_words(spacing[0]) + " x " + number_in_words(spacing[1]) + " x " +
          number_in_words(spacing[2]) + " mm.",
      "Segments drawn: " + (drawn.empty() ? "not stated" : drawn) + ".",
      "Sizes: long axis is the longest diameter in a slice, short axis the longest perpendicular to it "
      "there, "
      "outer edge to outer edge.",
      "Features: " + protocol_in_words(*report.protocol) + ".",
  };
}

std::vector<std::string> appendix_lines(const MeasurementReport& report) {
  std::vector<std::string> lines;
  for (const auto& region : report.regions) {
    for (const auto* feature : model_features(report, region)) {
      if (!feature->value) continue;
      lines.push_back(region_in_words(report, region) + ": " + feature->name + " " +
                      number_in_words(*feature->value));
    }
  }
  return lines;
}

}  // namespace

std::string report_summary(const MeasurementReport& report) {
  auto text = opening(report) + section("NOT COMPUTED", missing_lines(report)) +
              section("REGIONS", region_lines(report)) + section("SCORES", score_lines(report)) +
              section("LIMITS", limits(report)) + section("TECHNIQUE", technique_lines(report));
  const auto appendix = appendix_lines(report);
  if (!appendix.empty()) text += section("APPENDIX: VALUES THAT THE MODELS TOOK IN", appendix);
  return printable_utf8(text, true);
}

}  // namespace glisson::dicom
