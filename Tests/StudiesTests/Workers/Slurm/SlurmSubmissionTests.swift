import Foundation
import TestSupport
import Testing

@testable import Studies

@Suite("what sbatch is given")
struct SlurmSubmissionTests {
  private func submission(_ settings: SlurmSettings, excluding hosts: [String] = [])
    -> SlurmSubmission
  {
    SlurmSubmission(
      settings: settings, name: "autodistill-0a", token: "0b", count: 4,
      folder: "/a study's; folder", excludedHosts: hosts,
      command: ["/usr/bin/autodistill", "worker", "/a study's; $(folder)"])
  }

  @Test("has what the study says, each an argument of its own")
  func arguments() {
    var settings = SlurmSettings()
    (settings.partition, settings.account, settings.time) = ("main", "us", "04:00:00")
    (settings.memoryMebibytes, settings.cpus, settings.requeue) = (1500, 2, false)
    settings.arguments = ["--constraint=skylake & big", "--nice"]
    let words = submission(settings, excluding: ["n1", "n7"]).words
    for word in [
      "--parsable", "--job-name=autodistill-0a", "--comment=autodistill/1 0b", "--array=0-3",
      "--chdir=/a study's; folder", "--output=workers/0b.%a.log", "--cpus-per-task=2",
      "--no-requeue", "--signal=B:TERM@90", "--partition=main", "--account=us", "--time=04:00:00",
      "--mem=1500M", "--exclude=n1,n7", "--constraint=skylake & big", "--nice",
    ] {
      #expect(words.contains(word), "\(word)")
    }
    #expect(words.first == "sbatch" && words.last == "/a study's; folder/workers/0b.sh")
    let plain = submission(SlurmSettings()).words
    #expect(plain.contains("--requeue"))
    #expect(!plain.contains { $0.hasPrefix("--partition") || $0.hasPrefix("--exclude") })
  }

  @Test("is a script in which only the set-up lines are shell")
  func script() {
    var settings = SlurmSettings()
    settings.setup = ["module load swift", "export A=1"]
    #expect(
      submission(settings).script == """
        #!/bin/bash
        trap 'status=$?; echo "executor.slurm.setup: status $status of: $BASH_COMMAND" >&2; exit $status' ERR
        module load swift
        export A=1
        trap - ERR
        exec /usr/bin/autodistill worker '/a study'\\''s; $(folder)'

        """)
    #expect(!submission(SlurmSettings()).script.contains("trap"))
  }

  @Test("ends its job where a set-up line fails, and says which")
  func failingSetup() throws {
    func run(_ setup: [String]) throws -> (status: Int32, text: String) {
      var settings = SlurmSettings()
      settings.setup = setup
      let script = submission(settings).script.replacing(
        "exec /usr/bin/autodistill", with: "exec echo began")
      return try printed(by: "/bin/bash", ["-c", script])
    }
    let failed = try run(["A=1", "(exit 7)", "echo never"])
    #expect(failed.status == 7 && !failed.text.contains("never"))
    #expect(failed.text.contains("executor.slurm.setup: status 7 of:"), "\(failed.text)")
    let unknown = try run(["nosuch_command_of_a_module load x"])
    #expect(unknown.status == 127 && unknown.text.contains("of: nosuch_command_of_a_module load x"))
    let allowed = try run(["false || true", "if false; then", "  exit 3", "fi"])
    #expect(allowed.status == 0 && allowed.text.hasPrefix("began"))
  }

  @Test("is recognised by study, folder and user")
  func names() {
    let name = SlurmJobs(identity: "a", folder: "/x").name
    #expect(name == SlurmJobs(identity: "a", folder: "/x").name && name.count == 28)
    #expect(name != SlurmJobs(identity: "b", folder: "/x").name)
    #expect(name != SlurmJobs(identity: "a", folder: "/y").name)
  }
}
