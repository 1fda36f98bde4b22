import Foundation
import Synchronization
import Testing

/// A folder of its own for one test, removed when the test lets go of it, or at the end if several
/// tests share it.
final class TemporaryFolder: Sendable {
  let path: String

  private static let existing = Mutex<Set<String>>([])
  private static let removesAtExit = atexit {
    for path in TemporaryFolder.existing.withLock({ $0 }) {
      try? FileManager.default.removeItem(atPath: path)
    }
  }

  init() throws {
    let path = (NSTemporaryDirectory() as NSString)
      .appendingPathComponent("studies-tests-\(UUID().uuidString)")
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    self.path = path
    _ = TemporaryFolder.removesAtExit
    TemporaryFolder.existing.withLock { _ = $0.insert(path) }
  }

  deinit {
    try? FileManager.default.removeItem(atPath: path)
    TemporaryFolder.existing.withLock { _ = $0.remove(path) }
  }

  func file(_ name: String) -> String { path + "/" + name }

  func write(_ text: String, to name: String) throws {
    try Data(text.utf8).write(to: URL(filePath: file(name)))
  }

  func read(_ name: String) throws -> Data { try Data(contentsOf: URL(filePath: file(name))) }

  func has(_ name: String) -> Bool { FileManager.default.fileExists(atPath: file(name)) }
}

/// Expects an error whose message contains every one of `parts`.
func expectError(
  _ parts: [String], sourceLocation: SourceLocation = #_sourceLocation, in body: () throws -> Void
) {
  do {
    try body()
    Issue.record("no error, expected \(parts)", sourceLocation: sourceLocation)
  } catch {
    for part in parts {
      #expect("\(error)".contains(part), "\(error)", sourceLocation: sourceLocation)
    }
  }
}
