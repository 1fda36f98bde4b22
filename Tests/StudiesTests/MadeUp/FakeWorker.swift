import Foundation
import TestSupport

@testable import Studies

/// A shell script that speaks the workers' protocol and makes up its results from the trial's number.
struct FakeWorker {
  /// The command that starts it.
  let command: [String]
  private let temporary: TemporaryFolder

  /// Writes the script.
  ///
  /// - Parameters:
  ///   - atStart: What it does before the first task.
  ///   - onTask: What it does for a task beside answering; `$id`, `$trial`, `$key` and `$kind` are the
  ///     task's, `$folder` is a place for files, `answer` answers. A reference design's trial is the
  ///     number that its key is.
  init(in temporary: TemporaryFolder, atStart: String = "", onTask: String = "answer") throws {
    self.temporary = temporary
    let script = """
      folder='\(temporary.path)'
      say() { printf '%s\\n' "$1"; }
      answer() {
        evaluation='{"count":100,"correct":'$((40 + trial * 17 % 43))',"negative_log_likelihood":0.5}'
        test=''
        [ "$kind" = flash ] || test=',"test":'$evaluation
        say '{"id":'$id',"status":"measured","seconds":0.25,"steps":7,"validation":'$evaluation$test'}'
      }
      \(atStart)
      say '{"id":-1,"status":"ready"}'
      while IFS= read -r line; do
        rest=${line#*'"id":'}; id=${rest%%[,\\}]*}
        rest=${line#*'"key":"'}; key=${rest%%'"'*}
        case "$line" in
        *'"trial":'*) rest=${line#*'"trial":'}; trial=${rest%%[,\\}]*};;
        *) trial=$((1$key % 1000));;
        esac
        rest=${line#*'"kind":"'}; kind=${rest%%'"'*}
        \(onTask)
      done

      """
    let name = "worker-\(UUID().uuidString).sh"
    try temporary.write(script, to: name)
    command = ["/bin/sh", temporary.file(name)]
    // A dead worker is noticed where its output ends, as in the program.
    signal(SIGPIPE, SIG_IGN)
    Processes.letSignalsThrough()
  }

  /// What `answer` says of a trial.
  static func correct(_ trial: Int) -> Int { 40 + trial * 17 % 43 }
}
