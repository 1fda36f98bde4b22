import Datasets
import Foundation
import Synchronization
import TestSupport
import Testing

@testable import FileFormats
@testable import Teachers

@Suite("a program as a teacher")
struct CommandTeacherTests {
  /// A study with a script that notes each call, keeps the images and copies the rows that it should say.
  ///
  /// - Parameter script: What it does; `$1` are the images, `$2` is where the logits go.
  private func study(
    _ script: String, isFloat: Bool = false
  ) throws -> SmallStudy {
    let study = try SmallStudy(isFloat: isFloat)
    try study.folder.write(script, to: "teacher.sh")
    for name in ["calls", "kept"] {
      try FileManager.default.createDirectory(
        atPath: study.folder.file(name), withIntermediateDirectories: true)
    }
    return study
  }

  private func json(_ members: String = "", chunk: Int = 30) -> String {
    """
    {"command": ["sh", "teacher.sh", "{images}", "{logits}"], "kind": "logits", "chunk": \(chunk)\(members)}
    """
  }

  /// Copies what is prepared for its call, by number.
  private static let answering = """
    n=$(ls calls | wc -l); : > calls/$n
    cp "$1" kept/$n.npy
    cp rows/$n.npy "$2"
    """

  /// Prepares the rows of calls on a split.
  private func prepare(
    _ logits: [Float], of split: DatasetSplit, chunk: Int, in study: SmallStudy
  ) throws {
    try FileManager.default.createDirectory(
      atPath: study.folder.file("rows"), withIntermediateDirectories: true)
    let rows = try study.rows(logits, of: split)
    for (call, start) in stride(from: 0, to: rows.count / 3, by: chunk).enumerated() {
      let part = Array(rows[3 * start..<min(rows.count, 3 * (start + chunk))])
      try NPYFile.write(
        NumericArray(shape: [part.count / 3, 3], part), to: study.folder.file("rows/\(call).npy"))
    }
  }

  private func calls(_ study: SmallStudy) throws -> Int {
    try FileManager.default.contentsOfDirectory(atPath: study.folder.file("calls")).count
  }

  @Test("gets the images in chunks, and what it says is what it wrote")
  func answers() throws {
    let study = try study(Self.answering)
    let logits = SmallStudy.logits(120)
    try prepare(logits, of: .training, chunk: 30, in: study)
    let noted = Recorded()
    let work = TeacherWork(
      threads: 1, note: noted.add, advance: { _, _, _ in }, shouldStop: { false })
    let teacher = try study.teacher(json())
    let answers = try #require(try teacher.answers(on: .training, work))
    #expect(try answers.logits == study.rows(logits, of: .training))
    #expect(try calls(study) == 3)
    #expect(noted.all[0].contains("uint8 [n, 6, 6, 1], 0 to 255, at most 30 a call"))
    // The very pixels of the data's files.
    let images = try NPYFile.read(study.folder.file("kept/1.npy"))
    #expect(images.shape == [30, 6, 6, 1] && images.elementType == .uint8)
    let dataset = study.reader.dataset
    let expected = (30..<60).flatMap { image in
      (0..<36).map { dataset.image(image, of: .training).load(fromByteOffset: $0, as: UInt8.self) }
    }
    #expect(Array(images.bytes) == expected)
    // Nothing is left but the chunks, and these go when they are not needed any more.
    let left = try FileManager.default.contentsOfDirectory(atPath: study.folder.file("teacher"))
    #expect(left == ["chunks"])
    teacher.release(.training)
    #expect(try !study.folder.has("teacher/chunks"))
  }

