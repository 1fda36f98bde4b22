import Datasets
import FileFormats
import Foundation
import Studies

/// `autodistill data describe STUDY`
struct DataDescribeVerb: Verb {
  static let name = "data describe"
  static let summary = "how a study's data are read: shapes, classes, splits, duplicates"
  static let operands = ["STUDY"]
  static let options = ["--data"]
  static let help = """
    USAGE: autodistill data describe STUDY [--data DIR]

    Reads the data of the study in the folder STUDY as `run` does and prints what it found: the images'
    shape and type, how they were dealt out, for each split the range, mean and standard deviation of every
    channel, the number of images of each class, of groups and of images of an unknown class, images that
    are in two splits, what "labels" and "label_noise" have done to labels, and what is worth a second
    look. What the study has not prepared yet is written to STUDY/data, where `run` finds it.

    --data DIR    where the named data set lies, instead of where the study says
    """

  private let folder: StudyFolder
  private let dataFolder: String?

  init(_ arguments: Arguments) throws {
    folder = StudyFolder(arguments.operands[0])
    dataFolder = arguments.value("--data")
  }

  func run() throws -> ExitStatus {
    let summary = try StudyInputs(folder, dataFolder: dataFolder).dataset.summary
    Terminal.print(
      "images:  \(summary.height) × \(summary.width) × \(summary.channels), "
        + "\(summary.pixelType.rawValue); \(summary.classes) classes")
    if let method = summary.splitMethod { Terminal.print("split:   \(method.rawValue)") }
    for split in summary.splits { describe(split, of: summary) }
    if summary.leftOutCount > 0 {
      Terminal.print(
        "no split: \(summary.leftOutCount) of an unknown class, in groups that are not trained on")
    }
    if let labels = summary.labels {
      Terminal.print(
        "labels:  \(labels.keptCount) kept, \(labels.hiddenCount) hidden, \(labels.noisyCount) wrong on "
          + "purpose; \(labels.droppedCount) images without one in no split")
    }
    for warning in summary.warnings { Terminal.print("look:    \(warning)") }
    if summary.warnings.isEmpty { Terminal.print("look:    nothing unusual") }
    return .success
  }

  private func describe(_ split: DatasetSummary.Split, of summary: DatasetSummary) {
    var text = "\(split.split.rawValue): \(split.count) image\(split.count == 1 ? "" : "s")"
    if let groups = split.groupCount { text += " of \(groups) group\(groups == 1 ? "" : "s")" }
    if split.unlabeledCount > 0 { text += ", \(split.unlabeledCount) of them of an unknown class" }
    Terminal.print(text)
    for channel in split.ranges.indices {
      let range = split.ranges[channel]
      Terminal.print(
        String(
          format: "  channel %d: %g…%g, mean %.4g, standard deviation %.4g", channel,
          range.lowerBound, range.upperBound, split.means[channel], split.deviations[channel]))
    }
    let classes = split.classCounts.enumerated().map { "\(summary.name(of: $0)) \($1)" }
    Terminal.print("  classes: \(classes.joined(separator: ", "))")
  }
}
