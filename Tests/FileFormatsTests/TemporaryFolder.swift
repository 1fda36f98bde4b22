import Foundation
import TestSupport
import Testing

@testable import FileFormats

extension TemporaryFolder {
  /// Writes bytes and returns the path.
  func write(_ bytes: some Sequence<UInt8>, to name: String) throws -> String {
    try Data(bytes).write(to: URL(fileURLWithPath: file(name)))
    return file(name)
  }

  /// Compresses a file in place, as a user would.
  func gzip(_ path: String) throws -> String {
    let process = try Process.run(
      URL(fileURLWithPath: "/usr/bin/env"), arguments: ["gzip", "-n", path])
    process.waitUntilExit()
    return path + ".gz"
  }
}

func bytes(ofFile path: String) throws -> [UInt8] {
  try [UInt8](Data(contentsOf: URL(fileURLWithPath: path)))
}

/// Expects a `malformed` error whose message contains the path and every one of `parts`.
func expectMalformed(
  _ path: String, _ parts: String..., sourceLocation: SourceLocation = #_sourceLocation,
  performing body: () throws -> Void
) {
  do {
    try body()
    Issue.record("no error", sourceLocation: sourceLocation)
  } catch FileFormatError.malformed(let file, let location, let found, let expected) {
    #expect(file == path, sourceLocation: sourceLocation)
    let message =
      FileFormatError.malformed(
        path: file, location: location, found: found, expected: expected
      ).description
    for part in parts {
      #expect(message.contains(part), sourceLocation: sourceLocation)
    }
  } catch {
    Issue.record("another error: \(error)", sourceLocation: sourceLocation)
  }
}

/// Expects a `system` error about `path` with one of the given codes.
func expectSystemError(
  _ path: String, _ codes: [Int32], sourceLocation: SourceLocation = #_sourceLocation,
  performing body: () throws -> Void
) {
  do {
    try body()
    Issue.record("no error", sourceLocation: sourceLocation)
  } catch FileFormatError.system(let file, let operation, let code) {
    #expect(file == path, sourceLocation: sourceLocation)
    #expect(codes.contains(code), sourceLocation: sourceLocation)
    let message = "\(FileFormatError.system(path: file, operation: operation, code: code))"
    #expect(message.contains(String(cString: strerror(code))), sourceLocation: sourceLocation)
  } catch {
    Issue.record("another error: \(error)", sourceLocation: sourceLocation)
  }
}

/// A folder in which nobody, not even root, can make a file.
func unwritableFolder(_ temporary: TemporaryFolder) throws -> String {
  if geteuid() == 0 { return "/sys" }
  let folder = temporary.file("read-only")
  try FileManager.default.createDirectory(
    atPath: folder, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o555])
  return folder
}
