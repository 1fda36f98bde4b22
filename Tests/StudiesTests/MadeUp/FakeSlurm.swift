import FileFormats
import Foundation
import TestSupport

@testable import Studies

/// Stand-ins for Slurm's programs: `sbatch` starts jobs of this machine, and tests say what becomes of them.
struct FakeSlurm {
  static let identity = "1d"

  let temporary: TemporaryFolder
  /// What the user was told.
  let notes = Recorded<String>()

  /// Writes the programs.
  init(in temporary: TemporaryFolder) throws {
    self.temporary = temporary
    for folder in ["tools", "slurm", "workers"] {
      try Folder.create(temporary.file(folder))
    }
    for (name, text) in [
      ("sbatch", FakeSlurm.sbatch), ("squeue", FakeSlurm.squeue), ("scancel", FakeSlurm.scancel),
      ("launch", FakeSlurm.launch),
    ] {
      try temporary.writeProgram(
        "#!/bin/bash\ntools='\(temporary.file("tools"))'\nstate='\(temporary.file("slurm"))'\n"
          + FakeSlurm.common + text, to: "tools/\(name)")
    }
  }

  var tools: SlurmTools { SlurmTools(folder: temporary.file("tools"), timeLimitSeconds: 20) }

  var settings: SlurmSettings {
    var settings = SlurmSettings()
    (settings.pollSeconds, settings.graceSeconds) = (0.05...0.2, 0.3)
    return settings
  }

  func scheduler(
    _ command: [String], _ settings: SlurmSettings? = nil
  ) -> SlurmScheduler {
    SlurmScheduler(
      settings ?? self.settings, tools: tools, identity: FakeSlurm.identity,
      folder: temporary.path
    ) { token in
      command
        + WorkerOrder.arguments(
          token: token, identity: FakeSlurm.identity, patience: FileChannel.Patience())
    }
  }

  /// Has workers look for and start jobs.
  func workers(
    _ command: [String], _ settings: SlurmSettings? = nil, retries: RetryPolicy = RetryPolicy()
  ) throws -> RemoteWorkers {
    // What the programs start must hear signals.
    Processes.letSignalsThrough()
    let notes = notes
    return try RemoteWorkers(
      RemoteFolder(StudyFolder(temporary.path)), scheduler(command, settings),
      RemoteWorkers.Setting(
        identity: FakeSlurm.identity, processor: "a processor",
        graceSeconds: (settings ?? self.settings).graceSeconds, beatSeconds: 0.1,
        retries: retries, note: { notes.add($0) }))
  }

  /// A task of a job array that was submitted.
  struct Job: Hashable {
    let folder: String
    let fake: String

    func read(_ name: String) -> String {
      ((try? String(contentsOfFile: folder + "/" + name, encoding: .utf8)) ?? "")
        .trimmingCharacters(in: .whitespacesAndNewlines)
    }

    /// Has the scheduler say that it is in a state.
    func say(_ state: String) throws { try write(state, to: "state") }

    /// Writes a file that `squeue` may be reading: half of it would be another state.
    private func write(_ text: String, to name: String) throws {
      try Data(text.utf8).write(to: URL(filePath: folder + "/" + name), options: .atomic)
    }

    /// Kills its processes.
    func killProcesses() {
      if let process = Int32(read("pid")) { kill(-process, SIGKILL) }
    }

    /// Puts it into the queue again under the same number and begins it again.
    func requeue() throws {
      let restarts = (Int(read("restarts")) ?? 0) + 1
      try say("PENDING")
      killProcesses()
      try write("\(restarts)", to: "restarts")
      let process = Process()
      process.executableURL = URL(filePath: "/usr/bin/setsid")
      process.arguments = ["/bin/bash", fake + "/tools/launch", folder]
      try process.run()
    }
  }

  /// All jobs, in the order of their numbers.
  var jobs: [Job] { FakeSlurm.jobs(in: temporary) }

  /// Those of a folder; none if nobody has written the programs there.
  static func jobs(in temporary: TemporaryFolder) -> [Job] {
    let names =
      (try? FileManager.default.contentsOfDirectory(atPath: temporary.file("slurm"))) ?? []
    return names.filter { $0.hasPrefix("job.") }.sorted().map {
      Job(folder: temporary.file("slurm/\($0)"), fake: temporary.path)
    }
  }

  /// The words of each call of `sbatch`, one a line.
  var submissions: [[String]] {
    let text = (try? String(contentsOfFile: temporary.file("slurm/calls"), encoding: .utf8)) ?? ""
    return text.components(separatedBy: "--\n").filter { !$0.isEmpty }
      .map { $0.split(separator: "\n").map(String.init) }
  }