  @Test("is not asked again about chunks that are finished, but about those that are damaged")
  func resumed() throws {
    let study = try study(
      """
      [ $(ls calls | wc -l) = 2 ] && [ ! -e again ] && { : > again; echo no >&2; echo memory >&2; exit 3; }
      \(Self.answering)
      """)
    let logits = SmallStudy.logits(120)
    try prepare(logits, of: .training, chunk: 30, in: study)
    let teacher = try study.teacher(json())
    expectError([
      "teacher.command: 'sh teacher.sh {images} {logits}' ended with status 3",
      "images 60 to 84 of the training split", "no / memory",
    ]) { _ = try teacher.answers(on: .training, .quiet) }
    #expect(try calls(study) == 2)
    #expect(
      try teacher.answers(on: .training, .quiet)?.logits == study.rows(logits, of: .training))
    #expect(try calls(study) == 3)
    // Bits that have changed are no answer: asked once more, it says what comes next, which is nothing.
    let path = try study.folder.file("teacher/chunks/training-30-60.safetensors")
    var bytes = try Data(contentsOf: URL(filePath: path))
    bytes[bytes.count - 5] ^= 1
    try bytes.write(to: URL(filePath: path))
    expectError(["images 30 to 59"]) { _ = try teacher.answers(on: .training, .quiet) }
    #expect(try calls(study) == 4)
  }

  @Test("gets the images as it is asked for", arguments: [false, true])
  func inputs(isFloat: Bool) throws {
    let study = try study("cp \"$1\" kept/x.npy; cp rows/0.npy \"$2\"", isFloat: isFloat)
    try prepare(SmallStudy.logits(120), of: .validation, chunk: 20, in: study)
    func images(_ members: String) throws -> NumericArray {
      let teacher = try study.teacher(json(members))
      _ = try teacher.answers(on: .validation, .quiet)
      teacher.release(.validation)
      return try NPYFile.read(study.folder.file("kept/x.npy"))
    }
    let dataset = study.reader.dataset
    func pixel(_ image: Int, _ place: Int) -> Double {
      let bytes = dataset.image(image, of: .validation)
      return isFloat
        ? Double(bytes.load(fromByteOffset: 4 * place, as: Float.self))
        : Double(bytes.load(fromByteOffset: place, as: UInt8.self)) / 255
    }
    let unit = try images(", \"input\": {\"scale\": \"0..1\", \"layout\": \"NCHW\"}")
    #expect(unit.shape == [20, 1, 6, 6] && unit.elementType == .float32)
    let own = try images(", \"mean\": [0.5], \"deviation\": [0.25]")
    let usual = try images(", \"input\": {\"scale\": \"standardised\"}")
    let statistics = dataset.standardization
    for (image, place) in [(0, 0), (3, 17), (19, 35)] {
      let p = pixel(image, place)
      let index = 36 * image + place
      // Bytes come back exactly; of other numbers standardising and undoing it leave a rounding.
      let found = Double(unit.asFloats()[index])
      #expect(isFloat ? abs(found - p) < 1e-5 : found == Double(Float(p)))
      #expect(abs(Double(own.asFloats()[index]) - (p - 0.5) / 0.25) < 1e-4)
      #expect(
        abs(
          Double(usual.asFloats()[index]) - (p - statistics.mean[0])
            / statistics.standardDeviation[0])
          < 1e-5)
    }
    if isFloat {
      #expect(try images("").elementType == .float32)
      expectError(["teacher.input.scale", "\"0..255\"", "\"0..1\""]) {
        _ = try study.teacher(json(", \"input\": {\"scale\": \"0..255\"}"))
      }
    }
  }

  @Test("puts channels first where it is asked to")
  func channels() throws {
    let field = try smallTeacherField(
      "{\"input\": {\"scale\": \"standardised\", \"layout\": \"NCHW\"}}")
    let folder = try TemporaryFolder()
    try NPYFile.write(
      NumericArray(shape: [4, 2, 2, 3], (0..<48).map { UInt8($0) }), to: folder.file("x.npy"))
    try NPYFile.write(NumericArray(shape: [4], [0, 1, 0, 1] as [UInt8]), to: folder.file("y.npy"))
    let dataset = try PreparedDataset.prepare(
      DatasetDefinition(
        source: .arrays(train: .init(images: "x.npy", labels: "y.npy"), test: nil, classes: 2),
        validationCount: 1, testCount: 1, splitSeed: 1), baseFolder: folder.path,
      into: folder.file("data"))
    let encoder = try CommandInput(
      field.members(of: "a teacher", known: ["input", "mean", "deviation"])
    ).encoder(for: dataset, file: "study.json", place: "teacher")
    let images = (0..<24).map { Float($0) }
    let array = encoder.array(images, count: 2)
    #expect(array.shape == [2, 3, 2, 2])
    #expect(array.asFloats()[0..<12] == [0, 3, 6, 9, 1, 4, 7, 10, 2, 5, 8, 11])
  }

  @Test(
    "is refused with what it did, what it said and on which images",
    arguments: [
      ("exit 0", ["has ended without writing {logits}"]),
      ("kill -9 $$", ["was ended by signal 9"]),
      ("cp rows/short.npy \"$2\"", ["shape", "[5, 3]", "20 rows, one for each image"]),
      ("cp rows/wide.npy \"$2\"", ["shape", "[20, 4]", "a number for each class"]),
      ("cp rows/nan.npy \"$2\"", ["row 7", "nan", "finite logits"]),
      ("echo text > \"$2\"", ["magic number"]),
    ])
  func refused(script: String, parts: [String]) throws {
    let study = try study(script)
    try FileManager.default.createDirectory(
      atPath: study.folder.file("rows"), withIntermediateDirectories: true)
    func write(_ shape: [Int], _ values: [Float], _ name: String) throws {
      try NPYFile.write(
        NumericArray(shape: shape, values), to: study.folder.file("rows/\(name).npy"))
    }
    try write([5, 3], SmallStudy.logits(5), "short")
    try write([20, 4], [Float](repeating: 2, count: 80), "wide")
    var values = SmallStudy.logits(20)
    values[22] = .nan
    try write([20, 3], values, "nan")
    expectError(["teacher.command", "images 0 to 19 of the validation split"] + parts) {
      _ = try study.teacher(json()).answers(on: .validation, .quiet)
    }
    #expect(try !study.folder.has("teacher/chunks"))
  }

  @Test("is told where it cannot be started, and runs no shell")
  func noProgram() throws {
    let study = try study("")
    let json =
      "{\"command\": [\"no-such-program\", \"{images}\", \"{logits}\"], \"kind\": \"logits\"}"
    expectError(["teacher.command", "cannot be started", "No such file"]) {
      _ = try study.teacher(json).answers(on: .validation, .quiet)
    }
    // What a shell would make of an argument is nothing here.
    let quoted = """
      {"command": ["sh", "teacher.sh", "{images}", "{logits}", "$(touch bad); a  b"], "kind": "logits"}
      """
    try study.folder.write("printf %s \"$3\" > said; exit 1", to: "teacher.sh")
    expectError(["ended with status 1"]) {
      _ = try study.teacher(quoted).answers(on: .validation, .quiet)
    }
    #expect(String(decoding: try study.folder.read("said"), as: UTF8.self) == "$(touch bad); a  b")
    #expect(try !study.folder.has("bad"))
  }

  @Test("is ended with its children where the user stops or its time is over")
  func stopped() throws {
    let marker = "37.0\(UInt32.random(in: 0..<1_000_000))"
    let study = try study("sleep \(marker) & sleep \(marker)")
    let began = Date()
    let work = TeacherWork(
      threads: 1, note: { _ in }, advance: { _, _, _ in },
      shouldStop: { Date().timeIntervalSince(began) > 0.3 })
    #expect(throws: TeacherError.stopped) {
      _ = try study.teacher(json()).answers(on: .validation, work)
    }
    #expect(Processes.wait(seconds: 5) { Processes.running(marker).isEmpty })
    expectError(["was ended after 1.0 s (teacher.time_limit_seconds)"]) {
      _ = try study.teacher(json(", \"time_limit_seconds\": 1")).answers(on: .validation, .quiet)
    }
    #expect(Date().timeIntervalSince(began) < 20)
    #expect(Processes.wait(seconds: 5) { Processes.running(marker).isEmpty })
  }

  @Test("is another teacher where its arguments, its own files or its images change, and only then")
  func identity() throws {
    let study = try study("exit 1")
    func identity(_ json: String) throws -> String { try study.teacher(json).identity() }
    let first = try identity(json())
    #expect(try identity(json(chunk: 7)) == first)
    #expect(try identity(json(", \"time_limit_seconds\": 5")) == first)
    let others = try [
      json(", \"input\": {\"layout\": \"NCHW\"}"), json(", \"temperature\": 2"),
      json().replacing("\"{images}\"", with: "\"-v\", \"{images}\""),
    ].map(identity)
    try study.folder.write("exit 2", to: "teacher.sh")
    #expect(try Set(others + [first, identity(json())]).count == 5)
  }
}

/// Texts that several threads put down.
private final class Recorded: Sendable {
  private let texts = Mutex<[String]>([])
  var all: [String] { texts.withLock { $0 } }
  @Sendable func add(_ text: String) { texts.withLock { $0.append(text) } }
}
