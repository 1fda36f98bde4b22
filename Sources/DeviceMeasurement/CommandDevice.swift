import FileFormats
import Foundation
import Processes

/// A device behind a command that takes an exported model's path and prints its latency.
///
/// In the command `{model}` stands for the path. The command is a line that `/bin/sh` runs, for which the path is
/// quoted, or a program and its arguments as they are, which no shell sees. What it has to print is described at
/// `LatencyReading`. Copying the model to the device is the command's affair:
///
///     scp -q {model} pi:model && ssh pi ./bench model
///     ["./bench-on-pi", "--model", "{model}"]
public struct CommandDevice: Hashable, Sendable {
  public static let placeholder = "{model}"

  /// The command, with its placeholder, as a shell takes it.
  public let command: String
  /// The program and its arguments; nil for a line of shell.
  public let words: [String]?
  /// After how long one run counts as stuck.
  public let timeLimitSeconds: Double
  /// How the latency is read from what it prints.
  public let reading: LatencyReading

  /// - Throws: `CommandDeviceError.noPlaceholder`.
  public init(
    _ command: String, timeLimitSeconds: Double = 300, reading: LatencyReading = .automatic
  ) throws(CommandDeviceError) {
    guard command.contains(CommandDevice.placeholder) else {
      throw CommandDeviceError(command: command, problem: .noPlaceholder)
    }
    (self.command, self.timeLimitSeconds, words) = (command, timeLimitSeconds, nil)
    self.reading = reading
  }

  /// Creates a device behind a program.
  ///
  /// - Parameter words: The program and its arguments, of which at least one holds the placeholder.
  /// - Throws: `CommandDeviceError.noPlaceholder`.
  public init(
    program words: [String], timeLimitSeconds: Double = 300, reading: LatencyReading = .automatic
  ) throws(CommandDeviceError) {
    command = words.map(ShellWord.quoted).joined(separator: " ")
    guard words.dropFirst().contains(where: { $0.contains(CommandDevice.placeholder) }) else {
      throw CommandDeviceError(command: command, problem: .noPlaceholder)
    }
    (self.words, self.timeLimitSeconds) = (words, timeLimitSeconds)
    self.reading = reading
  }

  /// Runs the command once and returns the latencies that it prints, in milliseconds.
  ///
  /// - Parameters:
  ///   - model: The path of the exported model.
  ///   - isCancelled: Asked several times a second; true ends the command.
  /// - Throws: `CommandDeviceError`.
  public func run(
    model: String, isCancelled: () -> Bool = { false }
  ) throws(CommandDeviceError) -> [Double] {
    let ended: SystemCommand.Ended
    do {
      if let words {
        ended = try SystemCommand.run(
          words.map { $0.replacing(CommandDevice.placeholder, with: model) },
          timeLimitSeconds: timeLimitSeconds, isCancelled: isCancelled)
      } else {
        ended = try ShellCommand.run(
          shellText(model: model), timeLimitSeconds: timeLimitSeconds, isCancelled: isCancelled)
      }
    } catch {
      throw CommandDeviceError(command: command, problem: .cannotStart(code: error.code))
    }
    func fail(_ problem: CommandDeviceError.Problem) -> CommandDeviceError {
      CommandDeviceError(command: command, problem: problem)
    }
    switch ended.end {
    case .cancelled: throw fail(.cancelled)
    case .timeLimit: throw fail(.timeLimit(seconds: timeLimitSeconds))
    case .signal(let number): throw fail(.signal(number, errors: ended.lastErrorLine))
    case .status(let status) where status != 0:
      throw fail(.status(status, errors: ended.lastErrorLine))
    case .status: break
    }
    do {
      return try reading.milliseconds(in: ended.output)
    } catch {
      throw fail(.unreadable("\(error)"))
    }
  }

  /// Measures a model; a command that prints several latencies is run until there are enough.
  ///
  /// - Throws: `CommandDeviceError`, `LatencyError`.
  public func measure(
    model: String, _ measurement: LatencyMeasurement = .command,
    isCancelled: () -> Bool = { false }
  ) throws -> MeasuredLatency {
    try measurement.measure(inRuns: { try run(model: model, isCancelled: isCancelled) })
  }

  /// The command as the shell gets it.
  func shellText(model: String) -> String {
    let quoted = "'" + model.replacing("'", with: "'\\''") + "'"
    return command.replacing(CommandDevice.placeholder, with: quoted)
  }
}

/// A command that gives no latency, and why.
public struct CommandDeviceError: Error, Hashable {
  public enum Problem: Hashable, Sendable {
    case noPlaceholder
    case cannotStart(code: Int32)
    case timeLimit(seconds: Double)
    case cancelled
    /// With the last line that it wrote to standard error.
    case status(Int32, errors: String)
    case signal(Int32, errors: String)
    /// What it printed instead of latencies, and what was expected.
    case unreadable(String)
  }

  public let command: String
  public let problem: Problem
}

extension CommandDeviceError: CustomStringConvertible {
  public var description: String { "the command '\(command)' \(explanation)" }

  private var explanation: String {
    func adding(_ errors: String) -> String { errors.isEmpty ? "" : ": \(errors)" }
    return switch problem {
    case .noPlaceholder:
      "does not contain \(CommandDevice.placeholder), which stands for the exported model's path"
    case .cannotStart(let code): "cannot be started: \(String(cString: strerror(code)))"
    case .timeLimit(let seconds):
      "was ended after \(seconds.brief) s, its time limit, without a latency"
    case .cancelled: "was ended because the user wants to stop"
    case .status(let status, let errors): "ended with status \(status)" + adding(errors)
    case .signal(let number, let errors):
      "was ended by signal \(number) (\(String(cString: strsignal(number))))" + adding(errors)
    case .unreadable(let reason): reason
    }
  }
}

extension Double {
  /// The number as people write it: `300`, `0.5`.
  fileprivate var brief: String { Int(exactly: self).map(String.init) ?? String(self) }
}
