import Foundation
import TestSupport
import Testing

@testable import Studies

/// A study that was run as usual, once, to compare others with.
private enum UsualStudy {
  private static let run = Result {
    let study = try TinyStudy()
    let ended = try study.run("run", "--workers", "2")
    return (study: study, status: ended.status)
  }

  static func study() throws -> TinyStudy {
    let (study, status) = try run.get()
    #expect(status == 0)
    return study
  }
}

@Suite("autodistill run in odd surroundings", Program.isBuilt)
struct EnvironmentCommandTests {
  /// Runs a shell's command with the program as `$0` and a folder as `$1`.
  private func shell(_ command: String, _ folder: String) throws -> (status: Int32, errors: String)
  {
    let process = Process()
    let temporary = try TemporaryFolder()
    try temporary.write("", to: "errors")
    process.executableURL = URL(filePath: "/bin/sh")
    process.arguments = ["-c", command, try #require(Program.path), folder]
    process.standardOutput = FileHandle.nullDevice
    process.standardError = try FileHandle(forWritingTo: URL(filePath: temporary.file("errors")))
    Processes.letSignalsThrough()
    try process.run()
    process.waitUntilExit()
    let errors = String(decoding: try temporary.read("errors"), as: UTF8.self)
    return (
      process.terminationReason == .exit ? process.terminationStatus : -1, errors
    )
  }

  @Test(
    "comes to the same end, and writes its numbers and dates in the same way",
    arguments: [
      // Neither a home nor a terminal nor a place for temporary files.
      "exec env -i TMPDIR=/no/such/folder \"$0\" run \"$1\" --workers 2",
      "ulimit -n 32; exec \"$0\" run \"$1\" --workers 2",
      "umask 077; exec \"$0\" run \"$1\" --workers 2",
      "exec env LC_ALL=de_DE.UTF-8 LANG=de_DE.UTF-8 TZ=Asia/Kathmandu \"$0\" run \"$1\" --workers 2",
      "cd \"$1\"; exec \"$0\" run . --workers 2",
    ])
  func same(command: String) throws {
    let usual = try UsualStudy.study()
    let study = try TinyStudy()
    let (status, errors) = try shell(command, study.folder.path)
    #expect(status == 0, "\(errors)")
    #expect(try study.front() == usual.front())
    #expect(try study.outcome() == usual.outcome())
    // Times differ, and a busy machine has a table of them more.
    func page(_ study: TinyStudy) throws -> [Substring] {
      String(decoding: try study.temporary.read("report/report.md"), as: UTF8.self)
        .split(separator: "\n").filter {
          !$0.contains("ime") && !$0.contains(" s |") && !$0.hasPrefix("|---")
        }
    }
    let (lines, usualLines) = (try page(study), try page(usual))
    let (added, missing) = (Set(lines).subtracting(usualLines), Set(usualLines).subtracting(lines))
    #expect(lines.count == usualLines.count, "\(added)\n\(missing)")
  }

  @Test("takes folders with blanks, quotes and foreign letters, behind symbolic links")
  func names() throws {
    let usual = try UsualStudy.study()
    let outer = try TemporaryFolder()
    let study = try TinyStudy()
    let real = outer.file("Größe \"é\" it's 学生")
    try FileManager.default.copyItem(atPath: study.folder.path, toPath: real)
    let link = outer.file("a link")
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: real)
    let (status, errors) = try shell("exec \"$0\" run \"$1\" --workers 2", link)
    #expect(status == 0, "\(errors)")
    let front = try String(contentsOfFile: real + "/report/front.csv", encoding: .utf8)
    #expect(try front == usual.front())
  }

  @Test("says where a file may not grow as it must, and continues where it may")
  func fileLimit() throws {
    let study = try TinyStudy()
    // 1024 or 512 bytes each, as the shell has it.
    let (status, errors) = try shell(
      "ulimit -f 2; exec \"$0\" run \"$1\" --workers 1", study.folder.path)
    #expect(status == 5, "\(errors)")
    #expect(errors.contains("File too large") && errors.contains("ulimit -f"), "\(errors)")
    #expect(errors.contains(study.folder.path))
    #expect(try study.run().status == 0)
    #expect(try study.front() == UsualStudy.study().front())
  }

  @Test("looks for --data from where it is called, and refuses what is no folder there")
  func dataFolder() throws {
    let study = try TinyStudy(
      StudyText.tiny.setting("data", "{\"name\": \"fashion-mnist\", \"validation_count\": 100}"))
    let pipe = study.temporary.file("pipe")
    #expect(mkfifo(pipe, 0o600) == 0)
    let here = FileManager.default.currentDirectoryPath
    for (given, found) in [
      ("no-such-folder", here + "/no-such-folder/"), (pipe, pipe + "/"),
      ("/dev/zero", "/dev/zero/"),
    ] {
      let ended = try study.run("run", "--data", given, seconds: 10)
      #expect(ended.status == 3)
      #expect(ended.errors.contains("looked for \(found)train-images"), "\(ended.errors)")
    }
  }

  @Test("refuses data files that are pipes, devices or folders", arguments: ["pipe", "device"])
  func dataFile(kind: String) throws {
    let study = try TinyStudy()
    let path = study.temporary.file("images.npy")
    try FileManager.default.removeItem(atPath: path)
    if kind == "pipe" {
      #expect(mkfifo(path, 0o600) == 0)
    } else {
      try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: "/dev/zero")
    }
    let ended = try study.run("run", seconds: 10)
    #expect(ended.status == 3)
    #expect(ended.errors.contains("images.npy: kind: found a \(kind)"), "\(ended.errors)")
  }

  /// Whether this user may mount a file system that only the command sees.
  private static let mayMount: Bool = {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = ["unshare", "-m", "mount", "-t", "tmpfs", "none", "/mnt"]
    (process.standardOutput, process.standardError) = (
      FileHandle.nullDevice, FileHandle.nullDevice
    )
    guard (try? process.run()) != nil else { return false }
    process.waitUntilExit()
    return process.terminationStatus == 0
  }()

  @Test(
    "says that the disk is full, and continues when there is room", .enabled(if: mayMount),
    arguments: [44, 90, 180])
  func fullDisk(kilobytes: Int) throws {
    let study = try TinyStudy()
    let outer = try TemporaryFolder()
    try FileManager.default.createDirectory(
      atPath: outer.file("disk"), withIntermediateDirectories: false)
    let disk = outer.file("disk")
    let (status, errors) = try shell(
      """
      exec unshare -m sh -c '
        mount -t tmpfs -o size=\(kilobytes)k none "$2" && cp -R "$1/." "$2" || exit 99
        "$0" run "$2" --workers 1; status=$?
        [ $status = 5 ] && mount -o remount,size=8m "$2" && "$0" run "$2" --workers 1 || exit 98
        cp "$2/report/front.csv" "$1/front.csv"; exit $status' "$0" "$1" '\(disk)'
      """, study.folder.path)
    #expect(status == 5, "\(errors)")
    #expect(errors.contains("No space left on device"), "\(errors)")
    let front = String(decoding: try study.temporary.read("front.csv"), as: UTF8.self)
    #expect(try front == UsualStudy.study().front())
  }
}
