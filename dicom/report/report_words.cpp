#include "dicom/report/report_words.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <cmath>

#include "dicom/report/report_content.hpp"
#include "dicom/report/report_text.hpp"

namespace glisson::dicom {
namespace {

std::string printed(double value, std::chars_format format, int precision) {
  std::array<char, 512> buffer{};  // 1e308 with two decimals has 312 characters.
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value, format, precision);
  return {buffer.data(), end.ptr};
}

std::string unit_suffix(const std::string& ucum) { return ucum.empty() || ucum == "1" ? "" : " " + ucum; }

/// "above the cut-off 3.36 and not above the cut-off 13.74 of Tumour burden score"
std::string position_in_words(const engine::RiskModel& model, const engine::ScoreCategory& category) {
  const engine::ScoreCategory* before = nullptr;
  for (const auto& candidate : model.categories) {
    if (candidate.label == category.label && candidate.upper == category.upper) break;
    before = &candidate;
  }
  std::string words;
  if (before != nullptr && before->upper) {
    words = before->includes_upper ? "above the cut-off " : "not below the cut-off ";
    words += number_in_words(*before->upper);
  }
  if (category.upper) {
    words += words.empty() ? "" : " and ";
    words += category.includes_upper ? "not above the cut-off " : "below the cut-off ";
    words += number_in_words(*category.upper);
  }
  return words.empty() ? "" : words + " of " + model.title;
}

std::string unit_of_input(const engine::RiskModel& model, const std::string& name) {
  for (const auto& input : model.inputs) {
    if (input.name == name) return unit_suffix(input.unit);
  }
  return {};
}

/// "lesion count up to 3 and largest diameter up to 3 cm"
std::string conditions_in_words(const engine::RiskModel& model, const engine::Alternative& alternative) {
  std::string words;
  for (const auto& condition : alternative.conditions) {
    const auto unit = unit_of_input(model, condition.input);
    std::string bounds;
    if (condition.lower)
      bounds += (condition.includes_lower ? " from " : " above ") + number_in_words(*condition.lower) + unit;
    if (condition.upper)
      bounds += (condition.includes_upper ? " up to " : " below ") + number_in_words(*condition.upper) + unit;
    words += (words.empty() ? "" : " and ") + input_in_words(condition.input) + bounds;
  }
  return words;
}

/// "Lesion 1 (segment 2)"; a label that says what a report must not is left out.
std::string named_segment(int number, const std::string& label) {
  std::string words = "segment " + std::to_string(number);
  if (label.empty() || says_what_a_report_must_not(label)) return words;
  return printable_utf8(label) + " (" + words + ")";
}

/// Undefined features by name, the first few of them spelled out.
std::string undefined_features(const ReportedRegion& region) {
  constexpr std::size_t spelled_out = 5;
  std::size_t count = 0;
  std::string names;
  for (const auto& feature : region.features) {
    if (feature.value) continue;
    if (++count > spelled_out) continue;
    names += (names.empty() ? "" : ", ") + feature.name;
    if (feature.reason) names += " (" + reason_in_words(*feature.reason) + ")";
  }
  if (count == 0) return {};
  if (count > spelled_out) names += ", and " + std::to_string(count - spelled_out) + " more";
  return std::to_string(count) + " of " + std::to_string(region.features.size()) +
         " features are undefined: " + names;
}

}  // namespace

std::string input_in_words(std::string name) {
  std::replace(name.begin(), name.end(), '_', ' ');
  return name;
}

bool is_demonstration(const engine::RiskModel& model) {
  return model.status == engine::ModelStatus::demonstration;
}

std::string title_in_report(const engine::RiskModel& model) {
  return (is_demonstration(model) ? "DEMONSTRATION: " : "") +
         (model.title.empty() ? model.name : model.title);
}

std::string score_name_in_report(const engine::RiskModel& model) {
  return (is_demonstration(model) ? "DEMONSTRATION: " : "") +
         (model.score_name.empty() ? model.name : model.score_name);
}

std::string status_in_words(const engine::RiskModel& model) {
  switch (model.status) {
    case engine::ModelStatus::published:
      return "Published model";
    case engine::ModelStatus::site_fitted:
      return "Model fitted by the site on its own patients";
    case engine::ModelStatus::demonstration:
      return "DEMONSTRATION: its coefficients come from no patients; its numbers mean nothing for this "
             "patient";
  }
  return {};
}

