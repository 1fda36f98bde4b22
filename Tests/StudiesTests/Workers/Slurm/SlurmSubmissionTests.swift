import Foundation
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
        module load swift
        export A=1
        exec /usr/bin/autodistill worker '/a study'\\''s; $(folder)'

        """)
  }

  @Test("is recognised by study, folder and user")
  func names() {
    let name = SlurmJobs(identity: "a", folder: "/x").name
    #expect(name == SlurmJobs(identity: "a", folder: "/x").name && name.count == 28)
    #expect(name != SlurmJobs(identity: "b", folder: "/x").name)
    #expect(name != SlurmJobs(identity: "a", folder: "/y").name)
  }
}
