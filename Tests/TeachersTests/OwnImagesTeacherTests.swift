import Datasets
import Distillation
import Foundation
import Synchronization
import TestSupport
import Testing

@testable import FileFormats
@testable import Teachers

@Suite("a teacher that sees larger images than its students")
struct OwnImagesTeacherTests {
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

  @Test("notices when its prepared images are damaged, and prepares them again where they are gone")
  func damaged() throws {
    let (_, large) = try pair()
    try large.prepare(.quiet)
    let folder = try #require(
      try FileManager.default.contentsOfDirectory(atPath: study.folder.file("data"))
        .first { $0.hasPrefix("teacher-") })
    let images = try study.folder.file("data/\(folder)/images.u8")
    var bytes = try Data(contentsOf: URL(filePath: images))
    bytes[5] ^= 1
    try bytes.write(to: URL(filePath: images))
    expectError(["data/\(folder)", "content_sha256", "made again"]) {
      _ = try pair().large.answers(on: .validation, .quiet)
    }
    try FileManager.default.removeItem(atPath: study.folder.file("data/\(folder)"))
    #expect(try pair().large.answers(on: .validation, .quiet) != nil)
    try study.definition("{\"onnx\": \"large.onnx\", \(Self.input), \(Self.images)}")
      .removeOtherImages(in: study.folder.file("data"))
    #expect(FileManager.default.fileExists(atPath: images))
    try study.definition("{\"onnx\": \"small.onnx\", \(Self.input)}")
      .removeOtherImages(in: study.folder.file("data"))
    #expect(!FileManager.default.fileExists(atPath: images))
    #expect(FileManager.default.fileExists(atPath: try study.folder.file("data/images.u8")))
  }

  @Test("has other views for students of another size, whose changes are drawn otherwise")
  func drawnSize() throws {
    let (small, large) = try pair()
    #expect(small.viewIdentity == "" && large.viewIdentity.contains("6x6"))
    let view = AugmentedView(
      0, of: Augmentation(shiftPixels: 1, flip: false, cutoutPixels: 0), seed: 1)
    let question = TeacherQuestion(split: .training, view: view)
    #expect(question.viewIdentity(study.reader) == view.identity)
    let whole = study.reader.dataset
    let images = OtherImages(train: "large.npy")
    let own = try whole.prepare(
      images, baseFolder: study.folder.path, into: study.folder.file("own"))
    #expect(
      question.viewIdentity(BatchReader(own, augmentingAs: whole)) == view.identity
        + " drawn for 6x6")
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