std::string cut_offs_in_words(const engine::RiskModel& model) {
  std::string words;
  for (const auto& alternative : model.alternatives)
    words += (words.empty() ? "" : ", or ") + conditions_in_words(model, alternative);
  if (model.predictor == engine::Predictor::criteria) return words;
  for (const auto& category : model.categories) {
    if (category.upper) words += (words.empty() ? "" : "; ") + number_in_words(*category.upper);
  }
  return words.empty() ? words : words + unit_suffix(model.score_unit);
}

std::string category_in_words(const engine::RiskAssessment& assessment) {
  const auto& model = *assessment.model;
  if (is_demonstration(model) || !assessment.score) return {};
  if (!assessment.category) return {};
  const auto& wording = assessment.category->wording;
  if (!wording.empty() && !says_what_a_report_must_not(wording)) return wording;
  if (assessment.at_cut_off) {
    return "at the cut-off of " + model.title + " (" + cut_offs_in_words(model) +
           "): too close to it to say on which side";
  }
  return position_in_words(model, *assessment.category);
}

std::string reason_in_words(const engine::RiskAssessment& assessment) {
  if (assessment.score) return {};
  std::string words = "no reason was given";
  if (assessment.reason) {
    switch (*assessment.reason) {
      case engine::NotAssessedReason::missing_input:
        words = "an input is missing";
        break;
      case engine::NotAssessedReason::undefined_input:
        words = "an input is undefined for this region";
        break;
      case engine::NotAssessedReason::wrong_modality:
        words = "the model is for another modality";
        break;
      case engine::NotAssessedReason::wrong_protocol:
        words = "the model needs features of another extraction protocol";
        break;
      case engine::NotAssessedReason::lesion_too_small:
        words = "the lesion is smaller than the smallest that the model is for";
        break;
      case engine::NotAssessedReason::no_lesion:
        words = "no lesion is drawn";
        break;
      case engine::NotAssessedReason::wrong_phase:
        words = "the model is for another contrast phase";
        break;
      case engine::NotAssessedReason::wrong_unit:
        words = "an input is supplied in a unit that the model cannot use";
        break;
    }
  }
  return assessment.detail.empty() ? words : words + ": " + assessment.detail;
}

std::string reason_in_words(engine::UndefinedReason reason) {
  switch (reason) {
    case engine::UndefinedReason::single_voxel:
      return "the region has one voxel";
    case engine::UndefinedReason::flat_region:
      return "all intensities of the region are equal";
    case engine::UndefinedReason::single_grey_level:
      return "the region has one grey level";
    case engine::UndefinedReason::no_neighbours:
      return "no voxel of the region has a neighbour inside";
    case engine::UndefinedReason::empty_mesh:
      return "the region is too thin for a surface";
    case engine::UndefinedReason::division_by_zero:
      return "the formula divides by zero for this region";
    case engine::UndefinedReason::no_such_level:
      return "no grey level fulfils the definition";
    case engine::UndefinedReason::image_too_small:
      return "the image has too few voxels for the filter";
    case engine::UndefinedReason::too_many_grey_levels:
      return "more than 1024 grey levels";
    case engine::UndefinedReason::intensities_not_finite:
      return "the filter's response exceeds what a number holds";
  }
  return {};
}

namespace {

std::string millimetres(double x, double y, double z) {
  return number_in_words(x) + " x " + number_in_words(y) + " x " + number_in_words(z) + " mm";
}

void add_settings(const engine::PyRadiomicsSettings& used, std::vector<std::string>& settings) {
  settings.push_back("convention: PyRadiomics");
  settings.push_back("discretisation: bin width " + number_in_words(used.bin_width) +
                     ", bin edges at multiples of it");
  const auto& spacing = used.resampled_pixel_spacing;
  settings.push_back("resampling: " + (spacing ? millimetres((*spacing)[0], (*spacing)[1], (*spacing)[2])
                                               : std::string("none")));
}

std::string bins_in_words(const engine::IbsiDiscretisation& bins) {
  if (const auto* size = std::get_if<engine::FixedBinSize>(&bins))
    return "fixed bin size " + number_in_words(size->width);
  return "fixed bin number " + std::to_string(std::get<engine::FixedBinNumber>(bins).count);
}

void add_settings(const engine::IbsiExtraction& used, std::vector<std::string>& settings) {
  const auto& processing = used.processing;
  settings.push_back("convention: IBSI");
  settings.push_back("discretisation: " + bins_in_words(processing.discretisation));
  std::string resampling = "none";
  if (processing.spacing) {
    const auto& spacing = *processing.spacing;
    resampling = spacing[2] > 0
                     ? millimetres(spacing[0], spacing[1], spacing[2])
                     : number_in_words(spacing[0]) + " x " + number_in_words(spacing[1]) + " mm in plane";
  }
  settings.push_back("resampling: " + resampling);
  if (processing.range) {
    settings.push_back("re-segmentation: from " + number_in_words(processing.range->lower) + " to " +
                       number_in_words(processing.range->upper));
  }
  if (processing.outlier_deviations) {
    settings.push_back("re-segmentation: within " + number_in_words(*processing.outlier_deviations) +
                       " standard deviations");
  }
}

}  // namespace

