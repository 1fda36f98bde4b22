import Foundation
import TestSupport
import Testing

/// Commands that see other files and folders than everybody else: some that not even root can write to, or a disk
/// that is full.
enum Mounts {
  static let arePossible: ConditionTrait = .enabled(
    if: (try? shell("mount --bind /tmp /tmp && mount -o remount,bind,ro /tmp"))?.status == 0,
    "this needs a mount that is read-only, which takes root or user namespaces")

  /// Runs the program where nobody can write to `path`, a file or a folder that is there.
  static func run(
    _ arguments: [String], readOnly path: String
  ) throws -> (status: Int32, output: String) {
    try run(
      arguments, after: "mount --bind \"$1\" \"$1\" && mount -o remount,bind,ro \"$1\"", path)
  }

  /// Runs the program where the disk is full on which `file` lies, which is there.
  static func run(
    _ arguments: [String], full file: String
  ) throws -> (status: Int32, output: String) {
    try run(arguments, after: "mount --bind /dev/full \"$1\"", file)
  }

  private static func run(
    _ arguments: [String], after mount: String, _ path: String
  ) throws -> (status: Int32, output: String) {
    let program = try #require(Program.path)
    return try shell("\(mount) && shift && exec \"$@\"", [path, program] + arguments)
  }

  private static func shell(
    _ script: String, _ arguments: [String] = []
  ) throws -> (status: Int32, output: String) {
    let process = Process()
    let output = Pipe()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments =
      ["unshare", "--mount", "--map-root-user", "/bin/sh", "-c", script, "sh"] + arguments
    (process.standardOutput, process.standardError) = (output, output)
    try process.run()
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    return (process.terminationStatus, text)
  }
}
