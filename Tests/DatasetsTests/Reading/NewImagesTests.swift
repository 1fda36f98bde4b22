import FileFormats
import Foundation
import TestSupport
import Testing

@testable import Datasets

@Suite("images that come after a data set")
struct NewImagesTests {
  private let temporary: TemporaryFolder
  private let dataset: PreparedDataset

  init() throws {
    temporary = try TemporaryFolder()
    dataset = try temporary.prepared()
  }

  private func npy(_ array: NumericArray, _ name: String) throws -> String {
    try NPYFile.write(array, to: temporary.file(name))
    return temporary.file(name)
  }

  private func images(_ count: Int) throws -> String {
    try npy(
      NumericArray(shape: [count, 4, 5], (0..<count * 20).map { pseudoPixel($0) }), "new.npy")
  }

  private func refusal(_ images: String, labels: String? = nil) -> String {
    do {
      _ = try NewImages(images, labels: labels, like: dataset)
      return "nothing"
    } catch {
      return "\(error)"
    }
  }

  @Test("are standardised as the data set's own")
  func fills() throws {
    let first = dataset.image(0, of: .test)
    let pixels = (0..<20).map { first.load(fromByteOffset: $0, as: UInt8.self) }
    let other = [UInt8](repeating: 7, count: 20)
    let new = try NewImages(
      npy(NumericArray(shape: [2, 4, 5], other + pixels), "new.npy"), labels: nil, like: dataset)
    #expect(new.count == 2 && new.labels == nil)
    var (found, expected) = ([Float](repeating: 0, count: 20), [Float](repeating: 1, count: 20))
    try found.withUnsafeMutableBufferPointer { found in
      try new.fill(#require(found.baseAddress), range: 1..<2)
    }
    var label: Int32 = 0
    expected.withUnsafeMutableBufferPointer { expected in
      guard let base = expected.baseAddress else { return }
      BatchReader(dataset).fill(base, labels: &label, range: 0..<1, split: .test)
    }
    #expect(found == expected)
    #expect(try new.stored(0..<1) == Data(other))
  }

  @Test("are refused where their size or their type is another, naming both")
  func refused() throws {
    let wide = try npy(
      NumericArray(shape: [2, 4, 6], [UInt8](repeating: 0, count: 48)), "wide.npy")
    #expect(refusal(wide).contains("found [4, 6, 1] uint8, expected [4, 5, 1] uint8"))
    let floats = try npy(
      NumericArray(shape: [2, 4, 5], [Float](repeating: 0.5, count: 40)), "floats.npy")
    #expect(refusal(floats).contains("whole numbers from 0 to 255"))
    let missing = temporary.file("missing.npy")
    #expect(refusal(missing).contains(missing))
  }

  @Test("have labels of the data set's classes, as far as they are known")
  func labels() throws {
    let images = try images(4)
    let labels = try npy(NumericArray(shape: [4], [2, -1, 0, 1] as [Int64]), "labels.npy")
    #expect(try NewImages(images, labels: labels, like: dataset).labels == [2, -1, 0, 1])
    try temporary.write("label,note\n1,a\n,b\n2,c\n0,d\n", to: "labels.csv")
    let table = temporary.file("labels.csv")
    #expect(try NewImages(images, labels: table, like: dataset).labels == [1, -1, 2, 0])
    let short = try npy(NumericArray(shape: [3], [0, 1, 2] as [Int64]), "short.npy")
    #expect(refusal(images, labels: short).contains("found 3, expected 4, one for each image"))
    let large = try npy(NumericArray(shape: [4], [0, 1, 2, 3] as [Int64]), "large.npy")
    #expect(refusal(images, labels: large).contains("0 to 2"))
    try temporary.write("label\nant\nbee\ncat\nant\n", to: "names.csv")
    #expect(refusal(images, labels: temporary.file("names.csv")).contains("have no names"))
  }
}
