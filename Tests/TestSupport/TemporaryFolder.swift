import Foundation
import Synchronization

/// A folder of its own for one test, removed when the test lets go of it, or at the end if several
/// tests share it.
public final class TemporaryFolder: Sendable {
  public let path: String

  private static let existing = Mutex<Set<String>>([])
  private static let removesAtExit = atexit {
    for path in TemporaryFolder.existing.withLock({ $0 }) {
      try? FileManager.default.removeItem(atPath: path)
    }
  }

  public init() throws {
    let path = (NSTemporaryDirectory() as NSString)
      .appendingPathComponent("autodistill-tests-\(UUID().uuidString)")
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    self.path = path
    _ = TemporaryFolder.removesAtExit
    TemporaryFolder.existing.withLock { _ = $0.insert(path) }
  }

  deinit {
    try? FileManager.default.removeItem(atPath: path)
    TemporaryFolder.existing.withLock { _ = $0.remove(path) }
  }

  public func file(_ name: String) -> String { path + "/" + name }

  public func write(_ text: String, to name: String) throws {
    try Data(text.utf8).write(to: URL(filePath: file(name)))
  }

  public func read(_ name: String) throws -> Data {
    try Data(contentsOf: URL(filePath: file(name)))
  }

  public func has(_ name: String) -> Bool { FileManager.default.fileExists(atPath: file(name)) }
}
