import Foundation
import TestSupport
import Testing

@testable import Datasets

/// A data set as somebody has it, and what must be read.
struct ReadableFiles: CustomTestStringConvertible {
  let testDescription: String
  /// Writes the files and returns what `study.json` has under "data".
  let make: @Sendable (DataFiles) throws -> String
  var channels = 1
  /// Returns a stored value of an image of the training files.
  var value: @Sendable (_ image: Int, _ place: Int) -> Float = { Float(DataFiles.pixel($0, $1)) }
  /// The class of an image of the training files; −1 where it is not known.
  var label: @Sendable (Int) -> Int = DataFiles.label
  var classNames: [String]?
  /// Images of each split; groups decide themselves.
  var counts: [Int]? = [17, 1, 6]

  init(
    _ name: String, channels: Int = 1, classNames: [String]? = nil, counts: [Int]? = [17, 1, 6],
    label: @escaping @Sendable (Int) -> Int = DataFiles.label,
    value: @escaping @Sendable (Int, Int) -> Float = { Float(DataFiles.pixel($0, $1)) },
    make: @escaping @Sendable (DataFiles) throws -> String
  ) {
    (testDescription, self.make, self.channels) = (name, make, channels)
    (self.value, self.label) = (value, label)
    (self.classNames, self.counts) = (classNames, counts)
  }

  static let named = ["class 0", "class 1", "class 2"]

  static func float(_ image: Int, _ place: Int) -> Float {
    Float(DataFiles.pixel(image, place)) / 255
  }

  static func bytes<Element: FixedWidthInteger>(
    _ element: @escaping (UInt8) -> Element, isBig: Bool = false
  ) -> [UInt8] {
    var bytes: [UInt8] = []
    for pixel in DataFiles.pixels() {
      let value = element(pixel)
      bytes += isBig ? DataFiles.big(value) : DataFiles.little(value)
    }
    return bytes
  }

  static let all: [ReadableFiles] =
    [arrays, labelForms, archives, tables, parts].flatMap(\.self)

