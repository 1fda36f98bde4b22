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
  ///   - usesFiles: Whether it speaks by files in the folder `workers`, not by standard input and output.
  init(
    in temporary: TemporaryFolder, atStart: String = "", onTask: String = "answer",
    usesFiles: Bool = false
  ) throws {
    self.temporary = temporary
    let script = """
      folder='\(temporary.path)'
      \(usesFiles ? FakeWorker.files : FakeWorker.pipes)
      answer() {
        evaluation='{"count":100,"correct":'$((40 + trial * 17 % 43))',"negative_log_likelihood":0.5}'
        test=''
        [ "$kind" = flash ] || test=',"test":'$evaluation
        say '{"id":'$id',"status":"measured","seconds":0.25,"steps":7,"validation":'$evaluation$test'}'
      }
      \(atStart)
      say '{"id":-1,"status":"ready"}'
      while next; do
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
    command = ["/bin/sh", temporary.file(name)] + (usesFiles ? [temporary.path] : [])
    // A dead worker is noticed where its output ends, as in the program.
    signal(SIGPIPE, SIG_IGN)
    Processes.letSignalsThrough()
  }

  private static let pipes = """
    say() { printf '%s\\n' "$1"; }
    next() { IFS= read -r line; }
    """

  /// The protocol of `RecordLine`, in a folder of the worker's own; `$lease` is the folder.
  private static let files = """
    study=$1; shift
    while [ $# -gt 1 ]; do
      case $1 in --lease) token=$2;; --identity) identity=$2;; esac
      shift 2
    done
    nonce=$(od -An -N4 -tx1 /dev/urandom | tr -d ' \\n')
    lease="$study/workers/$token.$SLURM_ARRAY_TASK_ID.$SLURM_RESTART_COUNT.$nonce"
    task=''; read=0
    line_of() { printf '%s %s\\n' "$(printf %s "$1" | sha256sum | cut -c1-16)" "$1"; }
    record() { line_of "$1" >> "$lease/replies.jsonl"; }
    say() { record '{"kind":"reply"'"${task:+,\\"task\\":\\"$task\\"}"',"reply":'"$1"'}'; }
    next() {
      while :; do
        raw=$(tail -n +$((read + 1)) "$lease/requests.jsonl" 2>/dev/null | head -n 1)
        if [ -n "$raw" ]; then
          read=$((read + 1))
          case $raw in
          *'"kind":"end"'*) record '{"kind":"ended"}'; exit 0;;
          esac
          task=${raw##*'"task":"'}; task=${task%%'"'*}
          line=${raw#*'"request":'}
          record '{"kind":"took","task":"'$task'"}'
          return 0
        fi
        # The test is over.
        [ -d "$lease" ] || exit 1
        sleep 0.05
      done
    }
    # Not where the test is over and its folder gone.
    mkdir "$lease" || exit 1
    record '{"kind":"hello","hello":{"identity":"'$identity'","host":"'$SLURMD_NODENAME'","processor":"'"${processor:-a processor}"'","process":'$$'}}'
    """

  /// What `answer` says of a trial.
  static func correct(_ trial: Int) -> Int { 40 + trial * 17 % 43 }
}
