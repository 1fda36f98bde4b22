import FileFormats
import Foundation
import RandomStreams
import TestSupport
import Testing

@testable import Datasets

@Suite("corrupted images")
struct CorruptedImagesTests {
  /// A disc with a bright rim off the centre of a colour image.
  private static let disc = PixelImage(
    height: 24, width: 20, channels: 3,
    values: (0..<24 * 20 * 3).map { place in
      let (row, column, channel) = (place / 60, place / 3 % 20, place % 3)
      let distance = Float((row - 10) * (row - 10) + (column - 8) * (column - 8)).squareRoot()
      return distance < 4 ? 0.3 : distance < 6 ? 0.8 - 0.1 * Float(channel) : 0.2
    })

  private func stream(_ index: Int) -> RandomStream {
    RandomStream(seed: 3, purpose: "test of corruptions", index)
  }

  private func corrupted(_ kind: Corruption.Kind, _ severity: Int, _ index: Int) -> PixelImage {
    var image = Self.disc
    image.apply(Corruption(kind, severity: severity), stream: stream(index))
    return image
  }

  private func distance(_ a: PixelImage, _ b: PixelImage) -> Float {
    zip(a.values, b.values).reduce(0) { $0 + abs($1.0 - $1.1) } / Float(a.values.count)
  }

  @Test("are the images themselves at severity 0", arguments: Corruption.Kind.allCases)
  func identity(kind: Corruption.Kind) {
    #expect(corrupted(kind, 0, 1) == Self.disc)
  }

  @Test("get worse with every severity and stay images", arguments: Corruption.Kind.allCases)
  func monotone(kind: Corruption.Kind) {
    let damage = (0...5).map { severity in
      (0..<20).reduce(Float(0)) { sum, index in
        let image = corrupted(kind, severity, index)
        #expect(image.values.allSatisfy { (0...1).contains($0) })
        return sum + distance(image, Self.disc)
      }
    }
    #expect(zip(damage, damage.dropFirst()).allSatisfy(<), "\(damage)")
  }

  @Test("are the same bits for the same seed", arguments: Corruption.Kind.allCases)
  func seeded(kind: Corruption.Kind) {
    let first = corrupted(kind, 3, 7)
    #expect(first.values.map(\.bitPattern) == corrupted(kind, 3, 7).values.map(\.bitPattern))
    let others = (8..<20).map { corrupted(kind, 3, $0) }
    #expect(others.contains { $0 != first } || kind == .contrast || kind == .blur)
  }

  @Test("turn by the angle that is asked for")
  func rotation() {
    // One bright pixel 8 to the right of the centre of 21 × 21; by 30° it goes up or down by 8 · sin 30° = 4.
    var image = PixelImage(
      height: 21, width: 21, channels: 1, values: [Float](repeating: 0, count: 441))
    image.values[10 * 21 + 18] = 1
    image.apply(Corruption(.rotation, severity: 5), stream: stream(1))
    let sum = image.values.reduce(0, +)
    let row = image.values.enumerated().reduce(Float(0)) { $0 + Float($1.0 / 21) * $1.1 } / sum
    let column = image.values.enumerated().reduce(Float(0)) { $0 + Float($1.0 % 21) * $1.1 } / sum
    #expect(abs(abs(row - 10) - 4) < 0.35 && abs(column - 10 - 8 * 0.866) < 0.35)
  }

  @Test("keep the sum under a blur, and the mean under less contrast")
  func sums() {
    var image = PixelImage(
      height: 31, width: 31, channels: 1, values: [Float](repeating: 0, count: 961))
    image.values[15 * 31 + 15] = 1
    image.apply(Corruption(.blur, severity: 5), stream: stream(1))
    #expect(abs(image.values.reduce(0, +) - 1) < 1e-5)
    let mean = Self.disc.values.reduce(0, +)
    #expect(abs(corrupted(.contrast, 4, 1).values.reduce(0, +) - mean) < 1e-2)
  }

  @Test("are a sample that the seed alone decides, each image once with its own label")
  func sample() throws {
    let folder = try TemporaryFolder()
    let reader = BatchReader(try folder.prepared())
    let images = CorruptedImages(reader, split: .training, count: 10, seed: 4)
    #expect(images.indices.count == 10 && Set(images.indices).count == 10)
    #expect(images.indices == images.indices.sorted())
    #expect(images.labels == images.indices.map { reader.dataset.label($0, of: .training) })
    #expect(images.indices != Array(0..<10))
    let again = CorruptedImages(reader, split: .training, count: 10, seed: 4)
    let other = CorruptedImages(reader, split: .training, count: 10, seed: 5)
    #expect(again.indices == images.indices && other.indices != images.indices)
    let all = CorruptedImages(reader, split: .test, count: 1000, seed: 4)
    #expect(all.indices == Array(0..<6))
  }

  @Test(
    "are standardised as a batch is, whatever the pixels are stored as", arguments: [true, false])
  func standardized(isFloat: Bool) throws {
    let folder = try TemporaryFolder()
    let reader = BatchReader(
      try isFloat ? folder.preparedFloats() : folder.prepared(channels: 3))
    let elements = reader.dataset.imageElements
    let images = CorruptedImages(reader, split: .test, count: 6, seed: 4)
    var labels = [Int32](repeating: 0, count: 6)
    var plain = [Float](repeating: -999, count: 6 * elements)
    reader.fill(&plain, labels: &labels, range: 0..<6, split: .test)
    var clean = [Float](repeating: -999, count: 6 * elements)
    images.fill(&clean, range: 0..<6, corruption: nil)
    #expect(clean == plain)
    var none = clean
    images.fill(&none, range: 0..<6, corruption: Corruption(.noise, severity: 0))
    #expect(zip(none, plain).allSatisfy { abs($0 - $1) < 1e-4 })
    var noisy = clean
    images.fill(&noisy, range: 0..<6, corruption: Corruption(.noise, severity: 3))
    #expect(zip(noisy, plain).count { abs($0 - $1) > 1e-3 } > 3 * elements)
    // The same image is the same, wherever it stands in a batch.
    var single = [Float](repeating: 0, count: elements)
    images.fill(&single, range: 4..<5, corruption: Corruption(.noise, severity: 3))
    #expect(single == Array(noisy[4 * elements..<5 * elements]))
  }
}

extension TemporaryFolder {
  /// Prepares a small data set of floats between −2 and 3; 30 training, 6 validation and 6 test.
  fileprivate func preparedFloats() throws -> PreparedDataset {
    let pixels = (0..<42 * 20).map { Float(pseudoPixel($0)) / 51 - 2 }
    try NPYFile.write(NumericArray(shape: [42, 4, 5], pixels), to: file("images.npy"))
    try NPYFile.write(
      NumericArray(shape: [42], (0..<42).map { UInt8($0 % 3) }), to: file("labels.npy"))
    return try PreparedDataset.prepare(
      DatasetDefinition(
        source: .arrays(
          train: .init(images: "images.npy", labels: "labels.npy"), test: nil, classes: 3),
        validationCount: 6, testCount: 6),
      baseFolder: path, into: file("prepared"))
  }
}