std::vector<std::string> protocol_settings(const engine::ExtractionProtocol& protocol) {
  std::vector<std::string> settings{"extraction protocol " + protocol.name + " " + protocol.version +
                                    ", SHA-256 " + protocol.digest};
  std::visit([&settings](const auto& used) { add_settings(used, settings); }, protocol.settings);
  return settings;
}

std::string protocol_in_words(const engine::ExtractionProtocol& protocol) {
  std::string words;
  for (const auto& setting : protocol_settings(protocol)) words += (words.empty() ? "" : "; ") + setting;
  return words;
}

std::string segment_in_words(const MeasurementReport& report, int segment_number) {
  const auto* segment = find_segment(report, segment_number);
  return named_segment(segment_number, segment == nullptr ? "" : segment->label);
}

std::string region_in_words(const MeasurementReport& report, const ReportedRegion& region) {
  if (region.derivation.empty()) return segment_in_words(report, region.segment_number);
  if (region.segment_number == 0) return region.title;
  std::string title = region.title;
  title.front() = static_cast<char>(std::tolower(static_cast<unsigned char>(title.front())));
  return segment_in_words(report, region.segment_number) + ", " + title;
}

std::vector<std::string> missing_in_words(const MeasurementReport& report) {
  std::vector<std::string> lines;
  for (const auto& region : report.regions) {
    const auto undefined = undefined_features(region);
    if (region.not_measured.empty() && undefined.empty()) continue;
    auto& line = lines.emplace_back(region_in_words(report, region));
    if (region.not_measured.empty()) {
      line.append(": ").append(undefined);
    } else {
      line.append(": no features: ").append(region.not_measured);
    }
  }
  for (const auto& assessment : report.assessments) {
    if (assessment.score) continue;
    auto& line = lines.emplace_back(title_in_report(*assessment.model));
    if (assessment.segment_number > 0)
      line.append(", ").append(segment_in_words(report, assessment.segment_number));
    line.append(": no score: ").append(reason_in_words(assessment));
  }
  return lines;
}

std::vector<std::string> ignored_in_words(const MeasurementReport& report) {
  std::vector<std::string> lines;
  for (const auto& segment : report.ignored) {
    lines.push_back(named_segment(segment.segment_number, segment.label) +
                    ": not analysed: " + segment.reason);
  }
  return lines;
}

std::string number_in_words(double value) {
  const double size = std::abs(value);
  if (size != 0 && (size < 0.01 || size >= 1e6)) return printed(value, std::chars_format::general, 3);
  auto text = printed(value, std::chars_format::fixed, size < 1 ? 3 : 2);
  while (text.back() == '0') text.pop_back();
  if (text.back() == '.') text.pop_back();
  return text == "-0" ? "0" : text;
}

std::string millimetres_in_words(double millimetres) {
  if (millimetres < 0.5) return "less than 1 mm";
  return printed(std::round(millimetres), std::chars_format::fixed, 0) + " mm";
}

std::string parts_in_words(const engine::LesionSize& size) {
  if (size.parts <= 1) return {};
  return "drawn in " + std::to_string(size.parts) +
         " separate parts, which may be several lesions: the axes may reach from one to another";
}

std::string millilitres_in_words(double cubic_millimetres) {
  const double tenths = std::round(cubic_millimetres / 100);
  if (tenths < 1) return "less than 0.1 ml";
  return printed(tenths / 10, std::chars_format::fixed, 1) + " ml";
}

std::string probability_in_words(double probability) {
  constexpr double step = 5;
  const double percent = step * std::round(100 * probability / step);
  if (percent < step) return "below 5 %";
  if (percent > 100 - step) return "above 95 %";
  return "about " + printed(percent, std::chars_format::fixed, 0) + " %";
}

}  // namespace glisson::dicom
