import Distillation
import FileFormats
import Foundation
import Studies

/// `autodistill export STUDY KEY`
struct ExportVerb: Verb {
  static let name = "export"
  static let summary = "writes a distilled student to a file: weights, or an ONNX model"
  static let operands = ["STUDY", "KEY"]
  static let options = ["--format", "--output", "--data"]
  static let help = """
    USAGE: autodistill export STUDY KEY [--format safetensors|onnx] [--output FILE]

    Writes the student KEY (as front.csv names it), fp32. The file's metadata hold the architecture,
    its network, the classes and the pixel statistics that images must be standardised with before they
    go in: (pixel / 255 − mean) / deviation for 8-bit images.

    safetensors: the weights, one tensor a parameter: convolutions [k, k, in, out], depthwise
    [k, k, channels], dense [in, out], norms by channel.

    onnx: a model that runs elsewhere (operator set 17): input [1, channels, height, width], output
    logits [1, classes]; norms are folded into the layers before them.

    --format F       safetensors (default) or onnx
    --output FILE    default: KEY.safetensors or KEY.onnx in the current folder
    --data DIR       where the named data set lies, instead of where the study says
    """

  private let folder: StudyFolder
  private let key: String
  private let format: ModelExport
  private let output: String
  private let dataFolder: String?

  init(_ arguments: Arguments) throws {
    folder = StudyFolder(arguments.operands[0])
    key = arguments.operands[1]
    dataFolder = arguments.value("--data")
    let name = arguments.value("--format") ?? ModelExport.safetensors.format
    guard let format = ModelExport.named(name) else {
      throw UsageError("--format: got '\(name)', expected one of \(ModelExport.knownNames)")
    }
    self.format = format
    output = arguments.value("--output") ?? "\(key).\(format.format)"
  }

  func run() throws -> ExitStatus {
    let inputs = try StudyInputs(folder, dataFolder: dataFolder)
    try inputs.check(against: Journal.state(of: folder))
    let path = folder.weights(of: key)
    guard let architecture = try? inputs.space.architecture(key: key),
      FileManager.default.fileExists(atPath: path)
    else {
      let state = try Journal.state(of: folder)
      let results = StudyResults(inputs.definition, state)
      let students = results.students.map(\.key)
      let known = students + results.references.map(\.key).filter { !students.contains($0) }
      throw StudyError.missing(
        "'\(key)' has not been distilled in \(folder.path): "
          + (known.isEmpty
            ? "run autodistill run \(folder.shellWord)"
            : "expected one of \(known.joined(separator: ", "))"))
    }
    let model = try TrainedModel(inputs.network(of: architecture), contentsOf: path)
    let statistics = inputs.dataset.standardization
    func list(_ values: [Double]) -> String {
      values.map { "\($0)" }.joined(separator: " ")
    }
    let metadata: [String: String] = [
      "architecture": key,
      "description": inputs.space.description(of: architecture),
      "network": model.network.identity,
      "classes": String(inputs.dataset.classes),
      "pixel_mean": list(statistics.mean),
      "pixel_deviation": list(statistics.standardDeviation),
    ]
    try format.write(model, output, metadata)
    Terminal.print("model:   \(output)")
    Terminal.print("next:    autodistill report \(folder.shellWord)")
    return .success
  }
}
