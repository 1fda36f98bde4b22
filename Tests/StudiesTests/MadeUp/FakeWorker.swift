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

/// Processes of this machine, by what their command line contains.
enum Processes {
  /// The children of a process, or of anyone, whose command line contains a text.
  static func running(_ text: String, parent: Int32? = nil) -> [Int32] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
    return names.compactMap { Int32($0) }.sorted().filter { process in
      guard let line = try? Data(contentsOf: URL(filePath: "/proc/\(process)/cmdline")),
        String(decoding: line, as: UTF8.self).contains(text)
      else { return false }
      return parent == nil || self.parent(of: process) == parent
    }
  }

  private static func parent(of process: Int32) -> Int32? {
    guard let text = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8),
      let end = text.lastIndex(of: ")")
    else { return nil }
    // After the name in parentheses: the state, then the parent.
    let fields = text[text.index(after: end)...].split(separator: " ")
    return fields.count > 1 ? Int32(fields[1]) : nil
  }

  /// Lets this thread's children be ended by signals: a thread of the test runner may block them all,
  /// and a child inherits that.
  static func letSignalsThrough() {
    var none = sigset_t()
    sigemptyset(&none)
    pthread_sigmask(SIG_SETMASK, &none, nil)
  }

  /// Waits until a condition holds; false if it does not in time.
  static func wait(seconds: Double, until condition: () -> Bool) -> Bool {
    let end = Date(timeIntervalSinceNow: seconds)
    while !condition() {
      if Date() > end { return false }
      usleep(2000)
    }
    return true
  }
}
