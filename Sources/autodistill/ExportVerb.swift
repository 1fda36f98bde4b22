import Studies

/// `autodistill export STUDY KEY`
struct ExportVerb: Verb {
  static let name = "export"
  static let summary =
    "writes a distilled student to a file: weights, an ONNX model or a Core ML package"
  static let operands = ["STUDY", "KEY"]
  static let options = ["--format", "--output", "--data"]
  static let help = """
    USAGE: autodistill export STUDY KEY [--format safetensors|onnx|mlpackage] [--output FILE]

    Writes the student KEY (as front.csv names it), fp32. It reads what the study's folder holds; the data set
    itself need not be there, nor may anything be written there. The file's metadata hold the architecture,
    its network, the classes and the pixel statistics that images must be standardised with before they
    go in: (pixel / 255 − mean) / deviation for 8-bit images.

    safetensors: the weights, one tensor a parameter: convolutions [k, k, in, out], depthwise
    [k, k, channels], dense [in, out], norms by channel.

    onnx: a model that runs elsewhere (operator set 17): input [1, channels, height, width], output
    logits [1, classes]; norms are folded into the layers before them.

    mlpackage: a folder with an ML Program for Core ML (iOS 15, macOS 12): input and logits as for onnx.
    Core ML's own tools read it (.ci/check-mlpackage); they run models on Apple's systems only, so its
    metadata say "structure-checked, not run". A package that is there already is replaced.

    --format F       safetensors (default), onnx or mlpackage
    --output FILE    default: KEY and the format's name, such as KEY.onnx, in the current folder
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
    let student = try StudentWeights(of: key, in: folder, dataFolder: dataFolder)
    try format.write(student.model, output, student.metadata)
    Terminal.print("model:   \(output)")
    Terminal.print("next:    \(CommandText.of(ReportVerb.self, folder.path))")
    return .success
  }
}
