import DeployedModels
import Foundation
import NeuralNetworks
import Studies
import TFLiteFiles

/// `autodistill export STUDY KEY`
struct ExportVerb: Verb {
  static let name = "export"
  static let summary =
    "writes a distilled student to a file: weights, ONNX, TensorFlow Lite, C, Core ML"
  static let operands = ["STUDY", "KEY"]
  static let options = ["--format", "--output", "--data", "--arena-bytes", "--deployment"]
  static let flags = ["--compact", "--verify", "--int8", "--fp32", "--deploy"]
  static let help = """
    USAGE: autodistill export STUDY KEY [--format safetensors|onnx|tflite|c|mlpackage] [--output FILE] [--verify]
             [--int8 | --fp32] [--compact] [--arena-bytes N] [--deploy] [--deployment DIR] [--data DIR]

    Writes the student KEY (as front.csv names it, or the name of a reference design that was trained; best:
    the most accurate one on the front), in what the study's students compute in. It reads what the study's folder holds; the data set itself need not be there, nor
    may anything be written there. The file's metadata hold the architecture,
    its network, the classes and the pixel statistics that images must be standardised with before they
    go in. What is printed is (pixel − mean) / deviation for pixels as they are stored, 0 to 255 for 8-bit
    images, and the metadata of tflite and c say the same; pixel_mean and pixel_deviation in the metadata of
    the other formats are for 8-bit images divided by 255: (pixel / 255 − mean) / deviation.

    safetensors: the weights, one tensor a parameter: convolutions [k, k, in, out], depthwise
    [k, k, channels], dense [in, out], norms by channel.

    onnx: a model that runs elsewhere (operator set 17): input [1, channels, height, width], output
    logits [1, classes]; norms are folded into the layers before them.

    tflite: a model for TensorFlow Lite, LiteRT and TensorFlow Lite Micro: input [1, height, width, channels],
    output logits [1, classes]. A plan of Micro's arena is in it where that saves memory.

    c: the same as an array for TensorFlow Lite Micro (KEY.c, KEY.h), with the names of the classes and a
    function that turns a pixel into the number that goes in; and a program that runs it on an image
    (KEY_main.cc), with the operators to register and the arena's size.

    mlpackage: a folder with an ML Program for Core ML (iOS 15, macOS 12): input and logits as for onnx.
    Core ML's own tools read it (.ci/check-mlpackage); they run models on Apple's systems only, so its
    metadata say "structure-checked, not run". A package that is there already is replaced.

    --format F       safetensors (default; in int8 tflite), onnx, tflite, c or mlpackage
    --output FILE    default: KEY and the format's ending, in the current folder
    --data DIR       where the named data set lies, instead of where the study says
    --int8           onnx, tflite, c: the student in int8. A study of int8 has trained it so; in others it is
                     quantised as it is, by images of the training split
    --fp32           the student in fp32, also where the study is one of int8
    --compact        tflite, c: leaves out what only TensorFlow Lite needs; Micro alone reads the file
    --arena-bytes N  c: gives the interpreter N bytes, instead of what the student takes
    --verify         not mlpackage: runs the file by its own operators on the validation split and compares it with
                     the report. The exit status is 1 where they differ: a class of more than one image in a
                     thousand, the accuracy by more than a thousandth, or logits by more than rounding. In
                     int8 an ONNX runtime rounds sums its own way: there one image in twenty and a hundredth
    --deploy         writes student.FORMAT to a new folder deployed/versions/N of the study instead, with its
                     hashes and accuracy, and has the link deployed/current lead there, in one step. With --verify
                     only a file that is the student, with the accuracy of the file itself. `rollback` brings an earlier version back
    --deployment DIR deploys to this folder, such as that of the study that came before
    """

  private let folder: StudyFolder
  /// A key, or `best`.
  private let name: String
  /// Nil for one that has a place for what is exported.
  private let wantedFormat: ModelExport?
  /// Nil for the key with the format's ending.
  private let wantedOutput: String?
  private let dataFolder: String?
  private let options: ExportOptions
  private let verifies: Bool
  /// Nil for what the study's students compute in.
  private let precision: Precision?
  /// Where versions are kept; nil to write files only.
  private let deployment: Deployment?

