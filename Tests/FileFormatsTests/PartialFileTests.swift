import Foundation
import TestSupport
import Testing

@testable import FileFormats

@Suite("what killed writes have left")
struct PartialFileTests {
  /// A name as a write under way has it.
  private func partial(_ name: String) -> String { ".\(name).\(UUID().uuidString).partial" }

  private func names(_ temporary: TemporaryFolder) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: temporary.path).sorted()
  }

  @Test("is found and removed, and nothing else")
  func removes() throws {
    let temporary = try TemporaryFolder()
    let left = [partial("report.md"), partial("b.c")].sorted()
    let others = [
      ".report.md.partial", "a.partial", ".a.0000.partial", ".lock", "report.md",
      String(partial("x").dropFirst()), partial("x") + "s",
    ]
    for name in left + others { try temporary.write("text", to: name) }
    let folder = partial("student.mlpackage")
    try Folder.create(temporary.file(folder))
    try temporary.write("text", to: folder + "/Manifest.json")
    #expect(Leftovers.find(in: temporary.path) == (left + [folder]).sorted().map(temporary.file))
    #expect(try names(temporary).count == left.count + others.count + 1)
    #expect(
      try Leftovers.remove(in: temporary.path) == (left + [folder]).sorted().map(temporary.file))
    #expect(try names(temporary) == others.sorted())
    #expect(Leftovers.find(in: temporary.file("no such folder")).isEmpty)
  }

  @Test("is not what somebody is writing, in this process or another")
  func live() throws {
    let temporary = try TemporaryFolder()
    let builder = try AtomicFileBuilder(temporary.file("images.u8"), byteCount: 10)
    let writer = try NPYWriter(temporary.file("a.npy"), shape: [1], elementType: .uint8)
    #expect(try names(temporary).count == 2)
    #expect(Leftovers.find(in: temporary.path).isEmpty)
    #expect(try Leftovers.remove(in: temporary.path).isEmpty)
    try AtomicFolder.write(to: temporary.file("package"), replacing: "mark") { folder in
      try AtomicFile.write("text", to: folder + "/mark")
      #expect(Leftovers.find(in: temporary.path).isEmpty)
    }
    try builder.finish()
    try writer.append(Data([1]))
    try writer.finish()
    #expect(try names(temporary) == ["a.npy", "images.u8", "package"])
  }

  @Test("of a folder that was moved aside and not replaced is moved back")
  func movedAside() throws {
    let temporary = try TemporaryFolder()
    let (lost, replaced) = (partial("lost") + ".old", partial("replaced") + ".old")
    for folder in [lost, replaced, "replaced"] {
      try Folder.create(temporary.file(folder))
      try temporary.write(folder, to: folder + "/mark")
    }
    #expect(try Leftovers.remove(in: temporary.path).count == 2)
    #expect(try names(temporary) == ["lost", "replaced"])
    #expect(try String(decoding: temporary.read("lost/mark"), as: UTF8.self) == lost)
    #expect(try String(decoding: temporary.read("replaced/mark"), as: UTF8.self) == "replaced")
  }

  @Test("goes away with a process that is killed while it writes")
  func killed() throws {
    let temporary = try TemporaryFolder()
    let name = partial("weights")
    // Holds the lock as a writer does, in a process of its own.
    let process = Process()
    process.executableURL = URL(filePath: "/bin/sh")
    process.arguments =
      ["-c", "exec 9>\"$1\"; flock 9; touch \"$1.held\"; exec sleep 60", "sh"]
      + [temporary.file(name)]
    try process.run()
    while access(temporary.file(name + ".held"), F_OK) != 0 && process.isRunning { usleep(10_000) }
    #expect(Leftovers.find(in: temporary.path).isEmpty)
    kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
    #expect(try Leftovers.remove(in: temporary.path) == [temporary.file(name)])
  }
}
