import Foundation
import ONNXInference

/// `autodistill teacher check`
struct TeacherCheckVerb: Verb {
  static let name = "teacher check"
  static let summary = "whether a classifier in an ONNX file can be run as a teacher"
  static let operands = ["MODEL.onnx"]
  static let options = ONNXClassifierOptions.options
  static let help = """
    USAGE: autodistill teacher check MODEL.onnx [--image-shape CxHxW] [--output-name NAME]

    Says what is in the file: operator set and exporter, inputs and outputs with their shapes, operators with
    their counts, parameters, multiply–accumulate operations of an image, and what the numbers are that it
    gives. Every operator that cannot be run is named with the reason; the exit status is then 3.

    \(ONNXClassifierOptions.help)
    """

  private let path: String
  private let options: ONNXClassifierOptions

  init(_ arguments: Arguments) throws {
    path = arguments.operands[0]
    options = try ONNXClassifierOptions(arguments)
  }

  func run() throws -> ExitStatus {
    let summary = try ONNXSummary(
      contentsOf: path, imageShape: options.imageShape, output: options.output)
    let producer = summary.producer.isEmpty ? "" : ", written by \(summary.producer)"
    Terminal.print(
      "model:      operator set \(summary.operatorSet), format \(summary.formatVersion)\(producer)")
    for input in summary.inputs { Terminal.print("input:      \(line(input))") }
    for output in summary.outputs { Terminal.print("output:     \(line(output))") }
    let operators = summary.operators.map { "\($0.name) \($0.count)" }.joined(separator: ", ")
    Terminal.print("operators:  \(operators)")
    Terminal.print("parameters: \(summary.parameters)")
    guard let classifier = summary.classifier else {
      // The problem is the error of this command, as it would be of any other that needs the file.
      if let problem = summary.problem { throw problem }
      return .badInput
    }
    let plan = classifier.plan(capacity: classifier.batch)
    Terminal.print("MACs:       \(classifier.macs) an image")
    Terminal.print(
      String(
        format:
          "memory:     %.1f MiB of weights, and for each thread %.1f MiB (%d images at a time)",
        Double(classifier.weightBytes) / 1_048_576, Double(plan.arenaBytes) / 1_048_576,
        classifier.batch))
    Terminal.print(
      "gives:      '\(classifier.outputName)', \(classifier.classes) classes, "
        + ONNXClassifierOptions.meaning(of: classifier.outputKind))
    Terminal.print("runs:       yes")
    return .success
  }

  private func line(_ tensor: ONNXSummary.Tensor) -> String {
    "'\(tensor.name)' "
      + (tensor.shape.map { "[\($0.joined(separator: ", "))]" } ?? "of unknown shape")
  }
}
