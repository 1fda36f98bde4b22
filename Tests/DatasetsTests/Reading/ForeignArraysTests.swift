import FileFormats
import Foundation
import TestSupport
import Testing

@testable import Datasets

/// Arrays as people have them: each is read rightly, or refused with the reason.
@Suite("arrays that people bring")
struct ForeignArraysTests {
  /// Six images of 2 × 3 pixels and two channels, channels last: 0, 1, 2, …
  private static let pixels = (0..<72).map { UInt8($0) }
  /// The same with the channels first.
  private static let channelsFirst = (0..<72).map { place -> UInt8 in
    let (image, channel, position) = (place / 12, place / 6 % 2, place % 6)
    return pixels[(image * 6 + position) * 2 + channel]
  }
  private static let labels = [0, 1, 2, 0, 1, 2]

  private func read(
    _ images: NumericArray,
    _ labels: NumericArray = NumericArray(shape: [6], Self.labels.map(Int64.init)),
    layout: PixelLayout? = nil
  ) throws -> ReadImages {
    try ReadImages(images, labels, layout: layout)
  }

  private func floats(_ data: Data) -> [Float] {
    NumericArray(shape: [data.count / 4], elementType: .float32, bytes: data).asFloats()
  }

  private func sizes(_ images: ReadImages) -> [Int] {
    [images.shape.height, images.shape.width, images.shape.channels]
  }

  @Test("have their channels first where the layout says so")
  func layout() throws {
    let last = try read(NumericArray(shape: [6, 2, 3, 2], Self.pixels), layout: .channelsLast)
    let first = try read(
      NumericArray(shape: [6, 2, 2, 3], Self.channelsFirst), layout: .channelsFirst)
    for images in [last, first] {
      #expect(sizes(images) == [2, 3, 2])
      #expect([UInt8](images.pixels) == Self.pixels)
    }
    let single = try read(
      NumericArray(shape: [6, 1, 3, 4], Self.pixels), layout: .channelsFirst)
    #expect(sizes(single) == [3, 4, 1])
    let deep = try read(
      NumericArray(shape: [6, 2, 2, 3], Self.channelsFirst.map(Float.init)), layout: .channelsFirst)
    #expect(floats(deep.pixels) == Self.pixels.map(Float.init))
  }

  @Test("are refused where the layout is not clear, and told how to say it")
  func unclearLayout() {
    for shape in [[6, 1, 28, 28], [6, 3, 8, 8]] {
      let array = NumericArray(
        shape: shape, [UInt8](repeating: 0, count: shape.reduce(1, *)))
      expectError("images.npy", "shape", "\(shape)", "\"layout\"", "\"NCHW\"", "\"NHWC\"") {
        _ = try read(array)
      }
      #expect(throws: Never.self) { try read(array, layout: .channelsFirst) }
      #expect(throws: Never.self) { try read(array, layout: .channelsLast) }
    }
  }

  @Test("may be numbers of any type, if they lie within 0 and 255 or are floating-point ones")
  func types() throws {
    let shape = [6, 3, 4]
    for array in [
      NumericArray(shape: shape, Self.pixels.map(Int64.init)),
      NumericArray(shape: shape, Self.pixels.map(Int32.init)),
      NumericArray(shape: shape, Self.pixels.map(UInt16.init)),
    ] {
      let images = try read(array)
      #expect(images.shape.type == .uint8 && [UInt8](images.pixels) == Self.pixels)
    }
    let doubles = try read(NumericArray(shape: shape, Self.pixels.map { Double($0) / 3 }))
    #expect(doubles.shape.type == .float32)
    #expect(floats(doubles.pixels) == Self.pixels.map { Float(Double($0) / 3) })
    expectError("images.npy", "image 5", "a pixel of 256, int16", "0 to 255") {
      _ = try read(NumericArray(shape: shape, Self.pixels.map { Int16($0) * 256 / 71 }))
    }
    expectError("images.npy", "image 0", "a pixel of -1") {
      _ = try read(NumericArray(shape: shape, Self.pixels.map { Int32($0) - 1 }))
    }
    expectError("images.npy", "image 2", "a pixel of nan") {
      _ = try read(NumericArray(shape: shape, (0..<72).map { $0 == 30 ? .nan : Double($0) }))
    }
  }

