import Foundation
import Studies
import TFLiteFiles

/// `autodistill export STUDY KEY`
struct ExportVerb: Verb {
  static let name = "export"
  static let summary =
    "writes a distilled student to a file: weights, ONNX, TensorFlow Lite, C, Core ML"
  static let operands = ["STUDY", "KEY"]
  static let options = ["--format", "--output", "--data", "--arena-bytes"]
  static let flags = ["--compact", "--verify"]
  static let help = """
    USAGE: autodistill export STUDY KEY [--format safetensors|onnx|tflite|c|mlpackage] [--output FILE] [--verify]

    Writes the student KEY (as front.csv names it), fp32. It reads what the study's folder holds; the data set
    itself need not be there, nor may anything be written there. The file's metadata hold the architecture,
    its network, the classes and the pixel statistics that images must be standardised with before they
    go in: (pixel / 255 − mean) / deviation for 8-bit images.

    safetensors: the weights, one tensor a parameter: convolutions [k, k, in, out], depthwise
    [k, k, channels], dense [in, out], norms by channel.

    onnx: a model that runs elsewhere (operator set 17): input [1, channels, height, width], output
    logits [1, classes]; norms are folded into the layers before them.

    tflite: a model for TensorFlow Lite, LiteRT and TensorFlow Lite Micro: input [1, height, width, channels],
    output logits [1, classes]. A plan of Micro's arena is in it where that saves memory.

    c: the same as an array for TensorFlow Lite Micro (KEY.c, KEY.h), and a program that runs it
    (KEY_main.cc), with the operators to register and the arena's size.

    mlpackage: a folder with an ML Program for Core ML (iOS 15, macOS 12): input and logits as for onnx.
    Core ML's own tools read it (.ci/check-mlpackage); they run models on Apple's systems only, so its
    metadata say "structure-checked, not run". A package that is there already is replaced.

    --format F       safetensors (default), onnx, tflite, c or mlpackage
    --output FILE    default: KEY and the format's ending, in the current folder
    --data DIR       where the named data set lies, instead of where the study says
    --compact        tflite, c: leaves out what only TensorFlow Lite needs; Micro alone reads the file
    --arena-bytes N  c: gives the interpreter N bytes, instead of what the student takes
    --verify         tflite, c: runs the file by its own operators on the validation split and compares it with the
                     report. The exit status is 1 where they differ: a class of more than one image in a
                     thousand, the accuracy by more than a thousandth, or logits by more than rounding
    """

  private let folder: StudyFolder
  private let key: String
  private let format: ModelExport
  private let output: String
  private let dataFolder: String?
  private let options: ExportOptions
  private let verifies: Bool

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
    verifies = arguments.has("--verify")
    options = ExportOptions(
      isCompact: arguments.has("--compact"),
      arenaBytes: try arguments.integer("--arena-bytes", in: 1...1 << 30))
    for (option, isGiven) in [("--verify", verifies), ("--compact", options.isCompact)]
    where isGiven && !format.isVerifiable {
      throw UsageError("\(option) goes together with --format tflite or c, got '\(name)'")
    }
    if options.arenaBytes != nil && format.format != ModelExport.cSource.format {
      throw UsageError("--arena-bytes goes together with --format c, got '\(name)'")
    }
    if format.format == ModelExport.cSource.format && !output.hasSuffix(".c") {
      throw UsageError("--output: got '\(output)', expected a name that ends with .c")
    }
  }

  func run() throws -> ExitStatus {
    let student = try StudentWeights(of: key, in: folder, dataFolder: dataFolder)
    try format.write(student.model, output, student.metadata, options: options)
    if format.isVerifiable {
      printFiles(student)
      if verifies, try !verify(student) { return .requirementNotMet }
    } else {
      Terminal.print("model:   \(output)")
    }
    Terminal.print("next:    \(CommandText.of(ReportVerb.self, folder.path))")
    return .success
  }

  /// Says what was written and what goes in.
  private func printFiles(_ student: StudentWeights) {
    let isC = format.format == ModelExport.cSource.format
    let paths = isC ? MicroProgram.paths(for: output) : [output]
    Terminal.print("model:   \(paths.joined(separator: ", "))")
    let shape = student.model.network.inputShape
    Terminal.print("input:   rows, columns, channels \(shape), float32")
    if let meaning = InputMeaning(student.metadata) {
      Terminal.print("pixels:  \(meaning.formula)")
      if !meaning.classes.isEmpty {
        Terminal.print("classes: \(meaning.classes.joined(separator: ", "))")
      }
    }
  }

  /// Runs the file and says how it compares; false if it is not the student.
  private func verify(_ student: StudentWeights) throws -> Bool {
    let result = try ExportVerification(of: output, format: format, student: student)
    var text = String(
      format: "accuracy %.4f on %d validation images", result.evaluation.accuracy,
      result.evaluation.count)
    text += result.reported.map { String(format: ", %.4f in the report", $0.accuracy) } ?? ""
    if let changed = result.changed { text += "; \(changed) right or wrong otherwise" }
    text += String(
      format: "; %d of them classified as by the student, logits differ by at most %.1e",
      result.agreeing, result.largestDifference)
    Terminal.print("verify:  \(text)")
    if !result.passes {
      Terminal.print("verify:  the file is not the student that the report names")
    }
    return result.passes
  }
}
