import DeployedModels
import NetworkFixtures
import NeuralNetworks
import TFLiteFiles
import TestSupport
import Testing

@testable import StudentRuntime

/// Returns the parts of a file that say what images and classes mean, as `export` writes them.
func exportedMetadata(mean: [Float], deviation: [Float], classes: [String]) -> [String: [UInt8]] {
  let part = ClassifierMetadata(
    name: "student", description: "", mean: mean, deviation: deviation, classes: classes)
  return [
    "class_names": Array(classes.joined(separator: "\n").utf8),
    ClassifierMetadata.partName: part.bytes,
  ]
}

@Suite("a student")
struct StudentTests {
  private let model: RandomModel
  private let student: Student

  init() throws {
    let network = try students(of: "quick-mobile", count: 1)[0]
    model = RandomModel(network, seed: 3)
    let folder = try TemporaryFolder()
    let path = folder.file("student.tflite")
    let lowered = try LoweredNetwork(
      network, parameters: model.parameters, statistics: model.statistics)
    let metadata = exportedMetadata(
      mean: [127.5, 102, 76.5], deviation: [63.75, 51, 25.5],
      classes: (0..<10).map { "kind \($0)" })
    try TFLiteFile(lowered.model, metadata: metadata).write(to: path)
    student = try Student(contentsOf: path)
  }

  @Test("says what it takes and gives")
  func shape() {
    #expect(student.inputShape.count == 28 * 28 * 3)
    #expect(student.classCount == 10)
    #expect(student.classNames?[3] == "kind 3")
    #expect(!student.isInteger && !student.givesProbabilities)
    #expect(student.standardization?.mean == [127.5, 102, 76.5])
    #expect(student.standardization?.deviation == [63.75, 51, 25.5])
  }

  @Test("names the likeliest class, with the softmax of its logits")
  func classification() throws {
    let image = model.image(seed: 1)
    let logits = try student.predict(pixels: image)
    let found = try student.classify(pixels: image)
    let best = logits.indices.max { logits[$0] < logits[$1] } ?? 0
    #expect(found.classIndex == best && found.className == "kind \(best)")
    #expect(found.probability > 0.1 && found.probability <= 1)
  }

  @Test("standardises 8-bit images as it was trained with")
  func bytes() throws {
    let bytes = (0..<student.inputShape.count).map { UInt8(truncatingIfNeeded: $0 &* 37) }
    let (mean, deviation) = ([127.5, 102, 76.5] as [Float], [63.75, 51, 25.5] as [Float])
    let pixels = bytes.enumerated().map {
      (Float($1) - mean[$0 % 3]) / deviation[$0 % 3]
    }
    #expect(try student.classify(image: bytes) == student.classify(pixels: pixels))
    #expect(throws: StudentError.self) { try student.classify(image: [1, 2, 3]) }
  }

  @Test("gives every thread the same answers")
  func threads() async throws {
    let images = (UInt64(0)..<8).map { model.image(seed: $0) }
    let expected = try images.map { try student.predict(pixels: $0) }
    try await withThrowingTaskGroup(of: Bool.self) { group in
      for task in 0..<8 {
        group.addTask { [student] in
          try (0..<50).allSatisfy {
            try student.predict(pixels: images[(task + $0) % 8]) == expected[(task + $0) % 8]
          }
        }
      }
      for try await isSame in group { #expect(isSame) }
    }
  }
}
