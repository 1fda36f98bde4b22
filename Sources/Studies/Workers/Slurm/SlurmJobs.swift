import Foundation
import Processes

/// How the jobs of a study are recognised, and what `squeue` says of them.
///
/// Slurm's numbers are no names: after a crash of its controller they are given again. A study's jobs have the
/// study's own name, and the submission stands in their comment.
struct SlurmJobs: Sendable {
  /// The name of all jobs of a study, in this folder.
  let name: String

  /// - Parameters:
  ///   - identity: Of the study, its data and its teacher.
  ///   - folder: The study's, by its absolute path.
  init(identity: String, folder: String) {
    name = "autodistill-" + LeaseName.digest("\(identity)|\(folder)|\(getuid())", digits: 16)
  }

  private static let mark = "autodistill/1 "

  static func comment(_ token: String) -> String { mark + token }

  /// What `squeue` is asked for, each value in a column of its own width.
  private static let columns: [(name: String, width: Int)] = [
    ("ArrayJobID", 20), ("ArrayTaskID", 20), ("State", 20), ("exit_code", 12), ("RestartCnt", 12),
    ("NodeList", 80), ("Comment", 100), ("Reason", 80),
  ]

  /// The command that lists them. One line a worker, those that have ended too.
  var listing: [String] {
    let format = SlurmJobs.columns.map { "\($0.name):\($0.width)" }.joined(separator: ",")
    return [
      "squeue", "--noheader", "--array", "--states=all", "--name=\(name)", "--Format=\(format)",
    ]
  }

  /// Reads what the command prints.
  ///
  /// - Parameter tokens: The submissions of jobs, for schedulers that keep no comments.
  static func workers(_ output: String, tokens: [String: String]) -> [ScheduledWorker] {
    output.split(separator: "\n").compactMap { line in
      var rest = Array(line)
      let values = columns.map { column in
        let value = String(rest.prefix(column.width)).trimmingCharacters(in: .whitespaces)
        rest = Array(rest.dropFirst(column.width))
        return value
      }
      guard Int(values[0]) != nil,
        let phase = phase(values[2], reason: values[7])
      else {
        return nil
      }
      let token =
        values[6].hasPrefix(mark)
        ? String(values[6].dropFirst(mark.count)) : tokens[values[0]] ?? ""
      return ScheduledWorker(
        token: token, index: Int(values[1]) ?? 0, restarts: Int(values[4]) ?? 0,
        job: "\(values[0])_\(values[1])", host: values[5].isEmpty ? nil : values[5], phase: phase,
        exit: Int(values[3]).map(SlurmJobs.end))
    }
  }

  /// What a state of Slurm means. What is unknown counts as running: nobody is taken for gone by it.
  private static func phase(_ state: String, reason: String) -> ScheduledWorker.Phase? {
    switch state {
    case "": nil
    case "PENDING", "REQUEUED", "REQUEUE_HOLD", "REQUEUE_FED", "RESV_DEL_HOLD", "SPECIAL_EXIT":
      .waiting(reason: reason)
    case "SUSPENDED", "STOPPED": .suspended
    default: SchedulerEnd(rawValue: state).map { .ended($0) } ?? .running
    }
  }

  /// Reads how a process ended, as `wait` gives it.
  private static func end(_ code: Int) -> ChildProcess.End {
    let signal = Int32(code & 0x7F)
    return signal == 0 ? .status(Int32(code >> 8 & 0xFF)) : .signal(signal)
  }
}
