import FileFormats
import Foundation
import HardwareProfiles
import ProfileEvaluation

/// How well a profile predicts networks that it was not fitted to.
struct QualityOutput {
  let quality: PredictionQuality
  /// Worst first.
  let worst: [NetworkPrediction]
  /// What looks wrong with the measurements; nil where nothing does.
  let doubt: MeasurementDoubt

  func print() {
    Terminal.print(
      String(
        format:
          "Spearman %.4f, Kendall %.4f; median error %.2f %%; within 5 %%: %.1f %%, within 10 %%: %.1f %%; "
          + "in their 90 %% interval: %@",
        quality.spearman, quality.kendall, quality.medianAbsolutePercentageError,
        100 * quality.within5Percent, 100 * quality.within10Percent,
        quality.intervalCoverage90.map { String(format: "%.1f %%", 100 * $0) } ?? "–"))
    if !worst.isEmpty { Terminal.print("worst:   predicted, measured ms") }
    for prediction in worst {
      let network = prediction.network
      Terminal.print(
        String(
          format: "  %9.4g %9.4g  %@  %@", prediction.predictedMilliseconds,
          network.measurement.latencyMilliseconds, network.key,
          network.space.description(of: network.architecture)))
    }
  }

  /// The figures as members of a JSON object.
  var members: String {
    let numbers: [(String, Double?)] = [
      ("spearman", quality.spearman), ("kendall", quality.kendall),
      ("median_absolute_percentage_error", quality.medianAbsolutePercentageError),
      ("median_ratio", quality.medianRatio),
      ("within_5_percent", quality.within5Percent), ("within_10_percent", quality.within10Percent),
      ("interval_coverage_90", quality.intervalCoverage90),
    ]
    let members = numbers.map { name, value in
      "\"\(name)\": " + (value.map { String(format: "%.6g", $0) } ?? "null")
    }
    return members.joined(separator: ", ") + ", \"held_out\": \(quality.count), "
      + "\"doubt\": \(JSONText(doubt.reason).formatted)"
  }
}
