import Foundation
import TestSupport
import Testing

@testable import FileFormats

/// Files that are made to take all memory or time, each of which was once let through. What nobody thought of is
/// looked for by `Tests/Fuzzing`.
@Suite("a hostile file")
struct HostileFileTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// Expects an error within a second that is short and contains a text.
  private func expectRefusal(
    _ part: String, sourceLocation: SourceLocation = #_sourceLocation, _ body: () throws -> Void
  ) {
    let clock = ContinuousClock()
    let duration = clock.measure {
      do {
        try body()
        Issue.record("no error, expected '\(part)'", sourceLocation: sourceLocation)
      } catch {
        let text = "\(error)"
        #expect(text.contains(part), "\(text.prefix(500))", sourceLocation: sourceLocation)
        #expect(text.utf8.count < 10_000, sourceLocation: sourceLocation)
      }
    }
    // A second on an idle machine; those that these files are about take hours.
    #expect(duration < .seconds(20), sourceLocation: sourceLocation)
  }

  private func write(_ bytes: [UInt8], to name: String) throws -> String {
    try Data(bytes).write(to: URL(filePath: folder.file(name)))
    return folder.file(name)
  }

  @Test("is no reason to wait: a pipe is refused")
  func pipes() throws {
    let path = folder.file("pipe")
    #expect(mkfifo(path, 0o600) == 0)
    expectRefusal("a pipe") { _ = try JSONField(contentsOf: path) }
    expectRefusal("a pipe") { _ = try ONNXModel.read(path) }
    expectRefusal("a pipe") { _ = try SafetensorsFile.read(path) }
    expectRefusal("a pipe") { _ = try CSVTable(contentsOf: path) }
  }

  @Test("of a million empty lines is a table that is read line by line once")
  func emptyLines() throws {
    let text = "a\n" + String(repeating: "\n", count: 1_000_000) + "1\n"
    let table = try CSVTable(text: text, file: "a.csv")
    #expect(table.count == 1_000_001)
  }

  @Test("with a key of a megabyte gets a short answer")
  func longKey() throws {
    let key = String(repeating: "x", count: 1_000_000)
    let known = ["latency_ms", "accuracy"]
    expectRefusal("got an unknown key") {
      _ = try JSONField(json: Data("{\"\(key)\": 1}".utf8), file: "a.json")
        .members(of: "a thing", known: known)
    }
    expectRefusal("xxx…") {
      throw try JSONField(json: Data("\"\(key)\"".utf8), file: "a.json").expected("a number")
    }
  }

  @Test("of an array without elements has no sizes beyond all memory either")
  func emptyArrays() throws {
    let huge = 1 << 62
    #expect(NumericArray.byteCount(shape: [0, huge, huge], elementBytes: 1) == nil)
    #expect(NumericArray.byteCount(shape: [0, 5], elementBytes: 4) == 0)
    func npy(_ shape: String) -> [UInt8] {
      let text = "{'descr': '<f4', 'fortran_order': True, 'shape': (\(shape)), }\n"
      return [0x93] + Array("NUMPY".utf8) + [2, 0]
        + withUnsafeBytes(of: UInt32(text.utf8.count).littleEndian) { Array($0) } + Array(text.utf8)
    }
    let path = try write(npy("0, \(huge), \(huge)"), to: "a.npy")
    expectRefusal("a size that fits in memory") { _ = try NPYFile.read(path) }
    let deep = try write(npy(String(repeating: "0, ", count: 100_000)), to: "b.npy")
    expectRefusal("100000 sizes, expected at most 64") { _ = try NPYFile.read(deep) }
  }

  @Test("cannot say that more comes out of it than DEFLATE can hold")
  func bombs() throws {
    // A terabyte of zeros, so it says.
    let header: [UInt8] = [0, 0, 8, 2, 0, 0x10, 0, 0, 0, 0x10, 0, 0]
    try Data(header + [UInt8](repeating: 0, count: 100_000))
      .write(to: URL(filePath: folder.file("zeros")))
    let path = try folder.gzip(folder.file("zeros"))
    expectRefusal("gzip never saves more than a factor of 1032") { _ = try IDXFile.read(path) }
  }

  @Test("with a header that is no array's is not unpacked to see what comes")
  func zeros() throws {
    try Data(count: 30_000_000).write(to: URL(filePath: folder.file("zeros")))
    let path = try folder.gzip(folder.file("zeros"))
    expectRefusal("more than 65536 bytes of contents") { _ = try IDXFile.read(path) }
  }

  @Test("written as JSON is shown by other programs as it is meant")
  func escapes() {
    let text = JSONText.text("a\u{1B}\u{7F}\u{9B}\u{202E}\u{2066}é").formatted
    #expect(text == "\"a\\u001b\\u007f\\u009b\\u202e\\u2066é\"")
  }
}
