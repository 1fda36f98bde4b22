import FileFormats
import Foundation
import ONNXInference

/// `autodistill teacher verify`
struct TeacherVerifyVerb: Verb {
  static let name = "teacher verify"
  static let summary = "runs ONNX models that come with their results, and compares"
  static let operands = ["FOLDER…"]
  static let flags = ["--quiet"]
  static let help = """
    USAGE: autodistill teacher verify FOLDER… [--quiet]

    Each FOLDER holds model.onnx and folders test_data_set_0 … with input_0.pb … and output_0.pb …, as the
    ONNX project publishes its test cases and its model zoo. Prints passed, refused or wrong for each, and
    the sums. The exit status is 1 if anything is wrong; what cannot be run is refused, and not wrong.

    --quiet    only what is wrong, and the sums
    """

  private let folders: [String]
  private let isQuiet: Bool

  init(_ arguments: Arguments) {
    folders = arguments.operands
    isQuiet = arguments.has("--quiet")
  }

  func run() throws -> ExitStatus {
    for folder in folders where !Folder.isThere(folder) {
      throw FileFormatError.system(
        path: folder, operation: "open",
        code: FileManager.default.fileExists(atPath: folder) ? ENOTDIR : ENOENT)
    }
    var (passed, refused, wrong) = (0, 0, 0)
    for folder in folders {
      switch ONNXTestCase(folder).run() {
      case .passed:
        passed += 1
        if !isQuiet { Terminal.print("passed   \(folder)") }
      case .refused(let reason):
        refused += 1
        if !isQuiet { Terminal.print("refused  \(folder): \(reason)") }
      case .wrong(let difference):
        wrong += 1
        Terminal.print("wrong    \(folder): \(difference)")
      }
    }
    Terminal.print("\(passed) passed, \(refused) refused, \(wrong) wrong")
    return wrong == 0 ? .success : .requirementNotMet
  }
}