  @Test("have labels in a column, one-hot, or as floating-point numbers")
  func labelForms() throws {
    let images = NumericArray(shape: [6, 3, 4], Self.pixels)
    let hot = Self.labels.flatMap { label in
      (0..<3).map { (place: Int) -> UInt8 in place == label ? 1 : 0 }
    }
    for labels in [
      NumericArray(shape: [6, 1], Self.labels.map(Int64.init)),
      NumericArray(shape: [6, 3], hot), NumericArray(shape: [6, 3], hot.map(Float.init)),
      NumericArray(shape: [6], Self.labels.map(Double.init)),
    ] {
      let read = try read(images, labels)
      #expect(read.labels == Self.labels && read.classes == 3)
    }
    expectError("labels.npy", "row 1 of [6, 3]", "2 ones") {
      var wrong = hot
      wrong[3] = 1
      _ = try read(images, NumericArray(shape: [6, 3], wrong))
    }
    expectError("labels.npy", "label 1", "0.5", "soft labels are a teacher's") {
      _ = try read(images, NumericArray(shape: [6], [Float(0), 0.5, 1, 1, 1, 1]))
    }
    expectError("labels.npy", "row 0 of [3, 2]", "0 ones") {
      _ = try read(images, NumericArray(shape: [3, 2], [Int64(0), 0, 1, 0, 1, 0]))
    }
  }

  @Test("without an example of some class are refused, naming it", arguments: [1, 200])
  func missingClasses(first: Int) throws {
    let folder = try TemporaryFolder()
    let images = try folder.write(
      NumericArray(shape: [60, 2, 2], [UInt8](repeating: 1, count: 240)), to: "images")
    let labels = try folder.write(
      NumericArray(shape: [60], (0..<60).map { UInt8(first + $0 % 3) }), to: "labels")
    let definition = DatasetDefinition(
      source: .arrays(
        train: .init(images: images, labels: labels), test: nil, classes: nil),
      validationCount: 6, testCount: 6)
    expectError(
      "data:", first == 1 ? "class 0 (1 of 4" : "class 0, 1, 2, 3, 4, 5, 6, 7, … (200 of 203",
      "numbered from 0"
    ) {
      _ = try PreparedDataset.prepare(
        definition, baseFolder: folder.path, into: folder.file("prepared"))
    }
  }

  @Test("come out of an archive by their names")
  func archive() throws {
    // numpy.savez_compressed(f, x=(numpy.arange(24) % 9).astype('u1').reshape(6, 2, 2), y=…)
    let folder = try TemporaryFolder()
    try #require(Data(base64Encoded: Self.compressed)).write(
      to: URL(fileURLWithPath: folder.file("all.npz")))
    let definition = DatasetDefinition(
      source: .arrays(
        train: .init(images: "all.npz[x]", labels: "all.npz[y]"), test: nil, classes: nil),
      validationCount: 1, testCount: 1)
    let train = try DatasetSource(definition, baseFolder: folder.path)
      .open(scratchFolder: folder.path).training
    let pixels = [UInt8](try train.pixels.pixels(0..<6))
    #expect(pixels == (0..<24).map { UInt8($0 % 9) })
    #expect(train.labels == Self.labels)
    let wrong = DatasetDefinition(
      source: .arrays(
        train: .init(images: "all.npz[images]", labels: "all.npz[y]"), test: nil, classes: nil),
      testCount: 1)
    expectError(folder.file("all.npz"), "x, y", "one called images") {
      _ = try DatasetSource(wrong, baseFolder: folder.path).open(scratchFolder: folder.path)
    }
  }

  private static let compressed = """
    UEsDBC0AAAAIAAAAIQDEFsaO//////////8FABQAeC5ucHkBABAAmAAAAAAAAABTAAAAAAAAAJvsF+obEMnIUMZQrZ6SWpxcpG6l\
    oF5Taqiuo6Cell9UUpSYF59flJIKEndLzClOBYoXZyQWpAL5GmY6CkZApKmjUKtAHuBiYGRiZmFlY+dAYwAAUEsDBC0AAAAIAAAA\
    IQDLXLOY//////////8FABQAeS5ucHkBABAAmAAAAAAAAABOAAAAAAAAAJvsF+obEMnIUMZQrZ6SWpxcpG6loG6TaaKuo6Cell9U\
    UpSYF59flJIKEndLzClOBYoXZyQWpAL5GmY6mjoKtQoUAC4GIGAEYiYGCICxAVBLAQItAy0AAAAIAAAAIQDEFsaOUwAAAJgAAAAF\
    AAAAAAAAAAAAAACAAQAAAAB4Lm5weVBLAQItAy0AAAAIAAAAIQDLXLOYTgAAAJgAAAAFAAAAAAAAAAAAAACAAYoAAAB5Lm5weVBL\
    BQYAAAAAAgACAGYAAAAPAQAAAAA=
    """
}
