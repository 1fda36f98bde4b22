import Foundation

/// What the operating system says of the machine that a profile is measured on (Linux).
public struct HostMachine: Hashable, Sendable {
  public let processor: String
  public let ramBytes: Int
  /// Data and unified caches of the first core, from the smallest.
  public let caches: [Cache]

  public struct Cache: Hashable, Sendable {
    public let name: String
    public let capacityBytes: Int

    public init(name: String, capacityBytes: Int) {
      self.name = name
      self.capacityBytes = capacityBytes
    }
  }

  public init(processor: String, ramBytes: Int, caches: [Cache]) {
    self.processor = processor
    self.ramBytes = ramBytes
    self.caches = caches
  }

  /// Reads `/proc/cpuinfo` and `/sys/devices/system/cpu/cpu0/cache`.
  ///
  /// What they do not tell is left out: an unknown processor is called by its architecture, and a
  /// machine without known caches has one memory level.
  ///
  /// - Parameter root: Where `/proc` and `/sys` are.
  public static func current(root: String = "") -> HostMachine {
    func lines(_ path: String) -> [Substring] {
      ((try? String(contentsOfFile: root + path, encoding: .utf8)) ?? "").split(separator: "\n")
    }
    let model = lines("/proc/cpuinfo").first { $0.hasPrefix("model name") }
    let name = model?.split(separator: ":").last.map { $0.trimmingCharacters(in: .whitespaces) }
    var caches: [Cache] = []
    for index in 0..<10 {
      let folder = "/sys/devices/system/cpu/cpu0/cache/index\(index)"
      guard let type = lines("\(folder)/type").first, type != "Instruction",
        let level = lines("\(folder)/level").first,
        let bytes = lines("\(folder)/size").first.flatMap(bytes(of:))
      else { continue }
      caches.append(Cache(name: "L\(level)", capacityBytes: bytes))
    }
    caches.sort { $0.capacityBytes < $1.capacityBytes }
    // A level that holds no more than the one inside it is no level of its own.
    caches = caches.enumerated().filter { index, cache in
      index == 0 || cache.capacityBytes > caches[index - 1].capacityBytes
    }.map(\.element)
    return HostMachine(
      processor: name ?? architecture, ramBytes: Int(ProcessInfo.processInfo.physicalMemory),
      caches: caches)
  }

  /// Reads a size such as `32K` or `2M`.
  private static func bytes(of text: Substring) -> Int? {
    let factors: [Character: Int] = ["K": 1 << 10, "M": 1 << 20, "G": 1 << 30]
    guard let last = text.last, let factor = factors[last] else { return Int(text) }
    return Int(text.dropLast()).map { $0 * factor }
  }

  private static var architecture: String {
    #if arch(x86_64)
      "x86-64 processor"
    #elseif arch(arm64)
      "ARM64 processor"
    #else
      "processor"
    #endif
  }
}
