import Foundation
import TestSupport
import Testing

@testable import FileFormats

@Suite("NPY files")
struct NPYFileTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// Builds a file from its parts, as the format's description says.
  private func npy(_ header: String, _ elements: [UInt8], version: UInt8 = 1) -> [UInt8] {
    let length = header.utf8.count
    var size = [UInt8(length & 0xFF), UInt8(length >> 8)]
    if version > 1 { size += [0, 0] }
    return [0x93] + Array("NUMPY".utf8) + [version, 0] + size + Array(header.utf8) + elements
  }

  private let header = "{'descr': '<i2', 'fortran_order': False, 'shape': (2, 1), }\n"

  @Test("every version of the format is read", arguments: [1, 2, 3] as [UInt8])
  func versions(version: UInt8) throws {
    let path = try folder.write(npy(header, [1, 0, 0xFE, 0xFF], version: version), to: "a.npy")
    #expect(try NPYFile.read(path) == NumericArray(shape: [2, 1], [Int16(1), -2]))
  }

  @Test("the order of the fields, the quotes and the spaces do not matter")
  func otherSpelling() throws {
    let text = "{\"shape\":(4,),\"fortran_order\":False,\"descr\":\"|u1\"}   \n"
    let path = try folder.write(npy(text, [1, 2, 3, 4]), to: "a.npy")
    #expect(try NPYFile.read(path) == NumericArray(shape: [4], [UInt8(1), 2, 3, 4]))
  }

  @Test(
    "what is written is read back",
    arguments: [
      NumericArray(shape: [], [Float(3)]),
      NumericArray(shape: [5], [UInt8(0), 1, 2, 3, 4]),
      NumericArray(shape: [1, 2], [Int8(-1), 1]),
      NumericArray(shape: [2], [UInt16(1), .max]),
      NumericArray(shape: [2], [Int16(-1), .max]),
      NumericArray(shape: [1, 1, 2], [UInt32(1), .max]),
      NumericArray(shape: [2], [Int32(-1), .max]),
      NumericArray(shape: [2], [UInt64(1), .max]),
      NumericArray(shape: [2], [Int64(-1), .max]),
      NumericArray(shape: [2, 2], [0.1, -0.2, 1e300, .infinity]),
      NumericArray(shape: [3, 0], [Float]()),
    ])
  func roundTrip(array: NumericArray) throws {
    try NPYFile.write(array, to: folder.file("round.npy"))
    #expect(try NPYFile.read(folder.file("round.npy")) == array)
  }

  @Test("a written file is what numpy.save writes, byte for byte")
  func matchesNumPy() throws {
    // numpy.save('a.npy', numpy.array([[1, 2, 3]], dtype='<i4')), NumPy 2.4
    let text = "{'descr': '<i4', 'fortran_order': False, 'shape': (1, 3), }"
    let padded = text + String(repeating: " ", count: 118 - text.utf8.count - 1) + "\n"
    try NPYFile.write(NumericArray(shape: [1, 3], [Int32(1), 2, 3]), to: folder.file("a.npy"))
    #expect(
      try bytes(ofFile: folder.file("a.npy"))
        == npy(padded, [1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0]))
  }

  /// The bytes are those of `numpy.asfortranarray`, `astype('>i2')`, `astype('f2')` and `astype(bool)`.
  @Test("Fortran order, big-endian, half precision and Booleans give the same numbers")
  func otherStorage() throws {
    func read(_ type: String, _ isFortran: Bool, _ bytes: [UInt8]) throws -> NumericArray {
      let text =
        "{'descr': '\(type)', 'fortran_order': \(isFortran ? "True" : "False"), 'shape': (2, 3)}\n"
      return try NPYFile.read(folder.write(npy(text, bytes), to: "a.npy"))
    }
    #expect(
      try read("|u1", true, [1, 4, 2, 5, 3, 6])
        == NumericArray(shape: [2, 3], [UInt8(1), 2, 3, 4, 5, 6]))
    #expect(
      try read(">i2", true, [0, 1, 0, 4, 0, 2, 0xFF, 0xFE, 0, 3, 1, 0])
        == NumericArray(shape: [2, 3], [Int16(1), 2, 3, 4, -2, 256]))
    #expect(
      try read(">u2", false, [0, 1, 0, 2, 0, 3, 0, 4, 0, 5, 1, 0])
        == NumericArray(shape: [2, 3], [UInt16(1), 2, 3, 4, 5, 256]))
    #expect(
      try read("<f2", false, [0, 0x3C, 0, 0xC0, 0xFF, 0x7B, 1, 0, 0, 0x7C, 0x55, 0x35])
        == NumericArray(
          shape: [2, 3], [Float(1), -2, 65_504, 0x1p-24, .infinity, 0.333_251_953_125]))
    #expect(
      try read("|b1", false, [0, 1, 1, 0, 0, 1])
        == NumericArray(shape: [2, 3], [UInt8(0), 1, 1, 0, 0, 1]))
  }

  @Test("Fortran order of four dimensions is turned around")
  func fortranOrder() throws {
    let shape = [2, 3, 4, 5]
    var bytes = [UInt8](repeating: 0, count: 120)
    var expected = bytes
    for (place, index) in (0..<120).map({ ($0, [$0 / 60, $0 / 20 % 3, $0 / 5 % 4, $0 % 5]) }) {
      expected[place] = UInt8(place)
      bytes[index[0] + 2 * (index[1] + 3 * (index[2] + 4 * index[3]))] = UInt8(place)
    }
    let text = "{'descr': '|u1', 'fortran_order': True, 'shape': (2, 3, 4, 5)}\n"
    let path = try folder.write(npy(text, bytes), to: "a.npy")
    #expect(try NPYFile.read(path) == NumericArray(shape: shape, expected))
  }

  @Test(
    "types that cannot be read are named",
    arguments: [("|O", "Python objects"), ("<c8", "<c8"), ("<f16", "<f16"), ("<U", "<U")])
  func otherTypes(type: String, word: String) throws {
    let text = "{'descr': '\(type)', 'fortran_order': False, 'shape': (1,), }\n"
    let path = try folder.write(npy(text, [0, 0, 0, 0]), to: "a.npy")
    expectMalformed(path, "'descr'", word) { _ = try NPYFile.read(path) }
  }

  @Test("too few and too many elements are errors", arguments: [3, 5])
  func wrongSize(length: Int) throws {
    let path = try folder.write(npy(header, [UInt8](repeating: 0, count: length)), to: "a.npy")
    expectMalformed(path, "\(length) bytes", "4 bytes") { _ = try NPYFile.read(path) }
  }

  @Test("a file cut short in its header is an error", arguments: [0, 5, 7, 9, 11, 40])
  func truncated(length: Int) throws {
    let path = try folder.write(npy(header, [0, 0, 0, 0]).prefix(length), to: "a.npy")
    expectMalformed(path, "expected") { _ = try NPYFile.read(path) }
  }

  @Test(
    "a header that is not the dictionary is an error",
    arguments: [
      "[1, 2]", "{'descr': [('x', '<f4')], 'fortran_order': False, 'shape': (1,), }",
      "{'descr': '<f4', 'fortran_order': False, 'shape': (1,)", "{'fortran_order': False}",
      "{'descr': '<f4', 'shape': (1,)}", "{'descr': '<f4', 'fortran_order': False}",
      "{'descr': '<f4', 'fortran_order': False, 'shape': (-1,)}",
      "{'descr': '<f4', 'fortran_order': False, 'shape': (9999999999, 9999999999)}",
    ])
  func badHeader(text: String) throws {
    let path = try folder.write(npy(text, [0, 0, 0, 0]), to: "a.npy")
    expectMalformed(path, "header") { _ = try NPYFile.read(path) }
  }

  @Test("a version yet to come is an error")
  func otherVersion() throws {
    let path = try folder.write(npy(header, [0, 0, 0, 0], version: 4), to: "a.npy")
    expectMalformed(path, "version", "4.0") { _ = try NPYFile.read(path) }
  }

  /// The bytes are those of `numpy.array(["", "né", "dog"])`, of the same in big-endian order and as `S4`.
  @Test("texts are read where texts are wanted")
  func texts() throws {
    let units: [[UInt8]] = ["", "né", "dog"].map { text in
      let scalars = text.unicodeScalars.map(\.value) + [0, 0, 0]
      return scalars.prefix(3).flatMap { [UInt8($0 & 255), UInt8($0 >> 8), 0, 0] }
    }
    func texts(_ type: String, _ bytes: [UInt8]) throws -> ([String], [Int])? {
      let text = "{'descr': '\(type)', 'fortran_order': False, 'shape': (3, 1), }\n"
      let path = try folder.write(npy(text, bytes), to: "t.npy")
      expectMalformed(path, "texts", "whole numbers") { _ = try NPYFile.read(path) }
      guard case .texts(let texts, let shape) = try StoredArray.open(path, scratchFolder: ".")
      else { return nil }
      return (texts, shape)
    }
    let little = try #require(try texts("<U3", units.flatMap(\.self)))
    #expect(little == (["", "né", "dog"], [3, 1]))
    var swapped: [UInt8] = []
    for unit in units {
      for place in stride(from: 0, to: 12, by: 4) { swapped += unit[place..<place + 4].reversed() }
    }
    #expect(try #require(try texts(">U3", swapped)) == little)
    let bytes = [0, 0, 0, 0] + Array("né".utf8) + [0] + Array("dog".utf8) + [0]
    #expect(try #require(try texts("|S4", bytes)) == little)
  }
}
