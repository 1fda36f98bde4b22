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
    shape and type, for each split the range and mean of every channel and the number of images of each
    class, images that are in two splits, and what is worth a second look.

    --data DIR    where the named data set lies, instead of where the study says
    """

  private let folder: StudyFolder
  private let dataFolder: String?

  init(_ arguments: Arguments) throws {
    folder = StudyFolder(arguments.operands[0])
    dataFolder = arguments.value("--data")
  }

  func run() throws -> ExitStatus {
    let summary = DatasetSummary(try StudyInputs(folder, dataFolder: dataFolder).dataset)
    Terminal.print(
      "images:  \(summary.height) × \(summary.width) × \(summary.channels), "
        + "\(summary.pixelType.rawValue); \(summary.classes) classes")
    for split in summary.splits {
      Terminal.print("\(split.split.rawValue): \(split.count) images")
      for (channel, (range, mean)) in zip(split.ranges, split.means).enumerated() {
        Terminal.print(
          String(
            format: "  channel %d: %g…%g, mean %.4g", channel, range.lowerBound, range.upperBound,
            mean))
      }
      let classes = split.classCounts.enumerated().map { "\(summary.name(of: $0)) \($1)" }
      Terminal.print("  classes: \(classes.joined(separator: ", "))")
    }
    for warning in summary.warnings { Terminal.print("look:    \(warning)") }
    if summary.warnings.isEmpty { Terminal.print("look:    nothing unusual") }
    return .success
  }
}