  /// Has programs fail as they do when the scheduler is not there.
  func setDown(_ isDown: Bool) throws {
    if isDown {
      try temporary.write("", to: "slurm/down")
    } else {
      try FileManager.default.removeItem(atPath: temporary.file("slurm/down"))
    }
  }

  private static let common = """
    if [ -e "$state/down" ]; then
      echo "${0##*/}: error: Unable to contact slurm controller (connect failure)" >&2
      exit 1
    fi
    # Writes a file of a job that squeue may be reading: half of it would be another state.
    put() { printf '%s\n' "$2" > "$1.new" && mv "$1.new" "$1"; }

    """

  private static let sbatch = """
    printf '%s\\n' "$@" -- >> "$state/calls"
    if [ -e "$state/refuse" ]; then cat "$state/refuse" >&2; exit 1; fi
    for word; do
      case $word in
      --array=0-*) last=${word#--array=0-};;
      --job-name=*) name=${word#*=};;
      --comment=*) comment=${word#*=};;
      --chdir=*) chdir=${word#*=};;
      --output=*) output=${word#*=};;
      --exclude=*) exclude=${word#*=};;
      esac
      script=$word
    done
    id=1; until mkdir "$state/id.$id" 2>/dev/null; do [ -d "$state" ] || exit 1; id=$((id + 1)); done
    for ((i = 0; i <= last; i++)); do
      job="$state/$(printf 'job.%04d.%04d' $id $i)"
      mkdir "$job"
      node=n$((i % 2 + 1))
      [ "$exclude" != $node ] || node=n$((3 - (i % 2 + 1)))
      echo 0 > "$job/restarts"
      echo "$id" > "$job/id"; echo "$i" > "$job/index"; echo "$node" > "$job/node"
      echo "$name" > "$job/name"; echo "$comment" > "$job/comment"; echo "$chdir" > "$job/chdir"
      echo "${output//%a/$i}" > "$job/output"; cp "$script" "$job/script"
      # Only now there is a job.
      put "$job/state" PENDING
      [ -e "$state/hold" ] || setsid /bin/bash "$tools/launch" "$job" </dev/null >/dev/null 2>&1 &
    done
    # What is not in a session of its own yet would end with this program.
    [ -e "$state/hold" ] || for job in "$state/$(printf 'job.%04d' $id)".*; do
      until [ -e "$job/launched" ] || [ ! -d "$job" ]; do sleep 0.01; done
    done
    echo $id
    """

  /// Runs a job to its end. It is read by a shell and never started itself: nobody tries again where the system
  /// refuses that for a moment, and the job would wait in the queue for ever.
  private static let launch = """
    job=$1
    : > "$job/launched"
    cd "$(cat "$job/chdir")" || exit 1
    export SLURM_ARRAY_JOB_ID=$(cat "$job/id") SLURM_ARRAY_TASK_ID=$(cat "$job/index")
    export SLURM_RESTART_COUNT=$(cat "$job/restarts") SLURMD_NODENAME=$(cat "$job/node")
    setsid /bin/bash "$job/script" </dev/null >> "$(cat "$job/output")" 2>&1 &
    process=$!
    echo $process > "$job/pid"
    put "$job/state" RUNNING
    wait $process
    status=$?
    if [ "$(cat "$job/state")" = RUNNING ] && [ "$(cat "$job/restarts")" = $SLURM_RESTART_COUNT ]; then
      if [ $status -gt 128 ]; then put "$job/exit" $((status - 128)); else put "$job/exit" $((status << 8)); fi
      if [ $status = 0 ]; then put "$job/state" COMPLETED; else put "$job/state" FAILED; fi
    fi
    """

  private static let squeue = """
    for word; do case $word in --name=*) name=${word#*=};; esac; done
    for job in "$state"/job.*; do
      [ -e "$job/state" ] && [ "$(cat "$job/name")" = "$name" ] && [ ! -e "$job/forgotten" ] || continue
      printf '%-20s%-20s%-20s%-12s%-12s%-80s%-100s%-80s\\n' "$(cat "$job/id")" "$(cat "$job/index")" \\
        "$(cat "$job/state")" "$(cat "$job/exit" 2>/dev/null || echo 0)" "$(cat "$job/restarts")" \\
        "$(cat "$job/node")" "$(cat "$job/comment")" "$(cat "$job/reason" 2>/dev/null || echo None)"
    done
    exit 0
    """

  private static let scancel = """
    for word; do case $word in --name=*) name=${word#*=};; esac; done
    for job in "$state"/job.*; do
      [ -e "$job/state" ] && [ "$(cat "$job/name")" = "$name" ] || continue
      case $(cat "$job/state") in PENDING | RUNNING) put "$job/state" CANCELLED;; esac
      [ ! -e "$job/pid" ] || kill -9 -$(cat "$job/pid") 2>/dev/null
    done
    exit 0
    """
}