  init(_ arguments: Arguments) throws {
    folder = StudyFolder(arguments.operands[0])
    self.name = arguments.operands[1]
    dataFolder = arguments.value("--data")
    wantedFormat = try arguments.value("--format").map { name in
      guard let format = ModelExport.named(name) else {
        throw UsageError("--format: got '\(name)', expected one of \(ModelExport.knownNames)")
      }
      return format
    }
    wantedOutput = arguments.value("--output")
    verifies = arguments.has("--verify")
    let deploymentFolder = arguments.value("--deployment")
    deployment =
      arguments.has("--deploy") || deploymentFolder != nil
      ? Deployment(deploymentFolder ?? folder.deployed) : nil
    if wantedOutput != nil && deployment != nil {
      throw UsageError("--output and --deploy exclude each other")
    }
    precision = arguments.has("--int8") ? .int8 : arguments.has("--fp32") ? .fp32 : nil
    guard !(arguments.has("--int8") && arguments.has("--fp32")) else {
      throw UsageError("--int8 and --fp32 exclude each other")
    }
    options = ExportOptions(
      isCompact: arguments.has("--compact"),
      arenaBytes: try arguments.integer("--arena-bytes", in: 1...1 << 30))
    // Without --format it depends on the study.
    if let format = wantedFormat ?? precision.map(ExportVerb.format) { try check(format) }
  }

  /// Checks that the options fit a format.
  private func check(_ format: ModelExport) throws {
    let name = format.format
    func require(_ option: String, _ hasPlace: (ModelExport) -> Bool) throws {
      guard !hasPlace(format) else { return }
      throw UsageError(
        "\(option) goes together with --format \(ModelExport.names(where: hasPlace)), got '\(name)'"
      )
    }
    if precision == .int8 { try require("--int8", \.hasIntegers) }
    if verifies { try require("--verify", \.isVerifiable) }
    if options.isCompact { try require("--compact", \.hasCompactForm) }
    if options.arenaBytes != nil && format.format != ModelExport.cSource.format {
      throw UsageError("--arena-bytes goes together with --format c, got '\(name)'")
    }
    if let wantedOutput, format.format == ModelExport.cSource.format, !wantedOutput.hasSuffix(".c")
    {
      throw UsageError("--output: got '\(wantedOutput)', expected a name that ends with .c")
    }
  }

  /// The format where none is asked for.
  static func format(of precision: Precision) -> ModelExport {
    precision == .int8 ? .tflite : .safetensors
  }

  func run() throws -> ExitStatus {
    let key = try StudentWeights.key(name, in: folder)
    let student = try StudentWeights(of: key, in: folder, dataFolder: dataFolder)
    let precision = precision ?? student.precision
    let format = wantedFormat ?? ExportVerb.format(of: precision)
    try check(format)
    guard precision == .fp32 || format.hasIntegers else {
      throw UsageError(
        "--format \(format.format) has no place for the integers of a study of int8: add --fp32, or take "
          + "--format \(ModelExport.names(where: \.hasIntegers))")
    }
    let exported = try student.exported(in: precision)
    if let note = student.growthNote { Terminal.log("note: \(note)") }
    if let deployment { return try deploy(student, exported, format, to: deployment) }
    let output = wantedOutput ?? "\(key).\(format.format)"
    try format.write(exported, output, student.metadata, options: options(for: student))
    printFiles(student, exported, format, output)
    if verifies, try !verify(student, exported, format, output).passes { return .requirementNotMet }
    printTraining(student)
    if !verifies && format.isVerifiable {
      let given =
        (self.precision.map { ["--\($0.rawValue)"] } ?? [])
        + (wantedOutput.map { ["--output", $0] } ?? []) + (options.isCompact ? ["--compact"] : [])
        + (options.arenaBytes.map { ["--arena-bytes", "\($0)"] } ?? [])
      let next = CommandText.of(
        ExportVerb.self,
        words: [folder.path, name, "--format", format.format] + given + ["--verify"],
        dataFolder: dataFolder)
      Terminal.print("next:    \(next)")
    }
    return .success
  }

  /// The options, with what the study knows of its devices.
  private func options(for student: StudentWeights) -> ExportOptions {
    var options = options
    options.kernels = student.kernels
    return options
  }

  /// Says that a student with several trainings is the first of them.
  private func printTraining(_ student: StudentWeights) {
    guard student.trainings > 1 else { return }
    let accuracy = student.reported(in: student.precision).map {
      String(format: ", validation accuracy %.4f; the report has the mean", $0.accuracy)
    }
    Terminal.print("weights: the first of \(student.trainings) trainings\(accuracy ?? "")")
  }

  /// Thrown out of a version that is not brought into use.
  private struct NotTheStudent: Error {}

