import Datasets
import FileFormats
import Foundation
import Studies

/// `autodistill data split STUDY`
struct DataSplitVerb: Verb {
  static let name = "data split"
  static let summary =
    "which of a study's images are for training, for whoever trains a teacher elsewhere"
  static let operands = ["STUDY"]
  static let options = ["--output", "--data"]
  static let help = """
    USAGE: autodistill data split STUDY --output FILE.npy [--data DIR]

    Writes for each image of the study's training files, in their order, which split it is in: an NPY file of
    uint8, [N], with 0 for training, 1 for validation, 2 for test, and 255 for images in no split. A teacher that
    is trained elsewhere should learn from the first alone: its answers on the others are what it is judged by.

    --output FILE    where to write
    --data DIR       where the named data set lies, instead of where the study says
    """

  private let folder: StudyFolder
  private let dataFolder: String?
  private let output: String

  init(_ arguments: Arguments) throws {
    folder = StudyFolder(arguments.operands[0])
    dataFolder = arguments.value("--data")
    output = try arguments.required("--output", "FILE.npy", for: DataSplitVerb.self)
  }

  func run() throws -> ExitStatus {
    let dataset = try StudyInputs(folder, dataFolder: dataFolder).dataset
    var splits = [UInt8](repeating: .max, count: try dataset.sourceCount(of: .training))
    for (number, split) in [DatasetSplit.training, .validation, .test].enumerated() {
      let (files, indices) = try dataset.sourceOrder(of: split)
      guard files == .training else { continue }
      for index in indices { splits[index] = UInt8(number) }
      Terminal.print("\(split.rawValue): \(indices.count) of the training files' images")
    }
    try NPYFile.write(NumericArray(shape: [splits.count], splits), to: output)
    Terminal.print("written: \(output)")
    return .success
  }
}
