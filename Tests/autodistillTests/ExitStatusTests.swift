import FileFormats
import Foundation
import Testing

@testable import autodistill

/// Ours, and not that of the testing library.
private typealias Status = autodistill.ExitStatus

@Suite("the exit status of an error")
struct ExitStatusTests {
  @Test(
    "blames a file that cannot be read on the input, and what the system lacks on the machine",
    arguments: [
      ("open", ENOENT, Status.badInput), ("open", EACCES, .badInput),
      ("read", EISDIR, .badInput),
      ("map", ENOMEM, .failed), ("open", EMFILE, .failed), ("open", ENFILE, .failed),
      ("read", EIO, .failed),
      ("write", ENOSPC, .failed),
    ])
  fileprivate func system(operation: String, code: Int32, expected: Status) {
    let error = FileFormatError.system(path: "images.u8", operation: operation, code: code)
    #expect(Status(error) == expected)
  }
}