  /// Writes a version and brings it into use, if it is the student where that is asked.
  private func deploy(
    _ student: StudentWeights, _ exported: ExportedStudent, _ format: ModelExport,
    to deployment: Deployment
  ) throws -> ExitStatus {
    let version = DeployedVersion(
      program: ProgramVersion.current, study: try StudyFiles(folder).definition.name,
      key: student.key, precision: exported.precision.rawValue, model: format.format,
      accuracy: student.reported(in: exported.precision)?.accuracy,
      testAccuracy: student.reportedTest(in: exported.precision)?.accuracy)
    let before = try deployment.currentVersion()
    do {
      let added = try deployment.add(version, date: Date()) { place, version in
        let path = "\(place)/student.\(format.format)"
        try format.write(exported, path, student.metadata, options: options(for: student))
        // What the report says is of the study's own arithmetic.
        let isReported = exported.precision == .fp32 || format.integers == .throughout
        if !isReported { (version.accuracy, version.testAccuracy) = (nil, nil) }
        guard verifies else { return }
        let result = try verify(student, exported, format, path)
        guard result.passes else { throw NotTheStudent() }
        version.accuracy = result.evaluation.accuracy
      }
      if added.accuracy == nil {
        Terminal.print("quality: unknown, the version records none; --verify measures the file")
      }
      Terminal.print("version: \(added.version)" + (before.map { ", before \($0)" } ?? ""))
      printTraining(student)
      for file in added.files {
        Terminal.print("model:   \(deployment.current)/\(file.path)")
      }
      if let before, let former = try? deployment.version(before),
        let note = added.filesNote(after: former)
      {
        Terminal.print("note:    \(note)")
      }
      if before != nil {
        let place = deployment.path == folder.deployed ? folder.path : deployment.path
        Terminal.print("back:    \(CommandText.of(RollbackVerb.self, place))")
      }
      return .success
    } catch is NotTheStudent {
      return .requirementNotMet
    }
  }

  /// Says what was written and what goes in.
  private func printFiles(
    _ student: StudentWeights, _ exported: ExportedStudent, _ format: ModelExport,
    _ output: String
  ) {
    let isC = format.format == ModelExport.cSource.format
    let paths = isC ? MicroProgram.paths(for: output) : [output]
    Terminal.print("model:   \(paths.joined(separator: ", "))")
    let shape = student.model.network.inputShape
    let (rows, columns, channels) = (shape.height, shape.width, shape.channels)
    let sizes =
      format.imageOrder == .channelsFirst
      ? [channels, rows, columns] : [rows, columns, channels]
    Terminal.print(
      "input:   \(format.imageOrder.rawValue) \(sizes.map(String.init).joined(separator: "×")), "
        + numbers(exported, format))
    if let meaning = InputMeaning(student.metadata) {
      Terminal.print("pixels:  \(meaning.formula)")
      if !meaning.classes.isEmpty {
        Terminal.print("classes: \(meaning.classes.joined(separator: ", "))")
      }
    }
  }

  /// Runs the file and says how it compares.
  private func verify(
    _ student: StudentWeights, _ exported: ExportedStudent, _ format: ModelExport,
    _ output: String
  ) throws -> ExportVerification {
    let result = try ExportVerification(
      of: output, format: format, exported: exported, student: student)
    var text = String(
      format: "accuracy %.4f on %d validation images", result.evaluation.accuracy,
      result.evaluation.count)
    text += result.reported.map { String(format: ", %.4f in the report", $0.accuracy) } ?? ""
    if let changed = result.changed {
      text += "; \(changed) images that only one of both gets right"
    }
    text += String(
      format: "; %d of them classified as by the student, logits differ by at most %.1e",
      result.agreeing, result.largestDifference)
    Terminal.print("verify:  \(text)")
    if !result.hasStudentsArithmetic {
      Terminal.print(
        "verify:  a runtime of this format rounds sums its own way; its accuracy may differ a little from both"
      )
    }
    if !result.passes {
      Terminal.print("verify:  the file is not the student that the report names")
    }
    return result
  }

  /// What the input's numbers are, in words.
  private func numbers(_ student: ExportedStudent, _ format: ModelExport) -> String {
    guard format.integers == .throughout, let model = student.integers,
      let quantization = model.tensors[model.input].quantization
    else { return "float32" }
    return "int8: value = \(quantization.scale) × (integer − \(quantization.zeroPoint)), of "
      + "standardised pixels"
  }
}
