import FileFormats
import Foundation

/// An array of numbers in a file as images.
struct ArrayPixels: PixelSource {
  let shape: ImageShape
  private let array: ArrayFile
  private let isChannelsFirst: Bool

  /// Takes an array for images.
  ///
  /// Whole numbers must lie within 0…255; `float64` is rounded to `float32`.
  ///
  /// - Parameter layout: As the definition names it. Without one, an array whose second dimension looks like
  ///   channels and whose last does not is refused: nothing is guessed.
  /// - Throws: `DatasetError.invalidData` naming what is wrong with the shape; wrong numbers are found when they
  ///   are read.
  init(_ array: ArrayFile, layout: PixelLayout?) throws {
    let sizes = array.shape
    func invalid(_ expected: String) -> DatasetError {
      .invalidData(file: array.path, location: "shape", found: "\(sizes)", expected: expected)
    }
    guard sizes.count == 3 || sizes.count == 4, sizes.allSatisfy({ $0 > 0 }) else {
      throw invalid(
        "images: [N, H, W], [N, H, W, C] or [N, C, H, W], none of them 0"
          + ArrayPixels.hint(on: sizes))
    }
    if layout == nil, sizes.count == 4, ArrayPixels.looksLikeChannels(sizes[1]),
      !ArrayPixels.looksLikeChannels(sizes[3])
    {
      throw invalid(
        "\"layout\" under \"data\": \"NCHW\" if these are \(sizes[1]) channels of "
          + "\(sizes[2]) × \(sizes[3]) pixels, \"NHWC\" if images of \(sizes[1]) × \(sizes[2]) pixels "
          + "have \(sizes[3]) channels")
    }
    self.array = array
    isChannelsFirst = sizes.count == 4 && layout == .channelsFirst
    let type: PixelType =
      array.elementType == .float32 || array.elementType == .float64 ? .float32 : .uint8
    shape =
      isChannelsFirst
      ? ImageShape(
        count: sizes[0], height: sizes[2], width: sizes[3], channels: sizes[1], type: type)
      : ImageShape(
        count: sizes[0], height: sizes[1], width: sizes[2],
        channels: sizes.count == 4 ? sizes[3] : 1, type: type)
  }

  private static func looksLikeChannels(_ size: Int) -> Bool { size <= 4 }

  /// Says how images that were flattened may be meant.
  private static func hint(on sizes: [Int]) -> String {
    guard sizes.count == 2, sizes[1] > 0 else { return "" }
    for channels in [1, 3] where sizes[1] % channels == 0 {
      let side = Int(Double(sizes[1] / channels).squareRoot())
      guard side > 1, side * side * channels == sizes[1] else { continue }
      let shape = "[\(sizes[0]), \(side), \(side)" + (channels == 1 ? "]" : ", \(channels)]")
      return "; reshape them, perhaps to \(shape)"
    }
    return ""
  }

  func pixels(_ range: Range<Int>) throws -> Data {
    let pixels = try stored(array.read(rows: range), first: range.lowerBound)
    guard isChannelsFirst, shape.channels > 1 else { return pixels }
    return channelsLast(pixels, count: range.count)
  }

  /// Returns the elements as stored pixels.
  private func stored(_ piece: NumericArray, first: Int) throws -> Data {
    let elementsEach = shape.height * shape.width * shape.channels
    func invalid(_ index: Int, _ found: String, _ expected: String) -> DatasetError {
      .invalidData(
        file: array.path, location: "image \(first + index / elementsEach)",
        found: "a pixel of \(found)", expected: expected)
    }
    switch piece.elementType {
    case .uint8: return piece.bytes
    case .float32, .float64:
      let values = piece.asFloats()
      if let index = values.firstIndex(where: { !$0.isFinite }) {
        throw invalid(index, "\(values[index])", "finite numbers")
      }
      return piece.elementType == .float32
        ? piece.bytes : values.withUnsafeBytes { Data($0) }
    default:
      guard let values = piece.asInts() else {
        throw invalid(0, piece.elementType.rawValue, "whole or floating-point numbers")
      }
      if let index = values.firstIndex(where: { !(0...255).contains($0) }) {
        throw invalid(
          index, "\(values[index]), \(piece.elementType.rawValue)",
          "whole numbers from 0 to 255, or floating-point numbers")
      }
      return Data(values.map { UInt8($0) })
    }
  }

  /// Returns the pixels of images whose channels come first with the channels last.
  private func channelsLast(_ pixels: Data, count: Int) -> Data {
    switch shape.type {
    case .uint8: channelsLast(pixels, count: count, of: UInt8.self)
    case .float32: channelsLast(pixels, count: count, of: UInt32.self)
    }
  }

  private func channelsLast<Value: BitwiseCopyable>(
    _ pixels: Data, count: Int, of type: Value.Type
  ) -> Data {
    let (channels, positions) = (shape.channels, shape.height * shape.width)
    let size = MemoryLayout<Value>.size
    var moved = Data(count: pixels.count)
    moved.withUnsafeMutableBytes { (output: UnsafeMutableRawBufferPointer) in
      pixels.withUnsafeBytes { (input: UnsafeRawBufferPointer) in
        for image in 0..<count {
          let start = image * channels * positions
          for channel in 0..<channels {
            var (source, target) = (start + channel * positions, start + channel)
            for _ in 0..<positions {
              let value = input.loadUnaligned(fromByteOffset: source &* size, as: type)
              output.storeBytes(of: value, toByteOffset: target &* size, as: type)
              source &+= 1
              target &+= channels
            }
          }
        }
      }
    }
    return moved
  }
}
