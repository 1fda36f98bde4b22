import Foundation
import Testing

@testable import DeviceMeasurement

@Suite("the host machine")
struct HostMachineTests {
  @Test("is read from what Linux says of its first core")
  func read() throws {
    let root = FileManager.default.temporaryDirectory
      .appending(path: "host-machine-\(ProcessInfo.processInfo.processIdentifier)")
    defer { try? FileManager.default.removeItem(at: root) }
    func write(_ path: String, _ text: String) throws {
      let file = root.appending(path: path)
      try FileManager.default.createDirectory(
        at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(text.utf8).write(to: file)
    }
    try write("proc/cpuinfo", "processor\t: 0\nmodel name\t: A Fine Processor\n")
    let caches = [
      ("Data", 1, "32K"), ("Instruction", 1, "32K"), ("Unified", 2, "2M"), ("Unified", 3, "2M"),
    ]
    for (index, (type, level, size)) in caches.enumerated() {
      let folder = "sys/devices/system/cpu/cpu0/cache/index\(index)"
      try write("\(folder)/type", type + "\n")
      try write("\(folder)/level", "\(level)\n")
      try write("\(folder)/size", size + "\n")
    }
    let machine = HostMachine.current(root: root.path())
    #expect(machine.processor == "A Fine Processor")
    // The third level holds no more than the second, so it is not one.
    #expect(
      machine.caches == [
        HostMachine.Cache(name: "L1", capacityBytes: 32 << 10),
        HostMachine.Cache(name: "L2", capacityBytes: 2 << 20),
      ])
  }

  @Test("has a name and memory even where nothing is known")
  func unknown() {
    let machine = HostMachine.current(root: "/nowhere")
    #expect(!machine.processor.isEmpty)
    #expect(machine.ramBytes > 0)
    #expect(machine.caches.isEmpty)
  }
}
