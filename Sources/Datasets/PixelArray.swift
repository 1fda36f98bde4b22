import FileFormats
import Foundation

/// An array of numbers as images: `[count, height, width, channels]`.
struct PixelArray {
  let count: Int
  let height: Int
  let width: Int
  let channels: Int
  let type: PixelType
  let pixels: Data

  /// Takes an array for images.
  ///
  /// Whole numbers must lie within 0…255; `float64` is rounded to `float32`.
  ///
  /// - Parameters:
  ///   - layout: As the definition names it. Without one, an array whose second dimension looks like channels
  ///     and whose last does not is refused: nothing is guessed.
  ///   - file: Where it came from, for errors.
  /// - Throws: `DatasetError.invalidData` naming what is wrong.
  init(_ array: NumericArray, layout: PixelLayout?, file: String) throws {
    let shape = array.shape
    func invalid(_ location: String, _ found: String, _ expected: String) -> DatasetError {
      .invalidData(file: file, location: location, found: found, expected: expected)
    }
    guard shape.count == 3 || shape.count == 4, shape.allSatisfy({ $0 > 0 }) else {
      throw invalid(
        "shape", "\(shape)", "images: [N, H, W], [N, H, W, C] or [N, C, H, W], none of them 0")
    }
    if layout == nil, shape.count == 4, PixelArray.looksLikeChannels(shape[1]),
      !PixelArray.looksLikeChannels(shape[3])
    {
      throw invalid(
        "shape", "\(shape)",
        "\"layout\" under \"data\": \"NCHW\" if these are \(shape[1]) channels of "
          + "\(shape[2]) × \(shape[3]) pixels, \"NHWC\" if images of \(shape[1]) × \(shape[2]) pixels "
          + "have \(shape[3]) channels")
    }
    let (type, pixels) = try PixelArray.values(array, invalid)
    count = shape[0]
    self.type = type
    if shape.count == 4, layout == .channelsFirst {
      (channels, height, width) = (shape[1], shape[2], shape[3])
      self.pixels = PixelArray.channelsLast(
        pixels, count: shape[0], channels: shape[1], positions: shape[2] * shape[3],
        valueBytes: type.byteCount)
    } else {
      (height, width, channels) = (shape[1], shape[2], shape.count == 4 ? shape[3] : 1)
      self.pixels = pixels
    }
  }

  private static func looksLikeChannels(_ size: Int) -> Bool { size <= 4 }

  /// Returns the elements as stored pixels.
  private static func values(
    _ array: NumericArray, _ invalid: (String, String, String) -> DatasetError
  ) throws -> (PixelType, Data) {
    let elementsEach = array.shape.dropFirst().reduce(1, *)
    switch array.elementType {
    case .uint8: return (.uint8, array.bytes)
    case .float32, .float64:
      let values = array.asFloats()
      if let index = values.firstIndex(where: { !$0.isFinite }) {
        throw invalid(
          "image \(index / elementsEach)", "a pixel of \(values[index])", "finite numbers")
      }
      return (
        .float32,
        array.elementType == .float32 ? array.bytes : values.withUnsafeBytes { Data($0) }
      )
    default:
      let values = array.asInts() ?? []
      if let index = values.firstIndex(where: { !(0...255).contains($0) }) {
        throw invalid(
          "image \(index / elementsEach)",
          "a pixel of \(values[index]), \(array.elementType.rawValue)",
          "whole numbers from 0 to 255, or floating-point numbers")
      }
      return (.uint8, Data(values.map { UInt8($0) }))
    }
  }

  /// Returns the pixels of images whose channels come first with the channels last.
  private static func channelsLast(
    _ pixels: Data, count: Int, channels: Int, positions: Int, valueBytes: Int
  ) -> Data {
    guard channels > 1 else { return pixels }
    var moved = Data(count: pixels.count)
    moved.withUnsafeMutableBytes { (output: UnsafeMutableRawBufferPointer) in
      pixels.withUnsafeBytes { (input: UnsafeRawBufferPointer) in
        var place = 0
        for image in 0..<count {
          for position in 0..<positions {
            for channel in 0..<channels {
              let source = ((image * channels + channel) * positions + position) * valueBytes
              for byte in 0..<valueBytes { output[place + byte] = input[source + byte] }
              place += valueBytes
            }
          }
        }
      }
    }
    return moved
  }
}
