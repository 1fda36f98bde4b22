import Foundation
import TestSupport

@testable import Datasets
@testable import FileFormats

/// Files as people have them, made byte by byte: 24 images of 2 × 3 pixels in three classes.
struct DataFiles {
  static let (count, height, width, classes) = (24, 2, 3, 3)

  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// A pixel of the images, 0…255; none are equal.
  static func pixel(_ image: Int, _ place: Int) -> UInt8 { UInt8(image * 10 + place % 10) }
  static func label(_ image: Int) -> Int { image % classes }

  static func pixels(channels: Int = 1, images: Range<Int> = 0..<count) -> [UInt8] {
    images.flatMap { image in
      (0..<height * width * channels).map { pixel(image, $0) }
    }
  }
  static let labels = (0..<count).map(label)

  /// What `train_images` and `train_labels` say, and further members.
  static func definition(
    _ images: String, _ labels: String, _ more: String = "\"test_count\": 6"
  ) -> String {
    "{\"train_images\": \"\(images)\", \"train_labels\": \"\(labels)\", \(more)}"
  }

  @discardableResult
  func write(_ bytes: [UInt8], _ name: String) throws -> String {
    let path = folder.file(name)
    try FileManager.default.createDirectory(
      atPath: (path as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
    try Data(bytes).write(to: URL(fileURLWithPath: path))
    return name
  }

  @discardableResult
  func text(_ text: String, _ name: String) throws -> String { try write(Array(text.utf8), name) }

  static func npy(
    _ type: String, _ shape: [Int], _ elements: [UInt8], isFortran: Bool = false
  ) -> [UInt8] {
    let header = NPYHeader(shape: shape, type: type, isFortranOrder: isFortran).text + "\n"
    let length = header.utf8.count
    return [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(length & 255), UInt8(length >> 8)]
      + Array(header.utf8) + elements
  }

  func npy(
    _ name: String, _ type: String = "|u1", _ shape: [Int] = [count, height, width],
    _ elements: [UInt8] = pixels(), isFortran: Bool = false
  ) throws -> String {
    try write(DataFiles.npy(type, shape, elements, isFortran: isFortran), name)
  }

  /// Labels as NumPy saves Python's numbers.
  func labels(_ values: [Int] = labels, _ name: String = "y.npy") throws -> String {
    try npy(name, "<i8", [values.count], values.flatMap { DataFiles.little(Int64($0)) })
  }

  static func little<Number: FixedWidthInteger>(_ number: Number) -> [UInt8] {
    withUnsafeBytes(of: number.littleEndian) { Array($0) }
  }

  static func big<Number: FixedWidthInteger>(_ number: Number) -> [UInt8] {
    withUnsafeBytes(of: number.bigEndian) { Array($0) }
  }

  /// The elements of an array with the first index varying fastest.
  static func fortran(_ elements: [UInt8], _ shape: [Int]) -> [UInt8] {
    let rest = elements.count / shape[0]
    // Two dimensions at a time: turn (N, rest), then rest by itself.
    guard shape.count > 1 else { return elements }
    let rows = (0..<shape[0]).map {
      fortran(Array(elements[$0 * rest..<($0 + 1) * rest]), Array(shape.dropFirst()))
    }
    return (0..<rest).flatMap { place in rows.map { $0[place] } }
  }

  /// An NPZ file of arrays, as `numpy.savez` writes it.
  static func npz(_ arrays: [(name: String, npy: [UInt8])]) -> [UInt8] {
    var (local, directory): ([UInt8], [UInt8]) = ([], [])
    for (name, npy) in arrays {
      let name = Array("\(name).npy".utf8)
      let size = little(UInt32(npy.count))
      let common =
        [20, 0, 0, 0, 0, 0, 0, 0, 0, 0] + little(CRC32.value(of: npy)) + size + size
        + little(UInt16(name.count)) + [0, 0]
      directory +=
        [0x50, 0x4B, 1, 2, 20, 0] + common + [UInt8](repeating: 0, count: 10)
        + little(UInt32(local.count)) + name
      local += [0x50, 0x4B, 3, 4] + common + name + npy
    }
    let count = little(UInt16(arrays.count))
    return local + directory + [0x50, 0x4B, 5, 6, 0, 0, 0, 0] + count + count
      + little(UInt32(directory.count)) + little(UInt32(local.count)) + [0, 0]
  }

  static func idx(_ code: UInt8, _ shape: [Int], _ elements: [UInt8]) -> [UInt8] {
    [0, 0, code, UInt8(shape.count)] + shape.flatMap { big(UInt32($0)) } + elements
  }

  func gzip(_ name: String) throws -> String {
    let process = try Process.run(
      URL(fileURLWithPath: "/usr/bin/env"), arguments: ["gzip", "-n", folder.file(name)])
    process.waitUntilExit()
    return name + ".gz"
  }

  /// One CIFAR record.
  static func record(_ image: Int, _ labels: [UInt8]) -> [UInt8] {
    labels + (0..<3072).map { UInt8(truncatingIfNeeded: image &* 31 &+ $0 / 1024) }
  }

  /// Pictures in a folder, plain PGM or PPM, and what a CSV file says of them.
  func pictures(_ folder: String, channels: Int = 1) throws -> String {
    var table = "file,label\n"
    for image in (0..<DataFiles.count).reversed() {
      let values = DataFiles.pixels(channels: channels, images: image..<image + 1)
      let name = "\(image % 2)/\(image).\(channels == 1 ? "pgm" : "ppm")"
      let header = "P\(channels == 1 ? 2 : 3) \(DataFiles.width) \(DataFiles.height) 255 "
      try text(
        header + values.map(String.init).joined(separator: " "), "\(folder)/\(name)")
      table += "\(name),class \(DataFiles.label(image))\n"
    }
    return table
  }

  func prepare(_ definition: String) throws -> PreparedDataset {
    try PreparedDataset.prepare(
      DatasetDefinition(json(definition)), baseFolder: folder.path, into: folder.file("prepared"))
  }
}
