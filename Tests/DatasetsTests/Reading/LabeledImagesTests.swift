import FileFormats
import Testing

@testable import Datasets

@Suite("labelled images")
struct LabeledImagesTests {
  private let images = NumericArray(shape: [3, 2, 2], Array(UInt8(1)...12))

  private func labeled(
    _ images: NumericArray, _ labels: NumericArray, classes: Int? = nil
  ) throws -> ReadImages {
    try ReadImages(images, labels, classes: classes)
  }

  @Test("three dimensions are one channel, four give the channels")
  func shapes() throws {
    let labels = NumericArray(shape: [3], [Int32(0), 1, 2])
    let gray = try labeled(images, labels)
    let grayShape = [
      gray.shape.count, gray.shape.height, gray.shape.width, gray.shape.channels, gray.classes,
    ]
    #expect(grayShape == [3, 2, 2, 1, 3])
    let color = try labeled(
      NumericArray(shape: [3, 1, 2, 4], [Float](repeating: 0, count: 24)), labels)
    let colorShape = [color.shape.height, color.shape.width, color.shape.channels]
    #expect(colorShape == [1, 2, 4])
    #expect(color.shape.type == .float32)
  }

  @Test("labels of any whole type are accepted")
  func labelTypes() throws {
    #expect(try labeled(images, NumericArray(shape: [3], [Int64(0), 1, 1])).classes == 2)
    #expect(try labeled(images, NumericArray(shape: [3], [UInt16(0), 1, 2])).labels == [0, 1, 2])
    #expect(try labeled(images, NumericArray(shape: [3], [UInt8(0), 0, 0])).classes == 2)
  }

  @Test("a label out of range names file, index and value")
  func labelsOutOfRange() {
    expectError("labels.npy", "label 1", "found 3", "0 to 2") {
      _ = try labeled(images, NumericArray(shape: [3], [UInt8(0), 3, 9]), classes: 3)
    }
    expectError("labels.npy", "label 2", "found -2", "−1 where the class is not known") {
      _ = try labeled(images, NumericArray(shape: [3], [Int8(0), 1, -2]))
    }
    expectError("labels.npy", "label 1", "found 9223372036854775807", "65535") {
      _ = try labeled(images, NumericArray(shape: [3], [Int64(0), .max, 1]))
    }
    expectError("labels.npy", "label 0", "found 70000", "65535") {
      _ = try labeled(images, NumericArray(shape: [3], [Int32(70_000), 1, 0]))
    }
  }

  @Test("as many labels as images, or an error with both counts")
  func countMismatch() {
    expectError("labels.npy", "found 2", "expected 3", "images.npy") {
      _ = try labeled(images, NumericArray(shape: [2], [UInt8(0), 1]))
    }
  }

  @Test("files that hold something else are errors that say so")
  func wrongArrays() {
    let labels = NumericArray(shape: [3], [UInt8(0), 1, 2])
    expectError("images.npy", "shape", "[3]") { _ = try labeled(labels, labels) }
    expectError("images.npy", "shape", "[0, 2, 2]") {
      _ = try labeled(NumericArray(shape: [0, 2, 2], [UInt8]()), labels)
    }
    expectError("labels.npy", "[3, 2, 2]") { _ = try labeled(images, images) }
  }

  @Test("a pixel that is not a number is an error that names the image")
  func nonFinitePixels() {
    let labels = NumericArray(shape: [2], [UInt8(0), 1])
    for value in [Float.nan, .infinity] {
      expectError("images.npy", "image 1", "\(value)") {
        _ = try labeled(NumericArray(shape: [2, 1, 2], [0, 1, 2, value]), labels)
      }
    }
  }
}
