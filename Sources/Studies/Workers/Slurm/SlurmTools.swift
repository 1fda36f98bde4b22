import Foundation
import Processes

/// Slurm's programs.
struct SlurmTools: Sendable {
  /// Where they are; nil for `PATH`.
  var folder: String?
  /// Since programs wait for a scheduler that does not answer.
  var timeLimitSeconds = 60.0

  enum Problem: Error, Hashable {
    /// The scheduler does not answer: another time it may.
    case unreachable(String)
    /// It has answered, and says no.
    case refused(String)

    var text: String {
      switch self {
      case .unreachable(let text), .refused(let text): text
      }
    }
  }

  /// Runs a program to its end and returns what it prints.
  ///
  /// - Parameter isCancelled: Asked several times a second; true ends the program.
  /// - Throws: `Problem`.
  func run(
    _ words: [String], isCancelled: () -> Bool = { false }
  ) throws(Problem) -> String {
    let program = words[0]
    let path = folder.map { "\($0)/\(program)" } ?? program
    let ended: SystemCommand.Ended
    do {
      ended = try SystemCommand.run(
        [path] + words.dropFirst(), timeLimitSeconds: timeLimitSeconds, isCancelled: isCancelled)
    } catch {
      let reason = String(cString: strerror(error.code))
      if SlurmTools.temporaryCodes.contains(error.code) {
        throw .unreachable("cannot run \(program) at the moment: \(reason)")
      }
      throw .refused(
        "cannot run \(program): \(reason); are Slurm's programs installed "
          + "here, and in PATH?")
    }
    let message = ended.lastErrorLines.map(SlurmTools.withoutName).joined(separator: "; ")
    switch ended.end {
    case .status(0): return ended.output
    case .status(let status):
      if SlurmTools.isTemporary(message) { throw .unreachable(message) }
      throw .refused(message.isEmpty ? "\(program) ended with status \(status)" : message)
    case .signal(let number): throw .unreachable("\(program) was ended by signal \(number)")
    case .timeLimit: throw .unreachable("\(program) did not answer in \(Int(timeLimitSeconds)) s")
    case .cancelled: throw .unreachable("\(program) was stopped")
    }
  }

  /// Why the system cannot start a program now, and may later.
  private static let temporaryCodes = [EAGAIN, ENOMEM, EMFILE, ENFILE, ETXTBSY, EIO, ESTALE]

  /// What programs print when the scheduler is not there, or too busy.
  private static func isTemporary(_ message: String) -> Bool {
    let signs = [
      "unable to contact", "timed out", "connection refused", "connection reset", "not responding",
      "zero bytes were transmitted", "temporarily unable", "unable to establish",
      "communication connection failure", "in standby mode", "try again", "resource temporarily",
    ]
    let text = message.lowercased()
    return signs.contains { text.contains($0) }
  }

  /// Returns a line without the name of the program that it begins with.
  private static func withoutName(_ line: String) -> String {
    String(line.trimmingPrefix(#/[a-z_]+: (?:error: )?/#))
  }
}
