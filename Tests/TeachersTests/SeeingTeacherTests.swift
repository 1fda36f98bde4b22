import Datasets
import Distillation
import Foundation
import Synchronization
import TestSupport
import Testing

@testable import FileFormats
@testable import Teachers

@Suite("a teacher that sees larger images than its students")
struct SeeingTeacherTests {
  private let study: SmallStudy
  private static let input = "\"input\": {\"layout\": \"NCHW\", \"scale\": \"0..1\"}"
  private static let images = "\"images\": {\"train\": \"large.npy\"}"

  init() throws {
    study = try SmallStudy()
    let small = try NPYFile.read(study.folder.file("train.npy"))
    let pixels = [UInt8](small.bytes)
    let side = SmallStudy.side
    // Every pixel as a square of four.
    let large = (0..<study.labels.count).flatMap { image in
      (0..<4 * side * side).map { place in
        pixels[image * side * side + place / (2 * side) / 2 * side + place % (2 * side) / 2]
      }
    }
    try NPYFile.write(
      NumericArray(shape: [study.labels.count, 2 * side, 2 * side], large),
      to: study.folder.file("large.npy"))
    try ThirdsGraph(side: side).write(to: study.folder.file("small.onnx"))
    try ThirdsGraph(side: 2 * side).write(to: study.folder.file("large.onnx"))
  }

  private func pair() throws -> (small: any Teacher, large: any Teacher) {
    (
      try study.teacher("{\"onnx\": \"small.onnx\", \(Self.input)}"),
      try study.teacher("{\"onnx\": \"large.onnx\", \(Self.input), \(Self.images)}")
    )
  }

  private func expectNear(_ found: [Float], _ expected: [Float]) {
    #expect(found.count == expected.count && !found.isEmpty)
    let error = zip(found, expected).map { abs($0 - $1) }.max() ?? .infinity
    #expect(error < 1e-5)
  }

  @Test("answers as the one of the small images, where each pixel is repeated")
  func answers() throws {
    let (small, large) = try pair()
    let noted = Mutex<[String]>([])
    let work = TeacherWork(
      threads: 1, note: { text in noted.withLock { $0.append(text) } },
      advance: { _, _, _ in }, shouldStop: { false })
    try large.prepare(work)
    #expect(noted.withLock { $0.first }?.contains("large.npy as 12x12x1 uint8") == true)
    for split in DatasetSplit.allCases {
      let expected = try #require(try small.answers(on: split, .quiet)).logits
      expectNear(try #require(try large.answers(on: split, .quiet)).logits, expected)
      large.release(split)
    }
    let view = AugmentedView(
      1, of: Augmentation(shiftPixels: 2, flip: true, cutoutPixels: 3),
      mixes: [ImageMix(.cutmix)], seed: 8)
    expectNear(try large.logits(in: view, .quiet), try small.logits(in: view, .quiet))
    #expect(try large.costs()?.macs == 4 * 108)
  }

  @Test("says nothing of images that are made in the middle of a training")
  func live() throws {
    let (_, large) = try pair()
    #expect(large.obstacle(to: .clean) == nil && large.obstacle(to: .stored) == nil)
    #expect(large.obstacle(to: .augmented)?.contains("teacher.images") == true)
    #expect(throws: TeacherError.self) { _ = try large.live() }
  }

  @Test("is another one where its images are others, and the same wherever they lie")
  func identity() throws {
    let (_, large) = try pair()
    let identity = try large.identity()
    #expect(try pair().large.identity() == identity)
    let path = try study.folder.path
    try FileManager.default.moveItem(atPath: path + "/large.npy", toPath: path + "/moved.npy")
    let moved = "{\"onnx\": \"large.onnx\", \(Self.input), \"images\": {\"train\": \"moved.npy\"}}"
    #expect(try study.teacher(moved).identity() == identity)
    let whole = "{\"onnx\": \"large.onnx\", \(Self.input), \(Self.images)}"
    #expect(try study.definition(moved).isSame(as: study.definition(whole)))
    #expect(
      try !study.definition("{\"onnx\": \"large.onnx\", \(Self.input)}")
        .isSame(as: study.definition(whole)))
    var bytes = try Data(contentsOf: URL(filePath: path + "/moved.npy"))
    bytes[bytes.count - 1] ^= 1
    try bytes.write(to: URL(filePath: path + "/moved.npy"))
    #expect(try study.teacher(moved).identity() != identity)
  }

  @Test("may be a program, which gets the larger images")
  func program() throws {
    try study.folder.write("cp \"$1\" seen.npy; exit 1", to: "teacher.sh")
    let teacher = try study.teacher(
      "{\"command\": [\"sh\", \"teacher.sh\", \"{images}\", \"{logits}\"], \"kind\": \"logits\", "
        + "\"chunk\": 7, \(Self.images)}")
    #expect(throws: TeacherError.self) { _ = try teacher.answers(on: .validation, .quiet) }
    #expect(try NPYFile.read(study.folder.file("seen.npy")).shape == [7, 12, 12, 1])
  }

  @Test(
    "is refused where its images do not fit the data, naming the field",
    arguments: [
      ("{\"test\": \"large.npy\"}", ["teacher.images", "train"]),
      ("{\"train\": \"gone.npy\"}", ["teacher.images.train", "gone.npy"]),
      (
        "{\"train\": \"large.npy\", \"test\": \"large.npy\"}",
        ["study.json", "teacher.images.test", "no test files"]
      ),
      ("{\"train\": \"train-labels.npy\"}", ["train-labels.npy"]),
      ("{\"train\": \"large.npy\", \"layout\": \"CHW\"}", ["teacher.images.layout", "NCHW"]),
    ])
  func refused(images: String, parts: [String]) throws {
    expectError(parts) {
      try study.teacher("{\"onnx\": \"large.onnx\", \(Self.input), \"images\": \(images)}")
        .prepare(.quiet)
    }
  }
}
