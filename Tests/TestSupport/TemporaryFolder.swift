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

  /// Writes a script that can be started by its path.
  ///
  /// The system refuses to start what anybody has open for writing ("text file busy"), and `Data.write` leaves its
  /// descriptor to all that another test starts meanwhile.
  ///
  /// - Throws: `POSIXError` if it cannot be written.
  public func writeProgram(_ text: String, to name: String) throws {
    func check(_ result: Int) throws {
      if result < 0 { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }
    }
    let descriptor = open(file(name), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o755)
    try check(Int(descriptor))
    defer { close(descriptor) }
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress, $0.count) }
      try check(count)
      rest = rest.dropFirst(count)
    }
  }

  public func read(_ name: String) throws -> Data {
    try Data(contentsOf: URL(filePath: file(name)))
  }

  public func has(_ name: String) -> Bool { FileManager.default.fileExists(atPath: file(name)) }
}
