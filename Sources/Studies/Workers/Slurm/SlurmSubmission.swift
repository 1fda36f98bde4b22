import FileFormats

/// One job array of workers, as `sbatch` is given it.
///
/// The settings' values are arguments, never words of a shell; only the `setup` lines are shell, as they say.
struct SlurmSubmission: Sendable {
  let settings: SlurmSettings
  let name: String
  let token: String
  let count: Int
  /// The study's folder, by its absolute path.
  let folder: String
  let excludedHosts: [String]
  /// The command of a worker.
  let command: [String]

  /// Where the script lies, relative to the study's folder.
  var scriptName: String { "workers/\(token).sh" }

  static func logName(_ token: String, index: String) -> String { "workers/\(token).\(index).log" }

  /// The script, whose shell becomes the worker, so that it gets the signal before the time limit. A line of `setup`
  /// that fails ends it with a word in the log, since a worker without what it needs would fail elsewhere.
  var script: String {
    let words =
      #"trap 'status=$?; echo "executor.slurm.setup: status $status of: $BASH_COMMAND" >&2; "#
      + "exit $status' ERR"
    let setup = settings.setup.isEmpty ? [] : [words] + settings.setup + ["trap - ERR"]
    return
      (["#!/bin/bash"] + setup
      + ["exec " + command.map(ShellWord.quoted).joined(separator: " ")])
      .joined(separator: "\n") + "\n"
  }

  var words: [String] {
    var words = [
      "sbatch", "--parsable", "--job-name=\(name)", "--comment=\(SlurmJobs.comment(token))",
      "--array=0-\(count - 1)", "--chdir=\(folder)",
      "--output=\(SlurmSubmission.logName(token, index: "%a"))", "--open-mode=append", "--nodes=1",
      "--ntasks=1", "--cpus-per-task=\(settings.cpus)",
      settings.requeue ? "--requeue" : "--no-requeue",
    ]
    if settings.signalSeconds > 0 { words.append("--signal=B:TERM@\(settings.signalSeconds)") }
    if let partition = settings.partition { words.append("--partition=\(partition)") }
    if let account = settings.account { words.append("--account=\(account)") }
    if let time = settings.time { words.append("--time=\(time)") }
    if let memory = settings.memoryMebibytes { words.append("--mem=\(memory)M") }
    if !excludedHosts.isEmpty {
      words.append("--exclude=\(excludedHosts.joined(separator: ","))")
    }
    return words + settings.arguments + ["\(folder)/\(scriptName)"]
  }
}