  private static let arrays: [ReadableFiles] = [
    ReadableFiles("NPY of bytes") { DataFiles.definition(try $0.npy("x.npy"), try $0.labels()) },
    ReadableFiles("NPY in Fortran order") {
      let shape = [DataFiles.count, DataFiles.height, DataFiles.width]
      return DataFiles.definition(
        try $0.npy(
          "x.npy", "|u1", shape, DataFiles.fortran(DataFiles.pixels(), shape), isFortran: true),
        try $0.labels())
    },
    ReadableFiles("NPY of big-endian whole numbers") {
      DataFiles.definition(
        try $0.npy("x.npy", ">i2", [24, 2, 3], bytes(Int16.init, isBig: true)), try $0.labels())
    },
    ReadableFiles("NPY of 64-bit whole numbers") {
      DataFiles.definition(
        try $0.npy("x.npy", "<i8", [24, 2, 3], bytes(Int64.init)), try $0.labels())
    },
    ReadableFiles("NPY of floats 0…1", value: float) {
      DataFiles.definition(
        try $0.npy(
          "x.npy", "<f4", [24, 2, 3], bytes { (Float($0) / 255).bitPattern }), try $0.labels())
    },
    ReadableFiles("NPY of big-endian doubles", value: float) {
      DataFiles.definition(
        try $0.npy(
          "x.npy", ">f8", [24, 2, 3], bytes({ (Double($0) / 255).bitPattern }, isBig: true)),
        try $0.labels())
    },
    ReadableFiles("NPY in half precision, 1 and 2", value: { image, _ in image % 2 == 0 ? 1 : 2 }) {
      DataFiles.definition(
        try $0.npy(
          "x.npy", "<f2", [24, 2, 3],
          (0..<24 * 6).flatMap { place -> [UInt8] in [0, place / 6 % 2 == 0 ? 0x3C : 0x40] }),
        try $0.labels())
    },
    ReadableFiles("NPY of Booleans", value: { image, place in (image + place) % 2 == 0 ? 1 : 0 }) {
      DataFiles.definition(
        try $0.npy(
          "x.npy", "|b1", [24, 2, 3],
          (0..<24 * 6).map { place -> UInt8 in (place / 6 + place % 6) % 2 == 0 ? 1 : 0 }),
        try $0.labels())
    },
    ReadableFiles("NPY in colours, channels last", channels: 3) {
      DataFiles.definition(
        try $0.npy("x.npy", "|u1", [24, 2, 3, 3], DataFiles.pixels(channels: 3)),
        try $0.labels())
    },
    ReadableFiles(
      "NPY in colours, channels first", channels: 3,
      value: { image, place in Float(DataFiles.pixel(image, place % 3 * 6 + place / 3)) }
    ) {
      DataFiles.definition(
        try $0.npy("x.npy", "|u1", [24, 3, 2, 3], DataFiles.pixels(channels: 3)),
        try $0.labels(), "\"test_count\": 6, \"layout\": \"NCHW\"")
    },
    ReadableFiles("NPY of one channel that comes first") {
      DataFiles.definition(
        try $0.npy("x.npy", "|u1", [24, 1, 2, 3]), try $0.labels(),
        "\"test_count\": 6, \"layout\": \"NCHW\"")
    },
    ReadableFiles("IDX") {
      DataFiles.definition(
        try $0.write(DataFiles.idx(8, [24, 2, 3], DataFiles.pixels()), "x-idx3-ubyte"),
        try $0.write(DataFiles.idx(8, [24], DataFiles.labels.map { UInt8($0) }), "y-idx1-ubyte"))
    },
    ReadableFiles("IDX of big-endian floats, compressed", value: float) {
      let values = bytes({ (Float($0) / 255).bitPattern }, isBig: true)
      return DataFiles.definition(
        try $0.gzip($0.write(DataFiles.idx(0x0D, [24, 2, 3], values), "x")), try $0.labels())
    },
    ReadableFiles("NPY, compressed") {
      DataFiles.definition(try $0.gzip($0.npy("x.npy")), try $0.gzip($0.labels()))
    },
  ]
}

@Suite("data files as people have them")
struct ReadableDataFilesTests {
  @Test("are read rightly", arguments: ReadableFiles.all)
  func reads(files: ReadableFiles) throws {
    let made = try DataFiles()
    let dataset = try made.prepare(files.make(made))
    #expect(dataset.channels == files.channels)
    let names = files.classNames ?? dataset.definition.classNames
    #expect(dataset.classNames == names)
    if let counts = files.counts { #expect(DatasetSplit.allCases.map(dataset.count) == counts) }
    var seen: [PreparedDataset.SourceFiles: Set<Int>] = [:]
    for split in DatasetSplit.allCases {
      let (source, order) = try dataset.sourceOrder(of: split)
      #expect(order.count == dataset.count(split))
      for (index, place) in order.enumerated() {
        #expect(seen[source, default: []].insert(place).inserted)
        guard source == .training else { continue }
        #expect(dataset.label(index, of: split) == files.label(place))
        #expect(split == .training || files.label(place) >= 0)
        #expect(
          values(dataset, index, split)
            == (0..<dataset.imageElements).map { files.value(place, $0) })
      }
    }
    try dataset.verify()
    // The same files are not read again, and the folder is the same for who opens it.
    #expect(try PreparedDataset.open(dataset.folder).contentHash == dataset.contentHash)
  }

  private func values(_ dataset: PreparedDataset, _ index: Int, _ split: DatasetSplit) -> [Float] {
    let image = dataset.image(index, of: split)
    return (0..<dataset.imageElements).map { place in
      switch dataset.pixelType {
      case .uint8: Float(image.load(fromByteOffset: place, as: UInt8.self))
      case .float32: image.load(fromByteOffset: 4 * place, as: Float.self)
      }
    }
  }

  @Test("are more than forty with those that are refused")
  func enough() { #expect(ReadableFiles.all.count + RefusedFiles.all.count > 60) }
}
