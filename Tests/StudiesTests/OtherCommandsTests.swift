import Distillation
import FileFormats
import Foundation
import TFLiteFiles
import TestSupport
import Testing

@testable import Studies

@Suite("autodistill export", Program.isBuilt)
struct ExportCommandTests {
  @Test("writes a student's weights with all that is needed to use them")
  func exports() throws {
    let study = try FinishedStudy.study()
    let outcome = try study.outcome()
    let key = outcome.trials[try #require(outcome.finalists?.first)].key
    let temporary = try TemporaryFolder()
    let path = temporary.file("student.safetensors")
    let ended = try Program.run("export", study.folder.path, key, "--output", path)
    #expect(ended.status == 0, "\(ended.errors)")
    let file = try SafetensorsFile.read(path)
    let weights = try SafetensorsFile.read(study.folder.weights(of: key))
    #expect(file.tensors == weights.tensors)
    #expect(file.metadata["architecture"] == key && file.metadata["classes"] == "3")
    for name in ["description", "network", "pixel_mean", "pixel_deviation"] {
      #expect(file.metadata[name]?.isEmpty == false)
    }
  }

  @Test("needs neither the data set nor a folder that can be written to")
  func withoutData() throws {
    let study = try TinyStudy(copyOf: FinishedStudy.study())
    let outcome = try study.outcome()
    let key = outcome.trials[try #require(outcome.finalists?.first)].key
    for name in ["images.npy", "labels.npy"] {
      try FileManager.default.removeItem(atPath: study.temporary.file(name))
    }
    try #require(chmod(study.folder.path, 0o555) == 0)
    defer { _ = chmod(study.folder.path, 0o755) }
    let temporary = try TemporaryFolder()
    let path = temporary.file("student.onnx")
    let ended = try study.run("export", key, "--format", "onnx", "--output", path)
    #expect(ended.status == 0, "\(ended.errors)")
    #expect(temporary.has("student.onnx"))
  }

  @Test("writes a package for Core ML, replaces one, and nothing else that stands there")
  func package() throws {
    let study = try FinishedStudy.study()
    let outcome = try study.outcome()
    let key = outcome.trials[try #require(outcome.finalists?.first)].key
    let temporary = try TemporaryFolder()
    func export(_ name: String) throws -> Program.Ended {
      try Program.run(
        "export", study.folder.path, key, "--format", "mlpackage", "--output",
        temporary.file(name))
    }
    for _ in 0..<2 {
      let ended = try export("student.mlpackage")
      #expect(ended.status == 0, "\(ended.errors)")
    }
    let model = temporary.file("student.mlpackage/Data/com.apple.CoreML/model.mlmodel")
    let bytes = try Data(contentsOf: URL(filePath: model))
    for text in [key, "pixel_mean", "structure-checked, not run"] {
      #expect(bytes.firstRange(of: Data(text.utf8)) != nil, "\(text)")
    }
    try Folder.create(temporary.file("photos"))
    try temporary.write("precious", to: "photos/one")
    let refused = try export("photos")
    #expect(refused.status != 0 && refused.errors.contains("a folder without Manifest.json"))
    #expect(temporary.has("photos/one"))
  }

  @Test(
    "writes a model for small devices, which answers as the student", arguments: ["tflite", "c"])
  func smallDevices(format: String) throws {
    let study = try FinishedStudy.study()
    let outcome = try study.outcome()
    let key = outcome.trials[try #require(outcome.finalists?.first)].key
    let temporary = try TemporaryFolder()
    let path = temporary.file("student." + format)
    let ended = try study.run("export", key, "--format", format, "--output", path, "--verify")
    #expect(ended.status == 0, "\(ended.errors)\(ended.output)")
    #expect(ended.output.contains("pixels:  (pixel - "))
    #expect(ended.output.contains("verify:  accuracy 0."))
    #expect(ended.output.contains("; 0 images that only one of both gets right"))
    let file = format == "c" ? try MicroProgram.readModel(path) : try TFLiteFile.read(path)
    #expect(file.metadata["TFLITE_METADATA"] != nil && !file.description.isEmpty)
    #expect(file.model.tensors[file.model.output].shape == [1, 3])
    guard format == "c" else { return }
    let header = String(decoding: try temporary.read("student.h"), as: UTF8.self)
    for text in ["student_pixel_mean[1]", "float student_input(uint8_t pixel", "STUDENT_CLASSES 3"]
    {
      #expect(header.contains(text), "\(header)")
    }
    #expect(temporary.has("student_main.cc"))
  }

  @Test("verifies files of every format that it can read back", arguments: ["safetensors", "onnx"])
  func verifiedFormats(format: String) throws {
    let study = try FinishedStudy.study()
    let temporary = try TemporaryFolder()
    let path = temporary.file("student." + format)
    let ended = try study.run("export", "best", "--format", format, "--output", path, "--verify")
    #expect(ended.status == 0, "\(ended.errors)\(ended.output)")
    #expect(ended.output.contains("; 0 images that only one of both gets right"))
    #expect(
      ended.output.contains(
        format == "onnx"
          ? "input:   channels, rows, columns 1×" : "input:   rows, columns, channels"))
    #expect(ended.output.contains("pixels:  (pixel - "))
    #expect(!ended.output.contains("its own way"))
  }

  @Test("an ONNX file in int8 is judged by its own arithmetic, also where it is deployed")
  func verifiedIntegers() throws {
    let study = try FinishedStudy.study()
    let temporary = try TemporaryFolder()
    let options = ["--format", "onnx", "--int8"]
    let output = ["--output", temporary.file("student.onnx"), "--verify"]
    let ended = try Program.Running(["export", study.folder.path, "best"] + options + output).end()
    #expect(ended.status == 0, "\(ended.errors)\(ended.output)")
    #expect(ended.output.contains("rounds sums its own way"))
    #expect(ended.output.contains("float32"))
    let place = temporary.file("deployed")
    for arguments in [[], ["--verify"]] {
      let deployed = try Program.Running(
        ["export", study.folder.path, "best", "--deployment", place] + options + arguments
      ).end()
      #expect(deployed.status == 0, "\(deployed.errors)")
      let version = try Deployment(place).version(arguments.count + 1)
      #expect((version.accuracy != nil) == !arguments.isEmpty)
      #expect(deployed.output.contains("quality: unknown") == arguments.isEmpty)
    }
  }

  @Test("--verify finds a file that is not the student")
  func otherStudent() throws {
    let study = try FinishedStudy.study()
    let outcome = try study.outcome()
    let key = outcome.trials[try #require(outcome.finalists?.first)].key
    let student = try StudentWeights(of: key, in: study.folder, dataFolder: nil)
    let exported = ExportedStudent(student.model)
    let temporary = try TemporaryFolder()
    let path = temporary.file("student.tflite")
    try ModelExport.tflite.write(
      ExportedStudent(TrainedModel(untrained: student.model.network)), path, student.metadata)
    let wrong = try ExportVerification(
      of: path, format: .tflite, exported: exported, student: student)
    #expect(!wrong.passes && wrong.largestDifference > ExportVerification.tolerance)
    try ModelExport.tflite.write(exported, path, student.metadata)
    let right = try ExportVerification(
      of: path, format: .tflite, exported: exported, student: student)
    #expect(right.passes && right.agreeing == right.evaluation.count)
    #expect(right.reported?.correct == right.evaluation.correct && right.changed == 0)
  }

  @Test("refuses options that go with another format")
  func options() throws {
    let study = try FinishedStudy.study()
    for (arguments, message) in [
      (
        ["--verify", "--format", "mlpackage"],
        "--verify goes together with --format safetensors, onnx, tflite or c"
      ),
      (["--format", "onnx", "--compact"], "--compact goes together with"),
      (
        ["--format", "tflite", "--arena-bytes", "1000"],
        "--arena-bytes goes together with --format c"
      ),
      (["--format", "c", "--output", "x.h"], "expected a name that ends with .c"),
      (["--format", "h5"], "expected one of safetensors, onnx, tflite, c"),
    ] {
      let ended = try Program.Running(["export", study.folder.path, "best"] + arguments).end()
      #expect(ended.status == 2 && ended.errors.contains(message), "\(ended.errors)")
    }
  }

  @Test("of a student whose weights are gone says so, and run brings them back")
  func weightsGone() throws {
    let study = try TinyStudy(copyOf: FinishedStudy.study())
    let outcome = try study.outcome()
    let keys = try #require(outcome.finalists).map { outcome.trials[$0].key }
    let weights = try Data(contentsOf: URL(filePath: study.folder.weights(of: keys[0])))
    try FileManager.default.removeItem(atPath: study.folder.weights(of: keys[0]))
    let ended = try study.run("export", keys[0])
    #expect(ended.status == 3)
    #expect(ended.errors.contains("the weights of '\(keys[0])' are not there any more"))
    #expect(ended.errors.contains("autodistill run \(study.folder.path) trains it again"))
    let unknown = try study.run("export", "zzz")
    #expect(unknown.errors.contains(keys[1]) && !unknown.errors.contains(keys[0]))
    // What is offered next can be done.
    let report = try study.run("report").output
    #expect(!report.contains("export \(study.folder.path) \(keys[0])"))
    #expect(try study.run().status == 0)
    #expect(
      try Data(contentsOf: URL(filePath: study.folder.weights(of: keys[0]))) == weights)
    try study.temporary.write("cut", to: "candidates/\(keys[0])/weights.safetensors")
    let damaged = try study.run("export", keys[0])
    #expect(damaged.status == 3)
    for part in [
      "\(study.folder.weights(of: keys[0])): damaged", "which is in the journal",
      "autodistill run \(study.folder.path) trains the student again",
    ] {
      #expect(damaged.errors.contains(part), "\(damaged.errors)")
    }
    #expect(try study.run().status == 0)
    #expect(
      try Data(contentsOf: URL(filePath: study.folder.weights(of: keys[0]))) == weights)
  }

  @Test("of a student whose full training is to be done again does not hand out the old weights")
  func grown() throws {
    let study = try TinyStudy(copyOf: FinishedStudy.study())
    let outcome = try study.outcome()
    let key = outcome.trials[try #require(outcome.finalists?.first)].key
    try study.write(
      TinyStudy.slow.setting("full", "{\"epochs\": 900, \"batch\": 24, \"learning_rate\": 0.1}"))
    #expect(try study.run("run", "--max-time", "0.001s").status == 6)
    let ended = try study.run("export", key)
    #expect(ended.status == 3 && ended.errors.contains("'\(key)' has not been distilled"))
  }

  @Test("of an unknown key lists the known ones, with status 3", arguments: ["zzz", "1", "other"])
  func unknownKey(key: String) throws {
    let study = try FinishedStudy.study()
    let outcome = try study.outcome()
    let finalists = try #require(outcome.finalists)
    // "other": a student of the space that has not been distilled.
    let other = outcome.trials.first { !finalists.contains($0.number) }?.key
    let asked = key == "other" ? try #require(other) : key
    let ended = try Program.run("export", study.folder.path, asked)
    #expect(ended.status == 3)
    for finalist in finalists {
      #expect(ended.errors.contains(outcome.trials[finalist].key), "\(ended.errors)")
    }
  }
}

@Suite("autodistill report", Program.isBuilt)
struct ReportCommandTests {
  @Test("writes the report of a study at any point of its way, and the same one again")
  func anyPoint() throws {
    let finished = try FinishedStudy.study()
    for lines in [0, 1, 2, 5, 12, 20, 22] {
      let study = try TinyStudy(copyOf: finished)
      try study.cutJournal(toLines: lines)
      let ended = try study.run("report")
      #expect(ended.status == 0, "\(lines) lines: \(ended.errors)")
      #expect(study.journalLines().count == lines)
    }
    let study = try TinyStudy(copyOf: finished)
    let front = try study.front()
    try FileManager.default.removeItem(atPath: study.folder.report)
    // The data set need not be there.
    for name in ["images.npy", "labels.npy", "data"] {
      try FileManager.default.removeItem(atPath: study.temporary.file(name))
    }
    #expect(try study.run("report").status == 0)
    #expect(try study.front() == front)
    #expect(!study.temporary.has("data"))
  }

  @Test(
    "goes elsewhere where the study's folder takes nothing, and says that it can",
    Mounts.arePossible)
  func elsewhere() throws {
    let study = try TinyStudy(copyOf: FinishedStudy.study())
    let front = try study.front()
    try FileManager.default.removeItem(atPath: study.folder.report)
    try Folder.create(study.folder.report)
    let path = study.folder.path
    func report(_ arguments: String...) throws -> (status: Int32, output: String) {
      try Mounts.run(["report", path] + arguments, readOnly: study.folder.report)
    }
    let refused = try report()
    #expect(refused.status == 5, "\(refused.output)")
    #expect(refused.output.contains("report elsewhere: autodistill report \(path) --output"))
    let temporary = try TemporaryFolder()
    let ended = try report("--output", temporary.file("a report"))
    #expect(ended.status == 0, "\(ended.output)")
    #expect(ended.output.contains("\(temporary.file("a report"))/front.csv"))
    #expect(String(decoding: try temporary.read("a report/front.csv"), as: UTF8.self) == front)
    let checked = try Program.run(
      "check", temporary.file("a report/front.json"), "--require", "macs>=1")
    #expect(checked.status == 0, "\(checked.errors)")
  }
}
