import Foundation
import TestSupport
import Testing

@testable import FileFormats

@Suite("safetensors files")
struct SafetensorsFileTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func file(header: String, data: [UInt8]) throws -> String {
    let length = withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian) { Array($0) }
    return try folder.write(length + Array(header.utf8) + data, to: "a.safetensors")
  }

  @Test("what is written is read back, names and text of any kind")
  func roundTrip() throws {
    let contents = SafetensorsFile(
      tensors: [
        "stem.weight": NumericArray(shape: [2, 3], (0..<6).map { Float($0) / 7 }),
        "steps": NumericArray(shape: [], [Int64(9)]),
        "quote\"\\ü": NumericArray(shape: [3], [UInt8(1), 2, 3]),
        "empty": NumericArray(shape: [0, 4], [Double]()),
      ],
      metadata: ["format": "1", "text": "line\nline\t\"\u{1}\" — ü"])
    try contents.write(to: folder.file("a.safetensors"))
    #expect(try SafetensorsFile.read(folder.file("a.safetensors")) == contents)
  }

  @Test("are refused where they are a pipe or a folder, without waiting")
  func noFile() throws {
    let pipe = folder.file("pipe.safetensors")
    #expect(mkfifo(pipe, 0o600) == 0)
    expectMalformed(pipe, "a pipe") { _ = try SafetensorsFile.read(pipe) }
    expectMalformed(folder.path, "a folder") { _ = try SafetensorsFile.read(folder.path) }
  }

  @Test("equal contents give the bytes that the format's description says")
  func exactBytes() throws {
    let contents = SafetensorsFile(
      tensors: [
        "b": NumericArray(shape: [1], [Float(1)]), "a": NumericArray(shape: [1], [Float(2)]),
        "0": NumericArray(shape: [1], [UInt8(7)]),
      ], metadata: ["y": "2", "x": "1"])
    try contents.write(to: folder.file("a.safetensors"))
    var header =
      "{\"__metadata__\":{\"x\":\"1\",\"y\":\"2\"},"
      + "\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]},"
      + "\"b\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]},"
      + "\"0\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[8,9]}}"
    while header.utf8.count % 8 != 0 { header += " " }
    let expected =
      [UInt8(header.utf8.count), 0, 0, 0, 0, 0, 0, 0] + Array(header.utf8)
      + [0, 0, 0, 0x40, 0, 0, 0x80, 0x3F, 7]
    #expect(try bytes(ofFile: folder.file("a.safetensors")) == expected)
  }

  @Test("a file cut short is an error", arguments: [0, 7, 8, 40, 72])
  func truncated(length: Int) throws {
    let header = "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}"
    let whole = try bytes(ofFile: file(header: header, data: [UInt8](repeating: 0, count: 8)))
    #expect(whole.count > 72 - 8)
    let path = try folder.write(whole.prefix(min(length, whole.count - 1)), to: "b.safetensors")
    expectMalformed(path, "expected") { _ = try SafetensorsFile.read(path) }
  }

  private static let tensor = "{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":"

  @Test(
    "a header that does not fit the 8 bytes of data names the tensor",
    arguments: [
      ("{\"a\":\(tensor)[0,4]}}", "4 bytes, where the last tensor ends"),
      ("{\"a\":\(tensor)[0,4]},\"b\":\(tensor)[2,6]}}", "'b'"),
      ("{\"a\":\(tensor)[0,4]},\"b\":\(tensor)[8,12]}}", "'b'"),
      ("{\"a\":\(tensor)[4,8]}}", "'a'"),
      ("{\"a\":\(tensor)[0,8]}}", "8 bytes"),
      ("{\"a\":\(tensor)[4,0]}}", "[4, 0]"),
      ("{\"a\":\(tensor)[-4,0]}}", "[-4, 0]"),
      ("{\"a\":\(tensor)[0]}}", "[start, end]"),
      ("{\"a\":{\"dtype\":\"F16\",\"shape\":[4],\"data_offsets\":[0,8]}}", "F16"),
      ("{\"a\":{\"dtype\":\"F32\",\"shape\":[-2],\"data_offsets\":[0,8]}}", "'a'"),
      ("{\"a\":{\"dtype\":\"F32\",\"shape\":[2]}}", "'a'"),
      ("{\"a\":1}", "'a'"),
      ("{\"__metadata__\":{\"a\":1}}", "'__metadata__'"),
      ("[]", "header"),
      (
        "{\"a\":\(tensor)[0,8]},\"a\":\(tensor)[0,8]}}",
        "\"a\""
      ),
      ("{\"__metadata__\":{\"epoch\":3},\"a\":\(tensor)[0,8]}}", "'__metadata__'.epoch"),
      ("{\"__metadata__\":3}", "__metadata__"),
      ("{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"offsets\":[0,8]}}", "tensor 'a'.offsets"),
      ("{\"a\":", "not JSON"),
    ])
  func badHeader(header: String, part: String) throws {
    let path = try file(header: header, data: [UInt8](repeating: 0, count: 8))
    expectMalformed(path, part) { _ = try SafetensorsFile.read(path) }
  }

  @Test("a header length beyond the file is refused before it is used")
  func hugeHeader() throws {
    let path = try folder.write([UInt8](repeating: 0xFF, count: 16), to: "b.safetensors")
    expectMalformed(path, "header length") { _ = try SafetensorsFile.read(path) }
  }
}
